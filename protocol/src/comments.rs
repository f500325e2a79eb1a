//! Comments that people pin to moments of a session's timeline, as the routes under `…/timeline/comments` carry them.

use serde::{Deserialize, Serialize};

use crate::ids::{CommentId, Seq};
use crate::timeline::Moment;

/// The longest comment, in characters: a few paragraphs. More is a file's job.
pub const COMMENT_MAX: usize = 2_000;
/// The most comments in a session: more than a lesson has, and than a track can show apart.
pub const COMMENTS_MAX: usize = 500;
/// Where whoever deletes a comment shows the key that was told when it was made.
pub const COMMENT_KEY_HEADER: &str = "midstream-comment-key";

/// Body of `POST /api/sessions/{id}/timeline/comments`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NewComment {
    /// The step that it is pinned to; one that is not there stands for the last one before it.
    pub seq: Seq,
    /// What it says: text, never HTML.
    pub text: String,
    /// How its author is called.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The author's colour in the session, if that is known: as in a participant.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub color: Option<u8>,
}

/// Answer of that, with status 201.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CreatedComment {
    /// The comment.
    pub comment: Comment,
    /// What deletes it, told this once.
    pub key: String,
}

/// Answer of `GET /api/sessions/{id}/timeline/comments`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Comments {
    /// In the order of their moments; those of one moment in the order of making.
    pub comments: Vec<Comment>,
}

/// A comment, as everyone sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Comment {
    /// Names it.
    pub id: CommentId,
    /// What it is pinned to.
    #[serde(flatten)]
    pub moment: Moment,
    /// How its author is called: text, never HTML.
    pub name: String,
    /// The author's colour, if it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub color: Option<u8>,
    /// What it says: text, never HTML.
    pub text: String,
    /// How long ago it was made, in seconds.
    pub age_s: u64,
}
