//! The document as it is written down: all of it, or what has changed since it was written down last.
//!
//! Both have one form, a *record*: updates of the CRDT, and what changed in the ledger beside them. A document is read
//! from a whole record and the changes that followed it, in order. Knows nothing of files or databases.

mod entries;

use yrs::updates::decoder::Decode;
use yrs::{Transact, Update};

use crate::craft;
use crate::document::{Document, FIRST_DRAWN_CLIENT};
use crate::form::Form;
use crate::ledger::{Copy, Removed};
use crate::op::Refused;
use crate::replica;
use crate::span::{self, Span};
use crate::wire::{self, Content, Reader};

/// What a record begins with.
const MAGIC: &[u8] = b"MIDDOC";
/// The version of the form. It changes with every change of it.
const VERSION: u8 = 2;
/// In the first one a file that was taken away had no form.
const WITHOUT_FORMS: u8 = 1;
/// Updates that wait to be written down, in bytes. Past it they are let go, and all is written down at once: a disk
/// that is full for hours must not fill the memory too.
const PENDING_MAX: usize = 8 * 1024 * 1024;
/// People's client ids that one load leaves free behind those that it knows: participants may have come who were not
/// written down, and typed. More than come while one write is on its way.
pub(crate) const CLIENT_GAP: u64 = 4096;

/// Why a record cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LoadError {
    /// It is something else.
    #[error("this is not a document of Midstream")]
    Foreign,
    /// It was written by a newer version.
    #[error("the document is of version {0}, which is newer than this program")]
    Newer(u8),
    /// It is damaged.
    #[error("the document is damaged: {0}")]
    Damaged(Refused),
}

impl From<Refused> for LoadError {
    fn from(refused: Refused) -> Self {
        Self::Damaged(refused)
    }
}

/// Updates that were not written down yet.
#[derive(Default)]
pub(crate) struct Pending {
    updates: Vec<Vec<u8>>,
    bytes: usize,
    /// There were more than are kept.
    overflown: bool,
}

impl Pending {
    pub(crate) fn push(&mut self, update: &[u8]) {
        if self.overflown {
            return;
        }
        self.bytes += update.len();
        self.updates.push(update.to_vec());
        if self.bytes > PENDING_MAX {
            *self = Self { overflown: true, ..Self::default() };
        }
    }
}

/// What a record says beside the entries of the ledger.
struct Beside<'a> {
    updates: Vec<&'a [u8]>,
    next_client: u64,
    by_people: Vec<Span>,
    copies: Vec<Copy>,
}

impl Document {
    /// All of it, deleted text and the ledger too: a whole record, for [`Document::load`].
    pub fn encode(&self) -> Vec<u8> {
        let by_people = span::from_set(&self.ledger.by_people);
        let copies: Vec<Copy> = self.ledger.restored.iter().copied().collect();
        self.record(&[self.replica.encode()], 0, &by_people, &copies)
    }

    /// What has changed since the last call, or since the document was made or read; `true` beside it when it is a
    /// whole record, because too much has changed to tell.
    pub fn take_changes(&mut self) -> (Vec<u8>, bool) {
        let pending = std::mem::take(&mut self.unsaved);
        let news = std::mem::take(&mut self.ledger.unsaved);
        self.ledger.unsaved.entries_kept = self.ledger.entries.len();
        if pending.overflown {
            return (self.encode(), true);
        }
        (self.record(&pending.updates, news.entries_kept, &news.by_people, &news.copies), false)
    }

