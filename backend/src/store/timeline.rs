//! What is kept of a session's timeline. Bytes, and what they are found by.

use protocol::Seq;

/// What one write appends.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Chunk {
    /// Counts a timeline's chunks, without gaps. A repeat replaces.
    pub number: u64,
    /// The number of its first step.
    pub first: Seq,
    /// Of its last.
    pub last: Seq,
    /// The times of both, in milliseconds on the session's clock.
    pub at: (u64, u64),
    /// Bytes of all chunks up to this one, itself included, those that were let go too.
    pub upto: u64,
    /// The steps.
    pub payload: Vec<u8>,
    /// What of it is worth jumping to; nothing in most.
    pub marks: Option<String>,
}

/// All of a session at the end of a chunk: made of the chunks before, so that nobody has to fold them again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Keyframe {
    /// The chunk.
    pub number: u64,
    /// Its last step, and that one's time.
    pub seq: Seq,
    /// In milliseconds on the session's clock.
    pub at: u64,
    /// Bytes of all chunks up to that one.
    pub upto: u64,
    /// The session, beside its document.
    pub state: Vec<u8>,
    /// The document.
    pub document: Vec<u8>,
}

/// Where a timeline begins and ends.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Extent {
    /// The number of its first chunk, the first step and its time.
    pub first: (u64, Seq, u64),
    /// The number of its last chunk, the last step and its time.
    pub last: (u64, Seq, u64),
    /// Bytes of all chunks there ever were.
    pub upto: u64,
    /// Bytes that were let go.
    pub gone: u64,
}
