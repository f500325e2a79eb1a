//! Which of several equal places is meant: what a hint and a V4A chunk's anchors say.

use super::file::{File, key};
use super::{Hint, Located};
use crate::action::Place;
use crate::diff::utf16_len;

/// How many anchors a chunk may have: for each the file is looked through once. More tell nothing.
const ANCHORS_MAX: usize = 16;

/// What decides between places.
#[derive(Debug, Default)]
pub(super) struct Chosen {
    /// A UTF-16 unit that the place begins at or behind.
    after: Option<u32>,
    /// The line of the last anchor.
    anchor: Option<usize>,
    /// The place ends the file.
    end_of_file: bool,
}

impl Chosen {
    pub(super) fn by(hint: Hint) -> Self {
        Self { after: hint.after, ..Self::default() }
    }

    pub(super) fn by_chunk(file: &File<'_>, anchors: &[String], end_of_file: bool, hint: Hint) -> Self {
        let from = hint.after.map(|after| line_from(file, after));
        Self { after: hint.after, anchor: last_anchor(file, anchors, from), end_of_file }
    }

    /// The one that is meant of some places, `len` lines each.
    pub(super) fn of(&self, file: &File<'_>, places: &[usize], len: usize) -> Option<usize> {
        if let [one] = places {
            return Some(*one);
        }
        if self.end_of_file
            && let Some(last) = places.last().filter(|place| *place + len == file.count())
        {
            return Some(*last);
        }
        let from = self.after.map(|after| line_from(file, after)).max(self.anchor)?;
        places.iter().copied().find(|place| *place >= from)
    }

    /// Where lines go that replace nothing.
    pub(super) fn insertion(&self, file: &File<'_>, anchored: bool) -> Located {
        let line = match self.anchor {
            _ if self.end_of_file || !anchored => file.count(),
            Some(line) => line + 1,
            None => return Located::Absent { closest_line: None },
        };
        let ends_open = line == file.count() && !file.text().is_empty() && !file.text().ends_with('\n');
        let start = file.start_of(if ends_open { line - 1 } else { line });
        let old = if ends_open { file.text().get(start..).unwrap_or_default() } else { "" };
        let before = utf16_len(file.text().get(..start).unwrap_or_default());
        Located::Found(Place { start: before, old: old.to_owned(), reindent: None })
    }
}

/// The line of the last anchor, each behind the one before; none where one is missing or the first tells nothing.
fn last_anchor(file: &File<'_>, anchors: &[String], from: Option<usize>) -> Option<usize> {
    let mut last: Option<usize> = None;
    if anchors.len() > ANCHORS_MAX {
        return None;
    }
    for anchor in anchors {
        last = Some(match last {
            Some(before) => lines_of(file, anchor, before + 1).next()?,
            None => {
                let ahead = from.and_then(|from| lines_of(file, anchor, from).next());
                match ahead {
                    Some(line) => line,
                    None => {
                        let mut lines = lines_of(file, anchor, 0);
                        let first = lines.next()?;
                        // With a second anchor behind it, the first one only has to lead there.
                        if lines.next().is_some() && anchors.len() == 1 && from.is_none() {
                            return None;
                        }
                        first
                    }
                }
            }
        });
    }
    last
}

/// The lines that an anchor stands for: equal ones, or else those that begin with it.
fn lines_of<'a>(file: &'a File<'_>, anchor: &'a str, from: usize) -> impl Iterator<Item = usize> + 'a {
    let wanted = key(anchor, &mut String::new());
    let keys = file.keys().get(from..).unwrap_or_default();
    let equal = keys.contains(&wanted);
    let anchor = anchor.trim();
    keys.iter().enumerate().map(move |(at, key)| (from + at, *key)).filter_map(move |(line, key)| {
        let is_one = if equal { key == wanted } else { begins_with(file.line(line).trim(), anchor) };
        is_one.then_some(line)
    })
}

fn begins_with(line: &str, anchor: &str) -> bool {
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    line.strip_prefix(anchor).is_some_and(|rest| !(anchor.ends_with(is_word) && rest.starts_with(is_word)))
}

fn line_from(file: &File<'_>, after: u32) -> usize {
    let mut left = after;
    let mut byte = 0;
    // Lines at a time: the scan of characters is over one line only.
    for index in 0..file.count() {
        let next = file.start_of(index + 1);
        let len = utf16_len(file.text().get(byte..next).unwrap_or_default());
        if len > left {
            return if left == 0 { index } else { index + 1 };
        }
        (left, byte) = (left - len, next);
    }
    file.count()
}
