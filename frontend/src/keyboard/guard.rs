//! The keys of held hunks and locks. Letters with Alt are taken by their place on the keyboard, but never where they
//! type a character of their own: a Mac's Option key does.

use leptos::prelude::*;
use web_sys::KeyboardEvent;

use crate::browser::is_focus_within;
use crate::store::guard::Place;
use crate::store::{Hunk, Store};

/// Does what a key stands for. Whether it stands for anything here.
pub fn act(store: Store, event: &KeyboardEvent) -> bool {
    let command = event.ctrl_key() || event.meta_key();
    if command && event.alt_key() {
        // With AltGr a letter is typed, not a command given.
        let lock = event.code() == "KeyL" && (event.meta_key() || event.key().eq_ignore_ascii_case("l"));
        if lock {
            store.toggle_lock();
        }
        return lock;
    }
    if command || !event.alt_key() || !store.may_edit() {
        return false;
    }
    let current = || store.held_at_hand().filter(|hunk| store.current_hunk.get_untracked().as_ref() == Some(&hunk.id));
    match (event.key().as_str(), event.code().as_str()) {
        ("Enter", _) if !in_words() => current().is_some_and(|hunk| apply(store, &hunk)),
        ("Backspace", _) if !in_words() => current().is_some_and(|hunk| refuse(store, &hunk)),
        (key, code) if letter(key, code, super::typing()) => match code {
            "KeyA" => store.held_at_hand().is_some_and(|hunk| apply(store, &hunk)),
            "KeyR" => store.held_at_hand().is_some_and(|hunk| refuse(store, &hunk)),
            "KeyS" => store.held_at_hand().is_some_and(|hunk| steer(store, &hunk)),
            "KeyH" => go(store),
            _ => false,
        },
        _ => false,
    }
}

/// Whether an Alt key means a command: not where it types something that is no plain letter.
fn letter(key: &str, code: &str, typing: bool) -> bool {
    let plain = key.chars().all(|c| c.is_ascii_alphabetic());
    code.starts_with("Key") && (plain || !typing)
}

/// In the field of a refusal these keys are its own.
fn in_words() -> bool {
    is_focus_within(".held-words, .composer textarea")
}

fn apply(store: Store, hunk: &Hunk) -> bool {
    if hunk.view.with_untracked(|view| view.proposal.is_some()) {
        store.apply_hunk(hunk);
    } else {
        store.say("It can be applied once all of it is written");
    }
    true
}

fn refuse(store: Store, hunk: &Hunk) -> bool {
    store.refuse_hunk(hunk);
    true
}

/// The words are typed where the hunk is seen: in the editor if it has its place there, else on its card.
fn steer(store: Store, hunk: &Hunk) -> bool {
    if store.active.get_untracked().as_ref() != Some(&hunk.turn) {
        return true;
    }
    let has_place = hunk.view.with_untracked(|view| view.place.is_some());
    store.begin_refusal(hunk, if has_place { Place::Editor } else { Place::Card });
    true
}

fn go(store: Store) -> bool {
    let any = !untrack(|| store.held()).is_empty();
    if any {
        store.next_held();
    }
    any
}

#[cfg(test)]
mod tests {
    use super::letter;

    #[test]
    fn a_letter_that_is_being_typed_is_no_command() {
        assert!(letter("a", "KeyA", true) && letter("A", "KeyA", false));
        assert!(letter("å", "KeyA", false), "a Mac's Option A, where nothing is typed");
        assert!(!letter("å", "KeyA", true) && !letter("ą", "KeyA", true));
        assert!(!letter("1", "Digit1", false));
    }
}
