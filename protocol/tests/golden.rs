//! Pins the wire: every frame serialises to exactly this JSON and parses back to the same value.
//!
//! A failure here means that clients which are already out there will not understand the server. What is meant is
//! updated by `UPDATE_EXPECT=1 cargo test -p protocol`, and goes into `docs/protocol.md` with it.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "clippy knows test functions as tests, but not the helpers that they share"
)]

#[path = "golden/client.rs"]
mod client;
#[path = "golden/codes.rs"]
mod codes;
#[path = "golden/comments.rs"]
mod comments;
#[path = "golden/context.rs"]
mod context;
#[path = "golden/document.rs"]
mod document;
#[path = "golden/files.rs"]
mod files;
#[path = "golden/hunks.rs"]
mod hunks;
#[path = "golden/links.rs"]
mod links;
#[path = "golden/offer.rs"]
mod offer;
#[path = "golden/opening.rs"]
mod opening;
#[path = "golden/plain.rs"]
mod plain;
#[path = "golden/server.rs"]
mod server;
#[path = "golden/timeline.rs"]
mod timeline;
#[path = "golden/values.rs"]
mod values;

use std::fmt::Debug;

use expect_test::Expect;
use serde::Serialize;
use serde::de::DeserializeOwned;

/// `value` is this JSON, and this JSON is `value`.
#[track_caller]
fn check<T: Serialize + DeserializeOwned + PartialEq + Debug>(value: T, expected: Expect) {
    let json = serde_json::to_string(&value).unwrap();
    expected.assert_eq(&json);
    assert_eq!(serde_json::from_str::<T>(&json).unwrap(), value, "{json}");
}
