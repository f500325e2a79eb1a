//! The right pane: earlier turns folded away, the last one in full, the prompt box below.

use leptos::html;
use leptos::prelude::*;
use protocol::TurnId;
use protocol::view::TurnStatus;

use super::composer::Composer;
use super::guide::{Guide, LessonNote};
use super::role::Watching;
use super::turn_article::{Article, Folded};
use crate::store::Store;

/// How far from its end the pane may be scrolled and still count as being at its end, in pixels: a line.
const END_SLACK: i32 = 24;

/// The region `Turn`.
#[component]
pub fn TurnPane() -> impl IntoView {
    let store = Store::here();
    let watches = Memo::new(move |_| store.watches());
    view! {
        <section class="pane turn" aria-label="Turn">
            <Flow empty=|| view! { <Guide /> }.into_any() />
            <p class="visually-hidden" role="status">{move || spoken(store)}</p>
            <p class="visually-hidden" role="status" data-testid="spoken">{move || store.review.spoken.get()}</p>
            {move || if watches.get() { view! { <Watching /> }.into_any() } else { view! { <Composer /> }.into_any() }}
        </section>
    }
}

/// The turns of a replay: nothing can be said there.
#[component]
pub fn ReplayedTurns() -> impl IntoView {
    let store = Store::here();
    view! {
        <section class="pane turn" aria-label="Turn">
            <Flow empty=|| view! { <p class="quiet" data-testid="no-turn">"No turn had begun by then."</p> }.into_any() />
            <p class="visually-hidden" role="status" data-testid="spoken">{move || store.review.spoken.get()}</p>
        </section>
    }
}

/// What a screen reader is told: where the turn stands, not every token.
fn spoken(store: Store) -> &'static str {
    let last = store.turns.with(|turns| turns.last().map(|turn| turn.status));
    match last.map(|status| status.get()) {
        None => "",
        Some(TurnStatus::Running) if store.frozen.get() => "Stopping",
        Some(TurnStatus::Running) => "The model is writing",
        Some(TurnStatus::Completed) => "The turn is complete",
        Some(TurnStatus::Interrupted) => "The turn is interrupted",
        Some(TurnStatus::Failed) => "The turn failed",
    }
}

/// The turns. The scroll box is reversed (see `turn.css`): its place 0 is its end, and the browser holds it there.
#[component]
fn Flow(
    /// What stands where no turn is.
    empty: fn() -> AnyView,
) -> impl IntoView {
    let store = Store::here();
    let scroll = NodeRef::<html::Div>::new();
    let away = RwSignal::new(false);
    let on_scroll = move |_| {
        if let Some(scroll) = scroll.get_untracked() {
            away.set(scroll.scroll_top() < -END_SLACK);
        }
    };
    let to_end = move || {
        if let Some(scroll) = scroll.get_untracked() {
            scroll.set_scroll_top(0);
        }
    };
    let ids =
        Memo::new(move |_| store.turns.with(|turns| turns.iter().map(|turn| turn.id.clone()).collect::<Vec<_>>()));
    let earlier = move || ids.with(|ids| ids.split_last().map(|(_, earlier)| earlier.to_vec()).unwrap_or_default());
    let last = Memo::new(move |_| ids.with(|ids| ids.last().cloned()));
    // A new turn is what its author wants to see.
    Effect::new(move |_| {
        if last.get().is_some() {
            to_end();
        }
    });
    view! {
        <div class="turn-body" data-pane="turn" tabindex="-1">
            <div class="turn-scroll" node_ref=scroll on:scroll=on_scroll role="group" tabindex="0" aria-label="Turns" data-pane-focus="">
                <div>
                    <LessonNote />
                    <Show when=move || { ids.with(|ids| ids.len() > 1) }>
                        <div class="earlier">
                            <For each=earlier key=TurnId::clone let(id)>
                                {store.turn(&id).map(|turn| view! { <Folded turn /> })}
                            </For>
                        </div>
                    </Show>
                    {move || match last.get().and_then(|id| untrack(|| store.turn(&id))) {
                        Some(turn) => view! { <Article turn last=true /> }.into_any(),
                        None => empty(),
                    }}
                </div>
            </div>
            <Show when=move || away.get()>
                <button class="button small jump" on:click=move |_| to_end()>"Back to the latest"</button>
            </Show>
        </div>
    }
}
