//! The streaming edit engine: a model's plain-text answer in, edit operations out, token by token.
//!
//! Pure: no I/O, no clock, no CRDT. The result never depends on how the stream was chunked.
//! Knows nothing of files beyond the text that its caller hands it when a hunk has to be located.

pub mod action;
pub mod engine;

pub mod parser;

pub mod locate;

mod apply;
mod elision;
pub mod fit;
mod work;

pub mod diff;

pub mod smallest;

pub mod alike;

pub mod guard;

pub mod testing;

#[cfg(test)]
mod tests;

pub use action::{Action, Counts, FileView, Format, HunkIndex, Kind, Malformed, Place, Reindent, Resolution, Wanted};
pub use diff::{DiffOp, StreamingDiff, replace_ops};
pub use engine::Engine;
pub use guard::{Guard, Zone};
pub use locate::{Hint, Located, find, locate};
pub use parser::{Outline, Segment};
pub use smallest::{smallest, smallest_ops};
