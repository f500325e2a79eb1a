//! The middle pane: a slim head above Monaco, and what stands there while no file is open.

use leptos::prelude::*;

use super::coming::AwaitedFile;
use super::compare::Compare;
use super::held_zones::HeldZones;
use super::kept::Kept;
use super::locks::{EditorGuard, LockButton};
use super::people::{COLORS, avatar};
use super::presenting::Presenting;
use super::run_pane::{RunButtons, RunPane};
use super::{format, icons};
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
    let followed = Memo::new(move |_| store.person_followed().map(|id| store.person(&id).color % COLORS));
    view! {
        <section class="pane editor-pane" aria-label="Editor" data-pane="editor" tabindex="-1">
            <div class="pane-head editor-head">
                {move || path.get().map(|path| {
                    let (folder, name) = format::split_path(&path);
                    view! { <h2 class="editor-path" title=path><span>{folder}</span>{name}</h2> }
                })}
                <EditorGuard />
                <Presenting />
                <Follow />
                <Show when=move || path.get().is_some() && store.is_live()>
                    <FileTools />
                </Show>
            </div>
            <div class="editor-body" id="editor" data-person=move || followed.get().map(|color| color.to_string())>
                <Editor />
                <HeldZones />
                <Kept />
                <Compare />
                <AwaitedFile />
                <Show when=move || path.get().is_none() && store.me.with(Option::is_some)>
                    <div class="editor-empty">
                        <h2>{move || if store.files.with(Vec::is_empty) { "Nothing here yet" } else { "No file is open" }}</h2>
                        <p>{move || if store.files.with(Vec::is_empty) {
                            "Ask for a file in the prompt box, and watch it being written here. Or drop a folder, a zip or files of your own on the page."
                        } else {
                            "Choose one on the left, or start a turn: the editor goes where the model writes."
                        }}</p>
                    </div>
                </Show>
            </div>
            <RunPane />
        </section>
    }
}

/// What became of the open file, and whose its lines are.
#[component]
fn FileTools() -> impl IntoView {
    let store = Store::here();
    let compare = move |_| {
        if let Some(file) = store.open_file.get_untracked() {
            store.compare_file(&file);
        }
    };
    view! {
        <span class="file-tools">
            <RunButtons />
            <LockButton />
            <button class="icon-button" aria-label="Show authors" title="Who wrote the current line"
                aria-pressed=move || store.review.show_authors.get().to_string()
                on:click=move |_| store.toggle_authors()>{icons::author()}</button>
            <button class="icon-button" aria-label="Changes of this file" title="What became of this file since the session’s start"
                on:click=compare>{icons::compare()}</button>
        </span>
    }
}

/// With whom the editor goes along, and the way out of that, or back to it.
#[component]
fn Follow() -> impl IntoView {
    let store = Store::here();
    let running = Memo::new(move |_| store.active.get().is_some());
    // The one who presents is told of beside this.
    let presents =
        Memo::new(move |_| store.person_followed().is_some_and(|id| store.together.presenter.get() == Some(id)));
    let person = Memo::new(move |_| store.person_followed().map(|id| store.person(&id)));
    view! {
        <span class="follow" data-live=move || store.following.get().to_string()>
            {move || match (person.get(), running.get(), store.following.get()) {
                _ if presents.get() => ().into_any(),
                (Some(person), ..) => view! {
                    <span class="follow-person-chip" role="status" data-testid="following">
                        {avatar(&person)} "Following " <b>{person.name.clone()}</b>
                    </span>
                    <button class="button small" on:click=move |_| { store.stop_following_person(); }>"Stop" <kbd>"Esc"</kbd></button>
                }.into_any(),
                (None, true, true) => view! { <span class="writing-dot"></span> "Following the model" }.into_any(),
                (None, true, false) => view! {
                    <button class="button small" on:click=move |_| store.resume_following()>"Resume following"</button>
                }.into_any(),
                (None, false, _) => ().into_any(),
            }}
        </span>
    }
}
