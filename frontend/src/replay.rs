//! Playing a timeline: which steps are due when, and where the playhead is. Pure: it is told how much time has passed,
//! and says what it lacks.

use std::collections::VecDeque;

use protocol::Seq;
use protocol::timeline::{Mark, Moment, TimelineStep};

/// The speeds on offer, as multiples of the original timing.
pub const SPEEDS: [f64; 6] = [0.5, 1.0, 2.0, 4.0, 8.0, 16.0];
/// Nothing happens for longer than this, in milliseconds of the session's clock: it may be skipped.
const IDLE_MS: f64 = 2_000.0;
/// What is left of a pause that is skipped: long enough to be seen as one.
const LEFT_MS: f64 = 400.0;
/// More steps are wanted when there is less than this ahead, in milliseconds of the session's clock at normal speed.
const AHEAD_MS: f64 = 10_000.0;

/// A timeline that is being played.
#[derive(Debug)]
pub struct Player {
    from: Moment,
    to: Moment,
    /// The playhead, in milliseconds of the session's clock.
    now: f64,
    /// The last step that is shown.
    shown: Seq,
    /// Steps behind it, as far as they are here.
    ahead: VecDeque<TimelineStep>,
    /// Whether there are more behind those.
    more: bool,
    playing: bool,
    speed: f64,
    skips_idle: bool,
    /// Steps behind which it stands still, in order.
    stops: Vec<Seq>,
}

impl Player {
    /// At the beginning, and still.
    pub fn new(from: Moment, to: Moment) -> Player {
        Player {
            from,
            to,
            now: from.at_ms as f64,
            shown: from.seq,
            ahead: VecDeque::new(),
            more: true,
            playing: false,
            speed: 1.0,
            skips_idle: true,
            stops: Vec::new(),
        }
    }

    /// The first and the last moment.
    pub fn ends(&self) -> (Moment, Moment) {
        (self.from, self.to)
    }

    /// The playhead, in milliseconds of the session's clock.
    pub fn now(&self) -> f64 {
        self.now
    }

    /// The last step that is shown.
    pub fn shown(&self) -> Seq {
        self.shown
    }

    /// Whether time passes.
    pub fn is_playing(&self) -> bool {
        self.playing
    }

    /// Whether everything was shown.
    pub fn is_at_end(&self) -> bool {
        self.shown >= self.to.seq && self.ahead.is_empty()
    }

    /// Lets time pass, or stops it.
    pub fn play(&mut self, playing: bool) {
        self.playing = playing && !self.is_at_end();
    }

    /// How fast time passes.
    pub fn set_speed(&mut self, speed: f64) {
        self.speed = speed;
    }

    /// Whether pauses are passed over.
    pub fn set_skips_idle(&mut self, skips: bool) {
        self.skips_idle = skips;
    }

    /// Behind which steps it stands still, in order.
    pub fn set_stops(&mut self, stops: Vec<Seq>) {
        self.stops = stops;
    }

    /// Something else is shown now: the state as of a moment, with the playhead there or a little behind it.
    pub fn jumped(&mut self, to: Moment, now: f64) {
        self.shown = to.seq;
        self.now = now.clamp(to.at_ms as f64, (self.to.at_ms as f64).max(to.at_ms as f64));
        self.ahead.clear();
        self.more = to.seq < self.to.seq;
        self.playing &= self.more;
    }

    /// Behind which step more is wanted, if it is.
    pub fn wants(&self) -> Option<Seq> {
        let last = self.ahead.back();
        let covered = last.map_or(0.0, |last| last.moment.at_ms as f64 - self.now);
        let wanted = self.more && covered < AHEAD_MS * self.speed.max(1.0);
        wanted.then(|| last.map_or(self.shown, |last| last.moment.seq))
    }

    /// What was wanted behind a step. An answer to what is not asked any more changes nothing.
    pub fn loaded(&mut self, behind: Seq, steps: Vec<TimelineStep>, more: bool) {
        if self.wants() == Some(behind) {
            self.more = more && !steps.is_empty();
            self.ahead.extend(steps);
        }
    }

    /// Time has passed: the steps that are due, in order.
    pub fn advance(&mut self, elapsed_ms: f64) -> Vec<TimelineStep> {
        if !self.playing {
            return Vec::new();
        }
        let mut now = self.now + elapsed_ms * self.speed;
        let Some(next) = self.ahead.front().map(|next| next.moment.at_ms as f64) else {
            // What comes next is not here yet: time waits for it.
            if !self.more {
                self.playing = false;
                self.now = self.to.at_ms as f64;
            }
            return Vec::new();
        };
        if self.skips_idle && next - self.now > IDLE_MS {
            now = now.max(next - LEFT_MS * self.speed.max(1.0));
        }
        // Not past what is here.
        if self.more
            && let Some(last) = self.ahead.back()
        {
            now = now.min(last.moment.at_ms as f64);
        }
        self.now = now.min(self.to.at_ms as f64);
        let mut due = self.ahead.partition_point(|step| step.moment.at_ms as f64 <= self.now);
        if let Some(stop) = self.stop_within(due) {
            due = self.ahead.partition_point(|step| step.moment.seq <= stop);
            self.now =
                due.checked_sub(1).and_then(|last| self.ahead.get(last)).map_or(self.now, |s| s.moment.at_ms as f64);
            self.playing = false;
        }
        self.take(due)
    }

