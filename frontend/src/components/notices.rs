//! What a person should know now, each to be dismissed.

use leptos::prelude::*;

use super::icons;
use crate::store::{Notice, Store};

/// The stack of notices.
#[component]
pub fn Notices() -> impl IntoView {
    let store = Store::here();
    view! {
        <div class="notices">
            <For each=move || store.notices.get() key=|notice| notice.id let(notice)>
                <One notice />
            </For>
        </div>
    }
}

/// A refusal is told at once (`alert`); what the page itself says can wait (`status`).
#[component]
fn One(notice: Notice) -> impl IntoView {
    let store = Store::here();
    let (role, tone) = if notice.code.is_some() { ("alert", "problem") } else { ("status", "plain") };
    view! {
        <div class="notice" role=role data-tone=tone>
            <p>{notice.text}</p>
            {notice.opens.map(|file| view! {
                <button class="link" on:click=move |_| store.open(file.clone())>"Open it"</button>
            })}
            <button class="icon-button" aria-label="Dismiss" on:click=move |_| store.dismiss(notice.id)>{icons::cross()}</button>
        </div>
    }
}
