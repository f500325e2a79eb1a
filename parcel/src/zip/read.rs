//! A zip from outside as a tree: read whole, within bounds, or refused with a reason.
//!
//! What its directory says is believed for refusing alone: every file is unpacked under a bound of its own.

use std::io::{Cursor, Read as _};

use zip::ZipArchive;
use zip::result::ZipError;

use crate::limits::{BINARY_MAX, ENTRIES_MAX, FILES_MAX, TEXT_MAX, UNPACKED_MAX};
use crate::path::{self, BadPath, Clash};
use crate::{File, Tree};

/// The bits of a mode that say what kind of thing an entry is, and the kinds that are taken.
const KIND: u32 = 0o170_000;
const REGULAR: u32 = 0o100_000;
const FOLDER: u32 = 0o040_000;

/// What was in a zip.
#[derive(Debug, Default)]
pub struct Unzipped {
    /// Its files.
    pub tree: Tree,
    /// Files that do not belong to a project and were left out.
    pub left_out: usize,
}

/// Why a zip was refused.
#[derive(Debug, thiserror::Error)]
pub enum BadZip {
    /// It is none, or is damaged.
    #[error("it cannot be read as a zip: {0}")]
    Damaged(String),
    /// An entry's path.
    #[error("{0} {1}")]
    Path(String, BadPath),
    /// Two paths.
    #[error(transparent)]
    Clash(#[from] Clash),
    /// A name in another encoding.
    #[error("a name in it is not UTF-8: {0}")]
    Name(String),
    /// A link, a device or the like.
    #[error("{0} is a link or a device, and those are not taken")]
    NotAFile(String),
    /// It needs a password.
    #[error("{0} is encrypted")]
    Encrypted(String),
    /// Past [`ENTRIES_MAX`] or [`FILES_MAX`].
    #[error("it has more than {FILES_MAX} files")]
    TooMany,
    /// One file past its bound.
    #[error("{0} is too large")]
    TooLarge(String),
    /// All together past [`UNPACKED_MAX`].
    #[error("unpacked it is larger than {} MiB", UNPACKED_MAX / (1024 * 1024))]
    Bomb,
    /// Entries share bytes, as those of bombs do.
    #[error("its entries overlap")]
    Overlap,
}

impl From<ZipError> for BadZip {
    fn from(error: ZipError) -> BadZip {
        BadZip::Damaged(error.to_string())
    }
}

/// Reads a zip.
///
/// # Errors
///
/// Says why it is refused: nothing of it is given out then.
pub fn read(bytes: &[u8]) -> Result<Unzipped, BadZip> {
    let mut zip = ZipArchive::new(Cursor::new(bytes))?;
    if zip.len() > ENTRIES_MAX {
        return Err(BadZip::TooMany);
    }
    if zip.has_duplicate_names() {
        return Err(Clash::Twice("A file".to_owned()).into());
    }
    if zip.has_overlapping_entries()? {
        return Err(BadZip::Overlap);
    }
    let mut unzipped = Unzipped::default();
    let mut unpacked = 0usize;
    for index in 0..zip.len() {
        let Some(path) = entry(&zip, index)? else { continue };
        if path::is_beside(&path) {
            unzipped.left_out += 1;
            continue;
        }
        path::check(&path).map_err(|why| BadZip::Path(path.clone(), why))?;
        let mut packed = zip.by_index(index)?;
        let executable = packed.unix_mode().is_some_and(|mode| mode & 0o111 != 0);
        let room = (UNPACKED_MAX - unpacked).min(BINARY_MAX);
        let mut content = Vec::new();
        let bound = u64::try_from(room).unwrap_or(u64::MAX).saturating_add(1);
        let read = packed.by_ref().take(bound).read_to_end(&mut content);
        read.map_err(|error| BadZip::Damaged(format!("{path}: {error}")))?;
        if content.len() > room {
            return Err(if room < BINARY_MAX { BadZip::Bomb } else { BadZip::TooLarge(path) });
        }
        unpacked += content.len();
        let file = File { bytes: content.into(), executable };
        if file.bytes.len() > TEXT_MAX && !file.is_binary() {
            return Err(BadZip::TooLarge(path));
        }
        if unzipped.tree.insert(path.clone(), file).is_some() {
            return Err(Clash::Twice(path).into());
        }
        if unzipped.tree.len() > FILES_MAX {
            return Err(BadZip::TooMany);
        }
    }
    path::check_together(unzipped.tree.keys().map(String::as_str))?;
    Ok(unzipped)
}

/// An entry's path; nothing when it is a folder.
fn entry(zip: &ZipArchive<Cursor<&[u8]>>, index: usize) -> Result<Option<String>, BadZip> {
    let entry = zip.by_index_data(index)?;
    let name = std::str::from_utf8(entry.name_raw());
    let name = name.map_err(|_| BadZip::Name(String::from_utf8_lossy(entry.name_raw()).into_owned()))?;
    if entry.encrypted() {
        return Err(BadZip::Encrypted(name.to_owned()));
    }
    let kind = entry.unix_mode().map_or(0, |mode| mode & KIND);
    if !matches!(kind, 0 | REGULAR | FOLDER) {
        return Err(BadZip::NotAFile(name.to_owned()));
    }
    if let Some(folder) = name.strip_suffix('/') {
        if !path::is_beside(folder) {
            path::check(folder).map_err(|why| BadZip::Path(folder.to_owned(), why))?;
        }
        return Ok(None);
    }
    Ok(Some(name.to_owned()))
}
