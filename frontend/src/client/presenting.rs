//! Presenting: this page's screen is shown to the others, or another's is shown here.

use std::cell::Cell;
use std::rc::Rc;

use leptos::prelude::*;
use protocol::presence::Viewport;
use protocol::view::Cursor;
use protocol::{ClientFrame, FileId, ParticipantId};

use super::Client;
use crate::browser;
use crate::monaco;
use crate::presenting::{Heard, Here, hear};

/// One who typed so many milliseconds ago is typing: a pause for a thought is not the end of it.
const TYPING_MS: f64 = 10_000.0;

/// What a screen shows, as the editor says it.
#[derive(Debug)]
pub struct Screen {
    /// The file.
    pub file: FileId,
    /// Where its first line begins.
    pub top: u32,
    /// How much of that line is scrolled past, in hundredths.
    pub past: u8,
    /// How many lines it shows.
    pub lines: u16,
}

/// What is known beside the store.
#[derive(Default)]
pub struct Presenting {
    /// When the person typed into a file last.
    typed_at: Cell<Option<f64>>,
    /// The model was followed before the page went along: it is again when nobody presents any more.
    from_model: Cell<bool>,
}

impl Client {
    /// This page's person presents, or does not any more. The server says when it is so.
    pub fn present(&self, on: bool) {
        if self.may_edit() {
            self.send(&ClientFrame::PresenterSet { on });
        }
    }

    /// The person typed into a file.
    pub(super) fn is_at_work(&self) {
        self.presenting.typed_at.set(Some(browser::now()));
    }

    /// The screen shows another part of a file, while this page presents.
    pub fn scrolled(self: &Rc<Self>, file: FileId, top: u32, past: u8, lines: u16) {
        self.pointing.borrow_mut().screen = Some(Screen { file, top, past, lines });
        self.report_soon();
    }

    /// Who presents, as the server says it.
    pub(super) fn heard_presenter(self: &Rc<Self>, now: Option<ParticipantId>) {
        let together = self.store.together;
        let (before, me) = (together.presenter.get_untracked(), self.store.me.get_untracked().map(|me| me.id));
        let typed = self.presenting.typed_at.get().is_some_and(|at| browser::now() - at < TYPING_MS);
        let types = typed || self.composing.get().is_some();
        let here = Here { me: me.as_ref(), own_way: together.own_way.get_untracked(), types };
        let heard = hear(before.as_ref(), now.as_ref(), here);
        if heard == Heard::Nothing {
            return;
        }
        let was_followed = before.is_some() && together.followed.get_untracked() == before;
        let was_mine = before.is_some() && before == me;
        together.presenter.set(now.clone());
        self.watch_screen(heard == Heard::Mine);
        match heard {
            Heard::Nothing => {}
            Heard::Mine => {
                together.own_way.set(false);
                self.store.stop_following_person();
            }
            Heard::Along(id) => self.follow_person(id),
            Heard::OwnWay => together.own_way.set(true),
            Heard::Over => {
                together.own_way.set(false);
                if was_followed {
                    self.on_ones_own(before.as_ref());
                }
            }
        }
        if let Some(other) = now.filter(|_| was_mine) {
            let name = self.store.name_of(&other);
            self.notify(None, format!("{name} presents now, in your place."));
        }
    }

    /// The page goes along with the one who presents from now on.
    pub(super) fn goes_along(&self) {
        self.store.together.own_way.set(false);
        if !self.store.follows_presenter_now() {
            self.presenting.from_model.set(self.store.following.get_untracked());
        }
    }

    /// Whom the page went along with does not present any more: it goes on as it did before.
    fn on_ones_own(&self, presented: Option<&ParticipantId>) {
        self.store.stop_following_person();
        if self.presenting.from_model.take() {
            self.store.following.set(true);
        }
        let name = presented.map(|id| self.store.name_of(id)).unwrap_or_default();
        self.notify(None, format!("{name} does not present any more. You stay where you are."));
    }

    /// Whether the server is told what this screen shows.
    fn watch_screen(&self, on: bool) {
        {
            let mut pointing = self.pointing.borrow_mut();
            (pointing.screen, pointing.shown) = (None, None);
        }
        monaco::viewport::watch(on);
    }

    /// The text, or the list of files, has changed: what the presenter's screen shows may be there now, or elsewhere.
    pub(super) fn keep_abreast(self: &Rc<Self>) {
        if self.store.follows_presenter_now() {
            self.keep_up();
        }
    }

    /// Shows what the presenter's screen shows, as far as it has come.
    pub(super) fn show_screen(
        self: &Rc<Self>,
        Viewport { file, top, past, lines }: &Viewport,
        cursor: Option<&Cursor>,
    ) {
        let is_open = || self.store.open_file.with_untracked(|open| open.as_ref() == Some(file));
        if !is_open() {
            self.show_file(file.clone());
        }
        let place = |place: &str| self.replica.borrow().as_ref().and_then(|replica| replica.offset(place));
        if let Some(at) = place(top).filter(|_| is_open() && self.whole.get()) {
            let cursor = cursor.filter(|cursor| cursor.file == *file).into_iter();
            let ends: Vec<u32> =
                cursor.flat_map(|cursor| [&cursor.head, &cursor.anchor]).filter_map(|end| place(end)).collect();
            monaco::viewport::show(at, *past, *lines, &ends);
        }
    }
}
