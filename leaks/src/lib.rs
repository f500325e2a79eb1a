//! What looks like keys and passwords in a text: asked before the text is shown to people who could not see it.
//!
//! Pure and without dependencies, so that the page and the server can both ask. It reads a text once, line by line, and
//! knows the text's path at most. It says where something is and what it looks like, never the secret itself: a finding
//! carries a masked preview and the range, which a caller may use to redact.
//!
//! A finding is a suspicion. What is public by its form (placeholders, hashes in lock files, names of variables) is left
//! out, since a warning that is wrong most of the time is clicked away the one time that it is right.

mod assignment;
mod finding;
mod judge;
mod path;
mod scan;
mod shape;

#[cfg(test)]
mod tests;

pub use finding::{Finding, Kind};
pub use scan::{FINDINGS_MAX, scan, scan_file};
