//! The streaming edit engine: a model's plain-text answer in, edit operations out, token by token.
//!
//! Pure: no I/O, no clock, no CRDT. The result never depends on how the stream was chunked.
//! Knows nothing of files beyond the text that its caller hands it when a hunk has to be located.

pub mod action;

pub use action::{Action, Counts, FileView, HunkIndex, Malformed, Place, Resolution};
