//! A hunk as a quiet card: where, why, how much, and how it stands. A click shows its place.

use leptos::prelude::*;
use protocol::view::{HunkStatus, HunkView};

use crate::store::{Block, Hunk, Store};

/// The attribute for each status.
fn status_name(status: HunkStatus) -> &'static str {
    match status {
        HunkStatus::Open => "open",
        HunkStatus::Applied => "applied",
        HunkStatus::Partial => "partial",
        HunkStatus::Failed => "failed",
        HunkStatus::Reverted => "reverted",
        HunkStatus::Accepted => "accepted",
        HunkStatus::Held => "held",
        HunkStatus::Refused => "refused",
    }
}

/// The line below the why, where there is something to say.
fn note(hunk: &HunkView) -> Option<String> {
    match hunk.status {
        HunkStatus::Open if hunk.place.is_none() => Some("Finding its place".to_owned()),
        HunkStatus::Open => Some("Writing".to_owned()),
        HunkStatus::Applied => None,
        HunkStatus::Partial => Some("Cut here; what you saw stays".to_owned()),
        HunkStatus::Failed => Some(hunk.message.clone().unwrap_or_else(|| "Not applied".to_owned())),
        HunkStatus::Reverted => Some("Reverted".to_owned()),
        HunkStatus::Accepted => Some("Kept".to_owned()),
        HunkStatus::Held => Some(hunk.message.clone().unwrap_or_else(|| "Waits for your decision".to_owned())),
        HunkStatus::Refused => Some("Refused".to_owned()),
    }
}

/// A hunk that the server has opened.
#[component]
pub fn HunkCard(
    /// The hunk.
    hunk: Hunk,
) -> impl IntoView {
    let store = Store::here();
    let view = hunk.view;
    let status = Memo::new(move |_| view.with(|hunk| hunk.status));
    let note = Memo::new(move |_| view.with(note));
    let path = Memo::new(move |_| view.with(|hunk| hunk.path.clone()));
    let why = Memo::new(move |_| view.with(|hunk| hunk.why.clone()));
    // Nothing is counted before a line is whole, and nothing counts where nothing was applied.
    let counted =
        Memo::new(move |_| view.with(|hunk| hunk.status != HunkStatus::Failed && hunk.added + hunk.removed > 0));
    let hunk = StoredValue::new(hunk);
    view! {
        <div class="change" data-status=move || status_name(status.get()) data-testid="hunk">
            <button class="change-main" title="Show it in the editor" on:click=move |_| hunk.with_value(|hunk| store.reveal_hunk(hunk))>
                <span class="change-row">
                    <span class="change-path"><bdi>{path}</bdi></span>
                    <Show when=move || counted.get()>
                        <span class="change-counts">
                            <span class="added">"+" {move || view.with(|hunk| hunk.added)}</span>
                            <span class="removed">"−" {move || view.with(|hunk| hunk.removed)}</span>
                        </span>
                    </Show>
                </span>
                <span class="change-why">{why}</span>
                {move || note.get().map(|note| view! { <span class="change-note">{note}</span> })}
            </button>
            <Show when=move || store.may_edit() && matches!(status.get(), HunkStatus::Applied | HunkStatus::Partial)>
                <span class="change-actions">
                    <button class="button small" title="No later cut takes it back"
                        on:click=move |_| hunk.with_value(|hunk| store.accept_hunk(hunk.turn.clone(), hunk.id.clone()))>"Keep"</button>
                    <button class="button small" title="Take this change back"
                        on:click=move |_| hunk.with_value(|hunk| store.revert_hunk(hunk.turn.clone(), hunk.id.clone()))>"Undo"</button>
                </span>
            </Show>
        </div>
    }
}

/// A block in the output that the server has not opened as a hunk: on its way, or never to be one.
#[component]
pub fn BlockCard(
    /// The block.
    block: Block,
) -> impl IntoView {
    let open = block.open;
    view! {
        <div class="change" data-status=move || if open.get() { "open" } else { "applied" }>
            <span class="change-row"><span class="change-path"><bdi>{block.path}</bdi></span></span>
            <span class="change-why">{block.why}</span>
        </div>
    }
}
