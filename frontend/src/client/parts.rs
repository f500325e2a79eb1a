//! The parts of a large document, taken in between a person's keys: they come faster than the page can read them, and
//! a browser hands over all that has come at once.

use std::collections::VecDeque;
use std::rc::Rc;

use leptos::prelude::*;

use super::Client;
use crate::browser;
use crate::monaco;
use crate::store::Coming;

/// For how long what waits is taken in at a stretch, in milliseconds: no key waits much longer.
pub(super) const STRETCH_MS: f64 = 5.0;

/// What has come and is not taken in.
#[derive(Default)]
pub(super) struct Parts {
    waiting: VecDeque<Vec<u8>>,
    /// The last one is among them, or was.
    all_came: bool,
    /// [`Client::take_parts_in`] will be called.
    asked: bool,
}

impl Parts {
    /// What is not taken in comes again: the document comes anew.
    pub(super) fn clear(&mut self) {
        self.waiting.clear();
        self.all_came = false;
    }
}

impl Client {
    /// The connection is gone, or the replica. What was not taken in is as if it had not come: what waits for the
    /// document is for the next connection.
    pub(super) fn forget_parts(&self) {
        if let Some(opening) = self.opening.borrow_mut().as_mut() {
            opening.parts.clear();
        }
    }

    /// A part came.
    pub(super) fn part_came(self: &Rc<Self>, update: Vec<u8>) {
        if let Some(opening) = self.opening.borrow_mut().as_mut() {
            opening.parts.waiting.push_back(update);
        }
        self.ask_for_parts();
    }

    /// All parts came.
    pub(super) fn all_came(self: &Rc<Self>) {
        if let Some(opening) = self.opening.borrow_mut().as_mut() {
            opening.parts.all_came = true;
        }
        self.ask_for_parts();
    }

    fn ask_for_parts(self: &Rc<Self>) {
        let mut opening = self.opening.borrow_mut();
        let Some(opening) = opening.as_mut() else { return };
        if std::mem::replace(&mut opening.parts.asked, true) {
            return;
        }
        let client = Rc::clone(self);
        monaco::when_free(move || client.take_parts_in());
    }

    fn take_parts_in(self: &Rc<Self>) {
        let until = browser::now() + STRETCH_MS;
        loop {
            let (part, all_came) = {
                let mut opening = self.opening.borrow_mut();
                let Some(opening) = opening.as_mut() else { return };
                opening.parts.asked = false;
                (opening.parts.waiting.pop_front(), opening.parts.all_came)
            };
            match part {
                Some(part) => {
                    let taken = self.replica.borrow().as_ref().map(|replica| replica.take_in(&part));
                    if taken.is_some_and(|taken| taken.is_err()) {
                        return self.damaged();
                    }
                }
                None if all_came => return self.all_taken_in(),
                None => break,
            }
            if browser::now() >= until {
                self.ask_for_parts();
                break;
            }
        }
        self.count_parts();
    }

    fn count_parts(&self) {
        let here = self.replica.borrow().as_ref().map_or(0, |replica| replica.count());
        // By whole percents: more steps are only work.
        let step = |coming: &Coming| coming.all / 100 + coming.here;
        if self.store.coming.with_untracked(|coming| coming.as_ref().is_some_and(|coming| here > step(coming))) {
            self.store.coming.update(|coming| coming.iter_mut().for_each(|coming| coming.here = here));
        }
    }
}
