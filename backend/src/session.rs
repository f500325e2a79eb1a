//! A live session: one actor task that owns everything, and the handle by which others reach it.
//!
//! input -> actor (urgent lane first) -> state -> effects -> feed, connections, turn task

mod actor;
pub mod command;
pub mod door;
mod draft;
mod entry;
pub mod feed;
mod handout;
pub mod history;
mod parts;
mod path;
pub mod persist;
pub mod presence;
mod request;
pub mod roster;
mod saved;
mod segment;
pub mod signal;
mod spending;
pub mod state;
mod turn;

use std::sync::Arc;

use models::Upstream;
use protocol::{ModelId, SessionId};
use tokio::sync::{mpsc, watch};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use self::command::{Command, Urgent};
use self::door::Door;
use self::feed::Feed;
use self::persist::Saver;
use self::presence::Board;
use self::signal::Signal;
use self::spending::Spending;
use self::state::State;
use crate::budget::Budgets;
use crate::timeline::recorder::Recorder;

pub use self::entry::{Body, Entry, encode, prefix_utf16, utf16_len};

/// Commands that wait for a busy session. A full inbox closes the socket that filled it, with a retry code.
#[cfg(not(test))]
pub const INBOX: usize = 1024;
/// Small under test, so that tests fill it.
#[cfg(test)]
pub const INBOX: usize = 4;
/// Interrupts and steers that wait. They are people's, so more than this is not a person.
pub const URGENT: usize = 64;
/// What a turn's task has in flight: one step. Here backpressure begins.
pub const FROM_MODEL: usize = 1;

/// How to reach a live session. Cheap to clone.
#[derive(Clone)]
pub struct SessionHandle {
    /// Its id.
    pub id: SessionId,
    /// Who may come in.
    pub door: Arc<Door>,
    /// Interrupts and steers: polled before anything else.
    pub urgent: mpsc::Sender<Urgent>,
    /// Everything else.
    pub inbox: mpsc::Sender<Command>,
    /// Where turns were cut: overtakes the log.
    pub signal: watch::Receiver<Signal>,
    /// Fires when the session has ended.
    pub ended: CancellationToken,
    /// Cancel it, and the session ends without being written down.
    pub deleted: CancellationToken,
}

/// Where a session gets its connection to a model.
pub trait Models: Send + Sync + 'static {
    /// A connection of the session's own, if the model is on offer.
    fn open(&self, model: &ModelId) -> Option<Arc<dyn Upstream>>;
}

/// Starts a session's actor on `tasks`. It drains when `shutdown` fires.
pub fn spawn(
    id: SessionId,
    door: Arc<Door>,
    state: State,
    (models, budgets): (Arc<dyn Models>, Arc<Budgets>),
    (saver, recorder): (Saver, Recorder),
    tasks: &TaskTracker,
    shutdown: CancellationToken,
) -> SessionHandle {
    let (urgent, urgent_rx) = mpsc::channel(URGENT);
    let (inbox, inbox_rx) = mpsc::channel(INBOX);
    let signal = watch::Sender::new(Signal::default());
    let handle = SessionHandle {
        id: id.clone(),
        door,
        urgent,
        inbox,
        signal: signal.subscribe(),
        ended: CancellationToken::new(),
        deleted: CancellationToken::new(),
    };
    let actor = actor::Actor::new(actor::Parts {
        id,
        state,
        models,
        spending: Spending::new(budgets, handle.id.clone()),
        urgent: urgent_rx,
        inbox: inbox_rx,
        feed: Feed::new(),
        signal,
        presence: Board::new(),
        saver,
        recorder,
        shutdown,
        ended: handle.ended.clone(),
        deleted: handle.deleted.clone(),
    });
    tasks.spawn(actor.run());
    handle
}
