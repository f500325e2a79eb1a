//! The timeline's answers.

use expect_test::expect;
use protocol::Seq;
use protocol::timeline::{
    Fork, Leak, LeakPlace, Leaks, Mark, MarkKind, Moment, People, TimelineIndex, TimelineState, TimelineStep,
    TimelineSteps,
};
use protocol::view::{Participant, Role, SessionView, TurnStatus};

use super::check;

fn moment() -> Moment {
    Moment { seq: Seq(7), at_ms: 1200 }
}

fn participant() -> Participant {
    Participant { id: "p1".into(), name: "Ada".to_owned(), color: 0 }
}

#[test]
fn index() {
    let mark = Mark { moment: moment(), kind: MarkKind::Interrupt { turn_id: "t1".into() } };
    let value = TimelineIndex {
        from: Moment::default(),
        to: moment(),
        is_shortened: false,
        marks: vec![mark],
        more: false,
        role: Role::Viewer,
    };
    check(
        value,
        expect![[
            r#"{"from":{"seq":0,"atMs":0},"to":{"seq":7,"atMs":1200},"isShortened":false,"marks":[{"seq":7,"atMs":1200,"kind":"interrupt","turnId":"t1"}],"more":false,"role":"viewer"}"#
        ]],
    );
}

#[test]
fn marks() {
    let text = || "words".to_owned();
    let kinds = vec![
        MarkKind::Prompt { turn_id: "t1".into(), text: text(), by: "p1".into() },
        MarkKind::Steer { turn_id: "t1".into(), steer_id: "s1".into(), text: text(), by: "p1".into() },
        MarkKind::Interrupt { turn_id: "t1".into() },
        MarkKind::Hunk { turn_id: "t1".into(), hunk_id: "h1".into(), path: "a.py".to_owned(), why: text() },
        MarkKind::Decision { turn_id: "t1".into(), text: text() },
        MarkKind::End { turn_id: "t1".into(), status: TurnStatus::Completed },
        MarkKind::Edit { by: "p1".into() },
        MarkKind::Joined { by: "p1".into(), name: "Ada".to_owned() },
        MarkKind::Left { by: "p1".into() },
        MarkKind::Gap,
    ];
    check(
        kinds,
        expect![[
            r#"[{"kind":"prompt","turnId":"t1","text":"words","by":"p1"},{"kind":"steer","turnId":"t1","steerId":"s1","text":"words","by":"p1"},{"kind":"interrupt","turnId":"t1"},{"kind":"hunk","turnId":"t1","hunkId":"h1","path":"a.py","why":"words"},{"kind":"decision","turnId":"t1","text":"words"},{"kind":"end","turnId":"t1","status":"completed"},{"kind":"edit","by":"p1"},{"kind":"joined","by":"p1","name":"Ada"},{"kind":"left","by":"p1"},{"kind":"gap"}]"#
        ]],
    );
}

#[test]
fn state() {
    let value = TimelineState { moment: moment(), session: SessionView::default(), document: "AAA=".to_owned() };
    check(
        value,
        expect![[
            r#"{"seq":7,"atMs":1200,"session":{"turns":[],"scope":{"within":"session","stopWhenHeld":false},"locks":[],"participants":[],"connected":0},"document":"AAA="}"#
        ]],
    );
}

#[test]
fn steps() {
    let step = TimelineStep { moment: moment(), update: Some("AAA=".to_owned()), frame: None, people: None };
    let joined = People::Joined { participant: participant(), role: Role::Viewer };
    let came = TimelineStep { update: None, people: Some(joined), ..step.clone() };
    let left = TimelineStep { people: Some(People::Left { id: "p1".into() }), ..came.clone() };
    check(
        TimelineSteps { steps: vec![step, came, left], more: true },
        expect![[
            r#"{"steps":[{"seq":7,"atMs":1200,"update":"AAA="},{"seq":7,"atMs":1200,"people":{"joined":{"id":"p1","name":"Ada","color":0,"role":"viewer"}}},{"seq":7,"atMs":1200,"people":{"left":{"id":"p1"}}}],"more":true}"#
        ]],
    );
}

#[test]
fn leaks() {
    let leak = |place| Leak {
        moment: moment(), place, what: "a cloud key".to_owned(), preview: "AKIA••••".to_owned()
    };
    let found = vec![leak(LeakPlace::File), leak(LeakPlace::Output), leak(LeakPlace::Words), leak(LeakPlace::Comment)];
    check(
        Leaks { found, more: false },
        expect![[
            r#"{"found":[{"seq":7,"atMs":1200,"place":"file","what":"a cloud key","preview":"AKIA••••"},{"seq":7,"atMs":1200,"place":"output","what":"a cloud key","preview":"AKIA••••"},{"seq":7,"atMs":1200,"place":"words","what":"a cloud key","preview":"AKIA••••"},{"seq":7,"atMs":1200,"place":"comment","what":"a cloud key","preview":"AKIA••••"}],"more":false}"#
        ]],
    );
}

#[test]
fn fork() {
    check(Fork { seq: Seq(7) }, expect![[r#"{"seq":7}"#]]);
}
