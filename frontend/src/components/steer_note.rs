//! A steer at its place in the output, with its receipt; and the mark where a turn was continued.

use leptos::prelude::*;
use protocol::ParticipantId;
use protocol::view::SteerStage;

use super::format;
use super::people::avatar;
use crate::store::{Steer, SteerProgress, Store};

/// The attribute for each stage.
fn stage_name(stage: SteerProgress) -> &'static str {
    match stage {
        SteerProgress::Sent => "sent",
        SteerProgress::Server(SteerStage::Accepted) => "accepted",
        SteerProgress::Server(SteerStage::Applied) => "applied",
        SteerProgress::Server(SteerStage::Answered) => "answered",
        SteerProgress::Server(SteerStage::Failed) => "failed",
    }
}

/// A steer.
#[component]
pub fn SteerNote(
    /// The steer.
    steer: Steer,
) -> impl IntoView {
    let (view, stage) = (steer.view, steer.stage);
    let by = view.with_untracked(|steer| steer.by.clone());
    let failed = Memo::new(move |_| stage.get() == SteerProgress::Server(SteerStage::Failed));
    view! {
        <div class="steer" data-stage=move || stage_name(stage.get()) data-testid="steer">
            <By by />
            <div class="steer-text">{move || view.with(|steer| steer.text.clone())}</div>
            <div class="receipts">
                <Show when=move || failed.get() fallback=move || view! {
                    <Receipt word="accepted" ms=Signal::derive(move || view.with(|steer| steer.accept_ms)) />
                    <Receipt word="applied" ms=Signal::derive(move || view.with(|steer| steer.apply_ms)) />
                    <Receipt word="first new token" ms=Signal::derive(move || view.with(|steer| steer.first_token_ms)) />
                }>
                    <span>"Not applied; its words are back in the prompt box"</span>
                </Show>
            </div>
        </div>
    }
}

/// Who steered.
#[component]
fn By(by: ParticipantId) -> impl IntoView {
    let store = Store::here();
    let name = {
        let by = by.clone();
        move || if store.is_me(&by) { "You".to_owned() } else { store.person(&by).name }
    };
    view! {
        <div class="steer-by" data-testid="steer-by">
            {move || avatar(&store.person(&by))} <b>{name}</b>
        </div>
    }
}

/// One step of the receipt, with its time from the steer's arrival at the server.
#[component]
fn Receipt(word: &'static str, ms: Signal<Option<f64>>) -> impl IntoView {
    view! {
        <span data-done=move || ms.get().is_some().to_string()>
            {word} " " <b>{move || ms.get().map(format::ms)}</b>
        </span>
    }
}

/// Where the turn was continued.
#[component]
pub fn ContinueNote(
    /// The words that came with it.
    text: Option<String>,
) -> impl IntoView {
    view! {
        <div class="steer" data-stage="continued">
            {text.map(|text| view! { <div class="steer-text">{text}</div> })}
            <div class="receipts"><span>"Continued from here"</span></div>
        </div>
    }
}
