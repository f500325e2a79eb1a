//! Who of those who are here is shown to everyone, and what of that has changed since it was last told.
//!
//! A large room is shown in part: nobody reads a thousand names, and everyone would pay for all of them.

use std::cmp::Reverse;
use std::collections::{BTreeSet, HashSet};

use protocol::ParticipantId;
use protocol::view::Role;

/// The most participants that are listed. Of more, the one who presents comes first, then people who may edit, then who
/// came first; the others are a number.
pub const LISTED_MAX: usize = 100;
/// The most participants that one frame tells of: what is sent stays in a connection's buffer as room, for its life.
pub const TOLD_AT_ONCE: usize = 16;
/// The cursors of those who only watch are shown while at most so many are connected: beyond it they would cover the
/// text, and every movement goes to everyone.
pub const CURSORS_MAX: usize = 50;

/// A participant's place in the order in which the list takes them: whether it presents, its role, its client id.
pub type Place = (Reverse<(bool, Role)>, u64, ParticipantId);

/// The list, and what was told of it.
#[derive(Debug, Default)]
pub struct Listing {
    /// Everyone who is connected.
    order: BTreeSet<Place>,
    /// Who is on the list as it was told.
    told: HashSet<ParticipantId>,
    /// Who on the list is not as was told.
    changed: HashSet<ParticipantId>,
    /// Somebody came or went since.
    is_moved: bool,
    /// Whether viewers' cursors are withheld, as was told.
    is_large: bool,
}

/// What has changed in the list.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Difference {
    /// Who is to be told of as they are now.
    pub here: Vec<ParticipantId>,
    /// Who is not listed any more.
    pub gone: Vec<ParticipantId>,
}

impl Listing {
    /// Somebody is connected.
    pub fn enter(&mut self, place: Place) {
        self.changed.insert(place.2.clone());
        self.order.insert(place);
        self.is_moved = true;
    }

    /// Somebody is not connected any more, or stands elsewhere in the order.
    pub fn leave(&mut self, place: &Place) {
        self.order.remove(place);
        self.is_moved = true;
    }

    /// Somebody has another name, or is elsewhere.
    pub fn touch(&mut self, id: &ParticipantId) {
        if self.told.contains(id) {
            self.changed.insert(id.clone());
        }
    }

    /// Whether a participant's cursor is shown.
    pub fn shows_cursor(&self, role: Role) -> bool {
        role >= Role::Editor || self.order.len() <= CURSORS_MAX
    }

    /// Who is listed now.
    pub fn listed(&self) -> impl Iterator<Item = &ParticipantId> {
        self.order.iter().take(LISTED_MAX).map(|place| &place.2)
    }

    /// What has changed since it was last asked; nothing when nothing has.
    pub fn difference(&mut self) -> Option<Difference> {
        if self.changed.is_empty() && !self.is_moved {
            return None;
        }
        let mut difference = Difference::default();
        if std::mem::take(&mut self.is_moved) {
            let now: HashSet<ParticipantId> = self.listed().cloned().collect();
            let was_large = std::mem::replace(&mut self.is_large, self.order.len() > CURSORS_MAX);
            difference.gone = self.told.difference(&now).cloned().collect();
            self.changed.extend(now.difference(&self.told).cloned());
            if self.is_large != was_large {
                let viewers =
                    self.order.iter().take(LISTED_MAX).filter(|(Reverse((_, role)), ..)| *role < Role::Editor);
                self.changed.extend(viewers.map(|place| place.2.clone()));
            }
            self.told = now;
        }
        let changed = std::mem::take(&mut self.changed);
        difference.here = changed.into_iter().filter(|id| self.told.contains(id)).collect();
        Some(difference)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(role: Role, n: u64) -> Place {
        (Reverse((false, role)), n, ParticipantId(format!("p{n}")))
    }

    fn full() -> Listing {
        let mut listing = Listing::default();
        for n in 0..LISTED_MAX as u64 {
            listing.enter(place(Role::Viewer, n));
        }
        assert_eq!(listing.difference().map(|d| d.here.len()), Some(LISTED_MAX));
        listing
    }

    #[test]
    fn only_what_changed_is_told() {
        let mut listing = Listing::default();
        listing.enter(place(Role::Owner, 1));
        listing.enter(place(Role::Viewer, 2));
        assert_eq!(listing.difference().map(|d| d.here.len()), Some(2));
        assert_eq!(listing.difference(), None);
        listing.touch(&"p2".into());
        assert_eq!(listing.difference(), Some(Difference { here: vec!["p2".into()], gone: vec![] }));
        listing.leave(&place(Role::Viewer, 2));
        assert_eq!(listing.difference(), Some(Difference { here: vec![], gone: vec!["p2".into()] }));
    }

    #[test]
    fn past_its_limit_a_viewer_is_a_number_and_moves_up_when_another_goes() {
        let mut listing = full();
        let late = LISTED_MAX as u64;
        listing.enter(place(Role::Viewer, late));
        assert_eq!(listing.difference(), Some(Difference::default()), "the number alone is told");
        listing.touch(&ParticipantId(format!("p{late}")));
        assert_eq!(listing.difference(), None, "nobody sees it move");
        listing.leave(&place(Role::Viewer, 3));
        let here = vec![ParticipantId(format!("p{late}"))];
        assert_eq!(listing.difference(), Some(Difference { here, gone: vec!["p3".into()] }));
    }

    #[test]
    fn past_its_limit_an_editor_takes_the_place_of_the_viewer_who_came_last() {
        let mut listing = full();
        listing.enter(place(Role::Editor, 500));
        let gone = vec![ParticipantId(format!("p{}", LISTED_MAX - 1))];
        assert_eq!(listing.difference(), Some(Difference { here: vec!["p500".into()], gone }));
    }

    #[test]
    fn past_their_limit_cursors_of_viewers_are_withheld_and_come_back() {
        let mut listing = Listing::default();
        listing.enter(place(Role::Owner, 0));
        for n in 1..CURSORS_MAX as u64 {
            listing.enter(place(Role::Viewer, n));
        }
        listing.difference();
        assert!(listing.shows_cursor(Role::Viewer));
        listing.enter(place(Role::Viewer, 900));
        assert!(!listing.shows_cursor(Role::Viewer) && listing.shows_cursor(Role::Editor));
        assert_eq!(listing.difference().map(|d| d.here.len()), Some(CURSORS_MAX), "all but the owner");
        listing.leave(&place(Role::Viewer, 900));
        assert!(listing.shows_cursor(Role::Viewer));
        assert_eq!(listing.difference().map(|d| d.here.len()), Some(CURSORS_MAX - 1));
    }
}
