//! Files that a person brings in at once, and what of it is not text: bytes that are kept beside the document, line
//! endings, modes.
//!
//! Texts go through the ledger as the model's do, under hunks of the import's own, so that taking it back leaves what
//! people typed since. The rest has its undo in [`Imported`]. New files come in one transaction: the table of files is
//! read once and not once for each.

use std::collections::HashMap;

use yrs::{Map, MapPrelim, MapRef, ReadTxn, TextPrelim, Transact, TransactionMut};

use crate::document::Document;
use crate::form::{self, BlobRef, Form};
use crate::hunk::Mark;
use crate::ledger::{Clocks, Entry};
use crate::op::{HunkKey, ModelOp, StepKey};
use crate::span::{self, Span};
use crate::wire::{self, Content, Message, Parent};
use crate::{merge, path, pieces};

/// A file that comes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewFile {
    /// Its id: the caller makes it, unguessable and unused.
    pub id: String,
    /// Its path.
    pub path: String,
    /// Its text.
    pub text: String,
    /// What it is beside that.
    pub form: Form,
}

/// A change of what is not text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FileChange {
    /// A file that is kept and not edited: it comes, or is this from now on.
    Keep {
        /// The file.
        id: String,
        /// Its path; nothing: as it is, for one that is there.
        path: Option<String>,
        /// Its bytes.
        blob: BlobRef,
        /// It can be run as a program.
        executable: bool,
    },
    /// Such a file goes.
    Drop {
        /// The file.
        id: String,
    },
    /// A file with a text becomes bytes in another way.
    Form {
        /// The file.
        id: String,
        /// What it is from now on.
        form: Form,
    },
}

/// What an import did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Imported {
    /// One y-protocols sync message, or nothing when nothing changed.
    pub message: Option<Vec<u8>>,
    /// What takes back what is not text.
    pub undo: Vec<FileChange>,
}

impl Document {
    /// Does all of an import in one step: files that come, under the one hunk `hunk`; what `ops` say, under hunks of
    /// their own; and what is not text.
    pub fn import(
        &mut self,
        step: StepKey,
        hunk: HunkKey,
        files: &[NewFile],
        ops: &[ModelOp],
        changes: &[FileChange],
    ) -> Imported {
        let blobs = changes.iter().filter_map(|change| match change {
            FileChange::Keep { blob, .. } => Some(blob),
            FileChange::Form { form, .. } => form.original(),
            FileChange::Drop { .. } => None,
        });
        for blob in blobs.chain(files.iter().filter_map(|file| file.form.original())) {
            self.files.know(blob.clone());
        }
        let undo = changes.iter().filter_map(|change| self.undo_of(change)).collect();
        let mut messages: Vec<Vec<u8>> = self.bring_in(step, hunk, files, changes).into_iter().collect();
        if let Some(message) = self.apply(step, ops).message {
            self.replaced(&message);
            messages.push(message);
        }
        Imported { message: merge::merge(&messages), undo }
    }

    /// Changes what is not text: what an import's undo says.
    pub fn change_files(&mut self, changes: &[FileChange]) -> Option<Vec<u8>> {
        self.bring_in(0, 0, &[], changes)
    }

    /// What takes a change back.
    fn undo_of(&self, change: &FileChange) -> Option<FileChange> {
        let kept = |id: &String, with_path: bool| {
            let kept = self.files.kept(id)?;
            let path = with_path.then(|| kept.path.clone());
            Some(FileChange::Keep { id: id.clone(), path, blob: kept.blob.clone(), executable: kept.executable })
        };
        match change {
            FileChange::Keep { id, path, .. } => {
                Some(kept(id, path.is_some()).unwrap_or_else(|| FileChange::Drop { id: id.clone() }))
            }
            FileChange::Drop { id } => kept(id, true),
            FileChange::Form { id, .. } => {
                self.files.get(id).map(|file| FileChange::Form { id: id.clone(), form: file.form.clone() })
            }
        }
    }

    fn bring_in(&mut self, step: StepKey, hunk: HunkKey, files: &[NewFile], changes: &[FileChange]) -> Option<Vec<u8>> {
        let doc = self.replica.doc();
        let (update, clocks) = {
            let mut txn = doc.transact_mut();
            let clocks = Clocks::of_people(&txn.state_vector());
            for file in files {
                self.bring_text(&mut txn, file);
            }
            for change in changes {
                self.change(&mut txn, change);
            }
            if !txn.has_changes() {
                return None;
            }
            span::merge(&mut self.deleted, txn.delete_set());
            (txn.encode_update_v1(), clocks)
        };
        self.run = None;
        self.changed(update.clone());
        if let Err(error) = self.take_note(&update, files, changes) {
            tracing::error!(%error, "the document's own import cannot be read");
        }
        self.note_texts(step, hunk, &update, files, &clocks);
        Some(wire::update(&update))
    }

