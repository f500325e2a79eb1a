//! Places: hunks and people in the editor, and where this person is.

use std::rc::Rc;

use gloo_timers::callback::Timeout;
use leptos::prelude::*;
use protocol::presence::Viewport;
use protocol::view::{Cursor, HunkStatus};
use protocol::{ClientFrame, FileId, Seq};

use super::Client;
use super::presenting::Screen;
use crate::document::TextChange;
use crate::monaco;
use crate::store::Hunk;

/// The least time between two reports of this person's cursor, in milliseconds: the pace at which the server tells them.
const CURSOR_EVERY_MS: u32 = 50;

/// What is pointed at.
#[derive(Default)]
pub struct Pointing {
    /// The file that the model wrote in last.
    pub model_in: Option<FileId>,
    /// What the last step wrote that was nobody's known, and its number, or that of the last frame that stood behind it.
    pub unclaimed: Option<(Seq, TextChange)>,
    /// The cursor that is to be reported, and the timer that will.
    cursor: Option<(FileId, u32, u32)>,
    timer: Option<Timeout>,
    /// The one that was reported last: it is not reported again, but to a server that does not know it.
    reported: Option<Cursor>,
    /// Of one who presents: what the screen shows and is to be reported, and what was reported last.
    pub screen: Option<Screen>,
    pub shown: Option<Viewport>,
}

impl Client {
    /// The person's cursor moved.
    pub fn cursor(self: &Rc<Self>, file: FileId, anchor: u32, head: u32) {
        if self.store.guard.selecting.get_untracked() != (anchor != head) {
            self.store.guard.selecting.set(anchor != head);
        }
        self.annotate();
        self.pointing.borrow_mut().cursor = Some((file, anchor, head));
        self.report_soon();
    }

    /// Has [`Self::report_place`] called, at its pace.
    pub(super) fn report_soon(self: &Rc<Self>) {
        let mut pointing = self.pointing.borrow_mut();
        if pointing.timer.is_none() {
            let client = Rc::downgrade(self);
            pointing.timer = Some(Timeout::new(CURSOR_EVERY_MS, move || {
                if let Some(client) = client.upgrade() {
                    client.report_place();
                }
            }));
        }
    }

    /// Tells the server where the person is. Places in the document are known once it is there.
    pub(super) fn report_place(&self) {
        let mut pointing = self.pointing.borrow_mut();
        pointing.timer = None;
        let replica = self.replica.borrow();
        let Some(replica) = replica.as_ref().filter(|_| self.whole.get()) else {
            return;
        };
        let before = (pointing.reported.clone(), pointing.shown.clone());
        if let Some((file, anchor, head)) = pointing.cursor.take()
            && let (Some(anchor), Some(head)) = (replica.anchor(&file, anchor), replica.anchor(&file, head))
        {
            pointing.reported = Some(Cursor { file, anchor, head });
        }
        if let Some(Screen { file, top, past, lines }) = pointing.screen.take()
            && let Some(top) = replica.line(&file, top)
        {
            pointing.shown = Some(Viewport { file, top, past, lines });
        }
        let is_news = before != (pointing.reported.clone(), pointing.shown.clone());
        drop(pointing);
        if is_news {
            self.report_again();
        }
    }

    /// Tells where this person is: of a new connection the server does not know it.
    pub(super) fn report_again(&self) {
        let pointing = self.pointing.borrow();
        let (cursor, viewport) = (pointing.reported.clone(), pointing.shown.clone());
        if cursor.is_some() || viewport.is_some() {
            self.send(&ClientFrame::PresenceUpdate { name: None, cursor, viewport });
        }
    }

    /// The person's new name; they stay where they are.
    pub fn rename_me(&self, name: String) {
        let pointing = self.pointing.borrow();
        let (cursor, viewport) = (pointing.reported.clone(), pointing.shown.clone());
        self.send(&ClientFrame::PresenceUpdate { name: Some(name), cursor, viewport });
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
