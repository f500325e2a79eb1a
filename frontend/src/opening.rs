//! What a person types into a file before the document is there: kept as what it does to the text that was shown, and
//! done again in the replica. Pure.

use std::iter;

use protocol::FileId;

use crate::document::Edit;

/// A file that is shown and typed into ahead of its document.
#[derive(Clone, Debug)]
pub struct Draft {
    file: FileId,
    path: String,
    /// The text as it was shown first, in UTF-16 units.
    base: Vec<u16>,
    /// The text as it stands, in pieces of the first one and of what was typed.
    pieces: Vec<Piece>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Piece {
    /// Units of the first text, from one to before another.
    Kept(usize, usize),
    Typed(Vec<u16>),
}

impl Piece {
    fn len(&self) -> usize {
        match self {
            Piece::Kept(from, to) => to - from,
            Piece::Typed(units) => units.len(),
        }
    }

    /// What is left of a place in it, and what is right.
    fn split(self, at: usize) -> (Piece, Piece) {
        match self {
            Piece::Kept(from, to) => (Piece::Kept(from, from + at), Piece::Kept(from + at, to)),
            Piece::Typed(mut units) => {
                let right = units.split_off(at.min(units.len()));
                (Piece::Typed(units), Piece::Typed(right))
            }
        }
    }
}

impl Draft {
    /// A file as it is shown.
    pub fn new(file: FileId, path: String, text: &str) -> Draft {
        let base: Vec<u16> = text.encode_utf16().collect();
        let pieces = vec![Piece::Kept(0, base.len())];
        Draft { file, path, base, pieces }
    }

    /// Which file.
    pub fn file(&self) -> &FileId {
        &self.file
    }

    /// Where it is.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// Its length as it stands, in UTF-16 units.
    pub fn length(&self) -> usize {
        self.pieces.iter().map(Piece::len).sum()
    }

    /// The text as it stands.
    pub fn text(&self) -> String {
        let units = self.pieces.iter().flat_map(|piece| match piece {
            Piece::Kept(from, to) => self.base.get(*from..*to).unwrap_or_default(),
            Piece::Typed(units) => units,
        });
        String::from_utf16_lossy(&units.copied().collect::<Vec<u16>>())
    }

    /// Notes what was typed. Edits are in the order in which the editor reports them: each counts units of the text as
    /// the ones before it left it.
    pub fn typed(&mut self, edits: &[Edit]) {
        for edit in edits {
            let at = edit.offset as usize;
            let right = self.split_off(at + edit.removed as usize);
            drop(self.split_off(at));
            let units: Vec<u16> = edit.text.encode_utf16().collect();
            match self.pieces.last_mut() {
                Some(Piece::Typed(last)) => last.extend(units),
                _ => self.pieces.push(Piece::Typed(units)),
            }
            self.pieces.extend(right);
            self.pieces.retain(|piece| piece.len() > 0);
        }
    }

    /// Takes away and returns what is right of a place.
    fn split_off(&mut self, at: usize) -> Vec<Piece> {
        let mut passed = 0;
        for index in 0..self.pieces.len() {
            let length = self.pieces.get(index).map_or(0, Piece::len);
            if at < passed + length {
                let mut right = self.pieces.split_off(index);
                let (left, rest) = right.remove(0).split(at - passed);
                self.pieces.push(left);
                right.insert(0, rest);
                return right;
            }
            passed += length;
        }
        Vec::new()
    }

    /// Whether anything was typed.
    pub fn is_changed(&self) -> bool {
        self.pieces.iter().any(|piece| matches!(piece, Piece::Typed(_))) || self.length() != self.base.len()
    }

    /// The edits that do to `now` what was typed, from right to left: each counts units of `now` itself. Where the
    /// text was changed by others since it was shown, nothing that they wrote is deleted, and nothing that was typed
    /// is lost.
    pub fn edits(&self, now: &str) -> Vec<Edit> {
        let now: Vec<u16> = now.encode_utf16().collect();
        let change = Replaced::between(&self.base, &now);
        let mut edits: Vec<Edit> = Vec::new();
        let mut add = |offset: usize, removed: usize, text: String| {
            if removed > 0 || !text.is_empty() {
                edits.push(Edit { offset: count(offset), removed: count(removed), text });
            }
        };
        for (from, to, typed) in self.replaced() {
            let (at, text) = (change.gap(from), String::from_utf16_lossy(&typed));
            // What others wrote may stand in the middle of what the person deleted.
            let left = from..to.min(change.from).max(from);
            let right = from.max(change.to).min(to)..to;
            let right_at = change.unit(right.start);
            if left.is_empty() && right_at == at {
                add(at, right.len(), text);
            } else {
                add(at, left.len(), text);
                add(right_at, right.len(), String::new());
            }
        }
        edits.reverse();
        edits
    }

    /// What of the first text is replaced by what, from left to right.
    fn replaced(&self) -> Vec<(usize, usize, Vec<u16>)> {
        let mut all = Vec::new();
        let (mut at, mut typed) = (0, Vec::new());
        let end = Piece::Kept(self.base.len(), self.base.len());
        for piece in self.pieces.iter().chain(iter::once(&end)) {
            match piece {
                Piece::Typed(units) => typed.extend_from_slice(units),
                Piece::Kept(from, to) => {
                    if at < *from || !typed.is_empty() {
                        all.push((at, *from, std::mem::take(&mut typed)));
                    }
                    at = *to;
                }
            }
        }
        all
    }
}

/// What others changed, as one replacement: what both texts begin and end with is the same.
struct Replaced {
    from: usize,
    to: usize,
    /// How long what came is.
    came: usize,
}

impl Replaced {
    fn between(before: &[u16], after: &[u16]) -> Replaced {
        let same = |a: &u16, b: &u16| a == b;
        let most = before.len().min(after.len());
        let mut front = before.iter().zip(after).take_while(|(a, b)| same(a, b)).count();
        // A pair that differs in its second half differs as a whole.
        if front < most && front.checked_sub(1).and_then(|at| before.get(at)).is_some_and(|unit| is_first_half(*unit)) {
            front -= 1;
        }
        let mut back =
            before.iter().rev().zip(after.iter().rev()).take(most - front).take_while(|(a, b)| same(a, b)).count();
        if back > 0 && before.get(before.len() - back).is_some_and(|unit| is_second_half(*unit)) {
            back -= 1;
        }
        Replaced { from: front, to: before.len() - back, came: after.len() - back - front }
    }

    /// A place between two units of the text before, in the text after; what lies in what went is behind what came.
    fn gap(&self, at: usize) -> usize {
        if at <= self.from { at } else { self.behind(at) }
    }

    /// A unit of the text before that is still there, in the text after.
    fn unit(&self, at: usize) -> usize {
        if at < self.from { at } else { self.behind(at) }
    }

    fn behind(&self, at: usize) -> usize {
        at.max(self.to) - self.to + self.from + self.came
    }
}

fn count(units: usize) -> u32 {
    u32::try_from(units).unwrap_or(u32::MAX)
}

fn is_first_half(unit: u16) -> bool {
    (0xd800..0xdc00).contains(&unit)
}

fn is_second_half(unit: u16) -> bool {
    (0xdc00..0xe000).contains(&unit)
}

#[cfg(test)]
mod tests;
