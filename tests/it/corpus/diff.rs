//! What differs, readably: files line by line with their invisible characters shown, reports field by field.

use std::fmt::Write;

use serde_json::Value;

use super::case::Files;

/// The files that differ, as a diff each; nothing when none does.
pub fn files(expected: &Files, found: &Files) -> String {
    let mut out = String::new();
    let mut paths: Vec<&String> = expected.keys().chain(found.keys()).collect();
    paths.sort();
    paths.dedup();
    for path in paths {
        match (expected.get(path), found.get(path)) {
            (Some(expected), Some(found)) if expected == found => {}
            (Some(expected), Some(found)) => {
                let _ = writeln!(out, "--- {path}, as expected\n+++ {path}, as it is");
                out.push_str(&lines(&visible(expected), &visible(found)));
            }
            (Some(_), None) => out.push_str(&format!("{path} is missing\n")),
            (None, Some(found)) => {
                let _ = writeln!(out, "{path} should not be there:\n{}", visible(found).join("\n"));
            }
            (None, None) => {}
        }
    }
    out
}

/// The hunks that are not as expected: every field that is given has to be the same.
pub fn report(expected: &Value, report: &Value) -> String {
    let mut out = String::new();
    let (none, found) = (Vec::new(), &report["hunks"]);
    let (expected, found) = (expected.as_array().unwrap_or(&none), found.as_array().unwrap_or(&none));
    if expected.len() != found.len() {
        let _ = writeln!(out, "{} hunks expected, {} found", expected.len(), found.len());
    }
    for (at, hunk) in found.iter().enumerate() {
        let fields = expected.get(at).and_then(Value::as_object);
        for (field, wanted) in fields.into_iter().flatten().filter(|(field, wanted)| hunk[field.as_str()] != **wanted) {
            let _ = writeln!(out, "hunk {at}: {field} is {}, not {wanted}", hunk[field.as_str()]);
        }
        if fields.is_none_or(|fields| fields.iter().any(|(field, wanted)| hunk[field.as_str()] != *wanted)) {
            let _ = writeln!(out, "hunk {at}: {hunk}");
        }
    }
    out
}

/// Lines with what is not seen in them made visible.
fn visible(bytes: &[u8]) -> Vec<String> {
    let text = String::from_utf8_lossy(bytes);
    let mut lines: Vec<String> = text
        .split_inclusive('\n')
        .map(|line| match line.strip_suffix('\n') {
            Some(line) => show(line),
            None => format!("{}⏎̸", show(line)),
        })
        .collect();
    if lines.is_empty() {
        lines.push("(empty)".to_owned());
    }
    lines
}

fn show(line: &str) -> String {
    let blank_end = line.len() - line.trim_end_matches(' ').len();
    let line = line.trim_end_matches(' ');
    let line = line.replace('\r', "␍").replace('\t', "→").replace('\u{A0}', "⍽").replace('\u{FEFF}', "[BOM]");
    format!("{line}{}", "·".repeat(blank_end))
}

/// A diff by the longest common subsequence: cases are small.
fn lines(expected: &[String], found: &[String]) -> String {
    let mut common = vec![vec![0_usize; found.len() + 1]; expected.len() + 1];
    for at in (0..expected.len()).rev() {
        for to in (0..found.len()).rev() {
            common[at][to] = match expected[at] == found[to] {
                true => common[at + 1][to + 1] + 1,
                false => common[at + 1][to].max(common[at][to + 1]),
            };
        }
    }
    let (mut at, mut to) = (0, 0);
    let mut out = String::new();
    while at < expected.len() || to < found.len() {
        let line = if at < expected.len() && to < found.len() && expected[at] == found[to] {
            (at, to) = (at + 1, to + 1);
            format!(" {}", found[to - 1])
        } else if to == found.len() || (at < expected.len() && common[at + 1][to] >= common[at][to + 1]) {
            at += 1;
            format!("-{}", expected[at - 1])
        } else {
            to += 1;
            format!("+{}", found[to - 1])
        };
        let _ = writeln!(out, "{line}");
    }
    out
}
