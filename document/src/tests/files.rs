//! Files that the model renames and removes, and taking that back.

use super::*;

#[test]
fn what_has_changed_is_known_without_looking_at_everything() {
    let mut document = document("one\n");
    document.seed_file("g", "other.py", "");
    let (table, revision) = (document.table(), document.last_revision());
    assert_eq!(document.changed_since(revision).count(), 0);
    let mut person = Replica::join(&mut document);
    let typed = person.types(0, "x");
    document.receive(person.client, &typed).unwrap();
    document.apply(1, &[ModelOp::Place { hunk: 1, file: "g".into(), revision, start: 0, len: 0 }, insert(1, "y")]);
    let changed: Vec<_> = document.changed_since(revision).collect();
    assert_eq!(changed, ["f", "g"].map(|id| (id, document.revision(id).unwrap())));
    assert_eq!((document.table(), document.changed_since(document.last_revision()).count()), (table, 0));
    document.seed_file("h", "third.py", "");
    assert_ne!(document.table(), table);
    let by_revision: std::collections::BTreeMap<_, _> =
        document.changed_since(0).map(|(id, revision)| (id.to_owned(), revision)).collect();
    assert_eq!(by_revision, document.files().into_iter().map(|file| (file.id, file.revision)).collect());
    let table = document.table();
    document.apply(2, &[ModelOp::Rename { hunk: 1, path: "moved.py".into() }]);
    assert_ne!(document.table(), table);
}
use crate::HunkEvent;

fn remove(document: &Document, hunk: u64) -> Vec<ModelOp> {
    let len = text(document).encode_utf16().count() as u32;
    vec![place(document, hunk, 0, len), delete(hunk, len), ModelOp::Remove { hunk }, ModelOp::Close { hunk }]
}

fn rename(document: &mut Document, step: u64, hunk: u64, path: &str) -> Vec<u8> {
    let ops = [place(document, hunk, 0, 0), ModelOp::Rename { hunk, path: path.to_owned() }, ModelOp::Close { hunk }];
    document.apply(step, &ops).message.unwrap()
}

fn path(document: &Document) -> String {
    document.display_path("f").unwrap()
}

fn person_renames(document: &mut Document, to: &str) {
    let person = Replica::join(document);
    let message = {
        let file = person.files.get(&person.doc.transact(), "f").unwrap().cast::<MapRef>().unwrap();
        let mut txn = person.doc.transact_mut();
        file.insert(&mut txn, "path", to);
        crate::wire::update(&txn.encode_update_v1())
    };
    document.receive(person.client, &message).unwrap();
}

#[test]
fn promise_7_a_removed_file_is_there_again_with_its_text() {
    let original = "one\n😀 two\nthree\n";
    let mut document = document(original);
    let mut person = Replica::join(&mut document);
    let ops = remove(&document, 1);
    let gone = document.apply(1, &ops).message.unwrap();
    assert!(document.files().is_empty());
    assert_eq!((document.find("main.py"), document.text("f")), (None, None));
    let back = document.rollback(&|_, hunk| hunk == 1).message.unwrap();
    assert_eq!((text(&document), path(&document)), (original.to_owned(), "main.py".to_owned()));
    for message in [gone, back] {
        person.receive(&message);
    }
    person.edit(|text, txn| assert_eq!(text.get_string(txn), original));
    // And it is a file like any other: edited, and removed and taken back once more.
    let typed = person.types(0, "# ");
    document.receive(person.client, &typed).unwrap();
    let ops = remove(&document, 2);
    document.apply(2, &ops);
    assert!(document.files().is_empty());
    document.rollback(&|_, hunk| hunk == 2);
    assert_eq!(text(&document), format!("# {original}"));
}

#[test]
fn promise_5_a_file_with_a_persons_text_stays() {
    let mut document = document("one\n");
    let mut person = Replica::join(&mut document);
    let ops = remove(&document, 1);
    document.apply(1, &ops[..2]);
    let typed = person.types(2, "mine");
    document.receive(person.client, &typed).unwrap();
    document.apply(2, &ops[2..]);
    assert_eq!(text(&document), "mine");
    document.rollback(&|_, _| true);
    assert_eq!(text(&document), "onminee\n");
}

