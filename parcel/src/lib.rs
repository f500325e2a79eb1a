//! Files as they come into a session and go out of it: zips, patches as git writes them, line endings, and pages that
//! need no other file.
//!
//! Pure: bytes in, bytes out. Knows no session and no document. Whatever comes from outside is read whole and checked
//! before anything of it is given out.

mod file;
pub mod limits;
pub mod path;
pub mod text;

pub mod git;
pub mod page;

pub mod zip;

pub use file::{File, Tree};
