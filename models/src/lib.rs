//! The model APIs behind Midstream.
//!
//! One seam, [`Upstream`]: start a segment, read its events, stop it by dropping the stream. Knows nothing of
//! sessions, documents or browsers; keys live here and go nowhere else.

pub mod chat;
pub mod event;
mod failure;
mod http;
pub mod practice;
pub mod request;
pub mod secret;
mod sse;
pub mod timers;
pub mod upstream;

pub use chat::{ChatConfig, ChatProvider};
pub use event::{EndReason, FailureKind, SegmentEvent, Stage, UpstreamFailure, Usage};
pub use request::{Cue, CueFile, Message, Role, SegmentRequest};
pub use secret::Secret;
pub use timers::Timers;
pub use upstream::{Provider, SegmentStream, Upstream};
