//! Going along: with the model where it writes, or with a person where their cursor is.

use std::rc::Rc;

use leptos::prelude::*;
use protocol::ParticipantId;
use protocol::view::Presence;

use super::Client;
use crate::monaco;

impl Client {
    /// The person scrolled, typed or moved in the editor: it is theirs now.
    pub fn wandered(&self) {
        if self.store.following.get_untracked() && self.session.borrow().running().is_some() {
            self.store.following.set(false);
        }
        self.store.stop_following_person();
    }

    /// The editor follows the model again, from where the model is.
    pub fn resume_following(self: &Rc<Self>) {
        self.follow_model();
        let file = self.pointing.borrow().model_in.clone();
        if let Some(file) = file {
            if self.store.open_file.get_untracked().as_ref() != Some(&file) {
                self.show_file(file);
            }
            monaco::reveal_model();
        }
    }

    /// From now on the editor goes where the model writes, and nowhere else.
    pub(super) fn follow_model(&self) {
        self.store.stop_following_person();
        self.store.following.set(true);
    }

    /// The editor goes along with a person, from where they are.
    pub fn follow_person(self: &Rc<Self>, id: ParticipantId) {
        if self.store.presents(&id) {
            self.goes_along();
        }
        self.store.following.set(false);
        self.store.together.followed.set(Some(id));
        self.keep_up();
    }

    /// The person wants to be somewhere themselves: the editor goes along with nobody.
    pub(super) fn stop_following(&self) {
        self.store.stop_following_person();
        self.store.following.set(false);
    }

    /// Goes to where the person is that the editor follows; stops when they have left.
    pub(super) fn keep_up(self: &Rc<Self>) {
        let Some(followed) = self.store.together.followed.get_untracked() else {
            return;
        };
        let here = self.store.presence.with_untracked(|all| all.iter().find(|p| p.participant.id == followed).cloned());
        match here {
            Some(person) => self.join(&person),
            // Their connection is broken: they are waited for.
            None if self.store.presents(&followed) => {}
            None => {
                self.store.stop_following_person();
                let name = self.store.name_of(&followed);
                self.notify(None, format!("{name} has left. You stay where you are."));
            }
        }
    }

    fn join(self: &Rc<Self>, person: &Presence) {
        if self.store.presents(&person.participant.id) {
            if let Some(viewport) = &person.viewport {
                self.show_screen(viewport, person.cursor.as_ref());
            }
            return;
        }
        let Some(cursor) = &person.cursor else { return };
        if self.store.open_file.get_untracked().as_ref() != Some(&cursor.file) {
            self.show_file(cursor.file.clone());
        }
        let at = self.replica.borrow().as_ref().and_then(|replica| replica.offset(&cursor.head));
        if let Some(at) = at {
            monaco::reveal(at);
        }
    }
}
