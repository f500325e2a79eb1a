//! A text that lies in parts of others, read without being joined. Pure.

use std::ops::Range;

use document::Sheet;
use edits::alike;

/// Changes within so much text are compared as one, in bytes: an ordinary file is compared exactly.
const NEAR: usize = 64 * 1024;

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

/// One place where two texts differ: these bytes of the old one, and those of the new one that are there instead.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    pub old: Range<usize>,
    pub new: Range<usize>,
}

/// Where two texts differ, in order: whole characters. What both have in the same place of the memory is alike and is
/// not read; of what lies between, what it begins and ends with is compared.
pub fn changes(old: &Parts<'_>, new: &Parts<'_>) -> Vec<Change> {
    let mut changes = Vec::new();
    let (mut old_end, mut new_end) = (0, 0);
    let last = Shared { old: old.len(), new: new.len(), len: 0 };
    for shared in shared(old, new).into_iter().chain([last]) {
        let gap = Change { old: old_end..shared.old, new: new_end..shared.new };
        if !gap.old.is_empty() || !gap.new.is_empty() {
            let (front, back) = alike(&old.slice(gap.old.clone()), &new.slice(gap.new.clone()));
            let cut = |range: &Range<usize>| range.start + front..range.end - back;
            let change = Change { old: cut(&gap.old), new: cut(&gap.new) };
            changes.extend(Some(change).filter(|change| !change.old.is_empty() || !change.new.is_empty()));
        }
        (old_end, new_end) = (shared.old + shared.len, shared.new + shared.len);
    }
    changes
}

/// The whole lines that differ, old and new, in order. Places that are not far from each other are one, with what lies
/// between them: what is alike in the memory need not be what makes the smallest difference.
pub fn differing(old: &Parts<'_>, new: &Parts<'_>) -> Vec<(String, String)> {
    let mut places = lines(old, new);
    if let [first, .., last] = places.as_slice()
        && last.old.end - first.old.start <= NEAR
        && last.new.end - first.new.start <= NEAR
    {
        places = vec![Change { old: first.old.start..last.old.end, new: first.new.start..last.new.end }];
    }
    let text = |lines: Change| (old.slice(lines.old).join(), new.slice(lines.new).join());
    places.into_iter().map(text).collect()
}

/// The same as places. Lines that follow each other are one place.
fn lines(old: &Parts<'_>, new: &Parts<'_>) -> Vec<Change> {
    let mut lines: Vec<Change> = Vec::new();
    for change in changes(old, new) {
        // What is taken from around it is alike.
        let before = change.old.start - old.line_of(change.old.start);
        // A line is whole from behind a newline on: its own, so that the one before it stays where it is.
        let behind = old.line_behind(change.old.end).unwrap_or(old.len()) - change.old.end;
        let wider = |range: Range<usize>| range.start.saturating_sub(before)..range.end + behind;
        let whole = Change { old: wider(change.old), new: wider(change.new) };
        match lines.last_mut() {
            Some(last) if whole.old.start <= last.old.end => {
                (last.old.end, last.new.end) = (whole.old.end, whole.new.end);
            }
            _ => lines.push(whole),
        }
    }
    lines
}

/// Bytes that two texts have in common: where they begin in each, and how many.
struct Shared {
    old: usize,
    new: usize,
    len: usize,
}

