//! Every frame of a client.

use expect_test::expect;
use protocol::client::{ClientFrame, Hello, Opening, RefusalSteer, Resume, TurnStart};
use protocol::ids::Seq;
use protocol::presence::Viewport;
use protocol::run::{RunError, RunReport, RunStatus, RunTests};
use protocol::scope::{Region, RegionRange, Scope, Within};
use protocol::view::Cursor;

use crate::check;

#[test]
fn hello() {
    check(
        ClientFrame::Hello(Hello {
            version: 1,
            token: "secret".into(),
            pace_ms: 16,
            name: Some("Ada".into()),
            resume: None,
            opening: None,
        }),
        expect![[r#"{"type":"hello","version":1,"token":"secret","paceMs":16,"name":"Ada"}"#]],
    );
}

#[test]
fn hello_of_one_who_comes_back() {
    check(
        ClientFrame::Hello(Hello {
            version: 1,
            token: "secret".into(),
            pace_ms: 0,
            name: None,
            resume: Some(Resume {
                participant: "p1".into(),
                key: "key".into(),
                epoch: "e".into(),
                seq: Seq(7),
                state_vector: "AQEC".into(),
            }),
            opening: None,
        }),
        expect![[
            r#"{"type":"hello","version":1,"token":"secret","paceMs":0,"resume":{"participant":"p1","key":"key","epoch":"e","seq":7,"stateVector":"AQEC"}}"#
        ]],
    );
}

#[test]
fn hello_of_one_who_takes_the_document_in_parts() {
    let hello = |opening| {
        ClientFrame::Hello(Hello {
            version: 1,
            token: "secret".into(),
            pace_ms: 16,
            name: None,
            resume: None,
            opening: Some(opening),
        })
    };
    check(
        hello(Opening::default()),
        expect![[r#"{"type":"hello","version":1,"token":"secret","paceMs":16,"opening":{}}"#]],
    );
    check(
        hello(Opening { file: Some("f1".into()) }),
        expect![[r#"{"type":"hello","version":1,"token":"secret","paceMs":16,"opening":{"file":"f1"}}"#]],
    );
}

#[test]
fn turn_start() {
    check(
        ClientFrame::TurnStart(TurnStart {
            turn_id: "t1".into(),
            prompt: "make add() handle strings".into(),
            model: "practice".into(),
            open_file: Some("f1".into()),
            selection: Some(Region { file: "f1".into(), range: None }),
            scope: Some(Scope { within: Within::Session, budget: Some(10), stop_when_held: false }),
            tokens_per_second: Some(120),
        }),
        expect![[
            r#"{"type":"turn/start","turnId":"t1","prompt":"make add() handle strings","model":"practice","openFile":"f1","selection":{"file":"f1"},"scope":{"within":"session","budget":10,"stopWhenHeld":false},"tokensPerSecond":120}"#
        ]],
    );
}

#[test]
fn turn_start_with_the_least() {
    check(
        ClientFrame::TurnStart(TurnStart {
            turn_id: "t1".into(),
            prompt: "hi".into(),
            model: "practice".into(),
            open_file: None,
            selection: None,
            scope: None,
            tokens_per_second: None,
        }),
        expect![[r#"{"type":"turn/start","turnId":"t1","prompt":"hi","model":"practice"}"#]],
    );
}

#[test]
fn turn_steer() {
    check(
        ClientFrame::TurnSteer {
            turn_id: "t1".into(),
            steer_id: "s1".into(),
            shown_seq: Seq(2),
            text: "only ints".into(),
        },
        expect![[r#"{"type":"turn/steer","turnId":"t1","steerId":"s1","shownSeq":2,"text":"only ints"}"#]],
    );
}

#[test]
fn turn_interrupt() {
    check(
        ClientFrame::TurnInterrupt { turn_id: "t1".into(), shown_seq: Seq(9) },
        expect![[r#"{"type":"turn/interrupt","turnId":"t1","shownSeq":9}"#]],
    );
}

#[test]
fn turn_continue() {
    check(
        ClientFrame::TurnContinue { turn_id: "t1".into(), segment_id: "g2".into(), text: Some("and test it".into()) },
        expect![[r#"{"type":"turn/continue","turnId":"t1","segmentId":"g2","text":"and test it"}"#]],
    );
    check(
        ClientFrame::TurnContinue { turn_id: "t1".into(), segment_id: "g2".into(), text: None },
        expect![[r#"{"type":"turn/continue","turnId":"t1","segmentId":"g2"}"#]],
    );
}

#[test]
fn turn_revert() {
    check(ClientFrame::TurnRevert { turn_id: "t1".into() }, expect![[r#"{"type":"turn/revert","turnId":"t1"}"#]]);
}

#[test]
fn hunk_accept() {
    check(
        ClientFrame::HunkAccept { turn_id: "t1".into(), hunk_id: "h1".into() },
        expect![[r#"{"type":"hunk/accept","turnId":"t1","hunkId":"h1"}"#]],
    );
}

#[test]
fn hunk_revert() {
    check(
        ClientFrame::HunkRevert { turn_id: "t1".into(), hunk_id: "h1".into() },
        expect![[r#"{"type":"hunk/revert","turnId":"t1","hunkId":"h1"}"#]],
    );
}

#[test]
fn hunk_apply() {
    check(
        ClientFrame::HunkApply { turn_id: "t1".into(), hunk_id: "h1".into() },
        expect![[r#"{"type":"hunk/apply","turnId":"t1","hunkId":"h1"}"#]],
    );
}

#[test]
fn hunk_refuse() {
    check(
        ClientFrame::HunkRefuse { turn_id: "t1".into(), hunk_id: "h1".into(), steer: None },
        expect![[r#"{"type":"hunk/refuse","turnId":"t1","hunkId":"h1"}"#]],
    );
    let steer = RefusalSteer { steer_id: "s1".into(), shown_seq: Seq(9), text: "leave total() alone".into() };
    check(
        ClientFrame::HunkRefuse { turn_id: "t1".into(), hunk_id: "h1".into(), steer: Some(steer) },
        expect![[
            r#"{"type":"hunk/refuse","turnId":"t1","hunkId":"h1","steer":{"steerId":"s1","shownSeq":9,"text":"leave total() alone"}}"#
        ]],
    );
}

#[test]
fn scope_set() {
    let region = Region { file: "f1".into(), range: Some(RegionRange { start: "AAE=".into(), end: "AAI=".into() }) };
    check(
        ClientFrame::ScopeSet { scope: Scope { within: Within::Selection(vec![region]), ..Scope::default() } },
        expect![[
            r#"{"type":"scope/set","scope":{"within":{"selection":[{"file":"f1","range":{"start":"AAE=","end":"AAI="}}]},"stopWhenHeld":false}}"#
        ]],
    );
}

#[test]
fn lock_set() {
    let region = Region { file: "f1".into(), range: None };
    check(
        ClientFrame::LockSet { lock_id: "l1".into(), region: Some(region) },
        expect![[r#"{"type":"lock/set","lockId":"l1","region":{"file":"f1"}}"#]],
    );
    check(
        ClientFrame::LockSet { lock_id: "l1".into(), region: None },
        expect![[r#"{"type":"lock/set","lockId":"l1"}"#]],
    );
}

#[test]
fn run_report() {
    let error = RunError { message: "no".into(), path: Some("a.py".into()), line: Some(7), test: Some("adds".into()) };
    let tests = Some(RunTests { passed: 2, failed: 1, skipped: 0 });
    let (entry, status, output) = ("a.py".into(), RunStatus::Failed, "hi".into());
    check(
        ClientFrame::RunReport(Box::new(RunReport { entry, status, ms: 1.5, errors: vec![error], tests, output })),
        expect![[
            r#"{"type":"run/report","entry":"a.py","status":"failed","ms":1.5,"errors":[{"message":"no","path":"a.py","line":7,"test":"adds"}],"tests":{"passed":2,"failed":1,"skipped":0},"output":"hi"}"#
        ]],
    );
}

#[test]
fn model_warm() {
    check(ClientFrame::ModelWarm { model: "openai".into() }, expect![[r#"{"type":"model/warm","model":"openai"}"#]]);
}

#[test]
fn presence_update() {
    check(
        ClientFrame::PresenceUpdate {
            name: Some("Ada".into()),
            cursor: Some(Cursor { file: "f1".into(), anchor: "AAE=".into(), head: "AAI=".into() }),
            viewport: None,
        },
        expect![[r#"{"type":"presence/update","name":"Ada","cursor":{"file":"f1","anchor":"AAE=","head":"AAI="}}"#]],
    );
    let viewport = Some(Viewport { file: "f1".into(), top: "AAE=".into(), past: 45, lines: 34 });
    check(
        ClientFrame::PresenceUpdate { name: None, cursor: None, viewport },
        expect![[r#"{"type":"presence/update","viewport":{"file":"f1","top":"AAE=","past":45,"lines":34}}"#]],
    );
    check(
        ClientFrame::PresenceUpdate { name: None, cursor: None, viewport: None },
        expect![[r#"{"type":"presence/update"}"#]],
    );
}

#[test]
fn presenter_set() {
    check(ClientFrame::PresenterSet { on: true }, expect![[r#"{"type":"presenter/set","on":true}"#]]);
}

#[test]
fn ping() {
    check(ClientFrame::Ping { clock: 1234.5 }, expect![[r#"{"type":"ping","clock":1234.5}"#]]);
}

/// A new variant does not compile here until it is pinned above.
#[allow(dead_code, reason = "only its exhaustiveness matters")]
fn all_are_pinned(frame: &ClientFrame) {
    match frame {
        ClientFrame::Hello(_)
        | ClientFrame::TurnStart(_)
        | ClientFrame::TurnSteer { .. }
        | ClientFrame::TurnInterrupt { .. }
        | ClientFrame::TurnContinue { .. }
        | ClientFrame::TurnRevert { .. }
        | ClientFrame::HunkAccept { .. }
        | ClientFrame::HunkRevert { .. }
        | ClientFrame::HunkApply { .. }
        | ClientFrame::HunkRefuse { .. }
        | ClientFrame::ScopeSet { .. }
        | ClientFrame::LockSet { .. }
        | ClientFrame::RunReport(_)
        | ClientFrame::ModelWarm { .. }
        | ClientFrame::PresenceUpdate { .. }
        | ClientFrame::PresenterSet { .. }
        | ClientFrame::Ping { .. } => {}
    }
}
