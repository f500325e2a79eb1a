//! The preview: the way to the JavaScript that shows a page of the session in a frame of its own.
//!
//! The other side is `static/glue/preview.js`, and behind it the frame of `static/runner/preview.js`.

use js_sys::{Object, Reflect};
use wasm_bindgen::prelude::*;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = midstreamRunner, js_name = createPreview)]
    fn js_create(place: &web_sys::HtmlElement, viewer: &JsValue);

    /// Shows a page; carefully: what does not parse is not shown.
    #[wasm_bindgen(js_namespace = midstreamRunner, js_name = showPreview)]
    pub fn show(page: &str, careful: bool);
    /// Ends whatever is shown.
    #[wasm_bindgen(js_namespace = midstreamRunner, js_name = closePreview)]
    pub fn close();
    /// A batch was drawn: the next one may come.
    #[wasm_bindgen(js_namespace = midstreamRunner, js_name = morePreview)]
    pub fn more();
}

/// What the preview reports.
pub trait Viewer: 'static {
    /// A batch of events, as JSON, and how many were dropped before it.
    fn batch(&self, events: String, dropped: f64);
    /// A page was shown (`shown`), does not parse (`broken`), or does not end loading (`late`).
    fn settled(&self, how: String);
    /// A link was followed.
    fn go(&self, leads: String);
}

/// Has pages shown in an element from now on.
pub fn create(place: &web_sys::HtmlElement, viewer: impl Viewer) {
    let viewer = std::rc::Rc::new(viewer);
    let object = Object::new();
    let on = std::rc::Rc::clone(&viewer);
    let batch = Closure::<dyn Fn(String, f64)>::new(move |events, dropped| on.batch(events, dropped));
    let _ = Reflect::set(&object, &"batch".into(), &batch.into_js_value());
    let on = std::rc::Rc::clone(&viewer);
    let settled = Closure::<dyn Fn(String)>::new(move |how| on.settled(how));
    let _ = Reflect::set(&object, &"settled".into(), &settled.into_js_value());
    let go = Closure::<dyn Fn(String)>::new(move |leads| viewer.go(leads));
    let _ = Reflect::set(&object, &"go".into(), &go.into_js_value());
    js_create(place, &object);
}
