//! How many hunks wait for a decision, and the way to them.

use leptos::prelude::*;
use protocol::TurnId;

use super::guard_icons;
use super::guard_words;
use crate::store::{Hunk, Store, Turn};

/// `1 held`, a button that goes to the next one. Of one turn, or of all.
#[component]
pub fn HeldCount(
    /// Only this turn's.
    #[prop(optional)]
    turn: Option<TurnId>,
) -> impl IntoView {
    let store = Store::here();
    let held = move || {
        let mut held = store.held();
        held.retain(|hunk| turn.as_ref().is_none_or(|turn| hunk.turn == *turn));
        held
    };
    let held = StoredValue::new_local(held);
    let all = move || held.with_value(|held| held());
    let count = Memo::new(move |_| all().len());
    let go = move |_| {
        let held: Vec<Hunk> = untrack(all);
        let current = store.current_hunk.get_untracked();
        let at = held.iter().position(|hunk| Some(&hunk.id) == current.as_ref());
        if let Some(hunk) = held.get(at.map_or(0, |at| at + 1)).or(held.first()) {
            store.go_to_held(hunk);
        }
    };
    view! {
        <Show when=move || { count.get() > 0 }>
            <button class="held-count" type="button" title="Go to what waits for a decision (Alt H)" on:click=go>
                {guard_icons::pause()} {move || count.get()} " held"
            </button>
        </Show>
    }
}

/// Under a turn's prompt: the scope that it ran with, and how much of it waits.
#[component]
pub fn TurnGuard(
    /// The turn.
    turn: Turn,
) -> impl IntoView {
    let store = Store::here();
    let scope = turn.scope;
    let words = Memo::new(move |_| store.files.with(|files| scope.with(|scope| guard_words::scope(scope, files))));
    view! {
        <div class="turn-guard">
            {move || words.get().map(|words| view! {
                <span class="turn-scope" title="What this turn may touch">{guard_icons::scope()} <span class="visually-hidden">"Scope: "</span> {words}</span>
            })}
            <HeldCount turn=turn.id.clone() />
        </div>
    }
}
