//! One step as the feed carries it, and how it looks on the wire.
//!
//! Encoded once, by whoever needs it first, and shared by all viewers of its pace class.

use std::sync::OnceLock;

use axum::extract::ws::Utf8Bytes;
use bytes::Bytes;
use protocol::{ParticipantId, Seq, ServerFrame, TurnId, binary};

/// One step: its document update, and the frame that shares its number.
#[derive(Debug)]
pub struct Entry {
    /// Its place in the session's one order; for a merged entry the last one's.
    pub seq: Seq,
    /// Whose edit it is: an author gets an ack, not its own bytes back.
    pub author: Option<ParticipantId>,
    /// A y-protocols message, if the document changed.
    pub message: Option<Bytes>,
    /// What goes with it.
    pub body: Body,
    wire: OnceLock<Wire>,
}

/// What a step says beside its document update.
#[derive(Debug)]
pub enum Body {
    /// Nothing: a person's edit, a roll-back.
    Silent,
    /// A piece of a turn's output: the only kind that is merged, and that a cut trims.
    Delta(Delta),
    /// Any other sequenced frame.
    Frame(Box<ServerFrame>),
}

/// A piece of a turn's output.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delta {
    /// The turn.
    pub turn: TurnId,
    /// Where it begins, in UTF-16 units of the turn's output.
    pub offset: u32,
    /// The output.
    pub text: String,
    /// Its length in UTF-16 units.
    pub units: u32,
}

/// An entry as WebSocket messages, the update first.
#[derive(Clone, Debug)]
pub struct Wire {
    /// The binary frame.
    pub binary: Option<Bytes>,
    /// The text frame.
    pub text: Option<Utf8Bytes>,
}

impl Entry {
    /// A step.
    pub fn new(seq: Seq, author: Option<ParticipantId>, message: Option<Bytes>, body: Body) -> Self {
        Self { seq, author, message, body, wire: OnceLock::new() }
    }

    /// A sequenced frame without a document update.
    pub fn frame(seq: Seq, frame: ServerFrame) -> Self {
        Self::new(seq, None, None, Body::Frame(Box::new(frame)))
    }

    /// What it costs the log, in bytes, roughly.
    pub fn weight(&self) -> usize {
        const OVERHEAD: usize = 128;
        let body = match &self.body {
            Body::Silent => 0,
            Body::Delta(delta) => delta.text.len(),
            Body::Frame(_) => 512,
        };
        OVERHEAD + body + self.message.as_ref().map_or(0, Bytes::len)
    }

    /// The messages to send.
    pub fn wire(&self) -> &Wire {
        self.wire.get_or_init(|| Wire {
            binary: self.message.as_ref().map(|m| binary::encode(self.seq.0, m).into()),
            text: match &self.body {
                Body::Silent => None,
                Body::Delta(delta) => Some(delta.encode(self.seq)),
                Body::Frame(frame) => encode(frame),
            },
        })
    }
}

impl Delta {
    /// A piece that begins at `offset`.
    pub fn new(turn: TurnId, offset: u32, text: String) -> Self {
        let units = utf16_len(&text);
        Self { turn, offset, text, units }
    }

    /// Where it ends, in UTF-16 units of the turn's output.
    pub fn end(&self) -> u32 {
        self.offset + self.units
    }

    /// What of it lies before `limit`, if anything.
    pub fn before(&self, limit: u32) -> Option<Delta> {
        if self.end() <= limit {
            return Some(self.clone());
        }
        let keep = limit.checked_sub(self.offset).filter(|keep| *keep > 0)?;
        let text = prefix_utf16(&self.text, keep).to_owned();
        Some(Delta::new(self.turn.clone(), self.offset, text))
    }

    /// As a text frame.
    pub fn encode(&self, seq: Seq) -> Utf8Bytes {
        let frame =
            ServerFrame::TurnDelta { seq, turn_id: self.turn.clone(), offset: self.offset, text: self.text.clone() };
        encode(&frame).unwrap_or_default()
    }
}

/// A frame as JSON text. Wire types always serialise; if one ever did not, its frame is left out and logged.
pub fn encode(frame: &ServerFrame) -> Option<Utf8Bytes> {
    serde_json::to_string(frame)
        .inspect_err(|error| tracing::error!(%error, "a frame could not be encoded"))
        .ok()
        .map(Utf8Bytes::from)
}

/// Length in UTF-16 units: the wire's unit of offsets.
pub fn utf16_len(text: &str) -> u32 {
    text.chars().map(|c| c.len_utf16() as u32).sum()
}

/// The longest prefix of at most `units` UTF-16 units.
pub fn prefix_utf16(text: &str, units: u32) -> &str {
    let mut seen = 0;
    for (at, c) in text.char_indices() {
        seen += c.len_utf16() as u32;
        if seen > units {
            return text.get(..at).unwrap_or_default();
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_delta_is_trimmed_at_utf16_units() {
        let delta = Delta::new("t".into(), 10, "ab😀c".into());
        assert_eq!(delta.end(), 15);
        assert_eq!(delta.before(10), None);
        assert_eq!(delta.before(12).map(|d| d.text), Some("ab".into()));
        // Inside the surrogate pair: the whole character goes.
        assert_eq!(delta.before(13).map(|d| d.text), Some("ab".into()));
        assert_eq!(delta.before(14).map(|d| d.text), Some("ab😀".into()));
        assert_eq!(delta.before(99), Some(delta));
    }
}
