//! The page of a session: the bar, what goes on with the connection, three panes, the latency strip.

use leptos::prelude::*;

use super::banner::Banner;
use super::drop_target::DropTarget;
use super::editor_pane::EditorPane;
use super::files::Files;
use super::latency::Latency;
use super::ship::{Passing, Ship};
use super::topbar::Topbar;
use super::turn_pane::TurnPane;

/// The page at `/s/{id}`.
#[component]
pub fn Session() -> impl IntoView {
    let files_open = RwSignal::new(false);
    view! {
        <div class="app" data-files=move || if files_open.get() { "open" } else { "closed" }>
            <Topbar files_open />
            <Banner />
            <main class="panes">
                <Files files_open />
                <EditorPane />
                <TurnPane />
            </main>
            <Latency />
            <DropTarget />
            <Passing />
            <Ship />
        </div>
    }
}
