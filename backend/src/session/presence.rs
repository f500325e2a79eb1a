//! Fan-out of who is here: the newest of everyone, and a viewer's place in its changes.
//!
//! The session puts changes and never waits. They are announced at a pace, so that a viewer is woken a few times a
//! second however many move. A viewer that reads late gets the newest of everyone who changed since it last looked:
//! there is no queue, and what is kept has a bound. Knows nothing of sockets.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::extract::ws::Utf8Bytes;
use protocol::presence::PresenceChange;
use protocol::view::Presence;
use protocol::{ParticipantId, ServerFrame};
use tokio::sync::{Notify, watch};
use tokio::time::{Instant, sleep_until};

use super::entry::encode;
use super::roster::CURSORS_MAX;

/// How often changes are announced in a room whose cursors are all shown: what a person sees as moving.
pub const PACE: Duration = Duration::from_millis(50);
/// The same in a larger room, where a change costs more and is seen less.
pub const PACE_LARGE: Duration = Duration::from_millis(250);
/// How many who went are remembered. A viewer that missed more is told of everyone anew.
#[cfg(not(test))]
const GONE_MAX: usize = 256;
/// Small under test, so that tests pass it.
#[cfg(test)]
const GONE_MAX: usize = 4;

/// Who is here.
pub struct Board {
    inner: Mutex<Inner>,
    /// The last change that was announced.
    announced: watch::Sender<u64>,
    /// Wakes the pacer when something waits to be announced.
    waiting: Notify,
}

#[derive(Default)]
struct Inner {
    /// Counts changes.
    head: u64,
    /// Everyone who is listed, each with the number of its last change. In the order of ids: what a viewer is told is
    /// sorted by the session.
    here: BTreeMap<ParticipantId, (u64, Presence)>,
    /// Who went, with the number of that change, the newest last.
    gone: VecDeque<(u64, ParticipantId)>,
    /// The last change of those that `gone` does not hold any more.
    forgotten: u64,
    connected: u32,
    /// What was announced last, made once for everyone who is to be told exactly that.
    latest: Option<Announced>,
    announced_at: Option<Instant>,
}

/// An announcement: the change from any number from `after` on up to `upto`.
struct Announced {
    after: u64,
    upto: u64,
    text: Utf8Bytes,
}

impl Board {
    /// Nobody is here.
    pub fn new() -> Arc<Board> {
        let (inner, announced, waiting) = (Mutex::default(), watch::Sender::new(0), Notify::new());
        Arc::new(Board { inner, announced, waiting })
    }

    /// Takes a change. Only the session's actor does.
    pub fn put(&self, change: PresenceChange) {
        let mut inner = self.lock();
        inner.put(change);
        if inner.due() <= Instant::now() {
            self.announce(inner);
        } else {
            drop(inner);
            self.waiting.notify_one();
        }
    }

    /// A place behind everything that was put so far. Call it only from the session's actor, with the state whose list
    /// of people it goes on from.
    pub fn watch(self: &Arc<Self>) -> Onlooker {
        let seen = self.lock().head;
        Onlooker { board: Arc::clone(self), seen, announced: self.announced.subscribe() }
    }

    /// Announces what waits when its time has come. Runs as long as its session.
    pub async fn run_pacer(self: Arc<Self>) {
        loop {
            self.waiting.notified().await;
            while let Some(due) = self.due() {
                sleep_until(due).await;
                let inner = self.lock();
                if inner.due() <= Instant::now() {
                    self.announce(inner);
                }
            }
        }
    }

    fn due(&self) -> Option<Instant> {
        let inner = self.lock();
        (inner.head > *self.announced.borrow()).then(|| inner.due())
    }

    fn announce(&self, mut inner: MutexGuard<'_, Inner>) {
        let after = *self.announced.borrow();
        if inner.head == after {
            return;
        }
        let upto = inner.head;
        inner.latest = inner.since(after).map(|text| Announced { after, upto, text });
        inner.announced_at = Some(Instant::now());
        drop(inner);
        self.announced.send_replace(upto);
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        // A panic while the lock was held leaves at worst a change that is told with the next one.
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Inner {
    fn put(&mut self, change: PresenceChange) {
        self.head += 1;
        self.connected = change.connected;
        for id in change.gone {
            self.here.remove(&id);
            self.gone.push_back((self.head, id));
        }
        for person in change.here {
            self.here.insert(person.participant.id.clone(), (self.head, person));
        }
        while self.gone.len() > GONE_MAX {
            self.forgotten = self.gone.pop_front().map_or(self.forgotten, |(at, _)| at);
        }
    }

    fn due(&self) -> Instant {
        let pace = if self.connected as usize > CURSORS_MAX { PACE_LARGE } else { PACE };
        self.announced_at.map_or_else(Instant::now, |at| at + pace)
    }

    /// The newest of everyone who changed after `seen`, as a frame.
    fn since(&self, seen: u64) -> Option<Utf8Bytes> {
        let whole = seen < self.forgotten;
        let news = self.here.values().filter(|(at, _)| whole || *at > seen);
        let here = news.map(|(_, person)| person.clone()).collect();
        let went = self.gone.iter().filter(|(at, id)| !whole && *at > seen && !self.here.contains_key(id));
        let gone = went.map(|(_, id)| id.clone()).collect();
        encode(&ServerFrame::Presence(PresenceChange { whole, here, gone, connected: self.connected }))
    }
}

/// A viewer's place in the changes.
pub struct Onlooker {
    board: Arc<Board>,
    /// The last change that it was told.
    seen: u64,
    announced: watch::Receiver<u64>,
}

impl Onlooker {
    /// Waits until something was announced that the viewer has not been told.
    pub async fn ready(&mut self) {
        loop {
            if *self.announced.borrow_and_update() > self.seen {
                return;
            }
            if self.announced.changed().await.is_err() {
                // The board lives as long as this holds it, so its sender does too.
                std::future::pending::<()>().await;
            }
        }
    }

    /// What the viewer has not been told, as a frame.
    pub fn take(&mut self) -> Option<Utf8Bytes> {
        let inner = self.board.lock();
        let announced = *self.announced.borrow_and_update();
        if announced <= self.seen {
            return None;
        }
        if let Some(latest) = inner.latest.as_ref().filter(|latest| latest.after <= self.seen) {
            self.seen = latest.upto;
            return Some(latest.text.clone());
        }
        let text = inner.since(self.seen);
        self.seen = inner.head;
        text
    }
}

#[cfg(test)]
mod tests;
