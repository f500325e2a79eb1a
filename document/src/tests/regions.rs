//! Regions that clients name, and what of them lies in a hunk's old text.

use super::*;
use crate::{Region, StepKey};
use proptest::prelude::*;
use yrs::types::text::TextRef;
use yrs::updates::encoder::Encode;
use yrs::{Assoc, IndexedSequence, StickyIndex};

fn anchor(document: &Document, at: u32, assoc: Assoc) -> Vec<u8> {
    anchor_in(document, "f", at, assoc)
}

fn anchor_in(document: &Document, file: &str, at: u32, assoc: Assoc) -> Vec<u8> {
    let doc = document.replica.doc();
    let txn = doc.transact();
    let text = yrs::Nested::<TextRef>::new(document.files.get(file).unwrap().text).get(&txn).unwrap();
    let sticky = text.sticky_index(&txn, at, assoc);
    sticky.unwrap_or_else(|| StickyIndex::from_type(&txn, &text, assoc)).encode_v1()
}

/// What stands from `start` to `end`, as a page that is told to lock it says it.
fn region(document: &Document, start: u32, end: u32) -> Region {
    Region { start: anchor(document, start, Assoc::After), end: anchor(document, end, Assoc::Before) }
}

fn types(document: &mut Document, at: u32, what: &str) {
    let mut person = Replica::join(document);
    let message = person.types(at, what);
    document.receive(person.client, &message).unwrap();
}

fn deletes(document: &mut Document, at: u32, len: u32) {
    let mut person = Replica::join(document);
    let message = person.deletes(at, len);
    document.receive(person.client, &message).unwrap();
}

#[test]
fn a_region_moves_with_its_text_and_grows_by_what_is_typed_inside() {
    let mut document = document("one\ntwo\nthree\n");
    let two = region(&document, 4, 8);
    assert_eq!(document.region("f", &two), Some(4..8));
    types(&mut document, 0, "# ");
    assert_eq!(document.region("f", &two), Some(6..10));
    types(&mut document, 8, "new ");
    assert_eq!(document.region("f", &two), Some(6..14));
    types(&mut document, 6, "before ");
    assert_eq!(document.region("f", &two), Some(13..21));
    deletes(&mut document, 0, 23);
    assert_eq!(document.region("f", &two), Some(0..0));
}

#[test]
fn a_region_of_the_whole_text_and_one_that_was_named_backwards() {
    let mut document = document("");
    let all = Region { end: anchor(&document, 0, Assoc::After), start: anchor(&document, 0, Assoc::Before) };
    types(&mut document, 0, "abc😀");
    assert_eq!(document.region("f", &all), Some(0..5));
    let backwards = Region { start: anchor(&document, 3, Assoc::After), end: anchor(&document, 1, Assoc::After) };
    assert_eq!(document.region("f", &backwards), Some(1..3));
}

#[test]
fn a_region_holds_to_text_that_a_roll_back_put_back() {
    let mut document = document("one\ntwo\nthree\n");
    let two = region(&document, 4, 8);
    let ops = [place(&document, 1, 4, 4), delete(1, 4), insert(1, "2\n")];
    document.apply(1, &ops);
    document.rollback(&|_, _| true);
    assert_eq!(text(&document), "one\ntwo\nthree\n");
    assert_eq!(document.region("f", &two), Some(4..8));
}

#[test]
fn anchors_of_other_things_are_nowhere() {
    let mut document = document("text\n");
    document.seed_file("g", "other.py", "other\n");
    let good = region(&document, 0, 4);
    let other = anchor_in(&document, "g", 2, Assoc::After);
    let text = document.files.get("f").unwrap().text;
    let encode = |scope| StickyIndex::new(scope, Assoc::After).encode_v1();
    // A text's own item stands in the map of its file.
    let in_the_map = encode(yrs::IndexScope::Relative(text));
    let root = encode(yrs::IndexScope::Root("files".into()));
    let file = encode(yrs::IndexScope::Nested(yrs::ID::new(text.client, 0)));
    let unknown = encode(yrs::IndexScope::Relative(yrs::ID::new(ClientID::new(99), 3)));
    let nested = encode(yrs::IndexScope::Nested(document.files.get("g").unwrap().text));
    for bad in [other, in_the_map, root, file, unknown, nested, Vec::new(), vec![0xff; 20], vec![3, 0, 0]] {
        assert_eq!(document.region("f", &Region { start: bad.clone(), ..good.clone() }), None, "{bad:?}");
        assert_eq!(document.region("f", &Region { end: bad.clone(), ..good.clone() }), None, "{bad:?}");
    }
    assert_eq!(document.region("g", &good), None);
    assert_eq!(document.region("h", &good), None);
    let person = Replica::join(&mut document);
    let gone = {
        let mut txn = person.doc.transact_mut();
        person.files.remove(&mut txn, "f");
        crate::wire::update(&txn.encode_update_v1())
    };
    document.receive(person.client, &gone).unwrap();
    assert_eq!(document.region("f", &good), None);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn hostile_anchors_never_panic(
        bytes in proptest::collection::vec(any::<u8>(), 0..16),
        at in any::<prop::sample::Index>(),
        byte in any::<u8>(),
    ) {
        let mut document = document("some text\n");
        let ops = [place(&document, 1, 0, 4), delete(1, 4), insert(1, "new")];
        document.apply(1, &ops);
        document.rollback(&|_, _| true);
        let good = region(&document, 1, 5);
        let mut mutated = good.clone();
        let at = at.index(mutated.start.len());
        mutated.start[at] = byte;
        let len = text(&document).len() as u32;
        for one in [mutated, Region { start: bytes.clone(), end: bytes }, good] {
            let found = document.region("f", &one);
            prop_assert!(found.is_none_or(|range| range.start <= range.end && range.end <= len));
        }
    }
}

