//! Whether the other end is still there. A socket whose network went away is told so only after minutes: the page asks,
//! and takes silence for an answer. What wakes a page (the network is back, the lid is open) has it ask at once.

use std::rc::Rc;

use gloo_timers::callback::{Interval, Timeout};
use leptos::prelude::*;
use protocol::ClientFrame;

use super::Client;
use crate::browser;
use crate::store::Connection;

/// How often the round trip is measured, in milliseconds; well inside the server's 30 s of patience.
const PING_EVERY_MS: u32 = 4_000;
/// So many pings without any frame since: the other end is gone. Three, for a busy server may be late with two.
const SILENT_PINGS: u32 = 3;
/// How long a page that was woken waits for a sign, in milliseconds: more than any round trip, less than a person waits.
const PROBE_MS: u32 = 3_000;
/// How long a connection may take to open, in milliseconds: a session may have to be loaded from disk first.
const OPEN_WITHIN_MS: u32 = 20_000;
/// An attempt that is this old when the page is woken was begun before the network was back, in milliseconds.
const STALE_MS: f64 = 2_000.0;
/// What a browser reports for a connection that ended without a word.
const ABNORMAL: u16 = 1006;

/// The state of one connection.
#[derive(Default)]
pub struct Heartbeat {
    /// Asks again and again, for as long as it is held.
    _beat: Option<Interval>,
    /// Pings since the last frame.
    unanswered: u32,
    /// Fires when a sign that is waited for does not come.
    patience: Option<Timeout>,
    /// When the attempt under way began.
    opening: Option<f64>,
}

impl Client {
    /// A connection is being opened: it has to be welcomed in time.
    pub(super) fn await_welcome(self: &Rc<Self>) {
        let patience = self.patience(OPEN_WITHIN_MS);
        self.link.borrow_mut().heartbeat =
            Heartbeat { patience: Some(patience), opening: Some(browser::now()), ..Heartbeat::default() };
    }

    /// It is welcomed.
    pub(super) fn start_heartbeat(self: &Rc<Self>) {
        let client = Rc::downgrade(self);
        let beat = Interval::new(PING_EVERY_MS, move || {
            if let Some(client) = client.upgrade() {
                client.beat();
            }
        });
        self.link.borrow_mut().heartbeat = Heartbeat { _beat: Some(beat), ..Heartbeat::default() };
    }

    /// Something came: the other end is there.
    pub(super) fn alive(&self) {
        let heartbeat = &mut self.link.borrow_mut().heartbeat;
        heartbeat.unanswered = 0;
        if heartbeat.opening.is_none() {
            heartbeat.patience = None;
        }
    }

    /// Measures the round trip.
    pub(super) fn ping(&self) {
        self.send(&ClientFrame::Ping { clock: browser::now() });
    }

    fn beat(self: &Rc<Self>) {
        let unanswered = {
            let heartbeat = &mut self.link.borrow_mut().heartbeat;
            heartbeat.unanswered += 1;
            heartbeat.unanswered
        };
        if unanswered > SILENT_PINGS {
            self.lost(ABNORMAL);
        } else {
            self.ping();
        }
    }

    /// The page was shown, the network came back, the machine woke up: what was waited for is tried now.
    pub fn wake(self: &Rc<Self>) {
        let stale = {
            let link = self.link.borrow();
            link.heartbeat.opening.is_some_and(|since| browser::now() - since > STALE_MS)
        };
        if self.link.borrow().retry.is_some() {
            self.retry_now();
        } else if stale {
            self.connect();
        } else if self.store.connection.get_untracked() == Connection::Online {
            self.ping();
            let patience = self.patience(PROBE_MS);
            self.link.borrow_mut().heartbeat.patience = Some(patience);
        }
    }

    fn patience(self: &Rc<Self>, ms: u32) -> Timeout {
        let client = Rc::downgrade(self);
        Timeout::new(ms, move || {
            if let Some(client) = client.upgrade() {
                client.lost(ABNORMAL);
            }
        })
    }
}
