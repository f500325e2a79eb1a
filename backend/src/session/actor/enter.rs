//! Who comes in, and what it is sent of the document.

use std::time::Instant;

use bytes::Bytes;
use document::Parts;
use protocol::ServerFrame;
use tokio::sync::{mpsc, oneshot};

use super::Actor;
use crate::session::command::{CaughtUp, Command, Control, Join, Joined};
use crate::session::handout::Ask;
use crate::session::roster::PeerId;

/// The state vector of a replica that holds nothing.
const NOTHING: [u8; 1] = [0];

/// What one who has come is owed.
pub(super) struct Owed {
    /// Where the conversation goes.
    told: oneshot::Sender<ServerFrame>,
    /// What is known of the document, whether it is taken in parts, and where it goes.
    document: Option<(Option<Vec<u8>>, bool, oneshot::Sender<Parts>)>,
}

/// The other ends of it.
type Due = (oneshot::Receiver<ServerFrame>, oneshot::Receiver<Parts>);

impl Actor {
    pub(super) fn join(&mut self, join: Join) {
        let entrance = match self.state.join(join.peer, join.role, join.name.as_deref(), join.resume.as_ref()) {
            Ok(entrance) => entrance,
            Err(code) => {
                let _ = join.reply.send(Err(code));
                return;
            }
        };
        let is_visitor = join.visitor.is_some();
        if let Some(mark) = join.visitor {
            self.state.visits(join.peer, mark);
        }
        self.peers.insert(join.peer, join.control);
        // Before the cursors are taken: what the state says of people is not told again.
        self.carry_out();
        // Who comes back with nothing, as a page that was loaded anew, sees nothing yet.
        let is_new = entrance.known.as_deref().is_none_or(|known| known == NOTHING);
        let preview = join.opening.as_ref().map(|opening| self.state.preview(opening, is_new));
        // A stock editor asks for the document by itself, and says then what it has.
        let (state, document) = self.owe((!is_visitor).then(|| (entrance.known, preview.is_some())));
        let caught_up = CaughtUp {
            seq: entrance.seq,
            state,
            document,
            subscription: self.feed.subscribe(join.pace),
            presence: self.presence.watch(),
        };
        let peer = join.peer;
        let joined = Joined { welcome: entrance.welcome, caught_up, preview, ask: entrance.ask };
        if join.reply.send(Ok(joined)).is_err() {
            self.peers.remove(&join.peer);
            self.owed.pop();
            self.state.command(Command::Leave { peer: join.peer, for_good: false }, Instant::now());
            return;
        }
        self.tell(peer, Control::Frame(Box::new(self.saved_frame())));
    }

    /// What one gets who comes now, once the handshake and the first file are on their way: the conversation, and what
    /// it lacks of the document, if it wants that. [`Actor::pay`] has to come before any other change.
    pub(super) fn owe(&mut self, document: Option<(Option<Vec<u8>>, bool)>) -> Due {
        let ((told, state), (parts, receiver)) = (oneshot::channel(), oneshot::channel());
        self.owed.push(Owed { told, document: document.map(|(known, in_parts)| (known, in_parts, parts)) });
        (state, receiver)
    }

    /// Sends what is owed.
    pub(super) fn pay(&mut self) {
        for Owed { told, document } in std::mem::take(&mut self.owed) {
            let _ = told.send(self.state.state_frame());
            if let Some((known, in_parts, parts)) = document {
                // One who left meanwhile needs nothing.
                let reply = Box::new(move |all| drop(parts.send(all)));
                self.handouts.hand_out(&mut self.state.doc, Ask { known, in_parts, reply });
            }
        }
    }

    /// Answers a participant's question for what it lacks.
    pub(super) fn answer(&mut self, peer: PeerId, known: Vec<u8>) {
        let Some(queue) = self.peers.get(&peer).map(mpsc::Sender::downgrade) else { return };
        let reply = Box::new(move |parts: Parts| {
            let Some(queue) = queue.upgrade() else { return };
            for part in parts.iter() {
                // A connection whose queue is full does not read, and asks again when it comes back.
                let _ = queue.try_send(Control::Message(Bytes::from(part.clone())));
            }
        });
        self.handouts.hand_out(&mut self.state.doc, Ask { known: Some(known), in_parts: false, reply });
    }
}
