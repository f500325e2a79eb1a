//! The table of files: which ids there are, their paths, where their texts are, and the revision of each text.
//!
//! Kept beside the CRDT so that reading costs no walk. Knows nothing of hunks.

mod paths;

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound;
use std::sync::{Arc, Mutex, PoisonError};

use yrs::branch::Branch;
use yrs::{Any, BranchID, GetString, ID, IdSet, Map, MapRef, Nested, Out, ReadTxn, TextRef};

use self::paths::Paths;
use crate::form::{self, BlobRef, Form};
use crate::mirror::Mirrors;
use crate::op::Refused;
use crate::span::{self, Span};
use crate::wire::{Content, Contents};

/// One file.
pub(crate) struct File {
    pub(crate) path: String,
    /// The id of the file's text in the CRDT.
    pub(crate) text: ID,
    /// The id of the file itself.
    map: ID,
    /// Grows with every change of the text.
    pub(crate) revision: u64,
    /// What it is beside its text.
    pub(crate) form: Form,
    /// The text as of a revision.
    view: Mutex<Option<(u64, Arc<str>)>>,
}

/// A file that is kept and not edited.
#[derive(Clone)]
pub(crate) struct Kept {
    pub(crate) path: String,
    pub(crate) blob: BlobRef,
    pub(crate) executable: bool,
    map: ID,
}

/// All files.
#[derive(Default)]
pub(crate) struct Files {
    by_id: BTreeMap<String, File>,
    /// Files without a text.
    kept: BTreeMap<String, Kept>,
    /// The bytes that files may name: those that came by an import, whatever became of it. A participant names no
    /// others.
    blobs: BTreeSet<BlobRef>,
    by_text: BTreeMap<ID, String>,
    /// Files with a text by its revision: what has changed lately is found without a look at all the others.
    by_revision: BTreeMap<u64, String>,
    by_map: BTreeMap<ID, String>,
    paths: Paths,
    /// The ids of everything that is not text: files, their paths, their texts as such. A change that touches one
    /// of them changes the table.
    structure: IdSet,
    /// Revisions are drawn from one counter, so that a file that comes back does not repeat one.
    last_revision: u64,
    /// Another number whenever a file comes, goes or gets another path.
    table: u64,
}

impl Files {
    pub(crate) fn table(&self) -> u64 {
        self.table
    }

    pub(crate) fn last_revision(&self) -> u64 {
        self.last_revision
    }

