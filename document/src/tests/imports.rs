//! What people bring in at once, bytes that are kept, and taking it back.

use super::*;
use crate::pieces::PIECE;
use crate::{BlobRef, Endings, FileChange, Form, NewFile};

fn blob(byte: &str) -> BlobRef {
    BlobRef { hash: byte.repeat(32), size: 3 }
}

fn crlf() -> Form {
    Form { endings: Endings::CrLf, executable: true, ..Form::default() }
}

fn new(id: &str, path: &str, text: &str, form: Form) -> NewFile {
    NewFile { id: id.into(), path: path.into(), text: text.into(), form }
}

fn keep(id: &str, path: &str, blob: BlobRef) -> FileChange {
    FileChange::Keep { id: id.into(), path: Some(path.into()), blob, executable: false }
}

#[test]
fn an_import_is_one_step_and_goes_back_whole_but_for_what_people_typed() {
    let mut document = document("one\ntwo\n");
    let mut person = Replica::join(&mut document);
    let files = [new("a", "a.py", "typed\n", crlf()), new("b", "empty", "", Form::default())];
    let ops = [place(&document, 2, 4, 4), delete(2, 4), insert(2, "2\n"), ModelOp::Close { hunk: 2 }];
    let form = FileChange::Form { id: "f".into(), form: crlf() };
    let changes = [keep("i", "image.png", blob("0a")), form];
    let done = document.import(1, 1, &files, &ops, &changes);
    person.receive(&done.message.unwrap());
    assert_eq!(document.files().len(), 3);
    assert_eq!(document.form("a"), Some(&crlf()));
    assert_eq!((document.form("f"), document.text("f").as_deref()), (Some(&crlf()), Some("one\n2\n")));
    assert_eq!(document.kept_files()[0].path, "image.png");
    let typed = person.types(0, "zero\n");
    document.receive(person.client, &typed).unwrap();

    let back = document.rollback(&|_, hunk| hunk == 1 || hunk == 2).message.unwrap();
    person.receive(&back);
    person.receive(&document.change_files(&done.undo).unwrap());
    assert_eq!(document.files().iter().map(|file| file.id.as_str()).collect::<Vec<_>>(), ["f"]);
    assert_eq!(document.text("f").as_deref(), Some("zero\none\ntwo\n"));
    assert_eq!(document.form("f"), Some(&Form::default()));
    assert!(document.kept_files().is_empty());
    assert_eq!(person.whole(), Replica::join(&mut document).whole());
}

#[test]
fn an_imported_file_that_somebody_typed_into_stays_with_that() {
    let mut document = document("");
    document.import(1, 1, &[new("a", "a.py", "all\n", crlf())], &[], &[]);
    let mut person = Replica::join(&mut document);
    person.focus("a");
    let typed = person.types(0, "mine");
    document.receive(person.client, &typed).unwrap();
    document.rollback(&|_, hunk| hunk == 1);
    assert_eq!(document.text("a").as_deref(), Some("mine"));
}

#[test]
fn a_long_text_comes_in_pieces_and_goes_back_whole() {
    let mut document = document("");
    let long = "a line é文😀 of text\n".repeat(5 * PIECE / 20);
    let files = [new("b", "b.py", "short\n", crlf()), new("a", "a.py", &long, crlf()), new("c", "c.py", &long, crlf())];
    let message = document.import(1, 1, &files, &[], &[]).message.unwrap();
    let mut person = Replica::blank(document.assign_client());
    person.receive(&message);
    person.focus("a");
    let typed = [person.types(70_000, "mine"), person.deletes(3, 40_000)];
    for message in typed {
        document.receive(person.client, &message).unwrap();
    }
    let pieces = |document: &Document, id: &str| {
        let doc = document.replica.doc();
        let mut txn = doc.transact_mut();
        let text = document.files.get(id).unwrap().text_ref(&txn).unwrap();
        let blocks = crate::blocks::all(&text, &mut txn, &document.deleted);
        blocks.iter().filter(|block| !block.deleted).map(|block| block.text.len()).collect::<Vec<_>>()
    };
    let c = pieces(&document, "c");
    assert!(c.len() >= 5 && c.iter().all(|len| *len < PIECE + 4), "{c:?}");
    assert_eq!(c.iter().sum::<usize>(), long.len());
    let a = pieces(&document, "a");
    assert!(a.len() > 3 && a.iter().all(|len| *len < PIECE + 4), "{a:?}");
    assert_eq!(document.text("c").as_deref(), Some(long.as_str()));

    let mut loaded = Document::load(8, [document.encode().as_slice()]).unwrap();
    for document in [&mut document, &mut loaded] {
        document.rollback(&|_, hunk| hunk == 1);
        assert_eq!(document.files().iter().map(|file| file.id.as_str()).collect::<Vec<_>>(), ["a", "f"]);
        assert_eq!(document.text("a").as_deref(), Some("mine"));
    }
}

