//! Written down and read again, a session is the same, whatever was written when.

use protocol::scope::{LockView, Region, Scope};
use protocol::view::{SessionView, SteerStage};

use super::*;
use crate::session::state::{Export, RestoreError};

const EDIT: &str = "I will.\n<edit path=\"a.py\" why=\"x\">\n<old_text>\n";

fn with_file() -> State {
    let files = vec![LessonFile { path: "a.py".into(), text: "one\ntwo\n".into() }];
    let view = protocol::view::LessonView {
        id: "l".into(),
        title: "L".into(),
        language: String::new(),
        goal: String::new(),
        prompt: String::new(),
        hint: String::new(),
        opens: "a.py".into(),
    };
    state(Some(SessionLesson { view, files }))
}

fn read(exports: &[Export]) -> Result<State, RestoreError> {
    let lesson = None;
    let records = exports.iter().map(|export| {
        let text = serde_json::to_string(&export.state).unwrap();
        serde_json::from_str(&text).unwrap()
    });
    let documents = exports.iter().map(|export| export.document.as_slice());
    State::restore("e2".into(), 2, models(), lesson, records.collect(), documents)
}

/// What clients see, but for who is there.
fn view(state: &State) -> SessionView {
    let ServerFrame::State { session, .. } = state.state_frame() else { panic!("not a state") };
    SessionView { participants: Vec::new(), connected: 0, named: Vec::new(), lesson: None, ..*session }
}

fn texts(state: &State) -> Vec<(String, String)> {
    let listing = state.doc.listing().into_iter();
    listing.map(|(file, path)| (path, state.doc.text(&file.id).unwrap().to_string())).collect()
}

#[test]
fn what_is_read_is_what_was_written_however_it_was_grouped() {
    for every in [1, 2, 5, 100] {
        let mut state = with_file();
        let now = Instant::now();
        let mut exports = vec![state.export(false)];
        assert!(exports[0].whole && !state.is_unwritten());
        let file = state.doc.find("a.py").unwrap();
        let mut done = 0;
        let mut save = |state: &mut State, exports: &mut Vec<Export>| {
            state.take_effects();
            done += 1;
            if done % every == 0 {
                exports.push(state.export(false));
            }
        };
        let region = Some(Region { file: file.as_str().into(), range: None });
        state.command(Command::Lock { peer: PEER, lock: "lock".into(), region }, now);
        save(&mut state, &mut exports);
        state.command(Command::Scope { peer: PEER, scope: Scope { budget: Some(7), ..Scope::default() } }, now);
        save(&mut state, &mut exports);
        start(&mut state, "t1", now);
        save(&mut state, &mut exports);
        assert!(state.request(now).is_some());
        for text in ["Ich ", "weiß ", "🦀 ", EDIT] {
            say(&mut state, text, now);
            save(&mut state, &mut exports);
        }
        let shown = state.seq.0 - 2;
        let kind = UrgentKind::Steer(Steering {
            turn: "t1".into(),
            steer: "s1".into(),
            shown: Seq(shown),
            text: "no".into(),
            refuses: None,
        });
        urgent(&mut state, PEER, kind, now, now);
        save(&mut state, &mut exports);
        assert!(state.request(now).is_some());
        say(&mut state, "So. ", now);
        save(&mut state, &mut exports);
        let shown = state.seq.0;
        interrupt(&mut state, "t1", shown, now);
        save(&mut state, &mut exports);
        exports.push(state.export(false));

        let restored = read(&exports).unwrap();
        assert_eq!(view(&restored), view(&state), "every {every}");
        assert_eq!(restored.seq, state.seq);
        assert_eq!(restored.locks.iter().map(|l| &l.view).collect::<Vec<&LockView>>().len(), 1);
        assert_eq!(texts(&restored), texts(&state));
        let messages = |state: &State| -> Vec<Option<String>> {
            state.turns[0].segments.iter().map(|segment| segment.message.clone()).collect()
        };
        assert_eq!(messages(&restored), messages(&state));
        assert!(messages(&restored)[0].is_some());
        assert_eq!(restored.turns[0].steps.len(), state.turns[0].steps.len());
        let whole = state.export(true);
        assert_eq!(view(&read(&[whole]).unwrap()), view(&state));
    }
}

