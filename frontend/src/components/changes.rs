//! A turn's changes in one line: how many, how much, how that compares to the smallest diff, and the ways through
//! them. Stays at the top of the pane while the turn is scrolled.

use leptos::prelude::*;
use protocol::view::{Changes as Counted, TurnStatus};

use super::icons;
use crate::review;
use crate::store::{Store, Turn};

/// What the turn changed: as counted when it ended, until then the sum of what has closed.
fn counted(turn: &Turn) -> Counted {
    turn.changes.get().unwrap_or_else(|| {
        turn.hunks.with(|hunks| {
            let standing = hunks.iter().map(|hunk| {
                hunk.view.with(|view| match view.status.is_in_the_document() {
                    true => (view.added, view.removed),
                    false => (0, 0),
                })
            });
            let (added, removed) = standing.fold((0, 0), |sum, one| (sum.0 + one.0, sum.1 + one.1));
            Counted { added, removed, smallest: 0 }
        })
    })
}

/// The line; nothing for a turn that changed nothing.
#[component]
pub fn ChangesLine(
    /// The turn.
    turn: Turn,
) -> impl IntoView {
    let store = Store::here();
    let count = Memo::new({
        let turn = turn.clone();
        move |_| turn.hunks.with(Vec::len)
    });
    let turn = StoredValue::new(turn);
    let shown = move || count.get() > 0 && !turn.with_value(|turn| turn.reverted.get());
    let changes = Memo::new(move |_| turn.with_value(counted));
    let ratio = move || review::ratio(&changes.get());
    view! {
        <Show when=shown>
            <div class="changes-line" role="group" aria-label="Changes of this turn">
                <p class="numbers">
                    <span>{move || review::count(count.get())}</span>
                    <Show when=move || { changes.with(|c| c.added + c.removed > 0) }>
                        <span class="change-counts">
                            <span class="added">"+" {move || changes.with(|c| c.added)}</span>
                            <span class="removed">"−" {move || changes.with(|c| c.removed)}</span>
                        </span>
                    </Show>
                    {move || ratio().map(|ratio| view! {
                        <span class="changes-ratio" title=move || explained(&changes.get())>{format!("{ratio:.1}×")} " the smallest diff"</span>
                    })}
                </p>
                <div class="changes-ways">
                    <button class="icon-button" aria-label="Previous change" title="Previous change (Shift F7)"
                        on:click=move |_| store.step_change(-1)>{icons::up()}</button>
                    <button class="icon-button" aria-label="Next change" title="Next change (F7)"
                        on:click=move |_| store.step_change(1)>{icons::down()}</button>
                    <Show when=move || store.is_live()>
                        <button class="icon-button" aria-label="Compare" title="What this turn changed, side by side (Alt D)"
                            on:click=move |_| turn.with_value(|turn| store.compare_turn(&turn.id))>{icons::compare()}</button>
                    </Show>
                </div>
            </div>
        </Show>
    }
}

fn explained(changes: &Counted) -> String {
    format!(
        "The model changed {} lines; the same result takes {}. Nearer to 1 means that it left more untouched.",
        changes.added + changes.removed,
        changes.smallest,
    )
}

/// Keeps what a person has said nothing about.
#[component]
pub fn KeepAll(
    /// The turn.
    turn: Turn,
) -> impl IntoView {
    let store = Store::here();
    let turn = StoredValue::new(turn);
    let shown = move || {
        let undecided = turn.with_value(|turn| {
            let running = turn.status.get() == TurnStatus::Running;
            !running && turn.hunks.with(|hunks| hunks.iter().any(|hunk| hunk.view.with(review::can_be_kept)))
        });
        undecided && store.may_edit() && !turn.with_value(|turn| turn.reverted.get())
    };
    view! {
        <Show when=shown>
            <button class="button" title="Keep every change of this turn: no later cut takes one back"
                on:click=move |_| turn.with_value(|turn| store.keep_all(&turn.id))>"Keep all"</button>
        </Show>
    }
}
