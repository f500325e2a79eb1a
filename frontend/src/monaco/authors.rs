//! Who wrote it, as the editor shows it: on hover, and at the end of the current line. The other side is
//! `static/glue/authors.js`.

use js_sys::{Function, Object, Promise, Reflect};
use protocol::FileId;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::future_to_promise;

use crate::client::Written;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = midstreamMonaco, js_name = onAuthor)]
    fn js_on_author(ask: &Function);
    #[wasm_bindgen(js_namespace = midstreamMonaco, js_name = currentLine)]
    fn js_current_line() -> JsValue;

    /// Writes at the end of a line, from 1; nothing, and what was written goes.
    #[wasm_bindgen(js_namespace = midstreamMonaco)]
    pub fn annotate(line: u32, words: &str);
}

/// A line of the open file.
pub struct Line {
    /// From 1.
    pub number: u32,
    /// Its first unit.
    pub start: u32,
    /// Its end, before the line break.
    pub end: u32,
}

/// The line that the caret is in.
pub fn current_line() -> Option<Line> {
    let line = js_current_line();
    let number = |name: &str| Some(Reflect::get(&line, &name.into()).ok()?.as_f64()? as u32);
    Some(Line { number: number("number")?, start: number("start")?, end: number("end")? })
}

/// Has hovers ask who wrote what stands at an offset of a file.
pub fn on_author<F: Future<Output = Option<Written>> + 'static>(ask: impl Fn(FileId, u32) -> F + 'static) {
    let asked = Closure::<dyn Fn(String, u32) -> Promise>::new(move |file: String, offset: u32| {
        let answer = ask(FileId(file), offset);
        future_to_promise(async move {
            let Some(written) = answer.await else {
                return Ok(JsValue::UNDEFINED);
            };
            let object = Object::new();
            for (name, value) in [
                ("start", JsValue::from(written.start)),
                ("end", JsValue::from(written.end)),
                ("words", JsValue::from_str(&written.words)),
            ] {
                Reflect::set(&object, &name.into(), &value)?;
            }
            Ok(object.into())
        })
    });
    js_on_author(asked.into_js_value().unchecked_ref());
}
