//! Places in a text: lines, and UTF-16 units as bytes.

use std::borrow::Cow;
use std::ops::Range;

/// Counted at once where units are looked for in a long text.
const STRIDE: usize = 4096;

/// A text by lines. Lines are counted from 0 inside, and shown from 1.
pub struct Lines<'a> {
    text: &'a str,
    /// Where each line begins.
    starts: Cow<'a, [usize]>,
}

impl<'a> Lines<'a> {
    /// The lines of a text; the newline that ends it begins none.
    pub fn of(text: &'a str) -> Lines<'a> {
        Lines::known(text, Cow::Owned(starts(text).collect()))
    }

    /// The same where it is known where they begin.
    pub fn known(text: &'a str, starts: Cow<'a, [usize]>) -> Lines<'a> {
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
    pub fn slice(&self, lines: &Range<usize>) -> &'a str {
        self.text.get(self.start(lines.start)..self.start(lines.end)).unwrap_or_default()
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

/// Where a text's UTF-16 units are: counted once, however many places are looked up in a long text.
pub struct Units<'a> {
    text: &'a str,
    /// The units before each piece of [`STRIDE`] bytes.
    before: Vec<usize>,
}

impl<'a> Units<'a> {
    /// Counts a text.
    pub fn of(text: &'a str) -> Units<'a> {
        // A character that a piece's end splits counts with its first byte, so pieces add up.
        let before = text.as_bytes().chunks(STRIDE).scan(0, |seen, piece| {
            let before = *seen;
            *seen += utf16(piece);
            Some(before)
        });
        Units { text, before: before.collect() }
    }

    /// The byte at which a unit begins; past the end, the end.
    pub fn byte_at(&self, units: u32) -> usize {
        let units = units as usize;
        // The last piece that has fewer units before it: what is looked for begins in it, or right behind it.
        let piece = self.before.partition_point(|before| *before < units).saturating_sub(1);
        let left = units - self.before.get(piece).copied().unwrap_or_default();
        let at = ceil_char(self.text, piece * STRIDE);
        // What began before `at` was counted there.
        let rest = self.text.get(at..).unwrap_or_default();
        rest.char_indices()
            .scan(0, |seen, (byte, ch)| {
                let before = *seen;
                *seen += ch.len_utf16();
                Some((before, byte))
            })
            .find(|(before, _)| *before >= left)
            .map_or(self.text.len(), |(_, byte)| at + byte)
    }

    /// A range of units as bytes.
    pub fn bytes_of(&self, units: &Range<u32>) -> Range<usize> {
        let start = self.byte_at(units.start);
        start..self.byte_at(units.end).max(start)
    }
}

/// A range of UTF-16 units as bytes, where it is the only one that is looked up.
pub fn bytes_of(text: &str, units: &Range<u32>) -> Range<usize> {
    Units::of(text).bytes_of(units)
}

/// The longest front of at most `most` bytes.
pub fn floor_char(text: &str, most: usize) -> &str {
    if text.len() <= most {
        return text;
    }
    let end = (0..=most).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
    text.get(..end).unwrap_or_default()
}

fn ceil_char(text: &str, at: usize) -> usize {
    (at..=text.len()).find(|at| text.is_char_boundary(*at)).unwrap_or(text.len())
}

/// UTF-16 units that begin in these bytes of UTF-8: one for every first byte, and one more for a pair.
fn utf16(bytes: &[u8]) -> usize {
    if bytes.is_ascii() {
        return bytes.len();
    }
    let units = |byte: &u8| usize::from(byte & 0xc0 != 0x80) + usize::from(*byte >= 0xf0);
    bytes.iter().map(units).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_found_by_byte() {
        let lines = Lines::of("ab\n\ncd");
        assert_eq!((lines.count(), lines.at(0), lines.at(2), lines.at(3), lines.at(99)), (3, 0, 0, 1, 2));
        assert_eq!(lines.slice(&(1..3)), "\ncd");
        assert_eq!((lines.touched(&(0..3)), lines.touched(&(0..4)), lines.touched(&(5..5))), (0..1, 0..2, 2..3));
        assert_eq!((Lines::of("").count(), Lines::of("a\n").count(), Lines::of("").touched(&(0..0))), (0, 1, 0..0));
    }

    #[test]
    fn units_are_bytes_whatever_the_characters() {
        let long: String = "aé文😀\n".chars().cycle().take(20_000).collect();
        let ascii = "0123456789abcde\n".repeat(1000);
        for text in ["", "abc", "é😀x", &long, &ascii] {
            let places = Units::of(text);
            let mut units = 0;
            for (byte, ch) in text.char_indices() {
                if units < 50 || units % 997 < 2 {
                    assert_eq!(places.byte_at(units), byte, "{units}");
                }
                units += u32::try_from(ch.len_utf16()).unwrap();
            }
            assert_eq!((places.byte_at(units), places.byte_at(u32::MAX)), (text.len(), text.len()));
        }
    }
}
