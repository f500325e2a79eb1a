//! The three answers to a held hunk: apply it, refuse it, or refuse it and say in place what to do instead.

use leptos::html;
use leptos::prelude::*;

use crate::store::guard::Place;
use crate::store::{Hunk, Store};

/// The buttons, or the line that is being typed.
#[component]
pub fn Refusal(
    /// The held hunk.
    hunk: Hunk,
    /// Where it is shown.
    place: Place,
    /// Whether its block has ended: only then it can be applied.
    whole: Memo<bool>,
) -> impl IntoView {
    let store = Store::here();
    let id = hunk.id.clone();
    let typing = Memo::new(move |_| store.guard.refuses(&id, place));
    view! {
        {move || if typing.get() {
            view! { <Words hunk=hunk.clone() /> }.into_any()
        } else {
            view! { <Answers hunk=hunk.clone() place whole /> }.into_any()
        }}
    }
}

#[component]
fn Answers(hunk: Hunk, place: Place, whole: Memo<bool>) -> impl IntoView {
    let store = Store::here();
    let path = hunk.view.with_untracked(|view| view.path.clone());
    let turn = hunk.turn.clone();
    let runs = Memo::new(move |_| store.active.get().as_ref() == Some(&turn));
    let hunk = StoredValue::new(hunk);
    let apply_title = move || {
        if whole.get() { "Let this change through (Alt A)" } else { "It can be applied once all of it is written" }
    };
    view! {
        <div class="held-actions">
            <button class="button small held-apply" type="button" aria-label=format!("Apply the held change of {path}")
                title=apply_title disabled=move || !whole.get()
                on:click=move |_| hunk.with_value(|hunk| store.apply_hunk(hunk))>"Apply" <kbd>"Alt A"</kbd></button>
            <button class="button small" type="button" aria-label=format!("Refuse the held change of {path}")
                title="Leave everything as it is (Alt R)"
                on:click=move |_| hunk.with_value(|hunk| store.refuse_hunk(hunk))>"Refuse" <kbd>"Alt R"</kbd></button>
            <Show when=move || runs.get()>
                <button class="button small" type="button" aria-label=format!("Refuse the held change of {} and steer", hunk.with_value(|h| h.view.with_untracked(|v| v.path.clone())))
                    title="Refuse it, and tell the running turn what to do instead (Alt S)"
                    on:click=move |_| hunk.with_value(|hunk| store.begin_refusal(hunk, place))>"Refuse and steer…" <kbd>"Alt S"</kbd></button>
            </Show>
        </div>
    }
}

/// One line, typed where the hunk is. Enter sends it, Esc takes it back.
#[component]
fn Words(hunk: Hunk) -> impl IntoView {
    let store = Store::here();
    let field = NodeRef::<html::Input>::new();
    Effect::new(move |_| {
        if let Some(field) = field.get() {
            // Where it is on the screen already: the field must not pull the page along.
            request_animation_frame(move || focus_in_place(&field));
        }
    });
    let hunk = StoredValue::new(hunk);
    let send = move || hunk.with_value(|hunk| store.finish_refusal(hunk));
    let draft = store.guard.draft;
    view! {
        <form class="held-words" data-escape="" on:submit=move |event| { event.prevent_default(); send(); }>
            <input class="field" node_ref=field aria-label="What to do instead" placeholder="What should it do instead?"
                autocomplete="off" prop:value=move || draft.get()
                on:input:target=move |event| draft.set(event.target().value())
                on:keydown=move |event| match event.key().as_str() {
                    "Enter" if event.is_composing() => event.stop_propagation(),
                    "Escape" if !event.is_composing() => {
                        event.stop_propagation();
                        store.end_refusal();
                    }
                    _ => {}
                } />
            <button class="button small primary" type="submit">
                {move || if draft.with(|words| words.trim().is_empty()) { "Refuse" } else { "Refuse and steer" }}
            </button>
        </form>
    }
}

fn focus_in_place(field: &web_sys::HtmlInputElement) {
    let options = web_sys::FocusOptions::new();
    options.set_prevent_scroll(true);
    let _ = field.focus_with_options(&options);
}
