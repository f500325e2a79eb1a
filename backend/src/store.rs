//! Where sessions are kept: the seam for databases.
//!
//! A load error is an error, never an empty session. Knows bytes, not what they mean.

pub mod comments;
pub mod timeline;

mod memory;
mod sqlite;

use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use async_trait::async_trait;
use protocol::server::Stall;
use protocol::view::Role;
use protocol::{CommentId, LessonId, Seq, SessionId};

use self::comments::Comment;
use self::timeline::{Chunk, Extent, Keyframe};
use crate::secret::Hash;

pub use self::memory::MemoryStore;
pub use self::sqlite::{OpenError, SqliteStore};

/// What is kept of a session from its start.
#[derive(Clone, Debug)]
pub struct Record {
    /// Its id.
    pub id: SessionId,
    /// The owner's token.
    pub owner: Hash,
    /// The lesson that it began with.
    pub lesson: Option<LessonId>,
}

/// A link to a session, as it is kept: its token is not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// Its token.
    pub hash: Hash,
    /// What it lets its holder do.
    pub role: Role,
    /// What its owner calls it.
    pub name: Option<String>,
    /// When it was made, in milliseconds of the Unix epoch.
    pub made: u64,
    /// When its time is over, in the same.
    pub expiry: Option<u64>,
    /// When it was revoked, in the same.
    pub revoked: Option<u64>,
}

/// Tokens that a session used in a day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spent {
    /// Days since the epoch.
    pub day: u64,
    /// The session; an empty id stands for those that were deleted.
    pub session: SessionId,
    /// How many.
    pub tokens: u64,
}

/// What is written of a session at once: all of it or nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Batch {
    /// Counts a session's batches. A repeat replaces: whoever does not know whether it arrived writes it again.
    pub number: u64,
    /// The session's number that it leads to.
    pub seq: Seq,
    /// It says everything: nothing before it is needed any more.
    pub whole: bool,
    /// The session, beside its document.
    pub state: Vec<u8>,
    /// The document's part.
    pub document: Vec<u8>,
    /// What is appended to the timeline with it. Not read by a load.
    pub timeline: Option<Chunk>,
}

/// A session as it was written.
#[derive(Clone, Debug)]
pub struct Loaded {
    /// From its start.
    pub record: Record,
    /// The seal of the access code that it was unlocked with.
    pub unlocked: Option<Hash>,
    /// No earlier load had this number.
    pub load: u64,
    /// The last whole batch, and what followed it. Empty where nothing was written before the server ended.
    pub batches: Vec<Batch>,
    /// How far its timeline goes, if there is one.
    pub timeline: Option<Extent>,
}

/// What a new session has behind it already.
#[derive(Clone, Debug, Default)]
pub struct Past {
    /// Its timeline, chunk by chunk.
    pub timeline: Vec<Chunk>,
    /// What people pinned to it.
    pub comments: Vec<Comment>,
    /// Bytes that its files name.
    pub blobs: Vec<Blob>,
    /// Bytes that it has together with another session.
    pub shared: Option<Shared>,
}

/// Bytes of another session.
#[derive(Clone, Debug)]
pub struct Shared {
    /// That one.
    pub from: SessionId,
    /// SHA-256 of each.
    pub hashes: Vec<Vec<u8>>,
}

/// Bytes of a file that is kept beside its session.
#[derive(Clone, Debug)]
pub struct Blob {
    /// SHA-256 of them.
    pub hash: Vec<u8>,
    /// Themselves.
    pub bytes: Arc<[u8]>,
}

/// The most bytes that are kept beside one session: many pictures, and no more than a few sessions fill a disk with.
pub const BLOBS_MAX: usize = 256 * 1024 * 1024;

