//! Who comes in, and what it is sent of the document.

use std::time::Instant;

use bytes::Bytes;
use tokio::sync::{mpsc, oneshot};

use super::Actor;
use crate::session::command::{CaughtUp, Command, Control, Join, Joined};
use crate::session::handout::Ask;
use crate::session::roster::PeerId;

/// The state vector of a replica that holds nothing.
const NOTHING: [u8; 1] = [0];

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
        let (told, state) = oneshot::channel();
        let caught_up = CaughtUp {
            seq: entrance.seq,
            state,
            // A stock editor asks for it by itself, and says then what it has.
            document: if is_visitor { oneshot::channel().1 } else { self.document(entrance.known, preview.is_some()) },
            subscription: self.feed.subscribe(join.pace),
            presence: self.presence.watch(),
        };
        let peer = join.peer;
        let joined = Joined { welcome: entrance.welcome, caught_up, preview, ask: entrance.ask };
        if join.reply.send(Ok(joined)).is_err() {
            self.peers.remove(&join.peer);
            self.state.command(Command::Leave { peer: join.peer, for_good: false }, Instant::now());
            return;
        }
        // The handshake and the first file are on their way by now.
        let _ = told.send(self.state.state_frame());
        self.tell(peer, Control::Frame(Box::new(self.saved_frame())));
    }

    /// What one lacks of the document as it stands: soon.
    pub(super) fn document(&mut self, known: Option<Vec<u8>>, in_parts: bool) -> oneshot::Receiver<document::Parts> {
        let (sender, document) = oneshot::channel();
        // One who left meanwhile needs nothing.
        let reply = Box::new(move |parts| drop(sender.send(parts)));
        self.handouts.hand_out(&mut self.state.doc, Ask { known, in_parts, reply });
        document
    }

    /// Answers a participant's question for what it lacks.
    pub(super) fn answer(&mut self, peer: PeerId, known: Vec<u8>) {
        let Some(queue) = self.peers.get(&peer).map(mpsc::Sender::downgrade) else { return };
        let reply = Box::new(move |parts: document::Parts| {
            let Some(queue) = queue.upgrade() else { return };
            for part in parts.iter() {
                // A connection whose queue is full does not read, and asks again when it comes back.
                let _ = queue.try_send(Control::Message(Bytes::from(part.clone())));
            }
        });
        self.handouts.hand_out(&mut self.state.doc, Ask { known: Some(known), in_parts: false, reply });
    }
}
