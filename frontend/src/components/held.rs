//! A held hunk: what it would do, why it waits, and what a person can decide. The same in the editor and on its card.

use leptos::prelude::*;
use protocol::TurnId;
use protocol::view::HunkView;

use super::guard_words::{hold_title, lines};
use super::refusal::Refusal;
use crate::proposal::{self, Kind, Row};
use crate::store::guard::Place;
use crate::store::{Hunk, PieceKind, Store};

/// The most rows that are shown at first: what a person takes in at a glance.
const ROWS_AT_FIRST: usize = 12;
/// The most rows at all: more is read in the answer's own text, not here.
const ROWS_MAX: usize = 400;

/// Why a hunk is held, in the fewest words. Tracks the hunk and its turn's scope.
pub fn title(store: Store, turn: &TurnId, view: &HunkView) -> String {
    let scope = store.turn(turn).map(|turn| turn.scope.get()).unwrap_or_default();
    view.hold.map_or_else(|| "Held".to_owned(), |reason| hold_title(reason, &scope))
}

/// What a held hunk would do, and the decision.
#[component]
pub fn Held(
    /// The hunk.
    hunk: Hunk,
    /// Where it is shown.
    place: Place,
) -> impl IntoView {
    let store = Store::here();
    let view = hunk.view;
    let whole = Memo::new(move |_| view.with(|view| view.proposal.is_some()));
    // A card shows them only where the editor has no place for them: for a file that is not there yet.
    let rows = Memo::new(move |_| whole.get() && (place == Place::Editor || view.with(|view| view.place.is_none())));
    let written = hunk.clone();
    view! {
        <div class="held-body">
            <Show when=move || !whole.get()>
                <Written hunk=written.clone() />
            </Show>
            <Show when=move || rows.get()>
                <Rows view />
            </Show>
            <Show when=move || store.may_edit()>
                <Refusal hunk=hunk.clone() place whole />
            </Show>
        </div>
    }
}

/// That the model still writes it, and how much has come.
#[component]
fn Written(hunk: Hunk) -> impl IntoView {
    let store = Store::here();
    let count = Memo::new(move |_| {
        let turn = store.turn(&hunk.turn)?;
        let lines = turn.pieces.with(|pieces| {
            pieces.iter().rev().find(|piece| piece.offset == hunk.offset).and_then(|piece| match &piece.kind {
                PieceKind::Block(block) => Some(block.lines),
                _ => None,
            })
        });
        lines.map(|lines| lines.get())
    });
    view! {
        <p class="held-writing">
            <span class="held-pulse" aria-hidden="true"></span>
            "Held while it is being written"
            <span class="numbers">{move || count.get().filter(|count| *count > 0).map(|count| format!("{} so far", lines(count)))}</span>
        </p>
    }
}

/// What would change: a sign and a colour for each line.
#[component]
fn Rows(view: RwSignal<HunkView>) -> impl IntoView {
    let all = RwSignal::new(false);
    let rows = Memo::new(move |_| view.with(|view| view.proposal.as_ref().map(proposal::rows).unwrap_or_default()));
    let shown = move || {
        let most = if all.get() { ROWS_MAX } else { ROWS_AT_FIRST };
        // One line less is no reason to ask for a click.
        let most = if rows.with(Vec::len) == most + 1 { most + 1 } else { most };
        rows.with(|rows| rows.iter().take(most).cloned().collect::<Vec<_>>())
    };
    let hidden = move || rows.with(Vec::len).saturating_sub(shown().len());
    let more = move || {
        match (hidden(), all.get()) {
        (0, _) => None,
        (count, true) => Some(view! { <p class="held-more">{format!("{} more are not shown", lines_of(count))}</p> }.into_any()),
        (count, false) => Some(
            view! {
                <button class="held-more" type="button" on:click=move |_| all.set(true)>{format!("Show {} more", lines_of(count))}</button>
            }
            .into_any(),
        ),
    }
    };
    view! {
        <div class="held-rows" role="group" aria-label="Proposed change" data-testid="proposal">
            <div>{move || shown().into_iter().map(row).collect_view()}</div>
            {more}
        </div>
    }
}

fn lines_of(count: usize) -> String {
    lines(u32::try_from(count).unwrap_or(u32::MAX))
}

fn row(Row { kind, text }: Row) -> impl IntoView {
    let (name, sign, says) = match kind {
        Kind::Same => ("same", " ", ""),
        Kind::Removed => ("removed", "−", "removed: "),
        Kind::Added => ("added", "+", "added: "),
        Kind::Gap => ("gap", "⋯", ""),
    };
    let text = if kind == Kind::Gap { String::new() } else { text };
    view! {
        <div class="held-row" data-kind=name>
            <span class="held-sign" aria-hidden="true">{sign}</span>
            <span class="visually-hidden">{says}</span>
            <code>{text}</code>
        </div>
    }
}
