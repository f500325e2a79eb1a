//! The model's operations: one step becomes one update, and what it did goes into the ledger.
//!
//! Knows nothing of text formats or of where operations come from.

mod files;

use yrs::updates::encoder::Encode;
use yrs::{Assoc, ID, IdSet, Nested, ReadTxn, StickyIndex, Text, TextRef, Transact, TransactionMut};

use crate::document::Document;
use crate::hunk::Hunk;
use crate::ledger::{Clocks, Place};
use crate::mirror::{self, Only};
use crate::op::{Applied, HunkEvent, HunkKey, ModelOp, StepKey};
use crate::span::{self, Span};
use crate::{craft, replica, wire};

/// The model's run of insertions at one place. While nobody else changes the document, what comes next is put
/// between these two ids without looking for the place.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Run {
    hunk: HunkKey,
    right: Option<ID>,
}

impl Document {
    /// Does the operations of one step. Hunks whose place is gone are named in the events, and operations of hunks
    /// that are gone, closed or unknown do nothing.
    ///
    /// A hunk is gone when its file is, when its place is not in the file, or when people have deleted all that it
    /// had: all old text that it had not deleted itself, and all that it had inserted.
    pub fn apply(&mut self, step: StepKey, ops: &[ModelOp]) -> Applied {
        // Most of what a model says is prose: a transaction costs two state vectors even when nothing happens in it.
        if ops.is_empty() {
            return Applied::default();
        }
        let doc = self.replica.doc();
        let mut events = Vec::new();
        let mut update = None;
        {
            let mut txn = doc.transact_mut();
            let mut inserted: Vec<(Span, &str)> = Vec::new();
            for op in ops {
                let span = self.one(&mut txn, step, op, &mut events);
                if let (ModelOp::Insert { text, .. }, Some(span)) = (op, span) {
                    inserted.push((span, text));
                }
            }
            if txn.has_changes() {
                let is_alone = ops.iter().all(|op| op.leaves_texts() || matches!(op, ModelOp::Insert { .. }));
                if let [(span, text)] = *inserted {
                    let only = if is_alone { Only::Inserted(span, text) } else { Only::Among(span) };
                    self.mirrors.hint(&txn, only);
                }
                span::merge(&mut self.deleted, txn.delete_set());
                update = Some(txn.encode_update_v1());
            }
        }
        self.mirrors.take_hint_back();
        let message = update.map(|update| {
            let message = wire::update(&update);
            self.changed(update);
            message
        });
        Applied { message, events }
    }

    /// Does one operation. Returns what it inserted, if it did that.
    fn one(
        &mut self,
        txn: &mut TransactionMut<'_>,
        step: StepKey,
        op: &ModelOp,
        events: &mut Vec<HunkEvent>,
    ) -> Option<Span> {
        let mut inserted = None;
        match op {
            ModelOp::Place { hunk, file, start, len, .. } => {
                events
                    .push(self.place(txn, step, *hunk, file, *start, *len).unwrap_or(HunkEvent::Gone { hunk: *hunk }));
            }
            ModelOp::Create { hunk, file, path } => {
                events.push(self.create(txn, step, *hunk, file, path).unwrap_or(HunkEvent::Gone { hunk: *hunk }));
            }
            ModelOp::Close { hunk } => {
                self.hunks.remove(hunk);
            }
            ModelOp::Keep { hunk, len } => {
                self.in_hunk(txn, *hunk, step, events, |_, _, open, _| {
                    if let Some(last) = open.walk(*len).last() {
                        open.mark.cursor = Some(last.last_id());
                    }
                });
                self.run = self.run.filter(|run| run.hunk != *hunk);
            }
            ModelOp::Delete { hunk, len } => {
                self.in_hunk(txn, *hunk, step, events, |document, txn, open, _| {
                    document.delete(txn, step, *hunk, open, *len)
                });
            }
            ModelOp::Insert { hunk, text } if !text.is_empty() => {
                self.in_hunk(txn, *hunk, step, events, |document, txn, open, place| {
                    inserted = Some(document.insert(txn, step, *hunk, open, place, text));
                });
            }
            ModelOp::Insert { .. } => {}
            ModelOp::Rename { hunk, path } => {
                self.in_hunk(txn, *hunk, step, events, |document, txn, open, _| {
                    document.rename(txn, step, *hunk, open, path);
                });
            }
            ModelOp::Remove { hunk } => {
                self.in_hunk(txn, *hunk, step, events, |document, txn, open, text| {
                    document.remove(txn, step, *hunk, open, text);
                });
            }
        }
        inserted
    }

