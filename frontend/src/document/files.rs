//! The files of the replica: the root map, and how it is listed.

use protocol::FileId;
use yrs::{Any, Map, MapPrelim, MapRef, Out, ReadTxn, Text, TextPrelim, Transact, TransactionMut};

use super::Replica;
use crate::store::FileRow;

/// The field of a file that names it.
const PATH: &str = "path";
/// The field that stands in its place where the file is kept and not edited.
const BLOB: &str = "blob";
/// The field of a file that holds its text.
pub(super) const TEXT: &str = "text";

impl Replica {
    /// All files, as the list shows them.
    pub fn listing(&self) -> Vec<FileRow> {
        let txn = self.doc.transact();
        let files = self.files.iter(&txn).filter_map(|(id, value)| {
            let Out::YMap(file) = value else { return None };
            match file.get(&txn, PATH)? {
                Out::Any(Any::String(path)) => Some((FileId::from(id), path.to_string(), kept(&file, &txn))),
                _ => None,
            }
        });
        listing(files.collect())
    }

    /// The files with the longest texts, at most so many and none below `least` UTF-16 units; the longest one last.
    pub fn longest(&self, most: usize, least: u32) -> Vec<FileId> {
        let txn = self.doc.transact();
        let files = self.files.iter(&txn).filter_map(|(id, value)| {
            let Out::YMap(file) = value else { return None };
            let Out::YText(text) = file.get(&txn, TEXT)? else { return None };
            let length = text.len(&txn);
            (length >= least).then(|| (length, FileId::from(id)))
        });
        let mut files: Vec<_> = files.collect();
        files.sort();
        let surplus = files.len().saturating_sub(most);
        files.drain(surplus..).map(|(_, id)| id).collect()
    }

    /// A new empty file, by the person.
    pub fn create(&mut self, id: &FileId, path: &str) {
        self.create_with(id, path, "");
    }

    /// A new file with its text, by the person.
    pub fn create_with(&mut self, id: &FileId, path: &str, text: &str) {
        let files = self.files.clone();
        self.alone(|txn| {
            let file = files.insert(txn, id.as_str(), MapPrelim::from([(PATH, path)]));
            file.insert(txn, TEXT, TextPrelim::new(text));
        });
    }

    /// A text at the end of a file, by the person and by itself.
    pub fn append(&mut self, id: &FileId, addition: &str) {
        if let Some(text) = self.text_of(id) {
            self.alone(|txn| text.push(txn, addition));
        }
    }

    /// Another path for a file, by the person.
    pub fn rename(&mut self, id: &FileId, path: &str) {
        let files = self.files.clone();
        self.alone(|txn| {
            if let Some(Out::YMap(file)) = files.get(txn, id.as_str()) {
                file.insert(txn, PATH, path);
            }
        });
    }

    /// Takes a file away, by the person.
    pub fn delete(&mut self, id: &FileId) {
        let files = self.files.clone();
        self.alone(|txn| {
            files.remove(txn, id.as_str());
        });
    }

    /// A change that is a step of undo by itself, however soon the person types after it.
    fn alone(&mut self, change: impl FnOnce(&mut TransactionMut<'_>)) {
        self.undo.reset();
        self.mine(change);
        self.undo.reset();
    }
}

/// How many bytes a file has that is kept and not edited: `{hash}:{size}` stands in the place of its text.
fn kept<T: ReadTxn>(file: &MapRef, txn: &T) -> Option<u64> {
    match file.get(txn, BLOB)? {
        Out::Any(Any::String(blob)) => blob.split_once(':')?.1.parse().ok(),
        _ => None,
    }
}

/// A file's path and text.
pub(super) fn entry<T: ReadTxn>(files: &MapRef, txn: &T, id: &FileId) -> Option<(Out, Out)> {
    let Out::YMap(file) = files.get(txn, id.as_str())? else {
        return None;
    };
    Some((file.get(txn, PATH)?, file.get(txn, TEXT)?))
}

/// Sorts files by path, and tells apart those that have the same one: by their ids, so that everyone sees the same.
pub fn listing(mut files: Vec<(FileId, String, Option<u64>)>) -> Vec<FileRow> {
    files.sort_by(|(a_id, a, _), (b_id, b, _)| a.cmp(b).then_with(|| a_id.cmp(b_id)));
    let mut rows = Vec::<FileRow>::with_capacity(files.len());
    let mut count = 1;
    for (id, path, kept) in files {
        count = if rows.last().is_some_and(|row| row.path == path) { count + 1 } else { 1 };
        let display = if count == 1 { path.clone() } else { format!("{path} ({count})") };
        rows.push(FileRow { id, path, display, kept });
    }
    rows
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_files_are_those_with_the_longest_texts() {
        let mut replica = Replica::new(1, || 0);
        for (id, text) in [("b", "four"), ("a", "four"), ("c", "three"), ("d", "me")] {
            replica.create_with(&id.into(), "same", text);
        }
        let longest = |most, least| {
            let files = replica.longest(most, least);
            files.iter().map(|id| id.as_str().to_owned()).collect::<Vec<_>>().join(" ")
        };
        assert_eq!(longest(2, 4), "b c");
        assert_eq!(longest(9, 4), "a b c");
        assert_eq!(longest(9, 6), "");
    }

    #[test]
    fn files_with_one_path_are_told_apart() {
        let rows = listing(vec![
            ("b".into(), "x".into(), None),
            ("c".into(), "a".into(), Some(3)),
            ("a".into(), "x".into(), None),
        ]);
        assert_eq!(rows[0].kept, Some(3));
        let shown: Vec<_> = rows.iter().map(|r| (r.id.as_str(), r.display.as_str())).collect();
        assert_eq!(shown, [("c", "a"), ("a", "x"), ("b", "x (2)")]);
    }
}
