//! Taking steps of the model back: the cut, and the revert of a hunk or of a turn. One method for all three.
//!
//! What the discarded steps inserted is deleted by id; what they deleted comes back as new characters directly left
//! of their own tombstones. What people typed is not touched, and what they deleted stays deleted.

use std::collections::BTreeMap;

use yrs::{ClientID, IdSet, Nested, ReadTxn, Text, TextRef, Transact, TransactionMut};

use crate::blocks;
use crate::document::Document;
use crate::ledger::Entry;
use crate::op::{HunkKey, RolledBack, StepKey};
use crate::restore::Restoration;
use crate::tally::Tally;
use crate::{craft, replica, span, wire};

/// What a roll-back has to do.
#[derive(Default)]
struct Plan {
    /// What goes.
    inserted: IdSet,
    /// What comes back, by file.
    deleted: BTreeMap<String, IdSet>,
    /// Files that the discarded steps renamed.
    renamed: Vec<String>,
    /// Files that the discarded steps made.
    created: Vec<String>,
    /// Files with any change.
    files: Vec<String>,
}

impl Document {
    /// Takes back the steps for which `discard` says so, as far as they were not taken back before.
    ///
    /// A file that a discarded step created goes again, unless there is text in it that stays: a person's, or that
    /// of steps that are kept. A file that a discarded step removed is there again under its id, with its text. A path
    /// that a discarded step set goes back, unless a person has set another since. Open hunks go back to where they were before their first discarded step; those whose
    /// opening is discarded are closed.
    pub fn rollback(&mut self, discard: &dyn Fn(StepKey, HunkKey) -> bool) -> RolledBack {
        let discarded = |entry: &Entry| !entry.undone && discard(entry.step, entry.hunk);
        // A cut mostly falls where the model is: then there is nothing to take back, however long the ledger is.
        let Some(first) = self.ledger.entries.iter().position(discarded) else { return RolledBack::default() };
        let plan = self.plan(first, &discarded);
        let doc = self.replica.doc();
        let Tally { kept, gone } = self.tally(&mut doc.transact_mut(), &plan.files, first, &discarded);
        self.rewind(first, &discarded);
        self.ledger.rewrite_from(first);
        for entry in self.ledger.entries.iter_mut().skip(first) {
            entry.undone |= discard(entry.step, entry.hunk);
        }
        self.run = None;
        let mut txn = doc.transact_mut();
        self.carry_out(&mut txn, &plan);
        let update = txn.has_changes().then(|| txn.encode_update_v1());
        span::merge(&mut self.deleted, txn.delete_set());
        drop(txn);
        self.renew_hunks(&plan.files);
        for file in &plan.files {
            self.files.touch(file);
        }
        let message = update.map(|update| {
            let message = wire::update(&update);
            self.changed(update);
            message
        });
        RolledBack { message, kept, gone }
    }

    /// What the discarded entries ask for: all are among those from `first` on.
    fn plan(&self, first: usize, discarded: &dyn Fn(&Entry) -> bool) -> Plan {
        let mut plan = Plan::default();
        for entry in self.ledger.entries.iter().skip(first).filter(|entry| discarded(entry)) {
            span::insert_all(&mut plan.inserted, &entry.inserted);
            if !entry.deleted.is_empty() {
                span::insert_all(plan.deleted.entry(entry.file.clone()).or_default(), &entry.deleted);
            }
            if entry.created {
                plan.created.push(entry.file.clone());
            }
            if !entry.renamed.is_empty() {
                plan.renamed.push(entry.file.clone());
            }
            if !plan.files.contains(&entry.file) {
                plan.files.push(entry.file.clone());
            }
        }
        if plan.deleted.is_empty() {
            return plan;
        }
        // Not to come back: what people deleted too, what is the discarded steps' own, what kept steps deleted.
        let mut stays_away = plan.inserted.clone();
        for entry in self.ledger.entries.iter().filter(|entry| !discarded(entry)) {
            span::insert_all(&mut stays_away, if entry.undone { &entry.inserted } else { &entry.deleted });
        }
        for ids in plan.deleted.values_mut() {
            ids.diff_with(&self.ledger.by_people);
            ids.diff_with(&stays_away);
        }
        plan.deleted.retain(|_, ids| !ids.is_empty());
        plan
    }

