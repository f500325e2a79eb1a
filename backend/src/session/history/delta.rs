//! An older text as what has become of a newer one, told backwards: which of its bytes are still there, and what stood
//! between them. Pure; knows no files and no points.

use std::ops::Range;

use document::Sheet;
use edits::alike;

use crate::session::parts::{self, Change, Parts};

/// Texts shorter than this are held whole where they differ, in bytes: looking for what else is alike pays for much text.
const SPAN_MAX: usize = 4096;
/// What has to be alike for texts to be taken to have met again, in bytes: a line or two.
const WINDOW: usize = 64;
/// How far edits may have moved text, beyond by how much it has grown or shrunk, in bytes. More is not looked through.
const SLACK: usize = 16 * 1024;

/// A text, as pieces of a newer one and text of its own, in the older text's order.
#[derive(Debug, PartialEq, Eq)]
pub struct Delta(Vec<Piece>);

/// One piece. None is empty, and what is kept of the newer text is in its order.
#[derive(Debug, PartialEq, Eq)]
enum Piece {
    /// These bytes of the newer text: whole characters.
    Kept(Range<usize>),
    /// Text that the newer one does not have there.
    Own(Box<str>),
}

impl Delta {
    /// What makes the older text of the newer one. Where there is much between what a change begins and what it ends
    /// with, that is compared likewise: several write into one file at once, far from each other.
    pub fn between(older: &Sheet, newer: &Sheet) -> Delta {
        let mut delta = Delta(Vec::new());
        let mut end = 0;
        for Change { old, new } in parts::changes(&older.into(), &newer.into()) {
            delta.keep(end..new.start);
            delta.tell(&older.slice(old), &newer.slice(new.clone()), new.start);
            end = new.end;
        }
        delta.keep(end..newer.len());
        delta
    }

    /// Adds what makes a part of the older text of one of the newer text, which begins at this byte.
    fn tell(&mut self, older: &str, newer: &str, begin: usize) {
        let front = older.floor_char_boundary(alike::front(older.as_bytes(), newer.as_bytes()));
        let ((_, older), (_, newer)) = (older.split_at(front), newer.split_at(front));
        let back = alike::back(older.as_bytes(), newer.as_bytes());
        let (older, alike) = older.split_at(older.ceil_char_boundary(older.len() - back));
        let (newer, _) = newer.split_at(newer.len() - alike.len());
        let (begin, end) = (begin + front, begin + front + newer.len());
        self.keep(begin - front..begin);
        if let Some((in_older, in_newer)) = meeting(older, newer) {
            let ((older, older_rest), (newer, newer_rest)) = (older.split_at(in_older), newer.split_at(in_newer));
            self.tell(older, newer, begin);
            self.tell(older_rest, newer_rest, begin + in_newer);
        } else {
            self.own(older.into());
        }
        self.keep(end..end + alike.len());
    }

    /// The same older text, made of one that is newer still.
    pub fn over(self, newer: &Delta) -> Delta {
        let mut delta = Delta(Vec::new());
        for piece in self.0 {
            match piece {
                Piece::Kept(range) => newer.cut(range, &mut delta),
                Piece::Own(text) => delta.own(text),
            }
        }
        delta
    }

    /// The older text, in parts of the newer one.
    pub fn apply<'a>(&'a self, newer: &Parts<'a>) -> Parts<'a> {
        let mut parts = Parts::default();
        for piece in &self.0 {
            match piece {
                Piece::Kept(range) => parts.extend(newer.slice(range.clone())),
                Piece::Own(text) => parts.push(text),
            }
        }
        parts
    }

    /// What it holds, in bytes.
    pub fn weight(&self) -> usize {
        let own = |piece: &Piece| if let Piece::Own(text) = piece { text.len() } else { 0 };
        size_of_val(self.0.as_slice()) + self.0.iter().map(own).sum::<usize>()
    }

    /// Adds what makes these bytes of the older text.
    fn cut(&self, range: Range<usize>, to: &mut Delta) {
        let mut begin = 0;
        for piece in &self.0 {
            let end = begin + piece.len();
            let (from, until) = (range.start.max(begin), range.end.min(end));
            if from < until {
                let part = from - begin..until - begin;
                match piece {
                    Piece::Kept(kept) => to.keep(kept.start + part.start..kept.start + part.end),
                    Piece::Own(text) => to.own(text.get(part).unwrap_or_default().into()),
                }
            }
            begin = end;
        }
    }

    fn keep(&mut self, range: Range<usize>) {
        match self.0.last_mut() {
            _ if range.is_empty() => {}
            Some(Piece::Kept(last)) if last.end == range.start => last.end = range.end,
            _ => self.0.push(Piece::Kept(range)),
        }
    }

    fn own(&mut self, text: Box<str>) {
        if !text.is_empty() {
            self.0.push(Piece::Own(text));
        }
    }
}

impl Piece {
    fn len(&self) -> usize {
        match self {
            Piece::Kept(range) => range.len(),
            Piece::Own(text) => text.len(),
        }
    }
}

