//! What a person decides about what the model may touch: the intents, and what they look at.

use leptos::prelude::*;
use protocol::scope::{LockView, Region, Scope, Within};
use protocol::view::{HunkStatus, Role};
use protocol::{FileId, HunkId, ParticipantId};

use super::guard::{Place, Refusing};
use super::{Hunk, Store};

/// Held hunks.
impl Store {
    /// Lets a held hunk through.
    pub fn apply_hunk(&self, hunk: &Hunk) {
        self.put_away(&hunk.id);
        if let Some(client) = self.client() {
            client.apply_hunk(hunk.turn.clone(), hunk.id.clone());
        }
    }

    /// Does not want a held hunk.
    pub fn refuse_hunk(&self, hunk: &Hunk) {
        self.put_away(&hunk.id);
        if let Some(client) = self.client() {
            client.refuse_hunk(hunk.turn.clone(), hunk.id.clone(), None);
        }
    }

    /// Asks what to do instead, there: the words are typed in place.
    pub fn begin_refusal(&self, hunk: &Hunk, place: Place) {
        if self.guard.refusing.with_untracked(|now| now.as_ref().is_none_or(|now| now.hunk != hunk.id)) {
            self.guard.draft.set(String::new());
        }
        let followed = self.following.get_untracked();
        // The editor goes where the words are typed, and stays there until they are.
        match place {
            Place::Editor => self.go_to_held(hunk),
            Place::Card => self.current_hunk.set(Some(hunk.id.clone())),
        }
        self.guard.refusing.set(Some(Refusing { hunk: hunk.id.clone(), place, followed }));
    }

    /// No refusal is being written any more.
    pub fn end_refusal(&self) {
        let followed = self.guard.refusing.with_untracked(|now| now.as_ref().is_some_and(|now| now.followed));
        if followed && self.active.get_untracked().is_some() {
            self.following.set(true);
        }
        self.guard.refusing.set(None);
        self.guard.draft.set(String::new());
    }

    /// Refuses a held hunk with the words that were typed: they steer the running turn.
    pub fn finish_refusal(&self, hunk: &Hunk) {
        let words = self.guard.draft.get_untracked().trim().to_owned();
        let words = (!words.is_empty()).then_some(words);
        let sent = self.client().is_some_and(|client| client.refuse_hunk(hunk.turn.clone(), hunk.id.clone(), words));
        if sent {
            self.end_refusal();
        }
    }

    /// Somebody else decided while words were being typed: they go to the prompt box. Tracks the held hunks.
    pub fn rescue_refusal(&self) {
        let writing = self.guard.refusing.get();
        if writing.is_none_or(|now| self.held().iter().any(|hunk| hunk.id == now.hunk)) {
            return;
        }
        let words = self.guard.draft.get_untracked();
        self.end_refusal();
        if !words.trim().is_empty() {
            self.composer.update(|composer| {
                *composer = if composer.trim().is_empty() { words } else { format!("{words}\n{composer}") };
            });
        }
    }

    fn put_away(&self, hunk: &HunkId) {
        if self.guard.refusing.with_untracked(|now| now.as_ref().is_some_and(|now| now.hunk == *hunk)) {
            self.end_refusal();
        }
    }

    /// The held hunks, oldest first. Tracks turns and hunks.
    pub fn held(&self) -> Vec<Hunk> {
        let held = |hunk: &Hunk| hunk.view.with(|view| view.status == HunkStatus::Held);
        self.turns.with(|turns| {
            let hunks = turns.iter().flat_map(|turn| turn.hunks.get());
            hunks.filter(held).collect()
        })
    }

    /// The held hunk that the keyboard's commands mean: the current one, or the only one.
    pub fn held_at_hand(&self) -> Option<Hunk> {
        let held = untrack(|| self.held());
        let current = self.current_hunk.get_untracked();
        let only = (held.len() == 1).then(|| held.first()).flatten();
        held.iter().find(|hunk| Some(&hunk.id) == current.as_ref()).or(only).cloned()
    }

    /// Goes to the held hunk behind the current one; from the last one to the first.
    pub fn next_held(&self) {
        let held = untrack(|| self.held());
        let current = self.current_hunk.get_untracked();
        let at = held.iter().position(|hunk| Some(&hunk.id) == current.as_ref());
        let next = at.map_or(0, |at| at + 1);
        if let Some(hunk) = held.get(next).or(held.first()) {
            self.go_to_held(hunk);
        }
    }

    /// Makes a held hunk the current one and shows it, where it has a place.
    pub fn go_to_held(&self, hunk: &Hunk) {
        self.visit_hunk(hunk);
        // Its element comes with the file: what was opened just now has it a frame later.
        if let Some(client) = self.client() {
            let id = hunk.id.clone();
            request_animation_frame(move || client.reveal_held(&id));
        }
    }

    /// Puts an element of the page's above the lines that a held hunk would change, if those are in the open file.
    pub fn show_held(&self, hunk: &Hunk, element: &web_sys::HtmlElement) {
        if let Some(client) = self.client() {
            client.show_held(hunk, element);
        }
    }

    /// Takes that element away.
    pub fn hide_held(&self, hunk: &HunkId) {
        if let Some(client) = self.client() {
            client.hide_held(hunk);
        }
    }
}

/// Scope and locks.
impl Store {
    /// Says what turns may touch from the next one on, whoever starts it.
    pub fn set_scope(&self, scope: Scope) {
        if let Some(client) = self.client() {
            client.set_scope(scope);
        }
    }

    /// What the model may touch now: the running turn's scope, or that of the next one. Tracks both.
    pub fn scope_now(&self) -> Scope {
        let running = self.active.get().and_then(|id| self.turn(&id));
        running.map_or_else(|| self.guard.scope.get(), |turn| turn.scope.get())
    }

    /// Whether a file is outside what the model may touch now, all of it. Tracks the scope.
    pub fn outside(&self, file: &FileId) -> bool {
        match self.scope_now().within {
            Within::Session => false,
            Within::Files(files) => !files.contains(file),
            Within::Selection(regions) => regions.iter().all(|region| region.file != *file),
        }
    }

    /// The lines that are selected in the editor, as a region.
    pub fn selected_lines(&self) -> Option<Region> {
        self.client()?.selected_lines()
    }

    /// Locks what is selected in the editor, or its file; gives free what is locked there already.
    pub fn toggle_lock(&self) {
        if let Some(client) = self.client() {
            client.toggle_lock();
        }
    }

    /// Locks a whole file, or gives it free.
    pub fn toggle_file_lock(&self, file: FileId) {
        let Some(client) = self.client() else { return };
        match untrack(|| self.guard.lock_of(&file)) {
            Some(LockView { id, .. }) => client.unlock(id),
            None => client.lock(Region { file, range: None }),
        }
    }

    /// Whether this page's person may lock. Tracks `role`.
    pub fn may_lock(&self) -> bool {
        self.role.get() >= Role::Owner
    }

    /// What a participant is called. Tracks nothing.
    pub fn name_of(&self, id: &ParticipantId) -> String {
        let here = self.together.known.with_untracked(|people| people.get(id).map(|person| person.name.clone()));
        let me = || self.me.get_untracked().filter(|me| me.id == *id).map(|me| me.name);
        here.or_else(me).unwrap_or_else(|| "someone who left".to_owned())
    }
}
