//! What the next turn may touch: one line at the prompt box, and the panel that it opens.

use leptos::html;
use leptos::prelude::*;
use protocol::scope::{Scope, Within};
use wasm_bindgen::JsCast;

use super::guard_words::{budget, within};
use super::popover::close_elsewhere;
use super::scope_budget::Budget;
use super::scope_within::WithinChoice;
use super::{guard_icons, guard_words};
use crate::store::Store;

/// The line and its panel.
#[component]
pub fn ScopeControl() -> impl IntoView {
    let store = Store::here();
    let open = RwSignal::new(false);
    let root = NodeRef::<html::Div>::new();
    let button = NodeRef::<html::Button>::new();
    let scope = store.guard.scope;
    let usual = Memo::new(move |_| scope.with(|scope| *scope == Scope::default()));
    let where_ = move || store.files.with(|files| scope.with(|scope| within(&scope.within, files)));
    let most = move || scope.with(|scope| budget(scope.budget));
    let close = move || {
        open.set(false);
        if let Some(button) = button.get_untracked() {
            let _ = button.focus();
        }
    };
    close_elsewhere(open, root);
    view! {
        <div class="scope" node_ref=root data-escape=move || open.get().then_some("")
            on:keydown=move |event| if event.key() == "Escape" && open.get_untracked() {
                event.stop_propagation();
                close();
            }>
            <button class="scope-line" type="button" node_ref=button aria-haspopup="dialog" aria-controls="scope-panel"
                aria-expanded=move || open.get().to_string() data-usual=move || usual.get().to_string()
                title="What the model may touch from the next turn on"
                disabled=move || !store.may_edit()
                on:click=move |_| open.update(|open| *open = !*open)>
                {guard_icons::scope()}
                <span class="scope-words">"Scope: " <b>{where_}</b> " · " <b>{most}</b></span>
                {guard_icons::down()}
            </button>
            <Show when=move || open.get()>
                <Panel />
            </Show>
        </div>
    }
}

#[component]
fn Panel() -> impl IntoView {
    let store = Store::here();
    let scope = store.guard.scope;
    let stop = Memo::new(move |_| scope.with(|scope| scope.stop_when_held));
    let turn_stop = move |on: bool| store.set_scope(Scope { stop_when_held: on, ..scope.get_untracked() });
    let panel = NodeRef::<html::Div>::new();
    Effect::new(move |_| {
        // The choice that is made has the keyboard: arrows change it.
        let chosen = panel.get().and_then(|panel| panel.query_selector("input:checked").ok().flatten());
        if let Some(chosen) = chosen.and_then(|chosen| chosen.dyn_into::<web_sys::HtmlElement>().ok()) {
            let _ = chosen.focus();
        }
    });
    let summary = move || store.files.with(|files| scope.with(|scope| guard_words::scope(scope, files)));
    view! {
        <div class="scope-panel" id="scope-panel" role="dialog" aria-label="Scope of the next turn" node_ref=panel>
            <WithinChoice />
            <Budget />
            <label class="scope-stop">
                <input type="checkbox" role="switch" prop:checked=stop
                    on:change:target=move |event| turn_stop(event.target().checked()) />
                <span>"Stop the turn at the first held change"</span>
            </label>
            <footer class="scope-foot">
                <p class="quiet">"What would touch more is held: you decide. Locked lines are outside every scope."</p>
                <Show when=move || summary().is_some()>
                    <button class="button small" type="button" on:click=move |_| store.set_scope(Scope { within: Within::Session, ..Scope::default() })>
                        "Reset"
                    </button>
                </Show>
            </footer>
        </div>
    }
}
