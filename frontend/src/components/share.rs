//! The Share dialog: make links, see who came by them, take them back; and the session's end.

use std::time::Duration;

use leptos::html;
use leptos::prelude::*;

use super::icons;
use super::share_delete::DeleteSession;
use super::share_exposed::Question;
use super::share_links::List;
use super::share_new::NewLinkForm;
use crate::store::{Step, Store};

/// How often the list is asked for while it is looked at: how many are here, and how long links last.
const REFRESH_EVERY: Duration = Duration::from_secs(5);

/// The button in the bar. The owner's alone.
#[component]
pub fn ShareButton() -> impl IntoView {
    let store = Store::here();
    view! {
        <Show when=move || store.may_share()>
            <button class="button small share-button" aria-haspopup="dialog" title="Share this session (Ctrl Alt S)"
                on:click=move |_| store.toggle_share()>
                {icons::share()} <span>"Share"</span>
            </button>
        </Show>
    }
}

/// The dialog: the browser's own modal one, which keeps the focus and gives it back.
#[component]
pub fn ShareDialog() -> impl IntoView {
    let store = Store::here();
    let dialog = NodeRef::<html::Dialog>::new();
    Effect::new(move |_| {
        let (open, Some(dialog)) = (store.sharing.open.get(), dialog.get()) else {
            return;
        };
        match (open, dialog.open()) {
            // It throws only where the dialog is shown already or not in the page: nothing to do then.
            (true, false) => drop(dialog.show_modal()),
            (false, true) => dialog.close(),
            _ => {}
        }
    });
    let timer = set_interval_with_handle(
        move || {
            if store.sharing.open.get_untracked() {
                store.refresh_links();
            }
        },
        REFRESH_EVERY,
    );
    on_cleanup(move || {
        if let Ok(timer) = timer {
            timer.clear();
        }
    });
    let asking = Memo::new(move |_| match store.sharing.step.get() {
        Step::Asking { exposed, .. } => Some(exposed),
        _ => None,
    });
    view! {
        <dialog class="share" node_ref=dialog aria-labelledby="share-title" on:close=move |_| store.close_share()>
            <header>
                <h2 id="share-title">{move || if asking.with(Option::is_some) { "Before you share" } else { "Share this session" }}</h2>
                <button class="icon-button" aria-label="Close" on:click=move |_| store.close_share()>{icons::cross()}</button>
            </header>
            {move || store.sharing.problem.get().map(|problem| view! {
                <p class="share-problem" role="alert">{problem}</p>
            })}
            {move || match (store.sharing.open.get(), asking.get()) {
                (false, _) => ().into_any(),
                (true, Some(exposed)) => view! { <Question exposed /> }.into_any(),
                (true, None) => view! {
                    <NewLinkForm />
                    <List />
                    <DeleteSession />
                }.into_any(),
            }}
        </dialog>
    }
}
