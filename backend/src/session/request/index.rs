//! Where lines begin in a large text and what it declares, kept from one request to the next and brought up to date
//! by what has changed: a request does not read a file of tens of thousands of lines anew for every edit in it.

use std::borrow::Cow;
use std::cell::{OnceCell, RefCell};

use document::Sheet;

use super::declared::Declarations;
use super::text::{self, Lines};
use crate::session::parts::{self, Change, Parts};

/// Texts whose index is kept: those that people and the model are in.
const KEPT: usize = 8;

/// A text with its index.
#[derive(Debug, Default)]
pub struct Index {
    text: Sheet,
    /// Where each line begins.
    starts: Vec<usize>,
    declared: Declarations,
    /// The outline as it was last asked for, and in how many bytes.
    outline: OnceCell<(usize, String)>,
}

impl Index {
    /// Reads a whole text.
    pub fn of(text: Sheet) -> Index {
        let whole = text.text();
        let starts = text::starts(&whole).collect();
        let declared = Declarations::of(&whole, 0);
        drop(whole);
        Index { text, starts, declared, outline: OnceCell::new() }
    }

    /// The same for what became of the text: only the lines that changed are read.
    pub fn update(&mut self, text: Sheet) {
        // The last one first: what is before it is still as it was, and what is behind it is as it will be.
        for change in parts::changes(&Parts::from(&self.text), &Parts::from(&text)).iter().rev() {
            self.change(change, &text);
        }
        self.text = text;
    }

    fn change(&mut self, Change { old, new }: &Change, text: &Sheet) {
        self.outline.take();
        // Whole lines: from the one in which the texts part to the one in which they meet again.
        let first = self.starts.partition_point(|start| *start <= old.start).saturating_sub(1);
        let from = self.starts.get(first).copied().unwrap_or_default();
        // A line begins behind a newline, which has to be among what is alike.
        let behind = self.starts.partition_point(|start| *start <= old.end.max(from));
        let rest = text.len() - new.end;
        let to = self.starts.get(behind).map_or(rest, |start| start - old.end);
        let changed = self.text.slice(from..old.start) + &text.slice(new.start..new.end + to);
        let starts: Vec<usize> = text::starts(&changed).map(|start| from + start).collect();
        let lines = starts.len();
        for start in self.starts.iter_mut().skip(behind) {
            *start = *start + new.len() - old.len();
        }
        let old_lines = first.min(behind)..behind;
        self.starts.splice(old_lines.clone(), starts);
        self.declared.replace(&old_lines, lines, Declarations::of(&changed, first));
    }

    /// The text by lines.
    pub fn lines(&self) -> Lines<'_> {
        Lines::known(&self.text, Cow::Borrowed(&self.starts))
    }

    /// What it declares, in at most `room` bytes.
    pub fn outline(&self, room: usize) -> Cow<'_, str> {
        let anew = || self.declared.outline(room);
        let (known, outline) = self.outline.get_or_init(|| (room, anew()));
        if *known == room { Cow::Borrowed(outline) } else { Cow::Owned(anew()) }
    }
}

/// The indices of the texts that were asked for last, the last one first.
#[derive(Debug, Default)]
pub struct Indices(RefCell<Vec<Kept>>);

/// A file's index, and of which revision of it.
#[derive(Debug)]
struct Kept {
    file: String,
    revision: u64,
    index: Index,
}

impl Indices {
    /// Has something done with the index of a file as it is in a revision.
    pub fn with<T>(&self, file: &str, revision: u64, text: &Sheet, act: impl FnOnce(&Index) -> T) -> T {
        let mut all = self.0.borrow_mut();
        let known = all.iter().position(|kept| kept.file == file).map(|at| all.remove(at));
        let kept = match known {
            Some(kept) if kept.revision == revision => kept,
            Some(Kept { file, mut index, .. }) => {
                index.update(text.clone());
                Kept { file, revision, index }
            }
            None => Kept { file: file.to_owned(), revision, index: Index::of(text.clone()) },
        };
        debug_assert!(kept.index.text == *text, "a revision has one text");
        let done = act(&kept.index);
        all.truncate(KEPT - 1);
        all.insert(0, kept);
        done
    }
}

