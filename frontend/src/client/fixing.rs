//! From a run back to the model: reports to the session, "Fix this", and runs that begin by themselves.

use std::rc::Rc;

use gloo_timers::callback::Timeout;
use leptos::prelude::*;
use protocol::ClientFrame;
use protocol::run::RunStatus;

use super::Client;
use crate::browser;
use crate::run::console::{Entry, Said};
use crate::run::report;
use crate::store::Connection;
use crate::store::run::{AUTO_STEERS_MAX, Auto, Outcome};

/// The least time between two runs that begin by themselves while a turn runs, in milliseconds.
const AUTO_EVERY_MS: f64 = 1_000.0;
/// How long after a change such a run begins at the earliest, in milliseconds: what comes with it is in it.
const AUTO_SOON_MS: f64 = 50.0;

impl Client {
    /// A run ended: everyone is told, and where a failing run may steer, the model is.
    pub(super) fn report_run(self: &Rc<Self>, outcome: Outcome) {
        let running = self.store.running;
        let (status, ms) = match outcome {
            Outcome::Done { ms } => (RunStatus::Passed, ms),
            Outcome::Failed { ms } => (RunStatus::Failed, ms),
            Outcome::Stopped { took_ms } => (RunStatus::Stopped, took_ms),
            Outcome::Crashed => (RunStatus::Crashed, 0.0),
            Outcome::Refused => (RunStatus::Failed, 0.0),
        };
        let Some(target) = running.target.get_untracked() else {
            return;
        };
        let files = self.traced();
        let made = running
            .console
            .with_untracked(|console| report::report(console, &target.entry, status, ms, files.as_ref()));
        let online = self.store.connection.get_untracked() == Connection::Online;
        if online && untrack(|| self.store.may_edit()) {
            self.send(&ClientFrame::RunReport(Box::new(made)));
        }
        if status == RunStatus::Failed {
            self.steer_by_itself();
        }
    }

    /// Asks the model to mend what an entry of the console says: steers the turn that runs, or begins one.
    pub fn fix(self: &Rc<Self>, entry: &Entry) {
        let Some(words) = self.fix_words(&entry.said) else {
            return;
        };
        if !self.may_edit() || !self.reachable() {
            return;
        }
        // What stands in the prompt box is not part of this, and stays.
        let draft = self.store.composer.get_untracked();
        let active = self.session.borrow().running();
        match active {
            Some(turn) => self.steer(&turn, words),
            None => self.prompt(words),
        }
        self.store.composer.set(draft);
    }

    fn fix_words(&self, said: &Said) -> Option<String> {
        let error = report::failure(said, self.traced().as_ref())?;
        let entry = self.store.running.target.with_untracked(|target| target.as_ref().map(|t| t.entry.clone()))?;
        Some(report::fix_words(&entry, &error, said))
    }

    /// A failing run that began by itself steers the running turn, where that is wanted, and not for ever.
    fn steer_by_itself(self: &Rc<Self>) {
        let running = self.store.running;
        let wanted = self.runs.by_itself.get() && running.auto_steer.get_untracked();
        let Some(turn) = self.session.borrow().running().filter(|_| wanted) else {
            return;
        };
        if running.steered.get_untracked() >= AUTO_STEERS_MAX || !self.reachable() {
            return;
        }
        let said = running.console.with_untracked(|console| {
            console.entries().find(|entry| report::failure(&entry.said, self.traced().as_ref()).is_some()).cloned()
        });
        let Some(words) = said.and_then(|entry| self.fix_words(&entry.said)) else {
            return;
        };
        running.steered.update(|count| *count += 1);
        let draft = self.store.composer.get_untracked();
        self.steer(&turn, words);
        self.store.composer.set(draft);
    }

    /// A turn began: it may be steered anew.
    pub(super) fn turn_began(&self) {
        self.store.running.steered.set(0);
    }

    /// A turn ended by itself.
    pub(super) fn turn_completed(self: &Rc<Self>) {
        if self.store.running.auto.get_untracked() != Auto::Off {
            self.run_by_itself(false);
        }
    }

    /// The model wrote: the code may parse now.
    pub(super) fn model_wrote(self: &Rc<Self>) {
        if self.store.running.auto.get_untracked() != Auto::WhenParses || self.runs.auto_timer.borrow().is_some() {
            return;
        }
        // Not with every token: the last one of a burst counts, too.
        let wait =
            (self.runs.began_by_itself.get() + AUTO_EVERY_MS - browser::now()).clamp(AUTO_SOON_MS, AUTO_EVERY_MS);
        let client = Rc::downgrade(self);
        let due = move || {
            let Some(client) = client.upgrade() else { return };
            client.runs.auto_timer.borrow_mut().take();
            if untrack(|| client.store.running.is_active()) {
                client.model_wrote();
            } else if client.session.borrow().running().is_some() {
                client.run_by_itself(true);
            }
        };
        *self.runs.auto_timer.borrow_mut() = Some(Timeout::new(wait as u32, due));
    }

    fn run_by_itself(self: &Rc<Self>, if_it_parses: bool) {
        if !untrack(|| self.store.may_edit()) {
            return;
        }
        self.runs.began_by_itself.set(browser::now());
        self.run_again(if_it_parses);
    }
}
