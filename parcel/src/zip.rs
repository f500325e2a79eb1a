//! Zips: written with what a file is outside a session, and read without trust.

mod read;
mod write;

pub use read::{BadZip, Unzipped, read};
pub use write::write;

#[cfg(test)]
mod tests;
