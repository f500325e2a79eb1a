//! The keys of being several: going along with a person, presenting, and sharing.

use web_sys::KeyboardEvent;

use crate::store::Store;

/// Does what a key stands for. Whether it stands for anything here.
pub fn act(store: Store, event: &KeyboardEvent) -> bool {
    let command = event.ctrl_key() || event.meta_key();
    if !command || !event.alt_key() || !is_letter(event) {
        return false;
    }
    match event.code().as_str() {
        "KeyJ" => store.follow_next(),
        "KeyP" if store.may_edit_now() => store.toggle_presenting(),
        "KeyS" if may_share(store) => store.toggle_share(),
        _ => return false,
    }
    true
}

fn may_share(store: Store) -> bool {
    leptos::prelude::untrack(|| store.may_share())
}

/// With AltGr a letter is typed, not a command given: then the key is another one than its place says.
fn is_letter(event: &KeyboardEvent) -> bool {
    let code = event.code();
    let letter = code.strip_prefix("Key").unwrap_or_default();
    event.meta_key() || event.key().eq_ignore_ascii_case(letter)
}
