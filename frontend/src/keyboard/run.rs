//! Keys that run, stop, and show what was run.

use leptos::prelude::*;
use web_sys::KeyboardEvent;

use super::in_editor;
use crate::browser::is_focus_within;
use crate::store::Store;

/// Does what a key stands for. Whether it stands for anything.
pub fn act(store: Store, event: &KeyboardEvent) -> bool {
    let command = event.ctrl_key() || event.meta_key();
    match (event.code().as_str(), command, event.shift_key()) {
        // In the prompt box this key begins a new turn.
        ("Enter" | "NumpadEnter", true, false) if in_editor() || in_the_pane() => store.run(),
        ("Enter" | "NumpadEnter", true, true) if in_editor() || in_the_pane() => store.run_tests(),
        ("Period", true, true) => store.stop_run(),
        ("Backquote", true, false) => store.show_run_pane(!store.running.open.get_untracked()),
        _ => return false,
    }
    true
}

fn in_the_pane() -> bool {
    is_focus_within("[data-pane=run], [data-pane=files]")
}
