//! Bodies of the HTTP routes.

use serde::{Deserialize, Serialize};

use crate::code::ErrorCode;
use crate::ids::{LessonId, SessionId};

/// Body of `POST /api/sessions`; an empty body makes an empty session.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NewSession {
    /// Begin with this lesson's files.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lesson: Option<LessonId>,
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

/// Body of every failed HTTP answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Problem {
    /// From a closed list.
    pub code: ErrorCode,
    /// For a person.
    pub message: String,
}
