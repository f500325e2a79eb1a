//! The diff editor: two texts beside each other, read-only. The other side is `static/glue/diff.js`.

use wasm_bindgen::prelude::*;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = midstreamMonaco, js_name = createDiff)]
    fn js_create(place: &web_sys::HtmlElement);
    #[wasm_bindgen(js_namespace = midstreamMonaco, js_name = stepDiff)]
    fn js_step(by: i32, round: bool) -> bool;

    /// Unmounts the diff editor, and its texts with it.
    #[wasm_bindgen(js_namespace = midstreamMonaco, js_name = disposeDiff)]
    pub fn dispose();
    /// Shows what became of a text, in the language that the path tells.
    #[wasm_bindgen(js_namespace = midstreamMonaco, js_name = showDiff)]
    pub fn show(path: &str, before: &str, after: &str);
    /// The next text that is shown begins at its last change.
    #[wasm_bindgen(js_namespace = midstreamMonaco, js_name = beginDiffAtTheEnd)]
    pub fn begin_at_the_end(end: bool);
    /// One column instead of two.
    #[wasm_bindgen(js_namespace = midstreamMonaco, js_name = setDiffInline)]
    pub fn set_inline(inline: bool);
    /// Puts the keyboard into it.
    #[wasm_bindgen(js_namespace = midstreamMonaco, js_name = focusDiff)]
    pub fn focus();
}

/// Fills an element with the diff editor.
pub fn create(place: &web_sys::HtmlElement) {
    js_create(place);
}

/// Goes to the next change, or the one before. Whether there was one; with `round` it begins anew after the last.
pub fn step(by: isize, round: bool) -> bool {
    js_step(if by < 0 { -1 } else { 1 }, round)
}
