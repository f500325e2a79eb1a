//! Every frame of the server, but for those that tell of a hunk.

use expect_test::expect;
use protocol::ErrorCode;
use protocol::context::ContextView;
use protocol::ids::Seq;
use protocol::latency::{Latency, Usage};
use protocol::limits::Limits;
use protocol::presence::{PresenceChange, Viewport};
use protocol::run::{RunReport, RunStatus, RunView};
use protocol::scope::{LockView, Region, RegionRange, Scope, Within};
use protocol::server::{Reason, ServerFrame, Stall, Welcome};
use protocol::view::{Changes, Cuts, ModelView, Participant, Presence, Role, TurnStatus};

use crate::check;

#[test]
fn welcome() {
    check(
        ServerFrame::Welcome(Box::new(Welcome {
            version: 1,
            epoch: "e".into(),
            participant: ada(),
            resume_key: "key".into(),
            client_id: 1,
            role: Role::Owner,
            seq: Seq(0),
            models: vec![ModelView {
                id: "practice".into(),
                label: "Practice (scripted)".into(),
                provider: "practice".into(),
                scripted: true,
                locked: false,
            }],
            limits: Limits::default(),
        })),
        expect![[
            r#"{"type":"welcome","version":1,"epoch":"e","participant":{"id":"p1","name":"Ada","color":0},"resumeKey":"key","clientId":1,"role":"owner","seq":0,"models":[{"id":"practice","label":"Practice (scripted)","provider":"practice","scripted":true}],"limits":{"clientFrameMax":262144,"promptMax":65536,"nameMax":40,"pathMax":255,"fileMax":4194304,"filesMax":10000,"locksMax":256,"scopeMax":256}}"#
        ]],
    );
}

#[test]
fn turn_started() {
    check(
        ServerFrame::TurnStarted {
            seq: Seq(1),
            turn_id: "t1".into(),
            prompt: "make add() handle strings".into(),
            model: "practice".into(),
            by: "p1".into(),
            scope: Scope::default(),
        },
        expect![[
            r#"{"type":"turn/started","seq":1,"turnId":"t1","prompt":"make add() handle strings","model":"practice","by":"p1","scope":{"within":"session","stopWhenHeld":false}}"#
        ]],
    );
}