    fn carry_out(&mut self, txn: &mut TransactionMut<'_>, plan: &Plan) {
        if !plan.inserted.is_empty() {
            replica::apply(txn, &craft::deletion(&plan.inserted));
        }
        for (file, ids) in &plan.deleted {
            let Some(text) = self.files.get(file).and_then(|file| Nested::<TextRef>::new(file.text).get(txn)) else {
                continue;
            };
            let blocks = blocks::all(&text, txn, &self.deleted);
            let clock = txn.state_vector().get(&ClientID::new(self.restorer));
            let restoration = Restoration::of(&blocks, ids, self.restorer, clock);
            replica::apply(txn, &restoration.update(self.restorer, clock));
            self.ledger.carry(&restoration.copies);
        }
        let back = self.bring_back(txn);
        for id in &plan.created {
            let text = self.files.get(id).and_then(|file| Nested::<TextRef>::new(file.text).get(txn));
            if text.is_some_and(|text| text.len(txn) == 0) {
                self.take_away(txn, id);
            }
        }
        if !(plan.renamed.is_empty() && back.is_empty()) {
            // The renames of any entry may be done with.
            self.ledger.rewrite_from(0);
        }
        for file in plan.renamed.iter().chain(&back) {
            self.path_back(txn, file);
        }
    }

    /// Gives a file the path from before the renames that were taken back, newest first, as far as the path still is
    /// what they set. Those below a kept one wait until that is taken back too; those below a person's are void.
    fn path_back(&mut self, txn: &mut TransactionMut<'_>, file: &str) {
        let there = self.files.get(file).map(|known| known.path.clone());
        let away = || self.ledger.removed.values().find(|removed| removed.file == file && !removed.returned);
        let Some(now) = there.clone().or_else(|| away().map(|removed| removed.path.clone())) else { return };
        let mut path = now.clone();
        let mut person = false;
        for entry in self.ledger.entries.iter_mut().rev().filter(|entry| entry.file == file) {
            if !entry.undone && !entry.renamed.is_empty() && !person {
                person = entry.renamed.last().is_some_and(|last| last.after != path);
                if !person {
                    break;
                }
            }
            while let Some(renamed) = entry.renamed.pop_if(|_| entry.undone) {
                person |= renamed.after != path;
                if !person {
                    path = renamed.before;
                }
            }
        }
        if path == now {
            return;
        }
        if there.is_some() {
            self.set_path(txn, file, &path);
        }
        self.ledger.comes_back_as(file, &path);
    }

    /// Puts open hunks back to where they were before their first discarded step.
    fn rewind(&mut self, first: usize, discarded: &dyn Fn(&Entry) -> bool) {
        for entry in self.ledger.entries.iter().skip(first).rev().filter(|entry| discarded(entry)) {
            if entry.opened.is_some() {
                self.hunks.remove(&entry.hunk);
            } else if let Some(hunk) = self.hunks.get_mut(&entry.hunk) {
                hunk.mark = entry.before;
            }
        }
    }

    /// Gives the open hunks of these files the new ids of what came back, and makes out anew what is theirs.
    fn renew_hunks(&mut self, files: &[String]) {
        let restored = &self.ledger.restored;
        let touched = self.hunks.iter_mut().filter(|(_, hunk)| files.contains(&hunk.file));
        for (key, hunk) in touched {
            let old = restored.newest_all(hunk.old());
            let mut own = span::to_set(&old);
            // Before it was opened nothing happened to what is its own.
            let opens = |entry: &Entry| entry.hunk == *key && entry.opened.is_some();
            let since = self.ledger.entries.iter().rposition(opens).unwrap_or_default();
            let entries = self.ledger.entries.get(since..).unwrap_or_default();
            let kept = || entries.iter().filter(|entry| !entry.undone && entry.file == hunk.file);
            for entry in kept().filter(|entry| entry.hunk == *key) {
                span::insert_all(&mut own, &entry.inserted);
            }
            own.diff_with(&self.ledger.by_people);
            own.diff_with(&span::to_set(kept().flat_map(|entry| &entry.deleted)));
            let cursor = hunk.mark.cursor.map(|id| restored.newest(id));
            hunk.renew(old, cursor, own);
        }
    }
}
