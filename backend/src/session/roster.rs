//! Who is in a session: participants, their connections and where they are.

mod listing;
mod presenter;
mod visitors;

use std::cmp::Reverse;
use std::collections::{BTreeSet, HashMap};
use std::time::Instant;

use document::Earlier;
use protocol::ParticipantId;
use protocol::limits::NAME_MAX;
use protocol::presence::{PresenceChange, Viewport};
use protocol::view::{Cursor, Participant, Presence, Role};
use serde::{Deserialize, Serialize};

use self::listing::{Listing, Place};
use self::presenter::Presenter;
use crate::base64;
use crate::secret::{self, Hash};

pub use self::listing::{CURSORS_MAX, LISTED_MAX, TOLD_AT_ONCE};

/// The most participants connected at once: what the fan-out was measured with, and some room.
pub const PARTICIPANTS_MAX: usize = 2_000;
/// How many colours the page has for people.
const COLORS: u8 = 8;

pub use visitors::Holder;

/// Numbers one connection of one participant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct PeerId(pub u64);

/// One participant, connected or expected back.
#[derive(Debug)]
pub struct Member {
    /// Who, as others see it.
    pub participant: Participant,
    /// What it may do.
    pub role: Role,
    /// Its replica's Yjs client id.
    pub client: u64,
    /// What it shows to come back as the same participant; empty until it came in this load.
    pub resume_key: String,
    /// The same, as it is written down.
    key: Hash,
    /// The client ids that it had in earlier loads.
    earlier: Vec<u64>,
    /// It came back from an earlier load, and may bring what was not written down then.
    pub brings: Option<Earlier>,
    /// Where it is.
    cursor: Option<Cursor>,
    /// It is the one who presents.
    presents: bool,
    /// What its screen shows, while it presents.
    viewport: Option<Viewport>,
    /// Its connection, while it has one: never two, since two replicas must not share a Yjs client id.
    peer: Option<PeerId>,
}

/// The session's participants.
#[derive(Debug, Default)]
pub struct Roster {
    members: HashMap<ParticipantId, Member>,
    peers: HashMap<PeerId, ParticipantId>,
    /// Who of them everyone is shown.
    listing: Listing,
    /// Who presents.
    presenter: Option<Presenter>,
    joined: u64,
    /// Who is not written down as it stands.
    unwritten: BTreeSet<ParticipantId>,
}

/// A participant as it is written down.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SavedMember {
    participant: Participant,
    role: Role,
    /// Its client ids, the newest last.
    clients: Vec<u64>,
    /// The hash of its key, base64.
    key: String,
}

impl SavedMember {
    /// Who it is.
    pub fn id(&self) -> &ParticipantId {
        &self.participant.id
    }
}

impl Roster {
    /// Whether there is room for one more.
    pub fn is_full(&self) -> bool {
        self.peers.len() >= PARTICIPANTS_MAX
    }

    /// Takes a new participant in.
    pub fn join(&mut self, peer: PeerId, name: Option<&str>, role: Role, client: u64) -> &Member {
        self.joined += 1;
        let resume_key = secret::token();
        let id = ParticipantId(format!("p{}", self.joined));
        let name = name.and_then(clean_name).unwrap_or_else(|| format!("Guest {}", self.joined));
        let color = u8::try_from((self.joined - 1) % u64::from(COLORS)).unwrap_or(0);
        let member = Member {
            participant: Participant { id: id.clone(), name, color },
            role,
            client,
            key: Hash::of(&resume_key),
            resume_key,
            earlier: Vec::new(),
            brings: None,
            cursor: None,
            presents: false,
            viewport: None,
            peer: Some(peer),
        };
        self.peers.insert(peer, id.clone());
        self.unwritten.insert(id.clone());
        self.listing.enter(member.place());
        self.members.entry(id).insert_entry(member).into_mut()
    }

    /// Takes a participant back, if it shows its key. The connection that it had before, if it is still there, is
    /// returned and has to go.
    pub fn resume(&mut self, peer: PeerId, id: &ParticipantId, key: &str, role: Role) -> Option<Option<PeerId>> {
        let member = self.members.get_mut(id).filter(|m| m.key.matches(key) && !m.resume_key.is_empty())?;
        self.listing.leave(&member.place());
        member.role = role;
        self.listing.enter(member.place());
        let before = member.peer.replace(peer);
        if let Some(before) = before {
            self.peers.remove(&before);
        }
        self.peers.insert(peer, id.clone());
        if let Some(presenter) = self.presenter.as_mut().filter(|presenter| presenter.id == *id) {
            presenter.left = None;
            if role < Role::Editor {
                self.end_presenting();
            }
        }
        Some(before)
    }

