//! Text that comes back to the text that it was deleted from: as which new items, and where.
//!
//! A piece of it becomes a new item directly left of its first tombstone. What somebody types in flight into a piece
//! stands behind it then, so pieces are small: single characters, as long as those are few. Each costs the CRDT a
//! split of the tombstone, and that costs what the document is large, so there is an upper bound to their number.

use yrs::{ID, IdSet};

use crate::blocks::Block;
use crate::craft;
use crate::ledger::Copy;
use crate::span::{self, Lookup, Span};

/// The most pieces that text comes back in, unless it was in more runs already. At about 30 us each in a document of
/// 2 MB, they cost what a person does not notice.
const PIECES_MAX: usize = 256;

/// The text that comes back, in the order of the file, and its new ids.
#[derive(Default)]
pub(crate) struct Restoration<'a> {
    pieces: Vec<Piece<'a>>,
    pub(crate) copies: Vec<Copy>,
}

/// Consecutive characters under consecutive ids.
#[derive(Clone, Copy)]
struct Piece<'a> {
    /// What stands left of it, tombstones included.
    left: Option<ID>,
    old: Span,
    text: &'a str,
}

/// How finely text is cut into pieces.
#[derive(Clone, Copy)]
enum Grain {
    Character,
    Word,
    Line,
    Run,
}

impl<'a> Restoration<'a> {
    /// Brings `ids` back under new ids of `client`, from `clock` on. `blocks` are all of the text's.
    pub(crate) fn of(blocks: &'a [Block], ids: &IdSet, client: u64, mut clock: u32) -> Self {
        let runs = runs(blocks, ids);
        let fits = |grain: &Grain| runs.iter().map(|run| grain.pieces(run.text).count()).sum::<usize>() <= PIECES_MAX;
        let grain = [Grain::Character, Grain::Word, Grain::Line].into_iter().find(fits).unwrap_or(Grain::Run);
        let mut restoration = Self::default();
        for run in runs {
            let mut left = run.left;
            let mut start = run.old.start;
            for text in grain.pieces(run.text) {
                let old = Span { start, len: span::units(text), ..run.old };
                restoration.pieces.push(Piece { left, old, text });
                restoration.copy(old, client, clock);
                left = Some(old.last_id());
                start += old.len;
                clock += old.len;
            }
        }
        restoration
    }

    /// The update that does it.
    pub(crate) fn update(&self, client: u64, clock: u32) -> Vec<u8> {
        let piece = |one: &Piece<'a>| craft::Piece { left: one.left, right: Some(one.old.id_at(0)), text: one.text };
        let pieces: Vec<craft::Piece<'_>> = self.pieces.iter().map(piece).collect();
        craft::insertion(client, clock, &pieces, &IdSet::new())
    }

    fn copy(&mut self, old: Span, new_client: u64, new_start: u32) {
        match self.copies.last_mut() {
            Some(run) if run.old.client == old.client && run.old.end() == old.start => run.old.len += old.len,
            _ => self.copies.push(Copy { old, new_client, new_start }),
        }
    }
}

/// What of the blocks is wanted, as far as whole characters are.
fn runs<'a>(blocks: &'a [Block], ids: &IdSet) -> Vec<Piece<'a>> {
    let wanted = Lookup::plain(&span::from_set(ids));
    let mut runs = Vec::new();
    let mut left = None;
    for block in blocks {
        for (part, _, ()) in wanted.parts(block.span) {
            let Some((text, old)) = characters(block, part) else { continue };
            let inner = old.start.checked_sub(block.span.start + 1).map(|offset| block.span.id_at(offset));
            runs.push(Piece { left: inner.or(left), old, text });
        }
        left = Some(block.span.last_id());
    }
    runs
}

/// The text of a part of a block, less a half of a surrogate pair at either end.
pub(crate) fn characters(block: &Block, part: Span) -> Option<(&str, Span)> {
    let (from, to) = (part.start - block.span.start, part.end() - block.span.start);
    let (mut first, mut last) = (None, None);
    if block.text.is_ascii() {
        (first, last) = (Some((from as usize, from)), Some((to as usize, to)));
    } else {
        let mut offset = 0;
        for (at, character) in block.text.char_indices() {
            if offset >= from && first.is_none() {
                first = Some((at, offset));
            }
            let end = offset + character.len_utf16() as u32;
            if end > to {
                break;
            }
            last = Some((at + character.len_utf8(), end));
            offset = end;
        }
    }
    let ((first, start), (last, end)) = (first?, last?);
    let text = block.text.get(first..last).filter(|text| !text.is_empty())?;
    Some((text, Span { start: block.span.start + start, len: end - start, ..part }))
}

impl Grain {
    fn pieces(self, text: &str) -> impl Iterator<Item = &str> {
        let mut rest = text;
        std::iter::from_fn(move || {
            let first = rest.chars().next()?;
            let same = |one: char| one.is_alphanumeric() == first.is_alphanumeric();
            let end = match self {
                Grain::Character => Some(first.len_utf8()),
                Grain::Word => rest.find(|one: char| !same(one)),
                Grain::Line => rest.find('\n').map(|at| at + 1),
                Grain::Run => None,
            };
            let (piece, more) = rest.split_at_checked(end.unwrap_or(rest.len()))?;
            rest = more;
            Some(piece)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn block(text: &str) -> Block {
        Block { span: Span { client: 1, start: 10, len: span::units(text) }, text: text.into(), deleted: true }
    }

    #[test]
    fn halves_of_a_pair_do_not_come_back() {
        let block = block("a😀b😀");
        let part = |start, len| characters(&block, Span { client: 1, start, len }).map(|(text, old)| (text, old.start));
        assert_eq!(part(10, 6), Some(("a😀b😀", 10)));
        assert_eq!(part(10, 2), Some(("a", 10)));
        assert_eq!(part(12, 2), Some(("b", 13)));
        assert_eq!(part(12, 4), Some(("b😀", 13)));
        assert_eq!(part(12, 1), None);
    }

    #[test]
    fn the_grain_is_as_fine_as_the_number_of_pieces_allows() {
        let pieces = |text: &str| {
            let blocks = [block(text)];
            let ids = span::to_set([&blocks[0].span]);
            let restoration = Restoration::of(&blocks, &ids, 2, 0);
            assert_eq!(restoration.copies.len(), 1);
            assert_eq!(restoration.pieces.iter().map(|one| one.text).collect::<String>(), text);
            restoration.pieces.len()
        };
        assert_eq!(pieces(&"x".repeat(PIECES_MAX)), PIECES_MAX);
        assert_eq!(pieces(&"x".repeat(PIECES_MAX + 1)), 1);
        assert_eq!(pieces(&"two words\n".repeat(50)), 200);
        assert_eq!(pieces(&"two words\n".repeat(100)), 100);
        assert_eq!(pieces(&"two words\n".repeat(PIECES_MAX + 1)), 1);
    }
}
