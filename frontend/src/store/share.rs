//! Sharing, as the page holds it: the links, the one that is about to be made, and what it would expose.

use leptos::prelude::*;
use protocol::LinkId;
use protocol::links::{LinkView, NewLink};
use protocol::view::Role;

use super::Store;
use crate::exposure::{Exposed, Spot};
use crate::links::Tokens;

/// The Share dialog's state. Copy: every field is a handle.
#[derive(Clone, Copy)]
pub struct Sharing {
    /// The dialog is shown. Ctrl+Alt+S toggles it, Esc closes it.
    pub open: RwSignal<bool>,
    /// The session's links; `None` until they have come.
    pub links: RwSignal<Option<Vec<LinkView>>>,
    /// Which of them can be copied in this browser.
    pub tokens: RwSignal<Tokens>,
    /// How far the link is that is about to be made.
    pub step: RwSignal<Step>,
    /// What did not work, for a person.
    pub problem: RwSignal<Option<String>>,
    /// The link that was made last.
    pub made: RwSignal<Option<LinkId>>,
    /// The form: what the next link lets its holder do.
    pub role: RwSignal<Role>,
    /// The form: for whom it is.
    pub name: RwSignal<String>,
    /// The form: how long it opens, in seconds.
    pub lasting: RwSignal<Option<u32>>,
}

/// How far a link is that is about to be made.
#[derive(Clone, Debug, PartialEq)]
pub enum Step {
    /// None is.
    Idle,
    /// The session is looked through.
    Looking {
        /// Files so far.
        done: usize,
        /// Of so many.
        all: usize,
    },
    /// Something was found: the person decides.
    Asking {
        /// The link.
        wanted: NewLink,
        /// What it would expose.
        exposed: Vec<Exposed>,
    },
    /// The server makes it.
    Making,
}

impl Sharing {
    /// Nothing shared.
    pub fn new() -> Self {
        Self {
            open: RwSignal::new(false),
            links: RwSignal::new(None),
            tokens: RwSignal::new(Tokens::default()),
            step: RwSignal::new(Step::Idle),
            problem: RwSignal::new(None),
            made: RwSignal::new(None),
            role: RwSignal::new(Role::Viewer),
            name: RwSignal::new(String::new()),
            lasting: RwSignal::new(None),
        }
    }
}

impl Store {
    /// Whether this page's person may share. Tracks `role`.
    pub fn may_share(&self) -> bool {
        self.role.get() >= Role::Owner
    }

    /// Shows or hides the dialog. Not for one who may not share.
    pub fn toggle_share(&self) {
        if !untrack(|| self.may_share()) {
            return;
        }
        if self.sharing.open.get_untracked() {
            self.close_share();
        } else if let Some(client) = self.client() {
            self.sharing.open.set(true);
            client.begin_sharing();
        }
    }

    /// Hides the dialog. What was typed in its form stays.
    pub fn close_share(&self) {
        self.sharing.open.set(false);
        self.sharing.step.set(Step::Idle);
        self.sharing.problem.set(None);
        self.sharing.made.set(None);
    }

    /// Asks for the links anew: how many are here, and how long they last.
    pub fn refresh_links(&self) {
        if let Some(client) = self.client() {
            client.refresh_links();
        }
    }

    /// Makes the link of the form, once the session was looked through.
    pub fn want_link(&self) {
        let sharing = self.sharing;
        let name = sharing.name.get_untracked().trim().to_owned();
        let wanted = NewLink {
            role: sharing.role.get_untracked(),
            name: (!name.is_empty()).then_some(name),
            expires_in_s: sharing.lasting.get_untracked(),
        };
        if let Some(client) = self.client().filter(|_| sharing.step.get_untracked() == Step::Idle) {
            client.want_link(wanted);
        }
    }

    /// Makes it although something was found.
    pub fn make_anyway(&self) {
        if let (Step::Asking { wanted, .. }, Some(client)) = (self.sharing.step.get_untracked(), self.client()) {
            client.make_link(wanted);
        }
    }

    /// Does not make it.
    pub fn think_again(&self) {
        self.sharing.step.set(Step::Idle);
    }

    /// Goes to what would be exposed.
    pub fn go_to_exposed(&self, spot: &Spot) {
        self.close_share();
        match spot {
            Spot::File { file, offset, .. } => {
                if let Some(client) = self.client() {
                    client.go_to_offset(file.clone(), *offset);
                }
            }
            Spot::Words { .. } => self.focus_turns(),
            Spot::Then { .. } => self.open_replay(),
        }
    }

    /// Takes a link back: whoever came by it is sent away.
    pub fn revoke_link(&self, id: LinkId) {
        if let Some(client) = self.client() {
            client.revoke_link(id);
        }
    }

    /// Deletes this session for good.
    pub fn delete_session(&self) {
        if let Some(client) = self.client() {
            client.delete_session();
        }
    }

    /// The address that a link's holder opens, if its token is known here. Tracks the links and the tokens.
    pub fn address_of(&self, id: &LinkId) -> Option<String> {
        let token = self.sharing.tokens.with(|tokens| tokens.get(id).map(str::to_owned))?;
        let role = self
            .sharing
            .links
            .with(|links| links.as_ref()?.iter().find(|link| link.id == *id).map(|link| link.role))?;
        Some(self.client()?.address_with(role, &token))
    }
}