/// Where both texts go on alike, if that is easily found: from about the middle of the older one, or a quarter.
fn meeting(older: &str, newer: &str) -> Option<(usize, usize)> {
    if older.len() < SPAN_MAX {
        return None;
    }
    let (grown, shrunk) = (newer.len().saturating_sub(older.len()), older.len().saturating_sub(newer.len()));
    [2, 1, 3].into_iter().find_map(|quarters| {
        let at = older.floor_char_boundary(older.len() / 4 * quarters);
        let window = older.get(at..older.ceil_char_boundary(at + WINDOW))?;
        // As far from the beginning or from the end, in the first place: lines may be all the same.
        let likely = [Some(at), (at + grown).checked_sub(shrunk)].into_iter().flatten();
        let is_there = |at: &usize| newer.as_bytes().get(*at..).is_some_and(|rest| rest.starts_with(window.as_bytes()));
        // Then the nearest.
        let nearby = || {
            let from = newer.floor_char_boundary(at.saturating_sub(SLACK + shrunk));
            let here = newer.floor_char_boundary(at);
            let behind = newer.get(here..newer.ceil_char_boundary(at + WINDOW + SLACK + grown))?.find(window);
            let before = newer.get(from..newer.ceil_char_boundary(at + WINDOW))?.rfind(window);
            let found = [before.map(|found| from + found), behind.map(|found| here + found)];
            found.into_iter().flatten().min_by_key(|found| found.abs_diff(at))
        };
        Some((at, likely.into_iter().find(is_there).or_else(nearby)?))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn between(older: &str, newer: &str) -> Delta {
        Delta::between(&older.into(), &newer.into())
    }

    fn made(delta: &Delta, newer: &str) -> String {
        delta.apply(&Parts::of(newer)).join()
    }

    #[test]
    fn only_what_differs_is_held() {
        let newer = "é one\n".repeat(1000);
        for older in [newer.replacen("one", "two", 500), newer.clone(), String::new(), newer.repeat(2)] {
            assert_eq!(made(&between(&older, &newer), &newer), older);
        }
        let middle = newer.len() / 2;
        let older = format!("{}ö{}", &newer[..middle], &newer[middle..]);
        let delta = between(&older, &newer);
        assert_eq!(delta.0, [Piece::Kept(0..middle), Piece::Own("ö".into()), Piece::Kept(middle..newer.len())]);
        assert!(delta.weight() < 200);
        assert_eq!(between(&newer, &newer).0, [Piece::Kept(0..newer.len())]);
    }

    #[test]
    fn no_character_is_parted() {
        // Alike in the first bytes, in the last ones, and in both.
        for (older, newer) in
            [("é", "è"), ("a文b", "a斆b"), ("😀", "😁"), ("😀x", "𝄞x"), ("ééé", "éé"), ("ƒ", "é"), ("Ƀ", "Ã")]
        {
            assert_eq!(made(&between(older, newer), newer), older);
            assert_eq!(made(&between(newer, older), older), newer);
        }
    }

    #[test]
    fn edits_far_apart_stay_apart_when_they_become_one() {
        let oldest = "line é\n".repeat(1000);
        let newer = oldest.replacen("line é\n", "first\n", 1);
        let newest = format!("{newer}last 😀\n");
        let delta = between(&oldest, &newer).over(&between(&newer, &newest));
        assert_eq!(made(&delta, &newest), oldest);
        assert!(delta.weight() < 200, "{delta:?}");
    }

    #[test]
    fn edits_far_apart_are_told_apart() {
        let line = |n: usize| format!("line {n} é文😀\n");
        let newest: String = (0..20_000).map(line).collect();
        for seed in 0..50 {
            let mut random = fastrand::Rng::with_seed(seed);
            let mut texts = vec![newest.clone()];
            for _ in 0..4 {
                let mut text = texts.last().unwrap().clone();
                for _ in 0..5 {
                    let from = text.floor_char_boundary(random.usize(..text.len()));
                    let to = text.floor_char_boundary(from + random.usize(..200));
                    text.replace_range(from..to, &"ö x\n".repeat(random.usize(..30)));
                }
                texts.push(text);
            }
            let deltas: Vec<Delta> = texts.windows(2).map(|pair| between(&pair[1], &pair[0])).collect();
            for (delta, pair) in deltas.iter().zip(texts.windows(2)) {
                assert_eq!(made(delta, &pair[0]), pair[1]);
                assert!(delta.weight() < 5 * 2 * SPAN_MAX, "seed {seed}: {}", delta.weight());
            }
            let all = deltas.into_iter().reduce(|newer, older| older.over(&newer)).unwrap();
            assert_eq!(made(&all, &newest), texts[4]);
        }
    }

    #[test]
    fn whatever_texts_are_told() {
        let lines = "all the same\n".repeat(3 * SPAN_MAX);
        let mut other = lines.clone();
        other.insert_str(20, "not ");
        other.insert_str(lines.len() - 20, "not ");
        let delta = between(&lines, &other);
        assert!(delta.weight() < SPAN_MAX, "{}", delta.weight());
        let (short, long) = ("é".repeat(SPAN_MAX), "文".repeat(4 * SPAN_MAX + SLACK));
        let moved = format!("{long}{short}");
        let turned = format!("{short}{long}");
        let texts = ["", "x", &lines, &other, &short, &long, &moved, &turned];
        for (older, newer) in texts.iter().flat_map(|older| texts.iter().map(move |newer| (older, newer))) {
            assert!(made(&between(older, newer), newer) == **older);
        }
    }
}
