//! Fan-out: one bounded log per session in two pace classes, and a cursor per viewer.
//!
//! The session appends and never waits; a viewer reads at its own speed and learns that it fell off the log when
//! its place is gone. Steps of one turn that come closer together than the pace are merged once, here, for all
//! viewers of the paced class. Knows nothing of sockets.

mod lane;
mod merge;
mod phase;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::{Notify, watch};

use self::lane::Lane;
use self::phase::Phase;
use super::entry::Entry;

/// The pace of a page: one display frame. Merging below it is invisible and keeps the page fluid at any rate.
pub const PACE: Duration = Duration::from_millis(16);

/// In how many phases many viewers are written to, evenly over the pace: whoever comes last in a crowd waits for a part
/// of it, and not for all.
const PHASES: u32 = 4;
/// Viewers of the first phase before the next one is opened: merging is done once per phase.
const CROWD: usize = 64;

/// Which of the two classes a viewer reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pace {
    /// Every step by itself, for programs.
    Raw,
    /// Merged within [`PACE`], for pages.
    Paced,
}

impl Pace {
    /// The class for the pace that a client named.
    pub fn from_millis(pace_ms: u32) -> Pace {
        if pace_ms == 0 { Pace::Raw } else { Pace::Paced }
    }
}

/// A session's log.
pub struct Feed {
    inner: Mutex<Inner>,
    /// Moves with every append, for readers of the raw class.
    raw_head: watch::Sender<u64>,
    /// Wakes the pacer when something waits for its pace to pass.
    waiting: Notify,
}

struct Inner {
    raw: Lane,
    /// Its readers: a class that nobody reads is not fed.
    raw_readers: usize,
    paced: Vec<Phase>,
}

/// What a viewer reads.
#[derive(Clone, Copy)]
enum Class {
    Raw,
    /// The phase of this number.
    Paced(usize),
}

impl Feed {
    /// An empty log.
    pub fn new() -> Arc<Feed> {
        let paced = (0..PHASES).map(|phase| Phase::new(PACE * phase / PHASES)).collect();
        Arc::new(Feed {
            inner: Mutex::new(Inner { raw: Lane::default(), raw_readers: 0, paced }),
            raw_head: watch::channel(0).0,
            waiting: Notify::new(),
        })
    }

    /// Appends a step. Only the session's actor does.
    pub fn push(&self, entry: impl Into<Arc<Entry>>) {
        let now = Instant::now();
        let entry = entry.into();
        let mut inner = self.lock();
        if inner.raw_readers > 0 {
            inner.raw.push(Arc::clone(&entry));
            self.raw_head.send_replace(inner.raw.head());
        }
        let mut waits = false;
        for phase in inner.paced.iter_mut().filter(|phase| phase.readers > 0) {
            phase.push(Arc::clone(&entry), now);
            waits |= phase.due().is_some();
        }
        drop(inner);
        if waits {
            self.waiting.notify_one();
        }
    }

    /// A cursor at the head: everything appended from now on, and nothing before. Call it only from the session's
    /// actor, so that nothing is appended between taking the state and the cursor.
    pub fn subscribe(self: &Arc<Self>, pace: Pace) -> Subscription {
        let mut inner = self.lock();
        let joined = match pace {
            Pace::Raw => None,
            Pace::Paced => inner.join_phase(),
        };
        let (class, cursor, changed) = joined.unwrap_or_else(|| {
            inner.raw_readers += 1;
            (Class::Raw, inner.raw.head(), self.raw_head.subscribe())
        });
        drop(inner);
        Subscription { feed: Arc::clone(self), class, cursor, changed }
    }

    /// Flushes merged steps when their pace has passed. Runs as long as its session.
    pub async fn run_pacer(self: Arc<Self>) {
        loop {
            self.waiting.notified().await;
            while let Some(due) = self.due() {
                tokio::time::sleep_until(due.into()).await;
                let now = Instant::now();
                for phase in self.lock().paced.iter_mut().filter(|phase| phase.due().is_some()) {
                    phase.flush_due(now);
                }
            }
        }
    }

    fn due(&self) -> Option<Instant> {
        self.lock().paced.iter().filter_map(Phase::due).min()
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        // A panic while the lock was held leaves at worst a log that is one entry short of its announcement.
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Inner {
    /// The first phase takes the first viewers; a crowd is spread over all of them.
    fn join_phase(&mut self) -> Option<(Class, u64, watch::Receiver<u64>)> {
        let load = |at: usize, phase: &Phase| if at == 0 && phase.readers < CROWD { 0 } else { phase.readers };
        let phases = self.paced.iter_mut().enumerate();
        let (at, phase) = phases.min_by_key(|(at, phase)| (load(*at, phase), *at))?;
        let (cursor, changed) = phase.join(Instant::now());
        Some((Class::Paced(at), cursor, changed))
    }

    fn lane(&self, class: Class) -> Option<&Lane> {
        match class {
            Class::Raw => Some(&self.raw),
            Class::Paced(at) => self.paced.get(at).map(|phase| &phase.lane),
        }
    }
}

/// A viewer's place in the log.
pub struct Subscription {
    feed: Arc<Feed>,
    class: Class,
    cursor: u64,
    changed: watch::Receiver<u64>,
}

/// What a viewer reads at once.
#[derive(Debug)]
pub enum Batch {
    /// The next entries, oldest first; empty when there are none yet.
    Entries(Vec<Arc<Entry>>),
    /// The viewer's place is gone from the log: it has to be caught up from the state.
    Behind,
}

/// The most entries a viewer takes at once: few enough that the first ones leave soon.
const BATCH_MAX: usize = 256;

impl Subscription {
    /// Waits until there is something after the cursor.
    pub async fn ready(&mut self) {
        loop {
            let head = *self.changed.borrow_and_update();
            if head > self.cursor {
                return;
            }
            if self.changed.changed().await.is_err() {
                // The feed lives as long as this subscription holds it, so its sender does too.
                std::future::pending::<()>().await;
            }
        }
    }

    /// The entries after the cursor, which moves past them.
    pub fn take(&mut self) -> Batch {
        let inner = self.feed.lock();
        match inner.lane(self.class).and_then(|lane| lane.after(self.cursor, BATCH_MAX)) {
            Some(entries) => {
                self.cursor += entries.len() as u64;
                Batch::Entries(entries)
            }
            None => Batch::Behind,
        }
    }
}

impl Drop for Subscription {
    fn drop(&mut self) {
        let mut inner = self.feed.lock();
        match self.class {
            Class::Raw => {
                inner.raw_readers = inner.raw_readers.saturating_sub(1);
                if inner.raw_readers == 0 {
                    inner.raw.clear();
                }
            }
            Class::Paced(at) => {
                if let Some(phase) = inner.paced.get_mut(at) {
                    phase.leave();
                }
            }
        }
    }
}

#[cfg(test)]
mod tests;
