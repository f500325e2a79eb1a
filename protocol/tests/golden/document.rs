//! The examples of `docs/protocol.md` are frames, and every frame has one.

use std::collections::BTreeSet;

use protocol::client::ClientFrame;
use protocol::server::ServerFrame;
use serde_json::Value;

const DOCUMENT: &str = include_str!("../../../docs/protocol.md");

/// Every example that is a whole frame: it begins a line of a code block, after an arrow where there is one.
/// What is abridged by an ellipsis inside braces or brackets is no whole frame.
fn examples() -> Vec<Value> {
    let mut found = Vec::new();
    for (at, _) in DOCUMENT.match_indices("{\"type\":") {
        let before = DOCUMENT.get(..at).unwrap();
        let line = before.rsplit('\n').next().unwrap();
        if !matches!(line, "    " | "    -> " | "    <- ") {
            continue;
        }
        let rest = DOCUMENT.get(at..).unwrap();
        let mut values = serde_json::Deserializer::from_str(rest).into_iter::<Value>();
        match values.next().unwrap() {
            Ok(frame) => found.push(frame),
            Err(error) => {
                let line = rest.lines().next().unwrap();
                assert!(line.contains("…}"), "{error} in {line}");
            }
        }
    }
    found
}

/// What the variants of a frame's source say that they are called.
fn names(source: &str) -> impl Iterator<Item = &str> {
    let renamed = source.split("#[serde(rename = \"").skip(1);
    renamed.filter_map(|rest| rest.split('"').next())
}

#[test]
fn every_example_is_a_frame() {
    for example in examples() {
        let client = serde_json::from_value::<ClientFrame>(example.clone());
        let server = serde_json::from_value::<ServerFrame>(example.clone());
        assert!(client.is_ok() || server.is_ok(), "{example}: {client:?} {server:?}");
    }
}

#[test]
fn every_frame_has_an_example() {
    let examples = examples();
    let told: BTreeSet<&str> = examples.iter().filter_map(|e| e.get("type")?.as_str()).collect();
    let client = names(include_str!("../../src/client.rs"));
    let server = names(include_str!("../../src/server.rs"));
    // Too long for a line of its own: its fields stand in a table.
    let untold: Vec<&str> = client.chain(server).filter(|n| !told.contains(n)).collect();
    assert_eq!(untold, ["welcome"]);
}
