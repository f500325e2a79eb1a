//! Latest-wins news that overtakes the log: where turns were cut.
//!
//! A writer looks here before each frame it sends, so a cut reaches a viewer ahead of whatever is queued for it.

use std::sync::Arc;

use protocol::{Seq, TurnId};

use super::entry::Delta;

/// Where the turns of a session were cut, the newest last.
#[derive(Clone, Debug, Default)]
pub struct Signal {
    /// Every cut of the turn that runs, or ran last.
    pub cuts: Arc<[Cut]>,
}

/// One cut.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cut {
    /// Counts the session's cuts, from 1.
    pub serial: u64,
    /// The turn.
    pub turn: TurnId,
    /// Its output ends here, in UTF-16 units.
    pub kept: u32,
    /// Steps before this one are older than the cut.
    pub before: Seq,
    /// Whether viewers are told at once by `turn/stopped`: an interrupt is, a steer has its own frames.
    pub stopped: bool,
}

impl Signal {
    /// Adds a cut; those of other turns are forgotten.
    pub fn add(&mut self, cut: Cut) {
        let mut cuts: Vec<Cut> = self.cuts.iter().filter(|c| c.turn == cut.turn).cloned().collect();
        cuts.push(cut);
        self.cuts = cuts.into();
    }

    /// Where a step of `turn` with number `seq` must end, if a cut says so.
    pub fn limit(&self, turn: &TurnId, seq: Seq) -> Option<u32> {
        self.cuts.iter().filter(|c| c.turn == *turn && seq < c.before).map(|c| c.kept).min()
    }

    /// What of a delta may still be sent: all, a part, or nothing.
    pub fn trim(&self, delta: &Delta, seq: Seq) -> Trim {
        match self.limit(&delta.turn, seq) {
            Some(limit) if delta.end() > limit => match delta.before(limit) {
                Some(part) => Trim::Part(part),
                None => Trim::Nothing,
            },
            _ => Trim::Whole,
        }
    }
}

/// What of a delta may be sent.
#[derive(Debug, PartialEq, Eq)]
pub enum Trim {
    /// All of it.
    Whole,
    /// Its beginning.
    Part(Delta),
    /// Nothing.
    Nothing,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cut(serial: u64, kept: u32, before: u64) -> Cut {
        Cut { serial, turn: "t".into(), kept, before: Seq(before), stopped: true }
    }

    #[test]
    fn a_cut_trims_older_steps_and_spares_the_next_segment() {
        let mut signal = Signal::default();
        signal.add(cut(1, 5, 20));
        let delta = Delta::new("t".into(), 3, "abcd".into());
        assert_eq!(signal.trim(&delta, Seq(10)), Trim::Part(Delta::new("t".into(), 3, "ab".into())));
        assert_eq!(signal.trim(&delta, Seq(20)), Trim::Whole);
        assert_eq!(signal.trim(&Delta::new("t".into(), 5, "x".into()), Seq(19)), Trim::Nothing);
        assert_eq!(signal.trim(&Delta::new("u".into(), 9, "x".into()), Seq(1)), Trim::Whole);
    }

    #[test]
    fn later_cuts_do_not_forget_earlier_ones_of_the_turn() {
        let mut signal = Signal::default();
        signal.add(cut(1, 5, 20));
        signal.add(cut(2, 8, 40));
        assert_eq!(signal.limit(&"t".into(), Seq(10)), Some(5));
        assert_eq!(signal.limit(&"t".into(), Seq(30)), Some(8));
        assert_eq!(signal.limit(&"t".into(), Seq(40)), None);
    }
}
