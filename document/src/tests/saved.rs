//! Written down and read again: nothing is forgotten, and no bytes panic.

use proptest::prelude::*;

use super::*;
use crate::saved::CLIENT_GAP;
use crate::{Earlier, LoadError, Refused};

/// A document with all that a ledger holds, and the records that it was written down in.
fn written() -> (Document, Vec<Vec<u8>>) {
    let mut document = document("one\ntwo\nthree\n");
    let mut records = vec![document.take_changes().0];
    let ops = [place(&document, 1, 4, 4), delete(1, 4), insert(1, "2\n")];
    document.apply(1, &ops);
    records.push(document.take_changes().0);
    let ops = [place(&document, 2, 0, 4), delete(2, 4), ModelOp::Rename { hunk: 2, path: "b.py".to_owned() }];
    document.apply(2, &ops);
    document.seed_file("g", "g.py", "gone");
    let gone =
        ModelOp::Place { hunk: 3, file: "g".into(), revision: document.revision("g").unwrap(), start: 0, len: 4 };
    document.apply(3, &[gone, delete(3, 4), ModelOp::Remove { hunk: 3 }]);
    let mut person = Replica::join(&mut document);
    let typed = person.types(0, "#");
    document.receive(person.client, &typed).unwrap();
    document.rollback(&|_, hunk| hunk == 2);
    records.push(document.take_changes().0);
    (document, records)
}

fn load(records: &[Vec<u8>]) -> Result<Document, LoadError> {
    Document::load(9, records.iter().map(Vec::as_slice))
}

#[test]
fn what_is_read_is_what_was_written_whole_or_in_changes() {
    let (document, records) = written();
    let loaded = load(&records).unwrap();
    let whole = load(&[document.encode()]).unwrap();
    for mut loaded in [loaded, whole] {
        assert_eq!(loaded.listing().len(), 1);
        assert_eq!(text(&loaded), text(&document));
        assert_eq!(loaded.files_of(2), Some("f"));
        assert_eq!(loaded.authors("f"), document.authors("f"));
        let (nothing, all) = loaded.take_changes();
        assert!(!all && nothing.len() < 100, "nothing has changed since: {}", nothing.len());
        loaded.rollback(&|_, _| true);
        let (_, mut again) = (loaded.encode(), written().0);
        again.rollback(&|_, _| true);
        assert_eq!(text(&loaded), text(&again));
        assert_eq!(loaded.text("g"), again.text("g"));
        assert_eq!(loaded.display_path("f"), again.display_path("f"));
    }
}

#[test]
fn what_was_never_written_down_comes_back_with_one_who_has_it() {
    let (mut document, records) = written();
    let mut ada = Replica::join(&mut document);
    let typed = ada.types(0, "unsaved ");
    document.receive(ada.client, &typed).unwrap();
    let at = u32::try_from(text(&document).len()).unwrap();
    let ops = [place(&document, 7, at, 0), insert(7, "model")];
    ada.receive(&document.apply(9, &ops).message.unwrap());
    let typed = ada.types(at + 5, "!");
    document.receive(ada.client, &typed).unwrap();
    let expected = text(&document);

    for earlier in [Earlier::Known, Earlier::Unknown] {
        let mut loaded = load(&records).unwrap();
        let new = loaded.assign_client();
        assert!(new > ada.client, "{new} was given before");
        let answer = ada.answer(&loaded.ask());
        assert!(matches!(loaded.receive(new, &answer), Err(Refused::ForeignClient(_))));
        assert!(matches!(loaded.receive_back(new, earlier, &answer), Ok(Received::Changed { .. })));
        assert_eq!(text(&loaded), expected);
    }
}

#[test]
fn nobody_brings_what_is_somebodys_in_this_load() {
    let (document, records) = written();
    let mut loaded = load(&[document.encode()]).unwrap();
    let (ada, eve) = (loaded.assign_client(), loaded.assign_client());
    let mut forger = Replica::blank(ada);
    forger.receive(&loaded.difference(None).unwrap());
    forger.types(0, "forged");
    let forged = forger.answer(&loaded.ask());
    let refused = loaded.receive_back(eve, Earlier::Known, &forged);
    assert_eq!(refused, Err(Refused::ForeignClient(ada)));
    // One who is not known brings nothing of those who are.
    let mut loaded = load(&records).unwrap();
    let mut forger = Replica::blank(1);
    forger.receive(&loaded.difference(None).unwrap());
    forger.types(0, "forged");
    let forged = forger.answer(&loaded.ask());
    assert_eq!(loaded.receive_back(ada, Earlier::Unknown, &forged), Err(Refused::ForeignClient(1)));
    assert!(ada > CLIENT_GAP);
}

#[test]
fn what_waits_to_be_written_is_bounded() {
    let mut document = document("");
    let text = "x".repeat(3 * 1024 * 1024);
    for step in 0..4 {
        let ops = [place(&document, step, 0, 0), insert(step, &text)];
        document.apply(step, &ops);
    }
    let (record, whole) = document.take_changes();
    assert!(whole);
    assert_eq!(load(&[record]).unwrap().text("f"), document.text("f"));
    assert!(!document.take_changes().1);
}

#[test]
fn bytes_of_another_kind_are_told_from_newer_and_damaged_ones() {
    let (document, records) = written();
    let whole = document.encode();
    let error = |bytes: &[u8]| Document::load(9, [bytes]).err();
    assert_eq!(error(b"SQLite format 3"), Some(LoadError::Foreign));
    assert_eq!(error(b""), Some(LoadError::Foreign));
    let mut newer = whole.clone();
    newer[6] = 3;
    assert_eq!(error(&newer), Some(LoadError::Newer(3)));
    for len in 7..whole.len() {
        assert!(matches!(error(&whole[..len]), Some(LoadError::Damaged(_))), "{len}");
    }
    assert!(matches!(error(&records[1]), Some(LoadError::Damaged(_))), "a change without what it changes");
}

proptest! {
    #[test]
    fn no_bytes_panic(flips in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6)) {
        let mut whole = written().0.encode();
        for (at, byte) in flips {
            let at = at.index(whole.len());
            whole[at] = byte;
        }
        if let Ok(mut loaded) = Document::load(9, [whole.as_slice()]) {
            loaded.rollback(&|_, _| true);
            let _ = loaded.authors("f");
        }
    }
}