/// What lies in the same place of the memory, in an order that is that of both.
fn shared(old: &Parts<'_>, new: &Parts<'_>) -> Vec<Shared> {
    // Most texts differ in one place: before it and behind it they have the very same parts.
    let same = |(old, new): &(&&str, &&str)| std::ptr::eq(**old, **new);
    let front = old.0.iter().zip(&new.0).take_while(same).count();
    let rest = old.0.len().min(new.0.len()) - front;
    let back = old.0.iter().rev().zip(new.0.iter().rev()).take(rest).take_while(same).count();
    let begin: usize = old.0.iter().take(front).map(|part| part.len()).sum();
    let end: usize = old.0.iter().rev().take(back).map(|part| part.len()).sum();
    let mut all = vec![Shared { old: 0, new: 0, len: begin }];

    let memory = |part: &str| part.as_ptr().addr();
    let mut known: Vec<(usize, &str, usize)> =
        old.placed().take(old.0.len() - back).skip(front).map(|(begin, part)| (memory(part), part, begin)).collect();
    known.sort_unstable_by_key(|(address, ..)| *address);
    let mut ends = (begin, begin);
    for (begin, part) in new.placed().take(new.0.len() - back).skip(front) {
        let address = memory(part);
        let first = known.partition_point(|(start, known, _)| start + known.len() <= address);
        for (start, known, at) in known.iter().skip(first).take_while(|(start, ..)| *start < address + part.len()) {
            let (from, to) = ((*start).max(address), (start + known.len()).min(address + part.len()));
            let shared =
                Shared { old: at + (from - start), new: begin + (from - address), len: to.saturating_sub(from) };
            // What has moved, or is there twice, counts as gone and come.
            if shared.old >= ends.0 && shared.new >= ends.1 && shared.len > 0 {
                ends = (shared.old + shared.len, shared.new + shared.len);
                all.push(shared);
            }
        }
    }
    all.push(Shared { old: old.len() - end, new: new.len() - end, len: end });
    all
}

/// How many bytes both begin with, and how many of the rest both end with: whole characters.
fn alike(old: &Parts<'_>, new: &Parts<'_>) -> (usize, usize) {
    let shorter = old.len().min(new.len());
    let front = old.floor_char(front(old, new));
    let back = back(old, new).min(shorter - front);
    (front, old.len() - old.ceil_char(old.len() - back))
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
            let (was, is) = whole.first().cloned().unwrap_or_default();
            assert!(whole.len() <= 1);
            assert_eq!(edits::smallest(&was, &is), edits::smallest(old, new));
            for (a, b) in cuts.iter().flat_map(|a| cuts.iter().map(move |b| (a, b))) {
                assert_eq!(differing(&parts(old, a), &parts(new, b)), whole, "{old:?} {new:?} {a:?} {b:?}");
            }
        }
        let (old, new) = ("1\n2\n3\n4\n", "1\n2\nx\n4\n");
        assert_eq!(differing(&parts(old, &[3]), &parts(new, &[5])), [("3\n".into(), "x\n".into())]);
    }

    #[test]
    fn what_lies_in_the_same_place_is_alike_and_what_is_between_differs() {
        const OWN: [&str; 6] = ["é", "x\n", "\n", "", "a whole line\n", "😀 of"];
        let mut random = fastrand::Rng::with_seed(1);
        for _ in 0..20_000 {
            let newest: String = (0..random.usize(..12)).map(|_| OWN[random.usize(..OWN.len())]).collect();
            let own: String = (0..random.usize(..4)).map(|_| OWN[random.usize(..OWN.len())]).collect();
            // Some of the newest text and some of its own, mostly in order.
            let mut version = || {
                let (mut text, mut at) = (Parts::default(), 0);
                while random.u8(..5) > 0 {
                    let from = newest.floor_char_boundary(if random.u8(..9) == 0 { 0 } else { at + random.usize(..3) });
                    let to = newest.floor_char_boundary(from + random.usize(..30));
                    text.push(&newest[from..to]);
                    at = to;
                    if random.bool() {
                        text.push(&own[..own.floor_char_boundary(random.usize(..9))]);
                    }
                }
                text
            };
            let (old, new) = (version(), version());
            let (was, is) = (old.join(), new.join());
            let mut rebuilt = was.clone();
            for Change { old, new } in changes(&old, &new).into_iter().rev() {
                rebuilt.replace_range(old, &is[new]);
            }
            assert_eq!(rebuilt, is);
            let mut rebuilt = was.clone();
            let whole = lines(&old, &new);
            for (text, range) in whole.iter().flat_map(|lines| [(&was, &lines.old), (&is, &lines.new)]) {
                let ends = |at: usize| at == 0 || at == text.len() || text.as_bytes()[at - 1] == b'\n';
                assert!(ends(range.start) && ends(range.end), "{whole:?} of {was:?} and {is:?}");
            }
            for Change { old, new } in whole.into_iter().rev() {
                rebuilt.replace_range(old, &is[new]);
            }
            assert_eq!(rebuilt, is);
        }
    }
}
