//! Taking steps of the model back: the cut, and the revert of a hunk or of a turn. One method for all three.
//!
//! What the discarded steps inserted is deleted by id; what they deleted comes back as new characters directly left
//! of their own tombstones. What people typed is not touched, and what they deleted stays deleted.

use std::collections::BTreeMap;

use yrs::{ID, IdSet, Map, Nested, Text, TextRef, Transact, TransactionMut};

use crate::blocks::{self, Block};
use crate::document::Document;
use crate::ledger::{Copy, Entry};
use crate::op::{HunkKey, RolledBack, StepKey};
use crate::span::{self, Span};
use crate::{craft, replica, wire};

/// What a roll-back has to do.
#[derive(Default)]
struct Plan {
    /// What goes.
    inserted: IdSet,
    /// What comes back, by file.
    deleted: BTreeMap<String, IdSet>,
    /// Files that the discarded steps made.
    created: Vec<String>,
    /// Files with any change.
    files: Vec<String>,
}

impl Document {
    /// Takes back the steps for which `discard` says so, as far as they were not taken back before.
    ///
    /// A file that a discarded step created goes again, unless there is text in it that stays: a person's, or that
    /// of steps that are kept. Open hunks go back to where they were before their first discarded step; those whose
    /// opening is discarded are closed.
    pub fn rollback(&mut self, discard: &dyn Fn(StepKey, HunkKey) -> bool) -> RolledBack {
        let discarded = |entry: &Entry| !entry.undone && discard(entry.step, entry.hunk);
        let plan = self.plan(&discarded);
        self.rewind(&discarded);
        for entry in &mut self.ledger.entries {
            entry.undone |= discard(entry.step, entry.hunk);
        }
        self.run = None;
        let doc = self.replica.doc();
        let mut txn = doc.transact_mut();
        let copies = self.carry_out(&mut txn, &plan);
        let update = txn.has_changes().then(|| txn.encode_update_v1());
        span::merge(&mut self.deleted, txn.delete_set());
        drop(txn);
        self.ledger.carry(&copies);
        self.ledger.restored.add(&copies);
        self.renew_hunks();
        for file in &plan.files {
            self.files.touch(file);
        }
        let message = update.map(|update| {
            let message = wire::update(&update);
            self.changed(update);
            message
        });
        if !plan.created.is_empty()
            && let Err(error) = self.read_files()
        {
            tracing::error!(%error, "the files cannot be read after a roll-back");
        }
        RolledBack { message }
    }

    fn plan(&self, discarded: &dyn Fn(&Entry) -> bool) -> Plan {
        let mut plan = Plan::default();
        // Not to come back: what people deleted too, what is the discarded steps' own, what kept steps deleted.
        let mut stays_away = self.ledger.by_people.clone();
        for entry in &self.ledger.entries {
            if !discarded(entry) {
                span::insert_all(&mut stays_away, if entry.undone { &entry.inserted } else { &entry.deleted });
                continue;
            }
            span::insert_all(&mut stays_away, &entry.inserted);
            span::insert_all(&mut plan.inserted, &entry.inserted);
            if !entry.deleted.is_empty() {
                span::insert_all(plan.deleted.entry(entry.file.clone()).or_default(), &entry.deleted);
            }
            if entry.created {
                plan.created.push(entry.file.clone());
            }
            if !plan.files.contains(&entry.file) {
                plan.files.push(entry.file.clone());
            }
        }
        for ids in plan.deleted.values_mut() {
            ids.diff_with(&stays_away);
        }
        plan.deleted.retain(|_, ids| !ids.is_empty());
        plan
    }

