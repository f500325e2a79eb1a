//! What comes into a session at once.

use expect_test::expect;
use protocol::files::{ImportAnswer, ImportView};
use protocol::{Seq, ServerFrame};

use crate::check;

fn import() -> ImportView {
    ImportView {
        id: "i1".into(),
        name: "shop.zip".into(),
        by: Some("p1".into()),
        added: 12,
        changed: 1,
        moved: 0,
        removed: 0,
        taken_back: false,
    }
}

#[test]
fn an_import_and_taking_it_back() {
    check(
        ServerFrame::FilesImported { seq: Seq(7), import: import() },
        expect![[
            r#"{"type":"files/imported","seq":7,"import":{"id":"i1","name":"shop.zip","by":"p1","added":12,"changed":1,"moved":0,"removed":0,"takenBack":false}}"#
        ]],
    );
    check(
        ServerFrame::ImportTakenBack { seq: Seq(9), import_id: "i1".into(), by: None },
        expect![[r#"{"type":"files/takenBack","seq":9,"importId":"i1"}"#]],
    );
    check(
        ImportAnswer { import: None, unchanged: 3, left_out: 1, binary: 2 },
        expect![[r#"{"unchanged":3,"leftOut":1,"binary":2}"#]],
    );
    check(
        ImportAnswer { import: Some(ImportView { by: None, ..import() }), unchanged: 0, left_out: 0, binary: 0 },
        expect![[
            r#"{"import":{"id":"i1","name":"shop.zip","added":12,"changed":1,"moved":0,"removed":0,"takenBack":false},"unchanged":0,"leftOut":0,"binary":0}"#
        ]],
    );
}
