//! One turn: the prompt, the flow of its output, its end.

use leptos::prelude::*;
use protocol::view::TurnStatus;

use super::changes::ChangesLine;
use super::held_count::TurnGuard;
use super::people::avatar;
use super::pieces::Pieces;
use super::turn_end::TurnEnd;
use crate::store::{Store, Turn};

/// The word for each status, as attributes and as text.
pub fn status_word(status: TurnStatus) -> (&'static str, &'static str) {
    match status {
        TurnStatus::Running => ("running", "Running"),
        TurnStatus::Completed => ("completed", "Completed"),
        TurnStatus::Interrupted => ("interrupted", "Interrupted"),
        TurnStatus::Failed => ("failed", "Failed"),
    }
}

/// The name that a person knows the model by.
fn model_label(store: Store, turn: &Turn) -> String {
    store.models.with(|models| {
        models
            .iter()
            .find(|model| model.id == turn.model)
            .map_or_else(|| turn.model.0.clone(), |model| model.label.clone())
    })
}

/// A turn in full.
#[component]
pub fn Article(
    /// The turn.
    turn: Turn,
    /// Whether it is the latest: only that one can continue.
    last: bool,
) -> impl IntoView {
    let store = Store::here();
    let status = turn.status;
    let (by, asked, said) = (turn.by.clone(), turn.by.clone(), turn.by.clone());
    let named = turn.clone();
    view! {
        <article class="turn-article" data-status=move || status_word(status.get()).0>
            <header class="turn-prompt">
                {move || avatar(&store.person(&by))}
                <p>
                    <span class="visually-hidden">{move || if store.is_me(&asked) { "You: ".to_owned() } else { format!("{}: ", store.person(&asked).name) }}</span>
                    {turn.prompt.clone()}
                    <span class="turn-meta">
                        {move || (!store.is_me(&said)).then(|| view! { <b>{store.person(&said).name}</b> " · " })}
                        {move || model_label(store, &named)}
                    </span>
                </p>
            </header>
            <TurnGuard turn=turn.clone() />
            <ChangesLine turn=turn.clone() />
            <Pieces turn=turn.clone() />
            <TurnEnd turn last />
        </article>
    }
}

/// An earlier turn: a line that opens.
#[component]
pub fn Folded(
    /// The turn.
    turn: Turn,
) -> impl IntoView {
    let open = RwSignal::new(false);
    let (status, reverted) = (turn.status, turn.reverted);
    let word = move || {
        if reverted.get() { "Reverted" } else { status_word(status.get()).1 }
    };
    let prompt = turn.prompt.clone();
    view! {
        <div class="folded">
            <button class="folded-line" aria-expanded=move || open.get().to_string()
                on:click=move |_| open.update(|open| *open = !*open)>
                <span class="text">{prompt}</span>
                <span class="status-word">{word}</span>
            </button>
            {move || open.get().then(|| view! { <Article turn=turn.clone() last=false /> })}
        </div>
    }
}
