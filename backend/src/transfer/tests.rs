//! Plans, without a session.

use std::collections::BTreeMap;

use document::{Document, Endings, FileChange};
use parcel::{File, Tree};

use super::*;
use crate::registry::blobs::{self, Blobs};
use crate::session::history;

fn snapshot(doc: &Document) -> Snapshot {
    let revisions = doc.files().into_iter().map(|file| (file.id, file.revision)).collect();
    Snapshot { table: doc.table(), files: history::now(doc), revisions }
}

fn tree(files: &[(&str, &[u8])]) -> Tree {
    files.iter().map(|(path, bytes)| ((*path).to_owned(), File::plain(*bytes))).collect()
}

/// Does a plan, and says what the session's files are outside then.
fn done(doc: &mut Document, kept: &mut Blobs, coming: &Coming) -> (Plan, Tree) {
    let before = outside(&history::now(doc), kept);
    let plan = plan(&snapshot(doc), &before, coming);
    kept.extend(plan.blobs.clone());
    let mut ops = Vec::new();
    for (hunk, edit) in (101..).zip(&plan.edits) {
        let file = edit.id.clone();
        ops.push(document::ModelOp::Place { hunk, file, revision: edit.revision, start: 0, len: edit.len });
        ops.extend(edit.ops.iter().map(|op| match op {
            edits::DiffOp::Keep(len) => document::ModelOp::Keep { hunk, len: *len },
            edits::DiffOp::Delete(len) => document::ModelOp::Delete { hunk, len: *len },
            edits::DiffOp::Insert(text) => document::ModelOp::Insert { hunk, text: text.clone() },
        }));
        match &edit.then {
            Then::Stay => {}
            Then::Move(path) => ops.push(document::ModelOp::Rename { hunk, path: path.clone() }),
            Then::Remove => ops.push(document::ModelOp::Remove { hunk }),
        }
        ops.push(document::ModelOp::Close { hunk });
    }
    doc.import(1, 100, &plan.files, &ops, &plan.changes);
    let after = outside(&history::now(doc), kept).tree;
    (plan, after)
}

#[test]
fn what_comes_is_what_goes_out_again() {
    let mut doc = Document::new(1);
    let mut kept = Blobs::new();
    let files = tree(&[
        ("a.py", b"one\r\ntwo\r\n"),
        ("mixed", b"a\nb\r\nc"),
        ("\u{fc}/bom", "\u{feff}x\n".as_bytes()),
        ("image.png", b"\x89PNG\0\xff"),
        ("empty", b""),
    ]);
    let coming = Coming { written: files.clone(), ..Coming::default() };
    let (plan, after) = done(&mut doc, &mut kept, &coming);
    assert_eq!(after, files);
    assert_eq!((plan.counts.added, plan.counts.binary, plan.blobs.len()), (5, 1, 2));
    assert_eq!(doc.text(&doc.find("a.py").unwrap()).as_deref(), Some("one\ntwo\n"));
    let (plan, _) = done(&mut doc, &mut kept, &coming);
    assert!(plan.is_empty());
    assert_eq!(plan.counts.unchanged, 5);
}

#[test]
fn a_file_may_become_another_sort_of_file() {
    let mut doc = Document::new(1);
    doc.seed_file("t", "thing", "text\n");
    let mut kept = Blobs::new();
    let wanted = tree(&[("thing", b"\0binary")]);
    let (plan, after) = done(&mut doc, &mut kept, &Coming { written: wanted.clone(), ..Coming::default() });
    assert_eq!((after, plan.counts.changed), (wanted, 1));
    let wanted = tree(&[("thing", b"text again\n")]);
    let (_, after) = done(&mut doc, &mut kept, &Coming { written: wanted.clone(), ..Coming::default() });
    assert_eq!(after, wanted);
    let mut other = wanted.clone();
    other.get_mut("thing").unwrap().executable = true;
    let (plan, after) = done(&mut doc, &mut kept, &Coming { written: other.clone(), ..Coming::default() });
    assert_eq!(after, other);
    assert!(plan.edits.is_empty() && matches!(plan.changes[..], [FileChange::Form { .. }]));
}

#[test]
fn moves_and_removals_are_by_the_paths_outside() {
    let mut doc = Document::new(1);
    doc.seed_file("a", "a.py", "one\n");
    doc.seed_file("b", "b.py", "gone\n");
    let mut kept = Blobs::new();
    let coming = Coming {
        written: tree(&[("src/a.py", b"one\ntwo\n")]),
        gone: vec!["b.py".into()],
        moved: BTreeMap::from([("src/a.py".into(), "a.py".into())]),
        left_out: 0,
    };
    let (plan, after) = done(&mut doc, &mut kept, &coming);
    assert_eq!(after, tree(&[("src/a.py", b"one\ntwo\n")]));
    assert_eq!((plan.counts.moved, plan.counts.removed), (1, 1));
    assert_eq!(doc.text("a").as_deref(), Some("one\ntwo\n"), "it is the same file");
}

#[test]
fn a_file_whose_bytes_are_not_at_hand_is_left_out_and_not_made_up() {
    let mut doc = Document::new(1);
    let blob = blobs::name(b"\0");
    doc.import(1, 1, &[], &[], &[FileChange::Keep { id: "i".into(), path: Some("i".into()), blob, executable: false }]);
    assert!(outside(&history::now(&doc), &Blobs::new()).tree.is_empty());
    assert_eq!(Endings::default(), Endings::Lf);
}
