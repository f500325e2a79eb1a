//! What the learner typed into a file, and what becomes of it when the script changes that file.
//!
//! A line is the learner's when the script cannot have written it, not even up to a cut in its middle.

use std::collections::HashSet;
use std::ops::Range;

use super::lines::changes;

/// The texts that the script itself gives a file.
#[derive(Clone, Debug)]
pub(in crate::practice) struct Origin<'a> {
    /// Every line that the script may have written, or found.
    lines: HashSet<&'a str>,
}

impl<'a> Origin<'a> {
    /// The texts of a file: at the start, and those that the script brings it to.
    pub fn new(start: &'a str, targets: impl Iterator<Item = &'a str>) -> Self {
        Self { lines: targets.chain([start]).flat_map(str::lines).collect() }
    }
}

/// What becomes of lines that the learner typed. Lines that stand by themselves, and comments, stay either way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::practice) enum Typed {
    /// All stay, and take the place of the script's line that they are a version of.
    Stays,
    /// Where the script's own lines change, the learner's among them, and versions of them, may go: the learner asked
    /// for that change.
    MayGo,
}

/// The target with the learner's lines put in.
pub(super) fn put_in<'a>(lines: &[&'a str], target: &[&'a str], origin: &Origin<'_>, typed: Typed) -> Vec<&'a str> {
    let mut result = Vec::new();
    let mut done = 0;
    for change in changes(lines, target) {
        result.extend_from_slice(target.get(done..change.new.start).unwrap_or_default());
        done = change.new.end;
        let new = target.get(change.new).unwrap_or_default();
        let old = lines.get(change.old).unwrap_or_default();
        let own = own_lines(old, origin);
        let alone = own.is_empty() && new.is_empty();
        let theirs =
            old.iter().copied().enumerate().filter(|(_, line)| !line.trim().is_empty() && origin.is_foreign(line));
        let stays = |&(at, line): &(usize, &str)| {
            let apart = !own.contains(&at) && !origin.has_like(line);
            typed == Typed::Stays || alone || apart || is_comment(line)
        };
        result.extend(with_typed(new, theirs.filter(stays).map(|(_, line)| line)));
    }
    result.extend_from_slice(target.get(done..).unwrap_or_default());
    result
}

/// The lines from the script's first to its last: what the learner typed among them may go with them.
fn own_lines(old: &[&str], origin: &Origin<'_>) -> Range<usize> {
    let own = |line: &&str| !line.trim().is_empty() && !origin.is_foreign(line);
    match (old.iter().position(own), old.iter().rposition(own)) {
        (Some(first), Some(last)) => first..last + 1,
        _ => 0..0,
    }
}

/// New lines with the learner's: each in the place of its like, else before all.
fn with_typed<'a>(new: &[&'a str], theirs: impl Iterator<Item = &'a str>) -> Vec<&'a str> {
    let mut result = new.to_vec();
    let mut before = Vec::new();
    for line in theirs {
        match result.iter_mut().find(|own| are_alike(own, line)) {
            Some(own) => *own = line,
            None => before.push(line),
        }
    }
    before.append(&mut result);
    before
}

/// Whether one line looks like a version of the other: half of the longer one is common beginning and end.
fn are_alike(a: &str, b: &str) -> bool {
    let (a, b): (Vec<char>, Vec<char>) = (a.trim().chars().collect(), b.trim().chars().collect());
    let shorter = a.len().min(b.len());
    let head = a.iter().zip(&b).take_while(|(a, b)| a == b).count();
    let tail = a.iter().rev().zip(b.iter().rev()).take_while(|(a, b)| a == b).count().min(shorter - head);
    2 * (head + tail) > a.len().max(b.len())
}

fn is_comment(line: &str) -> bool {
    ["#", "//", "/*", "<!--"].iter().any(|mark| line.trim_start().starts_with(mark))
}

impl Origin<'_> {
    /// Whether the script cannot have written this line: it is not the beginning of one of the script's, alone or run
    /// together with the end of one over which it was being written: the project's, or its own of before a cut.
    fn is_foreign(&self, line: &str) -> bool {
        if self.lines.contains(line) {
            return false;
        }
        let head = self.lines.iter().map(|own| same_bytes(line.bytes(), own.bytes())).max().unwrap_or_default();
        let tail = || self.lines.iter().map(|old| same_bytes(line.bytes().rev(), old.bytes().rev())).max();
        head < line.len() && (head == 0 || head + tail().unwrap_or_default() < line.len())
    }

    /// Whether a line looks like a version of one of the script's.
    fn has_like(&self, line: &str) -> bool {
        self.lines.iter().any(|own| are_alike(own, line))
    }
}

fn same_bytes(a: impl Iterator<Item = u8>, b: impl Iterator<Item = u8>) -> usize {
    a.zip(b).take_while(|(a, b)| a == b).count()
}
