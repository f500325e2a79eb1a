//! Files and typing: what a person does to the replica.

use std::collections::{HashMap, HashSet};
use std::rc::Rc;

use leptos::prelude::*;
use protocol::FileId;

use super::Client;
use crate::browser;
use crate::document::Edit;
use crate::monaco;
use crate::run::target::Language;
use crate::store::FileRow;

impl Client {
    /// What the person typed in the editor.
    pub fn typed(self: &Rc<Self>, file: &FileId, edits: &[Edit]) {
        self.is_at_work();
        if self.outgrows(file, edits) || self.typed_ahead(file, edits) {
            return;
        }
        if let Some(replica) = self.replica.borrow_mut().as_mut() {
            replica.typed(file, edits);
        }
        self.leave_review();
        self.text_changed(file);
        self.pump(false);
        self.refresh_page();
        if self.conventions_file().as_ref() == Some(file) {
            self.count_conventions();
        }
    }

    /// A file that the server would refuse: the editor shows again what it was. What was pasted is still where it
    /// was copied.
    fn outgrows(&self, file: &FileId, edits: &[Edit]) -> bool {
        let limit = self.store.limits.get_untracked().file_max;
        let replica = self.replica.borrow();
        let Some(replica) = replica.as_ref() else {
            return false;
        };
        let comes: usize = edits.iter().map(|e| e.text.encode_utf16().count()).sum();
        let goes: usize = edits.iter().map(|e| e.removed as usize).sum();
        let length = || self.draft_length(file).unwrap_or_else(|| replica.length(file) as usize);
        let refused = comes > goes && length() + comes - goes > limit;
        if refused {
            match self.draft_text(file) {
                Some(text) => monaco::restore(file, &text),
                None => monaco::restore(file, &replica.text(file).unwrap_or_default()),
            }
            let limit = limit / (1024 * 1024);
            self.notify(None, format!("A file holds {limit} MiB at most: this was not taken."));
        }
        refused
    }

    /// Takes the person's last step back, or brings it back.
    pub fn undo(self: &Rc<Self>, redo: bool) {
        if !self.is_whole() {
            return;
        }
        if let Some(replica) = self.replica.borrow_mut().as_mut() {
            if redo {
                replica.redo();
            } else {
                replica.undo();
            }
        }
        self.pump(false);
    }

    /// A new empty file, opened.
    pub fn create_file(self: &Rc<Self>, path: &str) -> bool {
        let Some(path) = self.good_path(path) else {
            return false;
        };
        let limit = self.store.limits.get_untracked().files_max;
        if self.store.files.with_untracked(Vec::len) >= limit {
            self.notify(None, format!("A session holds {limit} files at most."));
            return false;
        }
        let id = FileId(browser::fresh_id());
        if let Some(replica) = self.replica.borrow_mut().as_mut() {
            replica.create(&id, &path);
        }
        self.pump(false);
        self.open(id);
        true
    }

    /// Another path for a file.
    pub fn rename_file(self: &Rc<Self>, id: &FileId, path: &str) -> bool {
        let Some(path) = self.good_path(path) else {
            return false;
        };
        if let Some(replica) = self.replica.borrow_mut().as_mut() {
            replica.rename(id, &path);
        }
        self.pump(false);
        true
    }

    /// Takes a file away.
    pub fn delete_file(self: &Rc<Self>, id: &FileId) {
        if !self.may_edit() || !self.is_whole() {
            return;
        }
        if let Some(replica) = self.replica.borrow_mut().as_mut() {
            replica.delete(id);
        }
        self.pump(false);
    }

    /// Shows a file because the person wants it: the editor stops following.
    pub fn open(self: &Rc<Self>, id: FileId) {
        self.stop_following();
        self.show_file(id);
    }

    /// Shows a file.
    pub(super) fn show_file(self: &Rc<Self>, id: FileId) {
        let path = self.path_of(&id);
        let kept = self.store.files.with_untracked(|files| files.iter().any(|f| f.id == id && f.kept.is_some()));
        let Some(path) = path else { return };
        // A kept one is shown in the place of the editor.
        if !kept {
            if !monaco::knows(&id) {
                match self.text_to_show(&id) {
                    Some(text) => monaco::learn(&id, &path, &text),
                    None => return self.await_file(id),
                }
            }
            monaco::show(&id);
        }
        self.store.awaits_file.set(false);
        if Language::of(&path).is_some_and(Language::is_script) {
            self.store.prepare_to_run();
        }
        if self.store.open_file.get_untracked().as_ref() != Some(&id) {
            self.store.guard.selecting.set(false);
        }
        self.store.open_file.set(Some(id));
        self.show_hunks();
        self.show_guard();
        self.show_people();
        self.show_run_marks();
        self.annotate();
    }

