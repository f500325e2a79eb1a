//! The plainest reading of edit blocks: the old text, which occurs exactly once, is replaced by the new one.
//!
//! For a block that a cut left open it has several readings, because an applier may have come further or less far.

use std::collections::BTreeMap;

/// Path to text.
pub(super) type Files = BTreeMap<String, String>;

/// What became of the old text of a block that was cut while its new text came.
#[derive(Clone, Copy, Debug)]
pub(super) enum Half {
    /// All of it stands under the new text so far.
    Under,
    /// As many lines of it are gone as new ones came.
    Replaced,
    /// It stands under the new text, which has no newline after its last piece.
    Glued,
    /// The lines that came again are the old ones, and the rest of the old text stands: what a streaming diff leaves.
    Matched,
}

pub(super) const HALVES: [Half; 4] = [Half::Under, Half::Replaced, Half::Glued, Half::Matched];

/// Applies a model's output, cut anywhere.
pub(super) fn apply(files: &mut Files, output: &str, half: Half) {
    let mut rest = output;
    while let Some(at) = rest.find("<edit path=\"") {
        let Some(block) = Block::read(&rest[at..]) else {
            return;
        };
        let text = files.entry(block.path.to_owned()).or_default();
        match block.new {
            New::Whole(new) => *text = replaced(text, block.old, new),
            New::Cut(new) => {
                *text = replaced(text, block.old, &half_done(block.old, new, half));
                return;
            }
        }
        rest = &rest[at + block.len..];
    }
}

struct Block<'a> {
    path: &'a str,
    old: &'a str,
    new: New<'a>,
    len: usize,
}

enum New<'a> {
    Whole(&'a str),
    Cut(&'a str),
}

impl<'a> Block<'a> {
    /// The block that a text begins with; none while its old text is still to come.
    fn read(text: &'a str) -> Option<Self> {
        let path = text.strip_prefix("<edit path=\"")?.split_once('"')?.0;
        let (before, rest) = text.split_once("\n<old_text>\n")?;
        assert!(before.ends_with("\">"), "a tag stands alone on its line: {before}");
        let (old, rest) = if let Some(rest) = rest.strip_prefix("</old_text>\n") {
            ("", rest)
        } else {
            rest.split_once("\n</old_text>\n")?
        };
        let rest = rest.strip_prefix("<new_text>\n")?;
        if let Some(after) = rest.strip_prefix("</new_text>\n</edit>\n") {
            return Some(Self { path, old, new: New::Whole(""), len: text.len() - after.len() });
        }
        Some(match rest.split_once("\n</new_text>\n</edit>\n") {
            Some((new, after)) => Self { path, old, new: New::Whole(new), len: text.len() - after.len() },
            None => Self { path, old, new: New::Cut(without_tag(rest)), len: text.len() },
        })
    }
}

/// New text less the closing tag that was cut, or that may be about to come.
fn without_tag(new: &str) -> &str {
    if let Some((new, _)) = new.split_once("</new_text>") {
        return new;
    }
    let last_line = new.rfind('\n').map_or(0, |newline| newline + 1);
    if "</new_text>".starts_with(&new[last_line..]) { &new[..last_line] } else { new }
}

fn half_done(old: &str, new: &str, half: Half) -> String {
    let old: Vec<&str> = old.lines().collect();
    let came = new.lines().count();
    let left = match half {
        Half::Under | Half::Glued => 0,
        Half::Replaced => came.min(old.len()),
        Half::Matched => new
            .lines()
            .fold(0, |done, line| old[done..].iter().position(|old| *old == line).map_or(done, |at| done + at + 1)),
    };
    let glue = if matches!(half, Half::Glued) || new.is_empty() { "" } else { "\n" };
    format!("{}{glue}{}", new.trim_end_matches('\n'), old[left..].join("\n"))
}

fn replaced(text: &str, old: &str, new: &str) -> String {
    if old.is_empty() {
        assert_eq!(text, "", "an empty old text fills an empty file only");
        return format!("{new}\n");
    }
    assert_eq!(text.matches(old).count(), 1, "the old text is unique:\n{old}\n--- in\n{text}");
    // Whole lines: with nothing new, their newline goes too.
    let lines = format!("{old}\n");
    if new.is_empty() && text.contains(&lines) { text.replacen(&lines, "", 1) } else { text.replacen(old, new, 1) }
}

/// The files that are not as expected, both ways; empty if all are.
pub(super) fn differing(files: &Files, expected: &Files) -> String {
    let paths = files.iter().filter(|(path, text)| expected.get(*path) != Some(text));
    paths.map(|(path, text)| format!("=== {path}\n{text}--- expected\n{}", expected[path])).collect()
}
