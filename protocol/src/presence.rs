//! Who is here, told as a difference.

use serde::{Deserialize, Serialize};

use crate::ids::ParticipantId;
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
}
