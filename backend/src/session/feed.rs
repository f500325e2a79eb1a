//! Fan-out: one bounded log per session in two pace classes, and a cursor per viewer.
//!
//! The session appends and never waits; a viewer reads at its own speed and learns that it fell off the log when
//! its place is gone. Steps of one turn that come closer together than the pace are merged once, here, for all
//! viewers of the paced class. Knows nothing of sockets.

mod lane;
mod merge;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::{Notify, watch};

use self::lane::Lane;
use self::merge::Merge;
use super::entry::{Body, Entry};

/// The pace of a page: one display frame. Merging below it is invisible and keeps the page fluid at any rate.
pub const PACE: Duration = Duration::from_millis(16);

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
    /// Moves with every append, for readers of the paced class.
    paced_head: watch::Sender<u64>,
    /// Wakes the pacer when something waits for its pace to pass.
    waiting: Notify,
}

struct Inner {
    raw: Lane,
    paced: Lane,
    /// Steps that came sooner than the pace after the last paced entry.
    merge: Option<Merge>,
    /// When the paced class last got an entry.
    last_paced: Option<Instant>,
    /// Readers per class: a class that nobody reads is not fed.
    raw_readers: usize,
    paced_readers: usize,
}

impl Feed {
    /// An empty log.
    pub fn new() -> Arc<Feed> {
        Arc::new(Feed {
            inner: Mutex::new(Inner {
                raw: Lane::default(),
                paced: Lane::default(),
                merge: None,
                last_paced: None,
                raw_readers: 0,
                paced_readers: 0,
            }),
            raw_head: watch::channel(0).0,
            paced_head: watch::channel(0).0,
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
        if inner.paced_readers > 0 {
            let flushed = inner.push_paced(entry, now);
            self.after_paced(inner, flushed);
        }
    }

    /// A cursor at the head: everything appended from now on, and nothing before. Call it only from the session's
    /// actor, so that nothing is appended between taking the state and the cursor.
    pub fn subscribe(self: &Arc<Self>, pace: Pace) -> Subscription {
        let mut inner = self.lock();
        let (cursor, changed) = match pace {
            Pace::Raw => {
                inner.raw_readers += 1;
                (inner.raw.head(), self.raw_head.subscribe())
            }
            Pace::Paced => {
                inner.paced_readers += 1;
                inner.flush(Instant::now());
                self.paced_head.send_replace(inner.paced.head());
                (inner.paced.head(), self.paced_head.subscribe())
            }
        };
        drop(inner);
        Subscription { feed: Arc::clone(self), pace, cursor, changed }
    }

    /// Flushes merged steps when their pace has passed. Runs as long as its session.
    pub async fn run_pacer(self: Arc<Self>) {
        loop {
            self.waiting.notified().await;
            while let Some(due) = self.due() {
                tokio::time::sleep_until(due.into()).await;
                let mut inner = self.lock();
                let flushed = inner.is_due(Instant::now()) && inner.flush(Instant::now());
                if flushed {
                    self.paced_head.send_replace(inner.paced.head());
                }
            }
        }
    }

    fn due(&self) -> Option<Instant> {
        let inner = self.lock();
        inner.merge.as_ref()?;
        Some(inner.last_paced.map_or_else(Instant::now, |last| last + PACE))
    }

    fn after_paced(&self, inner: MutexGuard<'_, Inner>, flushed: bool) {
        if flushed {
            self.paced_head.send_replace(inner.paced.head());
        }
        let waits = inner.merge.is_some();
        drop(inner);
        if waits {
            self.waiting.notify_one();
        }
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        // A panic while the lock was held leaves at worst a log that is one entry short of its announcement.
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Inner {
    /// Whether something went into the paced lane.
    fn push_paced(&mut self, entry: Arc<Entry>, now: Instant) -> bool {
        if !matches!(entry.body, Body::Delta(_)) && !Merge::takes_silent(&entry) {
            self.flush(now);
            self.paced.push(entry);
            self.last_paced = Some(now);
            return true;
        }
        let mut flushed = false;
        match &mut self.merge {
            Some(merge) if merge.takes(&entry) => merge.add(&entry),
            _ => {
                flushed = self.flush(now);
                self.merge = Some(Merge::new(entry));
            }
        }
        (self.is_due(now) && self.flush(now)) || flushed
    }

    fn is_due(&self, now: Instant) -> bool {
        self.last_paced.is_none_or(|last| now.duration_since(last) >= PACE)
    }

    fn flush(&mut self, now: Instant) -> bool {
        let Some(merge) = self.merge.take() else { return false };
        self.paced.push(merge.finish());
        self.last_paced = Some(now);
        true
    }
}

/// A viewer's place in the log.
pub struct Subscription {
    feed: Arc<Feed>,
    pace: Pace,
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
        let lane = match self.pace {
            Pace::Raw => &inner.raw,
            Pace::Paced => &inner.paced,
        };
        match lane.after(self.cursor, BATCH_MAX) {
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
        match self.pace {
            Pace::Raw => {
                inner.raw_readers = inner.raw_readers.saturating_sub(1);
                if inner.raw_readers == 0 {
                    inner.raw.clear();
                }
            }
            Pace::Paced => {
                inner.paced_readers = inner.paced_readers.saturating_sub(1);
                if inner.paced_readers == 0 {
                    inner.merge = None;
                    inner.paced.clear();
                }
            }
        }
    }
}

#[cfg(test)]
mod tests;
