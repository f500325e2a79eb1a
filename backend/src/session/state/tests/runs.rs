//! What came of runs.

use protocol::limits::{RUN_ERRORS_MAX, RUN_MESSAGE_MAX, RUN_OUTPUT_MAX, RUNS_KEPT};
use protocol::run::{RunError, RunReport, RunStatus};

use super::*;

const VIEWER: PeerId = PeerId(2);

fn report(entry: &str) -> RunReport {
    let (status, ms) = (RunStatus::Failed, 1.5);
    RunReport { entry: entry.to_owned(), status, ms, errors: Vec::new(), tests: None, output: String::new() }
}

fn reported(state: &mut State, peer: PeerId, report: RunReport) -> Vec<Effect> {
    state.command(Command::Run { peer, report: Box::new(report) }, Instant::now());
    state.take_effects()
}

fn kept(state: &State) -> Vec<String> {
    let ServerFrame::State { session, .. } = state.state_frame() else { unreachable!() };
    session.runs.into_iter().map(|run| run.report.entry).collect()
}

#[test]
fn a_run_is_told_to_all_and_the_last_ones_are_kept() {
    let mut state = state(None);
    let effects = reported(&mut state, PEER, report("a.py"));
    let told = frames(&effects);
    assert!(matches!(told.as_slice(), [ServerFrame::RunReported { run, .. }] if run.report.entry == "a.py"));
    for n in 0..RUNS_KEPT {
        reported(&mut state, PEER, report(&n.to_string()));
    }
    assert_eq!(kept(&state), (0..RUNS_KEPT).map(|n| n.to_string()).collect::<Vec<_>>());
}

#[test]
fn viewers_report_nothing() {
    let mut state = state(None);
    assert!(state.join(VIEWER, Role::Viewer, None, None).is_ok());
    state.take_effects();
    let effects = reported(&mut state, VIEWER, report("a.py"));
    assert!(matches!(frames(&effects).as_slice(), [ServerFrame::Error { code: ErrorCode::Forbidden, .. }]));
    assert!(kept(&state).is_empty());
}

#[test]
fn a_run_that_says_too_much_is_refused() {
    let mut state = state(None);
    let error = RunError { message: "x".repeat(RUN_MESSAGE_MAX), path: None, line: None, test: None };
    let fits =
        RunReport { output: "x".repeat(RUN_OUTPUT_MAX), errors: vec![error.clone(); RUN_ERRORS_MAX], ..report("a") };
    assert!(matches!(frames(&reported(&mut state, PEER, fits.clone())).as_slice(), [ServerFrame::RunReported { .. }]));
    for past in [
        RunReport { output: "x".repeat(RUN_OUTPUT_MAX + 1), ..report("a") },
        RunReport { errors: vec![error.clone(); RUN_ERRORS_MAX + 1], ..report("a") },
        RunReport { errors: vec![RunError { message: "x".repeat(RUN_MESSAGE_MAX + 1), ..error }], ..report("a") },
        RunReport { entry: "x".repeat(RUN_MESSAGE_MAX + 1), ..report("a") },
        RunReport { ms: f64::INFINITY, ..report("a") },
    ] {
        let effects = reported(&mut state, PEER, past);
        assert!(matches!(frames(&effects).as_slice(), [ServerFrame::Error { code: ErrorCode::Limit, .. }]));
    }
}

#[test]
fn runs_are_written_down_when_there_is_a_new_one() {
    let mut state = state(None);
    state.export(true);
    reported(&mut state, PEER, report("a.py"));
    let with = serde_json::to_string(&state.export(false).state).unwrap();
    start(&mut state, "t1", Instant::now());
    let without = serde_json::to_string(&state.export(false).state).unwrap();
    assert!(with.contains("a.py") && !without.contains("a.py"));
}
