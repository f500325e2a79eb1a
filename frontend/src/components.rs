//! What is drawn: the store's signals as elements, and a person's acts as its intents.
//!
//! Holds no state of the session. Knows nothing of frames, documents or Monaco: only of the [`Store`].

mod changes;
mod compare;
mod compare_files;
mod compare_head;
mod composer;
mod connect;
mod console;
mod context;
mod convention;
mod editor_pane;
mod ended;
mod file_row;
mod files;
mod format;
mod guard_icons;
mod guard_words;
mod guide;
mod held;
mod held_count;
mod held_zones;
mod hunk_card;
mod icons;
mod latency;
mod locks;
mod mentions;
mod notices;
mod people;
mod pieces;
mod preview;
mod refusal;
mod run_auto;
mod run_pane;
mod run_reported;
mod run_words;
mod saving;
mod scope;
mod scope_budget;
mod scope_within;
mod session;
mod sheet;
mod stages;
mod start;
mod steer_note;
mod topbar;
mod tree;
mod turn_article;
mod turn_end;
mod turn_pane;
mod unlock;

use leptos::prelude::*;

use crate::store::{Connection, Route, Store};

/// The page.
#[component]
pub fn App() -> impl IntoView {
    let store = Store::here();
    let ended = Memo::new(move |_| match store.connection.get() {
        Connection::Ended { reason } => Some(reason),
        _ => None,
    });
    view! {
        {move || match (store.route.get(), ended.get()) {
            (Route::Start, _) => view! { <start::Start /> }.into_any(),
            (Route::Session, Some(reason)) => view! { <ended::Ended reason /> }.into_any(),
            (Route::Session, None) => view! { <session::Session /> }.into_any(),
        }}
        <notices::Notices />
        <sheet::Sheet />
    }
}
