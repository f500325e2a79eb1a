//! The edit engine alone, on one core: how fast new text goes through it, and how long old text takes to be found.
//!
//! Nothing else runs: no document, no sockets. The streams are [`edits::testing::load`]'s.

use std::hint::black_box;
use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use edits::testing::load::{Fault, Load, Search};

use super::Effort;
use super::report::{Report, Row, Unit};
use super::stats::Spread;

const SECTION: &str = "engine alone, one core";
/// How long a figure is measured for in a round: thousands of times what the clock can tell.
const ROUND: Duration = Duration::from_millis(200);
/// Rounds at least: they are short.
const ROUNDS_MIN: usize = 5;
/// Tokens a second that are aimed at: thousands of times what models write.
const INSERTING: f64 = 1_000_000.0;
const RETYPING: f64 = 200_000.0;
/// Milliseconds to find old text in 50,000 lines: nobody notices the first, and the second is rare.
const STRICT: f64 = 5.0;
const FUZZY: f64 = 100.0;

/// Adds the section.
pub fn run(effort: &Effort, report: &mut Report) -> Result<()> {
    let rounds = effort.rounds.max(ROUNDS_MIN);
    for (measure, load, aim) in [
        ("new text at a located place", Load::inserting(), INSERTING),
        ("a function of 400 lines typed again, three changed", Load::retyping(), RETYPING),
    ] {
        ensure!(load.run() > 3, "{measure}: nothing was edited");
        let seconds = figures(rounds, || load.run());
        #[allow(clippy::cast_precision_loss, reason = "far fewer tokens than a float counts")]
        let tokens = load.tokens() as f64;
        let speed = Spread::of(seconds.into_iter().map(|seconds| tokens / seconds));
        report.rows.push(Row::new(SECTION, measure, Unit::TokensPerSecond).midstream(speed).aim_at_least(aim));
    }
    for (measure, fault, aim) in [
        ("40 lines found in 50,000: exact", Fault::None, STRICT),
        ("… with other blanks at line ends", Fault::Trailing, STRICT),
        ("… with another indentation", Fault::Indentation, STRICT),
        ("… with letters swapped in every tenth", Fault::Letters, FUZZY),
    ] {
        let search = Search::new(fault);
        ensure!(search.run(), "{measure}: not found");
        let millis = figures(rounds, || search.run()).into_iter().map(|seconds| seconds * 1000.0);
        report.rows.push(Row::new(SECTION, measure, Unit::Millis).midstream(Spread::of(millis)).aim_at_most(aim));
    }
    Ok(())
}

/// How many seconds it takes, once for each round.
fn figures<T>(rounds: usize, act: impl Fn() -> T) -> Vec<f64> {
    let round = || {
        let started = Instant::now();
        let mut times = 0.0;
        while started.elapsed() < ROUND {
            black_box(act());
            times += 1.0;
        }
        started.elapsed().as_secs_f64() / times
    };
    (0..rounds).map(|_| round()).collect()
}
