//! A large document on its way: the file that is shown first is there at once, and what a person does meanwhile is not
//! lost.

use std::rc::Rc;

use leptos::prelude::*;
use protocol::client::TurnStart;
use protocol::view::{FileText, FileView};
use protocol::{ClientFrame, FileId, ModelId, Seq, TurnId};

use super::Client;
use super::parts::Parts;
use crate::browser;
use crate::document::{Edit, listing};
use crate::monaco;
use crate::opening::Draft;
use crate::queue::Item;
use crate::store::{Coming, Saving};

/// What waits for the document to be whole.
#[derive(Default)]
pub struct Opening {
    /// The file that is shown ahead of it, and what was typed there.
    draft: Option<Draft>,
    /// Prompts: their requests must hold what was typed before them.
    prompts: Vec<(TurnId, String, ModelId)>,
    /// What has come and is not taken in.
    pub(super) parts: Parts,
}

impl Client {
    /// The document comes. What is shown ahead of it is typed into at once.
    pub(super) fn opening(self: &Rc<Self>, file: Option<FileText>) {
        let unfinished = self.opening.borrow_mut().take();
        if unfinished.is_some() {
            // What waited for the parts of then is in those that come now.
            let shown = self.shown();
            self.queue.borrow_mut().restart(shown);
        }
        let mut opening = unfinished.unwrap_or_default();
        opening.parts.clear();
        if !self.whole.get() && opening.draft.is_none() {
            opening.draft = file.map(|FileText { id, path, text }| Draft::new(id, path, &text));
            if let Some(draft) = &opening.draft {
                self.store.open_file.set(Some(draft.file().clone()));
                self.store.awaits_file.set(false);
            }
        }
        if let Some(draft) = &opening.draft
            && self.store.files.with_untracked(Vec::is_empty)
        {
            self.store.files.set(listing(vec![(draft.file().clone(), draft.path().to_owned(), None)]));
            if !self.store.awaits_file.get_untracked() {
                monaco::learn(draft.file(), draft.path(), &draft.text());
                monaco::show(draft.file());
            }
        }
        *self.opening.borrow_mut() = Some(opening);
    }

    /// The list of files, ahead of the files themselves.
    pub(super) fn files_to_come(&self, files: Vec<FileView>) {
        if self.opening.borrow().is_some() && !self.whole.get() {
            self.store.coming.set(Some(Coming { here: 0, all: files.len() }));
            self.store.files.set(listing(files.into_iter().map(|file| (file.id, file.path, None)).collect()));
        }
    }

    /// A part of the document came. A replica that was whole is shown in full what it had missed, like any other step;
    /// of another nobody sees anything yet.
    pub(super) fn part(self: &Rc<Self>, seq: Seq, update: Vec<u8>) {
        if self.whole.get() {
            self.queue.borrow_mut().push(Item::Update { seq, update });
            return self.ask_for_frame();
        }
        self.part_came(update);
    }

    /// All parts are in: what was typed is done again in the replica, and what waited goes on.
    pub(super) fn all_taken_in(self: &Rc<Self>) {
        let Some(Opening { draft, prompts, .. }) = self.opening.borrow_mut().take() else {
            return;
        };
        if !self.whole.replace(true) {
            if let Some(draft) = draft {
                self.type_again(&draft);
            }
            self.store.coming.set(None);
            self.list_files();
            if self.store.awaits_file.get_untracked() {
                self.show_open_file();
            }
            self.pump(false);
            let client = Rc::clone(self);
            // After a key that waits.
            monaco::when_free(move || client.show_rest());
        }
        for (turn_id, prompt, model) in prompts {
            self.send_start(turn_id, prompt, model);
        }
        self.ask_for_frame();
    }

    /// What the document is needed for beside its texts.
    fn show_rest(self: &Rc<Self>) {
        self.count_conventions();
        self.show_hunks();
        self.show_guard();
        self.show_people();
        self.refresh_page();
        self.report_place();
        self.keep_abreast();
        self.make_ready();
    }

    fn type_again(self: &Rc<Self>, draft: &Draft) {
        let file = draft.file();
        let Some(now) = self.replica.borrow().as_ref().and_then(|replica| replica.text(file)) else {
            return self.bring_back(draft);
        };
        if draft.is_changed()
            && let Some(replica) = self.replica.borrow_mut().as_mut()
        {
            replica.typed(file, &draft.edits(&now));
        }
        // Others may have written there since it was shown.
        self.correct(vec![(file.clone(), draft.text())]);
    }

    /// The file that was typed into went while the connection was lost: what was typed did not.
    fn bring_back(self: &Rc<Self>, draft: &Draft) {
        if !draft.is_changed() {
            return;
        }
        let id = FileId(browser::fresh_id());
        if let Some(replica) = self.replica.borrow_mut().as_mut() {
            replica.create_with(&id, draft.path(), &draft.text());
        }
        if self.store.open_file.get_untracked().as_ref() == Some(draft.file()) {
            self.store.open_file.set(Some(id.clone()));
        }
        let path = draft.path();
        self.notify_of(format!("{path} was deleted while you typed into it: it is there again, with your text."), id);
    }

