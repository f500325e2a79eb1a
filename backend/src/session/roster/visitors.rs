//! Participants who came with a Yjs client id of their own, and come back with it.

use document::Earlier;
use protocol::ParticipantId;
use protocol::view::Role;

use super::{PeerId, Roster};
use crate::secret::Hash;

/// Whose a Yjs client id is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Holder {
    /// Nobody's.
    Nobody,
    /// That of the participant who now asks for it again.
    Itself(ParticipantId),
    /// Somebody else's.
    Another,
}

impl Roster {
    /// Whose an id is that a connection asks for, with a key that is that id's and its token's. `is_own`: nobody else
    /// can have that key. Where others can, who is here is not replaced by whoever shows it.
    pub fn holder(&self, peer: PeerId, client: u64, key: &str, is_own: bool) -> Holder {
        let me = self.peers.get(&peer);
        let others = self.members.values().filter(|member| Some(&member.participant.id) != me);
        match { others }.find(|member| member.client == client) {
            None => Holder::Nobody,
            Some(member) if member.key.matches(key) && (is_own || member.peer.is_none()) => {
                Holder::Itself(member.participant.id.clone())
            }
            Some(_) => Holder::Another,
        }
    }

    /// Gives a connection the id. One that comes back is who it was from now on; the connection that it had before, if it
    /// is still there, is returned and has to go.
    pub fn settle(&mut self, peer: PeerId, client: u64, key: &str, holder: Holder) -> Option<PeerId> {
        let me = self.peers.get(&peer)?.clone();
        match holder {
            Holder::Nobody => {
                let member = self.members.get_mut(&me)?;
                self.listing.leave(&member.place());
                (member.client, member.key) = (client, Hash::of(key));
                key.clone_into(&mut member.resume_key);
                self.listing.enter(member.place());
                self.unwritten.insert(me);
                None
            }
            Holder::Itself(id) => {
                let newcomer = self.members.remove(&me)?;
                self.listing.leave(&newcomer.place());
                self.unwritten.remove(&me);
                let member = self.members.get_mut(&id)?;
                if member.resume_key.is_empty() {
                    member.brings = (newcomer.role >= Role::Editor).then_some(Earlier::Known);
                    key.clone_into(&mut member.resume_key);
                }
                self.resume(peer, &id, key, newcomer.role).flatten()
            }
            Holder::Another => None,
        }
    }

    /// Gives a participant another colour.
    pub fn paint(&mut self, peer: PeerId, color: u8) {
        let Some(member) = self.peers.get(&peer).and_then(|id| self.members.get_mut(id)) else { return };
        if member.participant.color != color && color < super::COLORS {
            member.participant.color = color;
            self.unwritten.insert(member.participant.id.clone());
            self.listing.touch(&member.participant.id);
        }
    }
}
