//! What the editor shows of its text, by its first line.

use wasm_bindgen::prelude::*;

#[wasm_bindgen]
extern "C" {
    /// Whether [`super::Host::scrolled`] is told where the editor is. Tells it at once.
    #[wasm_bindgen(js_namespace = midstreamMonaco, js_name = watchViewport)]
    pub fn watch(on: bool);
    /// Scrolls so that the line with this offset is the first one, `past` hundredths of it scrolled past. The
    /// first of a selection's `ends` that is among so many `lines` from there on is in view, too.
    #[wasm_bindgen(js_namespace = midstreamMonaco, js_name = showViewport)]
    pub fn show(offset: u32, past: u8, lines: u16, ends: &[u32]);
}