    /// Notes what was typed ahead of the document. Whether that is how it has to be kept.
    pub(super) fn typed_ahead(&self, file: &FileId, edits: &[Edit]) -> bool {
        if self.whole.get() {
            return false;
        }
        if let Some(draft) = self.opening.borrow_mut().as_mut().and_then(|opening| opening.draft.as_mut())
            && draft.file() == file
        {
            draft.typed(edits);
            self.store.saving.update(|saving| {
                if *saving == Saving::Saved {
                    *saving = Saving::OnItsWay;
                }
            });
        }
        true
    }

    /// How long a draft is, in UTF-16 units.
    pub(super) fn draft_length(&self, file: &FileId) -> Option<usize> {
        let opening = self.opening.borrow();
        let draft = opening.as_ref()?.draft.as_ref().filter(|draft| draft.file() == file)?;
        Some(draft.length())
    }

    /// A draft as it stands.
    pub(super) fn draft_text(&self, file: &FileId) -> Option<String> {
        let opening = self.opening.borrow();
        let draft = opening.as_ref()?.draft.as_ref().filter(|draft| draft.file() == file)?;
        Some(draft.text())
    }

    /// The text of a file, as far as it is there.
    pub(super) fn text_to_show(&self, file: &FileId) -> Option<String> {
        if self.whole.get() {
            return self.replica.borrow().as_ref().and_then(|replica| replica.text(file));
        }
        self.draft_text(file)
    }

    /// Has a prompt wait for the document. Whether it does.
    pub(super) fn prompt_waits(&self, turn: &TurnId, prompt: &str, model: &ModelId) -> bool {
        if self.whole.get() {
            return false;
        }
        let mut opening = self.opening.borrow_mut();
        let Some(opening) = opening.as_mut() else {
            return false;
        };
        opening.prompts.push((turn.clone(), prompt.to_owned(), model.clone()));
        true
    }

    /// Whether a turn is one that waits for the document.
    pub(super) fn is_waiting(&self, turn: &TurnId) -> bool {
        self.opening.borrow().as_ref().is_some_and(|opening| opening.prompts.iter().any(|(id, ..)| id == turn))
    }

    /// Prompts that wait stand behind what a new state brings.
    pub(super) fn show_waiting(&self) {
        let (opening, me) = (self.opening.borrow(), self.store.me.get_untracked());
        let Some((opening, me)) = opening.as_ref().zip(me) else {
            return;
        };
        for (turn, prompt, model) in &opening.prompts {
            self.session.borrow_mut().begin(turn.clone(), prompt.clone(), model.clone(), me.id.clone());
        }
    }

    /// A prompt that waits goes back to where it was typed. Whether there was one.
    pub(super) fn take_prompt_back(&self, turn: &TurnId) -> bool {
        if !self.is_waiting(turn) {
            return false;
        }
        if let Some(opening) = self.opening.borrow_mut().as_mut() {
            opening.prompts.retain(|(id, ..)| id != turn);
        }
        let turn = self.session.borrow_mut().forget(turn);
        if let Some(turn) = turn {
            self.give_back(&turn.prompt);
        }
        true
    }

    /// Sends a prompt as of now.
    pub(super) fn send_start(&self, turn_id: TurnId, prompt: String, model: ModelId) {
        self.send(&ClientFrame::TurnStart(TurnStart {
            turn_id,
            prompt,
            model,
            open_file: self.store.open_file.get_untracked(),
            selection: self.selection(),
            scope: None,
            tokens_per_second: Some(self.store.speed.get_untracked()),
        }));
    }

    /// Whether something was said or typed that only this page knows: the document has not come.
    pub(super) fn keeps_back(&self) -> bool {
        self.opening
            .borrow()
            .as_ref()
            .is_some_and(|opening| !opening.prompts.is_empty() || opening.draft.as_ref().is_some_and(Draft::is_changed))
    }

    /// Whether all of the document is there.
    pub fn has_all(&self) -> bool {
        self.whole.get() && self.opening.borrow().is_none()
    }

    /// Whether the document is there; tells the person if it is not.
    pub(super) fn is_whole(&self) -> bool {
        let whole = self.whole.get();
        if !whole {
            self.notify(None, "The project is still coming: this works in a moment.");
        }
        whole
    }

    /// A file that was chosen before it has come: its place says so.
    pub(super) fn await_file(&self, id: FileId) {
        if self.whole.get() || !self.store.files.with_untracked(|files| files.iter().any(|file| file.id == id)) {
            return;
        }
        monaco::blank();
        self.store.open_file.set(Some(id));
        self.store.awaits_file.set(true);
    }

    /// The file that the page wants to see first when it comes in anew.
    pub(super) fn wants_first(&self) -> protocol::client::Opening {
        protocol::client::Opening { file: self.store.open_file.get_untracked() }
    }
}
