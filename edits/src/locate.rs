//! Finds old text in a file.
//!
//! From strict to lenient, each step only when no earlier one found anything:
//!
//! 1. whole lines as they are;
//! 2. without blanks at their ends (and a `\r` there);
//! 3. without blanks at both ends;
//! 4. with Unicode look-alikes of dashes, quotes and spaces folded too;
//! 5. steps 1 to 4 without a blank line that old text begins with and the file has not;
//! 6. where the old text leaves lines out with a line of dots (`...`, `# ... rest ...`): its parts in their order,
//!    each in one place alone. What stands between them belongs to the place and is not changed;
//! 7. otherwise a bounded fuzzy match by lines (`fuzzy` has its costs and thresholds).
//!
//! Several places in one step are ambiguous, never guessed between, unless a [`Hint`] or a chunk's anchors say which.
//! A place with another indentation throughout says how new text has to be shifted
//! ([`Reindent`](crate::action::Reindent)), from tabs to spaces or back if need be: re-indentation is no search of its
//! own, since step 3 finds every place it would. Where only some lines are indented in another way new text goes in as
//! it is written. The last line needs no newline, in the file or in the old text.
//!
//! The steps are those of Codex' `apply_patch`, aider's and Zed's locator. Knows nothing of new text.

mod anchors;
mod elided;
mod file;
mod fold;
mod fuzzy;
mod reindent;
mod search;
mod similar;

use std::ops::Range;

use crate::action::{FileView, Place, Wanted};
use crate::diff::utf16_len;
use anchors::Chosen;
use file::File;
use fuzzy::Fuzzy;
use reindent::reindent;

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
    /// The first one that begins at this UTF-16 unit or behind it; without one there, none is.
    pub after: Option<u32>,
}

/// Finds what a hunk wants in a file. `Whole`, `Delete` and `Move` are about the whole file.
///
/// Of several equal places a chunk means the first behind its anchors (`@@` lines, looked for from the hint on, and
/// else from the file's front; `class A` stands for `class A(Base):` too), or the one that ends the file if it says
/// so. Anchors that are not found, or of which the first stands in several places, tell nothing. A chunk that only
/// adds goes behind its last anchor, or to the file's end. Where a file ends without a newline, its last line is that
/// place.
pub fn find(file: &FileView<'_>, wanted: &Wanted, hint: Hint) -> Located {
    match wanted {
        Wanted::Text(old_text) => search(file.text, old_text, &Chosen::by(hint)),
        Wanted::Chunk { anchors, old_text, end_of_file, follows } => {
            let hint = if *follows { hint } else { Hint::default() };
            let file = File::new(file.text);
            let chosen = Chosen::by_chunk(&file, anchors, *end_of_file, hint);
            if old_text.is_empty() {
                chosen.insertion(&file, !anchors.is_empty())
            } else {
                search_in(&file, old_text, &chosen)
            }
        }
        Wanted::Whole | Wanted::Delete | Wanted::Move { .. } => {
            Located::Found(Place { start: 0, old: file.text.to_owned(), reindent: None })
        }
    }
}

/// Finds `old_text`, whole lines with or without the last newline, in a file. Empty old text is
/// found in a file that is empty or blank: it stands for all of it.
pub fn locate(file_text: &str, old_text: &str) -> Located {
    search(file_text, old_text, &Chosen::default())
}

/// The parts of a place whose old text leaves text out, as byte ranges of it; none when it does not.
pub(crate) fn parts(old_text: &str, standing: &str) -> Vec<Range<usize>> {
    if !elided::leaves_out(old_text) {
        return Vec::new();
    }
    let file = File::new(standing);
    let wanted = lines(old_text);
    if !strict(&file, &wanted).1.is_empty() {
        return Vec::new();
    }
    let parts = elided::parts(&file, &wanted).unwrap_or_default();
    parts.into_iter().map(|part| file.start_of(part.start)..file.start_of(part.end)).collect()
}

fn search(file_text: &str, old_text: &str, chosen: &Chosen) -> Located {
    if !old_text.is_empty() {
        return search_in(&File::new(file_text), old_text, chosen);
    }
    if file_text.trim().is_empty() {
        Located::Found(Place { start: 0, old: file_text.to_owned(), reindent: None })
    } else {
        Located::Absent { closest_line: None }
    }
}

fn search_in(file: &File<'_>, old_text: &str, chosen: &Chosen) -> Located {
    let wanted = lines(old_text);
    let (wanted, places) = strict(file, &wanted);
    if !places.is_empty() {
        return match chosen.of(file, &places, wanted.len()) {
            Some(first) => {
                let lines = first..first + wanted.len();
                let pairs = wanted.iter().copied().zip(lines.clone().map(|index| file.line(index)));
                Located::Found(place(file, lines, pairs))
            }
            None => Located::Ambiguous { count: u32::try_from(places.len()).unwrap_or(u32::MAX) },
        };
    }
    if elided::leaves_out(old_text) {
        return match elided::parts(file, wanted) {
            Some(parts) => Located::Found(elided_place(file, wanted, &parts)),
            None => Located::Absent { closest_line: None },
        };
    }
    match fuzzy::search(file, wanted) {
        Fuzzy::Found { lines, pairs } => {
            let pairs = pairs.iter().filter_map(|(at, index)| Some((*wanted.get(*at)?, file.line(*index))));
            Located::Found(place(file, lines, pairs))
        }
        Fuzzy::Several(count) => Located::Ambiguous { count },
        Fuzzy::Nothing { closest } => {
            Located::Absent { closest_line: closest.and_then(|line| u32::try_from(line + 1).ok()) }
        }
    }
}

/// Steps 1 to 5: the places, and what of the wanted lines stands there.
fn strict<'a, 'b>(file: &File<'_>, wanted: &'a [&'b str]) -> (&'a [&'b str], Vec<usize>) {
    let places = search::places(file, wanted);
    let blanks = wanted.iter().take_while(|line| line.trim().is_empty()).count();
    match wanted.get(blanks..) {
        Some(rest) if places.is_empty() && blanks > 0 && !rest.is_empty() => {
            let places = search::places(file, rest);
            if places.is_empty() { (wanted, places) } else { (rest, places) }
        }
        _ => (wanted, places),
    }
}

fn lines(text: &str) -> Vec<&str> {
    text.strip_suffix('\n').unwrap_or(text).split('\n').collect()
}

fn place<'a>(file: &File<'_>, lines: Range<usize>, pairs: impl Iterator<Item = (&'a str, &'a str)> + Clone) -> Place {
    let (start, end) = (file.start_of(lines.start), file.start_of(lines.end));
    Place {
        start: utf16_len(file.text().get(..start).unwrap_or_default()),
        old: file.text().get(start..end).unwrap_or_default().to_owned(),
        reindent: reindent(pairs),
    }
}

fn elided_place(file: &File<'_>, wanted: &[&str], parts: &[Range<usize>]) -> Place {
    let said = wanted.iter().copied().filter(|line| !elided::is_dots(line));
    let pairs = said.zip(parts.iter().flat_map(Clone::clone).map(|index| file.line(index)));
    let bounds = parts.first().map_or(0, |part| part.start)..parts.last().map_or(0, |part| part.end);
    place(file, bounds, pairs)
}
