//! The integration tests, in one binary: one `mod` per area.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::large_futures,
    reason = "all of it is test code, the helpers outside #[test] functions too"
)]

mod browser;
mod corpus;
mod durable;
mod faults;
mod links;
mod opening;
mod security;
mod steering;
mod timeline;
mod transfer;
mod upstreams;
mod yjs;
