//! The question before a link is made that would show what looks like keys and passwords.

use leptos::html;
use leptos::prelude::*;

use protocol::timeline::LeakPlace;

use crate::exposure::{Exposed, Spot};
use crate::replay::clock;
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
                {what} " like a key or a password. Whoever comes by the new link can read that, also where it was deleted since: the replay shows it. Have a look, or go on."
            </p>
            <ul aria-label="What was found">
                {exposed.into_iter().take(LISTED_MAX).map(|one| view! { <One one /> }).collect_view()}
            </ul>
            {(more > 0).then(|| view! { <p class="quiet">{format!("and {more} more")}</p> })}
            <p class="quiet">"A key that was shared should be replaced."</p>
            <div class="actions">
                <button class="button" node_ref=cancel on:click=move |_| store.think_again()>"Do not make it"</button>
                <button class="button danger" on:click=move |_| store.make_anyway()>"Make the link anyway"</button>
            </div>
        </div>
    }
}

fn place_words(place: LeakPlace) -> &'static str {
    match place {
        LeakPlace::File => "Written into a file",
        LeakPlace::Output => "Written by the model",
        LeakPlace::Words => "Said to the model",
        LeakPlace::Comment => "In a comment",
    }
}

/// A place: a click goes there.
#[component]
fn One(one: Exposed) -> impl IntoView {
    let store = Store::here();
    let Exposed { what, preview, place } = one;
    let spot = place.clone();
    let (name, line) = match place {
        Spot::File { name, line, .. } => (name, format!("line {line}")),
        Spot::Words { words, .. } => (format!("“{words}”"), "said to the model".to_owned()),
        Spot::Then { place, at_ms } => {
            (place_words(place).to_owned(), format!("at {} of the replay", clock(at_ms as f64)))
        }
    };
    view! {
        <li>
            <button class="share-place" on:click=move |_| store.go_to_exposed(&spot)>
                <span class="share-where"><b>{name}</b> <span class="quiet">{line}</span></span>
                <span class="share-kind">{what} <code>{preview}</code></span>
            </button>
        </li>
    }
}
