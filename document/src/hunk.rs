//! An open hunk: where the model's next text goes, and how far it has come in the old text.
//!
//! Places are ids, never offsets: people may type anywhere meanwhile. Knows nothing of the ledger.

use yrs::{Assoc, ID, IdSet, ReadTxn, StickyIndex};

use crate::span::{self, Span};

/// What a hunk can be put back to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Mark {
    /// Units of the old text that are behind the cursor.
    pub(crate) walked: u32,
    /// The character that the next text comes after; none at the start of the file.
    pub(crate) cursor: Option<ID>,
}

/// An open hunk.
pub(crate) struct Hunk {
    pub(crate) file: String,
    /// The id of the file's text.
    pub(crate) text: ID,
    pub(crate) mark: Mark,
    /// The old text as it was located.
    old: Vec<Span>,
    /// What of the hunk's own text is left: old text not deleted, and new text.
    own: IdSet,
    /// People have deleted all that the hunk had, or its file.
    pub(crate) gone: bool,
}

impl Hunk {
    pub(crate) fn new(file: String, text: ID, left: Option<ID>, old: Vec<Span>) -> Self {
        let own = span::to_set(&old);
        Self { file, text, mark: Mark { walked: 0, cursor: left }, old, own, gone: false }
    }

    /// Walks over the next `len` units of the old text, and says which ids they are.
    pub(crate) fn walk(&mut self, len: u32) -> Vec<Span> {
        let (from, to) = (self.mark.walked, self.mark.walked.saturating_add(len));
        let mut passed = Vec::new();
        let mut at = 0u32;
        for span in &self.old {
            let end = at.saturating_add(span.len);
            let (first, last) = (from.max(at), to.min(end));
            if first < last {
                let start = span.start + (first - at);
                passed.push(Span { client: span.client, start, len: last - first });
            }
            if end >= to {
                break;
            }
            at = end;
        }
        self.mark.walked = from.saturating_add(passed.iter().map(|span| span.len).sum());
        passed
    }

    /// Notes what the model inserted, and goes behind it.
    pub(crate) fn inserted(&mut self, span: Span) {
        self.own.insert(span.id_at(0), span.len);
        self.mark.cursor = Some(span.last_id());
    }

    /// Notes what the model deleted.
    pub(crate) fn deleted(&mut self, ids: &IdSet) {
        self.own.diff_with(ids);
    }

    /// Notes what people deleted.
    pub(crate) fn lost(&mut self, ids: &IdSet) {
        if !self.own.is_empty() {
            self.own.diff_with(ids);
            self.gone |= self.own.is_empty();
        }
    }

    /// The offset that the next text goes to.
    pub(crate) fn offset<T: ReadTxn>(&self, txn: &T) -> u32 {
        self.mark
            .cursor
            .and_then(|id| StickyIndex::from_id(id, Assoc::Before).get_offset(txn))
            .map_or(0, |offset| offset.index)
    }

    /// One unit of the old text.
    pub(crate) fn unit(&self, mut index: u32) -> Option<ID> {
        for span in &self.old {
            if index < span.len {
                return Some(span.id_at(index));
            }
            index -= span.len;
        }
        None
    }

    /// The old text, where `own` is to be made anew from it.
    pub(crate) fn old(&self) -> &[Span] {
        &self.old
    }

    /// After a roll-back: the hunk's ids under their new names, and what is left of its own text.
    pub(crate) fn renew(&mut self, old: Vec<Span>, cursor: Option<ID>, own: IdSet) {
        self.old = old;
        self.mark.cursor = cursor;
        self.gone &= own.is_empty();
        self.own = own;
    }
}