#[test]
fn promise_10_a_turn_that_ran_is_interrupted_and_goes_on() {
    let mut state = with_file();
    let now = Instant::now();
    start(&mut state, "t1", now);
    say(&mut state, "half a ", now);
    state.take_effects();
    let mut exports = vec![state.export(false)];
    say(&mut state, "sentence", now);
    let kind = UrgentKind::Steer(Steering {
        turn: "t1".into(),
        steer: "s1".into(),
        shown: state.seq,
        text: "shorter".into(),
        refuses: None,
    });
    urgent(&mut state, PEER, kind, now, now);
    state.take_effects();
    exports.push(state.export(false));
    let mut restored = read(&exports).unwrap();
    let turn = &view(&restored).turns[0];
    assert_eq!((turn.status, turn.output.as_str()), (TurnStatus::Interrupted, "half a sentence"));
    assert_eq!(turn.reason.as_ref().map(|reason| reason.code), Some(ErrorCode::Shutdown));
    assert_eq!(turn.steers[0].stage, SteerStage::Failed, "its words are there, to be said again");
    assert!(restored.is_unwritten(), "the interruption is written down too");
    assert!(restored.join(PeerId(9), Role::Owner, None, None).is_ok());
    let (turn, segment) = ("t1".into(), "c1".into());
    restored.command(Command::Continue { peer: PeerId(9), received: now, turn, segment, text: None }, now);
    assert!(restored.take_effects().iter().any(|effect| matches!(effect, Effect::Run { .. })));
}

#[test]
fn a_participant_comes_back_with_its_key_as_itself_and_under_a_new_client_id() {
    let mut state = with_file();
    let entrance = state.join(PeerId(5), Role::Owner, Some("Ada"), None).ok().unwrap();
    let ServerFrame::Welcome(welcome) = entrance.welcome else { panic!("no welcome") };
    let exports = [state.export(false)];
    let resume = |key: &str| protocol::client::Resume {
        participant: welcome.participant.id.clone(),
        key: key.into(),
        epoch: "e".into(),
        seq: Seq(0),
        state_vector: "AA==".into(),
    };
    let mut restored = read(&exports).unwrap();
    let mut come = |key: &str| {
        let entrance = restored.join(PeerId(7), Role::Owner, None, Some(&resume(key))).ok().unwrap();
        let ServerFrame::Welcome(welcome) = entrance.welcome else { panic!("no welcome") };
        welcome
    };
    let back = come(&welcome.resume_key);
    assert_eq!(back.participant, welcome.participant);
    assert_eq!(back.resume_key, welcome.resume_key);
    assert!(back.client_id > welcome.client_id);
    assert_ne!(come("guessed").participant.id, welcome.participant.id);
    assert_ne!(come("").participant.id, welcome.participant.id);
    let known = restored.roster.by_client(welcome.client_id);
    assert_eq!(known, Some(&welcome.participant), "what it wrote before is still its own");
}

#[test]
fn a_gap_and_a_newer_version_are_errors() {
    let mut state = with_file();
    let now = Instant::now();
    start(&mut state, "t1", now);
    say(&mut state, "one", now);
    state.take_effects();
    let first = state.export(false);
    say(&mut state, "two", now);
    state.take_effects();
    let second = state.export(false);
    say(&mut state, "three", now);
    state.take_effects();
    let third = state.export(false);
    assert!(matches!(read(&[first, third]), Err(RestoreError::Damaged(_))));
    let mut newer = serde_json::to_value(&second.state).unwrap();
    newer["version"] = 2.into();
    let newer = serde_json::from_value(newer).unwrap();
    let read = State::restore("e".into(), 2, Vec::new(), None, vec![newer], [second.document.as_slice()]);
    assert!(read.is_err());
}
