//! What the page measures by itself, on its own clock. Pure: times in, numbers out.

use std::collections::VecDeque;

use protocol::{ServerFrame, TurnId};

use crate::utf16::units;

/// UTF-16 units of source and prose to one token, roughly: for the speed only.
const UNITS_PER_TOKEN: f64 = 4.0;
/// The window of the speed, in milliseconds: short enough to show a stall, long enough to be calm.
const SPEED_WINDOW_MS: f64 = 1_000.0;
/// What a speed must at least be taken over: a burst of a few milliseconds says nothing of one.
const SPEED_SPAN_MIN_MS: f64 = 100.0;

/// The running measurements.
#[derive(Debug, Default)]
pub struct Meter {
    /// A prompt went out: the turn, and when.
    prompt: Option<(TurnId, f64)>,
    /// A steer went out, and whether it was applied since.
    steer: Option<(f64, bool)>,
    /// The first delta after either: its turn, and when it arrived.
    first: Option<(TurnId, f64)>,
    /// Output of the last second: when, and how many units.
    output: VecDeque<(f64, u32)>,
    /// Of `first`, that it was applied to the screen's state.
    applied: bool,
    /// All output since the turn began or went on.
    run: Run,
}

/// A stretch of output.
#[derive(Debug, Default)]
struct Run {
    /// UTF-16 units after the first delta, which was not waited for.
    units: u32,
    /// The time in which they came, in milliseconds, pauses (a steer, a stall) counted as one window at most.
    active_ms: f64,
    /// When the last delta came.
    last: Option<f64>,
}

/// What is known once a frame is painted.
#[derive(Debug, Default, PartialEq)]
pub struct Seen {
    /// The turn that `paint_ms` is of.
    pub turn: Option<TurnId>,
    /// The first delta's arrival to its paint.
    pub paint_ms: Option<f64>,
    /// Enter to the first token painted.
    pub first_token_ms: Option<f64>,
    /// Steer sent to its first new token painted.
    pub steer_to_token_ms: Option<f64>,
    /// The speed now.
    pub tokens_per_second: Option<f64>,
}

impl Meter {
    /// A prompt goes out.
    pub fn prompted(&mut self, turn: TurnId, now: f64) {
        *self = Self { prompt: Some((turn, now)), ..Self::default() };
    }

    /// A steer goes out.
    pub fn steered(&mut self, now: f64) {
        self.steer = Some((now, false));
    }

    /// A sequenced frame came from the socket.
    pub fn arrived(&mut self, frame: &ServerFrame, now: f64) {
        match frame {
            ServerFrame::TurnDelta { turn_id, text, .. } => {
                let units = units(text);
                self.output.push_back((now, units));
                if let Some(last) = self.run.last.replace(now) {
                    self.run.units += units;
                    self.run.active_ms += (now - last).min(SPEED_WINDOW_MS);
                }
                let first = self.prompt.is_some() || self.steer.is_some_and(|(_, applied)| applied);
                if first && self.first.is_none() {
                    self.first = Some((turn_id.clone(), now));
                }
            }
            ServerFrame::TurnStarted { .. } | ServerFrame::TurnContinued { .. } => {
                self.output.clear();
                self.run = Run::default();
            }
            ServerFrame::SteerApplied { .. } => {
                if let Some((_, applied)) = &mut self.steer {
                    *applied = true;
                }
            }
            _ => {}
        }
    }

    /// A frame was applied. Whether there will be something to measure after the paint.
    pub fn applied(&mut self, frame: &ServerFrame) -> bool {
        let delta = matches!(frame, ServerFrame::TurnDelta { .. });
        self.applied |= delta && self.first.is_some();
        delta
    }

    /// The turn ended. Its average speed, if it said more than one delta; the speed of the moment is over.
    pub fn rested(&mut self) -> Option<f64> {
        self.output.clear();
        let Run { units, active_ms, .. } = std::mem::take(&mut self.run);
        (units > 0 && active_ms >= SPEED_SPAN_MIN_MS).then(|| f64::from(units) / UNITS_PER_TOKEN / active_ms * 1_000.0)
    }

