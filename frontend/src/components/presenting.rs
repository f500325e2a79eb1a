//! Presenting, in the editor's head: that one presents, or whose screen one sees, and the way out of it and back.

use leptos::prelude::*;
use protocol::view::Participant;

use super::people::avatar;
use crate::store::{Following, Store};

/// Nothing while nobody presents.
#[component]
pub fn Presenting() -> impl IntoView {
    let store = Store::here();
    let mine = Memo::new(move |_| store.i_present());
    let other = Memo::new(move |_| store.presenter());
    let goes_along = Memo::new(move |_| {
        let followed = store.person_followed();
        followed.is_some() && followed == store.together.presenter.get()
    });
    view! {
        {move || match (mine.get(), other.get(), goes_along.get()) {
            (true, ..) => view! { <Mine /> }.into_any(),
            (false, Some(other), true) => view! { <Along other /> }.into_any(),
            (false, Some(other), false) => view! { <OwnWay other /> }.into_any(),
            (false, None, _) => ().into_any(),
        }}
    }
}

/// This page's screen is shown to the others.
#[component]
fn Mine() -> impl IntoView {
    let store = Store::here();
    let words = move || match store.connected.get().saturating_sub(1) {
        0 => "Presenting".to_owned(),
        others => format!("Presenting to {others}"),
    };
    view! {
        <span class="presenting" role="status" data-testid="presenting" data-mine="" title="The others see what you see in the editor">
            <span class="presenting-dot"></span> {words}
        </span>
        <button class="button small" aria-label="Stop presenting" on:click=move |_| store.toggle_presenting()>
            "Stop presenting" <kbd class="presenting-key">"Ctrl Alt P"</kbd>
        </button>
    }
}

/// Another's screen is shown here.
#[component]
fn Along(other: Participant) -> impl IntoView {
    let store = Store::here();
    view! {
        <span class="presenting" role="status" data-testid="following">
            {avatar(&other)} <span class="presenting-who">"Following " <b>{other.name.clone()}</b></span>
        </span>
        <button class="button small" title="Typing, clicking or scrolling in the editor takes over, too"
            aria-label=format!("Take over from {}", other.name) on:click=move |_| { store.stop_following_person(); }>
            <kbd>"Esc"</kbd> <span>" "<span class="presenting-or">"or any typing "</span>"takes over"</span>
        </button>
    }
}

/// Another presents, and this page goes its own way.
#[component]
fn OwnWay(other: Participant) -> impl IntoView {
    let store = Store::here();
    let id = other.id.clone();
    view! {
        <span class="presenting" role="status" data-testid="presents">
            {avatar(&other)} <span class="presenting-who"><b>{other.name.clone()}</b> " presents"</span>
        </span>
        <button class="button small" aria-label=format!("Follow {}", other.name)
            on:click=move |_| store.follow(Following::Person(id.clone()))>"Follow " <kbd>"Ctrl Alt J"</kbd></button>
    }
}

/// Begins and ends it, for those who may: under the list of people.
#[component]
pub fn PresentButton() -> impl IntoView {
    let store = Store::here();
    let words = move || match (store.i_present(), store.presenter()) {
        (true, _) => "Stop presenting".to_owned(),
        (false, Some(other)) => format!("Present in the place of {}", other.name),
        (false, None) => "Present".to_owned(),
    };
    view! {
        <Show when=move || store.may_edit()>
            <div class="people-present">
                <button class="button small" aria-label=words aria-pressed=move || store.i_present().to_string()
                    on:click=move |_| store.toggle_presenting()>{words} " " <kbd>"Ctrl Alt P"</kbd></button>
                <span class="quiet">"The others see your file, your place in it and what you select, until they take over."</span>
            </div>
        </Show>
    }
}
