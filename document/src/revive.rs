//! Text that was typed in flight into a file which a roll-back took away meanwhile: nothing that a person typed is
//! lost, so the file comes back with that text, and with that text alone.

use yrs::{Assoc, BranchID, IdSet, Nested, ReadTxn, StickyIndex, Text, TextRef, Transact, TransactionMut};

use crate::blocks;
use crate::document::Document;
use crate::ledger::{Copy, Removed};
use crate::span::{self, Span};
use crate::wire::{self, Content, Contents, Struct};

/// A run of typed text that perished with its file.
struct Perished<'a> {
    one: &'a Struct<'a>,
    /// The ids that nobody deleted.
    survives: IdSet,
    file: String,
    path: String,
}

impl Document {
    /// Brings back what an update typed into files that roll-backs took away. `deleted` is all that the update
    /// deleted: text in a deleted file is deleted as it comes. The updates that say so.
    pub(crate) fn revive(&mut self, contents: &Contents<'_>, deleted: &IdSet) -> Vec<Vec<u8>> {
        let mut updates = Vec::new();
        if self.ledger.removed.is_empty() {
            return updates;
        }
        for perished in self.perished(contents, deleted) {
            if self.files.get(&perished.file).is_none() {
                let seeded = self.seed_file(&perished.file, &perished.path, "");
                if let Ok(wire::Message::Update(update)) = wire::parse(&seeded) {
                    updates.push(update.to_vec());
                }
            }
            updates.extend(self.type_again(&perished));
        }
        updates
    }

    fn perished<'a>(&self, contents: &'a Contents<'a>, deleted: &IdSet) -> Vec<Perished<'a>> {
        let doc = self.replica.doc();
        let txn = doc.transact();
        let claimed = span::to_set(&contents.deletes);
        let typed = contents.structs.iter().filter(|one| matches!(one.content, Content::Text(_)));
        typed
            .filter_map(|one| {
                let mut survives = span::to_set([&one.span]).intersect(deleted);
                survives.diff_with(&claimed);
                if survives.is_empty() {
                    return None;
                }
                let place = StickyIndex::from_id(one.span.id_at(0), Assoc::After).get_offset(&txn)?;
                let BranchID::Nested(text) = place.branch.id() else {
                    return None;
                };
                let Removed { file, path, .. } = self.ledger.removed.get(&text)?.clone();
                Some(Perished { one, survives, file, path })
            })
            .collect()
    }

    fn type_again(&mut self, perished: &Perished<'_>) -> Option<Vec<u8>> {
        let Content::Text(typed) = perished.one.content else {
            return None;
        };
        let doc = self.replica.doc();
        let mut txn = doc.transact_mut();
        let text = Nested::<TextRef>::new(self.files.get(&perished.file)?.text).get(&txn)?;
        let mut at = self.index(&mut txn, &text, perished);
        let mut offset = 0;
        for character in typed.chars() {
            let len = character.len_utf16() as u32;
            let old = Span { start: perished.one.span.start + offset, len, ..perished.one.span };
            offset += len;
            if !perished.survives.contains(&old.id_at(0)) {
                continue;
            }
            let new_start = txn.state_vector().get(&yrs::ClientID::new(self.model));
            text.insert(&mut txn, at, character.encode_utf8(&mut [0; 4]));
            at += len;
            self.ledger.came_back(&[Copy { old, new_client: self.model, new_start }]);
        }
        let update = txn.encode_update_v1();
        drop(txn);
        self.files.touch(&perished.file);
        self.changed(update.clone());
        Some(update)
    }

    /// Where it goes: behind the nearest text on its left, as the old text has it, that came back too.
    fn index(&self, txn: &mut TransactionMut<'_>, text: &TextRef, perished: &Perished<'_>) -> u32 {
        let first = perished.one.span.id_at(0);
        let Some(place) = StickyIndex::from_id(first, Assoc::After).get_offset(txn) else {
            return text.len(txn);
        };
        let blocks = blocks::all(&TextRef::from(place.branch), txn, &self.deleted);
        let before = blocks.iter().take_while(|block| block.span.overlap(perished.one.span).is_none());
        let spans: Vec<Span> = before.map(|block| block.span).collect();
        for span in spans.iter().rev() {
            let copies: Vec<Span> = self.ledger.restored.parts(*span).map(|(_, new)| new).collect();
            for copy in copies.iter().rev() {
                let newest = self.ledger.restored.newest(copy.last_id());
                if let Some(place) = StickyIndex::from_id(newest, Assoc::Before).get_offset(txn)
                    && place.branch.id() == AsRef::<yrs::branch::Branch>::as_ref(text).id()
                {
                    return place.index;
                }
            }
        }
        0
    }
}
