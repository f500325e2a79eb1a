//! The page of a session: the bar, three panes, the latency strip, and the calm bar while the connection is lost.

use leptos::prelude::*;

use super::editor_pane::EditorPane;
use super::files::Files;
use super::latency::Latency;
use super::topbar::Topbar;
use super::turn_pane::TurnPane;
use crate::store::{Connection, Store};

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
        </div>
    }
}

/// What goes on with the connection, and that nothing is lost.
#[component]
fn Banner() -> impl IntoView {
    let store = Store::here();
    let attempt = Memo::new(move |_| match store.connection.get() {
        Connection::Reconnecting { attempt, .. } => Some(attempt),
        _ => None,
    });
    view! {
        <div role="status" class="banner-place">
            {move || attempt.get().map(|attempt| view! {
                <div class="banner">
                    <strong>"Connection lost"</strong>
                    <span>
                        "Keep typing: your edits are kept, and sent when it is back. Trying again by itself"
                        {(attempt > 1).then(|| format!(" (attempt {attempt})"))} "."
                    </span>
                </div>
            })}
        </div>
    }
}
