//! A text that lies in parts of others, read without being joined. Pure.

use std::ops::Range;

use document::Sheet;
use edits::alike;

/// The parts, in order.
#[derive(Clone, Debug, Default)]
pub struct Parts<'a>(Vec<&'a str>);

impl<'a> Parts<'a> {
    /// A text in one part.
    #[cfg(test)]
    pub fn of(text: &'a str) -> Self {
        Parts(vec![text])
    }

    /// Adds a part at the end.
    pub fn push(&mut self, part: &'a str) {
        self.0.push(part);
    }

    /// Adds all parts of a text at the end.
    pub fn extend(&mut self, parts: Parts<'a>) {
        self.0.extend(parts.0);
    }

    /// How long the text is, in bytes.
    pub fn len(&self) -> usize {
        self.0.iter().map(|part| part.len()).sum()
    }

    /// The whole text.
    pub fn join(&self) -> String {
        self.0.concat()
    }

    /// These bytes, which are whole characters.
    pub fn slice(&self, range: Range<usize>) -> Parts<'a> {
        let mut parts = Parts::default();
        for (begin, part) in self.placed() {
            let (from, until) = (range.start.max(begin), range.end.min(begin + part.len()));
            if from < until {
                parts.push(part.get(from - begin..until - begin).unwrap_or_default());
            }
        }
        parts
    }

    /// Where the line begins that this byte is in.
    fn line_of(&self, at: usize) -> usize {
        let until = self.placed().take_while(|(begin, _)| *begin < at);
        let newline = |(begin, part): (usize, &str)| {
            let before = part.as_bytes().get(..part.len().min(at - begin))?;
            Some(begin + before.iter().rposition(|byte| *byte == b'\n')? + 1)
        };
        until.filter_map(newline).last().unwrap_or(0)
    }

    /// Where the first line begins behind this byte's; nothing: there is none.
    fn line_behind(&self, at: usize) -> Option<usize> {
        self.placed().find_map(|(begin, part)| {
            let skipped = at.saturating_sub(begin);
            let newline = part.as_bytes().get(skipped..)?.iter().position(|byte| *byte == b'\n')?;
            Some(begin + skipped + newline + 1)
        })
    }

    /// The last place at or before this byte where a character begins.
    fn floor_char(&self, at: usize) -> usize {
        let within = self.placed().find(|(begin, part)| at < begin + part.len());
        within.map_or(at, |(begin, part)| begin + part.floor_char_boundary(at - begin))
    }

    /// The first place at or behind this byte where a character begins.
    fn ceil_char(&self, at: usize) -> usize {
        let within = self.placed().find(|(begin, part)| at < begin + part.len());
        within.map_or(at, |(begin, part)| begin + part.ceil_char_boundary(at - begin))
    }

    fn bytes(&self) -> impl DoubleEndedIterator<Item = &'a [u8]> {
        self.0.iter().map(|part| part.as_bytes())
    }

    /// The parts, each with the byte that it begins at.
    fn placed(&self) -> impl Iterator<Item = (usize, &'a str)> {
        self.0.iter().scan(0, |end, part| {
            let begin = *end;
            *end += part.len();
            Some((begin, *part))
        })
    }
}

impl<'a> From<&'a Sheet> for Parts<'a> {
    fn from(sheet: &'a Sheet) -> Self {
        Parts(sheet.pieces().collect())
    }
}

/// How many bytes both begin with, and how many of the rest both end with: whole characters.
pub fn alike(old: &Parts<'_>, new: &Parts<'_>) -> (usize, usize) {
    let shorter = old.len().min(new.len());
    let front = old.floor_char(front(old, new));
    let back = back(old, new).min(shorter - front);
    (front, old.len() - old.ceil_char(old.len() - back))
}

/// Both texts without the whole lines that both begin or end with.
pub fn differing(old: &Parts<'_>, new: &Parts<'_>) -> (String, String) {
    let front = old.line_of(front(old, new));
    let same = back(old, new).min(old.len().min(new.len()) - front);
    // A line is whole from behind a newline on: its own, so that the one before it stays where it is.
    let back = old.line_behind(old.len() - same).map_or(0, |begin| old.len() - begin);
    let cut = |text: &Parts<'_>| text.slice(front..text.len() - back).join();
    (cut(old), cut(new))
}

