//! The one who presents: at most one, always listed, and told of with what its screen shows.

use std::time::Instant;

use protocol::ParticipantId;

use super::Roster;

/// Who presents.
#[derive(Clone, Debug)]
pub(super) struct Presenter {
    /// Who.
    pub id: ParticipantId,
    /// Since when its connection is broken, if it is.
    pub left: Option<Instant>,
}

impl Roster {
    /// Who presents, connected or waited for.
    pub fn presenter(&self) -> Option<&ParticipantId> {
        Some(&self.presenter.as_ref()?.id)
    }

    /// Since when the one who presents has been waited for.
    pub fn presenter_left(&self) -> Option<Instant> {
        self.presenter.as_ref()?.left
    }

    /// A participant who is connected presents, in the place of whoever did.
    pub fn begin_presenting(&mut self, id: &ParticipantId) {
        if self.presenter() != Some(id) {
            self.end_presenting();
            self.set_presents(id, true);
            self.presenter = Some(Presenter { id: id.clone(), left: None });
        }
    }

    /// Nobody presents any more.
    pub fn end_presenting(&mut self) {
        if let Some(Presenter { id, .. }) = self.presenter.take() {
            self.set_presents(&id, false);
        }
    }

    /// The presenter's place in the list is the first one.
    fn set_presents(&mut self, id: &ParticipantId, presents: bool) {
        let Some(member) = self.members.get_mut(id) else { return };
        self.listing.leave(&member.place());
        member.presents = presents;
        member.viewport = None;
        if member.peer.is_some() {
            self.listing.enter(member.place());
        }
    }
}
