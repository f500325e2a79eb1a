//! The project's conventions: counted, offered when a steer is given twice, and written as the person's own edit.

use std::rc::Rc;

use leptos::prelude::*;
use protocol::view::SteerStage;
use protocol::{FileId, TurnId};

use super::Client;
use crate::browser;
use crate::conventions;
use crate::monaco;
use crate::store::review::Offer;
use crate::store::{PieceKind, SteerProgress, Turn};

/// The most dismissed offers that a browser keeps for a session: the oldest are forgotten.
const DISMISSED_MAX: usize = 50;

impl Client {
    /// The file of conventions.
    pub(super) fn conventions_file(&self) -> Option<FileId> {
        self.store.files.with_untracked(|files| {
            files.iter().find(|file| file.path == conventions::PATH).map(|file| file.id.clone())
        })
    }

    fn conventions_text(&self) -> Option<String> {
        let file = self.conventions_file()?;
        self.replica.borrow().as_ref().and_then(|replica| replica.text(&file))
    }

    /// Counts the rules anew.
    pub(super) fn count_conventions(&self) {
        let count = self.conventions_text().map(|text| conventions::count(&text));
        if self.store.review.conventions.get_untracked() != count {
            self.store.review.conventions.set(count);
        }
    }

    /// Something was said that may have been said before.
    pub(super) fn look_for_conventions(&self) {
        if !untrack(|| self.store.may_edit()) {
            return;
        }
        let said: Vec<String> =
            self.store.turns.with_untracked(|turns| turns.iter().flat_map(said_in).collect::<Vec<_>>());
        let rules = self.conventions_text().unwrap_or_default();
        let offer = conventions::said_twice(&said, &rules)
            .filter(|words| !self.dismissed().iter().any(|gone| conventions::alike(gone, words)))
            .map(|words| Offer { said: words.to_owned(), rule: conventions::rule(words) });
        if self.store.review.offer.get_untracked() != offer {
            self.store.review.offer.set(offer);
        }
    }

    /// Adds a rule, as one step of the person's undo, and says where.
    pub fn add_convention(self: &Rc<Self>, rule: &str) {
        let rule = conventions::rule(rule);
        if rule.is_empty() || !self.may_edit() || !self.is_whole() {
            return;
        }
        let known = self.conventions_file();
        let file = known.clone().unwrap_or_else(|| FileId(browser::fresh_id()));
        let addition = conventions::addition(&self.conventions_text().unwrap_or_default(), &rule);
        let length = self.replica.borrow().as_ref().map_or(0, |replica| replica.length(&file));
        if let Some(replica) = self.replica.borrow_mut().as_mut() {
            match known {
                Some(_) => replica.append(&file, &addition),
                None => replica.create_with(&file, conventions::PATH, &addition),
            }
        }
        // What the person does comes from the editor and does not go back there; this did not.
        monaco::apply(&file, &[(length, 0, addition.as_str())], false);
        self.text_changed(&file);
        self.pump(false);
        self.count_conventions();
        self.store.review.offer.set(None);
        self.notify_of(format!("Added to {}: {rule}", conventions::PATH), file);
    }

    /// What is on offer is not offered again, in this session and browser.
    pub fn dismiss_offer(&self) {
        let Some(offer) = self.store.review.offer.get_untracked() else {
            return;
        };
        let mut dismissed = self.dismissed();
        dismissed.push(offer.said);
        let surplus = dismissed.len().saturating_sub(DISMISSED_MAX);
        dismissed.drain(..surplus);
        if let (Some(slot), Ok(text)) = (dismissed_slot(), serde_json::to_string(&dismissed)) {
            browser::keep(&slot, &text);
        }
        self.store.review.offer.set(None);
    }

    fn dismissed(&self) -> Vec<String> {
        let kept = dismissed_slot().and_then(|slot| browser::kept(&slot));
        kept.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default()
    }

    /// Shows the conventions.
    pub fn open_conventions(self: &Rc<Self>) {
        if let Some(file) = self.conventions_file() {
            self.open(file);
        }
    }

    /// A turn that a person may have spoken into has changed.
    pub(super) fn heard(&self, turn: &TurnId) {
        let spoke = self.session.borrow().find(turn).is_some_and(|turn| !said_in(&turn).is_empty());
        if spoke {
            self.look_for_conventions();
        }
    }
}

fn dismissed_slot() -> Option<String> {
    browser::session_in_address().map(|id| format!("dismissed.{id}"))
}

/// What people said into a turn and took effect, in its order.
fn said_in(turn: &Turn) -> Vec<String> {
    let applied =
        |stage: &SteerProgress| matches!(stage, SteerProgress::Server(SteerStage::Applied | SteerStage::Answered));
    turn.pieces.with_untracked(|pieces| {
        let said = pieces.iter().filter_map(|piece| match &piece.kind {
            PieceKind::Steer(id) => {
                let steer = untrack(|| turn.steer(id))?;
                steer.stage.with_untracked(applied).then(|| steer.view.with_untracked(|view| view.text.clone()))
            }
            PieceKind::Continued(words) => words.clone(),
            PieceKind::Text(_) | PieceKind::Block(_) | PieceKind::Mending(_) => None,
        });
        said.collect()
    })
}
