//! Stock editors: participants that say by awareness who they are, under a Yjs client id of their own.

use document::Position;
use protocol::view::Cursor;
use protocol::{CloseCode, FileId};

use super::{Effect, State};
use crate::base64;
use crate::session::command::{Mark, Said};
use crate::session::roster::{Holder, PeerId};

/// A stock editor's connection.
#[derive(Debug)]
pub(super) struct Visitor {
    /// What it is known again by.
    mark: Mark,
    /// The Yjs client id that it came with, once it is known.
    client: Option<u64>,
}

impl State {
    /// Notes that a connection is a stock editor's.
    pub fn visits(&mut self, peer: PeerId, mark: Mark) {
        self.visitors.insert(peer, Visitor { mark, client: None });
    }

    /// Whether a connection is a stock editor's.
    pub(super) fn is_visitor(&self, peer: PeerId) -> bool {
        self.visitors.contains_key(&peer)
    }

    /// What a stock editor says of itself.
    pub(super) fn visit(&mut self, peer: PeerId, said: &Said) {
        if !self.is_visitor(peer) || !self.take_id(peer, said.client) {
            return;
        }
        let cursor = said.places.and_then(|(anchor, head)| {
            let file = self.doc.file_of(&head).filter(|file| self.doc.file_of(&anchor).as_ref() == Some(file))?;
            let text = |place: Position| base64::encode(&place.write());
            Some(Cursor { file: FileId(file), anchor: text(anchor), head: text(head) })
        });
        self.roster.update(peer, said.name.as_deref(), cursor, None);
        if let Some(color) = said.color {
            self.roster.paint(peer, color);
        }
        self.tell_presence();
    }

    /// The client id that a stock editor's message writes as is its own from now on, where it has not said it before.
    pub(super) fn take_writers_id(&mut self, peer: PeerId, message: &[u8]) -> bool {
        if self.visitors.get(&peer).is_none_or(|visitor| visitor.client.is_some()) {
            return true;
        }
        self.doc.writer(message).is_none_or(|client| self.take_id(peer, client))
    }

    /// Gives a stock editor the id that it came with. One that cannot be had ends the connection.
    fn take_id(&mut self, peer: PeerId, client: u64) -> bool {
        let Some(visitor) = self.visitors.get(&peer) else { return true };
        if let Some(known) = visitor.client {
            // It tells of others too, who tell of themselves.
            return known == client;
        }
        let key = format!("{client}:{}", visitor.mark.seed);
        let holder = self.roster.holder(peer, client, &key, visitor.mark.is_own);
        let adopted = match &holder {
            Holder::Nobody => self.doc.reserve_client(client, false),
            Holder::Itself(_) => self.doc.reserve_client(client, true),
            Holder::Another => false,
        };
        if !adopted {
            self.effects.push(Effect::Close(peer, CloseCode::Replaced));
            return false;
        }
        if let Some(visitor) = self.visitors.get_mut(&peer) {
            visitor.client = Some(client);
        }
        if let Some(replaced) = self.roster.settle(peer, client, &key, holder) {
            self.effects.push(Effect::Close(replaced, CloseCode::Replaced));
        }
        if let Some(member) = self.roster.member(peer) {
            self.effects.push(Effect::You(peer, member.participant.id.clone()));
        }
        self.tell_presence();
        true
    }
}
