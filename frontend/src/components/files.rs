//! The pane of files: the list, and making a new one.

use leptos::html;
use leptos::prelude::*;
use protocol::view::HunkStatus;
use protocol::{FileId, TurnId};

use super::coming::ComingFiles;
use super::icons;
use super::tree::Tree;
use crate::store::Store;
use crate::tree::Spot;

/// The file that the model writes in now.
fn writing(store: Store) -> Memo<Option<FileId>> {
    Memo::new(move |_| {
        let active: TurnId = store.active.get()?;
        let turn = store.turn(&active)?;
        turn.hunks.with(|hunks| {
            let last = hunks.last()?;
            last.view.with(|hunk| (hunk.status == HunkStatus::Open).then(|| hunk.file_id.clone())?)
        })
    })
}

/// The region `Files`.
#[component]
pub fn Files(
    /// Whether it lies over the panes, where they are stacked.
    files_open: RwSignal<bool>,
) -> impl IntoView {
    let store = Store::here();
    let creating = RwSignal::new(false);
    let focused = RwSignal::new(None::<Spot>);
    let writing = writing(store);
    // A choice is made: where the list lies over the editor, it gets out of the way.
    Effect::new(move |_| {
        store.open_file.track();
        files_open.set(false);
    });
    let list = NodeRef::<html::Ul>::new();
    view! {
        <section class="pane files" aria-label="Files" data-pane="files" tabindex="-1">
            <div class="pane-head">
                <h2 class="label">"Files"</h2>
                <ComingFiles />
                <div class="end">
                    <Show when=move || store.may_edit()>
                        <button class="icon-button" aria-label="New file" title="New file" on:click=move |_| creating.set(true)>
                            {icons::plus()}
                        </button>
                    </Show>
                </div>
            </div>
            <ul class="file-list" node_ref=list>
                <Show when=move || creating.get()>
                    <NewFile creating />
                </Show>
                <Tree list focused writing />
                <Show when=move || store.files.with(Vec::is_empty) && store.me.with(Option::is_some) && !creating.get()>
                    <li class="files-empty">
                        "No files yet. Make one, or ask the model for it."
                    </li>
                </Show>
            </ul>
        </section>
    }
}

/// The field for a new file's path.
#[component]
fn NewFile(creating: RwSignal<bool>) -> impl IntoView {
    let store = Store::here();
    let field = NodeRef::<html::Input>::new();
    Effect::new(move |_| {
        if let Some(field) = field.get() {
            let _ = field.focus();
        }
    });
    let make = move || {
        let path = field.get_untracked().map(|field| field.value()).unwrap_or_default();
        if path.trim().is_empty() || store.create_file(path.trim()) {
            creating.set(false);
        }
    };
    view! {
        <li class="file editing">
            <input class="field" node_ref=field aria-label="Path of the new file" placeholder="src/name.py"
                spellcheck="false" autocomplete="off"
                on:keydown=move |event| match event.key().as_str() {
                    "Enter" if !event.is_composing() => make(),
                    "Escape" => {
                        event.stop_propagation();
                        creating.set(false);
                    }
                    _ => {}
                }
                on:blur=move |_| creating.set(false) />
        </li>
    }
}
