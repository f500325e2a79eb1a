//! The page of a replay: the session as it was, read-only, above its timeline.

use leptos::prelude::*;

use super::comments::Comments;
use super::editor_pane::EditorPane;
use super::files::Files;
use super::icons;
use super::people::People;
use super::timeline::Timeline;
use super::topbar::ThemeButton;
use super::turn_pane::ReplayedTurns;
use crate::store::Store;

/// The page at `/s/{id}/replay`.
#[component]
pub fn Replay() -> impl IntoView {
    let store = Store::here();
    let known = Memo::new(move |_| store.replay.index.with(Option::is_some));
    let files_open = RwSignal::new(false);
    let title = move || {
        let lesson = store.lesson.with(|lesson| lesson.as_ref().map(|lesson| lesson.title.clone()));
        let asked = || store.turns.with(|turns| turns.first().map(|turn| turn.prompt.clone()));
        lesson.or_else(asked).unwrap_or_else(|| "A session".to_owned())
    };
    view! {
        <div class="app replay" data-files=move || if files_open.get() { "open" } else { "closed" }>
            <header class="topbar">
                <button class="icon-button files-toggle" aria-label="Show files"
                    aria-expanded=move || files_open.get().to_string()
                    on:click=move |_| files_open.update(|open| *open = !*open)>{icons::list()}</button>
                <button class="brand" title="Back to the first screen" on:click=move |_| store.leave()>
                    {icons::mark()} <span>"Midstream"</span>
                </button>
                <div class="topbar-title"><b>{title}</b> <span>"Replay"</span></div>
                <div class="topbar-end">
                    <People />
                    <Fork />
                    <Show when=move || store.may_enter()>
                        <button class="button small" on:click=move |_| store.leave_replay()>"Open the session"</button>
                    </Show>
                    <ThemeButton />
                    <button class="icon-button" aria-label="Keyboard shortcuts" title="Keyboard shortcuts (?)"
                        on:click=move |_| store.toggle_sheet()>{icons::keys()}</button>
                </div>
            </header>
            <main class="panes">
                <Files files_open />
                <EditorPane />
                <div class="replay-side">
                    <ReplayedTurns />
                    <Comments />
                </div>
            </main>
            <Show when=move || known.get() fallback=|| view! { <p class="timeline waiting" role="status">"Reading the timeline…"</p> }>
                <Timeline />
            </Show>
        </div>
    }
}

#[component]
fn Fork() -> impl IntoView {
    let store = Store::here();
    view! {
        <button class="button small primary" title="A session of your own that goes on from here, with the conversation up to here"
            disabled=move || store.replay.forking.get() || store.replay.index.with(Option::is_none)
            on:click=move |_| store.fork_here()>
            {move || if store.replay.forking.get() { "Forking…" } else { "Fork from here" }}
        </button>
    }
}
