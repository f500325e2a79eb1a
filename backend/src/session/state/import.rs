//! Files that a person brings in at once: one step of the session, that can be taken back whole.

use document::{FileChange, ModelOp};
use protocol::files::ImportView;
use protocol::{ImportId, ParticipantId, ServerFrame, TurnId};
use serde::{Deserialize, Serialize};

use super::State;
use super::hunks::model_op;
use crate::session::entry::{Body, Entry};
use crate::session::history;
use crate::transfer::{FileEdit, Plan, Snapshot, Then};

/// The most imports that a session remembers: older ones stay as they are.
pub const IMPORTS_MAX: usize = 64;
/// Who owns what an import wrote: no turn, whose ids have no colon.
const NO_TURN: &str = "import:";

/// An import, and what takes it back.
#[derive(Clone, Debug)]
pub(super) struct Import {
    pub view: ImportView,
    /// Its hunks: the first and the last.
    pub hunks: (u64, u64),
    /// What takes back what is not text.
    pub undo: Vec<FileChange>,
}

/// The same as it is written down.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SavedImport {
    view: ImportView,
    hunks: (u64, u64),
    undo: Vec<SavedChange>,
}

/// A change of what is not text, as it is written down.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
enum SavedChange {
    Keep { id: String, path: Option<String>, blob: String, executable: bool },
    Drop { id: String },
    Form { id: String, bom: bool, crlf: bool, original: Option<String>, executable: bool },
}

/// Why an import was not done. Nothing of it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ImportRefusal {
    /// The files are others by now: the plan has to be made anew.
    Stale,
    /// The session would have too many files.
    TooMany,
    /// The session is as large as it may be.
    Full,
    /// There is no such import.
    NotFound,
}

impl State {
    /// The files as an import finds them.
    pub fn snapshot(&self) -> Snapshot {
        let files = history::now(&self.doc);
        let revisions = self.doc.files().into_iter().map(|file| (file.id, file.revision)).collect();
        Snapshot { table: self.doc.table(), files, revisions }
    }

    /// Who somebody is who shows a participant's key.
    pub fn who(&self, id: &ParticipantId, key: &str) -> Option<ParticipantId> {
        self.roster.knows(id, key).then(|| id.clone())
    }

    /// Does what a plan says, in one step; nothing when it says nothing.
    pub fn import(
        &mut self,
        plan: &Plan,
        name: &str,
        by: Option<ParticipantId>,
    ) -> Result<Option<ImportView>, ImportRefusal> {
        let same = |edit: &FileEdit| self.doc.revision(&edit.id) == Some(edit.revision);
        if plan.table != self.doc.table() || !plan.edits.iter().all(same) {
            return Err(ImportRefusal::Stale);
        }
        if self.full {
            return Err(ImportRefusal::Full);
        }
        let comes = plan.files.len() + plan.changes.iter().filter(|one| matches!(one, FileChange::Keep { .. })).count();
        if self.doc.files().len() + self.doc.kept_files().len() + comes > self.limits.files_max {
            return Err(ImportRefusal::TooMany);
        }
        if plan.is_empty() {
            return Ok(None);
        }
        let first = self.hunks + 1;
        self.hunks = first;
        let ops = self.import_ops(&plan.edits);
        let seq = self.advance();
        let done = self.doc.import(seq.0, first, &plan.files, &ops, &plan.changes);
        let view = ImportView {
            id: ImportId(crate::secret::token()),
            name: name.to_owned(),
            by,
            added: plan.counts.added,
            changed: plan.counts.changed,
            moved: plan.counts.moved,
            removed: plan.counts.removed,
            taken_back: false,
        };
        self.remember(Import { view: view.clone(), hunks: (first, self.hunks), undo: done.undo });
        let frame = ServerFrame::FilesImported { seq, import: view.clone() };
        self.push_step(seq, done.message, frame);
        Ok(Some(view))
    }

