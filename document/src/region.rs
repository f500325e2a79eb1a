//! Places that clients name: where a region is now, and what of it lies in a hunk's old text.
//!
//! Reads; changes nothing. What comes from clients is read without trusting a byte of it.

use std::ops::Range;

use yrs::{Assoc, BranchID, ID, IndexScope, Nested, ReadTxn, StickyIndex, TextRef, Transact};

use crate::document::Document;
use crate::hunk::Hunk;
use crate::op::{HunkKey, Region};
use crate::span::Lookup;
use crate::wire::{self, Anchor};

impl Document {
    /// Where a region of a file is now, in UTF-16 units: what lies between its two anchors, whichever comes first.
    /// What people typed inside since belongs to it. An anchor whose character was deleted stands where that was; one
    /// whose character a roll-back put back is with that again.
    ///
    /// `None` when an anchor cannot be read, or is not one of this file's text.
    pub fn region(&self, file: &str, region: &Region) -> Option<Range<u32>> {
        let text = self.files.get(file)?.text;
        let doc = self.replica.doc();
        let txn = doc.transact();
        let (one, other) = (self.offset(&txn, text, &region.start)?, self.offset(&txn, text, &region.end)?);
        Some(one.min(other)..one.max(other))
    }

    fn offset<T: ReadTxn>(&self, txn: &T, text: ID, anchor: &[u8]) -> Option<u32> {
        let (anchor, assoc) = wire::anchor(anchor).ok()?;
        let sticky = match anchor {
            Anchor::Character(id) => StickyIndex::from_id(self.ledger.restored.newest(id), assoc),
            Anchor::Nested(id) if id == text => StickyIndex::new(IndexScope::Nested(id), assoc),
            Anchor::Nested(_) | Anchor::Root => return None,
        };
        let place = sticky.get_offset(txn)?;
        (place.branch.id() == BranchID::Nested(text)).then_some(place.index)
    }

    /// A range of the file's text as it is now, as a range of an open hunk's old text as it was located, in the units
    /// that Keep and Delete walk.
    ///
    /// It reaches from the first to the last unit of old text that stands in the file now, inside `range`: units that
    /// are deleted, by people or by the hunk itself, have no width. So `range` covers
    ///
    /// - a unit that Delete would take, exactly when the unit is in the answer and still there;
    /// - no unit, but something between two of them, or a place at the edge of the old text: an empty answer, there;
    /// - nothing that touches the old text: `None`, as for a hunk or a file that is gone.
    ///
    /// The hunk's own operations do not change what the answer means for what it has not yet walked. Where the text of
    /// an Insert would go, and so whether that is inside `range`, says [`Document::insertion`].
    pub fn within(&self, hunk: HunkKey, range: Range<u32>) -> Option<Range<u32>> {
        let open = self.hunks.get(&hunk).filter(|open| !open.gone)?;
        let doc = self.replica.doc();
        let mut txn = doc.transact_mut();
        Nested::<TextRef>::new(open.text).get(&txn)?;
        if open.old().is_empty() {
            let at = open.offset(&txn);
            return (range.start <= at && at <= range.end).then_some(0..0);
        }
        let mut before = 0;
        let walked = open.old().iter().map(|span| {
            let at = before;
            before += span.len;
            (*span, at)
        });
        let old = Lookup::new(walked.collect());
        let mut found = Touched::new(range);
        let mut at = 0u32;
        for block in &self.layout(&mut txn, &open.file)?.blocks {
            let width = if block.deleted { 0 } else { block.span.len };
            for (part, offset, walked) in old.parts(block.span) {
                let start = if block.deleted { at } else { at + (part.start - block.span.start) };
                found.see(walked + offset, part.len, start, !block.deleted);
            }
            at += width;
        }
        found.answer()
    }

    /// The offset in the file's text now at which an Insert of an open hunk would put its text once `walked` units of
    /// the old text are behind its cursor: strictly inside a range when `range.start < offset < range.end`.
    pub fn insertion(&self, hunk: HunkKey, walked: u32) -> Option<u32> {
        let open = self.hunks.get(&hunk).filter(|open| !open.gone)?;
        let doc = self.replica.doc();
        let txn = doc.transact();
        Nested::<TextRef>::new(open.text).get(&txn)?;
        if walked <= open.mark.walked {
            return Some(open.offset(&txn));
        }
        let last = open.unit(walked - 1)?;
        Some(StickyIndex::from_id(last, Assoc::Before).get_offset(&txn)?.index)
    }

    /// How many units of the old text are behind an open hunk's cursor.
    pub fn walked(&self, hunk: HunkKey) -> Option<u32> {
        self.hunks.get(&hunk).map(|open: &Hunk| open.mark.walked)
    }
}

/// What a range touches of the old text, seen part by part in the order of the file.
struct Touched {
    range: Range<u32>,
    /// The first and the last unit inside.
    inside: Option<Range<u32>>,
    /// Units on the left of the range.
    left: u32,
    /// Where the old text begins in the file, and where it ends.
    extent: Option<Range<u32>>,
}

impl Touched {
    fn new(range: Range<u32>) -> Self {
        Self { range, inside: None, left: 0, extent: None }
    }

    /// `len` units from `walked` on, which begin at `at` in the file, and have no width there unless they are visible.
    fn see(&mut self, walked: u32, len: u32, at: u32, visible: bool) {
        let end = if visible { at + len } else { at };
        let extent = self.extent.get_or_insert(at..end);
        extent.end = end;
        if end <= self.range.start {
            self.left = walked + len;
        } else if visible && at < self.range.start {
            self.left = walked + (self.range.start - at);
        }
        let (from, to) = (at.max(self.range.start), end.min(self.range.end));
        if from < to {
            let part = walked + (from - at)..walked + (to - at);
            let inside = self.inside.get_or_insert(part.clone());
            inside.end = part.end;
        }
    }

    fn answer(self) -> Option<Range<u32>> {
        let extent = self.extent?;
        if self.inside.is_some() {
            return self.inside;
        }
        let touches = self.range.start <= extent.end && self.range.end >= extent.start;
        touches.then_some(self.left..self.left)
    }
}
