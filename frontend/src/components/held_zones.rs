//! Held hunks in the editor: each above the lines that it would change. And that there is one, said once.

use leptos::portal::Portal;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

use super::guard_icons;
use super::held::{Held, title};
use crate::store::guard::Place;
use crate::store::{Hunk, Store};

/// The held hunks of the open file. Draws nothing where it stands itself.
#[component]
pub fn HeldZones() -> impl IntoView {
    let store = Store::here();
    let here = Memo::new(move |_| {
        let open = store.open_file.get();
        let mut held = store.held();
        held.retain(|hunk| hunk.view.with(|view| view.place.is_some() && view.file_id == open));
        held.into_iter().map(|hunk| Keyed(open.clone(), hunk)).collect::<Vec<_>>()
    });
    Effect::new(move |_| store.rescue_refusal());
    view! {
        <For each=move || here.get() key=|keyed| (keyed.0.clone(), keyed.1.id.clone()) let(keyed)>
            <Zone hunk=keyed.1 />
        </For>
        <Announcer />
    }
}

/// A hunk in a file: where the editor shows another file, its element goes.
#[derive(Clone)]
struct Keyed(Option<protocol::FileId>, Hunk);

impl PartialEq for Keyed {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0 && self.1.id == other.1.id
    }
}

#[component]
fn Zone(hunk: Hunk) -> impl IntoView {
    let store = Store::here();
    let element = document().create_element("div").ok().and_then(|made| made.dyn_into::<HtmlElement>().ok());
    let id = hunk.id.clone();
    on_cleanup(move || store.hide_held(&id));
    let mount = element.clone();
    let shown = hunk.clone();
    let view = hunk.view;
    // A place may be found only once the file's text has come; and the text that it holds to may have moved.
    Effect::new(move |_| {
        view.track();
        if let Some(element) = &mount {
            store.show_held(&shown, element);
        }
    });
    let hunk = StoredValue::new(hunk);
    element.map(|element| {
        view! { <Portal mount=element><Card hunk=hunk.get_value() /></Portal> }
    })
}

#[component]
fn Card(hunk: Hunk) -> impl IntoView {
    let store = Store::here();
    let view = hunk.view;
    let id = hunk.id.clone();
    let current = Memo::new(move |_| store.current_hunk.with(|now| now.as_ref() == Some(&id)));
    let name = view.with_untracked(|view| format!("Held change of {}", view.path));
    let turn = hunk.turn.clone();
    let title = Memo::new(move |_| view.with(|view| title(store, &turn, view)));
    let why = Memo::new(move |_| view.with(|view| view.why.clone()));
    let message = move || view.with(|view| view.message.clone());
    let counts = Memo::new(move |_| view.with(|view| (view.added, view.removed)));
    let made_current = hunk.id.clone();
    view! {
        <section class="held-zone" aria-label=name data-testid="held-zone" data-current=move || current.get().to_string()
            on:focusin=move |_| store.current_hunk.set(Some(made_current.clone()))>
            <header class="held-head">
                <span class="held-title" title=message>{guard_icons::pause()} {title}</span>
                <span class="held-why" title=why>{why}</span>
                <Show when=move || { counts.get() != (0, 0) }>
                    <span class="change-counts">
                        <span class="added">"+" {move || counts.get().0}</span>
                        <span class="removed">"−" {move || counts.get().1}</span>
                    </span>
                </Show>
            </header>
            <Held hunk place=Place::Editor />
        </section>
    }
}

/// What a screen reader is told when a hunk gets held.
#[component]
fn Announcer() -> impl IntoView {
    let store = Store::here();
    let words = Memo::new(move |known: Option<&(usize, String)>| {
        let held = store.held();
        let before = known.map_or(0, |(count, _)| *count);
        let said = match held.last().filter(|_| held.len() > before) {
            Some(hunk) => hunk.view.with(|view| {
                format!(
                    "A change of {} is held. {}. Alt A applies it, Alt R refuses it.",
                    view.path,
                    title(store, &hunk.turn, view)
                )
            }),
            None => known.filter(|_| !held.is_empty()).map(|(_, said)| said.clone()).unwrap_or_default(),
        };
        (held.len(), said)
    });
    view! { <p class="visually-hidden" role="status" data-testid="held-announced">{move || words.get().1}</p> }
}
