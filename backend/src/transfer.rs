//! Between a session's files and files outside: what goes out, and what an import has to do.
//!
//! Pure. Bytes that are kept beside the document are handed in; `http` fetches them.

mod outside;
mod plan;

#[cfg(test)]
mod tests;

pub use outside::{Outside, blobs_of, outside};
pub use plan::{Coming, FileEdit, Plan, Snapshot, Then, plan};
