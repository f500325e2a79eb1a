//! What Midstream's integration tests and its bench share.

pub mod browser;
pub mod standin;
