//! What an owner does: links, and the session's end.

use std::rc::Rc;

use gloo_net::http::Method;
use gloo_timers::future::TimeoutFuture;
use leptos::prelude::*;
use protocol::links::{CreatedLink, Links, NewLink};
use protocol::timeline::Leaks;
use protocol::view::Role;
use protocol::{FileId, LinkId, SessionId};
use wasm_bindgen_futures::spawn_local;

use super::{Client, tokens};
use crate::browser;
use crate::exposure::{self, Exposed};
use crate::links::{Tokens, sorted};
use crate::monaco;
use crate::store::{FileRow, Step};

/// The page is left to paint after so many milliseconds of looking: less than a frame.
const SLICE_MS: f64 = 12.0;

/// Where a session's tokens are kept in this browser.
fn slot(session: &SessionId) -> String {
    format!("links.{session}")
}

impl Client {
    /// The dialog was opened.
    pub fn begin_sharing(self: &Rc<Self>) {
        if let Some((session, _)) = self.link.borrow().address() {
            self.store.sharing.tokens.set(Tokens::read(browser::kept(&slot(&session)).as_deref()));
        }
        self.refresh_links();
    }

    /// Asks for the links.
    pub fn refresh_links(self: &Rc<Self>) {
        // A session that is being deleted has none.
        if self.leaving.get() {
            return;
        }
        let client = Rc::clone(self);
        spawn_local(async move {
            match client.ask::<Links>("links").await {
                Ok(Links { links }) => {
                    let forgotten = client.store.sharing.tokens.try_update(|tokens| tokens.tidy(&links));
                    if forgotten == Some(true) {
                        client.keep_tokens();
                    }
                    client.store.sharing.links.set(Some(sorted(links)));
                }
                Err(problem) => client.store.sharing.problem.set(Some(problem)),
            }
        });
    }

    /// Looks the session through, and makes the link if nothing is found.
    pub fn want_link(self: &Rc<Self>, wanted: NewLink) {
        // What has not come cannot be looked through.
        if !self.is_whole() {
            return;
        }
        let client = Rc::clone(self);
        self.store.sharing.problem.set(None);
        self.store.sharing.step.set(Step::Looking { done: 0, all: 0 });
        spawn_local(async move {
            let Some(mut exposed) = client.look().await else { return };
            // Whoever comes in may replay it: what was deleted since is read then.
            match client.ask::<Leaks>("timeline/secrets").await {
                Ok(leaks) => exposed.extend(exposure::in_history(leaks.found, &exposed)),
                Err(problem) => {
                    client.store.sharing.step.set(Step::Idle);
                    client.store.sharing.problem.set(Some(problem));
                    return;
                }
            }
            if !matches!(client.store.sharing.step.get_untracked(), Step::Looking { .. }) {
                return;
            }
            if exposed.is_empty() {
                client.make_link(wanted);
            } else {
                client.store.sharing.step.set(Step::Asking { wanted, exposed });
            }
        });
    }

    /// What anyone who comes in could read. Nothing when the person thought again meanwhile.
    async fn look(self: &Rc<Self>) -> Option<Vec<Exposed>> {
        let files = self.store.files.get_untracked();
        let mut exposed = self.look_at_words();
        let mut begun = browser::now();
        for (done, row) in files.iter().enumerate() {
            exposed.extend(self.look_at(row));
            if browser::now() - begun > SLICE_MS {
                self.store.sharing.step.set(Step::Looking { done, all: files.len() });
                TimeoutFuture::new(0).await;
                begun = browser::now();
                if !matches!(self.store.sharing.step.get_untracked(), Step::Looking { .. }) {
                    return None;
                }
            }
        }
        Some(exposed)
    }

    fn look_at(&self, row: &FileRow) -> Vec<Exposed> {
        let text = self.replica.borrow().as_ref().and_then(|replica| replica.text(&row.id));
        text.map(|text| exposure::in_file(row, &text)).unwrap_or_default()
    }

    fn look_at_words(&self) -> Vec<Exposed> {
        let turns = self.store.turns.get_untracked();
        let said = turns.iter().flat_map(|turn| {
            let steers = turn.steers.get_untracked();
            let steers = steers.into_iter().map(|steer| steer.view.with_untracked(|view| view.text.clone()));
            std::iter::once(turn.prompt.clone()).chain(steers).map(|text| (turn.id.clone(), text))
        });
        said.flat_map(|(turn, text)| exposure::in_words(&turn, &text)).collect()
    }

    /// Makes a link.
    pub fn make_link(self: &Rc<Self>, wanted: NewLink) {
        let client = Rc::clone(self);
        let sharing = self.store.sharing;
        sharing.step.set(Step::Making);
        spawn_local(async move {
            let made = client.order::<CreatedLink, _>(Method::POST, "/links", Some(&wanted)).await;
            sharing.step.set(Step::Idle);
            match made {
                Ok(Some(CreatedLink { link, token })) => {
                    sharing.tokens.update(|tokens| tokens.put(link.id.clone(), token));
                    client.keep_tokens();
                    sharing.made.set(Some(link.id));
                    sharing.name.set(String::new());
                    client.refresh_links();
                }
                Ok(None) => sharing.problem.set(Some("The server’s answer could not be read.".to_owned())),
                Err(problem) => sharing.problem.set(Some(problem)),
            }
        });
    }

    /// Takes a link back.
    pub fn revoke_link(self: &Rc<Self>, id: LinkId) {
        let client = Rc::clone(self);
        spawn_local(async move {
            let route = format!("/links/{id}");
            match client.order::<(), ()>(Method::DELETE, &route, None).await {
                Ok(_) => client.refresh_links(),
                Err(problem) => client.store.sharing.problem.set(Some(problem)),
            }
        });
    }

    /// Deletes the session, and goes to the first screen.
    pub fn delete_session(self: &Rc<Self>) {
        let client = Rc::clone(self);
        let Some((session, _)) = self.link.borrow().address() else { return };
        self.leaving.set(true);
        spawn_local(async move {
            match client.order::<(), ()>(Method::DELETE, "", None).await {
                Ok(_) => {
                    browser::forget(&slot(&session));
                    tokens::forget(&session);
                    client.forget_recent(&session);
                    browser::go("/");
                }
                Err(problem) => {
                    client.leaving.set(false);
                    client.store.sharing.problem.set(Some(problem));
                }
            }
        });
    }

    fn keep_tokens(&self) {
        if let Some((session, _)) = self.link.borrow().address() {
            browser::keep(&slot(&session), &self.store.sharing.tokens.with_untracked(Tokens::written));
        }
    }

    /// The address of this session's page, or of its replay, with a token.
    pub fn address_with(&self, role: Role, token: &str) -> String {
        let session = self.link.borrow().address().map(|(session, _)| session.0).unwrap_or_default();
        let page = if role == Role::Replay { "/replay" } else { "" };
        format!("{}/s/{session}{page}#{token}", browser::origin())
    }

    /// Shows a place of a file.
    pub fn go_to_offset(self: &Rc<Self>, file: FileId, offset: u32) {
        self.open(file);
        monaco::select_line(offset);
        monaco::focus();
    }
}
