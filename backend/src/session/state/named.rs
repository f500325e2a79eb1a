//! Those whom a session names without their being there: what they said stays, and so do their names.

use std::collections::BTreeSet;

use protocol::ParticipantId;
use protocol::view::{Participant, Presence};

use super::State;

impl State {
    /// Those whom turns, steers and locks name, beside those who are listed.
    pub(super) fn named(&self, listed: &[Presence]) -> Vec<Participant> {
        let mut ids: BTreeSet<&ParticipantId> = self.locks.iter().map(|lock| &lock.view.by).collect();
        for turn in &self.turns {
            ids.insert(&turn.by);
            ids.extend(turn.steers.iter().map(|steer| &steer.view.by));
        }
        for here in listed {
            ids.remove(&here.participant.id);
        }
        ids.into_iter().filter_map(|id| self.roster.participant(id)).cloned().collect()
    }
}
