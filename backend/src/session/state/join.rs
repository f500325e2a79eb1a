//! Coming in, coming back, leaving.

use std::time::Instant;

use bytes::Bytes;
use document::Earlier;
use protocol::client::Resume;
use protocol::server::Welcome;
use protocol::view::Role;
use protocol::{CloseCode, Seq, ServerFrame, VERSION};

use super::{Effect, State};
use crate::base64;
use crate::session::roster::PeerId;

/// What a connection begins with, but for its cursor in the feed.
pub struct Entrance {
    /// The handshake.
    pub welcome: ServerFrame,
    /// The number that all of this is as of.
    pub seq: Seq,
    /// The state vector of the client's replica, if it has one.
    pub known: Option<Vec<u8>>,
    /// The server's question for what it lacks itself.
    pub ask: Bytes,
}

impl State {
    /// Takes a connection in. Every connection gets all it needs as of one number; nothing is replayed.
    pub fn join(
        &mut self,
        peer: PeerId,
        role: Role,
        name: Option<&str>,
        resume: Option<&Resume>,
    ) -> Result<Entrance, CloseCode> {
        if self.roster.is_full() {
            return Err(CloseCode::Full);
        }
        let known = resume.map(|r| base64::decode(&r.state_vector)).transpose().map_err(|_| CloseCode::BadFrame)?;
        if known.as_ref().is_some_and(|known| !document::is_state_vector(known)) {
            return Err(CloseCode::BadFrame);
        }
        let back = resume.and_then(|r| {
            if r.epoch == self.epoch {
                return self.roster.resume(peer, &r.participant, &r.key, role);
            }
            self.roster.come_back(peer, &r.participant, &r.key, role, || self.doc.assign_client())
        });
        match back {
            Some(Some(replaced)) => self.effects.push(Effect::Close(replaced, CloseCode::Replaced)),
            Some(None) => {}
            None => {
                let client = self.doc.assign_client();
                let id = self.roster.join(peer, name, role, client).participant.id.clone();
                // It may have come to an earlier load in its last moment.
                let was_here = role >= Role::Editor && resume.is_some_and(|r| r.epoch != self.epoch);
                self.roster.brings(&id, was_here.then_some(Earlier::Unknown));
            }
        }
        self.tell_presence();
        let Some(member) = self.roster.member(peer) else { return Err(CloseCode::Internal) };
        let welcome = Welcome {
            version: VERSION,
            epoch: self.epoch.clone(),
            participant: member.participant.clone(),
            resume_key: member.resume_key.clone(),
            client_id: member.client,
            role,
            seq: self.seq,
            models: self.models.clone(),
            limits: self.limits,
        };
        Ok(Entrance {
            welcome: ServerFrame::Welcome(Box::new(welcome)),
            seq: self.seq,
            known,
            ask: self.doc.ask().into(),
        })
    }

    /// Everything as it stands, and the whole document: what a timeline begins with.
    pub fn catch_up(&self) -> Option<(Seq, ServerFrame, Bytes)> {
        let document = self.doc.difference(None).ok()?;
        let mut state = self.state_frame();
        if let ServerFrame::State { session, .. } = &mut state {
            // Where anybody looked is not kept.
            session.presenter = None;
        }
        Some((self.seq, state, document.into()))
    }

    /// A connection ended: for good, or its participant may come back.
    pub(super) fn leave(&mut self, peer: PeerId, for_good: bool, now: Instant) {
        self.visitors.remove(&peer);
        if self.roster.leave(peer, for_good, now) {
            self.tell_presence();
        }
    }
}
