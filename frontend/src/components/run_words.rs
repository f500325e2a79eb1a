//! How a run stands, in words.

use super::format;
use crate::run::console::Tally;
use crate::store::run::{Outcome, Phase};

/// A phase; of a page, where `page` says so.
pub fn status(phase: &Phase, page: bool) -> String {
    match phase {
        Phase::Idle => "Nothing was run yet".to_owned(),
        Phase::Starting { loaded: Some((done, total)) } => {
            format!("Loading Python, {} of {} MB", megabytes(*done), megabytes(*total))
        }
        Phase::Starting { loaded: None } => "Starting".to_owned(),
        Phase::Running if page => "Showing, follows your edits".to_owned(),
        Phase::Running => "Running".to_owned(),
        Phase::Ended(Outcome::Done { ms }) => format!("Done in {}", format::ms(*ms)),
        Phase::Ended(Outcome::Failed { ms }) => format!("Failed after {}", format::ms(*ms)),
        Phase::Ended(Outcome::Stopped { took_ms }) => format!("Stopped, within {}", format::ms(*took_ms)),
        Phase::Ended(Outcome::Crashed) => "Ended by the browser: it ran out of memory".to_owned(),
        Phase::Ended(Outcome::Refused) => "Not started".to_owned(),
    }
}

/// The tests of a run.
pub fn tests(tally: Tally) -> String {
    let mut words = vec![format!("{} passed", tally.passed)];
    for (count, word) in [(tally.failed, "failed"), (tally.skipped, "skipped")] {
        if count > 0 {
            words.push(format!("{count} {word}"));
        }
    }
    words.join(", ")
}

fn megabytes(bytes: f64) -> String {
    format!("{:.1}", bytes / 1_000_000.0)
}

#[cfg(test)]
mod tests_of_words {
    use super::*;

    #[test]
    fn tallies_leave_out_what_did_not_happen() {
        assert_eq!(tests(Tally { passed: 3, failed: 0, skipped: 0 }), "3 passed");
        assert_eq!(tests(Tally { passed: 0, failed: 2, skipped: 1 }), "0 passed, 2 failed, 1 skipped");
    }
}
