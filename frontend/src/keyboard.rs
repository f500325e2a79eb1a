//! The page's shortcuts. Monaco's own come first where it has the focus, with one exception: Ctrl/Cmd+. interrupts.

mod guard;
mod replay;
mod review;
mod run;
mod together;

use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{HtmlElement, KeyboardEvent};

use crate::browser::is_focus_within;
use crate::monaco;
use crate::store::{Route, Store};

/// Listens for as long as the page lives.
pub fn listen(store: Store) {
    // Capturing: before Monaco sees the key, so that a widget is still open when Esc is about to close it.
    let pressed = wasm_bindgen::closure::Closure::<dyn Fn(KeyboardEvent)>::new(move |event: KeyboardEvent| {
        if event.is_composing() || event.default_prevented() {
            return;
        }
        if act(store, &event) {
            event.prevent_default();
            event.stop_propagation();
        }
    });
    let listener = pressed.into_js_value();
    let _ = window().add_event_listener_with_callback_and_bool("keydown", listener.unchecked_ref(), true);
}

/// Does what a key stands for. Whether it stands for anything.
fn act(store: Store, event: &KeyboardEvent) -> bool {
    let command = event.ctrl_key() || event.meta_key();
    if store.route.get_untracked() == Route::Replay {
        return match event.key().as_str() {
            "?" if !command && !typing() => {
                store.toggle_sheet();
                true
            }
            "F6" => {
                cycle(if event.shift_key() { -1 } else { 1 });
                true
            }
            _ => !store.sheet_open.get_untracked() && replay::act(store, event),
        };
    }
    match event.key().as_str() {
        "." if command && !event.shift_key() => {
            store.interrupt();
            true
        }
        "Escape" => escape(store),
        "/" if command && !in_editor() => {
            store.toggle_sheet();
            true
        }
        "?" if !command && !typing() => {
            store.toggle_sheet();
            true
        }
        "k" if command && !event.shift_key() => {
            store.focus_composer();
            true
        }
        "j" if command && !event.alt_key() => {
            store.resume_following();
            true
        }
        "F6" => {
            cycle(if event.shift_key() { -1 } else { 1 });
            true
        }
        // By its place: with Alt, a Mac's X is another letter.
        _ if event.alt_key() && !command && event.code() == "KeyX" => {
            if event.shift_key() {
                store.copy_patch("start");
            } else {
                store.toggle_ship();
            }
            true
        }
        _ => {
            run::act(store, event)
                || together::act(store, event)
                || guard::act(store, event)
                || review::act(store, event)
        }
    }
}

/// Esc closes the nearest thing first: the sheet, a widget of Monaco's, an open dialog, what the focus is in and closes
/// by itself (`data-escape`), the diff view. Only then it interrupts, and ends going along with a person. Who goes along
/// with the one who presents takes over, and interrupts nothing but a turn of their own.
fn escape(store: Store) -> bool {
    if store.sheet_open.get_untracked() {
        store.sheet_open.set(false);
        return true;
    }
    let dialog = document().query_selector("dialog[open], [role=menu], [role=listbox][data-open]").ok().flatten();
    let own = is_focus_within("[data-escape]");
    if dialog.is_some() || own || (in_editor() && monaco::widget_open()) {
        return false;
    }
    if store.review.asked.with_untracked(Option::is_some) {
        store.close_compare();
        return true;
    }
    let takes_over = store.follows_presenter_now() && !untrack(|| store.runs_my_turn());
    let followed = store.stop_following_person();
    if takes_over || store.active.get_untracked().is_none() || !untrack(|| store.may_edit()) {
        return followed;
    }
    store.interrupt();
    true
}

fn in_editor() -> bool {
    is_focus_within(".monaco-editor")
}

fn typing() -> bool {
    is_focus_within("input, textarea, select, [contenteditable], .monaco-editor")
}

/// Moves the focus to the next pane.
fn cycle(by: i32) {
    let Ok(found) = document().query_selector_all("[data-pane]:not([hidden])") else {
        return;
    };
    let panes: Vec<HtmlElement> = (0..found.length()).filter_map(|i| found.item(i)?.dyn_into().ok()).collect();
    // The innermost: the pane of runs is within the editor's.
    let at = document().active_element().and_then(|e| panes.iter().rposition(|p| p.contains(Some(&e))));
    let count = i32::try_from(panes.len()).unwrap_or(0);
    if count == 0 {
        return;
    }
    let next = at.map_or(0, |at| (i32::try_from(at).unwrap_or(0) + by).rem_euclid(count));
    let Some(pane) = usize::try_from(next).ok().and_then(|i| panes.get(i)) else {
        return;
    };
    if pane.query_selector(".monaco-editor").ok().flatten().is_some() {
        monaco::focus();
        return;
    }
    let inner = pane.query_selector("[data-pane-focus]").ok().flatten().and_then(|e| e.dyn_into::<HtmlElement>().ok());
    let _ = inner.as_ref().unwrap_or(pane).focus();
}
