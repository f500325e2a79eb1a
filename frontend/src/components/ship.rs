//! The dialog of files in and out: a modal dialog of the browser's own, which keeps the focus and gives it back.

use leptos::html;
use leptos::prelude::*;

use super::icons;
use super::ship_in::Bring;
use super::ship_out::Take;
use crate::store::Store;

/// The dialog.
#[component]
pub fn Ship() -> impl IntoView {
    let store = Store::here();
    let ship = store.ship;
    let dialog = NodeRef::<html::Dialog>::new();
    Effect::new(move |_| {
        let (open, Some(dialog)) = (ship.open.get(), dialog.get()) else {
            return;
        };
        match (open, dialog.open()) {
            // It throws only where the dialog is shown already or not in the page: nothing to do then.
            (true, false) => drop(dialog.show_modal()),
            (false, true) => dialog.close(),
            _ => {}
        }
    });
    view! {
        <dialog node_ref=dialog class="ship" aria-labelledby="ship-title" on:close=move |_| ship.open.set(false)>
            <header>
                <h2 id="ship-title">"Export and import"</h2>
                <button class="icon-button" aria-label="Close" on:click=move |_| ship.open.set(false)>{icons::cross()}</button>
            </header>
            // What it shows is of the moment that it is opened.
            <Show when=move || ship.open.get()>
                <Take />
                <Show when=move || store.may_edit()>
                    <Bring />
                </Show>
            </Show>
            <Progress />
        </dialog>
    }
}

/// What is on its way, or became of it.
#[component]
fn Progress() -> impl IntoView {
    let store = Store::here();
    let ship = store.ship;
    view! {
        <div class="ship-status" role="status" data-testid="ship-status">
            {move || match (ship.busy.get(), ship.outcome.get()) {
                (Some(what), _) => view! { <span class="busy-dot"></span> <span>{what}</span> }.into_any(),
                (None, Some((well, text))) => view! {
                    <span data-tone=if well { "good" } else { "problem" }>{text}</span>
                }.into_any(),
                (None, None) => ().into_any(),
            }}
        </div>
    }
}

/// The same for whoever dropped something on the page, without the dialog: it stands while something is on its way.
#[component]
pub fn Passing() -> impl IntoView {
    let store = Store::here();
    let ship = store.ship;
    view! {
        <div role="status">
            {move || ship.busy.get().filter(|_| !ship.open.get()).map(|what| view! {
                <div class="passing"><span class="busy-dot"></span> {what}</div>
            })}
        </div>
    }
}
