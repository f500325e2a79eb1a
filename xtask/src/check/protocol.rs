//! The wire and its document say the same: every frame, every error code and every close code is in
//! `docs/protocol.md`.
//!
//! Reads the protocol's source as text, so that xtask does not depend on the code that it checks.

use std::fs;

use anyhow::{Context, Result, bail};

use crate::place::Place;

/// Names everything that the document leaves out.
pub fn check(place: &Place) -> Result<()> {
    let read = |path: &str| fs::read_to_string(place.root.join(path)).with_context(|| path.to_owned());
    let mut words = frames(&read("protocol/src/client.rs")?);
    words.extend(frames(&read("protocol/src/server.rs")?));
    let codes = read("protocol/src/code.rs")?;
    words.extend(variants(&codes, "ErrorCode").into_iter().map(|name| camel(&name)));
    words.extend(close_codes(&codes));
    anyhow::ensure!(words.len() > 3, "the protocol's source is not written as this check expects");

    let document = read("docs/protocol.md")?;
    let missing = missing(&document, &words);
    if !missing.is_empty() {
        bail!("docs/protocol.md does not speak of: {}", missing.join(", "));
    }
    Ok(())
}

/// A word counts as documented when it stands in backticks or, as in an example frame, in quotes.
fn missing(document: &str, words: &[String]) -> Vec<String> {
    let told = |word: &String| document.contains(&format!("`{word}`")) || document.contains(&format!("\"{word}\""));
    words.iter().filter(|word| !told(word)).cloned().collect()
}

/// The `type` of every frame: each variant states it as `rename = "…"`.
fn frames(source: &str) -> Vec<String> {
    let names = source.split("#[serde(rename = \"").skip(1);
    names.filter_map(|rest| rest.split_once('"').map(|(name, _)| name.to_owned())).collect()
}

/// The names of an enum's plain variants.
fn variants(source: &str, name: &str) -> Vec<String> {
    let body = source.split_once(&format!("pub enum {name} {{")).and_then(|(_, rest)| rest.split_once('}'));
    let lines = body.map_or("", |(body, _)| body).lines().map(str::trim);
    lines
        .filter(|line| line.ends_with(',') && !line.starts_with("//"))
        .map(|line| line.trim_end_matches(',').to_owned())
        .collect()
}

/// The numbers of the close codes.
fn close_codes(source: &str) -> Vec<String> {
    let numbers = variants(source, "CloseCode").into_iter();
    numbers.filter_map(|variant| variant.split_once(" = ").map(|(_, number)| number.to_owned())).collect()
}

/// `TurnActive` as it goes over the wire: `turnActive`.
fn camel(name: &str) -> String {
    let mut characters = name.chars();
    characters.next().map_or_else(String::new, |first| first.to_lowercase().chain(characters).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_source_is_read() {
        let source = "
            pub enum ErrorCode {\n    /// The frame,\n    /// as it came.\n    BadFrame,\n    TurnActive,\n}
            pub enum CloseCode {\n    /// Why.\n    Internal = 4500,\n}
            #[serde(rename = \"turn/start\")]";
        assert_eq!(variants(source, "ErrorCode"), ["BadFrame", "TurnActive"]);
        assert_eq!(close_codes(source), ["4500"]);
        assert_eq!(frames(source), ["turn/start"]);
        assert_eq!(camel("TurnActive"), "turnActive");
    }

    #[test]
    fn what_the_document_leaves_out_is_named() {
        let words = ["turn/start".to_owned(), "turn/steer".to_owned(), "4500".to_owned()];
        assert_eq!(missing("`turn/steer`, {\"type\":\"turn/start\"}", &words), ["4500"]);
    }
}
