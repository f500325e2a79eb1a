//! One participant: a replica as a browser has it (deleted text is collected), and its connection.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex};

use document::Document;
use yrs::sync::{Message, SyncMessage};
use yrs::updates::decoder::Decode;
use yrs::updates::encoder::Encode;
use yrs::{
    Any, ClientID, Doc, GetString, Map, MapRef, OffsetKind, Options, Out, ReadTxn, Text, TextRef, Transact, Update,
};

const REMOTE: &str = "remote";

/// One thing that a person did.
#[derive(Clone, Default)]
pub struct Act {
    pub typed: Vec<char>,
    pub deleted: Vec<char>,
}

pub struct Person {
    pub client: u64,
    pub inbox: VecDeque<Vec<u8>>,
    doc: Doc,
    files: MapRef,
    /// Updates that have not arrived yet.
    out: Arc<Mutex<VecDeque<Vec<u8>>>>,
    /// What each of them does.
    acts: VecDeque<Act>,
}

impl Person {
    /// Joins with nothing, as a page that is loaded.
    pub fn join(document: &mut Document) -> Self {
        let client = document.assign_client();
        let mut options = Options::with_client_id(ClientID::new(client));
        options.offset_kind = OffsetKind::Utf16;
        let doc = Doc::with_options(options);
        let files = doc.get_or_insert_map("files");
        let out: Arc<Mutex<VecDeque<Vec<u8>>>> = Arc::default();
        let queue = Arc::clone(&out);
        doc.observe_update_v1("out", move |txn, event| {
            if txn.origin() != Some(&REMOTE.into()) {
                let message = Message::Sync(SyncMessage::Update(event.update.clone()));
                queue.lock().unwrap().push_back(message.encode_v1());
            }
        })
        .unwrap();
        let mut person = Self { client, inbox: VecDeque::new(), doc, files, out, acts: VecDeque::new() };
        person.receive(&document.difference(None).unwrap());
        person
    }

    pub fn texts(&self) -> BTreeMap<String, String> {
        let txn = self.doc.transact();
        let file = |(id, value): (&str, Out)| match value.cast::<MapRef>().ok()?.get(&txn, "text")? {
            Out::YText(text) => Some((id.to_owned(), text.get_string(&txn))),
            _ => None,
        };
        self.files.iter(&txn).filter_map(file).collect()
    }

    /// All files with their paths.
    pub fn paths(&self) -> BTreeMap<String, String> {
        let txn = self.doc.transact();
        let file = |(id, value): (&str, Out)| match value.cast::<MapRef>().ok()?.get(&txn, "path")? {
            Out::Any(Any::String(path)) => Some((id.to_owned(), path.to_string())),
            _ => None,
        };
        self.files.iter(&txn).filter_map(file).collect()
    }

    fn file(&self, file: &str) -> MapRef {
        self.files.get(&self.doc.transact(), file).unwrap().cast().unwrap()
    }

    fn text(&self, file: &str) -> TextRef {
        self.file(file).get(&self.doc.transact(), "text").unwrap().cast().unwrap()
    }

    pub fn rename(&mut self, file: &str, path: &str) {
        self.file(file).insert(&mut self.doc.transact_mut(), "path", path);
        self.acts.push_back(Act::default());
    }

    pub fn type_at(&mut self, file: &str, at: u32, typed: &str) {
        self.text(file).insert(&mut self.doc.transact_mut(), at, typed);
        self.acts.push_back(Act { typed: typed.chars().collect(), deleted: Vec::new() });
    }

    pub fn delete_at(&mut self, file: &str, at: u32, len: u32, gone: &[char]) {
        self.text(file).remove_range(&mut self.doc.transact_mut(), at, len);
        self.acts.push_back(Act { typed: Vec::new(), deleted: gone.to_vec() });
    }

    pub fn receive(&mut self, message: &[u8]) {
        match Message::decode_v1(message).unwrap() {
            Message::Sync(SyncMessage::SyncStep2(update) | SyncMessage::Update(update)) => {
                let update = Update::decode_v1(&update).unwrap();
                self.doc.transact_mut_with(REMOTE).apply_update(update).unwrap();
                let txn = self.doc.transact();
                assert!(txn.store().pending_update().is_none(), "the replica waits for an update");
            }
            other => panic!("not for a replica: {other:?}"),
        }
    }

    pub fn answer(&self, question: &[u8]) -> Vec<u8> {
        match Message::decode_v1(question).unwrap() {
            Message::Sync(SyncMessage::SyncStep1(known)) => {
                let update = self.doc.transact().encode_diff_v1(&known);
                Message::Sync(SyncMessage::SyncStep2(update)).encode_v1()
            }
            other => panic!("not a question: {other:?}"),
        }
    }

    pub fn next_out(&mut self) -> Option<Vec<u8>> {
        let message = self.out.lock().unwrap().pop_front()?;
        self.acts.pop_front();
        Some(message)
    }

    pub fn take_in(&mut self) -> bool {
        match self.inbox.pop_front() {
            Some(message) => {
                self.receive(&message);
                true
            }
            None => false,
        }
    }

    /// The connection breaks: what was under way in both directions is lost. What the lost updates did.
    pub fn disconnect(&mut self) -> Vec<Act> {
        self.inbox.clear();
        self.out.lock().unwrap().clear();
        self.acts.drain(..).collect()
    }

    pub fn state_vector(&self) -> Vec<u8> {
        self.doc.transact().state_vector().encode_v1()
    }
}
