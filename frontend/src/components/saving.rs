//! Whether what one sees is on disk: a quiet word in the bar.

use leptos::prelude::*;
use protocol::server::Stall;

use crate::store::{Saving, Store};

/// "Saved", while it is; what is wrong, while it is not.
#[component]
pub fn SavingNote() -> impl IntoView {
    let store = Store::here();
    let state = move || match store.saving.get() {
        Saving::Unknown => "unknown",
        Saving::OnItsWay => "saving",
        Saving::Saved => "saved",
        Saving::Stalled(_) => "stalled",
    };
    let words = move || match store.saving.get() {
        Saving::Unknown => "",
        Saving::OnItsWay => "Saving…",
        Saving::Saved => "Saved",
        Saving::Stalled(Stall::Full) => "Not saved: the server's disk is full",
        Saving::Stalled(Stall::ReadOnly) => "Not saved: the server's disk is read-only",
        Saving::Stalled(Stall::Failed) => "Not saved: the server's disk has failed",
    };
    // Said aloud only when it matters.
    let role = move || if matches!(store.saving.get(), Saving::Stalled(_)) { "alert" } else { "note" };
    view! { <span class="saving" data-testid="saving" data-state=state role=role>{words}</span> }
}
