//! Comments on a timeline, as the replay holds them, and what a person does with them.

use leptos::html;
use leptos::prelude::*;
use protocol::CommentId;
use protocol::comments::Comment;
use protocol::timeline::Moment;
use protocol::view::Role;

use super::{Replay, Store};
use crate::browser;
use crate::comments::{Keys, current, may_delete, neighbour};

/// The comments of a replay. Copy: every field is a handle.
#[derive(Clone, Copy)]
pub struct Comments {
    /// Those that there are, in order; `None` until they have come.
    pub all: RwSignal<Option<Vec<Comment>>>,
    /// Those that belong to what is shown.
    pub current: Memo<Vec<CommentId>>,
    /// Whether playing stands still where somebody said something, so that it can be read.
    pub stops: RwSignal<bool>,
    /// What deletes those that this browser has made.
    pub keys: RwSignal<Keys>,
    /// The moment that the open composer's comment is pinned to.
    pub draft: RwSignal<Option<Moment>>,
    /// What stands in the composer. It stays when that is closed.
    pub text: RwSignal<String>,
    /// How the author is called.
    pub name: RwSignal<String>,
    /// A comment is on its way.
    pub saving: RwSignal<bool>,
    /// What did not work, for a person.
    pub problem: RwSignal<Option<String>>,
    /// Put this on the composer's `<textarea>`, so that it can be brought the keyboard.
    pub composer_ref: NodeRef<html::Textarea>,
}

impl Comments {
    /// None yet, of what a replay shows.
    pub fn new(replay: Replay) -> Comments {
        let all = RwSignal::new(None::<Vec<Comment>>);
        let shown = move || {
            let (at, speed) = ((replay.shown.get(), replay.now.get()), replay.speed.get());
            all.with(|all| current(all.as_deref().unwrap_or_default(), at, speed))
        };
        Comments {
            all,
            current: Memo::new(move |_| shown()),
            stops: RwSignal::new(false),
            keys: RwSignal::new(Keys::new()),
            draft: RwSignal::new(None),
            text: RwSignal::new(String::new()),
            name: RwSignal::new(String::new()),
            saving: RwSignal::new(false),
            problem: RwSignal::new(None),
            composer_ref: NodeRef::new(),
        }
    }
}

/// Commenting.
impl Store {
    /// Whether this page may pin comments to the timeline. Tracks the replay's role.
    pub fn may_comment(&self) -> bool {
        self.replay.role.get() >= Role::Editor
    }

    /// Whether this page may delete a comment. Tracks the replay's role and the keys.
    pub fn may_uncomment(&self, comment: &CommentId) -> bool {
        let role = self.replay.role.get();
        self.comments.keys.with(|keys| may_delete(role, keys, comment))
    }

    /// Whether playing stands still at comments.
    pub fn stop_at_comments(&self, stops: bool) {
        self.comments.stops.set(stops);
        if let Some(client) = self.client() {
            client.tell_stops();
        }
    }

    /// Opens the composer for a comment on what is shown.
    pub fn begin_comment(&self) {
        if !untrack(|| self.may_comment()) {
            return self.say("This link does not let you comment");
        }
        if let Some(client) = self.client() {
            client.begin_comment();
        }
    }

    /// Closes the composer. What stands in it is there again when it is opened next.
    pub fn end_comment(&self) {
        self.comments.draft.set(None);
        self.comments.problem.set(None);
        self.focus_track();
    }

    /// Pins what stands in the composer.
    pub fn save_comment(&self) {
        let blank = self.comments.text.with_untracked(|text| text.trim().is_empty());
        if blank || self.comments.saving.get_untracked() {
            return;
        }
        let name: String = self
            .comments
            .name
            .with_untracked(|name| name.trim().chars().take(self.limits.get_untracked().name_max).collect());
        if !name.is_empty() {
            browser::keep("name", &name);
        }
        if let Some(client) = self.client() {
            client.save_comment(name);
        }
    }

    /// Deletes a comment.
    pub fn delete_comment(&self, comment: CommentId) {
        if let Some(client) = self.client() {
            client.delete_comment(comment);
        }
        self.focus_track();
    }

    /// To the next comment, or to the one before.
    pub fn go_to_comment(&self, forward: bool) {
        let shown = self.replay.shown.get_untracked();
        let goal = self.comments.all.with_untracked(|all| neighbour(all.as_deref()?, shown, forward));
        match goal {
            Some(moment) => self.show_comment(moment),
            None => self.say(if forward { "No comment behind this moment" } else { "No comment before this moment" }),
        }
    }

    /// To a comment's moment; to the first one that is kept, where its own was let go.
    pub fn show_comment(&self, moment: Moment) {
        if let Some((from, _)) = untrack(|| self.replay.ends()) {
            self.replay_to(if moment.seq < from.seq { from } else { moment });
        }
    }

    /// Brings the keyboard to the timeline.
    pub fn focus_track(&self) {
        if let Some(track) = self.replay.track_ref.get_untracked() {
            let _ = track.focus();
        }
    }
}
