//! Prints the engine's figures: `cargo run --release -p edits --example figures`.
//!
//! Medians of processor time, so that a busy machine does not spoil them; where the system does not tell it, of the
//! clock's.

use std::time::{Duration, Instant};

use edits::testing::load::{Fault, Load, Search};

const ROUNDS: usize = 9;
/// How often in a round: the system tells processor time in steps of milliseconds.
const REPEATS: usize = 20;

fn median(mut act: impl FnMut()) -> f64 {
    let mut times: Vec<f64> = (0..ROUNDS)
        .map(|_| {
            let (clock, busy) = (Instant::now(), busy());
            (0..REPEATS).for_each(|_| act());
            let spent = busy.zip(self::busy()).map(|(before, after)| after.saturating_sub(before));
            spent.unwrap_or_else(|| clock.elapsed()).as_secs_f64() / REPEATS as f64
        })
        .collect();
    times.sort_by(f64::total_cmp);
    times.get(ROUNDS / 2).copied().unwrap_or_default()
}

/// How long this process has been on a processor.
fn busy() -> Option<Duration> {
    let text = std::fs::read_to_string("/proc/self/schedstat").ok()?;
    text.split(' ').next()?.parse().ok().map(Duration::from_nanos)
}

fn main() {
    for (name, load) in [("inserting", Load::inserting()), ("retyping", Load::retyping())] {
        let seconds = median(|| assert!(load.run() > 3));
        println!("{name}: {:.0} tokens/s", load.tokens() as f64 / seconds);
    }
    for fault in [Fault::None, Fault::Trailing, Fault::Indentation, Fault::Letters] {
        let search = Search::new(fault);
        println!("{fault:?}: {:.2} ms", median(|| assert!(search.run())) * 1000.0);
    }
}
