//! Who is here, as coloured initials: a click goes along with somebody. One's own opens a field for one's name.

use leptos::html;
use leptos::prelude::*;
use protocol::view::{Participant, Presence};

use super::format;
use super::people_panel::PeoplePanel;
use crate::store::{Following, Store};

/// How many colours `tokens.css` has for people.
pub const COLORS: u8 = 8;
/// How many others are drawn before the rest becomes a number.
const OTHERS_SHOWN: usize = 5;
/// How many are offered where there is room for a few buttons.
const FOLLOWABLE: usize = 6;

/// A person's initials in their colour.
pub fn avatar(person: &Participant) -> impl IntoView + use<> {
    view! {
        <span class="avatar" data-color=(person.color % COLORS).to_string() title=person.name.clone() aria-hidden="true">
            {format::initials(&person.name)}
        </span>
    }
}

/// The first few whom one could go along with.
pub fn followable(store: Store) -> Vec<Participant> {
    store.others().into_iter().take(FOLLOWABLE).map(|person| person.participant).collect()
}

/// Goes along with a person, or no longer.
pub fn toggle_follow(store: Store, person: &Participant) {
    if untrack(|| store.person_followed()).as_ref() == Some(&person.id) {
        store.stop_following_person();
    } else {
        store.follow(Following::Person(person.id.clone()));
    }
}

/// A button that goes along with a person.
#[component]
pub fn Follow(
    /// Whom.
    person: Participant,
) -> impl IntoView {
    let store = Store::here();
    let id = person.id.clone();
    let followed = Memo::new(move |_| store.person_followed().as_ref() == Some(&id));
    let name = format!("Follow {}", person.name);
    let shown = avatar(&person);
    let who = person.name.clone();
    view! {
        <button class="button small follow-person" aria-label=name aria-pressed=move || followed.get().to_string()
            on:click=move |_| toggle_follow(store, &person)>
            {shown} {move || if followed.get() { "Following" } else { "Follow" }} <span class="follow-who">{who}</span>
        </button>
    }
}

/// Everyone who is connected.
#[component]
pub fn People() -> impl IntoView {
    let store = Store::here();
    let others = Memo::new(move |_| store.others());
    let few = move || others.get().into_iter().take(OTHERS_SHOWN).collect::<Vec<_>>();
    view! {
        <div class="people">
            <Me />
            <ul aria-label="Also here">
                <For each=few key=|person| (person.participant.id.clone(), person.participant.name.clone()) let(person)>
                    <li><Other person /></li>
                </For>
            </ul>
            <PeoplePanel shown=Signal::derive(move || others.with(Vec::len).min(OTHERS_SHOWN)) />
        </div>
    }
}

/// Somebody else: a click goes along with them.
#[component]
fn Other(person: Presence) -> impl IntoView {
    let store = Store::here();
    let person = person.participant;
    let id = person.id.clone();
    let followed = Memo::new(move |_| store.person_followed().as_ref() == Some(&id));
    let name = person.name.clone();
    let says = move || {
        if followed.get() { format!("{name}: you go along. Stop following") } else { format!("{name}: follow") }
    };
    let shown = avatar(&person);
    view! {
        <button class="other" aria-label=says.clone() title=says aria-pressed=move || followed.get().to_string()
            on:click=move |_| toggle_follow(store, &person)>
            {shown}
        </button>
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
    // The name that others see, which may have come from elsewhere.
    let me = Memo::new(move |_| store.me.get().map(|me| store.person(&me.id)));
    view! {
        {move || me.get().map(|me| view! {
            <div class="me">
                <button aria-label=format!("You are {}. Change your name", me.name) title=format!("You: {}", me.name)
                    on:click=move |_| editing.update(|on| *on = !*on)>
                    {avatar(&me)}
                </button>
                <Show when=move || editing.get()>
                    <form class="me-name" data-escape="" on:submit=move |event| { event.prevent_default(); keep(); }>
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