    /// Where a file is.
    pub(super) fn path_of(&self, id: &FileId) -> Option<String> {
        self.store.files.with_untracked(|files| files.iter().find(|f| f.id == *id).map(|f| f.path.clone()))
    }

    /// The editor was mounted: it shows what is open.
    pub fn show_open_file(self: &Rc<Self>) {
        if let Some(id) = self.store.open_file.get_untracked() {
            self.show_file(id);
        }
    }

    /// The list follows the replica; the editor always has a file if there is one. Returns a file that is new in it.
    pub(super) fn list_files(self: &Rc<Self>) -> Option<FileId> {
        let files = self.replica.borrow().as_ref().map(|r| r.listing())?;
        let before = self.store.files.get_untracked();
        // What is the same is not listed anew: the list that came ahead of a large project mostly is.
        let is_open = |file: &FileRow| self.store.open_file.with_untracked(|open| open.as_ref() == Some(&file.id));
        if files == before && files.iter().any(is_open) {
            return None;
        }
        // By id: thousands of files are looked up here whenever one comes.
        let now: HashSet<&FileId> = files.iter().map(|file| &file.id).collect();
        let known: HashMap<&FileId, &str> = before.iter().map(|file| (&file.id, file.path.as_str())).collect();
        for file in before.iter().filter(|old| !now.contains(&old.id)) {
            monaco::forget(&file.id);
        }
        for file in &files {
            if known.get(&file.id).is_some_and(|path| *path != file.path) {
                monaco::rename(&file.id, &file.path);
            }
        }
        let open = self.store.open_file.get_untracked();
        let open = open.filter(|id| files.iter().any(|f| f.id == *id));
        let shown = open.as_ref().is_some_and(|id| before.iter().any(|f| f.id == *id));
        let next = open.or_else(|| self.first_file(&files));
        let made = files.iter().rev().find(|file| !known.contains_key(&file.id)).map(|file| file.id.clone());
        self.store.files.set(files);
        match next {
            Some(_) if shown => {}
            Some(id) => self.show_file(id),
            None => self.store.open_file.set(None),
        }
        made
    }

    /// The replica begins anew: no text in the editor is a copy of one of its own.
    pub(super) fn forget_files(&self) {
        for file in self.store.files.get_untracked() {
            monaco::forget(&file.id);
        }
        self.store.files.set(Vec::new());
    }

    /// The file that the lesson begins in, or the first one.
    fn first_file(&self, files: &[FileRow]) -> Option<FileId> {
        let opens = self.store.lesson.get_untracked().map(|l| l.opens);
        let wanted = files.iter().find(|f| Some(&f.path) == opens.as_ref());
        Some(wanted.or(files.first())?.id.clone())
    }

    fn good_path(&self, path: &str) -> Option<String> {
        if !self.may_edit() || !self.is_whole() {
            return None;
        }
        let limit = self.store.limits.get_untracked().path_max;
        match path_problem(path.trim(), limit) {
            None => Some(path.trim().to_owned()),
            Some(problem) => {
                self.notify(None, problem);
                None
            }
        }
    }
}

/// Why a path is not one that every system can store. The server checks again.
fn path_problem(path: &str, limit: usize) -> Option<String> {
    if path.is_empty() {
        return Some("A file needs a name.".to_owned());
    }
    if path.len() > limit {
        return Some(format!("A path has {limit} bytes at most."));
    }
    if path.chars().any(char::is_control) || path.contains('\\') {
        return Some("A path holds no control characters and no backslashes.".to_owned());
    }
    if path.split('/').any(|part| part.is_empty() || part == "." || part == "..") {
        return Some("A path is relative, like src/main.py, without empty parts, . or ..".to_owned());
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_that_lead_elsewhere_are_refused() {
        for good in ["a.py", "src/lib.rs", "ünï/näme.txt", ".env"] {
            assert_eq!(path_problem(good, 255), None, "{good}");
        }
        for bad in ["", "/a", "a//b", "../a", "a/./b", "a\\b", "a\nb", &"x".repeat(256)] {
            assert!(path_problem(bad, 255).is_some(), "{bad}");
        }
    }
}
