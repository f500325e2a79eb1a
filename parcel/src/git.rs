//! Patches as git writes and takes them: text, new, deleted and renamed files, modes, odd names, and binary files.

mod apply;
mod base85;
mod delta;
mod hunks;
mod oid;
mod quote;
mod read;
mod read_header;
mod write;

pub use apply::{Applied, Misfit, apply};
pub use read::{BadPatch, Body, FilePatch, Hunk, Line, LineKind, read};
pub use write::write;

#[cfg(test)]
mod tests;
