//! What the replica's observers write down, until somebody takes it.

use std::cell::RefCell;
use std::rc::Rc;

use protocol::FileId;
use yrs::sync::{Message, SyncMessage};
use yrs::types::{Delta, Event, PathSegment};
use yrs::updates::encoder::Encode;
use yrs::{Any, DeepObservable, Doc, MapRef, Origin, Out, TransactionMut};

use super::{Changes, Edit, ME, OPENING, TextChange};

/// The name under which the observers are registered.
const KEY: &str = "page";
/// The Yjs update (v1) of a transaction that changed nothing.
const NOTHING: [u8; 2] = [0, 0];

/// What has happened and was not taken yet.
#[derive(Default)]
pub(super) struct Observed {
    changes: Changes,
}

impl Observed {
    pub(super) fn take(&mut self) -> Changes {
        std::mem::take(&mut self.changes)
    }

    /// The server has to be told of this.
    pub(super) fn tell(&mut self, update: Vec<u8>) {
        if update != NOTHING {
            let message = Message::Sync(SyncMessage::Update(update)).encode_v1();
            self.changes.outgoing.push(message);
        }
    }
}

/// Watches the document.
pub(super) fn attach(files: &MapRef) -> Rc<RefCell<Observed>> {
    let observed = Rc::new(RefCell::new(Observed::default()));
    let sink = Rc::clone(&observed);
    files.observe_deep(KEY, move |txn, events| {
        if is(txn, OPENING) {
            return;
        }
        let changes = &mut sink.borrow_mut().changes;
        for event in events.iter() {
            match event {
                Event::Text(text) if !is(txn, ME) => {
                    let Some(file) = file_of(&text.path()) else {
                        continue;
                    };
                    changes.texts.push(TextChange { file, edits: edits(text.delta(txn)) });
                }
                Event::Map(_) => changes.listing = true,
                _ => {}
            }
        }
    });
    observed
}

/// Has every update told to the server while `step` runs.
pub(super) fn outgoing<T>(doc: &Doc, observed: &Rc<RefCell<Observed>>, step: impl FnOnce() -> T) -> T {
    let sink = Rc::clone(observed);
    let watching = doc.observe_update_v1(KEY, move |_, event| sink.borrow_mut().tell(event.update.clone()));
    let done = step();
    let unwatched = doc.unobserve_update_v1(KEY);
    debug_assert!(watching.is_ok() && unwatched.is_ok(), "no transaction is open outside a method of the replica");
    done
}

fn is(txn: &TransactionMut<'_>, origin: &str) -> bool {
    txn.origin().is_some_and(|o| *o == Origin::from(origin))
}

fn file_of(path: &yrs::types::Path) -> Option<FileId> {
    match path.front()? {
        PathSegment::Key(id) => Some(FileId::from(id.as_ref())),
        PathSegment::Index(_) => None,
    }
}

/// A delta walks the old text; an edit names its place in it.
fn edits(delta: &[Delta]) -> Vec<Edit> {
    let mut edits = Vec::<Edit>::new();
    let mut at = 0;
    // Whether the next change touches the last edit: an insertion and a deletion at one place are one replacement.
    let mut touches = false;
    for part in delta {
        match part {
            Delta::Retain(count, _) => {
                at += count;
                touches = false;
            }
            Delta::Deleted(count) => {
                match edits.last_mut().filter(|_| touches) {
                    Some(edit) => edit.removed += count,
                    None => edits.push(Edit { offset: at, removed: *count, text: String::new() }),
                }
                at += count;
                touches = true;
            }
            Delta::Inserted(Out::Any(Any::String(text)), _) => {
                match edits.last_mut().filter(|_| touches) {
                    Some(edit) => edit.text.push_str(text),
                    None => edits.push(Edit { offset: at, removed: 0, text: text.to_string() }),
                }
                touches = true;
            }
            // Embeds have no place in source text; nothing of ours makes them.
            Delta::Inserted(..) => {}
        }
    }
    edits
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neighbouring_changes_are_one_replacement() {
        let delta = [
            Delta::Retain(3, None),
            Delta::Inserted(Out::Any(Any::from("new")), None),
            Delta::Deleted(2),
            Delta::Retain(1, None),
            Delta::Deleted(1),
        ];
        let found = edits(&delta);
        assert_eq!(
            found,
            [Edit { offset: 3, removed: 2, text: "new".into() }, Edit { offset: 6, removed: 1, text: String::new() },]
        );
    }
}
