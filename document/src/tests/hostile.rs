//! Bytes from people who mean harm, or whose client is broken: refused, and nothing has changed.

use super::*;
use crate::{Limits, Refused, wire};
use proptest::prelude::*;
use yrs::MapPrelim;

/// Refused, and the document is as it was.
fn refused(document: &mut Document, client: u64, message: &[u8]) -> Refused {
    let before = (document.encode(), document.files());
    let refused = document.receive(client, message).unwrap_err();
    assert_eq!((document.encode(), document.files()), before);
    refused
}

#[test]
fn counts_past_the_bytes_are_refused_before_memory_is_reserved_for_them() {
    let mut document = document("x\n");
    let many = [0xff, 0xff, 0xff, 0xff, 0x07];
    for message in [wire::update(&many), wire::step_2(&many), wire::step_1(&many)] {
        assert!(matches!(refused(&mut document, 1, &message), Refused::Malformed(_)));
    }
    assert!(matches!(document.difference(Some(&many)), Err(Refused::Malformed(_))));
    // Inside: structs of one client, ranges of one client, a string's length, an integer without end.
    for inside in [
        &[1, 0xff, 0xff, 0xff, 0x7f, 1, 0][..],
        &[0, 1, 1, 0xff, 0xff, 0x7f],
        &[1, 1, 1, 0, 4, 0xff, 0x7f],
        &[0xff; 12],
    ] {
        assert!(matches!(refused(&mut document, 1, &wire::update(inside)), Refused::Malformed(_)));
    }
}

#[test]
fn messages_of_other_kinds_are_refused() {
    let mut document = document("x\n");
    for message in [&[][..], &[1, 0], &[0, 3, 0], &[0, 2, 2, 0, 0, 9], &[0, 2, 5, 0, 0], &[2, 0, 0]] {
        assert!(matches!(refused(&mut document, 1, message), Refused::Malformed(_)));
    }
}

#[test]
fn nobody_writes_as_somebody_else() {
    let mut document = document("x\n");
    let mut mallory = Replica::join(&mut document);
    let message = mallory.types(0, "!");
    let other = mallory.client + 1;
    assert_eq!(refused(&mut document, other, &message), Refused::ForeignClient(mallory.client));
    // What the document has already may come again from anybody.
    document.receive(mallory.client, &message).unwrap();
    assert_eq!(document.receive(other, &message), Ok(Received::Nothing));
    assert_eq!(document.receive(other, &wire::step_2(&mallory.whole())), Ok(Received::Nothing));
}

#[test]
fn an_update_that_would_wait_for_another_is_refused() {
    let mut document = document("x\n");
    let mut person = Replica::join(&mut document);
    let first = person.types(0, "a");
    let second = person.types(1, "b");
    let third = person.deletes(1, 1);
    assert_eq!(refused(&mut document, person.client, &second), Refused::Pending);
    assert_eq!(refused(&mut document, person.client, &third), Refused::Pending);
    for message in [first, second, third] {
        document.receive(person.client, &message).unwrap();
    }
    assert_eq!(text(&document), "ax\n");
}

#[test]
fn a_file_past_its_size_is_refused_and_the_author_can_go_on() {
    let mut document = document("12345").with_limits(Limits { file_max: 8, files_max: 2 });
    let mut person = Replica::join(&mut document);
    let message = person.types(0, "abcd");
    assert_eq!(refused(&mut document, person.client, &message), Refused::Limit("file size"));
    let mut again = Replica::join(&mut document);
    let message = again.types(0, "abc");
    document.receive(again.client, &message).unwrap();
    assert_eq!(text(&document), "abc12345");
}

fn new_file(person: &mut Replica, id: &str, path: &str) -> Vec<u8> {
    let files = person.files.clone();
    let mut txn = person.doc.transact_mut();
    let text = yrs::TextPrelim::new("");
    files.insert(&mut txn, id, MapPrelim::from([("path", yrs::In::from(path)), ("text", text.into())]));
    wire::update(&txn.encode_update_v1())
}

