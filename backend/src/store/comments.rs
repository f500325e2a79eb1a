//! What is kept of a comment on a timeline.

use protocol::CommentId;
use protocol::timeline::Moment;

use super::Hash;

/// A comment, as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Comment {
    /// Its id.
    pub id: CommentId,
    /// What it is pinned to.
    pub moment: Moment,
    /// How its author is called.
    pub name: String,
    /// The author's colour, if it is known.
    pub color: Option<u8>,
    /// What it says.
    pub text: String,
    /// When it was made, in milliseconds of the Unix epoch.
    pub made: u64,
    /// What its author shows to delete it; nobody has that of one which came with a file.
    pub key: Option<Hash>,
}