    pub(crate) fn get(&self, id: &str) -> Option<&File> {
        self.by_id.get(id)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (&String, &File)> {
        self.by_id.iter()
    }

    /// All files with a text, each with the path that it is shown under.
    pub(crate) fn shown(&self) -> impl Iterator<Item = (&String, &File, String)> {
        self.by_id.iter().map(|(id, file)| (id, file, self.paths.shown(&file.path, id)))
    }

    /// All files without one, each with the path that it is shown under.
    pub(crate) fn shown_kept(&self) -> impl Iterator<Item = (&String, &Kept, String)> {
        self.kept.iter().map(|(id, file)| (id, file, self.paths.shown(&file.path, id)))
    }

    /// The path that a file is shown under.
    pub(crate) fn shown_path(&self, id: &str) -> Option<String> {
        let path = self.get(id).map(|file| &file.path).or_else(|| self.kept.get(id).map(|kept| &kept.path))?;
        Some(self.paths.shown(path, id))
    }

    /// A file without a text.
    pub(crate) fn kept(&self, id: &str) -> Option<&Kept> {
        self.kept.get(id)
    }

    /// From now on files may name these bytes.
    pub(crate) fn know(&mut self, blob: BlobRef) {
        self.blobs.insert(blob);
    }

    /// The same of all bytes that an update names which was checked when it came.
    pub(crate) fn know_all(&mut self, contents: &Contents<'_>) {
        for one in &contents.structs {
            if let Content::Value(value) = one.content {
                self.blobs.extend(form::blobs_in(value));
            }
        }
    }

    /// The file that has this path, or is shown under it.
    pub(crate) fn find(&self, path: &str) -> Option<&str> {
        self.paths.find(path)
    }

    pub(crate) fn len(&self) -> usize {
        self.by_id.len() + self.kept.len()
    }

    /// The file whose text this is.
    pub(crate) fn of_text(&self, text: &ID) -> Option<&str> {
        self.by_text.get(text).map(String::as_str)
    }

    /// The file that is this map.
    pub(crate) fn of_map(&self, map: &ID) -> Option<&str> {
        self.by_map.get(map).map(String::as_str)
    }

    /// Whether files as such are among these ids.
    pub(crate) fn any_in(&self, ids: &IdSet) -> bool {
        let any = |span: &Span| self.by_map.range(span.id_at(0)..=span.last_id()).next().is_some();
        span::from_set(ids).iter().any(any)
    }

    /// Notes that a file's text has changed.
    pub(crate) fn touch(&mut self, id: &str) {
        self.last_revision += 1;
        if let Some(file) = self.by_id.get_mut(id) {
            let id = self.by_revision.remove(&file.revision).unwrap_or_else(|| id.to_owned());
            file.revision = self.last_revision;
            self.by_revision.insert(file.revision, id);
        }
    }

    /// The files whose text has changed since the newest revision was this, in the order in which they did.
    pub(crate) fn changed_since(&self, revision: u64) -> impl Iterator<Item = (&str, u64)> {
        let later = self.by_revision.range((Bound::Excluded(revision), Bound::Unbounded));
        later.map(|(revision, id)| (id.as_str(), *revision))
    }

    /// Notes which ids of an update are not text; true when there are any.
    pub(crate) fn learn(&mut self, contents: &Contents<'_>) -> bool {
        let mut any = false;
        for one in &contents.structs {
            if matches!(one.content, Content::Map | Content::TextType | Content::Value(_)) {
                self.structure.insert(one.span.id_at(0), one.span.len);
                any = true;
            }
        }
        any
    }

    /// Whether a deletion takes more than text.
    pub(crate) fn structural(&self, deleted: &IdSet) -> bool {
        !self.structure.intersect(deleted).is_empty()
    }

    /// Reads the table anew. A file without a path or a text is refused, and the table then stays as it was.
    pub(crate) fn read<T: ReadTxn>(&mut self, root: &MapRef, txn: &T) -> Result<(), Refused> {
        let mut found = Vec::new();
        for (id, value) in root.iter(txn) {
            found.push((id.to_owned(), self.known(read_file(txn, value)?)?));
        }
        self.table += 1;
        let mut before = std::mem::take(&mut self.by_id);
        self.by_text.clear();
        self.by_revision.clear();
        self.by_map.clear();
        self.kept.clear();
        self.paths.clear();
        for (id, read) in found {
            let known = before.remove(&id);
            self.put(id, read, known);
        }
        Ok(())
    }

    /// Reads what became of one file: for changes of our own, which say what they change.
    pub(crate) fn read_one<T: ReadTxn>(&mut self, root: &MapRef, txn: &T, id: &str) -> Result<(), Refused> {
        let read = root.get(txn, id).map(|value| self.known(read_file(txn, value)?)).transpose()?;
        self.table += 1;
        let known = self.by_id.remove(id);
        if let Some(known) = &known {
            self.by_text.remove(&known.text);
            self.by_revision.remove(&known.revision);
            self.by_map.remove(&known.map);
            self.paths.remove(&known.path, id);
        }
        if let Some(kept) = self.kept.remove(id) {
            self.by_map.remove(&kept.map);
            self.paths.remove(&kept.path, id);
        }
        if let Some(read) = read {
            self.put(id.to_owned(), read, known);
        }
        Ok(())
    }

    fn put(&mut self, id: String, Read { path, form, body, map }: Read, known: Option<File>) {
        self.by_map.insert(map, id.clone());
        self.paths.insert(&path, &id);
        let text = match body {
            Body::Text(text) => text,
            Body::Blob(blob) => {
                self.kept.insert(id, Kept { path, blob, executable: form.executable, map });
                return;
            }
        };
        self.by_text.insert(text, id.clone());
        let file = match known {
            Some(file) if file.text == text => File { path, form, map, ..file },
            _ => {
                self.last_revision += 1;
                File { path, form, text, map, revision: self.last_revision, view: Mutex::default() }
            }
        };
        self.by_revision.insert(file.revision, id.clone());
        self.by_id.insert(id, file);
    }

    /// The file, if all bytes that it names are known.
    fn known(&self, read: Read) -> Result<Read, Refused> {
        let blob = if let Body::Blob(blob) = &read.body { Some(blob) } else { None };
        if blob.into_iter().chain(read.form.original()).all(|blob| self.blobs.contains(blob)) {
            return Ok(read);
        }
        Err(Refused::Malformed("bytes that were not imported"))
    }
}

/// A file as the CRDT has it.
struct Read {
    path: String,
    form: Form,
    body: Body,
    map: ID,
}

/// What is in a file.
enum Body {
    /// A text of this id.
    Text(ID),
    /// Bytes that are kept elsewhere.
    Blob(BlobRef),
}

fn read_file<T: ReadTxn>(txn: &T, value: Out) -> Result<Read, Refused> {
    let Out::YMap(file) = value else {
        return Err(Refused::Malformed("a file that is not a map"));
    };
    let Some(Out::Any(Any::String(path))) = file.get(txn, "path") else {
        return Err(Refused::Malformed("a file without a path"));
    };
    let (BranchID::Nested(map), form) = (AsRef::<Branch>::as_ref(&file).id(), Form::read(&file, txn)?) else {
        return Err(Refused::Malformed("a file that is not in the table of files"));
    };
    let body = match (file.get(txn, "text"), form::field(&file, txn, form::BLOB)?) {
        (Some(Out::YText(text)), None) => match AsRef::<Branch>::as_ref(&text).id() {
            BranchID::Nested(text) => Body::Text(text),
            BranchID::Root(_) => return Err(Refused::Malformed("a file without a text")),
        },
        (None, Some(blob)) => Body::Blob(blob.parse()?),
        _ => return Err(Refused::Malformed("a file without a text")),
    };
    crate::path::check(&path)?;
    Ok(Read { path: path.to_string(), form, body, map })
}

impl File {
    pub(crate) fn text_ref<T: ReadTxn>(&self, txn: &T) -> Option<TextRef> {
        Nested::<TextRef>::new(self.text).get(txn)
    }

    /// The text, read once per revision: of its mirror, where it has one.
    pub(crate) fn view<T: ReadTxn>(&self, txn: &T, mirrors: &Mirrors) -> Option<(u64, Arc<str>)> {
        let mut view = self.view.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((revision, text)) = view.as_ref()
            && *revision == self.revision
        {
            return Some((*revision, Arc::clone(text)));
        }
        let text = self.text_ref(txn)?;
        let known = mirrors.read_known(self.text, &text, txn).map(|sheet| sheet.text().into_owned());
        let text: Arc<str> = known.unwrap_or_else(|| text.get_string(txn)).into();
        *view = Some((self.revision, Arc::clone(&text)));
        Some((self.revision, text))
    }
}
