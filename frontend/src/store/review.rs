//! Review: the signals of going through changes, comparing, and conventions, and what a person can do with them.

use std::sync::Arc;

use leptos::prelude::*;
use protocol::http::FileChange;
use protocol::{FileId, TurnId};

use super::{Hunk, PieceKind, Store};
use crate::browser;
use crate::points::{Named, Point, TurnPoints, points};

/// What is compared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    /// The earlier point.
    pub from: Point,
    /// The later one.
    pub to: Point,
    /// This file alone, by its path.
    pub only: Option<String>,
}

/// What came of it.
#[derive(Clone, Debug)]
pub enum Found {
    /// The server was asked.
    Loading,
    /// It could not be found out, for a person.
    Failed(String),
    /// The files that differ.
    Files(Arc<Vec<Compared>>),
}

/// A file that differs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Compared {
    /// The file at both points.
    pub change: FileChange,
    /// Lines added.
    pub added: u32,
    /// Lines removed.
    pub removed: u32,
}

/// A steer that was given twice, and waits to become a convention.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offer {
    /// As it was said: what is not offered again.
    pub said: String,
    /// As a rule.
    pub rule: String,
}

/// The signals of review.
#[derive(Clone, Copy)]
pub struct Review {
    /// What is compared; nothing: the diff view is closed.
    pub asked: RwSignal<Option<Asked>>,
    /// What differs.
    pub found: RwSignal<Found>,
    /// Which of the files that differ is shown.
    pub at: RwSignal<usize>,
    /// One column instead of two. Kept.
    pub inline: RwSignal<bool>,
    /// Who wrote the current line stands at its end. Kept.
    pub show_authors: RwSignal<bool>,
    /// What a screen reader is told beside where the turn stands.
    pub spoken: RwSignal<String>,
    /// Rules in the project's conventions; nothing: there is no such file.
    pub conventions: RwSignal<Option<usize>>,
    /// A convention on offer.
    pub offer: RwSignal<Option<Offer>>,
}

impl Review {
    /// With what this browser has kept.
    pub fn new() -> Self {
        let kept = |name: &str| browser::kept(name).as_deref() == Some("true");
        Self {
            asked: RwSignal::new(None),
            found: RwSignal::new(Found::Loading),
            at: RwSignal::new(0),
            inline: RwSignal::new(kept("inline")),
            show_authors: RwSignal::new(kept("authors")),
            spoken: RwSignal::new(String::new()),
            conventions: RwSignal::new(None),
            offer: RwSignal::new(None),
        }
    }
}

/// Going through changes.
impl Store {
    /// Goes to the next change, or to the one before: in the diff view if it is open, else in the files.
    pub fn step_change(&self, by: isize) {
        if let Some(client) = self.client() {
            if self.review.asked.with_untracked(Option::is_some) {
                client.step_in_diff(by);
            } else {
                client.step_change(by);
            }
        }
    }

    /// Goes to one change.
    pub fn visit_hunk(&self, hunk: &Hunk) {
        if let Some(client) = self.client() {
            client.visit(hunk);
        }
    }

    /// Keeps the current change. Whether there is one.
    pub fn keep_current(&self) -> bool {
        self.client().is_some_and(|client| client.keep_current())
    }

    /// Takes the current change back. Whether there is one.
    pub fn revert_current(&self) -> bool {
        self.client().is_some_and(|client| client.revert_current())
    }

    /// Keeps all changes of a turn that stand.
    pub fn keep_all(&self, turn: &TurnId) {
        if let Some(client) = self.client() {
            client.keep_all(turn);
        }
    }

    /// The hunk that is current. Tracks it.
    pub fn current_hunk_view(&self) -> Option<Hunk> {
        let id = self.current_hunk.get()?;
        self.turns.with(|turns| {
            turns.iter().rev().find_map(|turn| turn.hunks.with(|hunks| hunks.iter().find(|h| h.id == id).cloned()))
        })
    }
}

