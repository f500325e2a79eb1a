//! What became of each hunk: the JSON that `--json` prints, field by field, and the lines that people read.
//!
//! Names and reasons are the wire's (`protocol::view`); a folder has some reasons more than a session.

mod words;

use std::collections::BTreeSet;

use edits::{Format, Malformed};
use protocol::view::HunkFailure;
use serde::{Deserialize, Serialize};

/// The version of the report's schema. Fields may be added under the same version; none changes its meaning.
pub const VERSION: u32 = 1;

/// What became of a whole output.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Report {
    /// [`VERSION`].
    pub version: u32,
    /// Nothing was written, as was asked.
    pub dry_run: bool,
    /// Sums over the hunks.
    pub totals: Totals,
    /// The paths that were written, made or removed; in a dry run, that would have been.
    pub files: Vec<String>,
    /// Every hunk, in the order of the output.
    pub hunks: Vec<Hunk>,
}

/// Sums over the hunks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Totals {
    /// Hunks that changed something.
    pub applied: u32,
    /// Hunks whose new text stood there already.
    pub unchanged: u32,
    /// Hunks that were not applied.
    pub failed: u32,
    /// Lines added by the applied ones.
    pub added: u32,
    /// Lines removed by them.
    pub removed: u32,
}

/// What became of one hunk.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Hunk {
    /// Where its block begins in the output, in UTF-16 units.
    pub offset: u32,
    /// The syntax it came in.
    pub format: Syntax,
    /// The file: as the model wrote its path, without blanks and a leading `./`.
    pub file: String,
    /// What it does to the file.
    pub kind: Kind,
    /// The path that a move gives the file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub moved_to: Option<String>,
    /// The model's reason, whole.
    pub why: String,
    /// What became of it.
    pub outcome: Outcome,
    /// Why it failed, when it did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<Reason>,
    /// Why it failed, in words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// Lines added.
    pub added: u32,
    /// Lines removed.
    pub removed: u32,
    /// The lines it changed; none when it failed, or when it moves a file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<Place>,
}

/// The syntaxes, as `--format` names them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Syntax {
    /// `<edit>` blocks.
    Edit,
    /// SEARCH/REPLACE blocks.
    SearchReplace,
    /// `*** Begin Patch`.
    Patch,
    /// A whole file in a fence.
    WholeFile,
}

/// What a hunk does to its file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Kind {
    /// Changes its text.
    Edit,
    /// Makes it.
    Create,
    /// Removes it.
    Delete,
    /// Gives it another path.
    Move,
}

/// What became of a hunk.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Outcome {
    /// It changed its file.
    Applied,
    /// Its new text stood there already.
    Unchanged,
    /// It was not applied; nothing of it is in the file.
    Failed,
}

/// Why a hunk failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Reason {
    /// The old text is not in the file.
    Unresolved,
    /// The old text is in the file more than once.
    Ambiguous,
    /// There is no such file.
    NoSuchFile,
    /// It would create, or move to, a file that has text already.
    FileNotEmpty,
    /// The block was not in a form that can be read.
    Malformed,
    /// Past a limit of file size or path length.
    Limit,
    /// The path is absolute, leaves the folder, or is not a plain path.
    BadPath,
    /// Something else than a regular file is there, or a link on the way.
    NotAFile,
    /// The file is not UTF-8.
    NotText,
    /// The system could not read or write the file.
    Io,
}

impl From<Reason> for Option<HunkFailure> {
    /// The wire's word for it; reasons that only a folder has have none.
    fn from(reason: Reason) -> Self {
        match reason {
            Reason::Unresolved => Some(HunkFailure::Unresolved),
            Reason::Ambiguous => Some(HunkFailure::Ambiguous),
            Reason::NoSuchFile => Some(HunkFailure::NoSuchFile),
            Reason::FileNotEmpty => Some(HunkFailure::FileNotEmpty),
            Reason::Malformed => Some(HunkFailure::Malformed),
            Reason::Limit => Some(HunkFailure::Limit),
            Reason::BadPath | Reason::NotAFile | Reason::NotText | Reason::Io => None,
        }
    }
}

