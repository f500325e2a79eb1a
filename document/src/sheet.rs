//! A text in pieces that are shared with its earlier and later versions: a change costs the pieces that it touches, and
//! what two versions have in common is told by the pieces alone. Pure; knows neither files nor the CRDT.

use std::borrow::Cow;
use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use crate::span::units;

/// A piece's length in bytes, as far as characters allow: few pieces for a text of megabytes, and little to copy for a
/// change.
const PIECE: usize = 8 * 1024;
/// A piece that a change leaves shorter than this is joined with the next, in bytes: else many changes would leave crumbs.
const CRUMB: usize = PIECE / 4;

/// A text. Cloning it copies nothing.
#[derive(Clone, Default)]
pub struct Sheet {
    pieces: Arc<Vec<Piece>>,
    bytes: usize,
    units: u32,
}

/// Some of a text; never empty.
#[derive(Clone)]
struct Piece {
    text: Arc<str>,
    /// UTF-16 units.
    units: u32,
}

impl Piece {
    fn of(text: Arc<str>) -> Piece {
        Piece { units: units(&text), text }
    }

    /// The byte at which a unit begins; nothing: it is half of a character, or beyond the end.
    fn byte_at(&self, unit: u32) -> Option<usize> {
        if self.units as usize == self.text.len() {
            return (unit <= self.units).then_some(unit as usize);
        }
        let mut before = 0;
        for (byte, ch) in self.text.char_indices() {
            if before >= unit as usize {
                return (before == unit as usize).then_some(byte);
            }
            before += ch.len_utf16();
        }
        (before == unit as usize).then_some(self.text.len())
    }
}

impl Sheet {
    /// How long it is, in bytes.
    pub fn len(&self) -> usize {
        self.bytes
    }

    /// Whether nothing is in it.
    pub fn is_empty(&self) -> bool {
        self.bytes == 0
    }

    /// How long it is, in UTF-16 units.
    pub fn units(&self) -> u32 {
        self.units
    }

    /// Its pieces, in order. Where two versions have the same text in one place, they mostly have the very same piece.
    pub fn pieces(&self) -> impl DoubleEndedIterator<Item = &str> + Clone {
        self.pieces.iter().map(|piece| &*piece.text)
    }

    /// All of it; copied unless it is in one piece.
    pub fn text(&self) -> Cow<'_, str> {
        match self.pieces.as_slice() {
            [] => Cow::Borrowed(""),
            [piece] => Cow::Borrowed(&piece.text),
            _ => Cow::Owned(self.slice(0..self.bytes)),
        }
    }

    /// These bytes, which are whole characters; empty where they are not.
    pub fn slice(&self, range: Range<usize>) -> String {
        let mut out = String::with_capacity(range.len());
        let mut begin = 0;
        for piece in self.pieces() {
            let (from, until) = (range.start.max(begin), range.end.min(begin + piece.len()));
            if from < until {
                out.push_str(piece.get(from - begin..until - begin).unwrap_or_default());
            }
            begin += piece.len();
            if begin >= range.end {
                break;
            }
        }
        out
    }

    /// The byte at which a UTF-16 unit begins; past the end, the end.
    pub fn byte_at(&self, unit: u32) -> usize {
        let (mut bytes, mut before) = (0, 0);
        for piece in self.pieces.iter() {
            if unit <= before + piece.units {
                // Half of a pair is taken for the character behind it.
                let within = piece.byte_at(unit - before).or_else(|| piece.byte_at(unit - before + 1));
                return bytes + within.unwrap_or(piece.text.len());
            }
            before += piece.units;
            bytes += piece.text.len();
        }
        self.bytes
    }

    /// A range of UTF-16 units as bytes.
    pub fn bytes_of(&self, units: &Range<u32>) -> Range<usize> {
        let start = self.byte_at(units.start);
        start..self.byte_at(units.end).max(start)
    }

    /// Puts `text` in place of `removed` UTF-16 units from `at` on. Nothing is changed and `false` is returned where
    /// there are no such units, or one of them is half of a character that stays.
    #[must_use]
    pub fn splice(&mut self, at: u32, removed: u32, text: &str) -> bool {
        let Some(end) = at.checked_add(removed).filter(|end| *end <= self.units) else { return false };
        let Some((first, head)) = self.place(at) else { return false };
        let Some((last, tail)) = self.place(end) else { return false };
        let piece = |at: usize| self.pieces.get(at).map_or("", |piece| &*piece.text);
        let (head, tail) = (piece(first).get(..head).unwrap_or_default(), piece(last).get(tail..).unwrap_or_default());
        let mut until = (last + 1).min(self.pieces.len());
        let mut joined = [head, text, tail].concat();
        if joined.len() < CRUMB && until < self.pieces.len() {
            joined.push_str(piece(until));
            until += 1;
        }
        let gone: usize = self.pieces.get(first..until).unwrap_or_default().iter().map(|piece| piece.text.len()).sum();
        self.bytes = self.bytes - gone + joined.len();
        self.units = self.units - removed + units(text);
        let new = cut(&joined);
        Arc::make_mut(&mut self.pieces).splice(first.min(until)..until, new);
        true
    }

    /// The piece in which a unit begins, and the byte within it; the end is in the last piece.
    fn place(&self, unit: u32) -> Option<(usize, usize)> {
        let mut before = 0;
        for (at, piece) in self.pieces.iter().enumerate() {
            if unit < before + piece.units || (unit == before + piece.units && at + 1 == self.pieces.len()) {
                return Some((at, piece.byte_at(unit - before)?));
            }
            before += piece.units;
        }
        (unit == before).then_some((self.pieces.len(), 0))
    }
}

