//! The model APIs behind Midstream.
//!
//! One seam, [`Upstream`]: start a segment, read its events, stop it by dropping the stream. Knows nothing of
//! sessions, documents or browsers; keys live here and go nowhere else.

pub mod catalog;
pub mod chat;
pub mod config;
pub mod discover;
pub mod event;
mod failure;
mod http;
pub mod practice;
pub mod request;
pub mod responses;
pub mod secret;
mod sse;
pub mod terms;
pub mod timers;
pub mod upstream;

pub use catalog::{Catalog, Offer};
pub use chat::{ChatConfig, ChatProvider};
pub use config::{ConfigError, ModelsConfig};
pub use event::{EndReason, FailureKind, SegmentEvent, Stage, UpstreamFailure, Usage};
pub use request::{Cue, CueFile, Message, Role, SegmentRequest};
pub use responses::{ResponsesConfig, ResponsesProvider};
pub use secret::Secret;
pub use terms::{Format, Terms};
pub use timers::Timers;
pub use upstream::{Provider, SegmentStream, Upstream};
