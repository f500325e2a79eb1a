//! Coming and coming back: what is sent, what is asked, and what must not be sent.

use super::*;
use crate::wire;
use yrs::sync::{Message, SyncMessage};
use yrs::updates::encoder::Encode;

#[test]
fn text_deleted_long_ago_is_not_sent_to_those_who_come_later() {
    let mut document = document("key = \n");
    let mut person = Replica::join(&mut document);
    let known = person.doc.transact().state_vector().encode_v1();
    let pasted = person.types(6, "hunter2-secret");
    document.receive(person.client, &pasted).unwrap();
    let holds = |bytes: &[u8]| bytes.windows(7).any(|window| window == b"hunter2");
    assert!(holds(&document.difference(None).unwrap()));
    let deleted = person.deletes(6, 14);
    document.receive(person.client, &deleted).unwrap();
    assert!(holds(&document.encode()), "the document itself can still restore");
    assert!(!holds(&document.difference(None).unwrap()));
    assert!(!holds(&document.difference(Some(&known)).unwrap()));
    // Nor in what is said to somebody who was there before the paste and asks now.
    let Ok(Received::Reply(reply)) = document.receive(2, &wire::step_1(&known)) else { panic!("no reply") };
    assert!(!holds(&reply));
}

#[test]
fn messages_are_those_of_y_protocols() {
    let mut document = document("x\n");
    assert!(matches!(Message::decode_v1(&document.ask()).unwrap(), Message::Sync(SyncMessage::SyncStep1(_))));
    let difference = Message::decode_v1(&document.difference(None).unwrap()).unwrap();
    assert!(matches!(difference, Message::Sync(SyncMessage::SyncStep2(_))));
    let ops = [place(&document, 1, 0, 1), insert(1, "y")];
    let applied = document.apply(1, &ops).message.unwrap();
    assert!(matches!(Message::decode_v1(&applied).unwrap(), Message::Sync(SyncMessage::Update(_))));
    let question = Message::Sync(SyncMessage::SyncStep1(StateVector::default())).encode_v1();
    assert!(matches!(document.receive(1, &question), Ok(Received::Reply(_))));
    let nothing = Message::Sync(SyncMessage::Update(vec![0, 0])).encode_v1();
    assert_eq!(document.receive(1, &nothing), Ok(Received::Nothing));
}

#[test]
fn a_saved_document_is_the_same_after_loading_and_its_ids_are_new() {
    let mut document = document("a😀b\n");
    let mut person = Replica::join(&mut document);
    let typed = person.types(1, "…");
    document.receive(person.client, &typed).unwrap();
    let mut loaded = Document::load(8, [&*document.encode()]).unwrap();
    assert_eq!(text(&loaded), "a…😀b\n");
    assert_eq!(loaded.assign_client(), person.client + 1 + crate::saved::CLIENT_GAP);
    assert_ne!(loaded.model, document.model);
    // One who was there before goes on.
    let more = person.types(0, "#");
    loaded.receive(person.client, &more).unwrap();
    assert_eq!(text(&loaded), "#a…😀b\n");
    assert!(matches!(Document::load(9, [&[0xff; 5][..]]), Err(crate::LoadError::Foreign)));
}

#[test]
fn two_files_with_one_path_are_both_there() {
    let mut document = document("one");
    document.seed_file("a", "main.py", "two");
    assert_eq!(document.display_path("a").as_deref(), Some("main.py"));
    assert_eq!(document.display_path("f").as_deref(), Some("main.py (2)"));
    assert_eq!(document.find("main.py").as_deref(), Some("a"));
    assert_eq!(document.find("main.py (2)").as_deref(), Some("f"));
    for not_shown in ["main.py (3)", "main.py (1)", "main.py (0)", "main.py (02)", "main.py (+2)", "main.py (2", "(2)"]
    {
        assert_eq!(document.find(not_shown), None, "{not_shown}");
    }
    assert_eq!(document.find("other.py"), None);
}

#[test]
fn a_listing_shows_every_file_as_it_is_found() {
    let mut document = document("");
    for (id, path) in [("c", "x"), ("a", "x"), ("b", "x"), ("d", "x (2)"), ("e", "y")] {
        document.seed_file(id, path, "");
    }
    let listing = |document: &Document| -> Vec<(String, String)> {
        document.listing().into_iter().map(|(file, shown)| (file.id, shown)).collect()
    };
    let pair = |(id, shown): (&str, &str)| (id.to_owned(), shown.to_owned());
    let expected = [("a", "x"), ("b", "x (2)"), ("c", "x (3)"), ("d", "x (2)"), ("e", "y"), ("f", "main.py")].map(pair);
    assert_eq!(listing(&document), expected);
    assert!(listing(&document).iter().all(|(id, shown)| document.display_path(id).as_ref() == Some(shown)));
    // A path of its own comes before a path that is only shown.
    assert_eq!(document.find("x (2)").as_deref(), Some("d"));
    assert_eq!(document.find("x (3)").as_deref(), Some("c"));
    document.seed_file("a", "z", "");
    let moved = [("a", "z"), ("b", "x"), ("c", "x (2)"), ("d", "x (2)"), ("e", "y"), ("f", "main.py")].map(pair);
    assert_eq!(listing(&document), moved);
    assert_eq!(document.find("x").as_deref(), Some("b"));
}

#[test]
fn a_text_is_read_once_per_revision() {
    let mut document = document("x");
    let (first, text) = document.view("f").unwrap();
    let (same, again) = document.view("f").unwrap();
    assert!(first == same && std::sync::Arc::ptr_eq(&text, &again));
    let mut person = Replica::join(&mut document);
    let typed = person.types(0, "y");
    document.receive(person.client, &typed).unwrap();
    let (later, text) = document.view("f").unwrap();
    assert!(later > first && &*text == "yx");
    assert_eq!(document.revision("f"), Some(later));
}
