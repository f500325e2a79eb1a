//! A session's files as they are outside it.

use std::collections::BTreeMap;

use document::{BlobRef, Endings};
use parcel::text::{self, Form};
use parcel::{File, Tree};

use crate::registry::blobs::Blobs;
use crate::session::history::{Files, Kind, Saved};

/// Files outside, and which is which.
#[derive(Clone, Debug, Default)]
pub struct Outside {
    /// By their paths.
    pub tree: Tree,
    /// Their paths, by their ids in the session.
    pub names: BTreeMap<String, String>,
}

/// The bytes that these files need to go out.
pub fn blobs_of<'a>(files: impl IntoIterator<Item = &'a Saved>) -> Vec<BlobRef> {
    let blob = |saved: &'a Saved| match &saved.kind {
        Kind::Kept { blob, .. } => Some(blob),
        Kind::Text(form) => form.original(),
    };
    files.into_iter().filter_map(blob).cloned().collect()
}

/// The files as they are outside. Those whose bytes are not at hand are left out.
pub fn outside(files: &Files, blobs: &Blobs) -> Outside {
    let names = parcel::path::outside(files.iter().map(|(id, saved)| (id.as_str(), &*saved.path)));
    let mut tree = Tree::new();
    for (id, saved) in files {
        if let (Some(name), Some(file)) = (names.get(id), file(saved, blobs)) {
            tree.insert(name.clone(), file);
        }
    }
    Outside { tree, names }
}

fn file(saved: &Saved, blobs: &Blobs) -> Option<File> {
    match &saved.kind {
        Kind::Kept { blob, executable } => Some(File { bytes: blobs.get(blob)?.clone(), executable: *executable }),
        Kind::Text(form) => {
            let original = form.original().and_then(|blob| blobs.get(blob));
            let endings = match form.endings {
                Endings::Lf => text::Endings::Lf,
                Endings::CrLf => text::Endings::CrLf,
                Endings::Mixed(_) => text::Endings::Mixed,
            };
            let bytes =
                text::write(&saved.text.text(), &Form { bom: form.bom, endings }, original.map(|bytes| &**bytes));
            Some(File { bytes: bytes.into(), executable: form.executable })
        }
    }
}
