//! Long texts as they are read: what is kept of one is what the CRDT has, whatever happened since. Under test nearly all
//! texts are long, and reading one compares it with the CRDT's.

use super::*;

const TYPED: [&str; 6] = ["x", "é文😀", "\n", "a whole line\n", "😀", "de"];

fn same(document: &Document) {
    let (revision, sheet) = document.sheet("f").unwrap();
    let doc = document.replica.doc();
    let txn = doc.transact();
    let wanted = document.files.get("f").unwrap().text_ref(&txn).unwrap().get_string(&txn);
    assert_eq!((revision, sheet.text().into_owned()), (document.revision("f").unwrap(), wanted));
}

#[test]
fn a_mirror_shows_what_the_crdt_has() {
    for seed in 0..150 {
        let mut random = fastrand::Rng::with_seed(seed);
        let mut document = document(&"line é文😀 of text\n".repeat(random.usize(1..40)));
        let mut people = [Replica::join(&mut document), Replica::join(&mut document)];
        let mut step = 0;
        for _ in 0..60 {
            let who = random.usize(..people.len());
            let (mine, len) = (&mut people[who], document.sheet("f").unwrap().1.units());
            let at = random.u32(..=len);
            let mut messages = Vec::new();
            step += 1;
            match random.u32(..12) {
                0..4 => messages.push(mine.types(at, TYPED[random.usize(..TYPED.len())])),
                4 if at < len => messages.push(mine.deletes(at, 1)),
                5 => messages.push(mine.deletes(at, random.u32(..=(len - at).min(20)))),
                6..9 => {
                    let old = random.u32(..=(len - at).min(10));
                    let (place, delete) = (place(&document, step, at, old), delete(step, old));
                    let first = match random.u32(..3) {
                        0 => vec![place, delete, insert(step, "model ")],
                        1 => vec![place, insert(step, "model ")],
                        _ => vec![place, insert(step, "one "), delete, insert(step, "two ")],
                    };
                    for ops in [&first[..], &[insert(step, "😀")], &[insert(step, "goes on\n")]] {
                        let message = document.apply(step, ops).message;
                        for person in &mut people {
                            message.iter().for_each(|message| person.receive(message));
                        }
                        if random.bool() {
                            same(&document);
                        }
                    }
                }
                9..11 => messages.push(mine.edit(|text, txn| {
                    text.remove_range(txn, at, random.u32(..=(len - at).min(8)));
                    text.insert(txn, at, TYPED[random.usize(..TYPED.len())]);
                })),
                _ => {
                    let from = random.u64(..=step);
                    let message = document.rollback(&|step, _| step >= from).message;
                    for person in &mut people {
                        message.iter().for_each(|message| person.receive(message));
                    }
                }
            }
            for message in messages {
                // Half of a character may be refused; the document is made anew then.
                let received = document.receive(people[who].client, &message).unwrap();
                let Received::Changed { relay, back_to_author } = received else { continue };
                people[1 - who].receive(&relay);
                back_to_author.iter().for_each(|message| people[who].receive(message));
            }
            if random.u32(..3) > 0 {
                same(&document);
            }
        }
        same(&document);
    }
}

#[test]
fn a_mirror_outlives_the_document_that_it_listened_to() {
    let mut document = document("all is well here\n");
    let mut person = Replica::join(&mut document);
    same(&document);
    let stranger = Replica::join(&mut document).types(0, "not mine ");
    assert!(document.receive(person.client, &stranger).is_err());
    let typed = person.types(3, " of it");
    document.receive(person.client, &typed).unwrap();
    same(&document);
}

#[test]
fn a_hint_holds_for_its_transaction_alone() {
    let mut document = document("all is well here\n");
    let mut person = Replica::join(&mut document);
    same(&document);
    let (first, again) = (person.deletes(2, 1), person.types(0, "x"));
    document.receive(person.client, &first).unwrap();
    assert_eq!(document.receive(person.client, &first), Ok(Received::Nothing), "it is gone already");
    document.receive(person.client, &again).unwrap();
    same(&document);
}

#[test]
fn more_long_texts_than_are_kept_are_read_all_the_same() {
    let mut document = document("the first one");
    let ids: Vec<String> = (0..10).map(|number| format!("g{number}")).collect();
    for id in &ids {
        document.seed_file(id, &format!("{id}.txt"), &format!("this is {id}"));
    }
    for _ in 0..3 {
        for id in &ids {
            assert_eq!(document.sheet(id).unwrap().1.text(), format!("this is {id}"));
        }
    }
    document.seed_file("short", "short.txt", "x");
    assert_eq!(document.sheet("short").unwrap().1.text(), "x");
    assert!(document.sheet("nowhere").is_none());
}

#[test]
fn the_ids_of_a_long_text_stay_known_while_people_and_the_model_write() {
    let mut document = document(&"one of many lines\n".repeat(100));
    let mut person = Replica::join(&mut document);
    let is_known = |document: &Document| {
        let (doc, file) = (document.replica.doc(), document.files.get("f").unwrap());
        let txn = doc.transact();
        document.mirrors.knows_ids(file.text, &file.text_ref(&txn).unwrap(), &txn)
    };
    assert!(!is_known(&document));
    document.make_ready("f");
    assert!(is_known(&document));
    for ops in [
        vec![place(&document, 1, 36, 54), insert(1, "first")],
        vec![insert(1, " token")],
        vec![delete(1, 18), insert(1, "mixed"), delete(1, 18)],
        vec![delete(1, 2), ModelOp::Keep { hunk: 1, len: 1 }, ModelOp::Close { hunk: 1 }],
    ] {
        person.receive(&document.apply(1, &ops).message.unwrap());
        assert!(is_known(&document), "{ops:?}");
    }
    let replaces = |text: &TextRef, txn: &mut yrs::TransactionMut<'_>| {
        text.remove_range(txn, 3, 5);
        text.insert(txn, 3, "else");
    };
    for message in [person.types(0, "x"), person.deletes(4, 9), person.edit(replaces)] {
        document.receive(person.client, &message).unwrap();
    }
    assert!(is_known(&document));
    same(&document);
}

#[test]
fn what_did_not_change_is_shared_with_what_was_read_before() {
    let mut document = document(&"one of many lines\n".repeat(20_000));
    let mut person = Replica::join(&mut document);
    let before = document.sheet("f").unwrap().1;
    let shared = |document: &Document| {
        let now = document.sheet("f").unwrap().1;
        let (mine, theirs) = (before.pieces(), now.pieces());
        let front = mine.zip(theirs).take_while(|(a, b)| std::ptr::eq(*a, *b)).count();
        let back = before.pieces().rev().zip(now.pieces().rev()).take_while(|(a, b)| std::ptr::eq(*a, *b)).count();
        (before.pieces().count() - front - back, now.pieces().count() - front - back)
    };
    assert!(before == document.sheet("f").unwrap().1);
    let ops = [place(&document, 1, 100_000, 18 * 3)];
    for message in document.apply(1, &ops).message.into_iter().chain(document.apply(2, &[delete(1, 18)]).message) {
        person.receive(&message);
    }
    for token in ["a", " token", "\n"] {
        person.receive(&document.apply(3, &[insert(1, token)]).message.unwrap());
    }
    for message in [person.types(100_000, "x"), person.deletes(100_000, 1), person.deletes(99_990, 5)] {
        document.receive(person.client, &message).unwrap();
    }
    let (gone, new) = shared(&document);
    assert!((1..=2).contains(&gone) && (1..=2).contains(&new), "{gone} {new}");
}