    /// Does something in an open hunk, unless its place is gone.
    fn in_hunk(
        &mut self,
        txn: &mut TransactionMut<'_>,
        hunk: HunkKey,
        step: StepKey,
        events: &mut Vec<HunkEvent>,
        act: impl FnOnce(&mut Self, &mut TransactionMut<'_>, &mut Hunk, &TextRef),
    ) {
        let Some(mut open) = self.hunks.remove(&hunk) else {
            return;
        };
        let text = Nested::<TextRef>::new(open.text).get(txn).filter(|_| !open.gone);
        let Some(text) = text else {
            events.push(HunkEvent::Gone { hunk });
            return;
        };
        self.ledger.note(place_of(step, hunk, &open), |_| {});
        act(self, txn, &mut open, &text);
        self.hunks.insert(hunk, open);
    }

    fn place(
        &mut self,
        txn: &mut TransactionMut<'_>,
        step: StepKey,
        hunk: HunkKey,
        file: &str,
        start: u32,
        len: u32,
    ) -> Option<HunkEvent> {
        let text_id = self.files.get(file)?.text;
        let text = Nested::<TextRef>::new(text_id).get(txn)?;
        let end = start.checked_add(len).filter(|end| *end <= text.len(txn))?;
        let (left, old, right) = if text.len(txn) < mirror::LONG || txn.has_changes() {
            locate(&self.ids(txn, file)?, start, end)
        } else {
            let list = |txn: &mut TransactionMut<'_>| self.ids(txn, file);
            self.mirrors.with_ids((text_id, &text), txn, list, |ids| locate(ids, start, end))?
        };
        self.open(txn, step, hunk, Hunk::new(file.to_owned(), text_id, left, old), false);
        Some(placed(txn, hunk, file, &text, left, right))
    }

    /// The ids of what stands in a file's text, in its order.
    fn ids(&self, txn: &mut TransactionMut<'_>, file: &str) -> Option<Vec<Span>> {
        let layout = self.layout(txn, file)?;
        Some(layout.blocks.iter().filter(|block| !block.deleted).map(|block| block.span).collect())
    }

    /// Lists what stands in a long text, so that hunks are placed in it without a look at all of it: for a moment in
    /// which nothing else happens.
    pub fn make_ready(&self, file: &str) {
        let doc = self.replica.doc();
        let mut txn = doc.transact_mut();
        let Some(known) = self.files.get(file) else { return };
        let Some(text) = known.text_ref(&txn).filter(|text| text.len(&txn) >= mirror::LONG) else { return };
        self.mirrors.with_ids((known.text, &text), &mut txn, |txn| self.ids(txn, file), |_| ());
    }

    fn open(&mut self, txn: &TransactionMut<'_>, step: StepKey, hunk: HunkKey, open: Hunk, created: bool) {
        self.hunk_files.insert(hunk, open.file.clone());
        self.ledger.note(place_of(step, hunk, &open), |entry| {
            entry.opened = Some(Clocks::of_people(&txn.state_vector()));
            entry.created = created;
        });
        self.hunks.insert(hunk, open);
    }

    /// Deletes what is left of the next old text: by id, so that what people wrote in between stays.
    fn delete(&mut self, txn: &mut TransactionMut<'_>, step: StepKey, hunk: HunkKey, open: &mut Hunk, len: u32) {
        let wanted = span::to_set(&open.walk(len));
        let before = txn.delete_set().intersect(&wanted);
        replica::apply(txn, &craft::deletion(&wanted));
        let mut deleted = txn.delete_set().intersect(&wanted);
        deleted.diff_with(&before);
        open.deleted(&wanted);
        if deleted.is_empty() {
            return;
        }
        self.files.touch(&open.file);
        self.ledger.note(place_of(step, hunk, open), |entry| {
            for span in span::from_set(&deleted) {
                span::push(&mut entry.deleted, span);
            }
        });
    }

    /// Inserts at the hunk's cursor.
    fn insert(
        &mut self,
        txn: &mut TransactionMut<'_>,
        step: StepKey,
        hunk: HunkKey,
        open: &mut Hunk,
        place: &TextRef,
        text: &str,
    ) -> Span {
        let inserted = Span { client: self.model, start: self.model_clock(txn), len: span::units(text) };
        match (self.run, open.mark.cursor) {
            (Some(run), left @ Some(_)) if run.hunk == hunk => {
                let piece = craft::Piece { left, right: run.right, text };
                let update = craft::insertion(self.model, inserted.start, &[piece], &IdSet::new());
                replica::apply(txn, &update);
            }
            _ => {
                place.insert(txn, open.offset(txn), text);
                self.run = right_of(&txn.encode_update_v1(), inserted).map(|right| Run { hunk, right });
            }
        }
        open.inserted(inserted);
        self.files.touch(&open.file);
        self.ledger.note(place_of(step, hunk, open), |entry| span::push(&mut entry.inserted, inserted));
        inserted
    }

    fn model_clock(&self, txn: &TransactionMut<'_>) -> u32 {
        txn.state_vector().get(&yrs::ClientID::new(self.model))
    }
}

fn place_of(step: StepKey, hunk: HunkKey, open: &Hunk) -> Place<'_> {
    Place { step, hunk, file: &open.file, before: open.mark }
}

