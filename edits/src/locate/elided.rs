//! Old text that leaves lines out.

use std::ops::Range;

use super::file::File;
use super::search;
use crate::elision;

/// How often old text may leave lines out: each time the file is searched once more.
const DOTS_MAX: usize = 16;

/// Whether a line stands for lines that are left out.
pub(super) fn is_dots(line: &str) -> bool {
    elision::is_one(line, true)
}

/// Whether a text has such a line.
pub(super) fn leaves_out(text: &str) -> bool {
    text.lines().any(is_dots)
}

/// Where the parts between such lines stand, as lines of the file: in order, each once behind the one before, and the
/// first once at all. `None` when they do not, and when there is nothing but such lines.
pub(super) fn parts(file: &File<'_>, wanted: &[&str]) -> Option<Vec<Range<usize>>> {
    let mut parts: Vec<Range<usize>> = Vec::new();
    let mut leading = 0;
    if wanted.iter().filter(|line| is_dots(line)).count() > DOTS_MAX {
        return None;
    }
    for part in wanted.split(|line| is_dots(line)) {
        if part.is_empty() {
            match parts.last() {
                Some(last) => parts.push(last.end..last.end),
                None => leading += 1,
            }
            continue;
        }
        let from = parts.last().map_or(0, |last| last.end);
        let places = search::places(file, part);
        let mut behind = places.into_iter().filter(|place| *place >= from);
        let first = behind.next()?;
        if behind.next().is_some() {
            return None;
        }
        if parts.is_empty() {
            parts.extend(std::iter::repeat_n(first..first, leading));
        }
        parts.push(first..first + part.len());
    }
    (parts.len() > leading).then_some(parts)
}
