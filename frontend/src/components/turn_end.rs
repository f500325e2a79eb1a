//! How a turn ended, and what can be done about it.

use leptos::prelude::*;
use protocol::view::{Cuts, TurnStatus};

use super::changes::KeepAll;
use super::format;
use super::turn_article::status_word;
use crate::store::{Store, Turn};

/// Characters in a token, about.
const UNITS_PER_TOKEN: u32 = 4;

/// The end of a turn; nothing while it runs.
#[component]
pub fn TurnEnd(
    /// The turn.
    turn: Turn,
    /// Whether it is the latest: only that one can continue.
    last: bool,
) -> impl IntoView {
    let store = Store::here();
    let (status, reverted) = (turn.status, turn.reverted);
    let id = StoredValue::new(turn.id.clone());
    let whole = StoredValue::new(turn.clone());
    let stopped = move || matches!(status.get(), TurnStatus::Interrupted | TurnStatus::Failed);
    let may_continue = move || last && stopped() && !reverted.get() && store.may_edit();
    let may_revert = move || !reverted.get() && store.may_edit() && turn.hunks.with(|hunks| !hunks.is_empty());
    let with_words = move || !store.composer.with(|text| text.trim().is_empty());
    view! {
        <Show when=move || status.get() != TurnStatus::Running>
            <footer class="turn-end">
                <div class="state">
                    <strong>{move || if reverted.get() { "Reverted" } else { status_word(status.get()).1 }}</strong>
                    <Detail turn=turn.clone() />
                </div>
                <Figures turn=turn.clone() />
                <Show when=move || may_continue() || may_revert()>
                    <div class="actions">
                        <Show when=may_continue>
                            <button class="button primary" aria-label="Continue"
                                title="Goes on from exactly what is on the screen"
                                on:click=move |_| store.continue_turn(id.get_value())>
                                {move || if with_words() { "Continue with your words" } else { "Continue" }}
                            </button>
                        </Show>
                        <KeepAll turn=whole.get_value() />
                        <Show when=may_revert>
                            <button class="button" disabled=move || store.active.get().is_some()
                                title="Takes all of this turn's changes back"
                                on:click=move |_| store.revert_turn(id.get_value())>"Revert turn"</button>
                        </Show>
                    </div>
                </Show>
            </footer>
        </Show>
    }
}

/// What the state line says after its word: the reason, or what came of it.
#[component]
fn Detail(turn: Turn) -> impl IntoView {
    let store = Store::here();
    let count = move || turn.hunks.with(Vec::len);
    view! {
        {move || {
            if turn.reverted.get() {
                let note = turn.note.get();
                return view! { <span>"All of its changes were taken back." {note.map(|note| format!(" {note}"))}</span> }.into_any();
            }
            if let Some(reason) = turn.reason.get() {
                let wait = reason.retry_after_ms.map(|wait| format!(" It asks for {} of patience.", format::ms(wait as f64)));
                return view! { <span class="reason">{reason.message} {wait}</span> }.into_any();
            }
            match turn.status.get() {
                TurnStatus::Interrupted => view! { <span>{stopped_by(store, &turn)}</span> }.into_any(),
                TurnStatus::Completed => view! { <span class="numbers">{summary(count(), &turn)}</span> }.into_any(),
                _ => ().into_any(),
            }
        }}
    }
}

/// Who stopped it, where somebody else did, and what became of it.
fn stopped_by(store: Store, turn: &Turn) -> String {
    match turn.cuts.get().map(|cuts| cuts.by).filter(|by| !store.is_me(by)) {
        Some(by) => format!("{} stopped it. What was seen stays.", store.person(&by).name),
        None => "What you saw stays.".to_owned(),
    }
}

/// Tokens, estimated where there are any.
fn about_tokens(units: u32) -> String {
    if units == 0 { "0".to_owned() } else { format!("about {}", units.div_ceil(UNITS_PER_TOKEN)) }
}

/// What a teacher looks at: how soon people cut in, how much came past what they had seen, how often they steered.
#[component]
fn Figures(turn: Turn) -> impl IntoView {
    let steers = turn.steers;
    let of = move |cuts: Cuts| {
        let first = cuts.first_ms.map(|first| ("First cut after", format::ms(first)));
        let past = ("Tokens past it", about_tokens(cuts.discarded));
        let steers = ("Steers", steers.with(Vec::len).to_string());
        let figure = |(word, figure): (&'static str, String)| view! { <div><dt>{word}</dt><dd>{figure}</dd></div> };
        view! { <dl class="turn-figures" aria-label="Figures of this turn" title="What came past what was seen was taken back">{first.map(figure)} {figure(past)} {figure(steers)}</dl> }
    };
    move || turn.cuts.get().map(of)
}

/// `2 changes · 412 tokens · 3.4 s`.
fn summary(changes: usize, turn: &Turn) -> String {
    let changes = match changes {
        0 => None,
        1 => Some("1 change".to_owned()),
        n => Some(format!("{n} changes")),
    };
    let tokens = turn
        .usage
        .get()
        .map(|usage| format!("{}{} tokens", if usage.estimated { "about " } else { "" }, usage.output_tokens));
    let time = turn.latency.get().total_ms.map(format::ms);
    [changes, tokens, time].into_iter().flatten().collect::<Vec<_>>().join(" · ")
}