    /// The frame is on the screen.
    pub fn painted(&mut self, now: f64) -> Seen {
        while self.output.front().is_some_and(|(at, _)| now - at > SPEED_WINDOW_MS) {
            self.output.pop_front();
        }
        let total: u32 = self.output.iter().map(|(_, units)| units).sum();
        let span = self.output.front().map_or(0.0, |(at, _)| (now - at).max(SPEED_SPAN_MIN_MS));
        let tokens_per_second = (total > 0).then(|| f64::from(total) / UNITS_PER_TOKEN / span * 1_000.0);
        let mut seen = Seen { tokens_per_second, ..Seen::default() };
        if let Some((turn, arrived)) = self.first.take_if(|_| self.applied) {
            self.applied = false;
            seen.paint_ms = Some(now - arrived);
            seen.turn = Some(turn);
            seen.first_token_ms = self.prompt.take().map(|(_, at)| now - at);
            seen.steer_to_token_ms = self.steer.take_if(|(_, applied)| *applied).map(|(at, _)| now - at);
        }
        seen
    }
}

#[cfg(test)]
mod tests {
    use protocol::Seq;

    use super::*;

    fn delta(text: &str) -> ServerFrame {
        ServerFrame::TurnDelta { seq: Seq(1), turn_id: "t".into(), offset: 0, text: text.into() }
    }

    #[test]
    fn the_first_token_is_measured_to_its_paint() {
        let mut meter = Meter::default();
        meter.prompted("t".into(), 100.0);
        meter.arrived(&delta("abcd"), 140.0);
        assert!(meter.applied(&delta("abcd")));
        let seen = meter.painted(150.0);
        assert_eq!((seen.first_token_ms, seen.paint_ms, seen.steer_to_token_ms), (Some(50.0), Some(10.0), None));
        assert_eq!(meter.painted(160.0).first_token_ms, None, "once");
    }

    #[test]
    fn a_steer_is_measured_from_its_sending_to_the_first_token_after_it_was_applied() {
        let mut meter = Meter::default();
        meter.steered(10.0);
        meter.arrived(&delta("old"), 11.0);
        meter.applied(&delta("old"));
        assert_eq!(meter.painted(12.0).steer_to_token_ms, None);
        let applied = ServerFrame::SteerApplied {
            seq: Seq(2),
            turn_id: "t".into(),
            steer_id: "s".into(),
            text: String::new(),
            by: "p".into(),
            offset: 0,
            apply_ms: 0.0,
        };
        meter.arrived(&applied, 20.0);
        meter.arrived(&delta("new"), 30.0);
        meter.applied(&delta("new"));
        assert_eq!(meter.painted(40.0).steer_to_token_ms, Some(30.0));
    }

    #[test]
    fn what_stays_after_a_turn_is_its_average_without_pauses() {
        let mut meter = Meter::default();
        for at in [0.0, 100.0, 200.0, 60_200.0] {
            meter.arrived(&delta(&"x".repeat(40)), at);
        }
        let average = meter.rested().unwrap();
        assert!((24.9..25.1).contains(&average), "{average}");
        assert_eq!(meter.painted(60_300.0).tokens_per_second, None);
        assert_eq!(meter.rested(), None);
    }

    #[test]
    fn a_burst_has_no_average() {
        let mut meter = Meter::default();
        meter.arrived(&delta("some words"), 1_000.0);
        meter.arrived(&delta("and more"), 1_002.0);
        assert_eq!(meter.rested(), None);
    }

    #[test]
    fn the_speed_is_of_the_last_second() {
        let mut meter = Meter::default();
        for i in 0..20u32 {
            meter.arrived(&delta("abcd"), f64::from(i) * 100.0);
        }
        let speed = meter.painted(1_900.0).tokens_per_second.unwrap();
        assert!((10.0..=12.0).contains(&speed), "{speed}");
    }
}
