//! Where the chosen model takes the server's access code: the one line in which the session's owner enters it.

use leptos::html;
use leptos::prelude::*;
use protocol::view::{ModelView, Role};
use wasm_bindgen_futures::spawn_local;

use super::guard_icons;
use crate::store::Store;

/// The chosen model, while it is locked for this session.
fn locked_model(store: Store) -> Option<ModelView> {
    let chosen = store.model.get();
    store.models.with(|models| models.iter().find(|m| m.locked && Some(&m.id) == chosen.as_ref()).cloned())
}

/// Stands above the prompt box for as long as the chosen model cannot be asked.
#[component]
pub fn UnlockNote() -> impl IntoView {
    let store = Store::here();
    let locked = Memo::new(move |_| locked_model(store));
    view! { {move || locked.get().map(|model| view! { <Note model /> })} }
}

#[component]
fn Note(model: ModelView) -> impl IntoView {
    let store = Store::here();
    let is_owner = move || store.role.get() >= Role::Owner;
    let words = match store.role.get_untracked() >= Role::Owner {
        true => " takes this server's access code, once for this session.",
        false => " takes this server's access code. The session's owner enters it.",
    };
    view! {
        <div class="unlock" role="group" aria-label="Access code">
            <p>{guard_icons::lock()} <span><strong>{model.label}</strong> {words}</span></p>
            <Show when=is_owner><Field /></Show>
        </div>
    }
}

/// The code and what came of it. It is forgotten as soon as it was sent. While it is on its way it cannot be changed,
/// but the keyboard stays in it.
#[component]
fn Field() -> impl IntoView {
    let store = Store::here();
    let field = NodeRef::<html::Input>::new();
    let (code, refused, asking) = (RwSignal::new(String::new()), RwSignal::new(None::<String>), RwSignal::new(false));
    let blank = Memo::new(move |_| code.with(|code| code.trim().is_empty()));
    let send = move || {
        let Some(client) = store.client() else { return };
        if blank.get_untracked() || asking.get_untracked() {
            return;
        }
        asking.set(true);
        spawn_local(async move {
            let answer = client.show_code(code.get_untracked()).await;
            asking.set(false);
            code.set(String::new());
            match answer {
                Ok(()) => store.focus_composer(),
                Err(words) => {
                    refused.set(Some(words));
                    if let Some(field) = field.get_untracked() {
                        let _ = field.focus();
                    }
                }
            }
        });
    };
    let on_key = move |event: web_sys::KeyboardEvent| {
        if event.key() == "Enter" && !event.is_composing() {
            // Not the prompt's own Enter.
            event.prevent_default();
            send();
        }
    };
    view! {
        <div class="unlock-line">
            <input class="field" type="password" node_ref=field aria-label="Access code" autocomplete="off"
                spellcheck="false" aria-invalid=move || refused.with(Option::is_some).to_string()
                aria-describedby="unlock-refused" prop:readOnly=move || asking.get()
                prop:value=move || code.get()
                on:input:target=move |event| { code.set(event.target().value()); refused.set(None); }
                on:keydown=on_key />
            <button class="button" type="button" disabled=move || blank.get() || asking.get() on:click=move |_| send()>
                {move || if asking.get() { "Unlocking …" } else { "Unlock" }}
            </button>
        </div>
        <p class="unlock-refused" id="unlock-refused" role="alert">{move || refused.get()}</p>
    }
}
