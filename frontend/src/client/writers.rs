//! Who wrote what: asked of the server, kept for each file until its text changes, and shown on hover and at the end
//! of the current line.

use std::collections::HashMap;
use std::rc::Rc;

use gloo_timers::callback::Timeout;
use gloo_timers::future::TimeoutFuture;
use leptos::prelude::*;
use protocol::http::{Author, AuthorRun, Authors};
use protocol::{FileId, HunkId, ParticipantId, TurnId};
use wasm_bindgen_futures::spawn_local;

use super::Client;
use crate::authors::{self, Reason};
use crate::browser;
use crate::monaco;

/// The least time between two questions about one file, in milliseconds: while the model writes, its text changes sixty
/// times a second, and nobody reads names that fast.
const ASK_EVERY_MS: f64 = 1_000.0;
/// How often an answer is waited for that fits the text on the screen: while it changes, they pass each other by.
const TRIES: u32 = 3;
/// How long a line is rested on before its author is looked for, in milliseconds.
const REST_MS: u32 = 250;

/// What is known of who wrote what.
#[derive(Default)]
pub struct Writers {
    files: HashMap<FileId, Known>,
    /// The current line is about to be looked at.
    resting: Option<Timeout>,
}

#[derive(Default)]
struct Known {
    /// Goes up with each change of the text.
    revision: u64,
    /// The runs, and the revision that they are of.
    runs: Option<(u64, Rc<Vec<AuthorRun>>)>,
    /// When the server was last asked.
    asked: Option<f64>,
}

/// What a hover shows.
pub struct Written {
    /// The first unit of the run.
    pub start: u32,
    /// After its last.
    pub end: u32,
    /// Who, in words.
    pub words: String,
}

impl Client {
    /// A file's text changed: what is known of it is of an older text.
    pub(super) fn text_changed(self: &Rc<Self>, file: &FileId) {
        self.writers.borrow_mut().files.entry(file.clone()).or_default().revision += 1;
        if self.store.open_file.with_untracked(|open| open.as_ref() == Some(file)) {
            self.annotate();
        }
    }

    /// Who wrote what stands at an offset.
    pub async fn written_at(self: Rc<Self>, file: FileId, offset: u32) -> Option<Written> {
        let runs = Rc::clone(&self).runs(&file).await?;
        let found = authors::at(&runs, offset)?;
        Some(Written { start: found.start, end: found.end, words: self.words(found.by) })
    }

    /// Writes at the end of the current line who wrote it, once the person rests there.
    pub fn annotate(self: &Rc<Self>) {
        if !self.store.review.show_authors.get_untracked() || self.writers.borrow().resting.is_some() {
            return;
        }
        let client = Rc::downgrade(self);
        let rested = move || {
            if let Some(client) = client.upgrade() {
                client.writers.borrow_mut().resting = None;
                spawn_local(client.annotate_line());
            }
        };
        self.writers.borrow_mut().resting = Some(Timeout::new(REST_MS, rested));
    }

    /// Takes away what stands at the end of the current line.
    pub fn hide_author(&self) {
        monaco::authors::annotate(0, "");
    }

    async fn annotate_line(self: Rc<Self>) {
        let Some(file) = self.store.open_file.get_untracked() else {
            return;
        };
        let runs = Rc::clone(&self).runs(&file).await;
        let still_wanted = self.store.review.show_authors.get_untracked()
            && self.store.open_file.with_untracked(|open| open.as_ref() == Some(&file));
        let Some((runs, line)) = runs.zip(monaco::authors::current_line()).filter(|_| still_wanted) else {
            return;
        };
        let by = authors::of_line(&runs, line.start, line.end);
        monaco::authors::annotate(line.number, &by.map(|by| self.brief(by)).unwrap_or_default());
    }

    fn words(&self, by: &Author) -> String {
        authors::words(by, self.my_id().as_ref(), |turn, hunk| self.reason(turn, hunk))
    }

    fn brief(&self, by: &Author) -> String {
        authors::brief(by, self.my_id().as_ref(), |turn, hunk| self.reason(turn, hunk))
    }

    fn my_id(&self) -> Option<ParticipantId> {
        self.store.me.with_untracked(|me| me.as_ref().map(|me| me.id.clone()))
    }

    fn reason(&self, turn: &TurnId, hunk: Option<&HunkId>) -> Reason {
        let turn = self.session.borrow().find(turn);
        let why = turn.as_ref().zip(hunk).and_then(|(turn, hunk)| {
            let hunks = turn.hunks.get_untracked();
            Some(hunks.iter().find(|known| known.id == *hunk)?.view.with_untracked(|view| view.why.clone()))
        });
        Reason { prompt: turn.map(|turn| turn.prompt), why }
    }

    /// The runs of the text that is on the screen: those that are known, or the server's, asked for at most once a
    /// second.
    async fn runs(self: Rc<Self>, file: &FileId) -> Option<Rc<Vec<AuthorRun>>> {
        for _ in 0..TRIES {
            if let Some(runs) = self.known(file) {
                return Some(runs);
            }
            let wait = self.wait(file);
            if wait > 0 {
                TimeoutFuture::new(wait).await;
                if let Some(runs) = self.known(file) {
                    return Some(runs);
                }
            }
            let revision = self.asked(file);
            let answer = self.ask::<Authors>(&format!("authors?file={file}")).await.ok()?;
            self.learn(file, revision, answer.runs);
        }
        self.known(file)
    }

    fn known(&self, file: &FileId) -> Option<Rc<Vec<AuthorRun>>> {
        let writers = self.writers.borrow();
        let known = writers.files.get(file)?;
        known.runs.as_ref().filter(|(revision, _)| *revision == known.revision).map(|(_, runs)| Rc::clone(runs))
    }

    fn wait(&self, file: &FileId) -> u32 {
        let asked = self.writers.borrow().files.get(file).and_then(|known| known.asked);
        asked.map_or(0, |asked| (asked + ASK_EVERY_MS - browser::now()).max(0.0).ceil() as u32)
    }

    fn asked(&self, file: &FileId) -> u64 {
        let mut writers = self.writers.borrow_mut();
        let known = writers.files.entry(file.clone()).or_default();
        known.asked = Some(browser::now());
        known.revision
    }

    /// An answer is taken where it fits the text that it was asked for, as far as lengths tell.
    fn learn(&self, file: &FileId, revision: u64, runs: Vec<AuthorRun>) {
        let length = self.replica.borrow().as_ref().map_or(0, |replica| replica.length(file));
        if authors::total(&runs) == length
            && let Some(known) = self.writers.borrow_mut().files.get_mut(file)
        {
            known.runs = Some((revision, Rc::new(runs)));
        }
    }
}
