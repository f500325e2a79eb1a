//! A viewer's replica on the server: what the document was, from the messages that viewers were sent.
//!
//! Reads and never writes. What it is fed is walked first, so it may come from a file that somebody made.

use std::collections::BTreeSet;
use std::panic::{AssertUnwindSafe, catch_unwind};

use yrs::updates::decoder::Decode;
use yrs::{Doc, GetString, Map, MapRef, ReadTxn, StateVector, TextRef, Transact, Update};

use crate::document::{self, Document};
use crate::form::{self, BlobRef, blobs_in};
use crate::op::Refused;
use crate::saved::CLIENT_GAP;
use crate::wire::{self, Content, Message};
use crate::{LoadError, replica};

/// A replica that only follows.
pub struct Viewer {
    doc: Doc,
    files: MapRef,
}

/// A file as a viewer saw it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ViewedFile {
    /// Its id.
    pub id: String,
    /// Its path.
    pub path: String,
    /// Its text.
    pub text: String,
}

/// A piece of text that a message brought, whether it still stands anywhere or not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Inserted {
    /// Who wrote it. What one client writes in one go has ids that follow each other.
    pub client: u64,
    /// The first of its ids.
    pub clock: u32,
    /// The id that it was put behind: a client and a clock.
    pub behind: Option<(u64, u32)>,
    /// The text, or a path.
    pub text: String,
}

impl Default for Viewer {
    fn default() -> Self {
        let (doc, files) = replica::empty(0, false);
        Self { doc, files }
    }
}

impl Viewer {
    /// A viewer that has all that an update (version 1) says.
    ///
    /// # Errors
    ///
    /// When it is none.
    pub fn of(update: &[u8]) -> Result<Viewer, Refused> {
        let mut viewer = Viewer::default();
        viewer.integrate([update])?;
        Ok(viewer)
    }

    /// Takes sync messages in, in their order and all at once: what is between them is not looked at.
    ///
    /// # Errors
    ///
    /// When one cannot be read or integrated. The viewer is not to be used any more then.
    pub fn apply<'a>(&mut self, messages: impl IntoIterator<Item = &'a [u8]>) -> Result<(), Refused> {
        let updates = messages.into_iter().map(update_of).collect::<Result<Vec<_>, _>>()?;
        self.integrate(updates)
    }

    /// All of it as one update (version 1), without deleted text.
    pub fn encode(&self) -> Vec<u8> {
        self.doc.transact().encode_state_as_update_v1(&StateVector::default())
    }

    /// All files, by id.
    pub fn files(&self) -> Vec<ViewedFile> {
        let txn = self.doc.transact();
        let file = |(id, value): (&str, yrs::Out)| {
            let map = value.cast::<MapRef>().ok()?;
            let path = map.get(&txn, "path")?.to_string(&txn);
            let text = map.get(&txn, "text")?.cast::<TextRef>().ok()?.get_string(&txn);
            Some(ViewedFile { id: id.to_owned(), path, text })
        };
        let mut files: Vec<ViewedFile> = self.files.iter(&txn).filter_map(file).collect();
        files.sort_by(|a, b| a.id.cmp(&b.id));
        files
    }

    /// The bytes beside the document that its files name, each once.
    pub fn kept(&self) -> BTreeSet<BlobRef> {
        let txn = self.doc.transact();
        let named = |(_, value): (&str, yrs::Out)| {
            let file = value.cast::<MapRef>().ok()?;
            let fields = [form::BLOB, form::EOL].map(|name| form::field(&file, &txn, name).ok().flatten());
            Some(
                fields.into_iter().flatten().flat_map(|value| blobs_in(&value).collect::<Vec<_>>()).collect::<Vec<_>>(),
            )
        };
        self.files.iter(&txn).filter_map(named).flatten().collect()
    }

    /// The number of the newest load that wrote into it: a document that goes on from here needs a later one.
    pub fn last_load(&self) -> u64 {
        let txn = self.doc.transact();
        let vector = txn.state_vector();
        vector.iter().filter_map(|(client, _)| document::load_of(client.get())).max().unwrap_or(0)
    }

    fn integrate<'a>(&mut self, updates: impl IntoIterator<Item = &'a [u8]>) -> Result<(), Refused> {
        let mut decoded = Vec::new();
        for update in updates {
            wire::walk(update)?;
            decoded.push(Update::decode_v1(update).map_err(|_| Refused::Malformed("not an update"))?);
        }
        let doc = self.doc.clone();
        let integrated = catch_unwind(AssertUnwindSafe(|| {
            // Not dropped while unwinding, as in `Replica::guarded`.
            let mut txn = std::mem::ManuallyDrop::new(doc.transact_mut());
            let whole = decoded.into_iter().all(|update| txn.apply_update(update).is_ok()) && !replica::pending(&txn);
            drop(std::mem::ManuallyDrop::into_inner(txn));
            whole
        }));
        match integrated {
            Ok(true) => Ok(()),
            Ok(false) => Err(Refused::Malformed("an update that builds on what is not there")),
            Err(_) => Err(Refused::Panicked),
        }
    }
}

impl Document {
    /// A document that goes on from what a viewer saw. `load` is later than [`Viewer::last_load`]. Who wrote what is
    /// not known of any of it, so none of it can be taken back.
    ///
    /// # Errors
    ///
    /// When what the viewer saw is no document of files.
    pub fn adopt(load: u64, viewer: &Viewer) -> Result<Document, LoadError> {
        let mut document = Document::new(load);
        document.integrate_own(&viewer.encode())?;
        let (doc, root) = (document.replica.doc(), document.replica.files());
        document.files.read(&root, &doc.transact())?;
        document.next_client = document.next_client.saturating_add(CLIENT_GAP);
        document.first_client = document.next_client;
        document.unsaved = crate::saved::Pending::default();
        Ok(document)
    }
}

/// The Yjs update (version 1) in a sync message.
///
/// # Errors
///
/// When it holds none.
pub fn update_of(message: &[u8]) -> Result<&[u8], Refused> {
    match wire::parse(message)? {
        Message::Step2(update) | Message::Update(update) => Ok(update),
        Message::Step1(_) => Err(Refused::Malformed("a question, not an update")),
    }
}

/// A Yjs update (version 1) as a sync message.
pub fn message_of(update: &[u8]) -> Vec<u8> {
    wire::step_2(update)
}

/// The text that a sync message brings, in the order in which it stands there.
///
/// # Errors
///
/// When it cannot be read.
pub fn inserted(message: &[u8]) -> Result<Vec<Inserted>, Refused> {
    let contents = wire::walk(update_of(message)?)?;
    let text = |one: &wire::Struct<'_>| match one.content {
        Content::Text(text) | Content::Value(text) => {
            let behind = one.origin.map(|id| (id.client.get(), id.clock));
            Some(Inserted { client: one.span.client, clock: one.span.start, behind, text: text.to_owned() })
        }
        _ => None,
    };
    Ok(contents.structs.iter().filter_map(text).collect())
}
