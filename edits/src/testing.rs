//! A file that actions are applied to: the reference for tests, here and of the parts that use the
//! engine.
//!
//! It refuses what no document could do; it knows nothing of how operations come about. [`Folder`] does what a
//! caller of the engine has to do, over several files.

mod folder;
pub mod load;

pub use folder::{Folder, Hunk, Outcome};

use crate::action::{Action, Place};
use crate::diff::DiffOp;

/// Applies the operations of one hunk at a time to a text.
#[derive(Clone, Debug, Default)]
pub struct Applier {
    units: Vec<u16>,
    cursor: usize,
    /// Where the located old text ends, in the text as it now stands.
    end: usize,
}

/// What no document could do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Impossible {
    /// An operation went past the located text.
    #[error("an operation past the end of the located text")]
    PastEnd,
    /// An operation began or ended inside a surrogate pair.
    #[error("an operation splits a surrogate pair")]
    SplitPair,
    /// An operation did nothing.
    #[error("an empty operation")]
    Empty,
}

impl Applier {
    /// A file with this text.
    pub fn new(text: &str) -> Self {
        Self { units: text.encode_utf16().collect(), cursor: 0, end: text.encode_utf16().count() }
    }

    /// The text as it stands.
    pub fn text(&self) -> String {
        String::from_utf16_lossy(&self.units)
    }

    /// Where the next operation goes, in UTF-16 units.
    pub fn cursor(&self) -> u32 {
        u32::try_from(self.cursor).unwrap_or(u32::MAX)
    }

    /// Puts the cursor at the front of located text.
    pub fn place(&mut self, place: &Place) {
        self.cursor = place.start as usize;
        self.end = self.cursor + place.old.encode_utf16().count();
    }

    /// Applies an action; those without an operation do nothing.
    pub fn act(&mut self, action: &Action) -> Result<(), Impossible> {
        match action {
            Action::Keep { len, .. } => self.apply(&DiffOp::Keep(*len)),
            Action::Delete { len, .. } => self.apply(&DiffOp::Delete(*len)),
            Action::Insert { text, .. } => self.apply(&DiffOp::Insert(text.clone())),
            Action::Open { .. }
            | Action::Locate { .. }
            | Action::Remove { .. }
            | Action::Rename { .. }
            | Action::Close { .. }
            | Action::Fail { .. } => Ok(()),
        }
    }

    /// Applies an operation at the cursor.
    pub fn apply(&mut self, op: &DiffOp) -> Result<(), Impossible> {
        match op {
            DiffOp::Keep(len) => self.cursor = self.passed(*len)?,
            DiffOp::Delete(len) => {
                let to = self.passed(*len)?;
                self.units.drain(self.cursor..to);
                self.end -= *len as usize;
            }
            DiffOp::Insert(text) => {
                if text.is_empty() {
                    return Err(Impossible::Empty);
                }
                let units: Vec<u16> = text.encode_utf16().collect();
                let count = units.len();
                self.units.splice(self.cursor..self.cursor, units);
                self.cursor += count;
                self.end += count;
            }
        }
        Ok(())
    }

    fn passed(&self, len: u32) -> Result<usize, Impossible> {
        let to = self.cursor + len as usize;
        if len == 0 {
            return Err(Impossible::Empty);
        }
        if to > self.end {
            return Err(Impossible::PastEnd);
        }
        let splits = self.units.get(to).is_some_and(|unit| (0xDC00..0xE000).contains(unit));
        if splits { Err(Impossible::SplitPair) } else { Ok(to) }
    }
}
