//! What one who comes in is sent first: the session, and the frames around a document that comes in parts.

use expect_test::expect;
use protocol::ids::Seq;
use protocol::server::ServerFrame;
use protocol::view::{FileText, FileView, SessionView};

use crate::check;

#[test]
fn document_opening_files_opened() {
    check(
        ServerFrame::DocumentOpening { seq: Seq(7), file: None },
        expect![[r#"{"type":"document/opening","seq":7}"#]],
    );
    let file = FileText { id: "f1".into(), path: "a.py".into(), text: "x = 1\n".into() };
    check(
        ServerFrame::DocumentOpening { seq: Seq(7), file: Some(file) },
        expect![[r#"{"type":"document/opening","seq":7,"file":{"id":"f1","path":"a.py","text":"x = 1\n"}}"#]],
    );
    let files = vec![FileView { id: "f1".into(), path: "a.py".into() }];
    check(
        ServerFrame::DocumentFiles { files },
        expect![[r#"{"type":"document/files","files":[{"id":"f1","path":"a.py"}]}"#]],
    );
    check(ServerFrame::DocumentOpened { seq: Seq(7) }, expect![[r#"{"type":"document/opened","seq":7}"#]]);
}

#[test]
fn state() {
    check(
        ServerFrame::State { seq: Seq(0), session: Box::new(SessionView::default()) },
        expect![[
            r#"{"type":"state","seq":0,"session":{"turns":[],"scope":{"within":"session","stopWhenHeld":false},"locks":[],"participants":[],"connected":0}}"#
        ]],
    );
}
