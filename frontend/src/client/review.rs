//! Going through changes: which one is current, and what becomes of it.

use std::rc::Rc;

use leptos::prelude::*;
use protocol::view::HunkStatus;
use protocol::{HunkId, TurnId};

use super::Client;
use crate::review;
use crate::store::{Hunk, Turn};

impl Client {
    /// Goes to the next change of the turn in hand, or to the one before: across files, round and round.
    pub fn step_change(self: &Rc<Self>, by: isize) {
        let current = self.store.current_hunk.get_untracked();
        let Some(turn) = self.turn_in_hand(current.as_ref()) else {
            self.store.say("There is no change to go to");
            return;
        };
        let hunks = turn.hunks.get_untracked();
        let ids: Vec<HunkId> = hunks.iter().map(|hunk| hunk.id.clone()).collect();
        let find = |id: &HunkId| hunks.iter().find(|hunk| hunk.id == *id);
        let fits = |id: &HunkId| find(id).is_some_and(|hunk| hunk.view.with_untracked(review::can_be_visited));
        if let Some(hunk) = review::step(&ids, current.as_ref(), by, fits).as_ref().and_then(find) {
            self.visit(hunk);
            let at = ids.iter().position(|id| *id == hunk.id).unwrap_or(0) + 1;
            let words = hunk.view.with_untracked(|h| format!("Change {at} of {}, {}: {}", ids.len(), h.path, h.why));
            self.store.say(words);
        }
    }

    /// The turn of the current change; without one, the newest that changed something.
    fn turn_in_hand(&self, current: Option<&HunkId>) -> Option<Turn> {
        let turns = self.store.turns.get_untracked();
        let has = |turn: &&Turn| turn.hunks.with_untracked(|hunks| hunks.iter().any(|hunk| Some(&hunk.id) == current));
        let changed = |turn: &&Turn| {
            turn.hunks.with_untracked(|hunks| hunks.iter().any(|hunk| hunk.view.with_untracked(review::can_be_visited)))
        };
        turns.iter().rev().find(has).filter(changed).or_else(|| turns.iter().rev().find(changed)).cloned()
    }

    /// Makes a change the current one, and shows it.
    pub fn visit(self: &Rc<Self>, hunk: &Hunk) {
        self.store.current_hunk.set(Some(hunk.id.clone()));
        self.reveal(hunk);
        self.show_hunks();
    }

    /// No change is current any more: the person went on to something else.
    pub(super) fn leave_review(&self) {
        if self.store.current_hunk.with_untracked(Option::is_some) {
            self.store.current_hunk.set(None);
            self.show_hunks();
        }
    }

    /// Keeps the current change, or lets it through where it is held. Whether there is one.
    pub fn keep_current(self: &Rc<Self>) -> bool {
        let Some(hunk) = untrack(|| self.store.current_hunk_view()) else {
            return false;
        };
        match hunk.view.with_untracked(|view| view.status) {
            HunkStatus::Open => self.store.say("It is still being written"),
            HunkStatus::Applied | HunkStatus::Partial => {
                self.accept_hunk(hunk.turn, hunk.id);
                self.store.say("Kept");
            }
            HunkStatus::Held => self.apply_hunk(hunk.turn, hunk.id),
            HunkStatus::Accepted | HunkStatus::Failed | HunkStatus::Reverted | HunkStatus::Refused => {}
        }
        true
    }

    /// Takes the current change back, or refuses it where it is held. Whether there is one.
    pub fn revert_current(self: &Rc<Self>) -> bool {
        let Some(hunk) = untrack(|| self.store.current_hunk_view()) else {
            return false;
        };
        if hunk.view.with_untracked(|view| view.status == HunkStatus::Held) {
            self.refuse_hunk(hunk.turn, hunk.id, None);
        } else if hunk.view.with_untracked(review::can_be_reverted) {
            self.revert_hunk(hunk.turn, hunk.id);
        }
        true
    }

    /// Keeps every change of a turn that a person has said nothing about.
    pub fn keep_all(&self, turn: &TurnId) {
        let hunks = self.session.borrow().find(turn).map(|turn| turn.hunks.get_untracked()).unwrap_or_default();
        for hunk in hunks {
            if hunk.view.with_untracked(review::can_be_kept) {
                self.accept_hunk(hunk.turn, hunk.id);
            }
        }
    }
}
