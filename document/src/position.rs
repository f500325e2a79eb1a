//! Relative positions in their parts, for clients that write them as JSON.

use yrs::{Assoc, BranchID, IndexScope, ReadTxn, StickyIndex, Transact};

use crate::craft;
use crate::document::Document;
use crate::span;
use crate::wire::{self, Anchor};

/// A relative position of a file's text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Position {
    /// The id that it holds to: a character's, or the text's own.
    pub id: (u64, u32),
    /// It holds to the text as a whole, to its start or its end.
    pub whole: bool,
    /// It holds to the character on its left.
    pub before: bool,
}

impl Position {
    /// From its bytes (`StickyIndex`, v1); nothing when it is none, or of no file.
    pub fn read(bytes: &[u8]) -> Option<Position> {
        let (anchor, assoc) = wire::anchor(bytes).ok()?;
        let (id, whole) = match anchor {
            Anchor::Character(id) => (id, false),
            Anchor::Nested(id) => (id, true),
            Anchor::Root => return None,
        };
        Some(Position { id: (id.client.get(), id.clock), whole, before: assoc == Assoc::Before })
    }

    /// As its bytes.
    pub fn write(&self) -> Vec<u8> {
        /// The kinds of anchor, and minus one as lib0 writes a signed integer.
        const CHARACTER: u64 = 0;
        const NESTED: u64 = 2;
        const MINUS_ONE: u8 = 0x41;
        let mut out = Vec::new();
        craft::var(&mut out, if self.whole { NESTED } else { CHARACTER });
        craft::var(&mut out, self.id.0);
        craft::var(&mut out, u64::from(self.id.1));
        out.push(if self.before { MINUS_ONE } else { 0 });
        out
    }
}

impl Document {
    /// The file that a position is in, if it is there.
    pub fn file_of(&self, position: &Position) -> Option<String> {
        if position.id.0 > wire::CLIENT_MAX {
            return None;
        }
        let id = span::id(position.id.0, position.id.1);
        if position.whole {
            return self.files.of_text(&id).map(str::to_owned);
        }
        let assoc = if position.before { Assoc::Before } else { Assoc::After };
        let doc = self.replica.doc();
        let txn = doc.transact();
        let known = txn.state_vector().get(&id.client);
        let place = StickyIndex::new(IndexScope::Relative(id), assoc);
        let place = (id.clock < known).then(|| place.get_offset(&txn)).flatten()?;
        match place.branch.id() {
            BranchID::Nested(text) => self.files.of_text(&text).map(str::to_owned),
            BranchID::Root(_) => None,
        }
    }
}