/// Why the store did not answer.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// It holds as many as it can.
    #[error("the server holds as many sessions as it can")]
    Full,
    /// The database failed.
    #[error("the database failed: {0}")]
    Database(#[from] sqlx::Error),
    /// The disk under it broke, and can only be read since.
    #[error("the disk can only be read: {0}")]
    ReadOnly(#[source] sqlx::Error),
    /// What is in it cannot be.
    #[error("the database is damaged: {0}")]
    Damaged(&'static str),
}

impl StoreError {
    /// What people are told while nothing can be saved.
    pub fn stall(&self) -> Stall {
        /// SQLite's primary result codes, of which the low byte of an extended one consists.
        const READ_ONLY: u32 = 8;
        const FULL: u32 = 13;
        let error = match self {
            StoreError::Database(sqlx::Error::Database(error)) => error,
            StoreError::ReadOnly(_) => return Stall::ReadOnly,
            _ => return Stall::Failed,
        };
        match error.code().and_then(|code| code.parse::<u32>().ok()).map(|code| code & 0xff) {
            Some(FULL) => Stall::Full,
            Some(READ_ONLY) => Stall::ReadOnly,
            _ => Stall::Failed,
        }
    }
}

/// Milliseconds of the Unix epoch: for what outlives the process.
pub fn now() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}

/// A database of sessions.
#[async_trait]
pub trait Store: Send + Sync + 'static {
    /// Keeps a new session.
    async fn create(&self, record: Record) -> Result<(), StoreError>;
    /// Keeps a new session that is something already: all of it, with its past. No load has had a number up to this one.
    async fn found(&self, record: Record, loads: u64, batch: &Batch, past: &Past) -> Result<(), StoreError>;
    /// What opens a session, if there is one.
    async fn find(&self, id: &SessionId) -> Result<Option<Record>, StoreError>;
    /// A session, if there is one. Counts as a load.
    async fn load(&self, id: &SessionId) -> Result<Option<Loaded>, StoreError>;
    /// Writes what has happened in a session. One that is not there any more is not made.
    async fn append(&self, id: &SessionId, batch: &Batch) -> Result<(), StoreError>;
    /// Keeps bytes beside a session, all of them or none: [`StoreError::Full`] past [`BLOBS_MAX`].
    async fn keep_blobs(&self, id: &SessionId, blobs: &[Blob]) -> Result<(), StoreError>;
    /// Bytes that are kept beside a session, by their hash.
    async fn blob(&self, id: &SessionId, hash: &[u8]) -> Result<Option<Vec<u8>>, StoreError>;
    /// Where a session's timeline begins and ends, if there is one.
    async fn extent(&self, id: &SessionId) -> Result<Option<Extent>, StoreError>;
    /// The chunks of a timeline behind the one of this number, in order: at least one, if there is one, and then as
    /// many as hold no more than `bytes`.
    async fn chunks(&self, id: &SessionId, after: Option<u64>, bytes: u64) -> Result<Vec<Chunk>, StoreError>;
    /// The number of the last chunk that ends before a step, if there is one.
    async fn chunk_before(&self, id: &SessionId, seq: Seq) -> Result<Option<u64>, StoreError>;
    /// The last chunk that begins at or before a time, in milliseconds on the session's clock, if there is one.
    async fn chunk_when(&self, id: &SessionId, ms: u64) -> Result<Option<Chunk>, StoreError>;
    /// What is worth jumping to behind a step, chunk by chunk, of so many chunks at most.
    async fn marks(&self, id: &SessionId, after: Option<Seq>, most: u32) -> Result<Vec<String>, StoreError>;
    /// The newest keyframe of a timeline at or before a step, if there is one.
    async fn keyframe(&self, id: &SessionId, seq: Seq) -> Result<Option<Keyframe>, StoreError>;
    /// Keeps a keyframe.
    async fn keep(&self, id: &SessionId, keyframe: &Keyframe) -> Result<(), StoreError>;
    /// The first keyframe behind which a timeline holds no more than `bytes`, if there is one: what is before it can
    /// go.
    async fn shorten(&self, id: &SessionId, bytes: u64) -> Result<(), StoreError>;
    /// What people pinned to a session's timeline, in the order of moments, and then of making.
    async fn comments(&self, id: &SessionId) -> Result<Vec<Comment>, StoreError>;
    /// Keeps a comment. Whether it did: not past `most`, nor in a session that is gone.
    async fn pin(&self, id: &SessionId, comment: &Comment, most: u32) -> Result<bool, StoreError>;
    /// Forgets a comment. Whether it was there.
    async fn unpin(&self, id: &SessionId, comment: &CommentId) -> Result<bool, StoreError>;
    /// Forgets a session, with all that there is of it.
    async fn delete(&self, id: &SessionId) -> Result<(), StoreError>;
    /// Keeps that a session was unlocked.
    async fn unlock(&self, id: &SessionId, seal: &Hash) -> Result<(), StoreError>;
    /// Tokens that were used, by day and session.
    async fn spent(&self) -> Result<Vec<Spent>, StoreError>;
    /// Adds to them: all of it or nothing.
    async fn spend(&self, spent: &[Spent]) -> Result<(), StoreError>;
    /// The links of a session, in the order of making.
    async fn links(&self, id: &SessionId) -> Result<Vec<Link>, StoreError>;
    /// Keeps a link of a session, as it is now. Whether the session is there.
    async fn put_link(&self, id: &SessionId, link: &Link) -> Result<bool, StoreError>;
    /// Forgets a link of a session.
    async fn drop_link(&self, id: &SessionId, hash: &Hash) -> Result<(), StoreError>;
    /// Sessions that nothing was written to for this long, some at a time.
    async fn untouched(&self, for_ms: u64) -> Result<Vec<SessionId>, StoreError>;
}
