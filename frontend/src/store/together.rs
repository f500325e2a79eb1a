//! The others, as the page holds them: who has been here, and whom the editor follows.

use std::collections::HashMap;

use leptos::prelude::*;
use protocol::ParticipantId;
use protocol::view::{Participant, Presence};

use super::Store;

/// Whom the editor can follow.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Following {
    /// The model, into the file that it writes.
    Model,
    /// A person, to their cursor.
    Person(ParticipantId),
}

/// The others. Copy: every field is a handle.
#[derive(Clone, Copy)]
pub struct Together {
    /// The person that the editor follows; the model is followed by [`Store::following`].
    pub followed: RwSignal<Option<ParticipantId>>,
    /// Who presents: the others' editors go along.
    pub presenter: RwSignal<Option<ParticipantId>>,
    /// This page's person took over since somebody has presented, or was typing when they began.
    pub own_way: RwSignal<bool>,
    /// Everyone that this page has seen, connected or not: what they said stays, and so does their name.
    pub known: RwSignal<HashMap<ParticipantId, Participant>>,
}

impl Together {
    /// Nobody yet.
    pub fn new() -> Self {
        let (presenter, own_way) = (RwSignal::new(None), RwSignal::new(false));
        Self { followed: RwSignal::new(None), presenter, own_way, known: RwSignal::new(HashMap::new()) }
    }

    /// Remembers those who are here. Tells nobody when it has nothing new.
    pub fn meet<'a>(&self, people: impl IntoIterator<Item = &'a Participant>) {
        let new: Vec<Participant> = self.known.with_untracked(|known| {
            people.into_iter().filter(|person| known.get(&person.id) != Some(*person)).cloned().collect()
        });
        if !new.is_empty() {
            self.known.update(|known| known.extend(new.into_iter().map(|person| (person.id.clone(), person))));
        }
    }
}

impl Store {
    /// The others who are here, in the order of their arrival. Tracks `presence` and `me`.
    pub fn others(&self) -> Vec<Presence> {
        let me = self.me.get().map(|me| me.id);
        self.presence.with(|all| all.iter().filter(|p| Some(&p.participant.id) != me.as_ref()).cloned().collect())
    }

    /// Who that was; somebody whom this page has never seen keeps a neutral mark. Tracks who is known.
    pub fn person(&self, id: &ParticipantId) -> Participant {
        let known = self.together.known.with(|known| known.get(id).cloned());
        let me = || self.me.get().filter(|me| me.id == *id);
        known.or_else(me).unwrap_or_else(|| Participant { id: id.clone(), name: "Someone".to_owned(), color: 0 })
    }

    /// Whether that is this page's own person. Tracks `me`.
    pub fn is_me(&self, id: &ParticipantId) -> bool {
        self.me.with(|me| me.as_ref().is_some_and(|me| me.id == *id))
    }

    /// The person that the editor follows. Tracks it.
    pub fn person_followed(&self) -> Option<ParticipantId> {
        self.together.followed.get()
    }

    /// The editor goes along with somebody from now on.
    pub fn follow(&self, whom: Following) {
        let Some(client) = self.client() else { return };
        match whom {
            Following::Model => client.resume_following(),
            Following::Person(id) => client.follow_person(id),
        }
    }

    /// The editor goes along with the one who presents; if it does, or nobody presents, with the next person in the order
    /// of arrival.
    pub fn follow_next(&self) {
        let others = untrack(|| self.others());
        let now = self.together.followed.get_untracked();
        let presenter = self.together.presenter.get_untracked();
        if let Some(presenter) = presenter.filter(|id| now.as_ref() != Some(id) && !untrack(|| self.is_me(id))) {
            return self.follow(Following::Person(presenter));
        }
        let at = now.and_then(|id| others.iter().position(|p| p.participant.id == id));
        let next = others.get(at.map_or(0, |at| at + 1)).or(others.first());
        match next {
            Some(person) => self.follow(Following::Person(person.participant.id.clone())),
            None => self.say("Nobody else is here to follow"),
        }
    }

    /// The editor stays where it is: who went along with the one who presents has taken over. Whether it went along with
    /// a person.
    pub fn stop_following_person(&self) -> bool {
        let Some(followed) = self.together.followed.get_untracked() else {
            return false;
        };
        if self.presents(&followed) {
            self.together.own_way.set(true);
        }
        self.together.followed.set(None);
        true
    }

    /// This page's person presents, or does not any more.
    pub fn toggle_presenting(&self) {
        if let Some(client) = self.client() {
            client.present(!untrack(|| self.i_present()));
        }
    }

    /// Whether this page's person presents. Tracks it.
    pub fn i_present(&self) -> bool {
        self.together.presenter.with(|id| id.as_ref().is_some_and(|id| self.is_me(id)))
    }

    /// Another who presents, if one does. Tracks it.
    pub fn presenter(&self) -> Option<Participant> {
        self.together.presenter.get().filter(|id| !self.is_me(id)).map(|id| self.person(&id))
    }

    /// Whether the turn that runs is this page's person's. Tracks it.
    pub fn runs_my_turn(&self) -> bool {
        let turn = self.active.get().and_then(|id| self.turn(&id));
        turn.is_some_and(|turn| self.is_me(&turn.by))
    }

    /// Whether that person presents. Tracks nothing.
    pub fn presents(&self, id: &ParticipantId) -> bool {
        self.together.presenter.with_untracked(|presenter| presenter.as_ref() == Some(id))
    }

    /// Whether the editor goes along with the one who presents. Tracks nothing.
    pub fn follows_presenter_now(&self) -> bool {
        self.together.followed.get_untracked().is_some_and(|id| self.presents(&id))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn person(id: &str, name: &str) -> Participant {
        Participant { id: ParticipantId(id.to_owned()), name: name.to_owned(), color: 1 }
    }

    #[test]
    fn who_left_keeps_the_last_name() {
        let owner = Owner::new();
        owner.set();
        let together = Together::new();
        together.meet(&[person("p1", "Ada"), person("p2", "Guest 2")]);
        together.meet(&[person("p2", "Grace")]);
        together.meet(&[]);
        let names = together.known.with_untracked(|known| {
            let mut names: Vec<String> = known.values().map(|p| p.name.clone()).collect();
            names.sort();
            names
        });
        assert_eq!(names, ["Ada", "Grace"]);
    }
}
