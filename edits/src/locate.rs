//! Finds old text in a file.
//!
//! From strict to lenient, each step only when no earlier one found anything: exact lines; ignoring
//! blanks at line ends; at both ends; folding Unicode look-alikes too; and a bounded fuzzy match by
//! lines. Several places in one step are ambiguous, never guessed between. What is found with
//! another indentation throughout says how new text has to be shifted ([`Reindent`]): uniform
//! re-indentation is no search of its own, since ignoring both ends finds every place it would.
//!
//! The steps are those of Codex' `apply_patch` and of Zed's locator. Knows nothing of new text.

mod fold;
mod fuzzy;
mod search;

use std::borrow::Cow;
use std::ops::Range;

use crate::action::{FileView, Place, Reindent, Wanted};
use crate::diff::utf16_len;
use fuzzy::Fuzzy;

/// Where old text is, or why it is nowhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Located {
    /// In one place.
    Found(Place),
    /// In several.
    Ambiguous {
        /// How many.
        count: u32,
    },
    /// In none.
    Absent {
        /// The line, counted from 1, where the most similar text begins, when there is any.
        closest_line: Option<u32>,
    },
}

/// Which of several equal places is meant.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Hint {
    /// The first one that begins at this UTF-16 unit or behind it.
    pub after: Option<u32>,
}

/// Finds what a hunk wants in a file. `Whole`, `Delete` and `Move` are about the whole file.
pub fn find(file: &FileView<'_>, wanted: &Wanted, _hint: Hint) -> Located {
    match wanted {
        Wanted::Text(old_text) | Wanted::Chunk { old_text, .. } => locate(file.text, old_text),
        Wanted::Whole | Wanted::Delete | Wanted::Move { .. } => {
            Located::Found(Place { start: 0, old: file.text.to_owned(), reindent: None })
        }
    }
}

/// The parts of a place whose old text leaves text out, as byte ranges of it; none when it does not.
pub(crate) fn parts(_old_text: &str, _standing: &str) -> Vec<Range<usize>> {
    Vec::new()
}

/// Finds `old_text`, whole lines with or without the last newline, in a file. Empty old text is
/// found in a file that is empty or blank: it stands for all of it.
pub fn locate(file_text: &str, old_text: &str) -> Located {
    if old_text.is_empty() {
        return whole_blank_file(file_text);
    }
    let file = Lines::new(file_text);
    let wanted: Vec<&str> = old_text.strip_suffix('\n').unwrap_or(old_text).split('\n').collect();
    for normalise in STEPS {
        let normal: Vec<Cow<'_, str>> = wanted.iter().map(|line| normalise(line)).collect();
        let places = search::places(file.lines.len(), |index| normalise(file.line(index)), &normal);
        match places.as_slice() {
            [] => {}
            [first] => {
                let lines = *first..first + wanted.len();
                let pairs = lines.clone().map(|index| file.line(index));
                let reindent = reindent(wanted.iter().copied().zip(pairs));
                return Located::Found(file.place(lines, reindent));
            }
            several => {
                return Located::Ambiguous { count: u32::try_from(several.len()).unwrap_or(u32::MAX) };
            }
        }
    }
    match fuzzy::search(&file.texts(), &wanted) {
        Fuzzy::Found { lines, pairs } => {
            let pairs = pairs.iter().filter_map(|(at, index)| Some((*wanted.get(*at)?, file.line(*index))));
            let reindent = reindent(pairs);
            Located::Found(file.place(lines, reindent))
        }
        Fuzzy::Several(count) => Located::Ambiguous { count },
        Fuzzy::Nothing { closest } => {
            Located::Absent { closest_line: closest.and_then(|line| u32::try_from(line + 1).ok()) }
        }
    }
}

type Normalise = fn(&str) -> Cow<'_, str>;

const STEPS: [Normalise; 4] = [
    |line| Cow::Borrowed(line),
    |line| Cow::Borrowed(line.trim_end()),
    |line| Cow::Borrowed(line.trim()),
    |line| fold::look_alikes(line.trim()),
];

fn whole_blank_file(text: &str) -> Located {
    if text.trim().is_empty() {
        Located::Found(Place { start: 0, old: text.to_owned(), reindent: None })
    } else {
        Located::Absent { closest_line: None }
    }
}

/// The shift that gives every pair of lines (as wanted, as it stands) the same indentation.
fn reindent<'a>(pairs: impl Iterator<Item = (&'a str, &'a str)>) -> Option<Reindent> {
    let mut shift: Option<Reindent> = None;
    for (wanted, found) in pairs.filter(|(wanted, _)| !wanted.trim().is_empty()) {
        let (wanted, found) = (indentation(wanted), indentation(found));
        let Reindent { strip, add, .. } = shift.get_or_insert_with(|| {
            let common = wanted.bytes().rev().zip(found.bytes().rev()).take_while(|(a, b)| a == b).count();
            let front = |text: &str| text.get(..text.len() - common).unwrap_or_default().to_owned();
            Reindent { tabs: None, strip: front(wanted), add: front(found) }
        });
        let rest = wanted.strip_prefix(strip.as_str())?;
        if found.strip_prefix(add.as_str())? != rest {
            return None;
        }
    }
    shift.filter(|shift| shift.strip != shift.add)
}

/// The blanks a line begins with: ASCII ones, so that bytes are characters.
fn indentation(line: &str) -> &str {
    line.get(..line.len() - line.trim_start_matches([' ', '\t']).len()).unwrap_or_default()
}

struct Lines<'a> {
    text: &'a str,
    /// Each line without its newline.
    lines: Vec<Range<usize>>,
}

impl<'a> Lines<'a> {
    fn new(text: &'a str) -> Self {
        let mut start = 0;
        let lines = text.split_inclusive('\n').map(|line| {
            let end = start + line.strip_suffix('\n').unwrap_or(line).len();
            let line_start = start;
            start += line.len();
            line_start..end
        });
        Self { text, lines: lines.collect() }
    }

    fn line(&self, index: usize) -> &'a str {
        self.lines.get(index).and_then(|span| self.text.get(span.clone())).unwrap_or_default()
    }

    fn texts(&self) -> Vec<&'a str> {
        (0..self.lines.len()).map(|index| self.line(index)).collect()
    }

    /// The place of some lines, with the last one's newline if it has one.
    fn place(&self, lines: Range<usize>, reindent: Option<Reindent>) -> Place {
        let start_of = |index: usize| self.lines.get(index).map_or(self.text.len(), |span| span.start);
        let (start, end) = (start_of(lines.start), start_of(lines.end));
        Place {
            start: utf16_len(self.text.get(..start).unwrap_or_default()),
            old: self.text.get(start..end).unwrap_or_default().to_owned(),
            reindent,
        }
    }
}
