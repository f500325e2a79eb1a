//! Who is here, as coloured initials; one's own opens a field for one's name.

use leptos::html;
use leptos::prelude::*;
use protocol::view::Participant;

use super::format;
use crate::store::Store;

/// How many colours `tokens.css` has for people.
const COLORS: u8 = 8;
/// How many others are drawn before the rest becomes a number.
const OTHERS_SHOWN: usize = 5;

/// A person's initials in their colour.
pub fn avatar(person: &Participant) -> impl IntoView + use<> {
    view! {
        <span class="avatar" data-color=(person.color % COLORS).to_string() title=person.name.clone() aria-hidden="true">
            {format::initials(&person.name)}
        </span>
    }
}

/// Everyone who is connected.
#[component]
pub fn People() -> impl IntoView {
    let store = Store::here();
    let others = move || {
        let me = store.me.get().map(|me| me.id);
        let mut people: Vec<Participant> = store.presence.get().into_iter().map(|p| p.participant).collect();
        people.retain(|person| Some(&person.id) != me.as_ref());
        people
    };
    // Of a large room only a part is listed.
    let rest = move || {
        let shown = others().len().min(OTHERS_SHOWN) + usize::from(store.me.get().is_some());
        (store.connected.get() as usize).saturating_sub(shown)
    };
    view! {
        <div class="people">
            <Me />
            <ul aria-label="Also here">
                {move || others().iter().take(OTHERS_SHOWN).map(|person| view! {
                    <li>{avatar(person)} <span class="visually-hidden">{person.name.clone()}</span></li>
                }).collect_view()}
            </ul>
            <Show when=move || { rest() > 0 }>
                <span class="more">"+" {rest}</span>
            </Show>
        </div>
    }
}

/// This page's own person.
#[component]
fn Me() -> impl IntoView {
    let store = Store::here();
    let editing = RwSignal::new(false);
    let field = NodeRef::<html::Input>::new();
    Effect::new(move |_| {
        if let Some(field) = field.get() {
            let _ = field.focus();
            field.select();
        }
    });
    let keep = move || {
        if let Some(field) = field.get_untracked() {
            let name = field.value();
            if !name.trim().is_empty() {
                store.set_name(name.trim());
            }
        }
        editing.set(false);
    };
    view! {
        {move || store.me.get().map(|me| view! {
            <div class="me">
                <button aria-label=format!("You are {}. Change your name", me.name) title=format!("You: {}", me.name)
                    on:click=move |_| editing.update(|on| *on = !*on)>
                    {avatar(&me)}
                </button>
                <Show when=move || editing.get()>
                    <form class="me-name" on:submit=move |event| { event.prevent_default(); keep(); }>
                        <label class="label" for="my-name">"Your name, as others see it"</label>
                        <input id="my-name" class="field" node_ref=field autocomplete="nickname"
                            maxlength=move || store.limits.get().name_max.to_string() prop:value=me.name.clone()
                            on:keydown=move |event| if event.key() == "Escape" {
                                event.stop_propagation();
                                editing.set(false);
                            }
                            on:blur=move |_| editing.set(false) />
                    </form>
                </Show>
            </div>
        })}
    }
}
