//! Located text while a hunk rewrites it: the engine's operations in, the new text out.
//!
//! Built beside the old text in one pass, so that a file re-typed token by token costs its length once. Refuses what no
//! text can do. Knows nothing of files.

use std::ops::Range;

use edits::testing::Impossible;

use super::report::{Lines, Place};
use super::text::{Ending, FileText};

/// Text being rewritten.
#[derive(Debug)]
pub struct Draft {
    /// Where the located text begins in the file, in bytes.
    start: usize,
    /// The newlines in front of it.
    lines_before: usize,
    old: String,
    /// How far the operations have walked through `old`, in bytes.
    at: usize,
    new: String,
    /// How each newline of `old` is written, when the file mixes endings, and how new ones are.
    old_endings: Option<(Vec<Ending>, Ending)>,
    /// The same of `new`.
    new_endings: Vec<Ending>,
    /// The newlines of `old` that the operations have walked over.
    walked: usize,
}

/// What takes the place of what.
pub struct Rewritten<'a> {
    /// The bytes of the file that go.
    pub bytes: Range<usize>,
    /// The newlines of the file that go, counted from its start.
    pub newlines: Range<usize>,
    /// What comes.
    pub text: &'a str,
    /// How each newline of it is written, when the file mixes endings.
    pub(super) endings: &'a [Ending],
}

impl Draft {
    /// Begins to rewrite a place of a file.
    pub fn new(file: &FileText, place: &edits::Place) -> Result<Draft, Impossible> {
        let start = bytes_of(file.text(), place.start)?;
        let (before, from) = file.text().split_at_checked(start).ok_or(Impossible::SplitPair)?;
        if !from.starts_with(&place.old) {
            return Err(Impossible::PastEnd);
        }
        let lines_before = newlines(before);
        let old_endings = file
            .endings_from(lines_before)
            .map(|(each, usual)| (each.get(..newlines(&place.old)).unwrap_or(each).to_vec(), usual));
        Ok(Draft {
            start,
            lines_before,
            old: place.old.clone(),
            at: 0,
            new: String::new(),
            old_endings,
            new_endings: Vec::new(),
            walked: 0,
        })
    }

    /// The next `units` UTF-16 units stay.
    pub fn keep(&mut self, units: u32) -> Result<(), Impossible> {
        let kept = self.walk(units)?;
        self.copy(kept);
        Ok(())
    }

    /// The next `units` UTF-16 units go.
    pub fn delete(&mut self, units: u32) -> Result<(), Impossible> {
        let gone = self.walk(units)?;
        self.walked += newlines(self.old.get(gone).unwrap_or_default());
        Ok(())
    }

    /// New text comes.
    pub fn insert(&mut self, text: &str) {
        self.new.push_str(text);
        if let Some((_, usual)) = self.old_endings {
            self.new_endings.extend(std::iter::repeat_n(usual, newlines(text)));
        }
    }

    /// The operations are complete: what they have not walked over stays.
    pub fn finish(&mut self) {
        let rest = self.at..self.old.len();
        self.at = self.old.len();
        self.copy(rest);
    }

    /// Whether anything changed.
    pub fn changed(&self) -> bool {
        self.old != self.new
    }

    /// Where the new text ends in the file, in UTF-16 units, when it began at `start`.
    pub fn end(&self, start: u32) -> u32 {
        start.saturating_add(u32::try_from(self.new.encode_utf16().count()).unwrap_or(u32::MAX))
    }

    /// What takes the place of what.
    pub fn rewritten(&self) -> Rewritten<'_> {
        Rewritten {
            bytes: self.start..self.start + self.old.len(),
            newlines: self.lines_before..self.lines_before + newlines(&self.old),
            text: &self.new,
            endings: &self.new_endings,
        }
    }

    /// The lines that changed; the located ones when none did.
    pub fn place(&self) -> Place {
        let (old, new): (Vec<&str>, Vec<&str>) = (self.old.lines().collect(), self.new.lines().collect());
        let (mut same_first, mut same_last) = (0, 0);
        if self.changed() {
            same_first = old.iter().zip(&new).take_while(|(a, b)| a == b).count();
            let shorter = old.len().min(new.len()) - same_first;
            same_last = old.iter().rev().zip(new.iter().rev()).take(shorter).take_while(|(a, b)| a == b).count();
        }
        let line = self.lines_before + same_first + 1;
        let lines = |all: &[&str]| Lines::new(line, all.len() - same_first - same_last);
        Place { before: lines(&old), after: lines(&new) }
    }

    fn walk(&mut self, units: u32) -> Result<Range<usize>, Impossible> {
        if units == 0 {
            return Err(Impossible::Empty);
        }
        let rest = self.old.get(self.at..).unwrap_or_default();
        let from = self.at;
        self.at += bytes_of(rest, units)?;
        Ok(from..self.at)
    }

    fn copy(&mut self, range: Range<usize>) {
        let text = self.old.get(range).unwrap_or_default();
        self.new.push_str(text);
        let count = newlines(text);
        if let Some((each, _)) = &self.old_endings {
            self.new_endings.extend(each.iter().skip(self.walked).take(count));
        }
        self.walked += count;
    }
}

fn newlines(text: &str) -> usize {
    text.bytes().filter(|byte| *byte == b'\n').count()
}

/// How many bytes the first `units` UTF-16 units are.
fn bytes_of(text: &str, units: u32) -> Result<usize, Impossible> {
    let mut left = units as usize;
    for (at, c) in text.char_indices() {
        if left == 0 {
            return Ok(at);
        }
        left = left.checked_sub(c.len_utf16()).ok_or(Impossible::SplitPair)?;
    }
    if left == 0 { Ok(text.len()) } else { Err(Impossible::PastEnd) }
}
