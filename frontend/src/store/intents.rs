//! What a person can do: the methods that components call. Each returns at once; what comes of it shows in signals.

use protocol::{FileId, HunkId, LessonId, ModelId, SessionId, TurnId};

use super::{Hunk, Store, Theme};

/// The first screen.
impl Store {
    /// Makes a session with a lesson's files and goes there.
    pub fn start_lesson(&self, id: LessonId) {
        let _ = id;
    }

    /// Makes an empty session and goes there.
    pub fn new_session(&self) {}

    /// Goes to a session of `recent`.
    pub fn open_recent(&self, id: SessionId) {
        let _ = id;
    }

    /// Goes to the first screen; the session stays as it is.
    pub fn leave(&self) {}
}

/// The turn.
impl Store {
    /// Sends the composer's text: a prompt when nothing runs, a steer when a turn does. Empties the composer.
    /// Whitespace alone sends nothing.
    pub fn send(&self) {}

    /// Freezes the screen and stops the running turn. Nothing runs: nothing happens.
    pub fn interrupt(&self) {}

    /// Has an interrupted or failed turn go on; the composer's text, if any, goes with it.
    pub fn continue_turn(&self, id: TurnId) {
        let _ = id;
    }

    /// Takes all of a finished turn's changes back.
    pub fn revert_turn(&self, id: TurnId) {
        let _ = id;
    }

    /// Keeps a hunk: no later cut takes it back.
    pub fn accept_hunk(&self, turn: TurnId, hunk: HunkId) {
        let _ = (turn, hunk);
    }

    /// Takes one closed hunk back.
    pub fn revert_hunk(&self, turn: TurnId, hunk: HunkId) {
        let _ = (turn, hunk);
    }

    /// Opens the hunk's file and shows its place.
    pub fn reveal_hunk(&self, hunk: &Hunk) {
        let _ = hunk;
    }
}

/// Files.
impl Store {
    /// Makes an empty file and opens it. A bad path gives a notice and `false`.
    pub fn create_file(&self, path: &str) -> bool {
        let _ = path;
        false
    }

    /// Changes a file's path. A bad path gives a notice and `false`.
    pub fn rename_file(&self, id: FileId, path: &str) -> bool {
        let _ = (id, path);
        false
    }

    /// Deletes a file; the person's own undo brings it back.
    pub fn delete_file(&self, id: FileId) {
        let _ = id;
    }

    /// Shows a file in the editor; ends following.
    pub fn open(&self, id: FileId) {
        let _ = id;
    }

    /// The editor follows the model again.
    pub fn resume_following(&self) {}
}

/// The prompt box and the page.
impl Store {
    /// Puts the keyboard into the prompt box.
    pub fn focus_composer(&self) {}

    /// The prompt box got the focus: has the upstream connection made ready.
    pub fn composer_focused(&self) {}

    /// Chooses the model of the next turn.
    pub fn set_model(&self, id: ModelId) {
        let _ = id;
    }

    /// Chooses the practice model's speed, in tokens a second. Kept by this browser.
    pub fn set_speed(&self, tokens_per_second: u32) {
        let _ = tokens_per_second;
    }

    /// Chooses light, dark or the system's. Kept by this browser.
    pub fn set_theme(&self, theme: Theme) {
        let _ = theme;
    }

    /// Changes the name that others see.
    pub fn set_name(&self, name: &str) {
        let _ = name;
    }

    /// Takes a notice away.
    pub fn dismiss(&self, notice: u32) {
        let _ = notice;
    }

    /// Shows or hides the sheet of shortcuts.
    pub fn toggle_sheet(&self) {}
}