    /// Takes a participant of an earlier load back under a new client id, if it shows its key. Answers as
    /// [`Roster::resume`] does.
    pub fn come_back(
        &mut self,
        peer: PeerId,
        id: &ParticipantId,
        key: &str,
        role: Role,
        client: impl FnOnce() -> u64,
    ) -> Option<Option<PeerId>> {
        let member = self.members.get_mut(id).filter(|m| m.key.matches(key))?;
        self.listing.leave(&member.place());
        member.earlier.push(std::mem::replace(&mut member.client, client()));
        key.clone_into(&mut member.resume_key);
        self.unwritten.insert(id.clone());
        self.brings(id, (role >= Role::Editor).then_some(Earlier::Known));
        self.resume(peer, id, key, role)
    }

    /// Says what a participant may bring from before the load.
    pub fn brings(&mut self, id: &ParticipantId, brings: Option<Earlier>) {
        if let Some(member) = self.members.get_mut(id) {
            member.brings = brings;
        }
    }

    /// Whether there is anything to write down.
    pub fn is_unwritten(&self) -> bool {
        !self.unwritten.is_empty()
    }

    /// Who was not written down as it stands; everyone, when all is to be.
    pub fn to_write(&mut self, all: bool) -> Vec<SavedMember> {
        let unwritten = std::mem::take(&mut self.unwritten);
        let wanted = self.members.iter().filter(|(id, _)| all || unwritten.contains(id));
        let saved = |member: &Member| SavedMember {
            participant: member.participant.clone(),
            role: member.role,
            clients: member.earlier.iter().copied().chain([member.client]).collect(),
            key: base64::encode(member.key.as_bytes()),
        };
        wanted.map(|(_, member)| saved(member)).collect()
    }

    /// Who had joined when this was written down.
    pub fn restore(&mut self, joined: u64, members: impl IntoIterator<Item = SavedMember>) {
        self.joined = joined;
        for SavedMember { participant, role, mut clients, key } in members {
            let key = base64::decode(&key).ok().and_then(|bytes| Hash::from_bytes(&bytes));
            let (Some(client), Some(key)) = (clients.pop(), key) else { continue };
            let (resume_key, id) = (String::new(), participant.id.clone());
            let (cursor, peer, brings, earlier) = (None, None, None, clients);
            let (presents, viewport) = (false, None);
            let member = Member {
                participant,
                role,
                client,
                resume_key,
                key,
                earlier,
                brings,
                cursor,
                presents,
                viewport,
                peer,
            };
            self.members.insert(id, member);
        }
    }

    /// How many have joined so far.
    pub fn joined(&self) -> u64 {
        self.joined
    }

    /// A connection ended, for good or to come back. Whether anybody was behind it.
    pub fn leave(&mut self, peer: PeerId, for_good: bool, now: Instant) -> bool {
        let Some(id) = self.peers.remove(&peer) else { return false };
        if let Some(member) = self.members.get_mut(&id) {
            self.listing.leave(&member.place());
            member.peer = None;
            member.cursor = None;
            member.viewport = None;
        }
        if let Some(presenter) = self.presenter.as_mut().filter(|presenter| presenter.id == id) {
            presenter.left = Some(now);
            if for_good {
                self.end_presenting();
            }
        }
        true
    }

    /// Whether this is the key of a participant.
    pub fn knows(&self, id: &ParticipantId, key: &str) -> bool {
        self.members.get(id).is_some_and(|member| member.key.matches(key))
    }

    /// Whose connection it is.
    pub fn member(&self, peer: PeerId) -> Option<&Member> {
        self.members.get(self.peers.get(&peer)?)
    }

    /// All connections.
    pub fn peers(&self) -> Vec<PeerId> {
        self.peers.keys().copied().collect()
    }

    /// A participant moved, or changed its name. What its screen shows is kept while it presents.
    pub fn update(&mut self, peer: PeerId, name: Option<&str>, cursor: Option<Cursor>, viewport: Option<Viewport>) {
        let Some(member) = self.peers.get(&peer).and_then(|id| self.members.get_mut(id)) else { return };
        let viewport = viewport.filter(|_| member.presents);
        let mut is_seen = member.cursor != cursor && self.listing.shows_cursor(member.role);
        is_seen |= member.viewport != viewport;
        (member.cursor, member.viewport) = (cursor, viewport);
        if let Some(name) = name.and_then(clean_name) {
            is_seen |= member.participant.name != name;
            member.participant.name = name;
            self.unwritten.insert(member.participant.id.clone());
        }
        if is_seen {
            self.listing.touch(&member.participant.id);
        }
    }