#[test]
fn files_past_their_number_and_bad_paths_are_refused() {
    let mut document = document("").with_limits(Limits { files_max: 2, ..Limits::default() });
    for path in ["", "/etc/passwd", "../x", "a\\b", "a\nb", &"x".repeat(256)] {
        let mut person = Replica::join(&mut document);
        let message = new_file(&mut person, "g", path);
        assert!(matches!(refused(&mut document, person.client, &message), Refused::BadPath(_)), "{path}");
    }
    let mut person = Replica::join(&mut document);
    let message = new_file(&mut person, "g", "good.py");
    document.receive(person.client, &message).unwrap();
    assert_eq!(document.find("good.py").as_deref(), Some("g"));
    let message = new_file(&mut person, "h", "more.py");
    assert_eq!(refused(&mut document, person.client, &message), Refused::Limit("files"));
}

#[test]
fn what_is_not_a_file_is_refused() {
    type Act = fn(&MapRef, &mut yrs::TransactionMut<'_>);
    fn file(files: &MapRef, txn: &yrs::TransactionMut<'_>) -> MapRef {
        files.get(txn, "f").unwrap().cast().unwrap()
    }
    let acts: [Act; 6] = [
        // The path is good; that it was read must not stay.
        |files, txn| {
            file(files, txn).insert(txn, "path", "moved.py");
            file(files, txn).remove(txn, "text");
        },
        |files, txn| {
            files.insert(txn, "g", "a string");
        },
        |files, txn| {
            files.insert(txn, "g", MapPrelim::from([("path", "a.py")]));
        },
        |files, txn| {
            file(files, txn).remove(txn, "path");
        },
        |files, txn| {
            file(files, txn).remove(txn, "text");
        },
        |files, txn| {
            file(files, txn).insert(txn, "path", 5);
        },
    ];
    let mut document = document("text");
    for (which, act) in acts.iter().enumerate() {
        let person = Replica::join(&mut document);
        let message = {
            let mut txn = person.doc.transact_mut();
            act(&person.files, &mut txn);
            wire::update(&txn.encode_update_v1())
        };
        let why = refused(&mut document, person.client, &message);
        assert!(matches!(why, Refused::Malformed(_) | Refused::BadPath(_)), "{which}: {why}");
    }
    assert_eq!(text(&document), "text");
}

/// A document with some history, and updates that a participant may send.
fn scene() -> (Document, u64, Vec<Vec<u8>>) {
    let mut document = document("line one\nline two\n");
    let ops = [place(&document, 1, 0, 8), delete(1, 4), insert(1, "row 😀")];
    document.apply(1, &ops);
    let mut person = Replica::join(&mut document);
    let mut messages = vec![person.types(3, "typed"), person.deletes(1, 6), new_file(&mut person, "g", "g.py")];
    messages.push(wire::step_2(&person.whole()));
    document.rollback(&|_, _| true);
    (document, person.client, messages)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn mutated_updates_change_nothing_unless_they_are_whole(
        which in 0usize..4,
        changes in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4),
    ) {
        let (mut document, client, messages) = scene();
        let mut message = messages[which].clone();
        for (at, byte) in changes {
            let at = at.index(message.len());
            message[at] = byte;
        }
        let before = document.encode();
        match document.receive(client, &message) {
            Err(_) | Ok(Received::Nothing | Received::Reply(_)) => prop_assert_eq!(document.encode(), before),
            Ok(Received::Changed { relay, .. }) => {
                // Whatever was taken is a document that others can hold.
                let newcomer = Replica::join(&mut document);
                drop((relay, newcomer));
            }
        }
        // It still works, unless what was taken removed the file.
        let mut person = Replica::join(&mut document);
        if document.revision("f").is_some() {
            let message = person.types(0, "z");
            prop_assert!(document.receive(person.client, &message).is_ok());
        }
    }

    #[test]
    fn garbage_is_refused(bytes in proptest::collection::vec(any::<u8>(), 0..64)) {
        let mut document = document("x\n");
        let before = document.encode();
        let mut message = vec![0, 2];
        crate::craft::bytes_of(&mut message, &bytes);
        for message in [&bytes, &message] {
            if document.receive(1, message).is_err() {
                prop_assert_eq!(document.encode(), before.clone());
            }
        }
    }
}
