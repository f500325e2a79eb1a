//! What frames carry: turns, hunks, steers, people; in full, and every word of a closed list.

use expect_test::expect;
use protocol::ErrorCode;
use protocol::latency::{Latency, Usage};
use protocol::scope::{HoldReason, LockView, Proposal, Region, Scope};
use protocol::server::Reason;
use protocol::view::{
    Changes, Cursor, HunkFailure, HunkKind, HunkPlace, HunkStatus, HunkView, LessonView, Participant, Presence, Role,
    SegmentCause, SegmentView, SessionView, SteerStage, SteerView, TurnStatus, TurnView,
};

use crate::check;

#[test]
fn a_session_with_everything() {
    let lesson = LessonView {
        id: "invoice".into(),
        title: "Money".into(),
        language: "python".into(),
        goal: "Catch it.".into(),
        prompt: "Add tax.".into(),
        hint: "Floats.".into(),
        opens: "a.py".into(),
    };
    let turn = TurnView {
        id: "t1".into(),
        prompt: "Add tax.".into(),
        model: "practice".into(),
        by: "p1".into(),
        status: TurnStatus::Running,
        output: "I will ".into(),
        hunks: vec![hunk()],
        steers: vec![steer()],
        segments: vec![
            SegmentView { offset: 0, cause: SegmentCause::Prompt },
            SegmentView { offset: 7, cause: SegmentCause::Steer("s1".into()) },
        ],
        reason: None,
        latency: Latency::default(),
        usage: None,
        reverted: false,
        inherited: false,
        context: None,
        scope: Scope::default(),
        changes: Some(Changes { added: 2, removed: 1, smallest: 3 }),
        cuts: None,
    };
    let participant = Participant { id: "p1".into(), name: "Ada".into(), color: 0 };
    let cursor = Cursor { file: "f1".into(), anchor: "AAE=".into(), head: "AAI=".into() };
    let presence = Presence { participant, role: Role::Owner, cursor: Some(cursor), viewport: None };
    check(
        SessionView {
            lesson: Some(lesson),
            turns: vec![turn],
            scope: Scope::default(),
            runs: Vec::new(),
            locks: vec![LockView {
                id: "l1".into(),
                region: Region { file: "f1".into(), range: None },
                by: "p1".into(),
            }],
            imports: Vec::new(),
            participants: vec![presence],
            connected: 1,
            presenter: None,
            named: vec![Participant { id: "p2".into(), name: "Grace".into(), color: 1 }],
        },
        expect![[
            r#"{"lesson":{"id":"invoice","title":"Money","language":"python","goal":"Catch it.","prompt":"Add tax.","hint":"Floats.","opens":"a.py"},"turns":[{"id":"t1","prompt":"Add tax.","model":"practice","by":"p1","status":"running","output":"I will ","hunks":[{"id":"h1","offset":0,"path":"a.py","why":"tax","status":"applied","fileId":"f1","place":{"start":"AAE=","end":"AAI="},"added":2,"removed":1}],"steers":[{"id":"s1","text":"only ints","by":"p1","stage":"answered","offset":7,"acceptMs":0.05,"applyMs":0.06,"firstTokenMs":85.5}],"segments":[{"offset":0,"cause":"prompt"},{"offset":7,"cause":{"steer":"s1"}}],"latency":{"queueMs":0.0,"warm":false},"reverted":false,"scope":{"within":"session","stopWhenHeld":false},"changes":{"added":2,"removed":1,"smallest":3}}],"scope":{"within":"session","stopWhenHeld":false},"locks":[{"id":"l1","region":{"file":"f1"},"by":"p1"}],"participants":[{"id":"p1","name":"Ada","color":0,"role":"owner","cursor":{"file":"f1","anchor":"AAE=","head":"AAI="}}],"connected":1,"named":[{"id":"p2","name":"Grace","color":1}]}"#
        ]],
    );
}