#[test]
fn turn_continued() {
    check(
        ServerFrame::TurnContinued {
            seq: Seq(11),
            turn_id: "t1".into(),
            offset: 61,
            by: "p1".into(),
            text: Some("and test it".into()),
        },
        expect![[r#"{"type":"turn/continued","seq":11,"turnId":"t1","offset":61,"by":"p1","text":"and test it"}"#]],
    );
}

#[test]
fn turn_delta() {
    check(
        ServerFrame::TurnDelta { seq: Seq(2), turn_id: "t1".into(), offset: 0, text: "I will \"fix\" it\n".into() },
        expect![[r#"{"type":"turn/delta","seq":2,"turnId":"t1","offset":0,"text":"I will \"fix\" it\n"}"#]],
    );
}

#[test]
fn turn_completed() {
    check(
        ServerFrame::TurnCompleted {
            seq: Seq(10),
            turn_id: "t1".into(),
            status: TurnStatus::Interrupted,
            kept_offset: 61,
            reason: None,
            latency: Latency {
                queue_ms: 0.1,
                setup_ms: Some(0.3),
                connected_ms: Some(0.3),
                first_byte_ms: Some(80.25),
                first_token_ms: Some(81.5),
                relayed_ms: Some(81.625),
                total_ms: None,
                warm: true,
            },
            usage: Some(Usage { input_tokens: 900, cached_tokens: 512, output_tokens: 15, estimated: true }),
            cuts: Some(Cuts { count: 2, by: "p1".into(), first_ms: Some(1840.5), discarded: 12 }),
        },
        expect![[
            r#"{"type":"turn/completed","seq":10,"turnId":"t1","status":"interrupted","keptOffset":61,"latency":{"queueMs":0.1,"setupMs":0.3,"connectedMs":0.3,"firstByteMs":80.25,"firstTokenMs":81.5,"relayedMs":81.625,"warm":true},"usage":{"inputTokens":900,"cachedTokens":512,"outputTokens":15,"estimated":true},"cuts":{"count":2,"by":"p1","firstMs":1840.5,"discarded":12}}"#
        ]],
    );
}

#[test]
fn turn_completed_by_a_failure() {
    check(
        ServerFrame::TurnCompleted {
            seq: Seq(3),
            turn_id: "t1".into(),
            status: TurnStatus::Failed,
            kept_offset: 0,
            reason: Some(Reason {
                code: ErrorCode::UpstreamRateLimited,
                message: "Slow down.".into(),
                retry_after_ms: Some(2000),
            }),
            latency: Latency::default(),
            usage: None,
            cuts: None,
        },
        expect![[
            r#"{"type":"turn/completed","seq":3,"turnId":"t1","status":"failed","keptOffset":0,"reason":{"code":"upstreamRateLimited","message":"Slow down.","retryAfterMs":2000},"latency":{"queueMs":0.0,"warm":false}}"#
        ]],
    );
}

#[test]
fn turn_stopped() {
    check(
        ServerFrame::TurnStopped { turn_id: "t1".into(), kept_offset: 61 },
        expect![[r#"{"type":"turn/stopped","turnId":"t1","keptOffset":61}"#]],
    );
}

#[test]
fn turn_reverted() {
    check(
        ServerFrame::TurnReverted { seq: Seq(12), turn_id: "t1".into(), by: "p1".into(), note: None },
        expect![[r#"{"type":"turn/reverted","seq":12,"turnId":"t1","by":"p1"}"#]],
    );
}

#[test]
fn turn_steer_accepted() {
    check(
        ServerFrame::SteerAccepted { turn_id: "t1".into(), steer_id: "s1".into(), accept_ms: 0.05 },
        expect![[r#"{"type":"turn/steer/accepted","turnId":"t1","steerId":"s1","acceptMs":0.05}"#]],
    );
}

#[test]
fn turn_steer_applied() {
    check(
        ServerFrame::SteerApplied {
            seq: Seq(3),
            turn_id: "t1".into(),
            steer_id: "s1".into(),
            text: "only ints".into(),
            by: "p1".into(),
            offset: 7,
            apply_ms: 0.06,
        },
        expect![[
            r#"{"type":"turn/steer/applied","seq":3,"turnId":"t1","steerId":"s1","text":"only ints","by":"p1","offset":7,"applyMs":0.06}"#
        ]],
    );
}

#[test]
fn turn_steer_answered() {
    check(
        ServerFrame::SteerAnswered { turn_id: "t1".into(), steer_id: "s1".into(), first_token_ms: 85.5 },
        expect![[r#"{"type":"turn/steer/answered","turnId":"t1","steerId":"s1","firstTokenMs":85.5}"#]],
    );
}

#[test]
fn turn_steer_failed() {
    check(
        ServerFrame::SteerFailed {
            turn_id: "t1".into(),
            steer_id: "s1".into(),
            code: ErrorCode::TurnNotActive,
            message: "The turn has ended.".into(),
            text: "only ints".into(),
        },
        expect![[
            r#"{"type":"turn/steer/failed","turnId":"t1","steerId":"s1","code":"turnNotActive","message":"The turn has ended.","text":"only ints"}"#
        ]],
    );
}

#[test]
fn turn_mending() {
    check(
        ServerFrame::TurnMending { seq: Seq(9), turn_id: "t1".into(), offset: 61, failed: 1 },
        expect![[r#"{"type":"turn/mending","seq":9,"turnId":"t1","offset":61,"failed":1}"#]],
    );
}

#[test]
fn turn_measured() {
    let changes = Changes { added: 3, removed: 1, smallest: 4 };
    check(
        ServerFrame::TurnMeasured { seq: Seq(11), turn_id: "t1".into(), changes },
        expect![[r#"{"type":"turn/measured","seq":11,"turnId":"t1","changes":{"added":3,"removed":1,"smallest":4}}"#]],
    );
}

#[test]
fn turn_context() {
    let context = ContextView { limit_tokens: 32_000, used_tokens: 1_200, ..ContextView::default() };
    check(
        ServerFrame::TurnContext { seq: Seq(2), turn_id: "t1".into(), context: Box::new(context) },
        expect![[
            r#"{"type":"turn/context","seq":2,"turnId":"t1","context":{"limitTokens":32000,"usedTokens":1200,"files":[],"moreFiles":0,"outlined":0,"leftOut":0,"historyTurns":0,"droppedTurns":0}}"#
        ]],
    );
}

#[test]
fn scope_changed() {
    let scope = Scope { within: Within::Files(vec!["f1".into()]), budget: Some(10), stop_when_held: true };
    check(
        ServerFrame::ScopeChanged { seq: Seq(9), scope, by: "p1".into() },
        expect![[
            r#"{"type":"scope/changed","seq":9,"scope":{"within":{"files":["f1"]},"budget":10,"stopWhenHeld":true},"by":"p1"}"#
        ]],
    );
}

#[test]
fn run_reported() {
    let (entry, status, errors) = ("a.py".into(), RunStatus::Passed, Vec::new());
    let report = RunReport { entry, status, ms: 1.5, errors, tests: None, output: String::new() };
    check(
        ServerFrame::RunReported { seq: Seq(9), run: RunView { by: "p1".into(), report } },
        expect![[r#"{"type":"run/reported","seq":9,"run":{"by":"p1","entry":"a.py","status":"passed","ms":1.5}}"#]],
    );
}

#[test]
fn lock_changed() {
    let range = Some(RegionRange { start: "AAE=".into(), end: "AAI=".into() });
    let region = Region { file: "f1".into(), range };
    let lock = LockView { id: "l1".into(), region, by: "p1".into() };
    check(
        ServerFrame::LockChanged { seq: Seq(9), lock_id: "l1".into(), lock: Some(lock), by: "p1".into() },
        expect![[
            r#"{"type":"lock/changed","seq":9,"lockId":"l1","lock":{"id":"l1","region":{"file":"f1","range":{"start":"AAE=","end":"AAI="}},"by":"p1"},"by":"p1"}"#
        ]],
    );
    check(
        ServerFrame::LockChanged { seq: Seq(9), lock_id: "l1".into(), lock: None, by: "p1".into() },
        expect![[r#"{"type":"lock/changed","seq":9,"lockId":"l1","by":"p1"}"#]],
    );
}

#[test]
fn edit_ack() {
    check(ServerFrame::EditAck { counter: 3, seq: Seq(9) }, expect![[r#"{"type":"edit/ack","counter":3,"seq":9}"#]]);
}

#[test]
fn saved() {
    check(ServerFrame::Saved { seq: Seq(9), stalled: None }, expect![[r#"{"type":"saved","seq":9}"#]]);
    check(
        ServerFrame::Saved { seq: Seq(9), stalled: Some(Stall::ReadOnly) },
        expect![[r#"{"type":"saved","seq":9,"stalled":"readOnly"}"#]],
    );
}

#[test]
fn presence() {
    let here = vec![Presence { participant: ada(), role: Role::Owner, cursor: None, viewport: None }];
    let gone = vec!["p2".into()];
    check(
        ServerFrame::Presence(PresenceChange { here: here.clone(), gone, connected: 1, ..PresenceChange::default() }),
        expect![[
            r#"{"type":"presence","here":[{"id":"p1","name":"Ada","color":0,"role":"owner"}],"gone":["p2"],"connected":1}"#
        ]],
    );
    check(
        ServerFrame::Presence(PresenceChange { whole: true, here, connected: 900, ..PresenceChange::default() }),
        expect![[
            r#"{"type":"presence","whole":true,"here":[{"id":"p1","name":"Ada","color":0,"role":"owner"}],"connected":900}"#
        ]],
    );
    check(
        ServerFrame::Presence(PresenceChange { connected: 901, ..PresenceChange::default() }),
        expect![[r#"{"type":"presence","connected":901}"#]],
    );
    let viewport = Some(Viewport { file: "f1".into(), top: "AAE=".into(), past: 0, lines: 34 });
    let here = vec![Presence { participant: ada(), role: Role::Owner, cursor: None, viewport }];
    let presenter = Some("p1".into());
    check(
        ServerFrame::Presence(PresenceChange { here, connected: 2, presenter, ..PresenceChange::default() }),
        expect![[
            r#"{"type":"presence","here":[{"id":"p1","name":"Ada","color":0,"role":"owner","viewport":{"file":"f1","top":"AAE=","lines":34}}],"connected":2,"presenter":"p1"}"#
        ]],
    );
}

#[test]
fn pong() {
    check(ServerFrame::Pong { clock: 1234.5 }, expect![[r#"{"type":"pong","clock":1234.5}"#]]);
}

#[test]
fn draining() {
    check(ServerFrame::Draining, expect![[r#"{"type":"draining"}"#]]);
}

#[test]
fn error() {
    check(
        ServerFrame::Error {
            code: ErrorCode::TurnActive,
            message: "A turn is running.".into(),
            answers: Some("t2".into()),
        },
        expect![[r#"{"type":"error","code":"turnActive","message":"A turn is running.","answers":"t2"}"#]],
    );
}

fn ada() -> Participant {
    Participant { id: "p1".into(), name: "Ada".into(), color: 0 }
}

/// A new variant does not compile here until it is pinned above.
#[allow(dead_code, reason = "only its exhaustiveness matters")]
fn all_are_pinned(frame: &ServerFrame) {
    match frame {
        ServerFrame::Welcome(_)
        | ServerFrame::State { .. }
        | ServerFrame::DocumentOpening { .. }
        | ServerFrame::DocumentFiles { .. }
        | ServerFrame::DocumentOpened { .. }
        | ServerFrame::TurnStarted { .. }
        | ServerFrame::TurnContinued { .. }
        | ServerFrame::TurnMending { .. }
        | ServerFrame::TurnMeasured { .. }
        | ServerFrame::TurnContext { .. }
        | ServerFrame::TurnDelta { .. }
        | ServerFrame::TurnCompleted { .. }
        | ServerFrame::TurnStopped { .. }
        | ServerFrame::TurnReverted { .. }
        | ServerFrame::SteerAccepted { .. }
        | ServerFrame::SteerApplied { .. }
        | ServerFrame::SteerAnswered { .. }
        | ServerFrame::SteerFailed { .. }
        | ServerFrame::HunkOpened { .. }
        | ServerFrame::HunkPlaced { .. }
        | ServerFrame::HunkClosed { .. }
        | ServerFrame::HunkHeld { .. }
        | ServerFrame::HunkFailed { .. }
        | ServerFrame::HunkDropped { .. }
        | ServerFrame::HunkAccepted { .. }
        | ServerFrame::ScopeChanged { .. }
        | ServerFrame::LockChanged { .. }
        | ServerFrame::RunReported { .. }
        | ServerFrame::FilesImported { .. }
        | ServerFrame::ImportTakenBack { .. }
        | ServerFrame::EditAck { .. }
        | ServerFrame::Saved { .. }
        | ServerFrame::Presence(_)
        | ServerFrame::Pong { .. }
        | ServerFrame::Models { .. }
        | ServerFrame::Draining
        | ServerFrame::Error { .. } => {}
    }
}
