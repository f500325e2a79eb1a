//! What a person can do: the methods that components call. Each returns at once; what comes of it shows in signals.

use leptos::prelude::*;
use protocol::{FileId, HunkId, LessonId, ModelId, SessionId, TurnId};
use wasm_bindgen::JsCast;

use super::status::{SPEED_MAX, SPEED_MIN};
use super::{Store, Theme, kept};
use crate::browser;

/// The first screen.
impl Store {
    /// Makes a session with a lesson's files and goes there.
    pub fn start_lesson(&self, id: LessonId) {
        if let Some(client) = self.client() {
            client.make_session(Some(id));
        }
    }

    /// Makes an empty session and goes there.
    pub fn new_session(&self) {
        if let Some(client) = self.client() {
            client.make_session(None);
        }
    }

    /// Goes to a session of `recent`.
    pub fn open_recent(&self, id: SessionId) {
        browser::go(&format!("/s/{id}"));
    }

    /// Goes on here as the participant that went on elsewhere.
    pub fn use_here(&self) {
        if let Some(client) = self.client() {
            client.use_here();
        }
    }

    /// Tries to connect now, instead of when it is due.
    pub fn try_now(&self) {
        if let Some(client) = self.client() {
            client.wake();
        }
    }

    /// Goes to the first screen; the session stays as it is.
    pub fn leave(&self) {
        browser::go("/");
    }
}

/// The turn.
impl Store {
    /// Sends the composer's text: a prompt when nothing runs, a steer when a turn does. Empties the composer.
    /// Whitespace alone sends nothing.
    pub fn send(&self) {
        if let Some(client) = self.client() {
            client.say();
        }
    }

    /// Freezes the screen and stops the running turn. Nothing runs: nothing happens.
    pub fn interrupt(&self) {
        if let Some(client) = self.client() {
            client.interrupt();
        }
    }

    /// Has an interrupted or failed turn go on; the composer's text, if any, goes with it.
    pub fn continue_turn(&self, id: TurnId) {
        if let Some(client) = self.client() {
            client.go_on(id);
        }
    }

    /// Takes all of a finished turn's changes back.
    pub fn revert_turn(&self, id: TurnId) {
        if let Some(client) = self.client() {
            client.revert_turn(id);
        }
    }

    /// Keeps a hunk: no later cut takes it back.
    pub fn accept_hunk(&self, turn: TurnId, hunk: HunkId) {
        if let Some(client) = self.client() {
            client.accept_hunk(turn, hunk);
        }
    }

    /// Takes one closed hunk back.
    pub fn revert_hunk(&self, turn: TurnId, hunk: HunkId) {
        if let Some(client) = self.client() {
            client.revert_hunk(turn, hunk);
        }
    }
}

/// Files.
impl Store {
    /// Makes an empty file and opens it. A bad path gives a notice and `false`.
    pub fn create_file(&self, path: &str) -> bool {
        self.client().is_some_and(|client| client.create_file(path))
    }

    /// Changes a file's path. A bad path gives a notice and `false`.
    pub fn rename_file(&self, id: FileId, path: &str) -> bool {
        self.client().is_some_and(|client| client.rename_file(&id, path))
    }

    /// Deletes a file; the person's own undo brings it back.
    pub fn delete_file(&self, id: FileId) {
        if let Some(client) = self.client() {
            client.delete_file(&id);
        }
    }

    /// Shows a file in the editor; ends following.
    pub fn open(&self, id: FileId) {
        if let Some(client) = self.client() {
            client.open(id);
        }
    }

    /// The editor follows the model again.
    pub fn resume_following(&self) {
        if let Some(client) = self.client() {
            client.resume_following();
        }
    }
}

/// The prompt box and the page.
impl Store {
    /// Puts the keyboard into the prompt box.
    pub fn focus_composer(&self) {
        if let Some(composer) = self.composer_ref.get_untracked() {
            let _ = composer.focus();
        }
    }

    /// Puts the keyboard into the rule that is on offer. Whether there is one.
    pub fn focus_convention(&self) -> bool {
        let field = document().query_selector(".convention .field").ok().flatten();
        let Some(field) = field.and_then(|field| field.dyn_into::<web_sys::HtmlInputElement>().ok()) else {
            return false;
        };
        let _ = field.focus();
        field.select();
        true
    }

    /// Puts the keyboard into the turns.
    pub fn focus_turns(&self) {
        if let Ok(Some(turns)) = document().query_selector(".turn-scroll")
            && let Some(turns) = turns.dyn_ref::<web_sys::HtmlElement>()
        {
            let _ = turns.focus();
        }
    }

    /// The prompt box got the focus: has the upstream connection made ready.
    pub fn composer_focused(&self) {
        if let Some((client, model)) = self.client().zip(self.model.get_untracked()) {
            client.warm(model);
        }
    }

    /// Chooses the model of the next turn.
    pub fn set_model(&self, id: ModelId) {
        browser::keep("model", id.as_str());
        self.model.set(Some(id.clone()));
        if let Some(client) = self.client() {
            client.warm(id);
        }
    }

    /// Chooses the practice model's speed, in tokens a second. Kept by this browser.
    pub fn set_speed(&self, tokens_per_second: u32) {
        let speed = tokens_per_second.clamp(SPEED_MIN, SPEED_MAX);
        browser::keep("speed", &speed.to_string());
        self.speed.set(speed);
    }

    /// Chooses light, dark or the system's. Kept by this browser.
    pub fn set_theme(&self, theme: Theme) {
        kept::keep_theme(theme);
        self.theme.set(theme);
    }

    /// Changes the name that others see.
    pub fn set_name(&self, name: &str) {
        let name: String = name.trim().chars().take(self.limits.get_untracked().name_max).collect();
        browser::keep("name", &name);
        if let Some(client) = self.client() {
            client.rename_me(name);
        }
    }

    /// Takes a notice away.
    pub fn dismiss(&self, notice: u32) {
        self.notices.update(|notices| notices.retain(|n| n.id != notice));
    }

    /// Shows or hides the sheet of shortcuts.
    pub fn toggle_sheet(&self) {
        self.sheet_open.update(|open| *open = !*open);
    }
}