#[test]
fn promise_5_text_typed_in_flight_brings_a_removed_file_back() {
    let mut document = document("one\n");
    let mut person = Replica::join(&mut document);
    let ops = remove(&document, 1);
    let gone = document.apply(1, &ops).message.unwrap();
    let typed = person.types(2, "mine");
    let Ok(Received::Changed { back_to_author: Some(back), .. }) = document.receive(person.client, &typed) else {
        panic!("the author is not told");
    };
    assert_eq!((text(&document), path(&document)), ("mine".to_owned(), "main.py".to_owned()));
    // What the model had removed comes back around it.
    let rolled = document.rollback(&|_, _| true).message.unwrap();
    assert_eq!(text(&document), "onminee\n");
    for message in [gone, back, rolled] {
        person.receive(&message);
    }
    person.edit(|text, txn| assert_eq!(text.get_string(txn), "onminee\n"));
}

#[test]
fn text_typed_in_flight_finds_its_place_in_a_file_that_is_back_already() {
    let mut document = document("one two\n");
    let mut person = Replica::join(&mut document);
    let ops = remove(&document, 1);
    document.apply(1, &ops);
    document.rollback(&|_, _| true);
    let typed = person.types(3, " mine");
    document.receive(person.client, &typed).unwrap();
    assert_eq!(text(&document), "one mine two\n");
    let deleted = person.deletes(0, 3);
    document.receive(person.client, &deleted).unwrap();
    assert_eq!(text(&document), " mine two\n");
}

#[test]
fn a_cut_inside_a_removal_lets_it_go_on() {
    let mut document = document("one\ntwo\n");
    let ops = [place(&document, 1, 0, 8), delete(1, 4)];
    document.apply(1, &ops);
    let rest = [delete(1, 4), ModelOp::Remove { hunk: 1 }];
    document.apply(2, &rest);
    assert!(document.files().is_empty());
    document.rollback(&|step, _| step == 2);
    assert_eq!(text(&document), "two\n");
    assert_eq!(document.apply(3, &[insert(1, "new\n")]).events, vec![]);
    assert_eq!(text(&document), "new\ntwo\n");
    // What the kept step had deleted comes back to its place in the new text, too.
    document.rollback(&|_, hunk| hunk == 1);
    assert_eq!(text(&document), "one\ntwo\n");
}

#[test]
fn text_that_a_person_deleted_is_not_sent_with_a_file_that_comes_back() {
    let mut document = document("key = \n");
    let mut person = Replica::join(&mut document);
    for message in [person.types(6, "hunter2-secret"), person.deletes(6, 14)] {
        document.receive(person.client, &message).unwrap();
    }
    let ops = remove(&document, 1);
    document.apply(1, &ops);
    let back = document.rollback(&|_, _| true).message.unwrap();
    assert_eq!(text(&document), "key = \n");
    assert!(!back.windows(7).any(|window| window == b"hunter2"));
    assert!(!document.difference(None).unwrap().windows(7).any(|window| window == b"hunter2"));
}

#[test]
fn edits_before_a_removal_can_be_taken_back_after_it_and_in_any_order() {
    for order in [[1, 2], [2, 1]] {
        let mut document = document("one two three");
        let ops = [place(&document, 1, 4, 3), delete(1, 3), insert(1, "2"), ModelOp::Close { hunk: 1 }];
        document.apply(1, &ops);
        let ops = remove(&document, 2);
        document.apply(2, &ops);
        for hunk in order {
            document.rollback(&|_, other| other == hunk);
        }
        assert_eq!(text(&document), "one two three", "{order:?}");
    }
}

#[test]
fn a_file_that_the_model_made_and_removed_stays_away() {
    for order in [[1, 2], [2, 1]] {
        let mut document = document("");
        let create = ModelOp::Create { hunk: 1, file: "g".to_owned(), path: "g.py".to_owned() };
        document.apply(1, &[create, insert(1, "model"), ModelOp::Close { hunk: 1 }]);
        let all = ModelOp::Place { hunk: 2, file: "g".to_owned(), revision: 0, start: 0, len: 5 };
        document.apply(2, &[all, delete(2, 5), ModelOp::Remove { hunk: 2 }]);
        assert_eq!(document.text("g"), None);
        for hunk in order {
            document.rollback(&|_, other| other == hunk);
        }
        assert_eq!(document.text("g"), None, "{order:?}");
    }
}

