//! What participants write into the document, and ask of it.

use protocol::view::Role;
use protocol::{ErrorCode, Seq, ServerFrame};

use super::{Effect, State};
use crate::session::entry::{Body, Entry};
use crate::session::roster::PeerId;

impl State {
    pub(super) fn edit(&mut self, peer: PeerId, counter: u64, message: &[u8]) {
        if let Some(known) = document::question(message) {
            return self.answer(peer, known);
        }
        if !self.take_writers_id(peer, message) {
            return;
        }
        let Some(member) = self.roster.member(peer) else { return };
        let (client, author, role) = (member.client, member.participant.id.clone(), member.role);
        if role < Role::Editor {
            if self.is_visitor(peer) && self.doc.has_all_of(message) {
                // A stock editor answers the server's question whether or not it has written anything.
                return;
            }
            return self.refuse(peer, None, ErrorCode::Forbidden, "This link only lets you watch.");
        }
        if let Some(why) = self.is_full().filter(|_| !self.doc.only_deletes(message)) {
            return self.refuse(
                peer,
                None,
                ErrorCode::BadUpdate,
                &format!("That edit was refused: past a limit: {why}"),
            );
        }
        let brings = self.roster.member(peer).and_then(|member| member.brings);
        let received = match brings {
            Some(earlier) => self.doc.receive_back(client, earlier, message),
            None => self.doc.receive(client, message),
        };
        match received {
            Ok(document::Received::Nothing) => self.ack(peer, counter, self.seq),
            Ok(document::Received::Reply(reply)) => self.effects.push(Effect::Message(peer, reply.into())),
            Ok(document::Received::Changed { relay, back_to_author }) => {
                let seq = self.advance();
                let entry = Entry::new(seq, Some(author), Some(relay.into()), Body::Silent);
                self.effects.push(Effect::Log(entry));
                if let Some(back) = back_to_author {
                    self.effects.push(Effect::Message(peer, back.into()));
                }
                self.ack(peer, counter, seq);
            }
            Err(refused) => {
                tracing::info!(%refused, "a document update was refused");
                self.refuse(peer, None, ErrorCode::BadUpdate, &format!("That edit was refused: {refused}."));
            }
        }
    }

    pub(super) fn ack(&mut self, peer: PeerId, counter: u64, seq: Seq) {
        self.tell(peer, ServerFrame::EditAck { counter, seq });
    }
}
