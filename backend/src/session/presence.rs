//! Fan-out of who is here: the newest of everyone, and a viewer's place in its changes.
//!
//! The session puts changes and never waits. They are announced at a pace, so that a viewer is woken a few times a
//! second however many move. A viewer that reads late gets the newest of everyone who changed since it last looked:
//! there is no queue, and what is kept has a bound. Knows nothing of sockets.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::extract::ws::Utf8Bytes;
use protocol::presence::PresenceChange;
use protocol::view::Presence;
use protocol::{ParticipantId, ServerFrame};
use tokio::sync::{Notify, watch};
use tokio::time::{Instant, sleep_until};

use super::entry::encode;
use super::roster::{CURSORS_MAX, TOLD_AT_ONCE};

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
    /// Counts changes: every person's by itself.
    head: u64,
    /// Everyone who is listed, each with the number of its last change.
    here: HashMap<ParticipantId, (u64, Presence)>,
    /// Who went, with the number of that change, the newest last.
    gone: VecDeque<(u64, ParticipantId)>,
    /// The last change of those that `gone` does not hold any more.
    forgotten: u64,
    connected: u32,
    /// Who presents: the newest is told with whatever is.
    presenter: Option<ParticipantId>,
    /// What was announced last, made once for everyone who is to be told exactly that.
    latest: Vec<Announced>,
    announced_at: Option<Instant>,
}

/// A part of an announcement: the changes after one number up to another.
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

    /// The place of one who is about to be told the state. Call it only from the session's actor, so that nothing is
    /// put between the state and the place.
    pub fn watch(self: &Arc<Self>) -> Onlooker {
        let inner = self.lock();
        let (whole, head) = (inner.here.len() <= TOLD_AT_ONCE, inner.head);
        drop(inner);
        // Of a larger list the state has the first ones: all are told again, a few at a time.
        let seen = Seen { upto: if whole { head } else { 0 }, gone_upto: head };
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
        let (mut seen, upto) = (Seen { upto: *self.announced.borrow(), gone_upto: 0 }, inner.head);
        inner.latest.clear();
        while seen.upto < upto && !inner.has_forgotten(seen) {
            let after = seen.upto;
            let Some(text) = inner.tell(&mut seen) else { break };
            inner.latest.push(Announced { after, upto: seen.upto, text });
        }
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
        (self.connected, self.presenter) = (change.connected, change.presenter);
        // A change of the number or of the presenter alone is one, too.
        self.head += 1;
        for id in change.gone {
            self.head += 1;
            self.here.remove(&id);
            self.gone.push_back((self.head, id));
        }
        for person in change.here {
            self.head += 1;
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

    /// Whether somebody went whom a viewer at this place should have been told of, and nobody knows who.
    fn has_forgotten(&self, seen: Seen) -> bool {
        seen.upto.max(seen.gone_upto) < self.forgotten
    }

    /// The next of those who changed after `seen`, as they are now; the place moves behind them.
    fn next(&self, seen: &mut Seen) -> PresenceChange {
        let whole = self.has_forgotten(*seen);
        if whole {
            *seen = Seen { upto: 0, gone_upto: self.head };
        }
        let here = self.here.values().filter(|(at, _)| *at > seen.upto).map(|(at, person)| (*at, Ok(person)));
        let gone_upto = seen.upto.max(seen.gone_upto);
        let gone = self.gone.iter().filter(|(at, id)| *at > gone_upto && !self.here.contains_key(id));
        let mut changes: Vec<(u64, Result<&Presence, &ParticipantId>)> =
            here.chain(gone.map(|(at, id)| (*at, Err(id)))).collect();
        changes.sort_unstable_by_key(|(at, _)| *at);
        let more = changes.len() > TOLD_AT_ONCE;
        changes.truncate(TOLD_AT_ONCE);
        seen.upto = changes.last().filter(|_| more).map_or(self.head, |(at, _)| *at);
        let (connected, presenter) = (self.connected, self.presenter.clone());
        let mut change = PresenceChange { whole, connected, presenter, ..PresenceChange::default() };
        for (_, news) in changes {
            match news {
                Ok(person) => change.here.push(person.clone()),
                Err(id) => change.gone.push(id.clone()),
            }
        }
        change
    }

    /// The same as a frame.
    fn tell(&self, seen: &mut Seen) -> Option<Utf8Bytes> {
        encode(&ServerFrame::Presence(self.next(seen)))
    }
}

/// How far a viewer was told.
#[derive(Clone, Copy)]
struct Seen {
    /// The last change.
    upto: u64,
    /// Nobody who went before this one was ever known to it.
    gone_upto: u64,
}

/// A viewer's place in the changes.
pub struct Onlooker {
    board: Arc<Board>,
    seen: Seen,
    announced: watch::Receiver<u64>,
}

impl Onlooker {
    /// Waits until something was announced that the viewer has not been told.
    pub async fn ready(&mut self) {
        loop {
            if *self.announced.borrow_and_update() > self.seen.upto {
                return;
            }
            if self.announced.changed().await.is_err() {
                // The board lives as long as this holds it, so its sender does too.
                std::future::pending::<()>().await;
            }
        }
    }

    /// The next of what the viewer has not been told.
    pub fn news(&mut self) -> Option<PresenceChange> {
        let inner = self.board.lock();
        (*self.announced.borrow_and_update() > self.seen.upto).then(|| inner.next(&mut self.seen))
    }

    /// The same as a frame.
    pub fn take(&mut self) -> Option<Utf8Bytes> {
        let inner = self.board.lock();
        if *self.announced.borrow_and_update() <= self.seen.upto {
            return None;
        }
        let seen = self.seen.upto;
        if let Some(told) = inner.latest.iter().find(|told| told.after <= seen && seen < told.upto) {
            self.seen.upto = told.upto;
            return Some(told.text.clone());
        }
        inner.tell(&mut self.seen)
    }
}

#[cfg(test)]
mod tests;