    fn bring_text(&self, txn: &mut TransactionMut<'_>, file: &NewFile) {
        let taken = self.files.get(&file.id).is_some() || self.files.kept(&file.id).is_some();
        if taken || path::check(&file.path).is_err() {
            return;
        }
        let map = self.replica.files().insert(txn, file.id.as_str(), MapPrelim::from([("path", file.path.as_str())]));
        let text = map.insert(txn, "text", TextPrelim::new(""));
        pieces::put_in(txn, &text, &file.text);
        set_form(txn, &map, &file.form);
    }

    fn change(&self, txn: &mut TransactionMut<'_>, change: &FileChange) {
        let root = self.replica.files();
        let map = |txn: &TransactionMut<'_>, id: &str| root.get(txn, id).and_then(|file| file.cast::<MapRef>().ok());
        match change {
            FileChange::Keep { id, path, blob, executable } => {
                let path = path.as_deref().filter(|path| path::check(path).is_ok());
                let map = match (map(txn, id), path) {
                    (Some(map), path) if self.files.kept(id).is_some() => {
                        if let Some(path) = path {
                            map.insert(txn, "path", path);
                        }
                        map.insert(txn, form::BLOB, blob.to_string());
                        map
                    }
                    (None, Some(path)) => {
                        let fields = [("path", path.to_owned()), (form::BLOB, blob.to_string())];
                        root.insert(txn, id.as_str(), MapPrelim::from(fields))
                    }
                    _ => return,
                };
                set_form(txn, &map, &Form { executable: *executable, ..Form::default() });
            }
            FileChange::Drop { id } => {
                if self.files.kept(id).is_some() {
                    root.remove(txn, id);
                }
            }
            FileChange::Form { id, form } => {
                if let Some(map) = map(txn, id).filter(|_| self.files.get(id).is_some()) {
                    set_form(txn, &map, form);
                }
            }
        }
    }

    /// Takes the table of files over.
    fn take_note(
        &mut self,
        update: &[u8],
        files: &[NewFile],
        changes: &[FileChange],
    ) -> Result<(), crate::op::Refused> {
        self.files.learn(&wire::walk(update)?);
        let (doc, root) = (self.replica.doc(), self.replica.files());
        let txn = doc.transact();
        let changed = changes.iter().map(|change| match change {
            FileChange::Keep { id, .. } | FileChange::Drop { id } | FileChange::Form { id, .. } => id,
        });
        files.iter().map(|file| &file.id).chain(changed).try_for_each(|id| self.files.read_one(&root, &txn, id))
    }

    /// Writes into the ledger which text came with which file.
    fn note_texts(&mut self, step: StepKey, hunk: HunkKey, update: &[u8], files: &[NewFile], clocks: &Clocks) {
        let Ok(contents) = wire::walk(update) else { return };
        let mut texts: HashMap<yrs::ID, Vec<Span>> = HashMap::new();
        let mut last = None;
        for one in contents.structs.iter().filter(|one| matches!(one.content, Content::Text(_))) {
            // A piece names the one that it goes in front of, which came right before it.
            let goes_on = last.filter(|(begin, _)| one.right_origin == Some(*begin)).map(|(_, text)| text);
            let text = if let Parent::Nested(text) = one.parent { Some(text) } else { goes_on };
            if let Some(text) = text {
                span::push(texts.entry(text).or_default(), one.span);
            }
            last = text.map(|text| (one.span.id_at(0), text));
        }
        for file in files {
            let Some(known) = self.files.get(&file.id) else { continue };
            self.ledger.entries.push(Entry {
                step,
                hunk,
                file: file.id.clone(),
                inserted: texts.remove(&known.text).unwrap_or_default(),
                deleted: Vec::new(),
                created: true,
                renamed: Vec::new(),
                removed: None,
                opened: Some(Clocks(clocks.0.clone())),
                before: Mark { walked: 0, cursor: None },
                undone: false,
            });
            self.hunk_files.insert(hunk, file.id.clone());
        }
    }

    /// What the model had open in text that went counts as taken from it: the import is a person's.
    fn replaced(&mut self, message: &[u8]) {
        let Ok(Message::Update(update)) = wire::parse(message) else { return };
        let Ok(contents) = wire::walk(update) else { return };
        let deleted = span::to_set(&contents.deletes);
        for hunk in self.hunks.values_mut() {
            hunk.lost(&deleted);
        }
    }
}

fn set_form(txn: &mut TransactionMut<'_>, map: &MapRef, form: &Form) {
    for (field, value) in form.fields() {
        let now = form::field(map, txn, field).ok().flatten();
        match value {
            Some(value) if now.as_deref() != Some(value.as_str()) => drop(map.insert(txn, field, value)),
            None if now.is_some() => drop(map.remove(txn, field)),
            _ => {}
        }
    }
}
