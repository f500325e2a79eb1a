//! The wire between Midstream's page and its server, and the one definition that both sides share.
//!
//! Owns the shape of every frame, identifier, code and limit that crosses the socket or the session
//! routes. Deliberately knows nothing of sockets, sessions or the CRDT: binary payloads are opaque bytes here.
//! `docs/protocol.md` documents the same for people who write another client; golden files pin it.

pub mod binary;
pub mod client;
pub mod code;
pub mod comments;
pub mod context;
pub mod files;
pub mod http;
pub mod hunk;
pub mod ids;
pub mod latency;
pub mod limits;
pub mod links;
pub mod presence;
pub mod run;
pub mod scope;
pub mod server;
pub mod timeline;
pub mod view;

pub use client::ClientFrame;
pub use code::{CloseCode, ErrorCode};
pub use ids::{
    CommentId, Epoch, FileId, HunkId, ImportId, LessonId, LinkId, LockId, ModelId, ParticipantId, SegmentId, Seq,
    SessionId, SteerId, TurnId,
};
pub use server::ServerFrame;

/// The protocol version that this build speaks. A `hello` with another one is answered with
/// [`ErrorCode::VersionMismatch`] and the page asks to be reloaded.
pub const VERSION: u32 = 1;
