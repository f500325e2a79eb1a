//! The document as its session holds it: reading it, and the files that are put into it from the start.

use std::collections::{BTreeSet, HashMap};
use std::ops::Range;
use std::sync::{Arc, Mutex};

use yrs::{IdSet, Map, MapPrelim, ReadTxn, Text, TextPrelim, Transact};

use crate::apply::Run;
use crate::blocks::Layout;
use crate::files::{File, Files};
use crate::form::Form;
use crate::handout::Handout;
use crate::hunk::Hunk;
use crate::ledger::Ledger;
use crate::limits::Limits;
use crate::mirror::{self, Mirrors};
use crate::op::{BlobFile, FileInfo, HunkKey};
use crate::pieces;
use crate::replica::Replica;
use crate::saved::Pending;
use crate::sheet::Sheet;
use crate::span;
use crate::wire;

/// The first client id of the backend's own. People's stay below this, those of 32 bits that stock editors draw too: where
/// the model and a person insert at one place, the order that comes of it is the better one.
pub(crate) const FIRST_OWN_CLIENT: u64 = 1 << 32;
/// People's ids that were given end here: small ones keep their operations small on the wire.
/// Those that stock editors draw begin here, and hardly one in four thousand falls short of it.
pub(crate) const FIRST_DRAWN_CLIENT: u64 = 1 << 20;
/// Where the first version had the backend's own: of more loads than it can have seen.
const EARLY_OWN: Range<u64> = (1 << 31)..(1 << 31) + OWN_CLIENTS * (1 << 12);
/// Client ids that one load has for itself.
pub(crate) const OWN_CLIENTS: u64 = 8;
/// Keeps the ids of every load below 2^53.
const LOADS_MAX: u64 = 1 << 48;

/// The load that a client id was the backend's in; nothing, when it is a person's.
pub(crate) fn load_of(client: u64) -> Option<u64> {
    let first = if EARLY_OWN.contains(&client) { EARLY_OWN.start } else { FIRST_OWN_CLIENT };
    Some(client.checked_sub(first)? / OWN_CLIENTS)
}

/// Whether a client id is the backend's, of this load or another.
pub(crate) fn is_own(client: u64) -> bool {
    load_of(client).is_some()
}

/// The shared document of a session.
pub struct Document {
    pub(crate) replica: Replica,
    pub(crate) files: Files,
    pub(crate) ledger: Ledger,
    pub(crate) limits: Limits,
    /// The hunks that more operations may come for.
    pub(crate) hunks: HashMap<HunkKey, Hunk>,
    /// The files of all hunks there ever were.
    pub(crate) hunk_files: HashMap<HunkKey, String>,
    /// The model's run of insertions that goes on, if nobody has got in between.
    pub(crate) run: Option<Run>,
    /// The client id that the model writes as.
    pub(crate) model: u64,
    /// The client id that text is put back as.
    pub(crate) restorer: u64,
    /// Every id that is deleted.
    pub(crate) deleted: IdSet,
    /// Grows with every change.
    pub(crate) changes: u64,
    /// The layout of a text that was asked for last.
    pub(crate) layout: Mutex<Option<Arc<Layout>>>,
    /// The texts that are long, as they were read last.
    pub(crate) mirrors: Mirrors,
    /// The handout behind [`Document::difference`], and the change that it is as of.
    pub(crate) handout: Mutex<Option<(u64, Handout)>>,
    pub(crate) next_client: u64,
    /// Client ids that people came with in this load, and that are not given.
    pub(crate) visitors: BTreeSet<u64>,
    /// The first of them that is this load's.
    pub(crate) first_client: u64,
    /// Updates that were not written down yet.
    pub(crate) unsaved: Pending,
}

impl Document {
    /// An empty document. `load` is a number that no earlier load of the session had: the backend's own client ids
    /// come of it, so that operations that were never saved cannot collide with new ones.
    pub fn new(load: u64) -> Self {
        let model = FIRST_OWN_CLIENT + (load % LOADS_MAX) * OWN_CLIENTS;
        Self {
            replica: Replica::new(model),
            files: Files::default(),
            ledger: Ledger::default(),
            limits: Limits::default(),
            hunks: HashMap::new(),
            hunk_files: HashMap::new(),
            run: None,
            model,
            restorer: model + 1,
            deleted: IdSet::new(),
            changes: 0,
            layout: Mutex::new(None),
            mirrors: Mirrors::default(),
            handout: Mutex::new(None),
            next_client: 1,
            visitors: BTreeSet::new(),
            first_client: 1,
            unsaved: Pending::default(),
        }
    }

    /// Other limits than the default ones.
    #[must_use]
    pub fn with_limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// Puts a file in, and returns the sync message for whoever is there already. A file of that id is replaced.
    pub fn seed_file(&mut self, id: &str, path: &str, text: &str) -> Vec<u8> {
        let doc = self.replica.doc();
        let root = self.replica.files();
        let update = {
            let mut txn = doc.transact_mut();
            let file = root.insert(&mut txn, id, MapPrelim::from([("path", path)]));
            let place = file.insert(&mut txn, "text", TextPrelim::new(""));
            pieces::put_in(&mut txn, &place, text);
            span::merge(&mut self.deleted, txn.delete_set());
            txn.encode_update_v1()
        };
        self.learn(&doc.transact(), &update, id);
        self.changed(update.clone());
        wire::update(&update)
    }

