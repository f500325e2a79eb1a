//! What this page may do, as a word in the bar; and what stands in the prompt box's place for one who watches.

use leptos::prelude::*;
use protocol::view::Role;

use super::icons;
use super::people::{Follow, followable};
use crate::store::{Following, Store};

/// The word for a role, and what it means.
pub fn role_words(role: Role) -> (&'static str, &'static str) {
    match role {
        Role::Replay => ("Replaying", "You see how the session came to be, step by step. Nothing live."),
        Role::Viewer => {
            ("Watching", "You see everything and can follow along. This link does not let you change anything.")
        }
        Role::Editor => ("Editor", "You can type, prompt, steer, interrupt and decide."),
        Role::Owner => ("Owner", "This is your session: you also share it, lock parts of it, and can delete it."),
    }
}

/// The word, once it is known.
#[component]
pub fn RoleChip() -> impl IntoView {
    let store = Store::here();
    let role = Memo::new(move |_| store.me.with(Option::is_some).then(|| store.role.get()));
    view! {
        {move || role.get().map(|role| {
            let (word, meaning) = role_words(role);
            view! {
                <span class="role-chip" data-testid="role" data-role=word.to_lowercase() title=meaning>
                    {(role == Role::Viewer).then(icons::eye)} {word}
                </span>
            }
        })}
    }
}

/// For one who watches: what that means, and whom to follow.
#[component]
pub fn Watching() -> impl IntoView {
    let store = Store::here();
    let model = Memo::new(move |_| store.following.get() && store.person_followed().is_none());
    let others = move || followable(store);
    view! {
        <section class="watching" data-pane="prompt" tabindex="-1" aria-label="You are watching">
            <h2>{icons::eye()} "You are watching"</h2>
            <p>"Everything that happens here shows at once. To take part, ask for an editor’s link."</p>
            <div class="watching-follow" role="group" aria-label="Follow">
                <button class="button small" data-pane-focus="" aria-pressed=move || model.get().to_string()
                    on:click=move |_| store.follow(Following::Model)>
                    "Follow the model" <kbd>"Ctrl J"</kbd>
                </button>
                {move || others().into_iter().map(|person| view! { <Follow person /> }).collect_view()}
            </div>
        </section>
    }
}
