//! The document's promises one by one, on small examples. The simulator in `tests/` covers their mixtures.

mod authors;
mod changes;
mod files;
mod handouts;
mod hostile;
mod imports;
mod joining;
mod mirrors;
mod regions;
mod saved;
mod tallies;
mod viewing;
mod visitors;

use crate::{Document, ModelOp, Received};
use yrs::updates::decoder::Decode;
use yrs::updates::encoder::Encode;
use yrs::{
    ClientID, Doc, GetString, Map, MapRef, OffsetKind, Options, ReadTxn, StateVector, Text, TextRef, Transact, Update,
};

/// A document with one file `f` at `main.py`.
fn document(text: &str) -> Document {
    let mut document = Document::new(7);
    document.seed_file("f", "main.py", text);
    document
}

fn text(document: &Document) -> String {
    document.text("f").unwrap().to_string()
}

fn place(document: &Document, hunk: u64, start: u32, len: u32) -> ModelOp {
    ModelOp::Place { hunk, file: "f".to_owned(), revision: document.revision("f").unwrap(), start, len }
}

fn insert(hunk: u64, text: &str) -> ModelOp {
    ModelOp::Insert { hunk, text: text.to_owned() }
}

fn delete(hunk: u64, len: u32) -> ModelOp {
    ModelOp::Delete { hunk, len }
}

/// A participant's replica.
struct Replica {
    client: u64,
    doc: Doc,
    files: MapRef,
    /// The file that it types in.
    file: &'static str,
}

impl Replica {
    fn join(document: &mut Document) -> Self {
        let client = document.assign_client();
        let mut replica = Self::blank(client);
        replica.receive(&document.difference(None).unwrap());
        replica
    }

    fn blank(client: u64) -> Self {
        let mut options = Options::with_client_id(ClientID::new(client));
        options.offset_kind = OffsetKind::Utf16;
        let doc = Doc::with_options(options);
        let files = doc.get_or_insert_map("files");
        Self { client, doc, files, file: "f" }
    }

    fn receive(&mut self, message: &[u8]) {
        let (crate::wire::Message::Step2(update) | crate::wire::Message::Update(update)) =
            crate::wire::parse(message).unwrap()
        else {
            panic!("not an update");
        };
        self.doc.transact_mut().apply_update(Update::decode_v1(update).unwrap()).unwrap();
    }

    /// The message of what `act` does to the text.
    fn edit(&mut self, act: impl FnOnce(&TextRef, &mut yrs::TransactionMut<'_>)) -> Vec<u8> {
        let text = {
            let txn = self.doc.transact();
            let file = self.files.get(&txn, self.file).unwrap().cast::<MapRef>().unwrap();
            file.get(&txn, "text").unwrap().cast::<TextRef>().unwrap()
        };
        let mut txn = self.doc.transact_mut();
        act(&text, &mut txn);
        crate::wire::update(&txn.encode_update_v1())
    }

    fn focus(&mut self, file: &'static str) {
        self.file = file;
    }

    fn types(&mut self, at: u32, what: &str) -> Vec<u8> {
        self.edit(|text, txn| text.insert(txn, at, what))
    }

    fn deletes(&mut self, at: u32, len: u32) -> Vec<u8> {
        self.edit(|text, txn| text.remove_range(txn, at, len))
    }

    /// Answers a question of the document's.
    fn answer(&self, ask: &[u8]) -> Vec<u8> {
        let crate::wire::Message::Step1(vector) = crate::wire::parse(ask).unwrap() else { panic!("not a question") };
        let known = StateVector::decode_v1(vector).unwrap();
        crate::wire::step_2(&self.doc.transact().encode_diff_v1(&known))
    }

    fn whole(&self) -> Vec<u8> {
        self.doc.transact().encode_state_as_update_v1(&StateVector::default())
    }
}
