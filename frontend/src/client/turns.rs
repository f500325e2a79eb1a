//! What a person does to turns: prompt, steer, interrupt, go on, decide.

use std::rc::Rc;

use leptos::prelude::*;
use protocol::{ClientFrame, HunkId, ModelId, SegmentId, SteerId, TurnId};

use super::Client;
use crate::browser;
use crate::monaco;
use crate::queue::Hold;
use crate::store::{Connection, Turn};

impl Client {
    /// The composer's text: a prompt, or a steer of the turn that runs.
    pub fn say(self: &Rc<Self>) {
        let text = self.store.composer.get_untracked().trim().to_owned();
        if text.is_empty() || !self.may_edit() || !self.reachable() {
            return;
        }
        let limit = self.store.limits.get_untracked().prompt_max;
        if text.len() > limit {
            self.notify(None, format!("This is longer than the server takes: {limit} bytes at most."));
            return;
        }
        let running = self.session.borrow().running();
        match running {
            Some(turn) if self.is_waiting(&turn.id) => {
                self.is_whole();
            }
            Some(turn) => self.steer(&turn, text),
            None => self.prompt(text),
        }
    }

    pub(super) fn prompt(self: &Rc<Self>, prompt: String) {
        let store = self.store;
        let (Some(model), Some(me)) = (store.model.get_untracked(), store.me.get_untracked()) else {
            self.notify(None, "No model is on offer yet.");
            return;
        };
        let turn_id = TurnId(browser::fresh_id());
        self.meter.borrow_mut().prompted(turn_id.clone(), browser::event_time());
        store.composer.set(String::new());
        self.follow_model();
        store.strip.update(|s| {
            s.first_token_ms = None;
            s.tokens_per_second = None;
        });
        self.session.borrow_mut().begin(turn_id.clone(), prompt.clone(), model.clone(), me.id);
        if !self.prompt_waits(&turn_id, &prompt, &model) {
            self.send_start(turn_id, prompt, model);
        }
        self.watch_frames();
    }

    pub(super) fn steer(self: &Rc<Self>, turn: &Turn, text: String) {
        let Some(me) = self.store.me.get_untracked() else {
            return;
        };
        let steer_id = SteerId(browser::fresh_id());
        let shown_seq = self.queue.borrow().shown();
        self.freeze(Hold::Steer(turn.id.clone(), steer_id.clone()));
        self.meter.borrow_mut().steered(browser::event_time());
        self.store.composer.set(String::new());
        self.session.borrow_mut().steer(turn, steer_id.clone(), text.clone(), me.id);
        self.send(&ClientFrame::TurnSteer { turn_id: turn.id.clone(), steer_id, shown_seq, text });
    }

    /// Freezes the screen and stops the turn that runs.
    pub fn interrupt(self: &Rc<Self>) {
        let Some(turn) = self.session.borrow().running() else {
            return;
        };
        let already = matches!(self.queue.borrow().held_for(), Some(Hold::Interrupt(_)));
        if self.take_prompt_back(&turn.id) || already || !self.may_edit() || !self.reachable() {
            return;
        }
        let shown_seq = self.queue.borrow().shown();
        self.freeze(Hold::Interrupt(turn.id.clone()));
        let pressed = browser::event_time();
        self.send(&ClientFrame::TurnInterrupt { turn_id: turn.id, shown_seq });
        let freeze = (browser::now() - pressed).max(0.0);
        self.store.strip.update(|s| s.interrupt_to_freeze_ms = Some(freeze));
    }

    /// Has an interrupted or failed turn go on, with the composer's words if there are any.
    pub fn go_on(self: &Rc<Self>, turn_id: TurnId) {
        if !self.may_edit() || !self.reachable() || !self.is_whole() {
            return;
        }
        let text = self.store.composer.get_untracked().trim().to_owned();
        self.store.composer.set(String::new());
        self.follow_model();
        self.meter.borrow_mut().prompted(turn_id.clone(), browser::event_time());
        let text = (!text.is_empty()).then_some(text);
        self.send(&ClientFrame::TurnContinue { turn_id, segment_id: SegmentId(browser::fresh_id()), text });
        self.watch_frames();
    }

    /// Takes a turn's changes back.
    pub fn revert_turn(&self, turn_id: TurnId) {
        if self.may_edit() && self.reachable() {
            self.send(&ClientFrame::TurnRevert { turn_id });
        }
    }

    /// Keeps a hunk.
    pub fn accept_hunk(&self, turn_id: TurnId, hunk_id: HunkId) {
        if self.may_edit() && self.reachable() {
            self.send(&ClientFrame::HunkAccept { turn_id, hunk_id });
        }
    }

    /// Takes a hunk back.
    pub fn revert_hunk(&self, turn_id: TurnId, hunk_id: HunkId) {
        if self.may_edit() && self.reachable() {
            self.send(&ClientFrame::HunkRevert { turn_id, hunk_id });
        }
    }

    /// Has the chosen model's connection made ready.
    pub fn warm(&self, model: ModelId) {
        if self.store.role.get_untracked() >= protocol::view::Role::Editor {
            self.send(&ClientFrame::ModelWarm { model });
        }
    }

    /// Counts long frames while a turn runs: what a person would feel as a stutter.
    fn watch_frames(self: &Rc<Self>) {
        let client = Rc::downgrade(self);
        monaco::watch_frames(move || {
            client.upgrade().is_some_and(|client| client.session.borrow().running().is_some())
        });
    }

    pub(super) fn reachable(&self) -> bool {
        let online = self.store.connection.get_untracked() == Connection::Online;
        if !online {
            self.notify(None, "The connection is lost for the moment. What you typed is kept here.");
        }
        online
    }
}
