//! What was said in earlier turns, read in between a person's keys: they are folded away, and there may be many.

use std::rc::Rc;

use super::Client;
use super::parts::STRETCH_MS;
use crate::browser;
use crate::monaco;

impl Client {
    /// The session is known as it stands, its earlier turns apart.
    pub(super) fn read_earlier_turns(self: &Rc<Self>) {
        let client = Rc::clone(self);
        monaco::when_free(move || {
            let until = browser::now() + STRETCH_MS;
            while client.session.borrow_mut().read_next() {
                if browser::now() >= until {
                    return client.read_earlier_turns();
                }
            }
        });
    }
}
