//! `midstream apply`: a model's output applied to a folder, through the engine that sessions use.
//!
//! model output -> edits -> files in memory ([`Files`]) -> the folder ([`Folder`])
//!
//! Hunk by hunk, each seeing what the ones before it did. A hunk is applied whole or not at all: no person is here to
//! look at half of one. Everything up to the folder is pure; nothing is written until the whole output was read, and
//! then file by file, each atomically.

pub mod command;
mod draft;
mod files;
mod folder;
mod hunks;
mod path;
pub mod report;
mod text;

#[cfg(test)]
mod tests;

use std::path::Path;

use edits::Format;
use edits::testing::Impossible;

pub use files::{Change, Files, Source};
pub use folder::Folder;
pub use report::{Kind, Lines, Outcome, Place, Reason, Report, Totals};
pub use text::FileText;

/// The longest output that is read, in bytes: as much as a session's turn may hold.
pub const OUTPUT_MAX: usize = crate::session::state::OUTPUT_MAX;
/// The largest file that is read or written, in bytes: as large as a session's file may be.
pub const FILE_MAX: usize = protocol::limits::FILE_MAX;

/// How to apply.
#[derive(Clone, Copy, Debug, Default)]
pub struct Options {
    /// Reads one syntax alone; nothing: all, by themselves.
    pub format: Option<Format>,
    /// Finds everything out and writes nothing.
    pub dry_run: bool,
}

/// Why nothing could be done at all. A single hunk's failure is in the [`Report`].
#[derive(Debug, thiserror::Error)]
pub enum ApplyError {
    /// The folder cannot be used.
    #[error("{path}: {error}")]
    Folder {
        /// As it was named.
        path: String,
        /// What the system says.
        error: std::io::Error,
    },
    /// It is something else.
    #[error("{0} is not a folder")]
    NotAFolder(String),
    /// The output is longer than [`OUTPUT_MAX`].
    #[error("the output is longer than {OUTPUT_MAX} bytes")]
    TooLong,
    /// The engine asked for what no text can do: a defect of ours, and nothing was written.
    #[error("the edit engine made an operation that cannot be: {0}")]
    Engine(#[from] Impossible),
}

/// Applies a model's output, in pieces or whole, to a folder.
pub fn apply<'a>(
    dir: &Path,
    output: impl IntoIterator<Item = &'a str>,
    options: &Options,
) -> Result<Report, ApplyError> {
    let folder = Folder::open(dir)?;
    let (mut report, files) = plan(&folder, output, options.format)?;
    let changes = files.changes();
    report.files = changes.iter().map(|change| change.path().to_owned()).collect();
    report.files.sort();
    report.dry_run = options.dry_run;
    if !options.dry_run {
        for (path, message) in folder.write(&changes) {
            report.not_written(&path, &message);
        }
    }
    Ok(report)
}

/// What the output does to the files of a source: nothing is written.
pub fn plan<'a, 's, S: Source>(
    source: &'s S,
    output: impl IntoIterator<Item = &'a str>,
    format: Option<Format>,
) -> Result<(Report, Files<'s, S>), ApplyError> {
    let mut run = hunks::Run::new(source, format);
    let mut read = 0_usize;
    for piece in output {
        read = read.saturating_add(piece.len());
        if read > OUTPUT_MAX {
            return Err(ApplyError::TooLong);
        }
        run.push(piece)?;
    }
    Ok(run.finish()?)
}