/// Where a hunk changed its file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Place {
    /// In the file as the hunks before it left it.
    pub before: Lines,
    /// In the file as it left it.
    pub after: Lines,
}

/// A range of lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Lines {
    /// The first one, counted from 1; with none, the line in front of which they would be.
    pub line: u32,
    /// How many.
    pub count: u32,
}

/// Why a hunk is not applied.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// The code.
    pub reason: Reason,
    /// A sentence.
    pub message: String,
}

impl Lines {
    /// From counts of any size.
    pub fn new(line: usize, count: usize) -> Lines {
        let fit = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
        Lines { line: fit(line), count: fit(count) }
    }
}

impl Failure {
    /// A block that the engine could not read.
    pub fn malformed(reason: Malformed) -> Failure {
        Failure { reason: Reason::Malformed, message: words::malformed(reason).to_owned() }
    }
}

impl Hunk {
    /// Notes that it was not applied.
    pub fn fail(&mut self, failure: Failure) {
        self.outcome = Outcome::Failed;
        self.reason = Some(failure.reason);
        self.message = Some(failure.message);
        (self.added, self.removed, self.place) = (0, 0, None);
    }
}

impl Report {
    /// Of these hunks; its files are not known yet.
    pub fn new(hunks: Vec<Hunk>) -> Report {
        let mut report =
            Report { version: VERSION, dry_run: false, totals: Totals::default(), files: Vec::new(), hunks };
        report.count();
        report
    }

    /// Takes back what was said of a file that could not be written.
    pub fn not_written(&mut self, path: &str, message: &str) {
        self.files.retain(|file| file != path);
        let about = |hunk: &&mut Hunk| hunk.file == path || hunk.moved_to.as_deref() == Some(path);
        for hunk in self.hunks.iter_mut().filter(|hunk| hunk.outcome == Outcome::Applied).filter(about) {
            hunk.fail(Failure { reason: Reason::Io, message: message.to_owned() });
        }
        self.count();
    }

    /// What the command exits with: 0 all applied, 1 some failed, 2 nothing to apply.
    pub fn exit_code(&self) -> u8 {
        match (self.hunks.is_empty(), self.totals.failed) {
            (true, _) => 2,
            (false, 0) => 0,
            (false, _) => 1,
        }
    }

    fn count(&mut self) {
        self.totals = Totals::default();
        for hunk in &self.hunks {
            let counter = match hunk.outcome {
                Outcome::Applied => &mut self.totals.applied,
                Outcome::Unchanged => &mut self.totals.unchanged,
                Outcome::Failed => &mut self.totals.failed,
            };
            *counter = counter.saturating_add(1);
            self.totals.added = self.totals.added.saturating_add(hunk.added);
            self.totals.removed = self.totals.removed.saturating_add(hunk.removed);
        }
    }

    /// The files that hunks were applied to.
    fn touched(&self) -> usize {
        let applied = self.hunks.iter().filter(|hunk| hunk.outcome == Outcome::Applied);
        applied.map(|hunk| hunk.file.as_str()).collect::<BTreeSet<_>>().len()
    }
}

impl From<Format> for Syntax {
    fn from(format: Format) -> Self {
        match format {
            Format::Edit => Syntax::Edit,
            Format::SearchReplace => Syntax::SearchReplace,
            Format::Patch => Syntax::Patch,
            Format::WholeFile => Syntax::WholeFile,
        }
    }
}

impl From<edits::Kind> for Kind {
    fn from(kind: edits::Kind) -> Self {
        match kind {
            edits::Kind::Edit => Kind::Edit,
            edits::Kind::Create => Kind::Create,
            edits::Kind::Delete => Kind::Delete,
            edits::Kind::Move => Kind::Move,
        }
    }
}
