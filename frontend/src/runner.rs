//! The runner: the way to the JavaScript that compiles and runs people's code. Typed calls out, typed events in.
//!
//! The other side is `static/glue/{runner,compile}.js`, and behind it the frame of `static/runner/`.

use js_sys::{Object, Promise, Reflect};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;

use crate::run::link::Compiled;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = midstreamRunner, js_name = attach)]
    fn js_attach(host: &JsValue);
    #[wasm_bindgen(js_namespace = midstreamRunner, js_name = start, catch)]
    fn js_start(run: u32, kind: &str, program: &str) -> Result<Promise, JsValue>;
    #[wasm_bindgen(js_namespace = midstreamRunner, js_name = compile, catch)]
    fn js_compile(path: &str, text: &str, typed: bool) -> Result<Promise, JsValue>;

    /// Makes the frame ready, if it is not.
    #[wasm_bindgen(js_namespace = midstreamRunner)]
    pub fn warm();
    /// Makes the frame ready when the page has nothing better to do.
    #[wasm_bindgen(js_namespace = midstreamRunner, js_name = warmWhenIdle)]
    pub fn warm_when_idle();
    /// A batch was drawn: the next one may come.
    #[wasm_bindgen(js_namespace = midstreamRunner)]
    pub fn more();
    /// Ends a program, whatever it does; gently: it may be interrupted, so that its worker can be used again.
    #[wasm_bindgen(js_namespace = midstreamRunner)]
    pub fn stop(run: u32, gently: bool);
    /// The line that a program waits for.
    #[wasm_bindgen(js_namespace = midstreamRunner)]
    pub fn line(text: &str);
}

/// What the runner reports. Runs are named by the number that they were started with.
pub trait Host: 'static {
    /// A batch of events, as JSON; how many were dropped before it; whether the program has ended.
    fn batch(&self, run: u32, events: String, dropped: f64, last: bool);
    /// It was ended, or its frame is gone.
    fn stopped(&self, run: u32, crashed: bool);
    /// It waits for a line.
    fn ask(&self, run: u32, prompt: String);
    /// What a language needs is being loaded: bytes so far, bytes in all.
    fn loading(&self, done: f64, total: f64);
}

/// Has everything reported to `host` from now on.
pub fn attach(host: impl Host) {
    let host = std::rc::Rc::new(host);
    let object = Object::new();
    let on = std::rc::Rc::clone(&host);
    set(
        &object,
        "batch",
        Closure::<dyn Fn(u32, String, f64, bool)>::new(move |run, events, dropped, last| {
            on.batch(run, events, dropped, last);
        }),
    );
    let on = std::rc::Rc::clone(&host);
    set(&object, "stopped", Closure::<dyn Fn(u32, bool)>::new(move |run, crashed| on.stopped(run, crashed)));
    let on = std::rc::Rc::clone(&host);
    set(&object, "ask", Closure::<dyn Fn(u32, String)>::new(move |run, prompt| on.ask(run, prompt)));
    set(&object, "loading", Closure::<dyn Fn(f64, f64)>::new(move |done, total| host.loading(done, total)));
    js_attach(&object);
}

/// Starts a program. An error says in words why it could not be started.
pub async fn start(run: u32, kind: &str, program: &str) -> Result<(), String> {
    let started = js_start(run, kind, program).map_err(|thrown| words(&thrown))?;
    JsFuture::from(started).await.map(drop).map_err(|thrown| words(&thrown))
}

/// A module as the browser takes it.
pub async fn compile(path: &str, text: &str, typed: bool) -> Result<Compiled, String> {
    let made = js_compile(path, text, typed).map_err(|thrown| words(&thrown))?;
    let made = JsFuture::from(made).await.map_err(|thrown| words(&thrown))?;
    serde_json::from_str(&made.as_string().unwrap_or_default()).map_err(|error| error.to_string())
}

fn words(thrown: &JsValue) -> String {
    let message = Reflect::get(thrown, &"message".into()).ok().and_then(|message| message.as_string());
    message.unwrap_or_else(|| "something unknown went wrong".to_owned())
}

fn set<T: ?Sized + wasm_bindgen::closure::WasmClosure + 'static>(object: &Object, name: &str, closure: Closure<T>) {
    let _ = Reflect::set(object, &name.into(), &closure.into_js_value());
}
