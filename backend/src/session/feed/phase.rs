//! The viewers of the paced class that are written to at the same moments.

use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::watch;

use super::PACE;
use super::lane::Lane;
use super::merge::Merge;
use crate::session::entry::{Body, Entry};

/// One phase: its log, and when its next merged steps leave.
pub struct Phase {
    /// The log.
    pub lane: Lane,
    /// Moves with every append.
    pub head: watch::Sender<u64>,
    /// Who reads it: a phase without readers is not fed.
    pub readers: usize,
    /// Steps that came sooner than the pace after the last entry.
    merge: Option<Merge>,
    /// When they may leave; nothing before the first entry.
    due: Option<Instant>,
    /// How much sooner than a whole pace they leave after an entry that left at once, as it does in all phases.
    ahead: Duration,
}

impl Phase {
    /// An empty one that is `ahead` of the first.
    pub fn new(ahead: Duration) -> Phase {
        Phase { lane: Lane::default(), head: watch::channel(0).0, readers: 0, merge: None, due: None, ahead }
    }

    /// Takes a step.
    pub fn push(&mut self, entry: Arc<Entry>, now: Instant) {
        if !matches!(entry.body, Body::Delta(_)) && !Merge::takes_silent(&entry) {
            self.flush(now);
            self.lane.push(entry);
            self.part(now);
            return self.announce();
        }
        match &mut self.merge {
            Some(merge) if merge.takes(&entry) => merge.add(&entry),
            _ => {
                self.flush(now);
                self.merge = Some(Merge::new(entry));
            }
        }
        self.flush_due(now);
    }

    /// When merged steps leave, if any wait.
    pub fn due(&self) -> Option<Instant> {
        self.merge.as_ref().and(self.due)
    }

    /// Lets merged steps go whose time has come.
    pub fn flush_due(&mut self, now: Instant) {
        if self.due.is_some_and(|due| now < due) {
            return;
        }
        // After a while without any, all phases begin at once.
        let idle = self.due.is_none_or(|due| now >= due + PACE);
        if self.flush(now) && idle {
            self.part(now);
        }
    }

    /// Lets merged steps go. Whether there were any.
    fn flush(&mut self, now: Instant) -> bool {
        let Some(merge) = self.merge.take() else { return false };
        self.lane.push(merge.finish());
        self.due = Some(now + PACE);
        self.announce();
        true
    }

    /// Somebody reads from here on.
    pub fn join(&mut self, now: Instant) -> (u64, watch::Receiver<u64>) {
        self.readers += 1;
        self.flush(now);
        (self.lane.head(), self.head.subscribe())
    }

    /// Somebody stopped reading.
    pub fn leave(&mut self) {
        self.readers = self.readers.saturating_sub(1);
        if self.readers == 0 {
            self.merge = None;
            self.lane.clear();
        }
    }

    /// What all phases wrote at once is not followed by all at once.
    fn part(&mut self, now: Instant) {
        self.due = Some(now + PACE.saturating_sub(self.ahead));
    }

    fn announce(&self) {
        self.head.send_replace(self.lane.head());
    }
}

#[cfg(test)]
mod tests {
    use protocol::Seq;

    use super::*;
    use crate::session::entry::Delta;

    fn delta(seq: u64, offset: u32) -> Arc<Entry> {
        Arc::new(Entry::new(Seq(seq), None, None, Body::Delta(Delta::new("t".into(), offset, "x".into()))))
    }

    #[test]
    fn phases_begin_at_once_and_go_on_apart() {
        let now = Instant::now();
        let mut phases = [Duration::ZERO, PACE / 4].map(Phase::new);
        for phase in &mut phases {
            phase.push(delta(1, 0), now);
            assert_eq!((phase.lane.head(), phase.due()), (1, None), "the first step leaves at once");
            phase.push(delta(2, 1), now);
        }
        assert_eq!(phases.each_ref().map(|phase| phase.due()), [Some(now + PACE), Some(now + PACE - PACE / 4)]);
        // From then on each keeps to the pace.
        let [_, second] = &mut phases;
        second.flush_due(now + PACE - PACE / 4);
        second.push(delta(3, 2), now + PACE);
        assert_eq!((second.lane.head(), second.due()), (2, Some(now + 2 * PACE - PACE / 4)));
        // After a pause they begin at once again.
        second.flush_due(now + 2 * PACE);
        second.push(delta(4, 3), now + 10 * PACE);
        assert_eq!((second.lane.head(), second.due()), (4, None));
    }
}
