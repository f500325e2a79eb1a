//! A new link: what it lets people do, for whom it is, how long it opens.

use leptos::html;
use leptos::prelude::*;
use protocol::links::LINK_NAME_MAX;
use protocol::view::Role;

use crate::links::LASTING;
use crate::store::{Step, Store};

/// What a link can let people do: its word, and what that means for them.
const ROLES: [(Role, &str, &str); 4] = [
    (Role::Replay, "Replay", "See how it came about, fork it. Nothing live."),
    (Role::Viewer, "Watch", "See everything, follow along. Change nothing."),
    (Role::Editor, "Take part", "Type, prompt, steer, interrupt, decide."),
    (Role::Owner, "Own", "All of that; and share, lock and delete, as you do."),
];

/// The form.
#[component]
pub fn NewLinkForm() -> impl IntoView {
    let store = Store::here();
    let sharing = store.sharing;
    let busy = Memo::new(move |_| sharing.step.get() != Step::Idle);
    let chosen = NodeRef::<html::Input>::new();
    Effect::new(move |_| {
        if let Some(chosen) = chosen.get() {
            let _ = chosen.focus();
        }
    });
    let role = move |(role, word, meaning): (Role, &'static str, &'static str)| {
        let first = (role == Role::Viewer).then_some(chosen);
        view! {
            <label class="share-role">
                <input type="radio" name="share-role" aria-label=word node_ref=first.unwrap_or_default()
                    prop:checked=move || sharing.role.get() == role on:change=move |_| sharing.role.set(role) />
                <b>{word}</b>
                <span>{meaning}</span>
            </label>
        }
    };
    let doing = move || match sharing.step.get() {
        Step::Looking { all: 0, .. } => "Looking for keys and passwords…".to_owned(),
        Step::Looking { done, all } => format!("Looking for keys and passwords: {done} of {all} files…"),
        Step::Making => "Making the link…".to_owned(),
        Step::Idle | Step::Asking { .. } => String::new(),
    };
    view! {
        <form class="share-new" aria-label="New link" on:submit=move |event| { event.prevent_default(); store.want_link(); }>
            <fieldset>
                <legend class="label">"Whoever has the link can"</legend>
                {ROLES.map(role)}
            </fieldset>
            <div class="share-fields">
                <label>
                    <span class="label">"For whom (optional)"</span>
                    <input class="field" autocomplete="off" placeholder="The reviewers" maxlength=LINK_NAME_MAX.to_string()
                        prop:value=move || sharing.name.get()
                        on:input:target=move |event| sharing.name.set(event.target().value()) />
                </label>
                <label>
                    <span class="label">"It opens"</span>
                    <select class="select" on:change:target=move |event| sharing.lasting.set(event.target().value().parse().ok())>
                        {LASTING.map(|(seconds, words)| view! {
                            <option value=seconds.map_or(String::new(), |s| s.to_string())
                                selected=move || sharing.lasting.get() == seconds>{words}</option>
                        })}
                    </select>
                </label>
                <button class="button primary" type="submit" disabled=move || busy.get()>"Make link"</button>
            </div>
            <p class="share-doing" role="status">{doing}</p>
        </form>
    }
}