/// The id left of `start`, the ids from `start` to `end`, and the id at `end`.
fn locate(ids: &[Span], start: u32, end: u32) -> (Option<ID>, Vec<Span>, Option<ID>) {
    let (mut left, mut old, mut right) = (None, Vec::new(), None);
    let mut at = 0u32;
    for block in ids {
        let next = at.saturating_add(block.len);
        if (at..next).contains(&start.wrapping_sub(1)) {
            left = Some(block.id_at(start - 1 - at));
        }
        let (from, to) = (start.max(at), end.min(next));
        if from < to {
            let first = block.start + (from - at);
            span::push(&mut old, Span { client: block.client, start: first, len: to - from });
        }
        if (at..next).contains(&end) {
            right = Some(block.id_at(end - at));
            break;
        }
        at = next;
    }
    (left, old, right)
}

fn placed(
    txn: &TransactionMut<'_>,
    hunk: HunkKey,
    file: &str,
    text: &TextRef,
    left: Option<ID>,
    right: Option<ID>,
) -> HunkEvent {
    let anchor = |id: Option<ID>, assoc| match id {
        Some(id) => StickyIndex::from_id(id, assoc),
        None => StickyIndex::from_type(txn, text, assoc),
    };
    HunkEvent::Placed {
        hunk,
        file: file.to_owned(),
        start: anchor(left, Assoc::Before).encode_v1(),
        end: anchor(right, Assoc::After).encode_v1(),
    }
}

/// The right neighbour of what was inserted, read from the update that says so.
fn right_of(update: &[u8], inserted: Span) -> Option<Option<ID>> {
    let contents = wire::walk(update).ok()?;
    let holds = |one: &&wire::Struct<'_>| one.span.overlap(inserted).is_some();
    contents.structs.iter().find(holds).map(|one| one.right_origin)
}
