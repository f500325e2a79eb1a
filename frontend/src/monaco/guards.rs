//! Locks, scope and held hunks in the editor: the other side is `static/glue/guards.js` and `static/glue/blocks.js`.

use js_sys::{Array, Object};
use wasm_bindgen::prelude::*;

use super::put;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = midstreamMonaco, js_name = showLocks)]
    fn js_show_locks(locks: &Array);
    #[wasm_bindgen(js_namespace = midstreamMonaco, js_name = showScope)]
    fn js_show_scope(flat: &Array);
    #[wasm_bindgen(js_namespace = midstreamMonaco, js_name = selectedOffsets)]
    fn js_selection() -> Option<Array>;

    /// Where the cursor is in the open file.
    #[wasm_bindgen(js_namespace = midstreamMonaco)]
    pub fn caret() -> Option<u32>;
    /// Whether this page's person may lock: the menu and the marks say so.
    #[wasm_bindgen(js_namespace = midstreamMonaco, js_name = setOwner)]
    pub fn set_owner(owner: bool);
    /// Puts an element above the lines between two offsets of the open file, or moves it there.
    #[wasm_bindgen(js_namespace = midstreamMonaco, js_name = putBlock)]
    pub fn put_block(id: &str, element: &web_sys::HtmlElement, start: u32, end: u32);
    /// Takes an element away.
    #[wasm_bindgen(js_namespace = midstreamMonaco, js_name = removeBlock)]
    pub fn remove_block(id: &str);
    /// Scrolls to an element, if it is not in sight.
    #[wasm_bindgen(js_namespace = midstreamMonaco, js_name = revealBlock)]
    pub fn reveal_block(id: &str);
}

/// A lock of the open file.
pub struct LockMark {
    /// The lock.
    pub id: String,
    /// Who locked it, and what that means.
    pub says: String,
    /// The whole file is locked.
    pub whole: bool,
    /// Its first unit.
    pub start: u32,
    /// After its last.
    pub end: u32,
}

/// The locks of the open file; replaces those that were shown.
pub fn show_locks(locks: &[LockMark]) {
    let list = Array::new();
    for lock in locks {
        let object = Object::new();
        put(&object, "id", lock.id.as_str());
        put(&object, "says", lock.says.as_str());
        put(&object, "whole", lock.whole);
        put(&object, "start", lock.start);
        put(&object, "end", lock.end);
        list.push(&object);
    }
    js_show_locks(&list);
}

/// The parts of the open file that the scope names; none: it names no parts of it.
pub fn show_scope(parts: &[(u32, u32)]) {
    let flat = parts.iter().flat_map(|(start, end)| [*start, *end]).map(JsValue::from).collect::<Array>();
    js_show_scope(&flat);
}

/// What is selected in the open file, if anything is: the fixed end and the moving one.
pub fn selection() -> Option<(u32, u32)> {
    let ends = js_selection()?;
    let end = |at| ends.get(at).as_f64().map(|offset| offset as u32);
    Some((end(0)?, end(1)?))
}