/// A hunk over `cdefgh` of `abcdefghij`.
fn scene() -> Document {
    let mut document = document("abcdefghij");
    let ops = [place(&document, 1, 2, 6)];
    document.apply(1, &ops);
    document
}

fn step(document: &mut Document, step: StepKey, ops: &[ModelOp]) {
    assert_eq!(document.apply(step, ops).events, vec![]);
}

#[test]
fn a_range_in_a_hunk_right_after_place() {
    let document = scene();
    for (range, expected) in [
        (0..1, None),
        (0..2, Some(0..0)),
        (0..3, Some(0..1)),
        (2..2, Some(0..0)),
        (4..4, Some(2..2)),
        (3..5, Some(1..3)),
        (0..10, Some(0..6)),
        (7..9, Some(5..6)),
        (8..8, Some(6..6)),
        (8..10, Some(6..6)),
        (9..10, None),
    ] {
        assert_eq!(document.within(1, range.clone()), expected, "{range:?}");
    }
    assert_eq!(document.within(2, 0..10), None);
}

#[test]
fn units_that_are_gone_have_no_width() {
    let mut document = scene();
    // Of cdefgh people delete d, e and h: abcfgij.
    deletes(&mut document, 3, 2);
    deletes(&mut document, 5, 1);
    for (range, expected) in [
        (2..3, Some(0..1)),
        (3..4, Some(3..4)),
        (2..4, Some(0..4)),
        (4..7, Some(4..5)),
        (3..3, Some(3..3)),
        (5..7, Some(6..6)),
        (0..2, Some(0..0)),
        (6..7, None),
    ] {
        assert_eq!(document.within(1, range.clone()), expected, "{range:?}");
    }
}

#[test]
fn a_range_later_in_the_hunk() {
    let mut document = scene();
    // c stays, d and e become NEW, a person types between f and g: ab c NEW f XY g h ij.
    step(&mut document, 2, &[ModelOp::Keep { hunk: 1, len: 1 }, delete(1, 2), insert(1, "NEW")]);
    types(&mut document, 7, "XY");
    assert_eq!(text(&document), "abcNEWfXYghij");
    for (range, expected) in [
        (2..3, Some(0..1)),
        // What the model has put in place of d and e, which stands behind them.
        (3..6, Some(3..3)),
        (6..7, Some(3..4)),
        (3..7, Some(3..4)),
        (7..9, Some(4..4)),
        (6..10, Some(3..5)),
        (0..13, Some(0..6)),
        (11..13, Some(6..6)),
        (12..13, None),
    ] {
        assert_eq!(document.within(1, range.clone()), expected, "{range:?}");
    }
    // Where more text would go: at the cursor, behind f, behind g, at the end.
    assert_eq!(document.walked(1), Some(3));
    let at = [3, 4, 5, 6].map(|walked| document.insertion(1, walked));
    assert_eq!(at, [Some(6), Some(7), Some(10), Some(11)]);
    assert_eq!(document.insertion(1, 7), None);
}

#[test]
fn a_hunk_without_old_text_touches_what_holds_its_place() {
    let mut document = document("abcdef");
    let ops = [place(&document, 1, 3, 0)];
    document.apply(1, &ops);
    assert_eq!(document.within(1, 0..3), Some(0..0));
    assert_eq!(document.within(1, 2..5), Some(0..0));
    assert_eq!(document.within(1, 4..5), None);
    assert_eq!(document.insertion(1, 0), Some(3));
    step(&mut document, 2, &[insert(1, "XY")]);
    assert_eq!(document.insertion(1, 0), Some(5));
}

#[test]
fn a_range_after_a_cut_and_after_the_end() {
    let mut document = scene();
    step(&mut document, 2, &[delete(1, 3), insert(1, "NEW")]);
    document.rollback(&|step, _| step == 2);
    assert_eq!(document.within(1, 3..5), Some(1..3));
    document.apply(3, &[ModelOp::Close { hunk: 1 }]);
    assert_eq!(document.within(1, 3..5), None);
    assert_eq!(document.insertion(1, 0), None);
}
