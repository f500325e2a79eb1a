//! Where nothing goes on: no retry will help, and why.

use leptos::prelude::*;

use super::icons;
use crate::store::Store;

/// The page of a session that cannot be reached any more.
#[component]
pub fn Ended(
    /// For a person.
    reason: String,
) -> impl IntoView {
    let store = Store::here();
    view! {
        <main class="ended">
            <span class="brand">{icons::mark()} <span>"Midstream"</span></span>
            <h1>"This session cannot go on here"</h1>
            <p role="alert">{reason}</p>
            <div class="actions">
                <button class="button primary" on:click=move |_| store.new_session() disabled=move || store.starting.get()>"New session"</button>
                <button class="button" on:click=move |_| store.leave()>"Back to the first screen"</button>
            </div>
        </main>
    }
}
