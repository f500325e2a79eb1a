//! Files that were taken away and come back: as new files of the same id, because the CRDT cannot bring a deleted map
//! back, with the text that nobody wants gone any more.
//!
//! The text becomes new characters in the file's new text. So does text that kept steps of the model had deleted, and
//! is deleted again at once: those steps may be taken back later, and then its place has to be known. What people
//! deleted is not copied.

use std::collections::{BTreeMap, BTreeSet};

use yrs::branch::Branch;
use yrs::{Assoc, BranchID, ClientID, ID, IdSet, Nested, ReadTxn, StickyIndex, Text, TextRef, TransactionMut};

use crate::blocks::{self, Block};
use crate::document::Document;
use crate::ledger::{Copy, Removed};
use crate::span::{self, Lookup, Span};
use crate::{craft, replica, restore};

/// What of a text that was taken away is wanted in the new one.
struct Wanted {
    /// To be seen.
    live: IdSet,
    /// Deleted by kept steps.
    dormant: IdSet,
    /// The file itself was to go.
    unmade: bool,
}

impl Document {
    /// Brings back the files that nothing takes away any more, and says which.
    pub(crate) fn bring_back(&mut self, txn: &mut TransactionMut<'_>) -> Vec<String> {
        let mut back = Vec::new();
        for (text, removed) in self.ledger.removed.clone() {
            let stands = |removal: &ID| *removal == text;
            let kept = self.ledger.entries.iter().filter(|entry| !entry.undone);
            if removed.returned || kept.filter_map(|entry| entry.removed.as_ref()).any(stands) {
                continue;
            }
            let wanted = self.wanted(&removed.file);
            if wanted.unmade && wanted.live.is_empty() {
                continue;
            }
            self.bring_over(txn, text, &removed, &wanted);
            if let Some(removed) = self.ledger.removed.get_mut(&text) {
                removed.returned = true;
            }
            back.push(removed.file);
        }
        back
    }

    fn wanted(&self, file: &str) -> Wanted {
        let (mut live, mut kept, mut unwanted) = (IdSet::new(), IdSet::new(), self.ledger.by_people.clone());
        let mut unmade = false;
        for entry in self.ledger.entries.iter().filter(|entry| entry.file == file) {
            span::insert_all(&mut live, &entry.deleted);
            if entry.undone {
                span::insert_all(&mut unwanted, &entry.inserted);
                unmade |= entry.created;
            } else {
                span::insert_all(&mut kept, &entry.deleted);
            }
        }
        live.diff_with(&unwanted);
        live.diff_with(&self.ledger.restored.originals());
        let dormant = live.intersect(&kept);
        live.diff_with(&kept);
        Wanted { live, dormant, unmade }
    }

    /// Brings the text of a file that was taken away over to the text that the file has now.
    fn bring_over(&mut self, txn: &mut TransactionMut<'_>, from: ID, removed: &Removed, wanted: &Wanted) {
        // People's typing in flight may have brought the file back already.
        let fresh = self.files.get(&removed.file).is_none();
        if fresh {
            self.make_file(txn, &removed.file, &removed.path, &removed.form);
        }
        let Some(into) = self.files.get(&removed.file).map(|file| file.text) else { return };
        let Some(text) = Nested::<TextRef>::new(into).get(txn) else { return };
        let Some(old) = BranchID::get_nested(txn, &from) else { return };
        let blocks = blocks::all(&TextRef::from(old), txn, &self.deleted);
        let mut carrying = Carrying {
            document: self,
            text,
            fresh,
            wanted: Lookup::plain(&span::from_set(&wanted.live.merge(&wanted.dormant))),
            index: 0,
            left: None,
            copies: Vec::new(),
            cursors: BTreeMap::new(),
        };
        let cursors = carrying.document.cursors_in(from);
        for block in &blocks {
            carrying.block(txn, block, &cursors);
        }
        let Carrying { copies, cursors, .. } = carrying;
        let mut asleep = IdSet::new();
        let dormant = Lookup::plain(&span::from_set(&wanted.dormant));
        for copy in &copies {
            for (part, _, ()) in dormant.parts(copy.old) {
                span::insert_all(&mut asleep, copy.of(part).as_ref());
            }
        }
        if !asleep.is_empty() {
            replica::apply(txn, &craft::deletion(&asleep));
        }
        self.files.touch(&removed.file);
        self.ledger.carry(&copies);
        for entry in self.ledger.entries.iter_mut().filter(|entry| entry.file == removed.file && !entry.undone) {
            entry.deleted = self.ledger.restored.newest_all(&entry.deleted);
        }
        self.follow(from, into, &cursors);
    }

