//! What a run says, from the runner and the preview to the console: once per animation frame, and no faster than that.

use std::rc::Rc;

use leptos::prelude::*;

use super::Client;
use crate::browser;
use crate::preview;
use crate::run::console::Console;
use crate::run::event::{self, Event};
use crate::runner;
use crate::store::run::{Outcome, Phase};

impl Client {
    /// Events of the run: drawn with the next animation frame, and only then asked for more.
    fn hear_run(self: &Rc<Self>, run: u32, batch: &str, dropped: u64) {
        if run != self.runs.last.get() {
            runner::more();
            return;
        }
        let (runner, preview) = self.runs.batches.get();
        self.runs.batches.set((runner + 1, preview));
        self.hear(batch, dropped);
    }

    /// Events of the page that is shown.
    pub(super) fn hear_page(self: &Rc<Self>, batch: &str, dropped: u64) {
        let (runner, preview) = self.runs.batches.get();
        self.runs.batches.set((runner, preview + 1));
        self.hear(batch, dropped);
    }

    fn hear(self: &Rc<Self>, batch: &str, dropped: u64) {
        let (events, strange) = event::read(batch);
        let mut waiting = self.runs.waiting.borrow_mut();
        waiting.extend(events);
        if dropped + strange > 0 {
            waiting.push_back(Event::Dropped { count: dropped + strange });
        }
        if !self.runs.awaiting_frame.replace(true) {
            let client = Rc::clone(self);
            request_animation_frame(move || client.draw_events());
        }
    }

    fn draw_events(self: &Rc<Self>) {
        self.runs.awaiting_frame.set(false);
        let events = std::mem::take(&mut *self.runs.waiting.borrow_mut());
        let (from_runner, from_preview) = self.runs.batches.take();
        let running = self.store.running;
        let unparsed = events.contains(&Event::Unparsed);
        if !unparsed && !events.is_empty() && self.runs.unheard.replace(false) {
            running.console.set(Console::default());
        }
        let mut end = None;
        running.console.update(|console| {
            for event in events {
                if let Event::End { ok, ms } = event {
                    end = Some(if ok { Outcome::Done { ms } } else { Outcome::Failed { ms } });
                }
                console.take(event);
            }
        });
        (0..from_runner).for_each(|_| runner::more());
        (0..from_preview).for_each(|_| preview::more());
        match end {
            // The code did not parse: it is as if nothing had been.
            Some(_) if unparsed => running.phase.set(Phase::Idle),
            Some(outcome) => {
                let asked = self.runs.stopping.get();
                let stopped = asked.map(|asked| Outcome::Stopped { took_ms: (browser::now() - asked).max(0.0) });
                self.ended(stopped.unwrap_or(outcome));
            }
            None => {}
        }
    }
}

/// What the runner reports to.
pub(super) struct Ears {
    pub client: std::rc::Weak<Client>,
}

impl Ears {
    /// The client, while a run is the last one.
    fn of(&self, run: u32) -> Option<Rc<Client>> {
        self.client.upgrade().filter(|client| client.runs.last.get() == run)
    }
}

impl runner::Host for Ears {
    fn batch(&self, run: u32, events: String, dropped: f64, _last: bool) {
        if let Some(client) = self.client.upgrade() {
            client.hear_run(run, &events, dropped.max(0.0) as u64);
        }
    }

    fn stopped(&self, run: u32, crashed: bool) {
        let Some(client) = self.of(run) else {
            return;
        };
        let asked = client.runs.stopping.get();
        client.draw_events();
        let outcome = match asked {
            Some(asked) if !crashed => Outcome::Stopped { took_ms: (browser::now() - asked).max(0.0) },
            _ => Outcome::Crashed,
        };
        client.ended(outcome);
    }

    fn ask(&self, run: u32, prompt: String) {
        if let Some(client) = self.of(run) {
            client.draw_events();
            client.store.running.asks.set(Some(prompt));
        }
    }

    fn loading(&self, done: f64, total: f64) {
        if let Some(client) = self.client.upgrade()
            && matches!(client.store.running.phase.get_untracked(), Phase::Starting { .. })
        {
            client.store.running.phase.set(Phase::Starting { loaded: (done < total).then_some((done, total)) });
        }
    }
}
