//! Bodies of the HTTP routes.

use serde::{Deserialize, Serialize};

use crate::code::ErrorCode;
use crate::ids::{HunkId, LessonId, SessionId, TurnId};
use crate::view::Participant;

/// Body of `POST /api/sessions`; an empty body makes an empty session.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NewSession {
    /// Begin with this lesson's files.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lesson: Option<LessonId>,
}

/// Body of `POST /api/sessions/{id}/access`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Unlock {
    /// The server's access code.
    pub code: String,
}

/// Answer of `POST /api/sessions`, with status 201.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CreatedSession {
    /// The session.
    pub id: SessionId,
    /// The owner's token: the page is `/s/{id}#{token}`.
    pub token: String,
}

/// Answer of `GET /api/sessions/{id}/changes?from={point}&to={point}`: the files that differ between two points.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct FileChanges {
    /// By path.
    pub files: Vec<FileChange>,
}

/// One file that differs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct FileChange {
    /// Its path at the later point; at the earlier one, if it is gone by then.
    pub path: String,
    /// Its path at the earlier point, if that was another one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub moved_from: Option<String>,
    /// Its text at the earlier point; nothing: there was no such file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<String>,
    /// Its text at the later point; nothing: it is gone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<String>,
}

/// Answer of `GET /api/sessions/{id}/authors?file={fileId}`: who wrote what of a file, in its order.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Authors {
    /// Runs of text, one behind the other from the file's start.
    pub runs: Vec<AuthorRun>,
}

/// A run of text by one author.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AuthorRun {
    /// Its length in UTF-16 units.
    pub len: u32,
    /// Who.
    pub by: Author,
}

/// Who wrote a run of text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Author {
    /// It was there from the start.
    Start,
    /// A person or program.
    Person {
        /// Who.
        #[serde(flatten)]
        participant: Participant,
    },
    /// The model.
    Model {
        /// In this turn.
        turn_id: TurnId,
        /// In this hunk, unless it put a lesson's files back.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        hunk_id: Option<HunkId>,
    },
}

/// Body of every failed HTTP answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Problem {
    /// From a closed list.
    pub code: ErrorCode,
    /// For a person.
    pub message: String,
}
