//! The first screen's acts, and how the page begins.

use std::rc::Rc;

use gloo_net::http::Request;
use leptos::prelude::*;
use protocol::http::{CreatedSession, NewSession, Problem};
use protocol::view::LessonView;
use protocol::{LessonId, SessionId};
use wasm_bindgen_futures::spawn_local;

use super::{Client, tokens};
use crate::browser;
use crate::store::{Connection, Ending, Route};

/// The most recent sessions that this browser remembers.
pub const RECENT_MAX: usize = 12;

impl Client {
    /// Goes where the address says.
    pub fn begin(self: &Rc<Self>) {
        let Some(id) = browser::session_in_address() else {
            self.store.route.set(Route::Start);
            tokens::leave_tab();
            self.fetch_lessons();
            return;
        };
        match tokens::choose(&id) {
            Some(token) if browser::replay_in_address() => self.enter_replay(SessionId(id), token),
            Some(token) => self.enter(SessionId(id), token),
            None => {
                self.store.route.set(Route::Session);
                self.store.connection.set(Connection::Ended(Ending::NoLink));
            }
        }
    }

    /// Makes a session and goes there.
    pub fn make_session(self: &Rc<Self>, lesson: Option<LessonId>) {
        if self.store.starting.get_untracked() {
            return;
        }
        self.store.starting.set(true);
        let client = Rc::clone(self);
        spawn_local(async move {
            match create(lesson).await {
                Ok(made) => {
                    tokens::keep_own(&made.id, &made.token);
                    browser::show_address(&format!("/s/{}", made.id));
                    client.enter(made.id, made.token);
                }
                Err(problem) => client.notify(None, problem),
            }
            client.store.starting.set(false);
        });
    }

    fn fetch_lessons(self: &Rc<Self>) {
        let client = Rc::clone(self);
        spawn_local(async move {
            let answer = Request::get("/api/lessons").send().await;
            let lessons = match answer {
                Ok(answer) if answer.ok() => answer.json::<Vec<LessonView>>().await.ok(),
                _ => None,
            };
            if lessons.is_none() {
                client.notify(None, "The server did not answer. Is it still running?");
            }
            client.store.lessons.set(Some(lessons.unwrap_or_default()));
        });
    }
}

async fn create(lesson: Option<LessonId>) -> Result<CreatedSession, String> {
    const SILENT: &str = "The server did not answer. Is it still running?";
    let request = Request::post("/api/sessions").json(&NewSession { lesson }).map_err(|_| SILENT)?;
    let answer = request.send().await.map_err(|_| SILENT)?;
    if answer.ok() {
        return answer.json().await.map_err(|_| "The server's answer could not be read.".to_owned());
    }
    let problem = answer.json::<Problem>().await;
    Err(problem.map_or_else(|_| format!("The server refused: {}", answer.status()), |p| p.message))
}
