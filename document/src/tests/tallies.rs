//! What a roll-back says of people's text: what stays inside, and what was gone already.

use super::*;
use crate::{HunkKey, StepKey};

fn rolled(document: &mut Document, discard: impl Fn(StepKey, HunkKey) -> bool) -> (u32, u32) {
    let rolled = document.rollback(&discard);
    (rolled.kept, rolled.gone)
}

/// What a person who sees the newest document does.
fn person(document: &mut Document, act: impl FnOnce(&mut Replica) -> Vec<u8>) {
    let mut person = Replica::join(document);
    let message = act(&mut person);
    document.receive(person.client, &message).unwrap();
}

fn types(document: &mut Document, at: u32, what: &str) {
    person(document, |person| person.types(at, what));
}

fn deletes(document: &mut Document, at: u32, len: u32) {
    person(document, |person| person.deletes(at, len));
}

/// `old old` of `a old old b` becomes `new new`.
fn rewritten(document: &mut Document) {
    let ops = [place(document, 1, 2, 7), delete(1, 7), insert(1, "new "), insert(1, "new")];
    document.apply(1, &ops);
}

#[test]
fn nothing_is_kept_or_gone_where_only_the_model_wrote() {
    let mut document = document("a old old b");
    rewritten(&mut document);
    assert_eq!(rolled(&mut document, |_, _| true), (0, 0));
    assert_eq!(rolled(&mut document, |_, _| true), (0, 0));
}

#[test]
fn text_typed_inside_is_kept_and_counted_in_utf_16() {
    let mut document = document("a old old b");
    rewritten(&mut document);
    types(&mut document, 5, "my😀");
    assert_eq!(text(&document), "a newmy😀 new b");
    assert_eq!(rolled(&mut document, |_, _| true), (4, 0));
    assert!(text(&document).contains("my😀") && text(&document).contains("old"));
}

#[test]
fn text_typed_around_or_before_is_not_inside() {
    let mut document = document("a old old b");
    types(&mut document, 5, "X");
    deletes(&mut document, 5, 1);
    types(&mut document, 0, "before ");
    let ops = [place(&document, 1, 9, 7), delete(1, 7), insert(1, "new new")];
    document.apply(1, &ops);
    types(&mut document, 16, " behind");
    types(&mut document, 8, " in front");
    assert_eq!(text(&document), "before a in front new new behind b");
    assert_eq!(rolled(&mut document, |_, _| true), (0, 0));
    assert_eq!(text(&document), "before a in front old old behind b");
}

#[test]
fn a_persons_older_text_between_two_changes_is_not_counted() {
    let mut document = document("");
    types(&mut document, 0, "one two three");
    let ops = [
        place(&document, 1, 0, 13),
        delete(1, 3),
        insert(1, "1"),
        ModelOp::Keep { hunk: 1, len: 5 },
        delete(1, 5),
        insert(1, "3"),
    ];
    document.apply(1, &ops);
    assert_eq!(text(&document), "1 two 3");
    types(&mut document, 5, "!!");
    assert_eq!(rolled(&mut document, |_, _| true), (2, 0));
    assert_eq!(text(&document), "one two!! three");
}

#[test]
fn what_people_deleted_of_the_models_text_is_gone() {
    let mut document = document("a old old b");
    rewritten(&mut document);
    deletes(&mut document, 3, 2);
    assert_eq!(text(&document), "a n new b");
    assert_eq!(rolled(&mut document, |_, _| true), (0, 2));
    assert_eq!(text(&document), "a old old b");
}

#[test]
fn what_people_typed_and_deleted_again_is_neither() {
    let mut document = document("a old old b");
    rewritten(&mut document);
    types(&mut document, 4, "typed");
    deletes(&mut document, 5, 3);
    assert_eq!(rolled(&mut document, |_, _| true), (2, 0));
    // It is not counted a second time.
    assert_eq!(rolled(&mut document, |_, _| true), (0, 0));
}

#[test]
fn text_that_came_back_and_went_again_is_gone_once() {
    let mut document = document("");
    let ops = [place(&document, 1, 0, 0), insert(1, "abcdef"), ModelOp::Close { hunk: 1 }];
    document.apply(1, &ops);
    let mut late = Replica::join(&mut document);
    let ops = [place(&document, 2, 0, 6), delete(2, 6)];
    document.apply(2, &ops);
    assert_eq!(rolled(&mut document, |_, hunk| hunk == 2), (0, 0));
    // In flight: of what has meanwhile gone and come back.
    let message = late.deletes(1, 2);
    document.receive(late.client, &message).unwrap();
    assert_eq!(text(&document), "adef");
    assert_eq!(rolled(&mut document, |_, hunk| hunk == 1), (0, 2));
}

#[test]
fn a_cut_counts_what_it_takes_back_and_a_turn_counts_a_text_once() {
    let mut document = document("");
    let ops = [place(&document, 1, 0, 0), insert(1, "kept ")];
    document.apply(1, &ops);
    document.apply(2, &[insert(1, "cut1 "), insert(1, "cut2 ")]);
    types(&mut document, 2, "XX");
    types(&mut document, 10, "YYY");
    assert_eq!(text(&document), "keXXpt cutYYY1 cut2 ");
    assert_eq!(rolled(&mut document, |step, _| step == 2), (3, 0));
    // A second hunk inside the first: what was typed into both is counted once.
    let ops = [place(&document, 2, 3, 2), delete(2, 2), insert(2, "ZZZZ")];
    document.apply(3, &ops);
    let at = text(&document).find("ZZ").unwrap() as u32;
    types(&mut document, at + 2, "mine");
    let before = text(&document);
    let (kept, gone) = rolled(&mut document, |_, _| true);
    assert!(before.contains("ZZmineZZ"), "{before}");
    // One of the X was deleted by the second hunk and comes back, which is not being kept.
    assert_eq!((kept, gone), (4 + 1, 0), "{before} {}", text(&document));
}

#[test]
fn a_file_that_was_made_and_typed_into() {
    let mut document = document("");
    let create = ModelOp::Create { hunk: 1, file: "g".to_owned(), path: "g.py".to_owned() };
    document.apply(1, &[create, insert(1, "model")]);
    let person = Replica::join(&mut document);
    let message = {
        let file = person.files.get(&person.doc.transact(), "g").unwrap().cast::<MapRef>().unwrap();
        let text = file.get(&person.doc.transact(), "text").unwrap().cast::<TextRef>().unwrap();
        let mut txn = person.doc.transact_mut();
        text.insert(&mut txn, 2, "me");
        crate::wire::update(&txn.encode_update_v1())
    };
    document.receive(person.client, &message).unwrap();
    assert_eq!(rolled(&mut document, |_, _| true), (2, 0));
    assert_eq!(document.text("g").as_deref(), Some("me"));
}
