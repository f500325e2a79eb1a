//! The keys of review: through the changes, keep, revert, compare.

use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{HtmlInputElement, HtmlTextAreaElement, KeyboardEvent};

use crate::monaco;
use crate::store::Store;

/// Does what a key stands for. Whether it stands for anything here.
pub fn act(store: Store, event: &KeyboardEvent) -> bool {
    let alone = !event.ctrl_key() && !event.meta_key();
    match (event.key().as_str(), event.alt_key()) {
        ("F7", false) if alone => {
            store.step_change(if event.shift_key() { -1 } else { 1 });
            true
        }
        ("Enter", true) if alone && !writing() => store.keep_current(),
        ("Backspace", true) if alone && !writing() => store.revert_current(),
        // By its place: with Alt, a Mac's D is another letter.
        _ if alone && event.alt_key() && event.code() == "KeyD" => {
            store.toggle_compare();
            true
        }
        // In the editor's search it matches case.
        _ if alone && event.alt_key() && event.code() == "KeyC" && !monaco::widget_open() => store.focus_convention(),
        _ => false,
    }
}

/// Whether words are being written somewhere: there, these keys are the field's own. In the editor they are not, for
/// typing there ends the review.
fn writing() -> bool {
    let Some(field) =
        document().active_element().filter(|e| e.closest(".monaco-editor .inputarea").ok().flatten().is_none())
    else {
        return false;
    };
    let text = field
        .dyn_ref::<HtmlTextAreaElement>()
        .map(HtmlTextAreaElement::value)
        .or_else(|| field.dyn_ref::<HtmlInputElement>().map(HtmlInputElement::value));
    text.is_some_and(|text| !text.is_empty())
}
