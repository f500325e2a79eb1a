//! What the model may touch, as the page holds it: the session's scope, the locks, and the refusal being written.
//!
//! Folds the frames that say so. Knows nothing of turns, and nothing of where a region is now.

use leptos::prelude::*;
use protocol::scope::{LockView, Scope};
use protocol::view::SessionView;
use protocol::{FileId, HunkId, ServerFrame};

/// The scope, the locks, and what a person is about to say of a held hunk. Copy: every field is a handle.
#[derive(Clone, Copy)]
pub struct Guard {
    /// What turns may touch from the next one on, whoever starts it.
    pub scope: RwSignal<Scope>,
    /// What people have locked against the model, oldest first.
    pub locks: RwSignal<Vec<LockView>>,
    /// Something is selected in the editor.
    pub selecting: RwSignal<bool>,
    /// What is selected there, or the cursor, is in locked lines.
    pub in_lock: RwSignal<bool>,
    /// The held hunk that a person refuses with words, and where they write them.
    pub refusing: RwSignal<Option<Refusing>>,
    /// Those words so far.
    pub draft: RwSignal<String>,
}

/// A refusal that is being written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusing {
    /// The held hunk.
    pub hunk: HunkId,
    /// Where the words are typed.
    pub place: Place,
    /// The editor followed the model until then: it does so again afterwards.
    pub followed: bool,
}

/// Where a held hunk is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// In the editor, above the lines that it would change.
    Editor,
    /// On its card in the turn.
    Card,
}

/// What a frame changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Guarded {
    /// The session's scope.
    Scope,
    /// A lock.
    Lock,
}

impl Guard {
    /// Nothing locked, everything in scope.
    pub fn new() -> Self {
        Self {
            scope: RwSignal::new(Scope::default()),
            locks: RwSignal::new(Vec::new()),
            selecting: RwSignal::new(false),
            in_lock: RwSignal::new(false),
            refusing: RwSignal::new(None),
            draft: RwSignal::new(String::new()),
        }
    }

    /// What the server says of the whole session.
    pub fn reset(&self, view: &SessionView) {
        self.scope.set(view.scope.clone());
        self.locks.set(view.locks.clone());
    }

    /// One frame. What it changed, if it is about this.
    pub fn apply(&self, frame: &ServerFrame) -> Option<Guarded> {
        match frame {
            ServerFrame::ScopeChanged { scope, .. } => {
                self.scope.set(scope.clone());
                Some(Guarded::Scope)
            }
            ServerFrame::LockChanged { lock_id, lock, .. } => {
                let known = self.locks.with_untracked(|locks| locks.iter().position(|known| known.id == *lock_id));
                self.locks.update(|locks| {
                    let (from, to) = known.map_or((locks.len(), locks.len()), |at| (at, at + 1));
                    locks.splice(from..to, lock.clone());
                });
                Some(Guarded::Lock)
            }
            _ => None,
        }
    }

    /// The lock over a whole file. Tracks `locks`.
    pub fn lock_of(&self, file: &FileId) -> Option<LockView> {
        let whole = |lock: &&LockView| lock.region.file == *file && lock.region.range.is_none();
        self.locks.with(|locks| locks.iter().find(whole).cloned())
    }

    /// Whether a person writes a refusal of this hunk there. Tracks `refusing`.
    pub fn refuses(&self, hunk: &HunkId, place: Place) -> bool {
        self.refusing.with(|now| now.as_ref().is_some_and(|now| now.hunk == *hunk && now.place == place))
    }
}

#[cfg(test)]
mod tests {
    use protocol::scope::Within;

    use super::*;

    fn guard() -> (Guard, Owner) {
        let owner = Owner::new();
        owner.set();
        (Guard::new(), owner)
    }

    fn apply(guard: Guard, json: &str) -> Option<Guarded> {
        guard.apply(&serde_json::from_str(json).unwrap())
    }

    fn locks(guard: Guard) -> Vec<String> {
        guard.locks.with_untracked(|locks| locks.iter().map(|l| format!("{} in {}", l.id, l.region.file)).collect())
    }

    #[test]
    fn locks_come_change_and_go() {
        let (guard, _owner) = guard();
        for (id, file) in [("a", "f1"), ("b", "f2"), ("a", "f3")] {
            let frame = format!(
                r#"{{"type":"lock/changed","seq":1,"lockId":"{id}","by":"p","lock":{{"id":"{id}","region":{{"file":"{file}"}},"by":"p"}}}}"#
            );
            assert_eq!(apply(guard, &frame), Some(Guarded::Lock));
        }
        assert_eq!(locks(guard), ["a in f3", "b in f2"], "a lock that moved keeps its place");
        assert!(guard.lock_of(&"f2".into()).is_some() && guard.lock_of(&"f1".into()).is_none());
        apply(guard, r#"{"type":"lock/changed","seq":2,"lockId":"a","by":"p"}"#);
        apply(guard, r#"{"type":"lock/changed","seq":3,"lockId":"unknown","by":"p"}"#);
        assert_eq!(locks(guard), ["b in f2"]);
    }

    #[test]
    fn the_scope_is_the_last_one_that_was_set() {
        let (guard, _owner) = guard();
        let frame = r#"{"type":"scope/changed","seq":1,"by":"p","scope":{"within":{"files":["f1"]},"budget":10,"stopWhenHeld":true}}"#;
        assert_eq!(apply(guard, frame), Some(Guarded::Scope));
        let scope = guard.scope.get_untracked();
        assert_eq!((scope.within, scope.budget), (Within::Files(vec!["f1".into()]), Some(10)));
        assert_eq!(apply(guard, r#"{"type":"draining"}"#), None);
        guard.reset(&SessionView::default());
        assert_eq!(guard.scope.get_untracked(), Scope::default());
    }

    #[test]
    fn a_lock_of_some_lines_is_not_one_of_the_file() {
        let (guard, _owner) = guard();
        apply(
            guard,
            r#"{"type":"lock/changed","seq":1,"lockId":"a","by":"p","lock":{"id":"a","by":"p","region":{"file":"f","range":{"start":"AAE=","end":"AAI="}}}}"#,
        );
        assert!(guard.lock_of(&"f".into()).is_none());
    }
}
