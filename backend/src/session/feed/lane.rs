//! A bounded run of entries with stable positions.

use std::collections::VecDeque;
use std::sync::Arc;

use crate::session::entry::Entry;

/// The most entries kept: eight seconds of a model at 1,000 tokens a second.
#[cfg(not(test))]
const ENTRIES_MAX: usize = 8192;
/// Small under test, so that tests fall off.
#[cfg(test)]
pub const ENTRIES_MAX: usize = 8;
/// The most bytes kept, roughly: a slow viewer must not hold a fast session's memory.
const BYTES_MAX: usize = 8 * 1024 * 1024;

/// A log of one pace class.
#[derive(Default)]
pub struct Lane {
    /// The position of the first entry kept.
    base: u64,
    entries: VecDeque<Arc<Entry>>,
    bytes: usize,
}

impl Lane {
    /// The position after the last entry.
    pub fn head(&self) -> u64 {
        self.base + self.entries.len() as u64
    }

    /// Appends, and forgets the oldest entries past the bounds.
    pub fn push(&mut self, entry: Arc<Entry>) {
        self.bytes += entry.weight();
        self.entries.push_back(entry);
        while self.entries.len() > ENTRIES_MAX || (self.bytes > BYTES_MAX && self.entries.len() > 1) {
            let Some(gone) = self.entries.pop_front() else { break };
            self.bytes = self.bytes.saturating_sub(gone.weight());
            self.base += 1;
        }
    }

    /// At most `most` entries from position `cursor` on, or nothing when that position is gone.
    pub fn after(&self, cursor: u64, most: usize) -> Option<Vec<Arc<Entry>>> {
        let skip = usize::try_from(cursor.checked_sub(self.base)?).ok()?;
        Some(self.entries.iter().skip(skip).take(most).cloned().collect())
    }

    /// Forgets everything; positions go on.
    pub fn clear(&mut self) {
        self.base = self.head();
        self.entries.clear();
        self.bytes = 0;
    }
}
