//! Places in a text, by lines.

use std::borrow::Cow;
use std::ops::Range;

use document::Sheet;

/// A text by lines. Lines are counted from 0 inside, and shown from 1.
pub struct Lines<'a> {
    text: &'a Sheet,
    /// Where each line begins.
    starts: Cow<'a, [usize]>,
}

impl<'a> Lines<'a> {
    /// The lines of a text; the newline that ends it begins none.
    pub fn of(text: &'a Sheet) -> Lines<'a> {
        Lines::known(text, Cow::Owned(starts(&text.text()).collect()))
    }

    /// The same where it is known where they begin.
    pub fn known(text: &'a Sheet, starts: Cow<'a, [usize]>) -> Lines<'a> {
        Lines { text, starts }
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.starts.len()
    }

    /// Where a line begins; past the last one, where the text ends.
    pub fn start(&self, line: usize) -> usize {
        self.starts.get(line).copied().unwrap_or(self.text.len())
    }

    /// The line in which a byte is.
    pub fn at(&self, byte: usize) -> usize {
        self.starts.partition_point(|start| *start <= byte).saturating_sub(1)
    }

    /// The lines that a range of bytes touches, at least one where there is any.
    pub fn touched(&self, bytes: &Range<usize>) -> Range<usize> {
        let first = self.at(bytes.start);
        let last = self.at(bytes.end.saturating_sub(1).max(bytes.start));
        first..(last + 1).min(self.count())
    }

    /// Some lines' text.
    pub fn slice(&self, lines: &Range<usize>) -> String {
        self.text.slice(self.start(lines.start)..self.start(lines.end))
    }

    /// How many bytes some lines have.
    pub fn bytes(&self, lines: &Range<usize>) -> usize {
        self.start(lines.end).saturating_sub(self.start(lines.start))
    }
}

/// Where the lines of a text begin.
pub fn starts(text: &str) -> impl Iterator<Item = usize> {
    let behind = text.match_indices('\n').map(|(at, _)| at + 1);
    std::iter::once(0).chain(behind).filter(|at| *at < text.len())
}

/// The longest front of at most `most` bytes.
pub fn floor_char(text: &str, most: usize) -> &str {
    if text.len() <= most {
        return text;
    }
    let end = (0..=most).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
    text.get(..end).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_found_by_byte() {
        let sheet = Sheet::from("ab\n\ncd");
        let lines = Lines::of(&sheet);
        assert_eq!((lines.count(), lines.at(0), lines.at(2), lines.at(3), lines.at(99)), (3, 0, 0, 1, 2));
        assert_eq!(lines.slice(&(1..3)), "\ncd");
        assert_eq!((lines.touched(&(0..3)), lines.touched(&(0..4)), lines.touched(&(5..5))), (0..1, 0..2, 2..3));
        let (empty, one) = (Sheet::default(), Sheet::from("a\n"));
        assert_eq!((Lines::of(&empty).count(), Lines::of(&one).count()), (0, 1));
        assert_eq!(Lines::of(&empty).touched(&(0..0)), 0..0);
    }
}
