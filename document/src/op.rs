//! Values that go into and come out of the document.

use crate::form::BlobRef;

/// The sequence number of the step that a change belongs to.
pub type StepKey = u64;
/// The number of a hunk, unique in its session.
pub type HunkKey = u64;

/// One operation of the model. Within one hunk they come in the order of the old text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ModelOp {
    /// Opens a hunk over existing text. Offsets are of the file at revision `revision`.
    Place {
        /// The hunk.
        hunk: HunkKey,
        /// The file.
        file: String,
        /// The file's revision that `start` and `len` were found in: the caller checks it.
        revision: u64,
        /// The first UTF-16 unit of the old text.
        start: u32,
        /// Its length in UTF-16 units.
        len: u32,
    },
    /// Creates a file and opens a hunk over its empty text.
    Create {
        /// The hunk.
        hunk: HunkKey,
        /// The new file's id: the caller makes it, unguessable and unused.
        file: String,
        /// Its path.
        path: String,
    },
    /// The next `len` UTF-16 units of the old text stay.
    Keep {
        /// The hunk.
        hunk: HunkKey,
        /// UTF-16 units.
        len: u32,
    },
    /// The next `len` UTF-16 units of the old text go, as far as they are still there.
    Delete {
        /// The hunk.
        hunk: HunkKey,
        /// UTF-16 units.
        len: u32,
    },
    /// Text comes at the hunk's cursor.
    Insert {
        /// The hunk.
        hunk: HunkKey,
        /// The text.
        text: String,
    },
    /// The hunk's file gets another path.
    Rename {
        /// The hunk.
        hunk: HunkKey,
        /// The new path. One that is not allowed does nothing.
        path: String,
    },
    /// The hunk's file goes, if no text is left in it: what people have typed into it keeps it. No other operation of
    /// the hunk may follow but Close.
    Remove {
        /// The hunk.
        hunk: HunkKey,
    },
    /// The hunk is finished, or is given up: its state can go, its ledger stays.
    Close {
        /// The hunk.
        hunk: HunkKey,
    },
}

impl ModelOp {
    /// Whether all texts stay as they are.
    pub(crate) fn leaves_texts(&self) -> bool {
        matches!(self, ModelOp::Place { .. } | ModelOp::Keep { .. } | ModelOp::Close { .. })
    }
}

/// What a step did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Applied {
    /// The step's document update as one y-protocols sync message, or nothing when nothing changed.
    pub message: Option<Vec<u8>>,
    /// What became of hunks.
    pub events: Vec<HunkEvent>,
}

/// What became of a hunk in a step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HunkEvent {
    /// Its place, as two Yjs relative positions (`StickyIndex`, v1).
    Placed {
        /// The hunk.
        hunk: HunkKey,
        /// The file.
        file: String,
        /// Holds to the character left of the hunk (the start of the file when there is none).
        start: Vec<u8>,
        /// Holds to the character right of the hunk (the end of the file when there is none).
        end: Vec<u8>,
    },
    /// People edited its place away, or the file is gone: the rest of its operations is ignored.
    Gone {
        /// The hunk.
        hunk: HunkKey,
    },
}

/// What a roll-back did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RolledBack {
    /// One y-protocols sync message, or nothing when nothing changed.
    pub message: Option<Vec<u8>>,
    /// UTF-16 units that stay of what people wrote inside what was taken back: since the hunk was opened, and between
    /// the first and the last of its characters that were taken back.
    pub kept: u32,
    /// UTF-16 units of the model's text that people had already deleted.
    pub gone: u32,
}

/// What became of a participant's message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Received {
    /// Nothing to do: it brought nothing new.
    Nothing,
    /// It asked: this goes back to the one who asked.
    Reply(Vec<u8>),
    /// It changed the document.
    Changed {
        /// One y-protocols sync message for everyone but the author.
        relay: Vec<u8>,
        /// One for the author alone: what the document deleted on top of what the author did, because the author
        /// deleted text that a roll-back had meanwhile put back under new ids.
        back_to_author: Option<Vec<u8>>,
    },
}

/// A part of a file's text, as clients name it: two Yjs relative positions (`StickyIndex`, v1). Taken from outside as it
/// comes; what is wrong with it shows when it is asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Region {
    /// The one anchor.
    pub start: Vec<u8>,
    /// The other.
    pub end: Vec<u8>,
}

/// Why a participant's message was refused. The document is as it was.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// Not a y-protocols sync message of a known form, or counts that its bytes cannot hold.
    #[error("malformed document message: {0}")]
    Malformed(&'static str),
    /// It holds new structs of a client id that is not the sender's.
    #[error("the update writes as client {0}, which is not the sender's")]
    ForeignClient(u64),
    /// It depends on updates that the document does not have.
    #[error("the update depends on updates that are missing")]
    Pending,
    /// A file would be past its size, or the session past its number of files.
    #[error("past a limit: {0}")]
    Limit(&'static str),
    /// A path is empty, absolute, too long, or holds `..`, a backslash or a control character.
    #[error("a path that is not allowed: {0}")]
    BadPath(&'static str),
    /// The CRDT panicked on it.
    #[error("the update could not be integrated")]
    Panicked,
}

/// Who wrote a piece of text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Author {
    /// It was put in from the start, or an earlier load of the session wrote it.
    Seed,
    /// A participant, by their Yjs client id.
    Client(u64),
    /// The model.
    Hunk(HunkKey),
}

/// A file, as listings show it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileInfo {
    /// Its id.
    pub id: String,
    /// Its path.
    pub path: String,
    /// Grows with every change of its text.
    pub revision: u64,
}

/// A file that is kept and not edited.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BlobFile {
    /// Its id.
    pub id: String,
    /// The path that it is shown under.
    pub path: String,
    /// Its bytes.
    pub blob: BlobRef,
    /// It can be run as a program.
    pub executable: bool,
}

/// Who comes back after a load.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Earlier {
    /// Somebody who is known from before: may bring what anybody had written before the load.
    Known,
    /// Somebody who had come and was not written down: may bring what is of such ones, and of the backend.
    Unknown,
}
