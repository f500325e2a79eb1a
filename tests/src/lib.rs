//! What Midstream's integration tests and its bench share.

pub mod api;
pub mod bench;
pub mod binary;
pub mod browser;
pub mod client;
pub mod comments;
pub mod cutting;
pub mod editor;
pub mod gated;
pub mod links;
pub mod server;
pub mod standin;
pub mod timeline;
pub mod transfer;
