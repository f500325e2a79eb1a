//! The session as values: inputs in, effects out, no task and no socket.

use std::time::{Duration, Instant};

use edits::{Action, Format, Kind};
use models::EndReason;
use protocol::client::TurnStart;
use protocol::view::{ModelView, Role, TurnStatus};
use protocol::{ErrorCode, Seq, ServerFrame};

use super::{EARLY_KEPT, EARLY_MAX, Effect, LessonFile, SessionLesson, State};
use crate::session::command::{Command, ModelStep, SegmentEnd, Stages, Steering, StepOp, UrgentKind};
use crate::session::entry::Body;
use crate::session::roster::{PARTICIPANTS_MAX, PeerId};

const PEER: PeerId = PeerId(1);

/// The models on offer: the one that costs nothing.
fn models() -> Vec<ModelView> {
    let practice = ModelView {
        id: "practice".into(),
        label: "Practice".into(),
        provider: "practice".into(),
        scripted: true,
        locked: false,
    };
    vec![practice]
}

fn state(lesson: Option<SessionLesson>) -> State {
    let mut state = State::new("e".into(), 1, models(), lesson);
    assert!(state.join(PEER, Role::Owner, None, None).is_ok());
    state.take_effects();
    state
}

fn start(state: &mut State, turn: &str, now: Instant) -> Vec<Effect> {
    let start = TurnStart {
        turn_id: turn.into(),
        prompt: "go".into(),
        model: "practice".into(),
        open_file: None,
        selection: None,
        scope: None,
        tokens_per_second: None,
    };
    state.command(Command::Start { peer: PEER, received: now, start }, now);
    state.take_effects()
}

fn say(state: &mut State, text: &str, now: Instant) {
    state.step(ModelStep { text: text.into(), ..ModelStep::default() }, now);
}

fn urgent(state: &mut State, peer: PeerId, kind: UrgentKind, received: Instant, now: Instant) {
    if let Some(begun) = state.urgent(peer, kind, received, now) {
        state.finish(begun);
    }
}

fn interrupt(state: &mut State, turn: &str, shown: u64, now: Instant) -> Vec<Effect> {
    urgent(state, PEER, UrgentKind::Interrupt { turn: turn.into(), shown: Seq(shown) }, now, now);
    state.take_effects()
}

/// The frames that effects log or tell, in order.
fn frames(effects: &[Effect]) -> Vec<&ServerFrame> {
    effects
        .iter()
        .filter_map(|effect| match effect {
            Effect::Log(entry) => match &entry.body {
                Body::Frame(frame) => Some(&**frame),
                Body::Silent | Body::Delta(_) => None,
            },
            Effect::Tell(_, frame) => Some(&**frame),
            _ => None,
        })
        .collect()
}

#[test]
fn a_cut_is_announced_before_anything_else_that_follows_from_it() {
    let (mut state, now) = (state(None), Instant::now());
    start(&mut state, "t1", now);
    say(&mut state, "hello", now);
    state.take_effects();
    let effects = interrupt(&mut state, "t1", 99, now);
    assert!(matches!(effects.first(), Some(Effect::Cancel)));
    assert!(matches!(effects.get(1), Some(Effect::Cut(cut)) if cut.kept == 5 && cut.stopped));
    assert!(matches!(
        frames(&effects).last(),
        Some(ServerFrame::TurnCompleted { status: TurnStatus::Interrupted, kept_offset: 5, .. })
    ));
}

#[test]
fn words_that_were_said_before_a_request_was_built_are_in_the_next_one() {
    let (mut state, now) = (state(None), Instant::now());
    start(&mut state, "t1", now);
    for (steer, text) in [("s1", "only ints"), ("s2", "and names")] {
        let (turn, steer, text) = ("t1".into(), steer.into(), text.to_owned());
        urgent(
            &mut state,
            PEER,
            UrgentKind::Steer(Steering { turn, steer, shown: Seq(9), text, refuses: None }),
            now,
            now,
        );
    }
    let request = state.request(now).unwrap();
    let ends: Vec<&str> = request.messages.iter().map(|m| m.text.lines().last().unwrap_or_default()).collect();
    assert_eq!(ends, ["go", "only ints", "and names"]);
    // They stay as they were sent.
    assert_eq!(state.request(now).unwrap().messages.get(..2), request.messages.get(..2));
}

#[test]
fn a_prompt_that_was_stopped_at_once_is_in_the_request_that_goes_on_with_it() {
    let (mut state, now) = (state(None), Instant::now());
    start(&mut state, "t1", now);
    interrupt(&mut state, "t1", 0, now);
    let go_on = Command::Continue { peer: PEER, received: now, turn: "t1".into(), segment: "g1".into(), text: None };
    state.command(go_on, now);
    let request = state.request(now).unwrap();
    assert_eq!(request.messages.first().map(|m| m.text.as_str()), Some("go"));
}

