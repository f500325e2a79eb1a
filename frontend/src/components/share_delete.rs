//! The session's end: its owner deletes it for good, in two steps.

use leptos::html;
use leptos::prelude::*;

use crate::store::Store;

/// What has to be typed: a hand that slips types something else.
const WORD: &str = "delete";

/// The way to it, and the question.
#[component]
pub fn DeleteSession() -> impl IntoView {
    let asked = RwSignal::new(false);
    view! {
        <section class="share-end" aria-label="Delete this session">
            {move || if asked.get() {
                view! { <Question close=move || asked.set(false) /> }.into_any()
            } else {
                view! {
                    <button class="link share-delete" on:click=move |_| asked.set(true)>"Delete this session…"</button>
                }.into_any()
            }}
        </section>
    }
}

#[component]
fn Question(close: impl Fn() + Copy + 'static) -> impl IntoView {
    let store = Store::here();
    let typed = RwSignal::new(String::new());
    let sure = Memo::new(move |_| typed.with(|typed| typed.trim().eq_ignore_ascii_case(WORD)));
    let field = NodeRef::<html::Input>::new();
    Effect::new(move |_| {
        if let Some(field) = field.get() {
            let _ = field.focus();
        }
    });
    let submit = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        if sure.get_untracked() {
            store.delete_session();
        }
    };
    view! {
        <form class="share-confirm" role="alertdialog" aria-label="Delete this session for good?" on:submit=submit
            on:keydown=move |event| if event.key() == "Escape" {
                event.prevent_default();
                event.stop_propagation();
                close();
            }>
            <p>
                <b>"Delete this session for good?"</b>
                " Its files, turns, history and links go, for everyone and at once. Nothing brings them back."
            </p>
            <label>
                <span class="label">"Type " <b>{WORD}</b> " to confirm"</span>
                <input class="field" node_ref=field autocomplete="off" spellcheck="false" prop:value=move || typed.get()
                    on:input:target=move |event| typed.set(event.target().value()) />
            </label>
            <span class="actions">
                <button class="button small danger" type="submit" disabled=move || !sure.get()>"Delete for good"</button>
                <button class="button small" type="button" on:click=move |_| close()>"Keep it"</button>
            </span>
        </form>
    }
}
