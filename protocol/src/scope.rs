//! What a turn may touch, what people have locked, and what becomes of a hunk that would touch more.

use serde::{Deserialize, Serialize};

use crate::ids::{FileId, LockId, ParticipantId};

/// A part of one file that stays right whatever happens around and inside it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Region {
    /// The file.
    pub file: FileId,
    /// Where it is; nothing: the whole file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub range: Option<RegionRange>,
}

/// Two Yjs relative positions (v1), base64. What lies between them belongs to the region.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RegionRange {
    /// The front: should hold to the region's first character.
    pub start: String,
    /// The end: should hold to the region's last character.
    pub end: String,
}

/// What a turn may touch.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Scope {
    /// Where.
    pub within: Within,
    /// The most lines that it may change; a line that is replaced counts once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub budget: Option<u32>,
    /// Whether the first held hunk interrupts the turn.
    #[serde(default)]
    pub stop_when_held: bool,
}

/// Where a turn may change something.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Within {
    /// Everywhere but in locked regions.
    #[default]
    Session,
    /// In these files.
    Files(Vec<FileId>),
    /// In these regions: a person's selection.
    Selection(Vec<Region>),
}

/// A region that the model must not change. It binds the model, never people.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct LockView {
    /// Names it in `lock/set`.
    pub id: LockId,
    /// What is locked.
    pub region: Region,
    /// Who locked it.
    pub by: ParticipantId,
}

/// Why a hunk is held.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum HoldReason {
    /// It would change a locked region.
    Locked,
    /// It would change something outside the turn's scope.
    OutOfScope,
    /// With it the turn would change more lines than its budget.
    OverBudget,
}

/// What a held hunk would do: this text in the place of that.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Proposal {
    /// The text at its place, as it was located: whole lines. Empty for a new file.
    pub old: String,
    /// What would take its place.
    pub new: String,
}