/// How many bytes both begin with.
fn front(a: &Parts<'_>, b: &Parts<'_>) -> usize {
    same(a.bytes(), b.bytes(), <[u8]>::split_at, alike::front)
}

/// How many bytes both end with.
fn back(a: &Parts<'_>, b: &Parts<'_>) -> usize {
    same(a.bytes().rev(), b.bytes().rev(), split_end, alike::back)
}

/// The last so many bytes, and those before them.
fn split_end(part: &[u8], len: usize) -> (&[u8], &[u8]) {
    let (rest, near) = part.split_at(part.len() - len);
    (near, rest)
}

/// How many bytes two texts have in common from the end on that their parts come from. `split` takes so many bytes of
/// a part from that end, no more than there are, and `count` tells how many two such pieces have in common.
fn same<'a>(
    mut a: impl Iterator<Item = &'a [u8]>,
    mut b: impl Iterator<Item = &'a [u8]>,
    split: impl Fn(&'a [u8], usize) -> (&'a [u8], &'a [u8]),
    count: impl Fn(&[u8], &[u8]) -> usize,
) -> usize {
    let (mut left, mut right) = (a.next(), b.next());
    let mut sum = 0;
    while let (Some(one), Some(other)) = (left, right) {
        let len = one.len().min(other.len());
        let ((near, rest), (other_near, other_rest)) = (split(one, len), split(other, len));
        // Most parts are of the same text, and need not be read.
        let alike = if std::ptr::eq(near, other_near) { len } else { count(near, other_near) };
        sum += alike;
        if alike < len {
            break;
        }
        left = if rest.is_empty() { a.next() } else { Some(rest) };
        right = if other_rest.is_empty() { b.next() } else { Some(other_rest) };
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The text in parts that are cut at these characters.
    fn parts<'a>(text: &'a str, cuts: &[usize]) -> Parts<'a> {
        let mut parts = Parts::default();
        let mut rest = text;
        for cut in cuts {
            let at = rest.char_indices().nth(*cut).map_or(rest.len(), |(at, _)| at);
            parts.push(&rest[..at]);
            rest = &rest[at..];
        }
        parts.push(rest);
        parts
    }

    #[test]
    fn a_text_in_parts_is_the_text() {
        let text = "é\n文😀\n\nab";
        for cuts in [&[][..], &[0], &[1, 1], &[2, 3], &[9]] {
            let parts = parts(text, cuts);
            assert_eq!((parts.join().as_str(), parts.len()), (text, text.len()));
            for (from, _) in text.char_indices() {
                for to in text.char_indices().map(|(at, _)| at).filter(|to| *to >= from).chain([text.len()]) {
                    assert_eq!(parts.slice(from..to).join(), text[from..to]);
                }
            }
            for at in 0..=text.len() {
                let line = text.as_bytes()[..at].iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
                assert_eq!(parts.line_of(at), line);
                let behind = text.as_bytes()[at..].iter().position(|byte| *byte == b'\n').map(|skip| at + skip + 1);
                assert_eq!(parts.line_behind(at), behind);
            }
        }
    }

    #[test]
    fn what_differs_does_not_depend_on_the_parts() {
        let texts = ["", "\n", "a", "a\n", "a\na\n", "a\nb\na\n", "b\na\na", "x\né\ny\n", "x\nè\ny\n", "x\n\ny"];
        let cuts = [&[][..], &[1], &[2, 1], &[0, 3]];
        for (old, new) in texts.iter().flat_map(|old| texts.iter().map(move |new| (*old, *new))) {
            let whole = differing(&Parts::of(old), &Parts::of(new));
            assert_eq!(edits::smallest(&whole.0, &whole.1), edits::smallest(old, new));
            for (a, b) in cuts.iter().flat_map(|a| cuts.iter().map(move |b| (a, b))) {
                assert_eq!(differing(&parts(old, a), &parts(new, b)), whole, "{old:?} {new:?} {a:?} {b:?}");
            }
        }
        let (old, new) = ("1\n2\n3\n4\n", "1\n2\nx\n4\n");
        assert_eq!(differing(&parts(old, &[3]), &parts(new, &[5])), ("3\n".into(), "x\n".into()));
    }
}