    /// Takes an import back, whole: what people wrote since stays.
    pub fn take_back(&mut self, id: &ImportId, by: Option<ParticipantId>) -> Result<(), ImportRefusal> {
        let import = self.imports.iter_mut().find(|import| import.view.id == *id).ok_or(ImportRefusal::NotFound)?;
        if std::mem::replace(&mut import.view.taken_back, true) {
            return Ok(());
        }
        let (hunks, undo) = (import.hunks, std::mem::take(&mut import.undo));
        let rolled_back = self.doc.rollback(&|_, hunk| (hunks.0..=hunks.1).contains(&hunk)).message;
        let changed = self.doc.change_files(&undo);
        let messages: Vec<Vec<u8>> = rolled_back.into_iter().chain(changed).collect();
        let seq = self.advance();
        let frame = ServerFrame::ImportTakenBack { seq, import_id: id.clone(), by };
        self.push_step(seq, document::merge(&messages), frame);
        Ok(())
    }

    /// Takes an import over that was made, or read.
    pub(super) fn remember(&mut self, import: Import) {
        self.owners.extend((import.hunks.0..=import.hunks.1).map(|hunk| (hunk, TurnId::from(NO_TURN))));
        self.imports.push(import);
        if self.imports.len() > IMPORTS_MAX {
            self.imports.remove(0);
        }
    }

    /// The import that a hunk belongs to.
    pub(super) fn import_of(&self, hunk: u64) -> Option<&Import> {
        self.imports.iter().find(|import| (import.hunks.0..=import.hunks.1).contains(&hunk))
    }

    /// What becomes of texts, each under a hunk of its own.
    fn import_ops(&mut self, edits: &[FileEdit]) -> Vec<ModelOp> {
        let mut ops = Vec::new();
        for edit in edits {
            self.hunks += 1;
            let hunk = self.hunks;
            let FileEdit { id, revision, len, ops: changes, then } = edit;
            ops.push(ModelOp::Place { hunk, file: id.clone(), revision: *revision, start: 0, len: *len });
            ops.extend(changes.iter().map(|op| model_op(hunk, op.clone())));
            match then {
                Then::Stay => {}
                Then::Move(path) => ops.push(ModelOp::Rename { hunk, path: path.clone() }),
                Then::Remove => ops.push(ModelOp::Remove { hunk }),
            }
            ops.push(ModelOp::Close { hunk });
        }
        ops
    }

    fn push_step(&mut self, seq: protocol::Seq, message: Option<Vec<u8>>, frame: ServerFrame) {
        let entry = Entry::new(seq, None, message.map(Into::into), Body::Frame(Box::new(frame)));
        self.effects.push(super::Effect::Log(entry));
    }
}

impl SavedImport {
    pub(super) fn of(import: &Import) -> SavedImport {
        let undo = import.undo.iter().map(SavedChange::of).collect();
        SavedImport { view: import.view.clone(), hunks: import.hunks, undo }
    }

    /// Back; nothing when it is damaged.
    pub(super) fn load(self) -> Option<Import> {
        let undo = self.undo.into_iter().map(SavedChange::load).collect::<Option<_>>()?;
        Some(Import { view: self.view, hunks: self.hunks, undo })
    }
}

impl SavedChange {
    fn of(change: &FileChange) -> SavedChange {
        match change.clone() {
            FileChange::Keep { id, path, blob, executable } => {
                SavedChange::Keep { id, path, blob: blob.to_string(), executable }
            }
            FileChange::Drop { id } => SavedChange::Drop { id },
            FileChange::Form { id, form } => {
                let original = form.original().map(ToString::to_string);
                let crlf = form.endings == document::Endings::CrLf;
                SavedChange::Form { id, bom: form.bom, crlf, original, executable: form.executable }
            }
        }
    }

    fn load(self) -> Option<FileChange> {
        Some(match self {
            SavedChange::Keep { id, path, blob, executable } => {
                FileChange::Keep { id, path, blob: blob.parse().ok()?, executable }
            }
            SavedChange::Drop { id } => FileChange::Drop { id },
            SavedChange::Form { id, bom, crlf, original, executable } => {
                let endings = match original {
                    Some(original) => document::Endings::Mixed(original.parse().ok()?),
                    None if crlf => document::Endings::CrLf,
                    None => document::Endings::Lf,
                };
                FileChange::Form { id, form: document::Form { bom, endings, executable } }
            }
        })
    }
}
