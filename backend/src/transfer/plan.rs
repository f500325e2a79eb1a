//! What an import has to do to a session's files. Made away from the session, which checks that the files are still
//! what the plan was made for.

use std::collections::{BTreeMap, HashMap};

use document::{Endings, FileChange, Form, NewFile};
use edits::DiffOp;
use parcel::{File, Tree, text};

use super::outside::Outside;
use crate::registry::blobs::{self, Blobs};
use crate::session::history::{Files, Kind};

/// What comes.
#[derive(Clone, Debug, Default)]
pub struct Coming {
    /// Files as they are to be.
    pub written: Tree,
    /// Paths that are to have no file.
    pub gone: Vec<String>,
    /// Where files of `written` are now, by their paths then.
    pub moved: BTreeMap<String, String>,
    /// Files that were left out before.
    pub left_out: u32,
}

/// The session's files as they stood.
#[derive(Clone, Debug, Default)]
pub struct Snapshot {
    /// The document's number for which files there are.
    pub table: u64,
    /// All of them.
    pub files: Files,
    /// The revisions of those with a text.
    pub revisions: HashMap<String, u64>,
}

/// What has to be done.
#[derive(Clone, Debug, Default)]
pub struct Plan {
    /// The table that it is for.
    pub table: u64,
    /// Files that come.
    pub files: Vec<NewFile>,
    /// Texts that change.
    pub edits: Vec<FileEdit>,
    /// What is not text.
    pub changes: Vec<FileChange>,
    /// The bytes that have to be kept first.
    pub blobs: Blobs,
    /// New files, changed, moved, gone, and those that were so already.
    pub counts: Counts,
}

/// How many files of each sort.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    pub added: u32,
    pub changed: u32,
    pub moved: u32,
    pub removed: u32,
    pub unchanged: u32,
    /// Of those that come, the ones that are kept and not edited.
    pub binary: u32,
}

/// What becomes of one text.
#[derive(Clone, Debug)]
pub struct FileEdit {
    /// The file.
    pub id: String,
    /// Its revision that this is for.
    pub revision: u64,
    /// Its length then, in UTF-16 units.
    pub len: u32,
    /// What changes in it.
    pub ops: Vec<DiffOp>,
    /// What becomes of the file.
    pub then: Then,
}

/// What becomes of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Then {
    /// It stays.
    Stay,
    /// It gets another path.
    Move(String),
    /// It goes.
    Remove,
}

impl Coming {
    /// A text of more UTF-16 units than a file may have.
    pub fn oversized(&self, file_units: usize) -> Option<&str> {
        let units = |file: &File| std::str::from_utf8(&file.bytes).map_or(0, |text| text.encode_utf16().count());
        let mut written = self.written.iter();
        // A text has no more units than bytes.
        let large =
            written.find(|(_, file)| file.bytes.len() > file_units && !file.is_binary() && units(file) > file_units);
        large.map(|(path, _)| path.as_str())
    }
}

impl Plan {
    /// Whether there is nothing to do.
    pub fn is_empty(&self) -> bool {
        self.files.is_empty() && self.edits.is_empty() && self.changes.is_empty()
    }
}

/// What has to be done for files to be what comes. `before` are the snapshot's files as they are outside.
pub fn plan(snapshot: &Snapshot, before: &Outside, coming: &Coming) -> Plan {
    let mut planning = Planning {
        snapshot,
        before,
        ids: before.names.iter().map(|(id, name)| (name.as_str(), id.as_str())).collect(),
        plan: Plan { table: snapshot.table, ..Plan::default() },
    };
    for path in &coming.gone {
        if let Some(id) = planning.ids.get(path.as_str()).copied() {
            planning.remove(id);
            planning.plan.counts.removed += 1;
        }
    }
    for (path, file) in &coming.written {
        planning.write(path, file, coming.moved.get(path).map(String::as_str));
    }
    planning.plan
}