    /// The cursors of open hunks in a text, those that a cut can put them back to included.
    fn cursors_in(&self, text: ID) -> BTreeSet<ID> {
        let hunks = self.hunks.iter().filter(|(_, hunk)| hunk.text == text);
        let mut cursors: BTreeSet<ID> = hunks.clone().filter_map(|(_, hunk)| hunk.mark.cursor).collect();
        let open: BTreeSet<_> = hunks.map(|(key, _)| *key).collect();
        if !open.is_empty() {
            let entries = self.ledger.entries.iter().filter(|entry| open.contains(&entry.hunk));
            cursors.extend(entries.filter_map(|entry| entry.before.cursor));
        }
        cursors
    }

    /// Lets open hunks go on in the new text.
    fn follow(&mut self, from: ID, into: ID, cursors: &BTreeMap<ID, Option<ID>>) {
        let moved = |cursor: &mut Option<ID>| {
            if let Some(new) = cursor.and_then(|id| cursors.get(&id)) {
                *cursor = *new;
            }
        };
        let mut open = BTreeSet::new();
        for (key, hunk) in self.hunks.iter_mut().filter(|(_, hunk)| hunk.text == from) {
            open.insert(*key);
            hunk.text = into;
            moved(&mut hunk.mark.cursor);
        }
        for entry in self.ledger.entries.iter_mut().filter(|entry| open.contains(&entry.hunk)) {
            moved(&mut entry.before.cursor);
        }
    }
}

/// The way of a text, block by block, to its new place.
struct Carrying<'a> {
    document: &'a Document,
    /// The new text.
    text: TextRef,
    /// Nothing was in it before.
    fresh: bool,
    wanted: Lookup<()>,
    /// Where the next text goes: behind `left`.
    index: u32,
    /// What came last of the old text into the new one.
    left: Option<ID>,
    copies: Vec<Copy>,
    /// Where cursors in the old text are in the new one.
    cursors: BTreeMap<ID, Option<ID>>,
}

impl Carrying<'_> {
    fn block(&mut self, txn: &mut TransactionMut<'_>, block: &Block, cursors: &BTreeSet<ID>) {
        let before = self.left;
        let mut parts: Vec<(Span, Option<Span>)> =
            self.wanted.parts(block.span).map(|(part, _, ())| (part, None)).collect();
        if !self.fresh {
            let known = self.document.ledger.restored.parts(block.span);
            parts.extend(known.map(|(old, new)| (old, Some(new))));
            parts.sort_unstable_by_key(|(part, _)| part.start);
        }
        let mut landed: Vec<Copy> = Vec::new();
        for (part, known) in parts {
            let copy = match known {
                Some(new) => Some(Copy { old: part, new_client: new.client, new_start: new.start })
                    .filter(|_| self.goes_behind(txn, new.last_id())),
                None => self.carry(txn, block, part),
            };
            landed.extend(copy);
        }
        for cursor in cursors.range(block.span.id_at(0)..=block.span.last_id()) {
            let passed = landed.iter().rev().find(|copy| copy.old.start <= cursor.clock);
            self.cursors.insert(*cursor, passed.map(|copy| copy.at_or_before(cursor.clock)).or(before));
        }
    }

    /// Goes on behind a character, if it is in the new text.
    fn goes_behind(&mut self, txn: &TransactionMut<'_>, last: ID) -> bool {
        let last = self.document.ledger.restored.newest(last);
        let Some(place) = StickyIndex::from_id(last, Assoc::Before).get_offset(txn) else { return false };
        if place.branch.id() != AsRef::<Branch>::as_ref(&self.text).id() {
            return false;
        }
        (self.index, self.left) = (place.index, Some(last));
        true
    }

    /// Writes a part of a block into the new text.
    fn carry(&mut self, txn: &mut TransactionMut<'_>, block: &Block, part: Span) -> Option<Copy> {
        let (text, old) = restore::characters(block, part)?;
        let client = self.document.model;
        let new_start = txn.state_vector().get(&ClientID::new(client));
        self.text.insert(txn, self.index, text);
        let copy = Copy { old, new_client: client, new_start };
        self.index += old.len;
        self.left = copy.of(old).map(Span::last_id);
        self.copies.push(copy);
        Some(copy)
    }
}
