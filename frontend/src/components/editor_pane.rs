//! The middle pane: a slim head above Monaco, and what stands there while no file is open.

use leptos::prelude::*;

use super::format;
use crate::editor::Editor;
use crate::store::Store;

/// The pane of the editor.
#[component]
pub fn EditorPane() -> impl IntoView {
    let store = Store::here();
    let path = Memo::new(move |_| {
        let open = store.open_file.get()?;
        store.files.with(|files| files.iter().find(|file| file.id == open).map(|file| file.display.clone()))
    });
    view! {
        <section class="pane editor-pane" aria-label="Editor" data-pane="editor" tabindex="-1">
            <div class="pane-head editor-head">
                {move || path.get().map(|path| {
                    let (folder, name) = format::split_path(&path);
                    view! { <h2 class="editor-path" title=path><span>{folder}</span>{name}</h2> }
                })}
                <Follow />
            </div>
            <div class="editor-body" id="editor">
                <Editor />
                <Show when=move || path.get().is_none() && store.me.with(Option::is_some)>
                    <div class="editor-empty">
                        <h2>{move || if store.files.with(Vec::is_empty) { "Nothing here yet" } else { "No file is open" }}</h2>
                        <p>{move || if store.files.with(Vec::is_empty) {
                            "Ask for a file in the prompt box, and watch it being written here. Or make one yourself."
                        } else {
                            "Choose one on the left, or start a turn: the editor goes where the model writes."
                        }}</p>
                    </div>
                </Show>
            </div>
        </section>
    }
}

/// Whether the editor goes where the model writes, and the way back to that.
#[component]
fn Follow() -> impl IntoView {
    let store = Store::here();
    let running = Memo::new(move |_| store.active.get().is_some());
    view! {
        <span class="follow" data-live=move || store.following.get().to_string()>
            {move || match (running.get(), store.following.get()) {
                (true, true) => view! { <span class="writing-dot"></span> "Following the model" }.into_any(),
                (true, false) => view! {
                    <button class="button small" on:click=move |_| store.resume_following()>"Resume following"</button>
                }.into_any(),
                (false, _) => ().into_any(),
            }}
        </span>
    }
}