struct Planning<'a> {
    snapshot: &'a Snapshot,
    before: &'a Outside,
    /// The session's files, by their paths outside.
    ids: HashMap<&'a str, &'a str>,
    plan: Plan,
}

impl Planning<'_> {
    fn write(&mut self, path: &str, file: &File, from: Option<&str>) {
        let there = self.ids.get(from.unwrap_or(path)).copied();
        if from.is_none() && there.is_some() && self.before.tree.get(path) == Some(file) {
            self.plan.counts.unchanged += 1;
            return;
        }
        let kind = there.and_then(|id| Some((id, self.snapshot.files.get(id)?)));
        match (kind, text::read(&file.bytes)) {
            (Some((id, saved)), Some(read)) if matches!(saved.kind, Kind::Text(_)) => {
                let form = self.form(file, &read.form);
                self.edit(id, &saved.text.text(), &read.text, from.map(|_| path));
                if saved.kind != Kind::Text(form.clone()) {
                    self.plan.changes.push(FileChange::Form { id: id.to_owned(), form });
                }
                self.count(from);
            }
            (Some((id, saved)), None) if matches!(saved.kind, Kind::Kept { .. }) => {
                self.keep(id.to_owned(), from.map(|_| path.to_owned()), file);
                self.count(from);
            }
            (there, read) => {
                if let Some((id, _)) = there {
                    self.remove(id);
                    self.count(from);
                } else {
                    self.plan.counts.added += 1;
                }
                let id = crate::secret::token();
                match read {
                    Some(read) => {
                        let form = self.form(file, &read.form);
                        self.plan.files.push(NewFile { id, path: path.to_owned(), text: read.text, form });
                    }
                    None => self.keep(id, Some(path.to_owned()), file),
                }
            }
        }
    }

    fn count(&mut self, from: Option<&str>) {
        match from {
            Some(_) => self.plan.counts.moved += 1,
            None => self.plan.counts.changed += 1,
        }
    }

    /// The form of a text that comes; an original that is needed is kept.
    fn form(&mut self, file: &File, form: &text::Form) -> Form {
        let endings = match form.endings {
            text::Endings::Lf => Endings::Lf,
            text::Endings::CrLf => Endings::CrLf,
            text::Endings::Mixed => {
                let name = blobs::name(&file.bytes);
                self.plan.blobs.insert(name.clone(), file.bytes.clone());
                Endings::Mixed(name)
            }
        };
        Form { bom: form.bom, endings, executable: file.executable }
    }

    fn keep(&mut self, id: String, path: Option<String>, file: &File) {
        let blob = blobs::name(&file.bytes);
        self.plan.blobs.insert(blob.clone(), file.bytes.clone());
        self.plan.counts.binary += 1;
        self.plan.changes.push(FileChange::Keep { id, path, blob, executable: file.executable });
    }

    fn edit(&mut self, id: &str, old: &str, new: &str, to: Option<&str>) {
        let then = to.map_or(Then::Stay, |path| Then::Move(path.to_owned()));
        if old == new && then == Then::Stay {
            return;
        }
        let ops = if old == new { Vec::new() } else { edits::smallest_ops(old, new) };
        self.push(id, old, ops, then);
    }

    fn remove(&mut self, id: &str) {
        match self.snapshot.files.get(id) {
            Some(saved) if matches!(saved.kind, Kind::Text(_)) => {
                let len = saved.text.units();
                let ops = if len > 0 { vec![DiffOp::Delete(len)] } else { Vec::new() };
                self.push(id, &saved.text.text(), ops, Then::Remove);
            }
            Some(_) => self.plan.changes.push(FileChange::Drop { id: id.to_owned() }),
            None => {}
        }
    }

    fn push(&mut self, id: &str, old: &str, ops: Vec<DiffOp>, then: Then) {
        let Some(revision) = self.snapshot.revisions.get(id).copied() else { return };
        let len = crate::session::utf16_len(old);
        self.plan.edits.push(FileEdit { id: id.to_owned(), revision, len, ops, then });
    }
}
