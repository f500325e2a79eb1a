//! Places: hunks and people in the editor, and where this person is.

use std::rc::Rc;

use gloo_timers::callback::Timeout;
use leptos::prelude::*;
use protocol::view::{Cursor, HunkStatus};
use protocol::{ClientFrame, FileId};

use super::Client;
use crate::monaco;
use crate::store::Hunk;

/// The least time between two reports of this person's cursor, in milliseconds: the pace at which the server tells them.
const CURSOR_EVERY_MS: u32 = 50;

/// What is pointed at.
#[derive(Default)]
pub struct Pointing {
    /// The file that the model wrote in last.
    pub model_in: Option<FileId>,
    /// The cursor that is to be reported, and the timer that will.
    cursor: Option<(FileId, u32, u32)>,
    timer: Option<Timeout>,
    /// The one that was reported last: it is not reported again, but to a server that does not know it.
    reported: Option<Cursor>,
}

impl Client {
    /// The person's cursor moved.
    pub fn cursor(self: &Rc<Self>, file: FileId, anchor: u32, head: u32) {
        if self.store.guard.selecting.get_untracked() != (anchor != head) {
            self.store.guard.selecting.set(anchor != head);
        }
        self.annotate();
        let mut pointing = self.pointing.borrow_mut();
        pointing.cursor = Some((file, anchor, head));
        if pointing.timer.is_none() {
            let client = Rc::downgrade(self);
            pointing.timer = Some(Timeout::new(CURSOR_EVERY_MS, move || {
                if let Some(client) = client.upgrade() {
                    client.report_cursor();
                }
            }));
        }
    }

    /// Tells the server where the person is. Places in the document are known once it is there.
    pub(super) fn report_cursor(&self) {
        let moved = {
            let mut pointing = self.pointing.borrow_mut();
            pointing.timer = None;
            if self.whole.get() { pointing.cursor.take() } else { None }
        };
        let Some((file, anchor, head)) = moved else {
            return;
        };
        let cursor = self.replica.borrow().as_ref().and_then(|replica| {
            let (anchor, head) = (replica.anchor(&file, anchor)?, replica.anchor(&file, head)?);
            Some(Cursor { file, anchor, head })
        });
        if cursor.is_some() && self.pointing.borrow().reported != cursor {
            self.pointing.borrow_mut().reported.clone_from(&cursor);
            self.send(&ClientFrame::PresenceUpdate { name: None, cursor });
        }
    }

    /// A connection is new: the server does not know where this person is.
    pub(super) fn report_again(&self) {
        let cursor = self.pointing.borrow().reported.clone();
        if cursor.is_some() {
            self.send(&ClientFrame::PresenceUpdate { name: None, cursor });
        }
    }

    /// The person's new name; they stay where they are.
    pub fn rename_me(&self, name: String) {
        let cursor = self.pointing.borrow().reported.clone();
        self.send(&ClientFrame::PresenceUpdate { name: Some(name), cursor });
    }

    /// Who is here, or where, has changed.
    pub(super) fn people_changed(self: &Rc<Self>) {
        self.store.presence.with_untracked(|all| self.store.together.meet(all.iter().map(|p| &p.participant)));
        self.show_people();
        self.keep_up();
    }

    /// Draws the other people's cursors in the open file.
    pub(super) fn show_people(&self) {
        let Some(open) = self.store.open_file.get_untracked().filter(|_| self.whole.get()) else {
            return;
        };
        let me = self.store.me.get_untracked().map(|me| me.id);
        let replica = self.replica.borrow();
        let Some(replica) = replica.as_ref() else {
            return;
        };
        let people = self.store.presence.with_untracked(|people| {
            let others = people.iter().filter(|p| Some(&p.participant.id) != me.as_ref());
            let placed = others.filter_map(|p| {
                let cursor = p.cursor.as_ref().filter(|c| c.file == open)?;
                Some(monaco::Person {
                    id: p.participant.id.0.clone(),
                    at: format!("{}{}", cursor.anchor, cursor.head),
                    name: p.participant.name.clone(),
                    color: p.participant.color,
                    anchor: replica.offset(&cursor.anchor)?,
                    head: replica.offset(&cursor.head)?,
                })
            });
            placed.collect::<Vec<_>>()
        });
        monaco::show_people(&people);
    }

    /// Draws the hunks of the open file.
    pub(super) fn show_hunks(&self) {
        let Some(open) = self.store.open_file.get_untracked().filter(|_| self.whole.get()) else {
            return;
        };
        let replica = self.replica.borrow();
        let Some(replica) = replica.as_ref() else {
            return;
        };
        let current = self.store.current_hunk.get_untracked();
        let turns = self.store.turns.get_untracked();
        let hunks = turns.iter().filter(|t| !t.reverted.get_untracked()).flat_map(|t| t.hunks.get_untracked());
        let marks = hunks.filter_map(|hunk| {
            hunk.view.with_untracked(|view| {
                let shown = view.status.is_in_the_document();
                let place = view.place.as_ref().filter(|_| shown && view.file_id.as_ref() == Some(&open))?;
                Some(monaco::HunkMark {
                    id: view.id.0.clone(),
                    why: view.why.clone(),
                    open: view.status == HunkStatus::Open,
                    accepted: view.status == HunkStatus::Accepted,
                    current: current.as_ref() == Some(&view.id),
                    start: replica.offset(&place.start)?,
                    end: replica.offset(&place.end)?,
                })
            })
        });
        monaco::show_hunks(&marks.collect::<Vec<_>>());
    }

    /// Opens a hunk's file and shows its place.
    pub fn reveal(self: &Rc<Self>, hunk: &Hunk) {
        let view = hunk.view.get_untracked();
        let Some(file) = view.file_id else { return };
        self.open(file);
        let start = view.place.and_then(|p| self.replica.borrow().as_ref()?.offset(&p.start));
        if let Some(start) = start {
            monaco::reveal(start);
        }
    }
}
