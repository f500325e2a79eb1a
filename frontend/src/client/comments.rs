//! Comments on a timeline: asked for with it, pinned to what is shown, deleted.

use std::rc::Rc;

use gloo_net::http::Method;
use leptos::prelude::*;
use protocol::comments::{COMMENT_KEY_HEADER, Comments, CreatedComment, NewComment};
use protocol::timeline::Moment;
use protocol::{CommentId, SessionId};
use wasm_bindgen_futures::spawn_local;

use super::Client;
use crate::browser;
use crate::comments::{Keys, insert, read_keys};
use crate::replay::clock;

/// Where the keys of a session's comments are kept in this browser.
fn slot(session: &SessionId) -> String {
    format!("comments.{session}")
}

impl Client {
    /// Asks for the comments.
    pub(super) fn fetch_comments(self: &Rc<Self>) {
        let comments = self.store.comments;
        if let Some((session, _)) = self.link.borrow().address() {
            comments.keys.set(read_keys(browser::kept(&slot(&session)).as_deref()));
        }
        comments.name.set(browser::kept("name").unwrap_or_default());
        let client = Rc::clone(self);
        spawn_local(async move {
            match client.ask::<Comments>("timeline/comments").await {
                Ok(Comments { comments: all }) => {
                    let before = comments.keys.with_untracked(Keys::len);
                    comments.keys.update(|keys| keys.retain(|id, _| all.iter().any(|comment| comment.id == *id)));
                    if comments.keys.with_untracked(Keys::len) != before {
                        client.keep_comment_keys();
                    }
                    comments.all.set(Some(all));
                    client.tell_stops();
                }
                Err(problem) => client.notify(None, problem),
            }
        });
    }

    /// The player learns where it stands still.
    pub fn tell_stops(&self) {
        let comments = self.store.comments;
        let stops = comments.stops.get_untracked();
        let seqs = comments.all.with_untracked(|all| {
            all.iter().flatten().filter(|_| stops).map(|comment| comment.moment.seq).collect::<Vec<_>>()
        });
        self.with_player(|player| player.set_stops(seqs));
    }

    /// A screen reader is told what playing stopped for.
    pub(super) fn say_comments(&self) {
        let comments = self.store.comments;
        let current = comments.current.get_untracked();
        let said = comments.all.with_untracked(|all| {
            let here = all.iter().flatten().filter(|comment| current.contains(&comment.id));
            here.map(|comment| format!("{}: {}", comment.name, comment.text)).collect::<Vec<_>>().join(". ")
        });
        self.store.say(format!("Stopped. {said}"));
    }

    /// Time stands still, and the composer is open for what is shown.
    pub fn begin_comment(self: &Rc<Self>) {
        let comments = self.store.comments;
        if comments.draft.with_untracked(Option::is_none) {
            self.pause();
            let replay = self.store.replay;
            let at_ms = replay.now.get_untracked().max(0.0).round() as u64;
            comments.draft.set(Some(Moment { seq: replay.shown.get_untracked(), at_ms }));
        } else if let Some(field) = comments.composer_ref.get_untracked() {
            let _ = field.focus();
        }
    }

    /// Pins what stands in the composer. It stays there until the server has it.
    pub fn save_comment(self: &Rc<Self>, name: String) {
        let comments = self.store.comments;
        let Some(Moment { seq, .. }) = comments.draft.get_untracked() else { return };
        let text = comments.text.get_untracked();
        let name = Some(name).filter(|name| !name.is_empty());
        let color = name.as_deref().and_then(|name| self.color_of(name));
        let wanted = NewComment { seq, text, name, color };
        comments.saving.set(true);
        comments.problem.set(None);
        let client = Rc::clone(self);
        spawn_local(async move {
            let made = client.order::<CreatedComment, _>(Method::POST, "/timeline/comments", Some(&wanted)).await;
            comments.saving.set(false);
            match made {
                Ok(Some(CreatedComment { comment, key })) => {
                    comments.keys.update(|keys| drop(keys.insert(comment.id.clone(), key)));
                    client.keep_comment_keys();
                    client.store.say(format!("Comment saved at {}", client.clock_of(comment.moment)));
                    comments.all.update(|all| insert(all.get_or_insert_default(), comment));
                    client.tell_stops();
                    comments.text.set(String::new());
                    client.store.end_comment();
                }
                Ok(None) => comments.problem.set(Some("The server’s answer could not be read.".to_owned())),
                Err(problem) => comments.problem.set(Some(problem)),
            }
        });
    }

    /// Deletes a comment, with its key where this browser has it.
    pub fn delete_comment(self: &Rc<Self>, id: CommentId) {
        let comments = self.store.comments;
        let key = comments.keys.with_untracked(|keys| keys.get(&id).cloned());
        let headers = key.map(|key| (COMMENT_KEY_HEADER, key));
        let client = Rc::clone(self);
        spawn_local(async move {
            let route = format!("/timeline/comments/{id}");
            match client.order_with::<(), ()>(Method::DELETE, &route, None, headers).await {
                Ok(_) => {
                    comments.all.update(|all| all.iter_mut().for_each(|all| all.retain(|comment| comment.id != id)));
                    comments.keys.update(|keys| drop(keys.remove(&id)));
                    client.tell_stops();
                    client.keep_comment_keys();
                    client.store.say("Comment deleted");
                }
                Err(problem) => client.notify(None, problem),
            }
        });
    }

    /// A moment's time from the timeline's beginning, as people read it.
    fn clock_of(&self, moment: Moment) -> String {
        let from = untrack(|| self.store.replay.ends()).map_or(0, |(from, _)| from.at_ms);
        clock(moment.at_ms.saturating_sub(from) as f64)
    }

    /// The colour of somebody in what is shown.
    fn color_of(&self, name: &str) -> Option<u8> {
        let here = self.store.presence.with_untracked(|here| {
            here.iter().map(|one| &one.participant).find(|person| person.name == name).map(|person| person.color)
        });
        let known = || {
            self.store
                .together
                .known
                .with_untracked(|known| known.values().find(|person| person.name == name).map(|person| person.color))
        };
        here.or_else(known)
    }

    fn keep_comment_keys(&self) {
        let Some((session, _)) = self.link.borrow().address() else { return };
        let keys = self.store.comments.keys.get_untracked();
        match serde_json::to_string(&keys) {
            Ok(_) if keys.is_empty() => browser::forget(&slot(&session)),
            Ok(text) => browser::keep(&slot(&session), &text),
            Err(_) => {}
        }
    }
}
