//! Panels that open at a button and close when the person goes elsewhere.

use leptos::html;
use leptos::prelude::*;
use wasm_bindgen::JsCast;

/// Closes a panel when a click, or the focus, goes outside of the element that holds it and its button.
pub fn close_elsewhere(open: RwSignal<bool>, root: NodeRef<html::Div>) {
    let elsewhere = move |target: Option<web_sys::EventTarget>| {
        let inside = target.and_then(|target| target.dyn_into::<web_sys::Node>().ok()).zip(root.get_untracked());
        if !inside.is_some_and(|(node, root)| root.contains(Some(&node))) {
            open.set(false);
        }
    };
    for kind in ["pointerdown", "focusin"] {
        let listener = window_event_listener_untyped(kind, move |event| {
            if open.try_get_untracked() == Some(true) {
                elsewhere(event.target());
            }
        });
        on_cleanup(move || listener.remove());
    }
}
