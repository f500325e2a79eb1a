//! The one socket: opening, hello, loss and return. Whether the other end is still there is the matter of
//! [`super::heartbeat`].

use std::rc::Rc;

use gloo_timers::callback::Timeout;
use leptos::prelude::*;
use protocol::client::{Hello, Resume};
use protocol::server::Welcome;
use protocol::{ClientFrame, CloseCode, Epoch, ParticipantId, Seq, SessionId, VERSION};

use super::Client;
use super::heartbeat::Heartbeat;
use super::{parked, tokens};
use crate::browser;
use crate::document::Replica;
use crate::outbox::Outbox;
use crate::socket::{Socket, SocketEvent};
use crate::store::{Connection, Ending, Loss, Route};

/// How often the page wants merged steps: one animation frame.
const PACE_MS: u32 = 16;
/// The first wait before coming back.
const BACKOFF_FIRST_MS: f64 = 250.0;
/// The longest: a person who looks at the page should not wait longer than this after the network came back.
const BACKOFF_MAX_MS: f64 = 8_000.0;

/// The socket and what is needed to open it again.
#[derive(Default)]
pub struct Link {
    session: Option<SessionId>,
    token: String,
    socket: Option<Socket>,
    resume: Option<(ParticipantId, String, Epoch)>,
    /// Who the page was before it was loaded anew.
    parked: Option<(ParticipantId, String)>,
    /// Attempts since the last welcome.
    attempt: u32,
    /// Our binary frames that were not acknowledged.
    pub outbox: Outbox,
    /// The step that our last acknowledged one became.
    pub acknowledged: Seq,
    /// The server has what the replica had when it asked: from here on each update goes out by itself.
    synced: bool,
    pub(super) retry: Option<Timeout>,
    /// Whether the other end is there.
    pub(super) heartbeat: Heartbeat,
}

impl Link {
    /// Questions go to this session; no socket is opened.
    pub fn set_address(&mut self, session: SessionId, token: String) {
        (self.session, self.token) = (Some(session), token);
    }

    /// The session, and what opens it.
    pub fn address(&self) -> Option<(SessionId, String)> {
        Some((self.session.clone()?, self.token.clone()))
    }

    /// Who this page is in its session, and what it shows for that when it comes back.
    pub fn who(&self) -> Option<(SessionId, ParticipantId, String)> {
        let (participant, key, _) = self.resume.clone()?;
        Some((self.session.clone()?, participant, key))
    }

    /// Who this page is, and its key: once it was welcomed.
    pub fn participant(&self) -> Option<(&ParticipantId, &str)> {
        self.resume.as_ref().map(|(id, key, _)| (id, key.as_str()))
    }

    /// Sends a text frame. Whether the socket took it.
    pub fn send(&self, text: &str) -> bool {
        self.socket.as_ref().is_some_and(|s| s.send(text))
    }

    /// Sends a y-protocols message, now or in the answer to the server's next question.
    pub fn send_message(&mut self, message: Vec<u8>) {
        let frame = self.outbox.push(message);
        if self.synced {
            self.send_frame(&frame);
        }
    }

    /// Answers the server's question. From here on each update goes out by itself.
    pub fn answer(&mut self, answer: &[u8], limit: usize) {
        self.synced = true;
        for frame in self.outbox.answer(answer, limit) {
            self.send_frame(&frame);
        }
    }

    /// A frame that the socket does not take is not acknowledged, and so is not lost.
    fn send_frame(&self, frame: &[u8]) {
        if let Some(socket) = &self.socket {
            socket.send_bytes(frame);
        }
    }
}

impl Client {
    /// Enters a session: from now on this page is in it.
    pub fn enter(self: &Rc<Self>, session: SessionId, token: String) {
        {
            let mut link = self.link.borrow_mut();
            link.parked = parked::take(&session);
            link.set_address(session, token);
        }
        self.store.route.set(Route::Session);
        self.store.connection.set(Connection::Connecting);
        self.connect();
    }

    /// Tries now, if a retry is waiting: the network came back, or a person asked.
    pub fn retry_now(self: &Rc<Self>) {
        if self.link.borrow_mut().retry.take().is_some() {
            self.connect();
        }
    }

    pub(super) fn connect(self: &Rc<Self>) {
        let Some(session) = self.link.borrow().session.clone() else {
            return;
        };
        if self.store.route.get_untracked() == Route::Replay {
            // Nothing live.
            return;
        }
        self.await_welcome();
        let client = Rc::downgrade(self);
        let socket = Socket::open(&browser::socket_url(session.as_str()), move |event| {
            let Some(client) = client.upgrade() else {
                return;
            };
            match event {
                SocketEvent::Open => client.hello(),
                SocketEvent::Text(text) => client.text(&text),
                SocketEvent::Binary(bytes) => client.bytes(&bytes),
                SocketEvent::Closed(code) => client.lost(code),
            }
        });
        let opened = socket.is_some();
        self.link.borrow_mut().socket = socket;
        if !opened {
            self.end(Ending::BadAddress);
        }
    }

