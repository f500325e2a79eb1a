//! The keys of a replay: play, step by step, from mark to mark, to either end.

use leptos::prelude::*;
use web_sys::KeyboardEvent;

use crate::store::Store;

/// Does what a key stands for. Whether it stands for anything here.
pub fn act(store: Store, event: &KeyboardEvent) -> bool {
    if event.ctrl_key() || event.meta_key() || event.alt_key() || !is_ours() {
        return false;
    }
    match event.key().as_str() {
        " " | "k" => store.replay_toggle(),
        "ArrowRight" if event.shift_key() => store.replay_mark(true),
        "ArrowLeft" if event.shift_key() => store.replay_mark(false),
        "ArrowRight" => store.replay_step(true),
        "ArrowLeft" => store.replay_step(false),
        "Home" => store.replay_end(false),
        "End" => store.replay_end(true),
        _ => return false,
    }
    true
}

/// Whether nothing else has a use for such keys: the focus is nowhere, or on the track.
fn is_ours() -> bool {
    document().active_element().is_none_or(|element| {
        element.tag_name().eq_ignore_ascii_case("body")
            || element.closest(".track, [data-pane=timeline]:focus").ok().flatten().is_some()
    })
}
