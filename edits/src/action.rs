//! What the engine tells its caller, and what it is told back.

/// The number of a hunk within one engine, counted from 0.
pub type HunkIndex = u32;

/// One thing that follows from the model's output, in order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    /// An edit block began.
    Open {
        /// The hunk.
        hunk: HunkIndex,
        /// Where its tag begins, in UTF-16 units of everything pushed into this engine.
        offset: u32,
        /// As the model wrote it.
        path: String,
        /// The model's reason, one line.
        why: String,
        /// The syntax that the block came in.
        format: Format,
        /// What the block does, as far as its opening says so.
        kind: Kind,
    },
    /// What the hunk changes is known: the engine waits, and buffers what is pushed, until
    /// `Engine::resolve` is called with what became of it.
    Locate {
        /// The hunk.
        hunk: HunkIndex,
        /// The path.
        path: String,
        /// What is to be found there.
        wanted: Wanted,
    },
    /// The next `len` UTF-16 units of the located old text stay.
    Keep {
        /// The hunk.
        hunk: HunkIndex,
        /// UTF-16 units, never splitting a surrogate pair.
        len: u32,
    },
    /// The next `len` UTF-16 units of the located old text go.
    Delete {
        /// The hunk.
        hunk: HunkIndex,
        /// UTF-16 units, never splitting a surrogate pair.
        len: u32,
    },
    /// New text comes at the hunk's cursor.
    Insert {
        /// The hunk.
        hunk: HunkIndex,
        /// The text, never empty.
        text: String,
    },
    /// The file goes. Comes after its whole text was deleted.
    Remove {
        /// The hunk.
        hunk: HunkIndex,
    },
    /// The file gets another path.
    Rename {
        /// The hunk.
        hunk: HunkIndex,
        /// As the model wrote it.
        to: String,
    },
    /// The hunk is whole.
    Close {
        /// The hunk.
        hunk: HunkIndex,
        /// Lines added and removed.
        counts: Counts,
    },
    /// The block could not be read; what it had changed stays, and the parser looks for the next block.
    Fail {
        /// The hunk.
        hunk: HunkIndex,
        /// Why.
        reason: Malformed,
    },
}

/// The syntax that a hunk came in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Format {
    /// `<edit>` with old and new text: the primary one.
    Edit,
    /// SEARCH/REPLACE blocks.
    SearchReplace,
    /// The V4A envelope, `*** Begin Patch`.
    Patch,
    /// A whole file in a fence.
    WholeFile,
}

/// What a hunk does, as far as its opening says so.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// Changes text, or creates the file: the opening does not say which.
    Edit,
    /// Creates a file.
    Create,
    /// The file goes.
    Delete,
    /// The file gets another path.
    Move,
}

/// What a hunk changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// Whole lines; empty creates the file, or fills an empty one.
    Text(String),
    /// The whole file, whatever it says now; created when there is none.
    Whole,
    /// One chunk of a V4A update.
    Chunk {
        /// From its `@@` lines, in order: lines that stand somewhere above the chunk.
        anchors: Vec<String>,
        /// Whole lines; empty for a chunk that only adds, behind the last anchor or at the file's end.
        old_text: String,
        /// The old text ends the file.
        end_of_file: bool,
        /// It comes behind another chunk of the same section, and stands behind it in the file: what a
        /// [`Hint`](crate::Hint) says counts.
        follows: bool,
    },
    /// The file goes.
    Delete,
    /// The file gets another path.
    Move {
        /// As the model wrote it.
        to: String,
    },
}

/// Lines that a hunk has added and removed so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Lines added.
    pub added: u32,
    /// Lines removed.
    pub removed: u32,
}

/// A file as it stands, handed to the locator.
#[derive(Clone, Copy, Debug)]
pub struct FileView<'a> {
    /// LF text.
    pub text: &'a str,
}

/// Where old text is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The first UTF-16 unit of the located text in the file.
    pub start: u32,
    /// The located text itself, as it stands in the file: what Keep and Delete walk over.
    pub old: String,
    /// How the new text's indentation has to change to fit the file.
    pub reindent: Option<Reindent>,
}

/// A uniform shift of indentation.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reindent {
    /// First the new text's indentation changes its unit.
    pub tabs: Option<Tabs>,
    /// Taken from the front of each line of the new text that begins with it.
    pub strip: String,
    /// Put in front of each line of the new text that is not blank.
    pub add: String,
}

/// A change of the unit of indentation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tabs {
    /// So many spaces become a tab.
    ToTabs {
        /// How many.
        width: u8,
    },
    /// A tab becomes so many spaces.
    ToSpaces {
        /// How many.
        width: u8,
    },
}

/// What became of an [`Action::Locate`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Resolution {
    /// Found; operations follow.
    Placed(Place),
    /// Not applied: the engine swallows the block up to its end without operations and without `Close` or `Fail`.
    Skip,
}

/// Why a block could not be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Malformed {
    /// The opening tag has no path.
    NoPath,
    /// Something other than `<old_text>` or `<new_text>` stood where it was due.
    MissingOldText,
    /// Something other than `<new_text>` stood where it was due.
    MissingNewText,
    /// The stream ended, or another block began, inside the block.
    Unterminated,
    /// A whole file came with a line that stands for text it leaves out.
    Elided,
}
