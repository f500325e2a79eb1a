//! The folder: the only part that touches the disk.
//!
//! Follows no link below the folder, neither to read nor to write: each part of a path is looked at by itself. Files are
//! written beside their place and renamed into it, so that nobody ever sees half of one.

use std::fs::{self, File, Metadata, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use super::files::{Change, Source};
use super::report::{Failure, Reason};
use super::text::FileText;
use super::{ApplyError, FILE_MAX};

/// A folder whose files hunks are applied to.
#[derive(Debug)]
pub struct Folder {
    /// Its own path may well go over links: the person named it.
    root: PathBuf,
}

/// What is at a path.
enum There {
    File(PathBuf, Metadata),
    Nothing(PathBuf),
}

impl Folder {
    /// Opens a folder.
    pub fn open(dir: &Path) -> Result<Folder, ApplyError> {
        let path = || dir.display().to_string();
        let root = dir.canonicalize().map_err(|error| ApplyError::Folder { path: path(), error })?;
        if root.is_dir() { Ok(Folder { root }) } else { Err(ApplyError::NotAFolder(path())) }
    }

    /// Makes the changes, each file whole or not at all. Gives the paths that could not be written, and why.
    pub fn write(&self, changes: &[Change]) -> Vec<(String, String)> {
        let mut failed: Vec<(String, String)> = Vec::new();
        for change in changes {
            let result = match change {
                Change::Write { path, bytes, like } => self.write_file(path, bytes, like.as_deref()),
                Change::Remove { path, went_to } => {
                    // A file whose new place could not be written stays at its old one, as it was.
                    let lost = went_to.as_ref().and_then(|to| failed.iter().find(|(path, _)| path == to));
                    match lost.map(|(_, message)| message.clone()) {
                        Some(message) => Err(Failure { reason: Reason::Io, message }),
                        None => self.remove_file(path),
                    }
                }
            };
            if let Err(failure) = result {
                failed.push((change.path().to_owned(), failure.message));
            }
        }
        failed
    }

    fn write_file(&self, path: &str, bytes: &[u8], like: Option<&str>) -> Result<(), Failure> {
        let target = match self.look(path)? {
            There::File(target, _) | There::Nothing(target) => target,
        };
        // A file that was moved keeps its permissions; it is still at its old place.
        let permissions = match like.map(|like| self.look(like)).transpose()? {
            Some(There::File(_, metadata)) => Some(metadata.permissions()),
            Some(There::Nothing(_)) | None => None,
        };
        let write = || -> io::Result<()> {
            let folder = target.parent().unwrap_or(&self.root);
            fs::create_dir_all(folder)?;
            // What only some may read is never open to others, not for a moment either.
            let mode = if permissions.is_some() { 0o600 } else { 0o666 };
            let mut beside = Beside::create(folder, mode)?;
            beside.file.write_all(bytes)?;
            if let Some(permissions) = permissions {
                beside.file.set_permissions(permissions)?;
            }
            beside.file.sync_all()?;
            beside.rename(&target)
        };
        write().map_err(|error| io_failure(path, "written", &error))
    }

    fn remove_file(&self, path: &str) -> Result<(), Failure> {
        match self.look(path)? {
            There::File(target, _) => fs::remove_file(target).map_err(|error| io_failure(path, "removed", &error)),
            There::Nothing(_) => Ok(()),
        }
    }

    /// Walks to a checked path part by part, over folders only.
    fn look(&self, path: &str) -> Result<There, Failure> {
        let mut here = self.root.clone();
        let mut parts = path.split('/').peekable();
        while let Some(part) = parts.next() {
            here.push(part);
            let metadata = match fs::symlink_metadata(&here) {
                Ok(metadata) => metadata,
                Err(error) if error.kind() == io::ErrorKind::NotFound => {
                    here.extend(parts);
                    return Ok(There::Nothing(here));
                }
                Err(error) => return Err(io_failure(path, "read", &error)),
            };
            let refused =
                |what: &str| Failure { reason: Reason::NotAFile, message: format!("{path}: {part} is {what}.") };
            let last = parts.peek().is_none();
            match metadata.file_type() {
                kind if kind.is_symlink() => return Err(refused("a link")),
                kind if kind.is_dir() && last => return Err(refused("a folder")),
                kind if kind.is_dir() => {}
                kind if !last && kind.is_file() => return Err(refused("a file and not a folder")),
                kind if kind.is_file() => return Ok(There::File(here, metadata)),
                _ => return Err(refused("no regular file")),
            }
        }
        Ok(There::Nothing(here))
    }
}

impl Source for Folder {
    fn load(&self, path: &str) -> Result<Option<FileText>, Failure> {
        let There::File(target, metadata) = self.look(path)? else { return Ok(None) };
        let too_large =
            || Failure { reason: Reason::Limit, message: format!("{path} is larger than {FILE_MAX} bytes.") };
        let max = FILE_MAX as u64;
        if metadata.len() > max {
            return Err(too_large());
        }
        let mut bytes = Vec::new();
        // It may have grown since.
        File::open(target)
            .and_then(|file| file.take(max + 1).read_to_end(&mut bytes))
            .map_err(|error| io_failure(path, "read", &error))?;
        if bytes.len() > FILE_MAX {
            return Err(too_large());
        }
        let not_text = || Failure { reason: Reason::NotText, message: format!("{path} is not UTF-8 text.") };
        FileText::decode(bytes).map(Some).ok_or_else(not_text)
    }
}

/// A new file beside its place; removed unless it was renamed into it.
struct Beside {
    file: File,
    path: Option<PathBuf>,
}

impl Beside {
    fn create(folder: &Path, mode: u32) -> io::Result<Beside> {
        let mut number = 0_u32;
        loop {
            let path = folder.join(format!(".midstream-{}-{number}.tmp", std::process::id()));
            match OpenOptions::new().write(true).create_new(true).mode(mode).open(&path) {
                Ok(file) => return Ok(Beside { file, path: Some(path) }),
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists && number < u32::MAX => number += 1,
                Err(error) => return Err(error),
            }
        }
    }

    fn rename(mut self, target: &Path) -> io::Result<()> {
        if let Some(path) = &self.path {
            fs::rename(path, target)?;
        }
        self.path = None;
        Ok(())
    }
}

impl Drop for Beside {
    fn drop(&mut self) {
        if let Some(path) = &self.path {
            let _ = fs::remove_file(path);
        }
    }
}

fn io_failure(path: &str, done: &str, error: &io::Error) -> Failure {
    Failure { reason: Reason::Io, message: format!("{path} could not be {done}: {error}.") }
}
