//! Who wrote what.

use super::*;
use crate::Author;
use crate::Author::{Hunk, Seed};

fn client(person: &Replica) -> Author {
    Author::Client(person.client)
}

/// The runs of `f`, which make up its text.
fn authors(document: &Document) -> Vec<(u32, Author)> {
    let runs = document.authors("f").unwrap();
    assert_eq!(runs.iter().map(|(len, _)| len).sum::<u32>(), text(document).encode_utf16().count() as u32);
    assert!(runs.windows(2).all(|pair| pair[0].1 != pair[1].1), "{runs:?}");
    runs
}

#[test]
fn everybody_has_their_own_text() {
    let mut document = document("seed😀seed");
    assert_eq!(authors(&document), [(10, Seed)]);
    let (mut ada, mut bob) = (Replica::join(&mut document), Replica::join(&mut document));
    for message in [ada.types(4, "ada"), ada.types(7, "!")] {
        document.receive(ada.client, &message).unwrap();
    }
    let message = bob.types(10, "bob");
    document.receive(bob.client, &message).unwrap();
    let ops = [place(&document, 1, 0, 4), ModelOp::Keep { hunk: 1, len: 2 }, insert(1, "model"), delete(1, 2)];
    document.apply(1, &ops);
    document.apply(2, &[insert(1, "more")]);
    assert_eq!(text(&document), "semodelmoreada!😀seedbob");
    assert_eq!(authors(&document), [(2, Seed), (9, Hunk(1)), (4, client(&ada)), (6, Seed), (3, client(&bob))]);
    assert_eq!(document.authors("g"), None);
}

#[test]
fn text_that_came_back_is_its_first_authors() {
    let mut document = document("seed ");
    let mut ada = Replica::join(&mut document);
    let message = ada.types(5, "ada ");
    document.receive(ada.client, &message).unwrap();
    let ops = [place(&document, 1, 9, 0), insert(1, "model"), ModelOp::Close { hunk: 1 }];
    document.apply(1, &ops);
    let before = authors(&document);
    assert_eq!(before, [(5, Seed), (4, client(&ada)), (5, Hunk(1))]);
    for hunk in 2..5 {
        let ops = [place(&document, hunk, 2, 10), delete(hunk, 10), insert(hunk, "X"), ModelOp::Close { hunk }];
        document.apply(hunk, &ops);
        assert_eq!(authors(&document), [(2, Seed), (1, Hunk(hunk)), (2, Hunk(1))]);
        document.rollback(&|_, other| other == hunk);
        assert_eq!(authors(&document), before);
    }
    let ops = [place(&document, 9, 0, 14), delete(9, 14), ModelOp::Remove { hunk: 9 }];
    document.apply(9, &ops);
    assert_eq!(document.authors("f"), None);
    document.rollback(&|_, hunk| hunk == 9);
    assert_eq!(authors(&document), before);
    let loaded = Document::load(8, [&*document.encode()]).unwrap();
    assert_eq!(authors(&loaded), before);
}

#[test]
fn text_typed_into_a_file_that_went_is_its_typists() {
    let mut document = document("seed");
    let mut ada = Replica::join(&mut document);
    let ops = [place(&document, 1, 0, 4), delete(1, 4), ModelOp::Remove { hunk: 1 }];
    document.apply(1, &ops);
    let typed = ada.types(2, "ada");
    document.receive(ada.client, &typed).unwrap();
    assert_eq!(authors(&document), [(3, client(&ada))]);
    document.rollback(&|_, _| true);
    assert_eq!(authors(&document), [(2, Seed), (3, client(&ada)), (2, Seed)]);
}
