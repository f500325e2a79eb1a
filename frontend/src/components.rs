//! What is drawn: the store's signals as elements, and a person's acts as its intents.
//!
//! Holds no state of the session. Knows nothing of frames, documents or Monaco: only of the [`Store`].

mod banner;
mod changes;
mod coming;
mod comment_composer;
mod comment_pins;
mod comment_row;
mod comments;
mod compare;
mod compare_files;
mod compare_head;
mod composer;
mod connect;
mod console;
mod context;
mod convention;
mod drop_target;
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
mod kept;
mod latency;
mod locks;
mod mentions;
mod notices;
mod people;
mod people_panel;
mod pieces;
mod popover;
mod presenting;
mod preview;
mod refusal;
mod replay;
mod role;
mod run_auto;
mod run_pane;
mod run_reported;
mod run_words;
mod saving;
mod scope;
mod scope_budget;
mod scope_within;
mod session;
mod share;
mod share_delete;
mod share_exposed;
mod share_links;
mod share_new;
mod sheet;
mod ship;
mod ship_in;
mod ship_out;
mod stages;
mod start;
mod steer_note;
mod timeline;
mod topbar;
mod tree;
mod turn_article;
mod turn_end;
mod turn_pane;
mod unlock;

use leptos::prelude::*;

use crate::store::{Connection, Loss, Route, Store};

/// The page.
#[component]
pub fn App() -> impl IntoView {
    let store = Store::here();
    let ended = Memo::new(move |_| match store.connection.get() {
        Connection::Ended(ending) => Some(ending),
        _ => None,
    });
    // Nobody was in yet: there is no page to keep.
    let full = Memo::new(move |_| {
        let waits = matches!(store.connection.get(), Connection::Reconnecting { why: Loss::Full, .. });
        waits && store.me.with(Option::is_none)
    });
    view! {
        {move || match (store.route.get(), ended.get(), full.get()) {
            (Route::Start, ..) => view! { <start::Start /> }.into_any(),
            (Route::Replay, None, _) => view! { <replay::Replay /> }.into_any(),
            (Route::Session | Route::Replay, Some(ending), _) => view! { <ended::Ended ending /> }.into_any(),
            (Route::Session, None, true) => view! { <ended::Full /> }.into_any(),
            (Route::Session, None, false) => view! { <session::Session /> }.into_any(),
        }}
        <notices::Notices />
        <sheet::Sheet />
        <share::ShareDialog />
    }
}
