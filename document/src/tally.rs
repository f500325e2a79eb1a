//! What a roll-back leaves because people made it so: what they wrote inside, and what they deleted themselves.
//!
//! Counts; changes nothing.

use std::collections::{BTreeMap, BTreeSet};

use yrs::{IdSet, ReadTxn, TransactionMut};

use crate::document::{Document, is_own};
use crate::ledger::{Clocks, Entry};
use crate::op::HunkKey;
use crate::span::{self, Lookup, Span};

/// What is counted, in UTF-16 units.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Tally {
    pub(crate) kept: u32,
    pub(crate) gone: u32,
}

/// What one hunk has of what is taken back.
struct Taken<'a> {
    opened: &'a Clocks,
    /// Its first and its last block in the file.
    extent: Option<(usize, usize)>,
}

impl Document {
    /// Counts what taking the discarded entries back in these files leaves. They are among the ledger's from `first` on.
    pub(crate) fn tally(
        &self,
        txn: &mut TransactionMut<'_>,
        files: &[String],
        first: usize,
        discarded: &dyn Fn(&Entry) -> bool,
    ) -> Tally {
        let discarded: Vec<&Entry> = self.ledger.entries.iter().skip(first).filter(|entry| discarded(entry)).collect();
        Tally { kept: files.iter().map(|file| self.kept(txn, file, &discarded)).sum(), gone: self.gone(&discarded) }
    }

    /// The units of the model's text that are not there to be taken back, because people had deleted them.
    fn gone(&self, discarded: &[&Entry]) -> u32 {
        let entries = &self.ledger.entries;
        let inserted = span::to_set(discarded.iter().flat_map(|entry| &entry.inserted));
        let mut gone = inserted.intersect(&self.ledger.by_people);
        if gone.is_empty() {
            return 0;
        }
        // What came back counts under its newest ids, and what the model deleted before them is not of people's doing.
        gone.diff_with(&self.ledger.restored.originals());
        gone.diff_with(&span::to_set(entries.iter().flat_map(|entry| &entry.deleted)));
        units(&gone)
    }

    /// The units that people wrote since a hunk was opened, between the first and the last of its characters that are
    /// taken back, and that are there still.
    fn kept(&self, txn: &mut TransactionMut<'_>, file: &str, discarded: &[&Entry]) -> u32 {
        let entries = || discarded.iter().copied().filter(|entry| entry.file == file);
        let mut taken = self.taken(file, entries().map(|entry| entry.hunk).collect());
        let now = Clocks::of_people(&txn.state_vector());
        // Listing the blocks is the dear part of it.
        if !taken.values().any(|hunk| now.beyond(hunk.opened)) {
            return 0;
        }
        let tagged = |entry: &Entry, spans: &[Span]| spans.iter().map(|span| (*span, entry.hunk)).collect::<Vec<_>>();
        let inserted = Lookup::new(entries().flat_map(|entry| tagged(entry, &entry.inserted)).collect());
        let deleted = Lookup::new(entries().flat_map(|entry| tagged(entry, &entry.deleted)).collect());
        let Some(layout) = self.layout(txn, file) else { return 0 };
        let blocks = &layout.blocks;
        for (at, block) in blocks.iter().enumerate() {
            for (_, _, hunk) in inserted.parts(block.span).chain(deleted.parts(block.span)) {
                if let Some(hunk) = taken.get_mut(&hunk) {
                    hunk.extent = Some((hunk.extent.map_or(at, |(first, _)| first), at));
                }
            }
        }
        let written = blocks.iter().enumerate().filter(|(_, block)| !block.deleted && is_persons(block.span));
        written.map(|(at, block)| written_inside(&taken, at, block.span)).sum()
    }

    /// These hunks of a file.
    fn taken(&self, file: &str, mut hunks: BTreeSet<HunkKey>) -> BTreeMap<HunkKey, Taken<'_>> {
        let mut taken = BTreeMap::new();
        // What is taken back is mostly new, and the ledger long.
        for entry in self.ledger.entries.iter().rev() {
            if hunks.is_empty() {
                break;
            }
            if let Some(opened) = entry.opened.as_ref().filter(|_| entry.file == file && hunks.remove(&entry.hunk)) {
                taken.insert(entry.hunk, Taken { opened, extent: None });
            }
        }
        taken
    }
}

fn is_persons(span: Span) -> bool {
    !is_own(span.client)
}

/// How much of a person's block was written into hunks around it since they were opened.
fn written_inside(taken: &BTreeMap<HunkKey, Taken<'_>>, at: usize, span: Span) -> u32 {
    let around = taken.values().filter(|hunk| hunk.extent.is_some_and(|(first, last)| first < at && at < last));
    around.map(|hunk| span.end().saturating_sub(span.start.max(hunk.opened.of(span.client)))).max().unwrap_or(0)
}

fn units(ids: &IdSet) -> u32 {
    span::from_set(ids).iter().map(|span| span.len).sum()
}
