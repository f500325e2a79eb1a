//! The integration tests, in one binary: one `mod` per area.

mod browser;
mod upstreams;
