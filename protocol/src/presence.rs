//! Who is here, told as a difference, and what the screen of the one who presents shows.

use serde::{Deserialize, Serialize};

use crate::ids::{FileId, ParticipantId};
use crate::view::Presence;

/// How those who are here differ from what the viewer was last told. Differences are merged while a viewer does not
/// read: it gets the newest only.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PresenceChange {
    /// Nobody but those in `here` is listed: what was known before is to be forgotten.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub whole: bool,
    /// Who came, moved or changed, each as it is now.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub here: Vec<Presence>,
    /// Who is not listed any more.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub gone: Vec<ParticipantId>,
    /// How many are connected, those who are not listed too.
    pub connected: u32,
    /// Who presents now; nothing: nobody does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub presenter: Option<ParticipantId>,
}

/// What a screen shows of a file: by its first line, so that windows and fonts of any size can show the same.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Viewport {
    /// The file.
    pub file: FileId,
    /// The first line's first character: a Yjs relative position (v1), base64.
    pub top: String,
    /// How much of that line is scrolled past, in hundredths of its height: below [`PAST_MAX`].
    #[serde(default, skip_serializing_if = "is_nothing")]
    pub past: u8,
    /// How many lines it shows: an end of the selection that is among them others should see, too.
    #[serde(default)]
    pub lines: u16,
}

/// A line of which so many hundredths are scrolled past is not the first one any more.
pub const PAST_MAX: u8 = 100;

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde asks so")]
fn is_nothing(past: &u8) -> bool {
    *past == 0
}

impl Viewport {
    /// Its size in bytes.
    pub fn size(&self) -> usize {
        self.file.0.len() + self.top.len()
    }
}