#[test]
fn a_kept_file_is_renamed_and_deleted_by_people_but_its_bytes_are_not_theirs_to_name() {
    let mut document = document("");
    document.import(1, 1, &[], &[], &[keep("i", "image.png", blob("0a"))]);
    let person = Replica::join(&mut document);
    let set = |field: &str, value: &str| {
        let file = person.files.get(&person.doc.transact(), "i").unwrap().cast::<MapRef>().unwrap();
        let mut txn = person.doc.transact_mut();
        file.insert(&mut txn, field, value);
        crate::wire::update(&txn.encode_update_v1())
    };
    document.receive(person.client, &set("path", "logo.png")).unwrap();
    assert_eq!(document.kept_files()[0].path, "logo.png");
    assert!(document.receive(person.client, &set("blob", &blob("0b").to_string())).is_err());
    assert_eq!((document.kept_files()[0].blob.clone(), document.kept_files().len()), (blob("0a"), 1));

    let person = Replica::join(&mut document);
    let deleted = {
        let mut txn = person.doc.transact_mut();
        person.files.remove(&mut txn, "i");
        crate::wire::update(&txn.encode_update_v1())
    };
    document.receive(person.client, &deleted).unwrap();
    assert!(document.kept_files().is_empty());
}

#[test]
fn all_of_it_is_written_down_and_read_again() {
    let mut document = document("one\n");
    let mixed = Form { bom: true, endings: Endings::Mixed(blob("0c")), executable: false };
    let done = document.import(
        1,
        1,
        &[new("a", "a.py", "x\n", mixed.clone()), new("g", "gone.py", "y\n", crlf())],
        &[],
        &[keep("i", "image.png", blob("0a"))],
    );
    let ops = [
        ModelOp::Place { hunk: 5, file: "g".into(), revision: document.revision("g").unwrap(), start: 0, len: 2 },
        delete(5, 2),
        ModelOp::Remove { hunk: 5 },
        ModelOp::Close { hunk: 5 },
    ];
    document.apply(2, &ops);
    let mut loaded = Document::load(8, [document.encode().as_slice()]).unwrap();
    assert_eq!(loaded.kept_files(), document.kept_files());
    assert_eq!(loaded.form("a"), Some(&mixed));
    loaded.rollback(&|_, hunk| hunk == 5);
    assert_eq!((loaded.text("g").as_deref(), loaded.form("g")), (Some("y\n"), Some(&crlf())), "as it was");
    loaded.rollback(&|_, hunk| hunk == 1);
    loaded.change_files(&done.undo);
    assert_eq!((loaded.files().len(), loaded.kept_files().len()), (1, 0));
}

#[test]
fn the_model_does_not_go_on_in_text_that_an_import_replaced() {
    let mut document = document("one\ntwo\n");
    document.apply(1, &[place(&document, 1, 0, 4), delete(1, 4), insert(1, "1")]);
    let all = document.text("f").unwrap().len() as u32;
    let ops = [place(&document, 3, 0, all), delete(3, all), insert(3, "new\n"), ModelOp::Close { hunk: 3 }];
    document.import(2, 2, &[], &ops, &[]);
    let applied = document.apply(3, &[insert(1, "lost")]);
    assert_eq!(applied.events, [crate::HunkEvent::Gone { hunk: 1 }]);
    assert_eq!(document.text("f").as_deref(), Some("new\n"));
}
