//! A viewer on the server sees what the document was, and a document goes on from it.

use yrs::{Text, Transact};

use super::*;
use crate::{BlobRef, Endings, FileChange, Form, NewFile, Viewer, inserted};

#[test]
fn a_viewer_that_follows_sees_every_step_and_a_document_goes_on_from_it() {
    let mut doc = Document::new(3);
    let seed = doc.seed_file("f1", "a.py", "one\n");
    let mut viewer = Viewer::default();
    viewer.apply([seed.as_slice()]).unwrap();
    let more = doc.seed_file("f2", "b.py", "two\n");
    viewer.apply([more.as_slice()]).unwrap();
    let files = viewer.files();
    let seen: Vec<_> = files.iter().map(|f| (f.path.as_str(), f.text.as_str())).collect();
    assert_eq!(seen, [("a.py", "one\n"), ("b.py", "two\n")]);
    assert_eq!(viewer.last_load(), 3);

    let mut next = Document::adopt(viewer.last_load() + 1, &viewer).unwrap();
    assert_eq!(next.text("f1").as_deref(), Some("one\n"));
    let news = next.seed_file("f3", "c.py", "three\n");
    viewer.apply([news.as_slice()]).unwrap();
    assert_eq!(viewer.files().len(), 3);
    assert_eq!(viewer.last_load(), 4);
}

#[test]
fn what_a_message_inserts_is_listed_whatever_became_of_it() {
    let mut doc = Document::new(1);
    let message = doc.seed_file("f1", "a.py", "text");
    let texts: Vec<String> = inserted(&message).unwrap().into_iter().map(|one| one.text).collect();
    assert!(texts.contains(&"text".to_owned()) && texts.contains(&"a.py".to_owned()), "{texts:?}");
}

#[test]
fn a_viewer_refuses_what_is_no_update_and_what_builds_on_nothing() {
    assert!(Viewer::of(&[9, 9, 9]).is_err());
    assert!(Viewer::default().apply([[0u8, 0, 1, 0].as_slice()]).is_err(), "a question");
    let doc = yrs::Doc::new();
    let text = doc.get_or_insert_text("t");
    text.push(&mut doc.transact_mut(), "first ");
    let mut txn = doc.transact_mut();
    text.push(&mut txn, "then");
    let later = crate::wire::update(&txn.encode_update_v1());
    assert!(Viewer::default().apply([later.as_slice()]).is_err());
}

#[test]
fn a_viewer_knows_which_bytes_its_files_name() {
    let (picture, original) = (BlobRef { hash: "a1".repeat(32), size: 3 }, BlobRef { hash: "b2".repeat(32), size: 9 });
    let mut doc = Document::new(1);
    let form = Form { endings: Endings::Mixed(original.clone()), ..Form::default() };
    let mixed = NewFile { id: "m".into(), path: "m.txt".into(), text: "a\nb".into(), form };
    let keep = |id: &str| FileChange::Keep {
        id: id.into(),
        path: Some(format!("{id}.png")),
        blob: picture.clone(),
        executable: false,
    };
    let message = doc.import(1, 1, &[mixed], &[], &[keep("p"), keep("q")]).message.unwrap();
    let mut viewer = Viewer::default();
    viewer.apply([message.as_slice()]).unwrap();
    assert_eq!(viewer.kept().into_iter().collect::<Vec<_>>(), [picture, original]);
    assert!(Viewer::default().kept().is_empty());
}