    /// The participant whose replica has this Yjs client id, connected or not.
    pub fn by_client(&self, client: u64) -> Option<&Participant> {
        self.members
            .values()
            .find(|member| member.client == client || member.earlier.contains(&client))
            .map(|member| &member.participant)
    }

    /// Who that is, connected or not.
    pub fn participant(&self, id: &ParticipantId) -> Option<&Participant> {
        Some(&self.members.get(id)?.participant)
    }

    /// Where a participant is, if it is connected.
    pub fn cursor(&self, id: &ParticipantId) -> Option<&Cursor> {
        self.members.get(id)?.cursor.as_ref()
    }

    /// How many are connected.
    pub fn connected(&self) -> u32 {
        u32::try_from(self.peers.len()).unwrap_or(u32::MAX)
    }

    /// Who is connected, in the order of their arrival; of many the first of the list.
    pub fn presence(&self) -> Vec<Presence> {
        self.present(self.listing.listed().take(TOLD_AT_ONCE))
    }

    /// What has changed in that since this was last asked.
    pub fn presence_change(&mut self) -> Option<PresenceChange> {
        let difference = self.listing.difference()?;
        let here = self.present(&difference.here);
        let (connected, presenter) = (self.connected(), self.presenter().cloned());
        Some(PresenceChange { whole: false, here, gone: difference.gone, connected, presenter })
    }

    fn present<'a>(&'a self, ids: impl IntoIterator<Item = &'a ParticipantId>) -> Vec<Presence> {
        let mut here: Vec<&Member> = ids.into_iter().filter_map(|id| self.members.get(id)).collect();
        here.sort_by_key(|m| m.client);
        let cursor = |m: &Member| m.cursor.clone().filter(|_| self.listing.shows_cursor(m.role));
        let told = |m: &Member| Presence {
            participant: m.participant.clone(),
            role: m.role,
            cursor: cursor(m),
            viewport: m.viewport.clone(),
        };
        here.into_iter().map(told).collect()
    }

    /// Whether somebody who may steer is connected.
    pub fn has_editor(&self) -> bool {
        self.members.values().any(|m| m.peer.is_some() && m.role >= Role::Editor)
    }

    /// Whether anybody is connected.
    pub fn is_empty(&self) -> bool {
        self.peers.is_empty()
    }
}

impl Member {
    /// Where it stands in the order of those who are here.
    fn place(&self) -> Place {
        (Reverse((self.presents, self.role)), self.client, self.participant.id.clone())
    }
}

/// A display name without control characters, cut to its limit; nothing when nothing is left.
fn clean_name(name: &str) -> Option<String> {
    let clean: String = name.trim().chars().filter(|c| !c.is_control()).take(NAME_MAX).collect();
    (!clean.is_empty()).then_some(clean)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_participant_comes_back_with_its_key_only_and_replaces_its_old_connection() {
        let (mut roster, now) = (Roster::default(), Instant::now());
        let (id, key) = {
            let member = roster.join(PeerId(1), Some("Ada"), Role::Owner, 1);
            (member.participant.id.clone(), member.resume_key.clone())
        };
        assert_eq!(roster.resume(PeerId(2), &id, "guess", Role::Owner), None);
        assert_eq!(roster.resume(PeerId(2), &id, &key, Role::Owner), Some(Some(PeerId(1))));
        assert!(!roster.leave(PeerId(1), false, now), "the replaced connection is nobody's");
        assert!(roster.leave(PeerId(2), false, now));
        assert!(roster.is_empty());
    }

    #[test]
    fn a_name_past_its_limit_is_cut_and_loses_control_characters() {
        let mut roster = Roster::default();
        let long = "x".repeat(NAME_MAX + 1);
        assert_eq!(roster.join(PeerId(1), Some(&long), Role::Owner, 1).participant.name.len(), NAME_MAX);
        assert_eq!(roster.join(PeerId(2), Some("a\nb"), Role::Owner, 2).participant.name, "ab");
        assert_eq!(roster.join(PeerId(3), Some(" \t"), Role::Owner, 3).participant.name, "Guest 3");
    }
}