#[test]
fn other_hunks_in_a_removed_file_are_gone() {
    let mut document = document("one\n");
    let ops = [place(&document, 1, 0, 3)];
    document.apply(1, &ops);
    let ops = remove(&document, 2);
    document.apply(2, &ops);
    let applied = document.apply(3, &[insert(1, "x")]);
    assert_eq!((applied.message, applied.events), (None, vec![HunkEvent::Gone { hunk: 1 }]));
}

#[test]
fn promise_7_a_path_goes_back() {
    let mut document = document("text\n");
    let mut person = Replica::join(&mut document);
    let moved = rename(&mut document, 1, 1, "lib/main.py");
    assert_eq!(path(&document), "lib/main.py");
    assert_eq!((document.find("lib/main.py").as_deref(), document.find("main.py")), (Some("f"), None));
    let back = document.rollback(&|_, _| true).message.unwrap();
    assert_eq!(path(&document), "main.py");
    person.receive(&moved);
    person.receive(&back);
    let file = person.files.get(&person.doc.transact(), "f").unwrap().cast::<MapRef>().unwrap();
    assert_eq!(file.get(&person.doc.transact(), "path").unwrap().to_string(&person.doc.transact()), "main.py");
    assert_eq!(document.rollback(&|_, _| true).message, None);
}

#[test]
fn renames_on_top_of_each_other_are_taken_back_in_any_order() {
    for (order, between) in [([1, 2], "c.py"), ([2, 1], "b.py")] {
        let mut document = document("");
        rename(&mut document, 1, 1, "b.py");
        rename(&mut document, 2, 2, "c.py");
        document.rollback(&|_, hunk| hunk == order[0]);
        assert_eq!(path(&document), between);
        document.rollback(&|_, hunk| hunk == order[1]);
        assert_eq!(path(&document), "main.py");
    }
}

#[test]
fn promise_5_the_path_that_a_person_set_stays() {
    let mut document = document("");
    rename(&mut document, 1, 1, "model.py");
    person_renames(&mut document, "mine.py");
    document.rollback(&|_, _| true);
    assert_eq!(path(&document), "mine.py");
    // Not even when the person chooses the model's path later.
    person_renames(&mut document, "model.py");
    rename(&mut document, 2, 2, "other.py");
    document.rollback(&|_, _| true);
    assert_eq!(path(&document), "model.py");
}

#[test]
fn a_file_that_was_moved_and_removed_comes_back_under_its_first_path() {
    let mut document = document("text");
    rename(&mut document, 1, 1, "b.py");
    let ops = remove(&document, 2);
    document.apply(2, &ops);
    document.rollback(&|_, hunk| hunk == 1);
    document.rollback(&|_, hunk| hunk == 2);
    assert_eq!((path(&document), text(&document)), ("main.py".to_owned(), "text".to_owned()));
}

#[test]
fn paths_that_are_not_allowed_and_files_that_are_not_there_do_nothing() {
    let mut document = document("text");
    for bad in ["", "/etc/passwd", "../up", "a\\b", "main.py", &"x".repeat(256)] {
        let ops = [place(&document, 1, 0, 0), ModelOp::Rename { hunk: 1, path: bad.to_owned() }];
        assert_eq!(document.apply(1, &ops).message, None, "{bad}");
    }
    assert_eq!(path(&document), "main.py");
    let unknown = [ModelOp::Remove { hunk: 9 }, ModelOp::Rename { hunk: 9, path: "x".to_owned() }];
    assert_eq!(document.apply(2, &unknown).message, None);
    // A file with text in it is not removed.
    let ops = [place(&document, 3, 0, 4), delete(3, 2), ModelOp::Remove { hunk: 3 }];
    document.apply(3, &ops);
    assert_eq!(text(&document), "xt");
}