#[cfg(test)]
mod tests {
    use edits::alike::STRIDE;

    use super::*;

    fn same(index: &Index, text: &str) {
        let anew = Index::of(text.into());
        assert!(index.text == anew.text);
        assert_eq!((&index.starts, &index.declared), (&anew.starts, &anew.declared));
        // The first is kept, whatever room the others have.
        for room in [10_000, 100, 10_000] {
            assert_eq!(index.outline(room), anew.declared.outline(room));
        }
        assert_eq!(index.starts, text::starts(text).collect::<Vec<_>>());
    }

    const LINES: [&str; 8] = ["fn a() {\n", "}\n", "\n", "  fn deep() {}\n", "class Größe:\n", "x", "é文😀", "fn b"];

    #[test]
    fn an_index_that_follows_a_text_is_that_of_the_text() {
        for seed in 0..3_000 {
            let mut random = fastrand::Rng::with_seed(seed);
            let mut some = |most: usize| -> String {
                let count = random.usize(..most);
                (0..count).map(|_| LINES[random.usize(..LINES.len())]).collect()
            };
            let mut text = some(30);
            let mut index = Index::of(text.as_str().into());
            for round in 0..8 {
                let new = some(4);
                let mut random = fastrand::Rng::with_seed(seed * 8 + round);
                let floor = |at: usize| (0..=at.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap();
                let at = random.usize(..=text.len());
                let (from, to) = (floor(at), floor(at + random.usize(..60)));
                text.replace_range(from..to, &new);
                index.update(text.as_str().into());
                same(&index, &text);
            }
        }
    }

    #[test]
    fn long_texts_are_compared_in_strides() {
        let mut text = "fn same() {}\n".repeat(3 * STRIDE / 8);
        let mut index = Index::of(text.as_str().into());
        for at in [0, STRIDE - 1, STRIDE, STRIDE + 1, 2 * STRIDE, text.len() - 1, text.len()] {
            text.insert_str(at.min(text.len()), "fn b");
            index.update(text.as_str().into());
            same(&index, &text);
            text.replace_range(at.min(text.len() - 4)..at.min(text.len() - 4) + 4, "");
            index.update(text.as_str().into());
            same(&index, &text);
        }
    }

    #[test]
    fn an_index_follows_several_edits_far_from_each_other() {
        let mut random = fastrand::Rng::with_seed(1);
        let mut sheet = Sheet::from("fn same() {}\n  fn deep() {}\nclass Größe:\n\n".repeat(1200).as_str());
        let mut index = Index::of(sheet.clone());
        for _ in 0..200 {
            for _ in 0..random.usize(1..5) {
                let at = random.u32(..=sheet.units());
                let gone = random.u32(..60).min(sheet.units() - at);
                // One that cuts a character is none.
                let _ = sheet.splice(at, gone, LINES[random.usize(..LINES.len())]);
            }
            index.update(sheet.clone());
            same(&index, &sheet.text());
        }
    }

    #[test]
    fn the_last_ones_are_kept() {
        let indices = Indices::default();
        for number in 0..10 {
            let text = Sheet::from(format!("fn f{number}() {{}}\n").as_str());
            assert!(indices.with(&number.to_string(), 1, &text, |index| index.outline(100).contains("fn f")));
        }
        assert_eq!(indices.0.borrow().len(), KEPT);
        assert_eq!(indices.0.borrow()[0].file, "9");
        let lines = |revision, text: &str| indices.with("e", revision, &text.into(), |index| index.lines().count());
        assert_eq!((lines(1, ""), lines(2, "a\n"), lines(2, "a\n"), lines(3, "a\nb"), lines(4, "")), (0, 1, 1, 2, 0));
    }
}
