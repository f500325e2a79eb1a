//! The timeline of a session: every step as a viewer without lag saw it, with its time.
//!
//! actor -> [`recorder`] -> the session's saver -> [`chunk`]s in the store -> [`scene`]: the session as of a step
//!
//! Only appended to, and beside what a load needs: nothing here is read to open a session. Roll-backs are further
//! steps, so text that did not stay is in it as well.

pub mod chunk;
pub mod comments;
pub mod export;
pub mod keeper;
pub mod marks;
pub mod reader;
pub mod recorder;
pub mod recording;
pub mod scene;
pub mod secrets;

use bytes::Bytes;
use protocol::timeline::People;
use protocol::{ParticipantId, Seq, TurnId};
use serde::{Deserialize, Serialize};

/// The most that is kept of one session's timeline, in bytes, unless the operator says otherwise: hours of work at full
/// speed. Past it the oldest goes, and the timeline says that it begins later.
pub const TIMELINE_MAX: u64 = 64 * 1024 * 1024;

/// One step as it is kept, or something that was said ahead of the order right after it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Step {
    /// Milliseconds on the session's clock.
    pub at: u64,
    /// Its number. Several entries may share one.
    pub seq: Seq,
    /// Whose edit it is.
    pub author: Option<ParticipantId>,
    /// What it did to the document: a sync message.
    pub message: Option<Bytes>,
    /// The frame that clients were sent, as JSON.
    pub frame: Option<Bytes>,
    /// What no frame says.
    pub note: Option<Note>,
}

impl Step {
    /// Whether it begins anew: all of the session is in it.
    pub fn is_base(&self) -> bool {
        self.message.is_some() && self.frame.as_ref().is_some_and(|frame| frame.starts_with(br#"{"type":"state""#))
    }
}

/// What no frame says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Note {
    /// Who came or left.
    People(People),
    /// The message that the model was sent for a segment, byte for byte. Not for viewers: a fork goes on from it.
    Said {
        /// The turn.
        turn: TurnId,
        /// Which of its segments, from 0.
        segment: usize,
        /// The message.
        message: String,
    },
    /// What happened right before is missing.
    Gap,
}

#[cfg(test)]
mod hour;
