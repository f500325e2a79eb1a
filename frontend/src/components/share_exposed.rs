//! The question before a link is made that would show what looks like keys and passwords.

use leptos::html;
use leptos::prelude::*;

use crate::exposure::{Exposed, Spot};
use crate::store::Store;

/// How many places are listed: more are not read, and say the same.
const LISTED_MAX: usize = 50;

/// What was found, and the decision.
#[component]
pub fn Question(
    /// What was found.
    exposed: Vec<Exposed>,
) -> impl IntoView {
    let store = Store::here();
    let count = exposed.len();
    let what = if count == 1 { "1 place looks".to_owned() } else { format!("{count} places look") };
    let more = count.saturating_sub(LISTED_MAX);
    let cancel = NodeRef::<html::Button>::new();
    Effect::new(move |_| {
        if let Some(cancel) = cancel.get() {
            let _ = cancel.focus();
        }
    });
    view! {
        <div class="share-question" role="alertdialog" aria-label="Before you share" data-testid="exposed">
            <p>
                {what} " like a key or a password. Whoever comes by the new link can read all files and everything that was asked. Have a look, or go on."
            </p>
            <ul aria-label="What was found">
                {exposed.into_iter().take(LISTED_MAX).map(|one| view! { <One one /> }).collect_view()}
            </ul>
            {(more > 0).then(|| view! { <p class="quiet">{format!("and {more} more")}</p> })}
            <p class="quiet">"What was in a file before is in the session’s history, too: a key that was shared should be replaced."</p>
            <div class="actions">
                <button class="button" node_ref=cancel on:click=move |_| store.think_again()>"Do not make it"</button>
                <button class="button danger" on:click=move |_| store.make_anyway()>"Make the link anyway"</button>
            </div>
        </div>
    }
}

/// A place: a click goes there.
#[component]
fn One(one: Exposed) -> impl IntoView {
    let store = Store::here();
    let Exposed { kind, preview, place } = one;
    let spot = place.clone();
    let (name, line) = match place {
        Spot::File { name, line, .. } => (name, format!("line {line}")),
        Spot::Words { words, .. } => (format!("“{words}”"), "said to the model".to_owned()),
    };
    view! {
        <li>
            <button class="share-place" on:click=move |_| store.go_to_exposed(&spot)>
                <span class="share-where"><b>{name}</b> <span class="quiet">{line}</span></span>
                <span class="share-kind">{kind.words()} <code>{preview}</code></span>
            </button>
        </li>
    }
}