    /// The first step to stand still behind among so many that come next.
    fn stop_within(&self, due: usize) -> Option<Seq> {
        let last = due.checked_sub(1).and_then(|last| self.ahead.get(last))?.moment.seq;
        self.stops.iter().copied().find(|stop| *stop > self.shown).filter(|stop| *stop <= last)
    }

    /// The next step, at once, and what was said with it.
    pub fn step(&mut self) -> Vec<TimelineStep> {
        let Some(next) = self.ahead.front().map(|next| next.moment) else { return Vec::new() };
        self.now = self.now.max(next.at_ms as f64);
        let count = self.ahead.partition_point(|step| step.moment.seq <= next.seq);
        self.take(count)
    }

    /// Everything up to a moment, if all of that is here and ahead.
    pub fn skip_to(&mut self, at_ms: f64) -> Option<Vec<TimelineStep>> {
        let covered = self.ahead.back().is_some_and(|last| !self.more || last.moment.at_ms as f64 >= at_ms);
        if at_ms < self.now || !covered {
            return None;
        }
        self.now = at_ms.min(self.to.at_ms as f64);
        let due = self.ahead.partition_point(|step| step.moment.at_ms as f64 <= self.now);
        Some(self.take(due))
    }

    fn take(&mut self, count: usize) -> Vec<TimelineStep> {
        let taken: Vec<TimelineStep> = self.ahead.drain(..count).collect();
        if let Some(last) = taken.last() {
            self.shown = last.moment.seq;
        }
        if self.is_at_end() && !self.more {
            self.playing = false;
        }
        taken
    }
}

/// The mark behind the playhead, or the one before it: where the keys go.
pub fn neighbour(marks: &[Mark], shown: Seq, forward: bool) -> Option<Moment> {
    let moments = marks.iter().map(|mark| mark.moment);
    if forward {
        moments.filter(|at| at.seq > shown).min_by_key(|at| at.seq)
    } else {
        moments.filter(|at| at.seq < shown).max_by_key(|at| at.seq)
    }
}

/// How far along a moment is, from 0 to 1.
pub fn share(from: Moment, to: Moment, at_ms: f64) -> f64 {
    let length = to.at_ms.saturating_sub(from.at_ms) as f64;
    if length <= 0.0 { 0.0 } else { ((at_ms - from.at_ms as f64) / length).clamp(0.0, 1.0) }
}

