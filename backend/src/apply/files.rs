//! The files as the hunks so far have left them: read when a hunk first asks, changed in memory alone.

use std::collections::BTreeMap;

use super::report::{Failure, Reason};
use super::text::FileText;
use super::{FILE_MAX, path};

/// Where files come from.
pub trait Source {
    /// The file at a path that was checked; `None` when nothing is there and a file could be.
    fn load(&self, path: &str) -> Result<Option<FileText>, Failure>;
}

/// Files in memory over those of a source.
#[derive(Debug)]
pub struct Files<'s, S> {
    source: &'s S,
    slots: BTreeMap<String, Slot>,
}

/// One path.
#[derive(Debug)]
struct Slot {
    /// What the source has there.
    origin: Option<FileText>,
    /// What stands there now.
    now: Option<FileText>,
    /// The path at the source whose permissions it has, when it came from there by moves.
    came_from: Option<String>,
    /// Where its file went, when it was moved.
    went_to: Option<String>,
}

/// One file that has to be written or removed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// Has this text now.
    Write {
        /// Its path.
        path: String,
        /// Its bytes.
        bytes: Vec<u8>,
        /// The file whose permissions it keeps; a new file has none.
        like: Option<String>,
    },
    /// Is gone.
    Remove {
        /// Its path.
        path: String,
        /// Where it was moved to: it must be there before it goes here.
        went_to: Option<String>,
    },
}

impl Change {
    /// The path.
    pub fn path(&self) -> &str {
        match self {
            Change::Write { path, .. } | Change::Remove { path, .. } => path,
        }
    }
}

impl<'s, S: Source> Files<'s, S> {
    /// The source's files, unchanged.
    pub fn new(source: &'s S) -> Self {
        Self { source, slots: BTreeMap::new() }
    }

    /// The file that a model's path names, as it stands.
    pub fn get(&mut self, written: &str) -> Result<(&str, Option<&FileText>), Failure> {
        let name = path::normal(written);
        path::check(name).map_err(|bad| {
            let reason = if bad == path::BadPath::TooLong { Reason::Limit } else { Reason::BadPath };
            let message =
                if bad == path::BadPath::Empty { "There is no path.".into() } else { format!("{name} {bad}.") };
            Failure { reason, message }
        })?;
        if !self.slots.contains_key(name) {
            let origin = self.source.load(name)?;
            let came_from = origin.is_some().then(|| name.to_owned());
            let slot = Slot { now: origin.clone(), origin, came_from, went_to: None };
            self.slots.insert(name.to_owned(), slot);
        }
        match self.slots.get_key_value(name) {
            Some((name, slot)) => Ok((name, slot.now.as_ref())),
            None => Err(Failure { reason: Reason::NoSuchFile, message: format!("There is no file {name}.") }),
        }
    }

    /// Puts a text at a path that [`get`](Self::get) gave.
    pub fn put(&mut self, path: &str, text: FileText) -> Result<(), Failure> {
        if text.text().len() > FILE_MAX {
            let message = format!("{path} would be larger than {FILE_MAX} bytes.");
            return Err(Failure { reason: Reason::Limit, message });
        }
        if let Some(slot) = self.slots.get_mut(path) {
            slot.now = Some(text);
        }
        Ok(())
    }

    /// Takes the file away.
    pub fn remove(&mut self, path: &str) {
        if let Some(slot) = self.slots.get_mut(path) {
            slot.now = None;
        }
    }

    /// Gives a file another path; both came from [`get`](Self::get).
    pub fn rename(&mut self, from: &str, to: &str) {
        let Some(slot) = self.slots.get_mut(from) else { return };
        let (text, came_from) = (slot.now.take(), slot.came_from.take());
        slot.went_to = Some(to.to_owned());
        if let Some(slot) = self.slots.get_mut(to) {
            slot.now = text;
            slot.came_from = came_from;
        }
    }

    /// What has to be done at the source, files to write before files to remove.
    pub fn changes(&self) -> Vec<Change> {
        let changed = || self.slots.iter().filter(|(_, slot)| slot.now != slot.origin);
        let writes = changed().filter_map(|(path, slot)| {
            let bytes = slot.now.as_ref()?.encode();
            Some(Change::Write { path: path.clone(), bytes, like: slot.came_from.clone() })
        });
        let removes = changed().filter(|(_, slot)| slot.now.is_none());
        let removes = removes.map(|(path, slot)| Change::Remove { path: path.clone(), went_to: slot.went_to.clone() });
        writes.chain(removes).collect()
    }
}