#[test]
fn what_ends_a_turn() {
    check(
        Reason { code: ErrorCode::Abandoned, message: "Nobody was there.".into(), retry_after_ms: None },
        expect![[r#"{"code":"abandoned","message":"Nobody was there."}"#]],
    );
    check(
        Usage { input_tokens: 1, cached_tokens: 2, output_tokens: 3, estimated: false },
        expect![[r#"{"inputTokens":1,"cachedTokens":2,"outputTokens":3,"estimated":false}"#]],
    );
    check(
        Latency { total_ms: Some(900.125), ..Latency::default() },
        expect![[r#"{"queueMs":0.0,"totalMs":900.125,"warm":false}"#]],
    );
}

#[test]
fn a_hunk_that_failed() {
    let failed = HunkView {
        status: HunkStatus::Failed,
        file_id: None,
        place: None,
        failure: Some(HunkFailure::Ambiguous),
        message: Some("Twice.".into()),
        ..hunk()
    };
    check(
        failed,
        expect![[
            r#"{"id":"h1","offset":0,"path":"a.py","why":"tax","status":"failed","added":2,"removed":1,"failure":"ambiguous","message":"Twice."}"#
        ]],
    );
}

#[test]
fn a_hunk_that_is_held() {
    let held = HunkView {
        status: HunkStatus::Held,
        kind: HunkKind::Move,
        moved_to: Some("b.py".into()),
        hold: Some(HoldReason::OutOfScope),
        proposal: Some(Proposal { old: "a\n".into(), new: "b\n".into() }),
        note: Some("What you wrote stays.".into()),
        ..hunk()
    };
    check(
        held,
        expect![[
            r#"{"id":"h1","offset":0,"path":"a.py","why":"tax","status":"held","kind":"move","movedTo":"b.py","fileId":"f1","place":{"start":"AAE=","end":"AAI="},"added":2,"removed":1,"hold":"outOfScope","proposal":{"old":"a\n","new":"b\n"},"note":"What you wrote stays."}"#
        ]],
    );
}

#[test]
fn a_steer_that_failed() {
    let failed = SteerView {
        stage: SteerStage::Failed,
        offset: None,
        accept_ms: None,
        apply_ms: None,
        first_token_ms: None,
        failure: Some(ErrorCode::Interrupted),
        ..steer()
    };
    check(failed, expect![[r#"{"id":"s1","text":"only ints","by":"p1","stage":"failed","failure":"interrupted"}"#]]);
}

#[test]
fn closed_lists() {
    check([Role::Viewer, Role::Editor, Role::Owner], expect![[r#"["viewer","editor","owner"]"#]]);
    check(
        [TurnStatus::Running, TurnStatus::Completed, TurnStatus::Interrupted, TurnStatus::Failed],
        expect![[r#"["running","completed","interrupted","failed"]"#]],
    );
    check(
        [
            HunkStatus::Open,
            HunkStatus::Applied,
            HunkStatus::Partial,
            HunkStatus::Failed,
            HunkStatus::Reverted,
            HunkStatus::Accepted,
            HunkStatus::Held,
            HunkStatus::Refused,
        ],
        expect![[r#"["open","applied","partial","failed","reverted","accepted","held","refused"]"#]],
    );
    check(
        [
            HunkFailure::Unresolved,
            HunkFailure::Ambiguous,
            HunkFailure::NoSuchFile,
            HunkFailure::FileNotEmpty,
            HunkFailure::PlaceGone,
            HunkFailure::Malformed,
            HunkFailure::Limit,
        ],
        expect![[r#"["unresolved","ambiguous","noSuchFile","fileNotEmpty","placeGone","malformed","limit"]"#]],
    );
    check(
        [HunkKind::Edit, HunkKind::Create, HunkKind::Delete, HunkKind::Move],
        expect![[r#"["edit","create","delete","move"]"#]],
    );
    check(
        [HoldReason::Locked, HoldReason::OutOfScope, HoldReason::OverBudget],
        expect![[r#"["locked","outOfScope","overBudget"]"#]],
    );
    check(
        [SteerStage::Accepted, SteerStage::Applied, SteerStage::Answered, SteerStage::Failed],
        expect![[r#"["accepted","applied","answered","failed"]"#]],
    );
    check(
        [
            SegmentCause::Prompt,
            SegmentCause::Steer("s1".into()),
            SegmentCause::Continue(Some("go on".into())),
            SegmentCause::Continue(None),
            SegmentCause::Mend,
        ],
        expect![[r#"["prompt",{"steer":"s1"},{"continue":"go on"},{"continue":null},"mend"]"#]],
    );
}

fn hunk() -> HunkView {
    HunkView {
        id: "h1".into(),
        offset: 0,
        path: "a.py".into(),
        why: "tax".into(),
        status: HunkStatus::Applied,
        file_id: Some("f1".into()),
        place: Some(HunkPlace { start: "AAE=".into(), end: "AAI=".into() }),
        added: 2,
        removed: 1,
        failure: None,
        message: None,
        kind: HunkKind::Edit,
        moved_to: None,
        hold: None,
        proposal: None,
        note: None,
    }
}

fn steer() -> SteerView {
    SteerView {
        id: "s1".into(),
        text: "only ints".into(),
        by: "p1".into(),
        stage: SteerStage::Answered,
        offset: Some(7),
        accept_ms: Some(0.05),
        apply_ms: Some(0.06),
        first_token_ms: Some(85.5),
        failure: None,
    }
}