    fn hello(&self) {
        let resume = {
            let link = self.link.borrow();
            let replica = self.replica.borrow();
            let here = link.resume.clone().zip(replica.as_ref()).map(|((participant, key, epoch), replica)| Resume {
                participant,
                key,
                epoch,
                seq: self.queue.borrow().shown(),
                state_vector: replica.state_vector(),
            });
            here.or_else(|| link.parked.clone().map(parked::resume))
        };
        let token = self.link.borrow().token.clone();
        let opening = Some(self.wants_first());
        let name = browser::kept("name").filter(|n| !n.is_empty());
        self.send(&ClientFrame::Hello(Hello { version: VERSION, token, pace_ms: PACE_MS, name, resume, opening }));
    }

    /// The server's half of the handshake.
    pub(super) fn welcome(self: &Rc<Self>, welcome: Welcome) {
        {
            let mut link = self.link.borrow_mut();
            link.attempt = 0;
            link.synced = false;
            link.parked = None;
            link.resume = Some((welcome.participant.id.clone(), welcome.resume_key, welcome.epoch));
        }
        if let Some((session, token)) = self.link.borrow().address() {
            tokens::opened(&session, &token, welcome.role);
        }
        self.start_heartbeat();
        let replica = match self.replica.borrow_mut().take() {
            Some(replica) if replica.client() == welcome.client_id => Some(replica),
            Some(replica) => replica.renamed(welcome.client_id, undo_clock).ok(),
            None => None,
        };
        let replica = replica.unwrap_or_else(|| {
            self.forget_files();
            self.whole.set(false);
            Replica::new(welcome.client_id, undo_clock)
        });
        *self.replica.borrow_mut() = Some(replica);
        let store = self.store;
        let kept = browser::kept("model");
        let chosen = store.model.get_untracked().map(|m| m.0).or(kept);
        let offered = |id: &String| welcome.models.iter().any(|m| m.id.0 == *id);
        let model = chosen.filter(offered).map(Into::into).or_else(|| {
            let usable = welcome.models.iter().find(|model| !model.locked).or(welcome.models.first());
            usable.map(|model| model.id.clone())
        });
        store.model.set(model);
        store.models.set(welcome.models);
        store.limits.set(welcome.limits);
        store.role.set(welcome.role);
        store.me.set(Some(welcome.participant));
        store.connection.set(Connection::Online);
        self.ping();
    }

    /// The socket is gone.
    pub(super) fn lost(self: &Rc<Self>, code: u16) {
        {
            let mut link = self.link.borrow_mut();
            link.socket = None;
            link.heartbeat = Heartbeat::default();
            link.synced = false;
        }
        self.forget_parts();
        self.thaw();
        if self.leaving.get() {
            return;
        }
        match CloseCode::from_code(code) {
            Some(known) if !known.retry() => {
                if let Some((session, token)) = self.link.borrow().address() {
                    tokens::refused(&session, &token, known);
                }
                let was_in = self.store.me.with_untracked(Option::is_some);
                self.end(Ending::of(known, was_in));
            }
            known => self.come_back(Loss::of(known)),
        }
    }

    /// Takes the session over from wherever this participant went on.
    pub fn use_here(self: &Rc<Self>) {
        self.store.connection.set(Connection::Connecting);
        self.connect();
    }

    fn come_back(self: &Rc<Self>, why: Loss) {
        let attempt = self.link.borrow().attempt + 1;
        let wait = backoff(attempt, js_sys::Math::random());
        let client = Rc::downgrade(self);
        let retry = Timeout::new(wait, move || {
            if let Some(client) = client.upgrade() {
                client.link.borrow_mut().retry = None;
                client.connect();
            }
        });
        {
            let mut link = self.link.borrow_mut();
            link.attempt = attempt;
            link.retry = Some(retry);
        }
        self.store.connection.set(Connection::Reconnecting { attempt, retry_in_ms: wait, why });
    }

    /// Throws the replica away and takes the server's: what it refused is gone.
    pub(super) fn rebuild(self: &Rc<Self>) {
        *self.replica.borrow_mut() = None;
        self.whole.set(false);
        self.forget_files();
        self.queue.borrow_mut().restart(protocol::Seq::ZERO);
        self.forget_parts();
        {
            let mut link = self.link.borrow_mut();
            link.resume = None;
            link.outbox.clear();
            link.socket = None;
            link.synced = false;
        }
        self.connect();
    }

    fn end(&self, ending: Ending) {
        self.store.connection.set(Connection::Ended(ending));
    }
}

/// The clock that groups keystrokes into steps of undo.
pub(super) fn undo_clock() -> u64 {
    browser::date() as u64
}

/// How long to wait: doubling, between half and all of it, so that a thousand pages do not come back at once.
fn backoff(attempt: u32, chance: f64) -> u32 {
    let doubled = BACKOFF_FIRST_MS * 2f64.powi(attempt.saturating_sub(1).min(16).cast_signed());
    (doubled.min(BACKOFF_MAX_MS) * (0.5 + chance / 2.0)) as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_with_jitter_up_to_a_limit() {
        assert_eq!((backoff(1, 0.0), backoff(1, 1.0)), (125, 250));
        assert_eq!(backoff(3, 1.0), 1_000);
        assert_eq!((backoff(40, 0.0), backoff(40, 1.0)), (4_000, 8_000));
    }
}
