//! The model APIs behind Midstream.
//!
//! One seam, [`Upstream`]: start a segment, read its events, stop it by dropping the stream. Knows nothing of
//! sessions, documents or browsers; keys live here and go nowhere else.

pub mod event;
pub mod request;
pub mod upstream;

pub use event::{EndReason, FailureKind, SegmentEvent, Stage, UpstreamFailure, Usage};
pub use request::{Cue, CueFile, Message, Role, SegmentRequest};
pub use upstream::{Provider, SegmentStream, Upstream};
