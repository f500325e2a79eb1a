//! The files that differ, as a list to choose from: how much, and whether one is new, gone or moved.

use leptos::prelude::*;
use protocol::http::FileChange;

use super::format;
use crate::store::Store;
use crate::store::review::{Compared, Found};

/// What happened to a file as a whole.
fn fate(change: &FileChange) -> Option<&'static str> {
    match (&change.before, &change.after, &change.moved_from) {
        (None, ..) => Some("new"),
        (_, None, _) => Some("gone"),
        (.., Some(_)) => Some("moved"),
        _ => None,
    }
}

/// The list; nothing where there is nothing to choose.
#[component]
pub fn FilesThatDiffer() -> impl IntoView {
    let store = Store::here();
    let files = move || match store.review.found.get() {
        Found::Files(files) => files.iter().cloned().enumerate().collect::<Vec<_>>(),
        Found::Loading | Found::Failed(_) => Vec::new(),
    };
    view! {
        <Show when=move || { !files().is_empty() }>
            <ul class="compare-files" aria-label="Files that differ">
                {move || files().into_iter().map(|(at, file)| view! { <One at file /> }).collect_view()}
            </ul>
        </Show>
    }
}

#[component]
fn One(at: usize, file: Compared) -> impl IntoView {
    let store = Store::here();
    let here = Memo::new(move |_| store.review.at.get() == at);
    let Compared { change, added, removed } = file;
    let fate = fate(&change);
    let (folder, name) = format::split_path(&change.path);
    let title = match &change.moved_from {
        Some(before) => format!("{before} → {}", change.path),
        None => change.path.clone(),
    };
    view! {
        <li>
            <button class="compare-file" title=title aria-current=move || here.get().then_some("true")
                on:click=move |_| store.review.at.set(at)>
                <span class="compare-path"><span class="file-dir">{folder}</span>{name}</span>
                {fate.map(|fate| view! { <span class="compare-fate">{fate}</span> })}
                <span class="change-counts">
                    <span class="added">"+" {added}</span>
                    <span class="removed">"−" {removed}</span>
                </span>
            </button>
        </li>
    }
}
