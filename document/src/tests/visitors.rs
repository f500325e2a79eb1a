//! Clients that come with an id of their own, and positions as they write them.

use super::*;
use crate::document::{FIRST_DRAWN_CLIENT, FIRST_OWN_CLIENT};
use crate::position::Position;
use crate::{Earlier, Refused};
use yrs::updates::encoder::Encode;
use yrs::{Assoc, IndexedSequence};

/// As stock editors draw them: 32 random bits.
const STOCK: u64 = 3_456_789_012;

#[test]
fn an_id_of_ones_own_is_reserved_and_stays_below_the_backends() {
    let mut document = document("one\n");
    assert!(STOCK < FIRST_OWN_CLIENT && document.reserve_client(STOCK, false));
    let mut stock = Replica::blank(STOCK);
    stock.receive(&document.difference(None).unwrap());
    let typed = stock.types(0, "stock ");
    assert_eq!(document.writer(&typed), Some(STOCK));
    assert!(matches!(document.receive(STOCK, &typed), Ok(Received::Changed { .. })));
    assert_eq!(text(&document), "stock one\n");
    assert!(!document.reserve_client(STOCK, false), "it is somebody's");
    assert!(document.reserve_client(STOCK, true), "who comes back has it again");
    let given = document.assign_client();
    for taken in [0, given, given + 1, FIRST_OWN_CLIENT, 1 << 31, u64::MAX] {
        assert!(!document.reserve_client(taken, false), "{taken}");
    }
    let mut loaded = Document::load(8, [document.encode().as_slice()]).unwrap();
    assert!(loaded.assign_client() < FIRST_DRAWN_CLIENT, "ids that are given stay small after a load");
    assert!(!loaded.reserve_client(STOCK, false), "what was written under is somebody's for good");
}

#[test]
fn what_a_message_brings_is_known_before_it_is_taken() {
    let mut document = document("one\n");
    let mut person = Replica::join(&mut document);
    let mut stock = Replica::blank(STOCK);
    stock.receive(&document.difference(None).unwrap());
    let typed = stock.types(0, "stock ");
    assert!(!document.has_all_of(&typed));
    document.reserve_client(STOCK, false);
    document.receive(STOCK, &typed).unwrap();
    assert!(document.has_all_of(&typed));
    assert_eq!(document.writer(&typed), None, "nothing is new in it");
    let gone = person.deletes(0, 2);
    assert!(!document.has_all_of(&gone), "a deletion alone is news, too");
    document.receive(person.doc.client_id().get(), &gone).unwrap();
    assert!(document.has_all_of(&gone) && document.has_all_of(&[0, 1, 2, 0, 0]));
    assert!(!document.has_all_of(b"nonsense"));
}

#[test]
fn what_was_not_saved_of_a_stock_editor_comes_back_by_others_until_it_does_itself() {
    let mut document = document("one\n");
    let saved = document.encode();
    document.reserve_client(STOCK, false);
    let mut stock = Replica::blank(STOCK);
    stock.receive(&document.difference(None).unwrap());
    let typed = stock.types(0, "stock ");
    let load = || Document::load(8, [saved.as_slice()]).unwrap();
    let mut loaded = load();
    let page = loaded.assign_client();
    assert!(matches!(loaded.receive(page, &typed), Err(Refused::ForeignClient(STOCK))));
    assert!(matches!(loaded.receive_back(page, Earlier::Known, &typed), Ok(Received::Changed { .. })));
    assert!(loaded.reserve_client(STOCK, true), "and then it comes itself");
    let mut loaded = load();
    assert!(loaded.reserve_client(STOCK, true));
    let refused = loaded.receive_back(page, Earlier::Known, &typed);
    assert!(matches!(refused, Err(Refused::ForeignClient(STOCK))), "it is here, and speaks for itself");
}

#[test]
fn positions_are_read_written_and_found() {
    let mut document = document("one\ntwo\n");
    document.seed_file("g", "other.py", "");
    let person = Replica::join(&mut document);
    let txn = person.doc.transact();
    for (id, at) in [("f", 0), ("f", 3), ("f", 8), ("g", 0)] {
        let file = person.files.get(&txn, id).unwrap().cast::<MapRef>().unwrap();
        let file = file.get(&txn, "text").unwrap().cast::<TextRef>().unwrap();
        for assoc in [Assoc::Before, Assoc::After] {
            let Some(place) = file.sticky_index(&txn, at, assoc) else { continue };
            let bytes = place.encode_v1();
            let position = Position::read(&bytes).unwrap();
            assert_eq!(Position::read(&position.write()), Some(position));
            assert_eq!(document.file_of(&position).as_deref(), Some(id), "{id} {at} {assoc:?}");
        }
    }
    let nowhere = Position { id: (77, 5), whole: false, before: false };
    assert_eq!((document.file_of(&nowhere), Position::read(b"")), (None, None));
    let beyond = Position { id: (u64::MAX, 0), whole: true, before: false };
    assert_eq!(document.file_of(&beyond), None, "no client has such an id");
}