    fn carry_out(&mut self, txn: &mut TransactionMut<'_>, plan: &Plan) -> Vec<Copy> {
        if !plan.inserted.is_empty() {
            replica::apply(txn, &craft::deletion(&plan.inserted));
        }
        let mut copies = Vec::new();
        for (file, ids) in &plan.deleted {
            let Some(text) = self.files.get(file).and_then(|file| Nested::<TextRef>::new(file.text).get(txn)) else {
                continue;
            };
            let blocks = blocks::all(&text, txn, &self.deleted);
            let clock = {
                use yrs::ReadTxn;
                txn.state_vector().get(&yrs::ClientID::new(self.restorer))
            };
            let restoration = Restoration::of(&blocks, ids, self.restorer, clock);
            let pieces: Vec<_> = restoration.pieces.iter().map(Character::piece).collect();
            replica::apply(txn, &craft::insertion(self.restorer, clock, &pieces, &IdSet::new()));
            copies.extend(restoration.copies);
        }
        let root = self.replica.files();
        for id in &plan.created {
            let Some(file) = self.files.get(id) else {
                continue;
            };
            let text = Nested::<TextRef>::new(file.text).get(txn);
            if text.is_some_and(|text| text.len(txn) == 0) {
                root.remove(txn, id);
                self.ledger.removed.insert(file.text, (id.clone(), file.path.clone()));
            }
        }
        copies
    }

    /// Puts open hunks back to where they were before their first discarded step.
    fn rewind(&mut self, discarded: &dyn Fn(&Entry) -> bool) {
        for entry in self.ledger.entries.iter().rev().filter(|entry| discarded(entry)) {
            if entry.opened {
                self.hunks.remove(&entry.hunk);
            } else if let Some(hunk) = self.hunks.get_mut(&entry.hunk) {
                hunk.mark = entry.before;
            }
        }
    }

    /// Gives open hunks the new ids of what came back, and makes out anew what is theirs.
    fn renew_hunks(&mut self) {
        let restored = &self.ledger.restored;
        for (key, hunk) in &mut self.hunks {
            let old = restored.newest_all(hunk.old());
            let mut own = span::to_set(&old);
            for entry in self.ledger.entries.iter().filter(|entry| !entry.undone) {
                if entry.hunk == *key {
                    span::insert_all(&mut own, &entry.inserted);
                }
            }
            own.diff_with(&self.ledger.by_people);
            for entry in self.ledger.entries.iter().filter(|entry| !entry.undone) {
                own.diff_with(&span::to_set(&entry.deleted));
            }
            let cursor = hunk.mark.cursor.map(|id| restored.newest(id));
            hunk.renew(old, cursor, own);
        }
    }
}

/// One character that comes back, one item each: as runs, characters come out of order where people typed between.
struct Character<'a> {
    left: Option<ID>,
    tombstone: ID,
    text: &'a str,
}

impl Character<'_> {
    fn piece(&self) -> craft::Piece<'_> {
        craft::Piece { left: self.left, right: Some(self.tombstone), text: self.text }
    }
}

/// The characters that come back to one text, in its order, and their new ids.
#[derive(Default)]
struct Restoration<'a> {
    pieces: Vec<Character<'a>>,
    copies: Vec<Copy>,
}

impl<'a> Restoration<'a> {
    fn of(blocks: &'a [Block], ids: &IdSet, client: u64, mut clock: u32) -> Self {
        let mut restoration = Self::default();
        let mut left = None;
        for block in blocks {
            let mut offset = 0;
            for (at, character) in block.text.char_indices() {
                let len = character.len_utf16() as u32;
                let tombstone = block.span.id_at(offset);
                let last = block.span.id_at(offset + len - 1);
                if ids.contains(&tombstone) && ids.contains(&last) {
                    let text = block.text.get(at..at + character.len_utf8()).unwrap_or_default();
                    restoration.pieces.push(Character { left, tombstone, text });
                    restoration.copy(Span { client: block.span.client, start: tombstone.clock, len }, client, clock);
                    clock += len;
                }
                left = Some(last);
                offset += len;
            }
        }
        restoration
    }

    fn copy(&mut self, old: Span, new_client: u64, new_start: u32) {
        match self.copies.last_mut() {
            Some(run) if run.old.client == old.client && run.old.end() == old.start => run.old.len += old.len,
            _ => self.copies.push(Copy { old, new_client, new_start }),
        }
    }
}
