//! Comparing two points of the session: asks the server, counts, and walks through what differs.

use std::rc::Rc;
use std::sync::Arc;

use leptos::prelude::*;
use protocol::http::{FileChange, FileChanges};
use wasm_bindgen_futures::spawn_local;

use super::Client;
use crate::monaco;
use crate::store::review::{Asked, Compared, Found};

impl Client {
    /// Opens the diff view.
    pub fn compare(self: &Rc<Self>, asked: Asked) {
        let review = self.store.review;
        review.found.set(Found::Loading);
        review.at.set(0);
        review.asked.set(Some(asked.clone()));
        let answer = self.ask::<FileChanges>(&format!("changes?from={}&to={}", asked.from, asked.to));
        spawn_local(async move {
            let found = match answer.await {
                Ok(changes) => Found::Files(Arc::new(compared(changes, asked.only.as_deref()))),
                Err(problem) => Found::Failed(problem),
            };
            // Another question was asked meanwhile, or the view was closed.
            if review.asked.with_untracked(|now| now.as_ref() == Some(&asked)) {
                review.found.set(found);
            }
        });
    }

    /// Back to where one was.
    pub fn close_compare(&self) {
        self.store.review.asked.set(None);
        self.store.review.found.set(Found::Loading);
        monaco::focus();
    }

    /// Goes to the next change in the diff view, or to the one before: across files, round and round.
    pub fn step_in_diff(&self, by: isize) {
        let review = self.store.review;
        let Found::Files(files) = review.found.get_untracked() else {
            return;
        };
        let alone = files.len() < 2;
        let (Ok(count), false) = (isize::try_from(files.len()), files.is_empty()) else {
            return;
        };
        if monaco::diff::step(by, alone) || alone {
            return;
        }
        let at = isize::try_from(review.at.get_untracked()).unwrap_or(0);
        monaco::diff::begin_at_the_end(by < 0);
        review.at.set(usize::try_from((at + by).rem_euclid(count)).unwrap_or(0));
    }
}

fn compared(changes: FileChanges, only: Option<&str>) -> Vec<Compared> {
    let wanted =
        |change: &FileChange| only.is_none_or(|path| change.path == path || change.moved_from.as_deref() == Some(path));
    let files = changes.files.into_iter().filter(wanted).map(|change| {
        let (before, after) = (change.before.as_deref(), change.after.as_deref());
        let counts = edits::smallest(before.unwrap_or_default(), after.unwrap_or_default());
        Compared { added: counts.added, removed: counts.removed, change }
    });
    files.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn change(path: &str, moved_from: Option<&str>, before: Option<&str>, after: Option<&str>) -> FileChange {
        let own = |text: Option<&str>| text.map(str::to_owned);
        FileChange { path: path.to_owned(), moved_from: own(moved_from), before: own(before), after: own(after) }
    }

    #[test]
    fn changes_are_counted_and_one_file_can_be_picked_out() {
        let files = vec![
            change("a.py", None, Some("x\ny\n"), Some("x\nz\n")),
            change("new.py", None, None, Some("1\n2\n")),
            change("here.py", Some("there.py"), Some("q\n"), Some("q\n")),
        ];
        let told = |only| {
            let all = compared(FileChanges { files: files.clone() }, only);
            all.into_iter().map(|one| (one.change.path, one.added, one.removed)).collect::<Vec<_>>()
        };
        let of = |path: &str, added, removed| (path.to_owned(), added, removed);
        assert_eq!(told(None), [of("a.py", 1, 1), of("new.py", 2, 0), of("here.py", 0, 0)]);
        assert_eq!(told(Some("there.py")), [of("here.py", 0, 0)]);
        assert_eq!(told(Some("b.py")), []);
    }
}