/// A text in pieces of about the same length.
fn cut(text: &str) -> Vec<Piece> {
    let mut pieces = Vec::with_capacity(text.len() / PIECE + 1);
    let mut rest = text;
    // One piece and a half stays one: the next change would only join what is cut off.
    while rest.len() > PIECE + PIECE / 2 {
        let (piece, behind) = rest.split_at(rest.floor_char_boundary(PIECE));
        pieces.push(Piece::of(piece.into()));
        rest = behind;
    }
    if !rest.is_empty() {
        pieces.push(Piece::of(rest.into()));
    }
    pieces
}

impl From<Arc<str>> for Sheet {
    fn from(text: Arc<str>) -> Sheet {
        if text.is_empty() || text.len() > PIECE {
            return Sheet::from(&*text);
        }
        let (bytes, piece) = (text.len(), Piece::of(text));
        Sheet { bytes, units: piece.units, pieces: Arc::new(vec![piece]) }
    }
}

impl From<&str> for Sheet {
    fn from(text: &str) -> Sheet {
        let pieces = cut(text);
        let units = pieces.iter().map(|piece| piece.units).sum();
        Sheet { pieces: Arc::new(pieces), bytes: text.len(), units }
    }
}

impl fmt::Display for Sheet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.pieces().try_for_each(|piece| f.write_str(piece))
    }
}

impl fmt::Debug for Sheet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.to_string(), f)
    }
}

impl PartialEq for Sheet {
    fn eq(&self, other: &Sheet) -> bool {
        if Arc::ptr_eq(&self.pieces, &other.pieces) {
            return true;
        }
        if self.bytes != other.bytes {
            return false;
        }
        let (mut mine, mut theirs) = (self.pieces(), other.pieces());
        let (mut left, mut right) = (mine.next(), theirs.next());
        while let (Some(one), Some(two)) = (left, right) {
            let len = one.len().min(two.len());
            let ((near, rest), (other_near, other_rest)) = (one.as_bytes().split_at(len), two.as_bytes().split_at(len));
            if !std::ptr::eq(near, other_near) && near != other_near {
                return false;
            }
            // Both were alike up to here, so that characters end where pieces do.
            left = if rest.is_empty() { mine.next() } else { one.get(len..) };
            right = if other_rest.is_empty() { theirs.next() } else { two.get(len..) };
        }
        true
    }
}

impl Eq for Sheet {}

#[cfg(test)]
mod tests {
    use super::*;

    /// What an edit of the text itself gives; nothing where it would part a character.
    fn spliced(text: &str, at: u32, removed: u32, new: &str) -> Option<String> {
        let units: Vec<u16> = text.encode_utf16().collect();
        let (at, end) = (at as usize, (at + removed) as usize);
        let (head, tail) = (units.get(..at)?, units.get(end..)?);
        Some(String::from_utf16(head).ok()? + new + &String::from_utf16(tail).ok()?)
    }

    #[test]
    fn a_sheet_is_the_text_whatever_is_done_to_it() {
        const NEW: [&str; 6] = ["", "x", "é文😀", "line\n", "a long one ", "😀"];
        for seed in 0..60 {
            let mut random = fastrand::Rng::with_seed(seed);
            let mut text: String = "aé文😀\n".repeat(random.usize(..3 * PIECE / 8));
            let mut sheet = Sheet::from(text.as_str());
            for _ in 0..120 {
                let before = sheet.clone();
                let (at, removed) = (random.u32(..=before.units()), random.u32(..40));
                let removed = if random.u32(..20) == 0 { removed * 400 } else { removed };
                let new = NEW[random.usize(..NEW.len())].repeat(if random.u32(..15) == 0 { 2_000 } else { 1 });
                let wanted = spliced(&text, at, removed, &new).filter(|_| at + removed <= before.units());
                let is_done = sheet.splice(at, removed, &new);
                assert_eq!(is_done, wanted.is_some(), "seed {seed}");
                assert_eq!(before.to_string(), text, "what was cloned stays");
                if let Some(wanted) = wanted {
                    text = wanted;
                }
                assert!(sheet.to_string() == text && sheet == Sheet::from(text.as_str()), "seed {seed}");
                assert_eq!((sheet.len(), sheet.units()), (text.len(), units(&text)));
                assert!(sheet.pieces.iter().all(|piece| !piece.text.is_empty() && piece.text.len() <= 2 * PIECE));
                assert!(sheet.pieces.len() <= text.len() / CRUMB + 2, "{} of {}", sheet.pieces.len(), text.len());
            }
            let mut unit = 0;
            for (byte, ch) in text.char_indices() {
                assert_eq!(sheet.byte_at(unit), byte);
                unit += u32::try_from(ch.len_utf16()).unwrap();
            }
            let from = text.floor_char_boundary(text.len() / 3);
            let to = text.floor_char_boundary(text.len() / 3 * 2);
            assert_eq!((sheet.slice(from..to).as_str(), sheet.byte_at(u32::MAX)), (&text[from..to], text.len()));
        }
    }

    #[test]
    fn versions_share_what_they_have_in_common() {
        let old = Sheet::from("0123456789abcde\n".repeat(64 * 1024).as_str());
        let mut new = old.clone();
        assert!(new.splice(500_000, 3, "ö"));
        let same = old.pieces().zip(new.pieces()).filter(|(a, b)| std::ptr::eq(*a, *b)).count();
        assert!(same + 1 >= old.pieces.len(), "{same} of {}", old.pieces.len());
        assert!(old != new && !new.splice(new.units() + 1, 0, "x") && !new.splice(0, new.units() + 1, ""));
        assert!(new.splice(0, new.units(), "") && new == Sheet::default() && new.is_empty());
        assert!(new.splice(0, 0, "again") && new == Sheet::from("again"));
    }
}
