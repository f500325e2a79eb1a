//! A large project on its way: how much of it has come, and what stands in place of a file that has not.

use leptos::prelude::*;

use crate::store::{Coming, Store};

/// How much has come, in the head of the list; nothing once all has.
#[component]
pub fn ComingFiles() -> impl IntoView {
    let store = Store::here();
    let is_coming = Memo::new(move |_| store.coming.with(Option::is_some));
    let coming = move || store.coming.get().unwrap_or(Coming { here: 0, all: 1 });
    view! {
        <Show when=move || is_coming.get()>
            <span class="coming" role="progressbar" aria-label="Files that have come" aria-valuemin="0"
                aria-valuemax=move || coming().all aria-valuenow=move || coming().here
                title=move || format!("{} of {} files have come", coming().here, coming().all)>
                <span style=move || format!("width:{}%", coming().percent())></span>
            </span>
        </Show>
    }
}

/// In place of a file that was chosen and has not come yet.
#[component]
pub fn AwaitedFile() -> impl IntoView {
    let store = Store::here();
    view! {
        <Show when=move || store.awaits_file.get()>
            <div class="editor-empty" role="status">
                <h2>"This file is on its way"</h2>
                <p>"It opens by itself. The one that came first can be read and typed into meanwhile."</p>
            </div>
        </Show>
    }
}
