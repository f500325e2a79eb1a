//! Every frame that tells of a hunk.

use expect_test::expect;
use protocol::hunk::HunkOutcome;
use protocol::ids::Seq;
use protocol::scope::{HoldReason, Proposal};
use protocol::server::ServerFrame;
use protocol::view::{HunkFailure, HunkKind, HunkPlace, HunkStatus, HunkView};

use crate::check;

#[test]
fn hunk_opened() {
    check(
        ServerFrame::HunkOpened {
            seq: Seq(4),
            turn_id: "t1".into(),
            hunk: HunkView {
                id: "h1".into(),
                offset: 20,
                path: "src/lib.py".into(),
                why: "avoid float money".into(),
                status: HunkStatus::Open,
                file_id: None,
                place: None,
                added: 0,
                removed: 0,
                failure: None,
                message: None,
                kind: HunkKind::Edit,
                moved_to: None,
                hold: None,
                proposal: None,
                note: None,
            },
        },
        expect![[
            r#"{"type":"hunk/opened","seq":4,"turnId":"t1","hunk":{"id":"h1","offset":20,"path":"src/lib.py","why":"avoid float money","status":"open","added":0,"removed":0}}"#
        ]],
    );
}

#[test]
fn hunk_placed() {
    check(
        ServerFrame::HunkPlaced {
            seq: Seq(5),
            turn_id: "t1".into(),
            hunk_id: "h1".into(),
            file_id: "f1".into(),
            place: HunkPlace { start: "AAE=".into(), end: "AAI=".into() },
            outcome: HunkOutcome::default(),
        },
        expect![[
            r#"{"type":"hunk/placed","seq":5,"turnId":"t1","hunkId":"h1","fileId":"f1","place":{"start":"AAE=","end":"AAI="}}"#
        ]],
    );
}

#[test]
fn hunk_placed_makes_its_file() {
    check(
        ServerFrame::HunkPlaced {
            seq: Seq(5),
            turn_id: "t1".into(),
            hunk_id: "h1".into(),
            file_id: "f1".into(),
            place: HunkPlace { start: "AAE=".into(), end: "AAI=".into() },
            outcome: HunkOutcome { kind: Some(HunkKind::Create), moved_to: None },
        },
        expect![[
            r#"{"type":"hunk/placed","seq":5,"turnId":"t1","hunkId":"h1","fileId":"f1","place":{"start":"AAE=","end":"AAI="},"kind":"create"}"#
        ]],
    );
}

#[test]
fn hunk_closed() {
    check(
        ServerFrame::HunkClosed {
            seq: Seq(6),
            turn_id: "t1".into(),
            hunk_id: "h1".into(),
            status: HunkStatus::Applied,
            added: 0,
            removed: 0,
            note: None,
            outcome: HunkOutcome { kind: Some(HunkKind::Move), moved_to: Some("src/lib.py".into()) },
        },
        expect![[
            r#"{"type":"hunk/closed","seq":6,"turnId":"t1","hunkId":"h1","status":"applied","added":0,"removed":0,"kind":"move","movedTo":"src/lib.py"}"#
        ]],
    );
    check(
        ServerFrame::HunkClosed {
            seq: Seq(6),
            turn_id: "t1".into(),
            hunk_id: "h1".into(),
            status: HunkStatus::Applied,
            added: 2,
            removed: 1,
            note: None,
            outcome: HunkOutcome::default(),
        },
        expect![[
            r#"{"type":"hunk/closed","seq":6,"turnId":"t1","hunkId":"h1","status":"applied","added":2,"removed":1}"#
        ]],
    );
}

#[test]
fn hunk_held() {
    let held = |proposal| ServerFrame::HunkHeld {
        seq: Seq(6),
        turn_id: "t1".into(),
        hunk_id: "h1".into(),
        reason: HoldReason::Locked,
        message: "It would change locked lines.".into(),
        added: 1,
        removed: 1,
        proposal,
        outcome: HunkOutcome::default(),
    };
    check(
        held(None),
        expect![[
            r#"{"type":"hunk/held","seq":6,"turnId":"t1","hunkId":"h1","reason":"locked","message":"It would change locked lines.","added":1,"removed":1}"#
        ]],
    );
    check(
        held(Some(Proposal { old: "a\n".into(), new: "b\n".into() })),
        expect![[
            r#"{"type":"hunk/held","seq":6,"turnId":"t1","hunkId":"h1","reason":"locked","message":"It would change locked lines.","added":1,"removed":1,"proposal":{"old":"a\n","new":"b\n"}}"#
        ]],
    );
}

#[test]
fn hunk_failed() {
    check(
        ServerFrame::HunkFailed {
            seq: Seq(6),
            turn_id: "t1".into(),
            hunk_id: "h1".into(),
            reason: HunkFailure::Unresolved,
            message: "The old text is not in src/lib.py.".into(),
            outcome: HunkOutcome::default(),
        },
        expect![[
            r#"{"type":"hunk/failed","seq":6,"turnId":"t1","hunkId":"h1","reason":"unresolved","message":"The old text is not in src/lib.py."}"#
        ]],
    );
}

#[test]
fn hunk_dropped() {
    check(
        ServerFrame::HunkDropped { seq: Seq(7), turn_id: "t1".into(), hunk_id: "h1".into() },
        expect![[r#"{"type":"hunk/dropped","seq":7,"turnId":"t1","hunkId":"h1"}"#]],
    );
}

#[test]
fn hunk_accepted() {
    check(
        ServerFrame::HunkAccepted { seq: Seq(8), turn_id: "t1".into(), hunk_id: "h1".into(), by: "p1".into() },
        expect![[r#"{"type":"hunk/accepted","seq":8,"turnId":"t1","hunkId":"h1","by":"p1"}"#]],
    );
}
