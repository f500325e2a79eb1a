//! The page's end of a session: one object behind the store's intents.
//!
//! Owns the replica, the frame queue, the fold of frames, the measurements, and the one socket. Its parts, in the
//! order of the data: [`connection`] opens the socket and says hello, [`incoming`] takes frames, [`painting`] applies
//! them once per animation frame, [`turns`], [`files`] and [`guard`] are what a person does.

mod ahead;
mod comments;
mod compare;
mod connection;
mod dropping;
mod earlier;
mod files;
mod fixing;
mod following;
mod guard;
mod hearing;
mod heartbeat;
mod http;
mod incoming;
mod meter;
mod opening;
mod painting;
mod parked;
mod parts;
mod pointing;
mod presenting;
mod previewing;
mod replay;
mod review;
mod rules;
mod running;
mod share;
pub mod shipping;
mod start;
mod tokens;
mod turns;
mod unlock;
mod writers;

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use leptos::prelude::*;
use protocol::view::Role;
use protocol::{ClientFrame, ErrorCode, FileId};

use crate::document::Replica;
use crate::queue::Queue;
use crate::session::Session;
use crate::store::{Notice, Store};
use connection::Link;
use meter::Meter;
use opening::Opening;
use pointing::Pointing;
use presenting::Presenting;
use replay::Replaying;
use writers::Writers;
pub use writers::Written;

/// The most notices at once: older ones have been seen.
const NOTICES_MAX: usize = 4;

/// One page's client.
pub struct Client {
    store: Store,
    session: RefCell<Session>,
    queue: RefCell<Queue>,
    replica: RefCell<Option<Replica>>,
    /// The replica has had all of the document. Until then the editor shows what was sent ahead of it.
    whole: Cell<bool>,
    /// The document comes: what is sequenced waits for it.
    opening: RefCell<Option<Opening>>,
    link: RefCell<Link>,
    meter: RefCell<Meter>,
    pointing: RefCell<Pointing>,
    presenting: Presenting,
    writers: RefCell<Writers>,
    replaying: RefCell<Replaying>,
    runs: running::Runs,
    previews: previewing::Previews,
    /// An animation frame is asked for.
    awaiting_frame: Cell<bool>,
    /// Since when input-method composition is under way: nothing remote is applied under the person's hands.
    composing: Cell<Option<f64>>,
    /// Tells apart the freeze that a timer was set for from later ones.
    freezes: Cell<u32>,
    next_notice: Cell<u32>,
    /// The session is being deleted by this page's person: its end is no surprise.
    leaving: Cell<bool>,
}

impl Client {
    /// A client that does nothing yet.
    pub fn new(store: Store, owner: Owner) -> Rc<Self> {
        Rc::new(Self {
            store,
            session: RefCell::new(Session::new(store.turns, owner)),
            queue: RefCell::default(),
            replica: RefCell::new(None),
            whole: Cell::new(false),
            opening: RefCell::default(),
            link: RefCell::default(),
            meter: RefCell::default(),
            pointing: RefCell::default(),
            presenting: Presenting::default(),
            writers: RefCell::default(),
            replaying: RefCell::default(),
            runs: running::Runs::default(),
            previews: previewing::Previews::default(),
            awaiting_frame: Cell::new(false),
            composing: Cell::new(None),
            freezes: Cell::new(0),
            next_notice: Cell::new(0),
            leaving: Cell::new(false),
        })
    }

    /// Tells the person something.
    pub fn notify(&self, code: Option<ErrorCode>, text: impl Into<String>) {
        self.tell(code, text.into(), None);
    }

    /// Tells the person something about a file, with the way there.
    fn notify_of(&self, text: String, file: FileId) {
        self.tell(None, text, Some(file));
    }

    fn tell(&self, code: Option<ErrorCode>, text: String, opens: Option<FileId>) {
        let id = self.next_notice.get();
        self.next_notice.set(id + 1);
        let notice = Notice { id, code, text, opens };
        self.store.notices.update(|notices| {
            notices.retain(|n| n.text != notice.text);
            let surplus = (notices.len() + 1).saturating_sub(NOTICES_MAX);
            notices.drain(..surplus);
            notices.push(notice);
        });
    }

    /// The last sequence number that is painted.
    pub fn shown(&self) -> protocol::Seq {
        self.queue.borrow().shown()
    }

    /// Sends a frame. Whether the socket took it.
    fn send(&self, frame: &ClientFrame) -> bool {
        let Ok(text) = serde_json::to_string(frame) else {
            return false;
        };
        self.link.borrow().send(&text)
    }

    /// Whether this page may change things. Tells the person if not.
    fn may_edit(&self) -> bool {
        let may = self.store.role.get_untracked() >= Role::Editor;
        if !may {
            self.notify(None, "You are watching. To take part, ask for an editor’s link.");
        }
        may
    }
}
