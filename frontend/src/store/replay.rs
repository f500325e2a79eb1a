//! What is shown of a replay, and what a person does with it.

use leptos::html;
use leptos::prelude::*;
use protocol::Seq;
use protocol::timeline::{Moment, TimelineIndex};
use protocol::view::Role;

use super::{Route, Store};
use crate::replay::neighbour;

/// The signals of a replay. Copy: every field is a handle.
#[derive(Clone, Copy)]
pub struct Replay {
    /// What is in the timeline, once that is known.
    pub index: RwSignal<Option<TimelineIndex>>,
    /// What the page's token gives: the session as it was is read-only for everyone.
    pub role: RwSignal<Role>,
    /// The playhead, in milliseconds of the session's clock.
    pub now: RwSignal<f64>,
    /// The last step that is shown.
    pub shown: RwSignal<Seq>,
    /// Whether time passes.
    pub playing: RwSignal<bool>,
    /// How fast, one of [`crate::replay::SPEEDS`].
    pub speed: RwSignal<f64>,
    /// Whether pauses are passed over.
    pub skips_idle: RwSignal<bool>,
    /// A moment is on its way.
    pub loading: RwSignal<bool>,
    /// A fork is on its way.
    pub forking: RwSignal<bool>,
    /// It plays once the beginning is shown again.
    pub starts_over: RwSignal<bool>,
    /// Put this on the track, so that it can be brought the keyboard.
    pub track_ref: NodeRef<html::Div>,
}

impl Replay {
    /// Nothing yet.
    pub fn new() -> Replay {
        Replay {
            index: RwSignal::new(None),
            role: RwSignal::new(Role::default()),
            now: RwSignal::new(0.0),
            shown: RwSignal::new(Seq::ZERO),
            playing: RwSignal::new(false),
            speed: RwSignal::new(1.0),
            skips_idle: RwSignal::new(true),
            loading: RwSignal::new(false),
            forking: RwSignal::new(false),
            starts_over: RwSignal::new(false),
            track_ref: NodeRef::new(),
        }
    }

    /// The first and the last moment, once they are known.
    pub fn ends(&self) -> Option<(Moment, Moment)> {
        self.index.with(|index| index.as_ref().map(|index| (index.from, index.to)))
    }
}

/// Replaying.
impl Store {
    /// Opens the timeline of the session that the page is in.
    pub fn open_replay(&self) {
        if let Some(id) = crate::browser::session_in_address() {
            crate::browser::go(&format!("/s/{id}/replay"));
        }
    }

    /// Whether this page may come into the session itself. Tracks the replay's role.
    pub fn may_enter(&self) -> bool {
        self.replay.role.get() >= Role::Viewer
    }

    /// Whether what is shown is the session as it is: only of that the server compares and gives out files. Tracks the
    /// screen.
    pub fn is_live(&self) -> bool {
        self.route.get() != Route::Replay
    }

    /// Leaves the timeline for the session itself.
    pub fn leave_replay(&self) {
        if let Some(id) = crate::browser::session_in_address() {
            crate::browser::go(&format!("/s/{id}"));
        }
    }

    /// Plays, or stands still.
    pub fn replay_toggle(&self) {
        if let Some(client) = self.client() {
            client.replay_toggle();
        }
    }

    /// One step on, or back.
    pub fn replay_step(&self, forward: bool) {
        if let Some(client) = self.client() {
            client.replay_step(forward);
        }
    }

    /// To the next mark, or to the one before.
    pub fn replay_mark(&self, forward: bool) {
        let shown = self.replay.shown.get_untracked();
        let goal = self.replay.index.with_untracked(|index| neighbour(&index.as_ref()?.marks, shown, forward));
        match goal {
            Some(moment) => self.replay_to(moment),
            None => self.replay_end(forward),
        }
    }

    /// To the last moment, or to the first.
    pub fn replay_end(&self, last: bool) {
        if let Some((from, to)) = untrack(|| self.replay.ends()) {
            self.replay_to(if last { to } else { from });
        }
    }

    /// To a moment.
    pub fn replay_to(&self, moment: Moment) {
        if let Some(client) = self.client() {
            client.replay_to(moment);
        }
    }

    /// To a time, in milliseconds of the session's clock.
    pub fn replay_to_time(&self, at_ms: f64) {
        if let Some(client) = self.client() {
            client.replay_to_time(at_ms);
        }
    }

    /// How fast time passes.
    pub fn replay_speed(&self, speed: f64) {
        if let Some(client) = self.client() {
            client.replay_speed(speed);
        }
    }

    /// Whether pauses are passed over.
    pub fn replay_skip_idle(&self, skips: bool) {
        if let Some(client) = self.client() {
            client.replay_skip_idle(skips);
        }
    }

    /// Makes a session of one's own that goes on from what is shown.
    pub fn fork_here(&self) {
        if let Some(client) = self.client() {
            client.fork_here();
        }
    }
}
