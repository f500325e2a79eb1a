//! Files that come into a session at once, as clients see it.

use serde::{Deserialize, Serialize};

use crate::ids::{ImportId, ParticipantId};

/// An import: one step of the session, that can be taken back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ImportView {
    /// Its id.
    pub id: ImportId,
    /// What came: the name of a zip, a patch, a folder or a file.
    pub name: String,
    /// Who brought it, where the server was told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<ParticipantId>,
    /// Files that are new.
    pub added: u32,
    /// Files that are others than before.
    pub changed: u32,
    /// Files that have another path.
    pub moved: u32,
    /// Files that are gone.
    pub removed: u32,
    /// It was taken back.
    #[serde(default)]
    pub taken_back: bool,
}

/// Answer of `POST /api/sessions/{id}/import`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ImportAnswer {
    /// What it did; nothing: all of it was there already.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub import: Option<ImportView>,
    /// Files that were there as they came.
    pub unchanged: u32,
    /// Files that belong to no project (`.git`, `__MACOSX` and the like) and were left out.
    pub left_out: u32,
    /// Files among those that came that are kept and not edited.
    pub binary: u32,
}
