//! What was dropped on the page, folders read to their last file.

use js_sys::{Array, Promise};
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    DataTransfer, File, FileSystemDirectoryEntry, FileSystemDirectoryReader, FileSystemEntry, FileSystemFileEntry,
};

use super::shipping::Chosen;

/// The most files that are read of a drop: twice what a session holds, since some of them are left out.
const FILES_MAX: usize = 20_000;
/// What a person is told when the browser gives a file's name and not the file.
const UNREADABLE: &str = "The browser could not read what was dropped.";

/// What was dropped, as long as it may be asked.
pub enum Dropped {
    /// Files and folders.
    Entries(Vec<FileSystemEntry>),
    /// Plain files, where the browser knows no folders.
    Files(Vec<File>),
}

/// What there is: has to be asked while the event lasts.
pub fn entries(transfer: &DataTransfer) -> Dropped {
    let items = transfer.items();
    let entries = (0..items.length()).filter_map(|at| items.get(at)?.webkit_get_as_entry().ok()?);
    let entries: Vec<FileSystemEntry> = entries.collect();
    if !entries.is_empty() {
        return Dropped::Entries(entries);
    }
    let files = transfer.files();
    Dropped::Files(files.map(|files| (0..files.length()).filter_map(|at| files.get(at)).collect()).unwrap_or_default())
}

/// All files of it, with their paths.
pub async fn files(dropped: Dropped) -> Result<Vec<Chosen>, String> {
    let entries = match dropped {
        Dropped::Files(files) => return Ok(files.into_iter().map(|file| Chosen { path: file.name(), file }).collect()),
        Dropped::Entries(entries) => entries,
    };
    let mut found = Vec::new();
    let mut todo: Vec<FileSystemEntry> = entries;
    while let Some(entry) = todo.pop() {
        if entry.is_directory() {
            // A repository's own folder alone may hold more files than the project.
            if matches!(entry.name().as_str(), ".git" | "node_modules") {
                continue;
            }
            todo.extend(children(entry.unchecked_ref::<FileSystemDirectoryEntry>()).await?);
            continue;
        }
        let entry = entry.unchecked_into::<FileSystemFileEntry>();
        let file = Promise::new(&mut |resolve, reject| entry.file_with_callback_and_callback(&resolve, &reject));
        let file = JsFuture::from(file).await.map_err(|_| UNREADABLE.to_owned())?;
        found.push(Chosen { path: entry.full_path(), file: file.unchecked_into() });
        if found.len() > FILES_MAX {
            return Err("That is too much for one session: drop a smaller folder.".to_owned());
        }
    }
    Ok(found)
}

/// What is in a folder. Told some at a time, until none are.
async fn children(folder: &FileSystemDirectoryEntry) -> Result<Vec<FileSystemEntry>, String> {
    let reader: FileSystemDirectoryReader = folder.create_reader();
    let mut all = Vec::new();
    loop {
        let some = Promise::new(&mut |resolve, reject| {
            // It throws only where it was refused before, and then says so by `reject` too.
            let _ = reader.read_entries_with_callback_and_callback(&resolve, &reject);
        });
        let some: Array = JsFuture::from(some).await.map_err(|_| UNREADABLE.to_owned())?.unchecked_into();
        if some.length() == 0 {
            return Ok(all);
        }
        all.extend(some.iter().map(JsCast::unchecked_into::<FileSystemEntry>));
    }
}
