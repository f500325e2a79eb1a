//! What is told of a run: to everyone in the session, and to the model.

use protocol::limits::{RUN_ERRORS_MAX, RUN_MESSAGE_MAX, RUN_OUTPUT_MAX};
use protocol::run::{RunError, RunReport, RunStatus, RunTests};

use super::console::{Console, Said, Tally};
use super::event::TestState;
use super::trace::{Files, headline, place_of};

/// How much of a stack trace the model is told, in characters: the innermost frames.
const TRACE_MAX: usize = 1_500;

/// The report of a run that ended.
pub fn report(console: &Console, entry: &str, status: RunStatus, ms: f64, files: &impl Files) -> RunReport {
    let failed = console.entries().filter_map(|entry| failure(&entry.said, files));
    let errors = failed.take(RUN_ERRORS_MAX).collect();
    let Tally { passed, failed, skipped } = console.tally;
    let tests = (console.tally != Tally::default()).then_some(RunTests { passed, failed, skipped });
    RunReport {
        entry: cut(entry, RUN_MESSAGE_MAX),
        status,
        ms: if ms.is_finite() { ms } else { 0.0 },
        errors,
        tests,
        output: cut(&console.tail(RUN_OUTPUT_MAX / 2), RUN_OUTPUT_MAX),
    }
}

/// What failed, if something on the console says that something did.
pub fn failure(said: &Said, files: &impl Files) -> Option<RunError> {
    let (trace, test) = match said {
        Said::Error(trace) => (trace.as_str(), None),
        Said::Test(test) if test.state == TestState::Failed => {
            (test.error.as_deref().unwrap_or("It failed."), Some(test))
        }
        _ => return None,
    };
    let place = place_of(trace, files);
    let file = test.map(|test| test.file.clone()).filter(|file| files.has(file));
    Some(RunError {
        message: cut(headline(trace), RUN_MESSAGE_MAX),
        path: place.as_ref().map(|place| place.path.clone()).or(file),
        line: place.map(|place| place.line),
        test: test.map(|test| cut(&test.name, RUN_MESSAGE_MAX)),
    })
}

/// What the model is asked to mend.
pub fn fix_words(entry: &str, error: &RunError, said: &Said) -> String {
    let place = match (&error.path, error.line) {
        (Some(path), Some(line)) => format!(" at {path}, line {line}"),
        (Some(path), None) => format!(" in {path}"),
        _ => String::new(),
    };
    let what = match &error.test {
        Some(test) => format!("The test “{test}” fails{place}: {}", error.message),
        None => format!("Running {entry} fails{place}: {}", error.message),
    };
    let trace = match said {
        Said::Error(trace) => trace.as_str(),
        Said::Test(test) => test.error.as_deref().unwrap_or_default(),
        _ => "",
    };
    let trace = if trace.contains("  File \"") { last(trace, TRACE_MAX) } else { cut(trace, TRACE_MAX) };
    let trace = if trace.trim() == error.message { String::new() } else { format!("\n\n{trace}") };
    format!("{what}{trace}\n\nFix this.")
}

/// A text of so many bytes at most.
fn cut(text: &str, most: usize) -> String {
    text.get(..text.floor_char_boundary(most)).unwrap_or_default().to_owned()
}

/// The end of a text, of so many bytes at most.
fn last(text: &str, most: usize) -> String {
    let from = text.ceil_char_boundary(text.len().saturating_sub(most));
    text.get(from..).unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::run::event::{Event, Test};

    struct Known;

    impl Files for Known {
        fn has(&self, path: &str) -> bool {
            path == "a.py" || path == "a.test.js"
        }
    }

    const TRACE: &str = "Traceback (most recent call last):\n  File \"a.py\", line 7, in <module>\nValueError: no";

    fn failing() -> Console {
        let mut console = Console::default();
        let error = Event::Error { promised: false, name: "ValueError".into(), stack: TRACE.into(), value: None };
        console.take(error);
        let error = Some("AssertionError: 1 !== 2\n    at a.test.js:3:4".to_owned());
        let test = Test { file: "a.test.js".into(), name: "adds".into(), state: TestState::Failed, ms: 1.0, error };
        console.take(Event::Test(test));
        console
    }

    #[test]
    fn failures_have_their_place() {
        let report = report(&failing(), "a.py", RunStatus::Failed, f64::NAN, &Known);
        let told: Vec<_> = report.errors.iter().map(|e| (e.message.as_str(), e.line, e.test.as_deref())).collect();
        assert_eq!(told, [("ValueError: no", Some(7), None), ("AssertionError: 1 !== 2", Some(3), Some("adds"))]);
        assert_eq!((report.ms, report.tests.map(|tests| tests.failed)), (0.0, Some(1)));
        assert!(report.output.contains("FAILED adds"));
    }

    #[test]
    fn a_report_is_bounded() {
        let mut console = Console::default();
        for n in 0..RUN_ERRORS_MAX + 5 {
            let stack = format!("Error {n}: {}", "ü".repeat(RUN_MESSAGE_MAX));
            console.take(Event::Error { promised: false, name: "Error".into(), stack, value: None });
        }
        let report = report(&console, "a.py", RunStatus::Failed, 1.0, &Known);
        assert_eq!(report.errors.len(), RUN_ERRORS_MAX);
        assert!(report.errors.iter().all(|error| error.message.len() <= RUN_MESSAGE_MAX));
        assert!(report.output.len() <= RUN_OUTPUT_MAX);
    }

    #[test]
    fn the_model_is_told_what_and_where() {
        let console = failing();
        let mut words = console.entries().map(|entry| {
            let error = failure(&entry.said, &Known).unwrap();
            fix_words("a.py", &error, &entry.said)
        });
        let first = words.next().unwrap();
        assert!(first.starts_with("Running a.py fails at a.py, line 7: ValueError: no\n\nTraceback"), "{first}");
        let second = words.next().unwrap();
        assert!(second.starts_with("The test “adds” fails at a.test.js, line 3: AssertionError: 1 !== 2"), "{second}");
        assert!(second.ends_with("Fix this."));
    }
}
