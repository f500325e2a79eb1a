//! The model's hand, and taking it back.

use super::*;
use crate::HunkEvent;
use yrs::{Assoc, StickyIndex};

fn close(hunk: u64) -> ModelOp {
    ModelOp::Close { hunk }
}

#[test]
fn promise_7_a_revert_is_byte_for_byte() {
    let original = "def f():\n    return '😀é'\n\n# end\n";
    let mut document = document(original);
    let mut person = Replica::join(&mut document);
    let units = original.encode_utf16().count() as u32;
    let ops = [place(&document, 1, 0, units), ModelOp::Keep { hunk: 1, len: 4 }, delete(1, 20), insert(1, "g(x):\n")];
    let mut messages = vec![document.apply(1, &ops).message.unwrap()];
    for (step, token) in ["  ", "ret", "urn 👍", "\n"].into_iter().enumerate() {
        messages.push(document.apply(2 + step as u64, &[insert(1, token)]).message.unwrap());
    }
    messages.extend(document.apply(9, &[delete(1, units - 24), close(1)]).message);
    assert_eq!(text(&document), "def g(x):\n  return 👍\n");
    messages.push(document.rollback(&|_, hunk| hunk == 1).message.unwrap());
    assert_eq!(text(&document), original);
    for message in messages {
        person.receive(&message);
    }
    let whole = person.edit(|text, txn| assert_eq!(text.get_string(txn), original));
    assert_eq!(document.receive(person.client, &whole), Ok(Received::Nothing));
}

#[test]
fn promise_5_text_typed_into_what_the_model_deletes_stays() {
    let mut document = document("abcdef\n");
    let mut person = Replica::join(&mut document);
    let ops = [place(&document, 1, 1, 4)];
    document.apply(1, &ops);
    let typed = person.types(3, "XY");
    document.receive(person.client, &typed).unwrap();
    document.apply(2, &[delete(1, 4), insert(1, "model")]);
    assert_eq!(text(&document), "amodelXYf\n");
    document.rollback(&|_, _| true);
    assert_eq!(text(&document), "abcXYdef\n");
}

#[test]
fn promise_5_what_a_person_deleted_does_not_come_back() {
    let mut document = document("abcdef\n");
    let mut person = Replica::join(&mut document);
    let ops = [place(&document, 1, 0, 6), delete(1, 6), insert(1, "new")];
    document.apply(1, &ops);
    // The person has not seen that yet.
    let deleted = person.deletes(2, 2);
    assert_eq!(document.receive(person.client, &deleted), Ok(Received::Nothing));
    document.rollback(&|_, _| true);
    assert_eq!(text(&document), "abef\n");
}

#[test]
fn a_deletion_in_flight_reaches_what_came_back_and_its_author_is_told() {
    let mut document = document("abcdef\n");
    let mut person = Replica::join(&mut document);
    let ops = [place(&document, 1, 0, 6), delete(1, 6)];
    let messages = [document.apply(1, &ops).message.unwrap(), document.rollback(&|_, _| true).message.unwrap()];
    let deleted = person.deletes(2, 2);
    let Ok(Received::Changed { back_to_author: Some(back), .. }) = document.receive(person.client, &deleted) else {
        panic!("not forwarded");
    };
    assert_eq!(text(&document), "abef\n");
    for message in messages.iter().chain([&back]) {
        person.receive(message);
    }
    person.edit(|text, txn| assert_eq!(text.get_string(txn), "abef\n"));
}

#[test]
fn a_hunk_whose_text_people_deleted_is_gone_once() {
    let mut document = document("abcdef\n");
    let mut person = Replica::join(&mut document);
    let ops = [place(&document, 1, 1, 3), insert(1, "X")];
    document.apply(1, &ops);
    person.receive(&document.difference(None).unwrap());
    let all = person.deletes(1, 4);
    document.receive(person.client, &all).unwrap();
    let applied = document.apply(2, &[insert(1, "Y"), insert(1, "Z")]);
    assert_eq!((applied.message, applied.events), (None, vec![HunkEvent::Gone { hunk: 1 }]));
    assert_eq!(document.apply(3, &[insert(1, "Y")]).events, vec![]);
    assert_eq!(text(&document), "aef\n");
}

#[test]
fn a_hunk_without_a_file_or_past_its_end_is_gone() {
    let mut document = document("abc");
    let ops = [place(&document, 1, 2, 2)];
    assert_eq!(document.apply(1, &ops).events, vec![HunkEvent::Gone { hunk: 1 }]);
    let person = Replica::join(&mut document);
    let ops = [place(&document, 2, 0, 3)];
    document.apply(2, &ops);
    let removed = {
        let mut txn = person.doc.transact_mut();
        person.files.remove(&mut txn, "f");
        crate::wire::update(&txn.encode_update_v1())
    };
    document.receive(person.client, &removed).unwrap();
    assert!(document.files().is_empty());
    let applied = document.apply(3, &[delete(2, 1)]);
    assert_eq!((applied.message, applied.events), (None, vec![HunkEvent::Gone { hunk: 2 }]));
    assert_eq!(document.rollback(&|_, _| true).message, None);
}

#[test]
fn a_created_file_goes_with_its_step_unless_a_person_wrote_in_it() {
    for person_writes in [false, true] {
        let mut document = document("");
        let create = ModelOp::Create { hunk: 1, file: "g".to_owned(), path: "g.py".to_owned() };
        document.apply(1, &[create, insert(1, "model")]);
        assert_eq!(document.files_of(1), Some("g"));
        let mut person = Replica::join(&mut document);
        if person_writes {
            let file = person.files.get(&person.doc.transact(), "g").unwrap().cast::<MapRef>().unwrap();
            let text = file.get(&person.doc.transact(), "text").unwrap().cast::<TextRef>().unwrap();
            let typed = person.edit(|_, txn| text.insert(txn, 2, "me"));
            document.receive(person.client, &typed).unwrap();
        }
        document.rollback(&|_, _| true);
        assert_eq!(document.text("g").as_deref(), person_writes.then_some("me"));
    }
}

#[test]
fn the_place_of_a_hunk_is_told_as_relative_positions() {
    let mut document = document("a😀b");
    let place = |start, len| place(&document, u64::from(start), start, len);
    let ops = [place(1, 2), place(0, 4)];
    let events = document.apply(1, &ops).events;
    let doc = document.replica.doc();
    let txn = doc.transact();
    let offset = |bytes: &[u8]| StickyIndex::decode_v1(bytes).unwrap().get_offset(&txn).unwrap();
    let at: Vec<_> = events
        .iter()
        .map(|event| match event {
            HunkEvent::Placed { start, end, .. } => (offset(start), offset(end)),
            HunkEvent::Gone { .. } => panic!("gone"),
        })
        .map(|(start, end)| ((start.index, start.assoc), (end.index, end.assoc)))
        .collect();
    let (before, after) = (Assoc::Before, Assoc::After);
    assert_eq!(at, [((1, before), (3, after)), ((0, before), (4, after))]);
}

#[test]
fn a_run_of_tokens_costs_few_bytes_and_one_block() {
    let mut document = document("start\nend\n");
    let ops = [place(&document, 1, 6, 0), insert(1, "x")];
    document.apply(1, &ops);
    for step in 2..1000 {
        let message = document.apply(step, &[insert(1, "token ")]).message.unwrap();
        assert!(message.len() <= 40, "{}", message.len());
    }
    assert!(document.replica.encode().len() < 6 * 1000 + 200);
    assert!(document.encode().len() < 30 * 1000, "{}", document.encode().len());
}