/// The diff view.
impl Store {
    /// Compares two points.
    pub fn compare(&self, asked: Asked) {
        if let Some(client) = self.client() {
            client.compare(asked);
        }
    }

    /// What a turn changed.
    pub fn compare_turn(&self, turn: &TurnId) {
        let running = self.active.get_untracked().as_ref() == Some(turn);
        let to = if running { Point::Now } else { Point::After(turn.clone()) };
        self.compare(Asked { from: Point::Before(turn.clone()), to, only: None });
    }

    /// What became of a file since the session's start.
    pub fn compare_file(&self, file: &FileId) {
        let path =
            self.files.with_untracked(|files| files.iter().find(|f| f.id == *file).map(|file| file.path.clone()));
        self.compare(Asked { from: Point::Start, to: Point::Now, only: path });
    }

    /// Opens the diff view for the turn in hand, or closes it.
    pub fn toggle_compare(&self) {
        if self.review.asked.with_untracked(Option::is_some) {
            self.close_compare();
            return;
        }
        let current = untrack(|| self.current_hunk_view()).map(|hunk| hunk.turn);
        let turn = current.or_else(|| self.turns.with_untracked(|turns| turns.last().map(|turn| turn.id.clone())));
        match turn {
            Some(turn) => self.compare_turn(&turn),
            None => self.compare(Asked { from: Point::Start, to: Point::Now, only: None }),
        }
    }

    /// Back to where one was.
    pub fn close_compare(&self) {
        if let Some(client) = self.client() {
            client.close_compare();
        }
    }

    /// One column or two. Kept by this browser.
    pub fn toggle_inline(&self) {
        self.review.inline.update(|inline| *inline = !*inline);
        browser::keep("inline", &self.review.inline.get_untracked().to_string());
    }

    /// The points that can be compared. Tracks the turns.
    pub fn points(&self) -> Vec<Named> {
        let turns = self.turns.with(|turns| {
            let of = |turn: &super::Turn| TurnPoints {
                id: turn.id.clone(),
                prompt: turn.prompt.clone(),
                segments: turn.pieces.with(|pieces| pieces.iter().filter_map(|p| self.cause(turn, &p.kind)).collect()),
            };
            turns.iter().map(of).collect::<Vec<_>>()
        });
        points(&turns)
    }

    fn cause(&self, turn: &super::Turn, kind: &PieceKind) -> Option<String> {
        match kind {
            PieceKind::Steer(id) => Some(turn.steer(id)?.view.with(|steer| steer.text.clone())),
            PieceKind::Continued(words) => Some(words.clone().unwrap_or_else(|| "Continue".to_owned())),
            PieceKind::Mending(_) => Some("Mend".to_owned()),
            PieceKind::Text(_) | PieceKind::Block(_) => None,
        }
    }
}

/// Authors and conventions.
impl Store {
    /// Shows or hides who wrote the current line. Kept by this browser.
    pub fn toggle_authors(&self) {
        let show = !self.review.show_authors.get_untracked();
        self.review.show_authors.set(show);
        browser::keep("authors", &show.to_string());
        match self.client() {
            Some(client) if show => client.annotate(),
            Some(client) => client.hide_author(),
            None => {}
        }
    }

    /// Writes a rule into the conventions.
    pub fn add_convention(&self, rule: &str) {
        if let Some(client) = self.client() {
            client.add_convention(rule);
        }
    }

    /// What is on offer is not offered again.
    pub fn dismiss_offer(&self) {
        if let Some(client) = self.client() {
            client.dismiss_offer();
        }
    }

    /// Shows the conventions in the editor.
    pub fn open_conventions(&self) {
        if let Some(client) = self.client() {
            client.open_conventions();
        }
    }

    /// Tells a screen reader something.
    pub fn say(&self, words: impl Into<String>) {
        self.review.spoken.set(words.into());
    }
}
