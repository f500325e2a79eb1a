//! The keys of a replay: play, step by step, from mark to mark, to either end; comments.

use leptos::prelude::*;
use web_sys::KeyboardEvent;

use crate::store::Store;

/// Does what a key stands for. Whether it stands for anything here.
pub fn act(store: Store, event: &KeyboardEvent) -> bool {
    if event.ctrl_key() || event.meta_key() || event.alt_key() {
        return false;
    }
    comment(store, event) || is_ours() && play(store, event)
}

/// Letters mean nothing else wherever nobody types.
fn comment(store: Store, event: &KeyboardEvent) -> bool {
    if super::typing() {
        return false;
    }
    match event.key().as_str() {
        "c" | "C" => store.begin_comment(),
        "n" | "N" => store.go_to_comment(!event.shift_key()),
        _ => return false,
    }
    true
}

fn play(store: Store, event: &KeyboardEvent) -> bool {
    match event.key().as_str() {
        // A button is pressed by it.
        " " if on_button() => return false,
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

/// Whether nothing else has a use for such keys: the focus is nowhere, on the track, or among the comments.
fn is_ours() -> bool {
    document().active_element().is_none_or(|element| {
        element.tag_name().eq_ignore_ascii_case("body")
            || element
                .closest(".track, [data-pane=timeline]:focus, .comments-list, .comments-head")
                .ok()
                .flatten()
                .is_some()
    })
}

fn on_button() -> bool {
    document().active_element().is_some_and(|element| element.tag_name().eq_ignore_ascii_case("button"))
}
