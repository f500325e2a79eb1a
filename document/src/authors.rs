//! Who wrote what: the visible text of a file as runs of one author each.
//!
//! Reads the ids of the text; keeps nothing. What was never in the ledger counts as seeded.

use yrs::Transact;

use crate::document::{Document, is_own};
use crate::ledger::Copy;
use crate::op::{Author, HunkKey};
use crate::span::{Lookup, Span};

impl Document {
    /// Who wrote what of a file: runs in UTF-16 units, in the order of the text, which they make up together. No two
    /// neighbours have one author. Text that a roll-back put back is its first author's.
    ///
    /// Costs one pass over the blocks of the text, with a look-up each.
    pub fn authors(&self, file: &str) -> Option<Vec<(u32, Author)>> {
        let doc = self.replica.doc();
        let layout = self.layout(&mut doc.transact_mut(), file)?;
        let of_file = self.ledger.entries.iter().filter(|entry| entry.file == file);
        let written = of_file.flat_map(|entry| entry.inserted.iter().map(|span| (*span, entry.hunk)));
        let index = Index {
            hunks: Lookup::new(written.collect()),
            copies: Lookup::new(self.ledger.restored.iter().map(|copy| (copy.copied(), *copy)).collect()),
        };
        let mut runs = Vec::new();
        for block in layout.blocks.iter().filter(|block| !block.deleted) {
            index.authors(block.span, &mut runs);
        }
        Some(runs)
    }
}

/// Whose text it is, by id.
struct Index {
    /// What hunks wrote, copies of it included.
    hunks: Lookup<HunkKey>,
    /// What came back, by its new ids.
    copies: Lookup<Copy>,
}

impl Index {
    fn authors(&self, block: Span, runs: &mut Vec<(u32, Author)>) {
        let mut todo = vec![block];
        while let Some(next) = todo.pop() {
            if !is_own(next.client) {
                push(runs, next.len, Author::Client(next.client));
            } else if let Some((part, _, hunk)) = self.hunks.parts(next).next() {
                let (before, after) = around(next, part);
                todo.extend(after);
                if before.is_some() {
                    todo.push(part);
                    todo.extend(before);
                } else {
                    push(runs, part.len, Author::Hunk(hunk));
                }
            } else if let Some((part, offset, copy)) = self.copies.parts(next).next() {
                let (before, after) = around(next, part);
                todo.extend(after);
                todo.push(Span { client: copy.old.client, start: copy.old.start + offset, len: part.len });
                todo.extend(before);
            } else {
                push(runs, next.len, Author::Seed);
            }
        }
    }
}

/// What of `whole` is before and behind a part of it.
fn around(whole: Span, part: Span) -> (Option<Span>, Option<Span>) {
    let before = Span { len: part.start - whole.start, ..whole };
    let after = Span { start: part.end(), len: whole.end() - part.end(), ..whole };
    (Some(before).filter(|span| span.len > 0), Some(after).filter(|span| span.len > 0))
}

fn push(runs: &mut Vec<(u32, Author)>, len: u32, author: Author) {
    match runs.last_mut() {
        Some((last, same)) if *same == author => *last += len,
        _ => runs.push((len, author)),
    }
}