    /// The document that was written down, with a whole record first. `load` is a number that no earlier load had.
    ///
    /// # Errors
    ///
    /// When the bytes are not such records. Whatever they are, nothing panics.
    pub fn load<'a>(load: u64, records: impl IntoIterator<Item = &'a [u8]>) -> Result<Self, LoadError> {
        let mut document = Self::new(load);
        for record in records {
            document.take_in(record)?;
        }
        let (doc, root) = (document.replica.doc(), document.replica.files());
        document.files.read(&root, &doc.transact())?;
        document.next_client = document.next_client.saturating_add(CLIENT_GAP);
        document.first_client = document.next_client;
        for entry in document.ledger.entries.iter().filter(|entry| entry.opened.is_some()) {
            document.hunk_files.insert(entry.hunk, entry.file.clone());
        }
        document.unsaved = Pending::default();
        document.ledger.unsaved = crate::ledger::Unsaved::default();
        document.ledger.unsaved.entries_kept = document.ledger.entries.len();
        Ok(document)
    }

    fn record(&self, updates: &[Vec<u8>], entries_kept: usize, by_people: &[Span], copies: &[Copy]) -> Vec<u8> {
        let mut out = MAGIC.to_vec();
        out.push(VERSION);
        craft::var(&mut out, self.next_client);
        craft::var(&mut out, updates.len() as u64);
        for update in updates {
            craft::bytes_of(&mut out, update);
        }
        entries::write_spans(&mut out, by_people);
        craft::var(&mut out, copies.len() as u64);
        for copy in copies {
            entries::write_span(&mut out, copy.old);
            craft::var(&mut out, copy.new_client);
            craft::var(&mut out, u64::from(copy.new_start));
        }
        craft::var(&mut out, self.ledger.removed.len() as u64);
        for (text, Removed { file, path, form, returned }) in &self.ledger.removed {
            entries::write_id(&mut out, *text);
            craft::bytes_of(&mut out, file.as_bytes());
            craft::bytes_of(&mut out, path.as_bytes());
            out.push(u8::from(*returned));
            for (_, value) in form.fields() {
                craft::bytes_of(&mut out, value.unwrap_or_default().as_bytes());
            }
        }
        let kept = entries_kept.min(self.ledger.entries.len());
        craft::var(&mut out, kept as u64);
        entries::write(&mut out, self.ledger.entries.get(kept..).unwrap_or_default());
        out
    }

    /// Takes in one record.
    fn take_in(&mut self, record: &[u8]) -> Result<(), LoadError> {
        let body = record.strip_prefix(MAGIC).ok_or(LoadError::Foreign)?;
        let (version, body) = body.split_first().ok_or(LoadError::Foreign)?;
        if !(WITHOUT_FORMS..=VERSION).contains(version) {
            return Err(LoadError::Newer(*version));
        }
        let mut reader = Reader(body);
        let beside = read_beside(&mut reader)?;
        self.next_client = self.next_client.max(beside.next_client.min(FIRST_DRAWN_CLIENT));
        for update in beside.updates {
            self.integrate_own(update)?;
        }
        span::insert_all(&mut self.ledger.by_people, &beside.by_people);
        self.ledger.restored.add(&beside.copies);
        self.ledger.removed.clear();
        for _ in 0..reader.count(4)? {
            let text = reader.id()?;
            let (file, path) = (reader.string()?.to_owned(), reader.string()?.to_owned());
            let returned = reader.byte()? != 0;
            let form = match *version {
                WITHOUT_FORMS => Form::default(),
                _ => Form::parse(Some(reader.string()?), Some(reader.string()?))?,
            };
            self.ledger.removed.insert(text, Removed { file, path, form, returned });
        }
        let kept = usize::try_from(reader.var()?).ok().filter(|kept| *kept <= self.ledger.entries.len());
        self.ledger.entries.truncate(kept.ok_or(Refused::Malformed("a ledger with a gap"))?);
        entries::read(&mut reader, &mut self.ledger.entries)?;
        Ok(reader.end()?)
    }

    pub(crate) fn integrate_own(&mut self, update: &[u8]) -> Result<(), Refused> {
        let contents = wire::walk(update)?;
        self.files.learn(&contents);
        self.files.know_all(&contents);
        let bare = |one: &&wire::Struct<'_>| matches!(one.content, Content::Collected | Content::Deleted);
        span::insert_all(&mut self.deleted, &contents.deletes);
        span::insert_all(&mut self.deleted, contents.structs.iter().filter(bare).map(|one| &one.span));
        let people = contents.structs.iter().map(|one| one.span.client).filter(|client| *client < FIRST_DRAWN_CLIENT);
        self.next_client = self.next_client.max(people.max().unwrap_or(0) + 1);
        let decoded = Update::decode_v1(update).map_err(|_| Refused::Malformed("not an update"))?;
        self.replica.guarded(|txn| {
            txn.apply_update(decoded).ok()?;
            (!replica::pending(txn)).then_some(())
        })?;
        self.replica.record(update.to_vec());
        self.changes += 1;
        Ok(())
    }
}

fn read_beside<'a>(reader: &mut Reader<'a>) -> Result<Beside<'a>, Refused> {
    let next_client = reader.var()?;
    let updates = (0..reader.count(1)?).map(|_| reader.bytes()).collect::<Result<_, _>>()?;
    let by_people = entries::read_spans(reader)?;
    let mut copies = Vec::new();
    for _ in 0..reader.count(5)? {
        let old = entries::read_span(reader)?;
        let (new_client, new_start) = (reader.client()?, reader.clock()?);
        new_start.checked_add(old.len).ok_or(Refused::Malformed("clock overflow"))?;
        copies.push(Copy { old, new_client, new_start });
    }
    Ok(Beside { updates, next_client, by_people, copies })
}