#[test]
fn what_an_old_segment_still_sends_is_not_wanted() {
    let (mut state, now) = (state(None), Instant::now());
    let effects = start(&mut state, "t1", now);
    let generation = effects
        .iter()
        .find_map(|e| match e {
            Effect::Run { generation, .. } => Some(*generation),
            _ => None,
        })
        .unwrap();
    assert!(state.wants(generation));
    interrupt(&mut state, "t1", 0, now);
    assert!(!state.wants(generation));
    start(&mut state, "t2", now);
    assert!(!state.wants(generation));
}

#[test]
fn an_interrupt_for_an_unknown_turn_is_kept_for_a_while_and_then_forgotten() {
    let (mut state, now) = (state(None), Instant::now());
    assert!(interrupt(&mut state, "t1", 0, now).is_empty());
    state.expire(now + EARLY_KEPT - Duration::from_millis(1));
    let effects = start(&mut state, "t1", now);
    assert!(effects.iter().any(|e| matches!(e, Effect::Cut(_))));

    assert!(interrupt(&mut state, "t2", 0, now).is_empty());
    state.expire(now + EARLY_KEPT);
    let effects = start(&mut state, "t2", now);
    assert!(!effects.iter().any(|e| matches!(e, Effect::Cut(_))));
}

#[test]
fn a_steer_whose_turn_never_comes_goes_back_with_its_words_also_past_the_limit() {
    let (mut state, now) = (state(None), Instant::now());
    for n in 0..=EARLY_MAX {
        let kind = UrgentKind::Steer(Steering {
            turn: "nope".into(),
            steer: format!("s{n}").as_str().into(),
            shown: Seq::ZERO,
            text: format!("words {n}"),
            refuses: None,
        });
        urgent(&mut state, PEER, kind, now + Duration::from_millis(n as u64), now);
    }
    let failed = |effects: &[Effect]| {
        let failed = |f: &&ServerFrame| matches!(f, ServerFrame::SteerFailed { code: ErrorCode::NotFound, .. });
        frames(effects).into_iter().filter(failed).count()
    };
    assert_eq!(failed(&state.take_effects()), 1, "the oldest made room");
    state.expire(now + EARLY_KEPT * 2);
    assert_eq!(failed(&state.take_effects()), EARLY_MAX);
}

#[test]
fn a_lesson_puts_its_files_back_in_one_step_of_the_turn_that_reverting_takes_back() {
    let view = protocol::view::LessonView {
        id: "l".into(),
        title: String::new(),
        language: String::new(),
        goal: String::new(),
        prompt: String::new(),
        hint: String::new(),
        opens: String::new(),
    };
    let files = vec![LessonFile { path: "a.py".into(), text: "x = 1\n".into() }];
    let (mut state, now) = (state(Some(SessionLesson { view, files })), Instant::now());
    start(&mut state, "t1", now);
    // The model changes the file, and the turn ends.
    let id = state.doc.find("a.py").unwrap();
    let (revision, _) = state.doc.view(&id).unwrap();
    let ops = [
        document::ModelOp::Place { hunk: 900, file: id.clone(), revision, start: 0, len: 6 },
        document::ModelOp::Insert { hunk: 900, text: "# mine\n".into() },
        document::ModelOp::Close { hunk: 900 },
    ];
    let seq = state.advance();
    state.doc.apply(seq.0, &ops);
    let end = SegmentEnd { outcome: Ok(EndReason::Stop), usage: None, stages: Stages::default() };
    state.end(end, now);
    let text = |state: &State| state.doc.text(&state.doc.find("a.py").unwrap()).unwrap().to_string();
    let changed = text(&state);
    assert_ne!(changed, "x = 1\n");
    start(&mut state, "t2", now);
    assert_eq!(text(&state), "x = 1\n");
    interrupt(&mut state, "t2", 0, now);
    assert_eq!(text(&state), "x = 1\n", "a cut does not reach behind the turn's own beginning");
    let decision = crate::session::command::Decision::RevertTurn;
    state.command(Command::Decide { peer: PEER, turn: "t2".into(), decision }, now);
    assert_eq!(text(&state), changed);
}

#[test]
fn a_viewer_can_do_nothing_that_has_an_effect() {
    let (mut state, now) = (state(None), Instant::now());
    let viewer = PeerId(2);
    assert!(state.join(viewer, Role::Viewer, None, None).is_ok());
    state.take_effects();
    let start = TurnStart {
        turn_id: "t".into(),
        prompt: "go".into(),
        model: "practice".into(),
        open_file: None,
        selection: None,
        scope: None,
        tokens_per_second: None,
    };
    state.command(Command::Start { peer: viewer, received: now, start }, now);
    state.command(Command::Edit { peer: viewer, counter: 1, message: vec![0, 2, 2, 0, 0].into() }, now);
    urgent(&mut state, viewer, UrgentKind::Interrupt { turn: "t".into(), shown: Seq::ZERO }, now, now);
    let effects = state.take_effects();
    assert_eq!(effects.len(), 3);
    for frame in frames(&effects) {
        assert!(matches!(frame, ServerFrame::Error { code: ErrorCode::Forbidden, .. }), "{frame:?}");
    }
}