    /// A Yjs client id for a participant: small, and never given twice.
    pub fn assign_client(&mut self) -> u64 {
        let known = self.replica.doc().transact().state_vector();
        let free = |client: &u64| !self.visitors.contains(client) && known.get(&yrs::ClientID::new(*client)) == 0;
        let client = (self.next_client..).find(free).unwrap_or(self.next_client);
        self.next_client = client + 1;
        client
    }

    /// All files, by id.
    pub fn files(&self) -> Vec<FileInfo> {
        self.files.iter().map(|(id, file)| info(id, file)).collect()
    }

    /// Another number whenever a file comes, goes or gets another path.
    pub fn table(&self) -> u64 {
        self.files.table()
    }

    /// The newest revision of any file.
    pub fn last_revision(&self) -> u64 {
        self.files.last_revision()
    }

    /// The files whose text has changed since the newest revision was this, in the order in which they did, each with
    /// its revision.
    pub fn changed_since(&self, revision: u64) -> impl Iterator<Item = (&str, u64)> {
        self.files.changed_since(revision)
    }

    /// All files, by id, each with the path that it is shown under: [`Document::display_path`] of all at once.
    pub fn listing(&self) -> Vec<(FileInfo, String)> {
        self.files.shown().map(|(id, file, path)| (info(id, file), path)).collect()
    }

    /// All files that are kept and not edited, by id.
    pub fn kept_files(&self) -> Vec<BlobFile> {
        let one = |(id, kept, path): (&String, &crate::files::Kept, String)| BlobFile {
            id: id.clone(),
            path,
            blob: kept.blob.clone(),
            executable: kept.executable,
        };
        self.files.shown_kept().map(one).collect()
    }

    /// What a file with a text is beside it.
    pub fn form(&self, id: &str) -> Option<&Form> {
        Some(&self.files.get(id)?.form)
    }

    /// The file with a text that has this path, or is shown under it.
    pub fn find(&self, path: &str) -> Option<String> {
        self.files.find(path).filter(|id| self.files.get(id).is_some()).map(str::to_owned)
    }

    /// Whether a file that is kept and not edited has this path.
    pub fn is_kept(&self, path: &str) -> bool {
        self.files.find(path).is_some_and(|id| self.files.kept(id).is_some())
    }

    /// The path that a file is shown under: its own, or `name (2)` when files with smaller ids have the same one.
    pub fn display_path(&self, id: &str) -> Option<String> {
        self.files.shown_path(id)
    }

    /// A file's own path.
    pub fn path(&self, id: &str) -> Option<String> {
        Some(self.files.get(id)?.path.clone())
    }

    /// A file's text.
    pub fn text(&self, id: &str) -> Option<Arc<str>> {
        self.view(id).map(|(_, text)| text)
    }

    /// The revision of a file's text.
    pub fn revision(&self, id: &str) -> Option<u64> {
        Some(self.files.get(id)?.revision)
    }

    /// A file's text and its revision. The text is read from the CRDT once per revision.
    pub fn view(&self, id: &str) -> Option<(u64, Arc<str>)> {
        let doc = self.replica.doc();
        self.files.get(id)?.view(&doc.transact(), &self.mirrors)
    }

    /// The same as a sheet: reading a long text again costs what has changed in it, wherever that was.
    pub fn sheet(&self, id: &str) -> Option<(u64, Sheet)> {
        let (doc, file) = (self.replica.doc(), self.files.get(id)?);
        let txn = doc.transact();
        let text = file.text_ref(&txn)?;
        if text.len(&txn) < mirror::LONG {
            return file.view(&txn, &self.mirrors).map(|(revision, text)| (revision, Sheet::from(text)));
        }
        Some((file.revision, self.mirrors.read(file.text, &text, &txn)))
    }

    /// The file that a hunk is or was in.
    pub fn files_of(&self, hunk: HunkKey) -> Option<&str> {
        self.hunk_files.get(&hunk).map(String::as_str)
    }

    /// Notes an update that the document holds by now.
    pub(crate) fn changed(&mut self, update: Vec<u8>) {
        self.changes += 1;
        self.unsaved.push(&update);
        self.replica.record(update);
    }

    /// Takes over what a change of our own made of a file in the table of files.
    pub(crate) fn learn<T: ReadTxn>(&mut self, txn: &T, update: &[u8], file: &str) {
        let root = self.replica.files();
        let learnt =
            wire::walk(update).map(|news| self.files.learn(&news)).and_then(|_| self.files.read_one(&root, txn, file));
        if let Err(error) = learnt {
            tracing::error!(%error, "the document's own change of a file cannot be read");
        }
    }
}

fn info(id: &str, file: &File) -> FileInfo {
    FileInfo { id: id.to_owned(), path: file.path.clone(), revision: file.revision }
}