/// A time as people read it: `1:02`, or `1:00:02` past an hour.
pub fn clock(ms: f64) -> String {
    let seconds = (ms.max(0.0) / 1_000.0) as u64;
    let (hours, minutes, seconds) = (seconds / 3_600, seconds / 60 % 60, seconds % 60);
    if hours > 0 { format!("{hours}:{minutes:02}:{seconds:02}") } else { format!("{minutes}:{seconds:02}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn step(seq: u64, at_ms: u64) -> TimelineStep {
        TimelineStep { moment: Moment { seq: Seq(seq), at_ms }, update: None, frame: None, people: None }
    }

    fn player(steps: &[(u64, u64)]) -> Player {
        let last = steps.last().copied().unwrap();
        let mut player = Player::new(Moment::default(), Moment { seq: Seq(last.0), at_ms: last.1 });
        assert_eq!(player.wants(), Some(Seq(0)));
        player.loaded(Seq(0), steps.iter().map(|(seq, at)| step(*seq, *at)).collect(), false);
        player.set_skips_idle(false);
        player
    }

    fn numbers(steps: &[TimelineStep]) -> Vec<u64> {
        steps.iter().map(|step| step.moment.seq.0).collect()
    }

    #[test]
    fn steps_come_when_they_are_due_at_any_speed() {
        for speed in SPEEDS {
            let mut player = player(&[(1, 16), (2, 32), (3, 160)]);
            player.set_speed(speed);
            assert!(player.advance(1_000.0).is_empty(), "it stands still");
            player.play(true);
            assert_eq!(numbers(&player.advance(16.0 / speed)), [1]);
            assert_eq!(numbers(&player.advance(15.0 / speed)), [0u64; 0]);
            assert_eq!(numbers(&player.advance(1.5 / speed)), [2]);
            assert_eq!(numbers(&player.advance(500.0)), [3]);
            assert!(!player.is_playing() && player.is_at_end());
            assert_eq!(player.now(), 160.0);
        }
    }

    #[test]
    fn at_the_original_speed_each_step_is_in_the_frame_that_it_falls_in() {
        let steps: Vec<(u64, u64)> = (1..=2_000).map(|seq| (seq, seq * 9 + seq * seq % 7)).collect();
        let mut player = player(&steps);
        player.play(true);
        let (mut now, mut seen) = (0.0, Vec::new());
        // Frames of a display, some of them late.
        for frame in 1.. {
            let elapsed = if frame % 11 == 0 { 50.1 } else { 16.7 };
            let shown = player.advance(elapsed);
            for step in &shown {
                let at = step.moment.at_ms as f64;
                assert!(now < at && at <= now + elapsed, "{at} in the frame from {now} to {}", now + elapsed);
            }
            now += elapsed;
            seen.extend(numbers(&shown));
            if !player.is_playing() {
                break;
            }
        }
        assert_eq!(seen, (1..=2_000).collect::<Vec<_>>());
    }

    #[test]
    fn a_pause_is_passed_over_and_a_short_one_is_not() {
        let mut player = player(&[(1, 1_000), (2, 61_000), (3, 62_000)]);
        player.set_skips_idle(true);
        player.play(true);
        assert_eq!(numbers(&player.advance(1_000.0)), [1]);
        assert!(player.advance(16.0).is_empty());
        assert_eq!(player.now(), 61_000.0 - LEFT_MS);
        assert_eq!(numbers(&player.advance(LEFT_MS)), [2]);
        assert!(player.advance(900.0).is_empty());
        assert_eq!(player.now(), 61_900.0);
    }

    #[test]
    fn time_waits_for_what_is_not_here_yet() {
        let mut player = Player::new(Moment::default(), Moment { seq: Seq(9), at_ms: 900 });
        player.set_skips_idle(false);
        player.play(true);
        assert!(player.advance(100.0).is_empty());
        assert_eq!(player.now(), 0.0);
        player.loaded(Seq(7), vec![step(8, 800)], false);
        assert_eq!(player.wants(), Some(Seq(0)), "what is not asked for any more changes nothing");
        player.loaded(Seq(0), vec![step(1, 100), step(2, 200)], true);
        assert_eq!(numbers(&player.advance(500.0)), [1, 2]);
        assert_eq!((player.now(), player.wants()), (200.0, Some(Seq(2))));
        assert!(player.is_playing());
    }

    #[test]
    fn it_stands_still_where_it_is_told_to_and_goes_on_from_there() {
        let mut player = player(&[(1, 10), (2, 20), (2, 25), (3, 30), (4, 40)]);
        player.set_stops(vec![Seq(2), Seq(4)]);
        player.play(true);
        assert_eq!(numbers(&player.advance(35.0)), [1, 2, 2], "what was said with it comes with it");
        assert_eq!((player.now(), player.is_playing()), (25.0, false));
        player.play(true);
        assert_eq!(numbers(&player.advance(1.0)), [0; 0], "it does not stop twice");
        assert!(player.is_playing());
        assert_eq!(numbers(&player.advance(100.0)), [3, 4]);
        assert!(!player.is_playing());
        player.set_stops(Vec::new());
        player.jumped(Moment::default(), 0.0);
        player.loaded(Seq(0), vec![step(1, 10), step(2, 20), step(3, 30)], true);
        player.play(true);
        assert_eq!(numbers(&player.advance(30.0)), [1, 2, 3], "it is told nothing");
    }

    #[test]
    fn one_goes_step_by_step_and_jumps() {
        let mut player = player(&[(1, 10), (1, 10), (2, 20), (3, 30)]);
        assert_eq!(numbers(&player.step()), [1, 1], "what was said with it comes with it");
        assert_eq!(numbers(&player.skip_to(25.0).unwrap()), [2]);
        assert!(player.skip_to(5.0).is_none(), "back is another question");
        player.jumped(Moment { seq: Seq(2), at_ms: 20 }, 22.0);
        assert_eq!((player.shown(), player.now(), player.wants()), (Seq(2), 22.0, Some(Seq(2))));
        player.jumped(Moment { seq: Seq(3), at_ms: 30 }, 30.0);
        assert_eq!(player.wants(), None);
        player.play(true);
        assert!(!player.is_playing(), "there is nothing left");
    }

    #[test]
    fn marks_shares_and_clocks() {
        let mark =
            |seq, at_ms| Mark { moment: Moment { seq: Seq(seq), at_ms }, kind: protocol::timeline::MarkKind::Gap };
        let marks = [mark(3, 30), mark(5, 50), mark(9, 90)];
        assert_eq!(neighbour(&marks, Seq(5), true).map(|at| at.seq), Some(Seq(9)));
        assert_eq!(neighbour(&marks, Seq(5), false).map(|at| at.seq), Some(Seq(3)));
        assert_eq!(neighbour(&marks, Seq(9), true), None);
        let (from, to) = (Moment { seq: Seq(0), at_ms: 100 }, Moment { seq: Seq(9), at_ms: 300 });
        assert_eq!((share(from, to, 150.0), share(from, to, 999.0), share(from, from, 5.0)), (0.25, 1.0, 0.0));
        assert_eq!(
            (clock(62_000.0), clock(3_602_500.0), clock(-1.0)),
            ("1:02".into(), "1:00:02".into(), "0:00".into())
        );
    }
}