#[test]
fn one_participant_past_the_limit_is_told_that_the_session_is_full() {
    let mut state = state(None);
    for n in 2..=PARTICIPANTS_MAX as u64 {
        assert!(state.join(PeerId(n), Role::Owner, None, None).is_ok());
    }
    let full = state.join(PeerId(PARTICIPANTS_MAX as u64 + 1), Role::Owner, None, None);
    assert_eq!(full.err(), Some(protocol::CloseCode::Full));
}

#[test]
fn a_turn_that_nobody_can_steer_is_abandoned() {
    let (mut state, now) = (state(None), Instant::now());
    start(&mut state, "t1", now);
    assert!(!state.is_abandoned());
    state.command(Command::Leave { peer: PEER, for_good: false }, now);
    assert!(state.is_abandoned());
    say(&mut state, "partial", now);
    state.stop(ErrorCode::Abandoned, "Nobody was there.");
    let effects = state.take_effects();
    let frames = frames(&effects);
    let Some(ServerFrame::TurnCompleted { status, reason, kept_offset, .. }) = frames.last() else { panic!() };
    assert_eq!((*status, *kept_offset), (TurnStatus::Interrupted, 7));
    assert_eq!(reason.as_ref().map(|r| r.code), Some(ErrorCode::Abandoned));
}

#[test]
fn a_cut_is_told_before_anything_is_taken_back() {
    let (mut state, now) = (state(None), Instant::now());
    let viewer = PeerId(2);
    assert!(state.join(viewer, Role::Viewer, None, None).is_ok());
    let stop = |turn: &str, shown: Seq| UrgentKind::Interrupt { turn: turn.into(), shown };
    start(&mut state, "t1", now);
    let (hunk, path) = (0, "a.txt".to_owned());
    let open = Action::Open {
        hunk,
        offset: 0,
        path: path.clone(),
        why: "w".to_owned(),
        format: Format::Edit,
        kind: Kind::Edit,
    };
    let insert = |text: &str| StepOp::Edit(Action::Insert { hunk, text: text.to_owned() });
    let mut step = |text: &str, ops| {
        state.step(ModelStep { text: text.to_owned(), ops, ..ModelStep::default() }, now);
        state.seq
    };
    step("o", vec![StepOp::Edit(open), StepOp::Create { hunk, path }]);
    let shown = step("one", vec![insert("one\n")]);
    step("two", vec![insert("two\n")]);
    state.take_effects();
    let text = |state: &State| state.doc.find("a.txt").and_then(|file| state.doc.text(&file));

    for (peer, turn) in [(viewer, "t1"), (PeerId(3), "t1"), (PEER, "t2")] {
        assert!(state.urgent(peer, stop(turn, shown), now, now).is_none());
    }
    state.take_effects();
    let begun = state.urgent(PEER, stop("t1", shown), now, now).unwrap();
    let effects = state.take_effects();
    assert!(matches!(&effects[..], [Effect::Cancel, Effect::Cut(cut), Effect::InterruptTook(_)] if cut.stopped));
    assert_eq!(text(&state).as_deref(), Some("one\ntwo\n"));
    state.finish(begun);
    assert_eq!(text(&state).as_deref(), Some("one\n"));
    assert!(matches!(frames(&state.take_effects()).last(), Some(ServerFrame::TurnCompleted { .. })));
    assert!(state.urgent(PEER, stop("t1", shown), now, now).is_none(), "it has stopped");
}

mod runs;
mod save;

#[test]
fn who_left_is_still_named_by_what_they_said() {
    let now = Instant::now();
    let mut state = state(None);
    assert!(state.join(PeerId(2), Role::Editor, Some("Grace"), None).is_ok());
    start(&mut state, "t1", now);
    let named = |state: &State| {
        let ServerFrame::State { session, .. } = state.state_frame() else { panic!("not a state") };
        session.named.into_iter().map(|person| person.name).collect::<Vec<_>>()
    };
    assert!(named(&state).is_empty(), "who asked is here");
    state.command(Command::Leave { peer: PEER, for_good: false }, now);
    assert_eq!(named(&state), ["Guest 1"]);
    state.command(Command::Leave { peer: PeerId(2), for_good: false }, now);
    assert_eq!(named(&state), ["Guest 1"], "who said nothing is not");
}
