//! A hunk as a quiet card: where, why, how much, and how it stands. A click shows its place.

use leptos::html;
use leptos::prelude::*;
use protocol::view::{HunkStatus, HunkView};

use super::held::{Held, title};
use crate::review;
use crate::store::guard::Place;
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
        HunkStatus::Reverted => Some(match &hunk.note {
            Some(note) => format!("Reverted. {note}"),
            None => "Reverted".to_owned(),
        }),
        HunkStatus::Accepted => Some("Kept".to_owned()),
        HunkStatus::Held => Some("Held".to_owned()),
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
    let turn = hunk.turn.clone();
    let note = Memo::new(move |_| {
        view.with(|hunk| match hunk.status {
            HunkStatus::Held => Some(format!("Held. {}", title(store, &turn, hunk))),
            _ => note(hunk),
        })
    });
    let path = Memo::new(move |_| view.with(|hunk| hunk.path.clone()));
    let id = hunk.id.clone();
    let current = Memo::new(move |_| store.current_hunk.with(|now| now.as_ref() == Some(&id)));
    let card = NodeRef::<html::Div>::new();
    // Keys lead from card to card: the current one is where one can see it.
    Effect::new(move |_| {
        if let Some(card) = card.get().filter(|_| current.get()) {
            into_view(&card);
        }
    });
    announce_note(store, &hunk);
    // Nothing is counted before a line is whole, and nothing counts where nothing was applied.
    let counted =
        Memo::new(move |_| view.with(|hunk| hunk.status != HunkStatus::Failed && hunk.added + hunk.removed > 0));
    let hunk = StoredValue::new(hunk);
    view! {
        <div class="change" node_ref=card data-status=move || status_name(status.get()) data-testid="hunk"
            data-current=move || current.get().to_string()>
            <button class="change-main" title="Show it in the editor" aria-current=move || current.get().then_some("true")
                on:click=move |_| hunk.with_value(|hunk| store.visit_hunk(hunk))>
                <span class="change-row">
                    <span class="change-path"><bdi>{path}</bdi></span>
                    <Show when=move || counted.get()>
                        <span class="change-counts">
                            <span class="added">"+" {move || view.with(|hunk| hunk.added)}</span>
                            <span class="removed">"−" {move || view.with(|hunk| hunk.removed)}</span>
                        </span>
                    </Show>
                </span>
                <Why view open=current />
                {move || note.get().map(|note| view! { <span class="change-note">{note}</span> })}
            </button>
            <Show when=move || store.may_edit() && status.get().is_in_the_document()>
                <Decide hunk=hunk.get_value() />
            </Show>
            <Show when=move || status.get() == HunkStatus::Held>
                <Held hunk=hunk.get_value() place=Place::Card />
            </Show>
        </div>
    }
}

/// The reason: a line while the card is closed, all of it once it is open. The title always has all of it.
#[component]
fn Why(view: RwSignal<HunkView>, open: Memo<bool>) -> impl IntoView {
    let why = Memo::new(move |_| view.with(|hunk| hunk.why.clone()));
    view! {
        <span class="change-why" title=why>
            {move || why.with(|why| if open.get() { why.clone() } else { review::short_why(why).into_owned() })}
        </span>
    }
}

/// What a person can say of a change that stands in the document.
#[component]
fn Decide(hunk: Hunk) -> impl IntoView {
    let store = Store::here();
    let status = Memo::new(move |_| hunk.view.with(|hunk| hunk.status));
    let (keep, revert) = (hunk.clone(), hunk);
    let path = revert.view.with_untracked(|hunk| hunk.path.clone());
    let keep_name = format!("Keep this change of {path}");
    let revert_name = format!("Revert this change of {path}");
    view! {
        <span class="change-actions">
            {move || {
                let (keep, name) = (keep.clone(), keep_name.clone());
                matches!(status.get(), HunkStatus::Applied | HunkStatus::Partial).then(|| view! {
                    <button class="button small" aria-label=name title="Keep: no later cut takes it back (Alt Enter)"
                        on:click=move |_| store.accept_hunk(keep.turn.clone(), keep.id.clone())>"Keep"</button>
                })
            }}
            <button class="button small" aria-label=revert_name title="Take this change back (Alt Backspace)"
                on:click=move |_| store.revert_hunk(revert.turn.clone(), revert.id.clone())>"Revert"</button>
        </span>
    }
}

/// What a revert left standing is told when it comes, and not again with every visit.
fn announce_note(store: Store, hunk: &Hunk) {
    let view = hunk.view;
    Effect::new(move |before: Option<Option<String>>| {
        let note = view.with(|hunk| hunk.note.clone());
        if let (Some(before), Some(words)) = (before, &note)
            && before.as_ref() != Some(words)
        {
            store.say(format!("Reverted. {words}"));
        }
        note
    });
}

/// Scrolls no further than needed.
fn into_view(card: &web_sys::Element) {
    let options = web_sys::ScrollIntoViewOptions::new();
    options.set_block(web_sys::ScrollLogicalPosition::Nearest);
    card.scroll_into_view_with_scroll_into_view_options(&options);
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
            <span class="change-why" title=block.why.clone()>{review::short_why(&block.why).into_owned()}</span>
        </div>
    }
}
