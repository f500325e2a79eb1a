//! Monaco: the page's only JavaScript boundary. Typed calls out, typed events in.
//!
//! The other side is `static/glue/monaco.js`. Offsets are UTF-16 units. Every call is harmless before the editor is
//! mounted.

pub mod guards;

pub mod authors;
pub mod diff;
pub mod viewport;

use js_sys::{Array, Function, Object, Reflect};
use protocol::{FileId, LockId};
use wasm_bindgen::prelude::*;

use crate::document::Edit;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = midstreamMonaco, js_name = create)]
    fn js_create(place: &web_sys::HtmlElement, host: &JsValue);
    #[wasm_bindgen(js_namespace = midstreamMonaco, js_name = knows)]
    fn js_knows(file: &str) -> bool;
    #[wasm_bindgen(js_namespace = midstreamMonaco, js_name = learn)]
    fn js_learn(file: &str, path: &str, text: &str);
    #[wasm_bindgen(js_namespace = midstreamMonaco, js_name = learnAhead)]
    fn js_learn_ahead(file: &str, path: &str, text: &str);
    #[wasm_bindgen(js_namespace = midstreamMonaco, js_name = show)]
    fn js_show(file: &str);
    #[wasm_bindgen(js_namespace = midstreamMonaco, js_name = whenIdle)]
    fn js_when_idle(then: &JsValue, needs_ms: u32);
    #[wasm_bindgen(js_namespace = midstreamMonaco, js_name = whenFree)]
    fn js_when_free(then: &JsValue);
    #[wasm_bindgen(js_namespace = midstreamMonaco, js_name = blank)]
    fn js_blank();
    #[wasm_bindgen(js_namespace = midstreamMonaco, js_name = rename)]
    fn js_rename(file: &str, path: &str);
    #[wasm_bindgen(js_namespace = midstreamMonaco, js_name = forget)]
    fn js_forget(file: &str);
    #[wasm_bindgen(js_namespace = midstreamMonaco, js_name = apply)]
    fn js_apply(file: &str, edits: &Array, fresh: bool);
    #[wasm_bindgen(js_namespace = midstreamMonaco, js_name = restore)]
    fn js_restore(file: &str, text: &str);
    #[wasm_bindgen(js_namespace = midstreamMonaco, js_name = showModelCaret)]
    fn js_show_model_caret(file: &str, offset: u32, reveal: bool);
    #[wasm_bindgen(js_namespace = midstreamMonaco, js_name = showHunks)]
    fn js_show_hunks(hunks: &Array);
    #[wasm_bindgen(js_namespace = midstreamMonaco, js_name = showPeople)]
    fn js_show_people(people: &Array);
    #[wasm_bindgen(js_namespace = midstreamMonaco, js_name = watchFrames)]
    fn js_watch_frames(going_on: &JsValue);

    #[wasm_bindgen(js_namespace = midstreamMonaco, js_name = showRunMarks)]
    fn js_show_run_marks(marks: &Array);

    /// Unmounts the editor; texts stay.
    #[wasm_bindgen(js_namespace = midstreamMonaco)]
    pub fn dispose();
    /// Puts the keyboard into the editor.
    #[wasm_bindgen(js_namespace = midstreamMonaco)]
    pub fn focus();
    /// Viewers cannot type: what one who tries is told.
    #[wasm_bindgen(js_namespace = midstreamMonaco, js_name = setReadOnly)]
    pub fn set_read_only(read_only: bool, why: &str);
    /// The light or the dark theme of ours.
    #[wasm_bindgen(js_namespace = midstreamMonaco, js_name = setDark)]
    pub fn set_dark(dark: bool);
    /// Takes the model's caret away: it does not write.
    #[wasm_bindgen(js_namespace = midstreamMonaco, js_name = hideModelCaret)]
    pub fn hide_model_caret();
    /// What people know the model by that writes.
    #[wasm_bindgen(js_namespace = midstreamMonaco, js_name = nameModel)]
    pub fn name_model(name: &str);
    /// Scrolls to a place in the open file.
    #[wasm_bindgen(js_namespace = midstreamMonaco)]
    pub fn reveal(offset: u32);
    /// Puts the cursor at a line and a column, counted from 1, and the keyboard with it.
    #[wasm_bindgen(js_namespace = midstreamMonaco, js_name = goTo)]
    pub fn go_to(line: u32, column: u32);
    /// Scrolls to the line of a place in the open file, and selects it.
    #[wasm_bindgen(js_namespace = midstreamMonaco, js_name = selectLine)]
    pub fn select_line(offset: u32);
    /// Scrolls to the model's caret.
    #[wasm_bindgen(js_namespace = midstreamMonaco, js_name = revealModel)]
    pub fn reveal_model();
    /// Closes Monaco's widgets that Esc would close. Whether there was one.
    #[wasm_bindgen(js_namespace = midstreamMonaco, js_name = widgetOpen)]
    pub fn widget_open() -> bool;
    /// Whether the model or another person was last seen in the line that the person is in.
    #[wasm_bindgen(js_namespace = midstreamMonaco, js_name = othersInMyLine)]
    pub fn others_in_my_line() -> bool;
    /// The text that the editor shows.
    #[wasm_bindgen(js_namespace = midstreamMonaco, js_name = text)]
    pub fn text() -> Option<String>;

    /// One change as Monaco reports it.
    type Change;
    #[wasm_bindgen(method, getter)]
    fn offset(this: &Change) -> u32;
    #[wasm_bindgen(method, getter)]
    fn length(this: &Change) -> u32;
    #[wasm_bindgen(method, getter)]
    fn text(this: &Change) -> String;
}

/// What the editor reports.
pub trait Host: 'static {
    /// The person typed. In the order that [`crate::document::Replica::typed`] asks for.
    fn typed(&self, file: FileId, edits: Vec<Edit>);
    /// The person's selection.
    fn cursor(&self, file: FileId, anchor: u32, head: u32);
    /// The screen shows another part of a text, while that is watched: where its first line begins, how much of that line
    /// is scrolled past, in hundredths, and how many lines it shows.
    fn scrolled(&self, file: FileId, offset: u32, past: u8, lines: u16);
    /// The person scrolled, typed or moved: the editor is theirs now.
    fn wandered(&self);
    /// Undo, or redo.
    fn undo(&self, redo: bool);
    /// Composition began or ended.
    fn composing(&self, composing: bool);
    /// Locks what is selected, or the file; or gives it free.
    fn lock(&self);
    /// Gives a lock's lines free.
    fn unlock(&self, lock: LockId);
    /// What is selected, or the cursor, came into locked lines, or left them.
    fn in_lock(&self, locked: bool);
}

/// A hunk in the gutter.
pub struct HunkMark {
    /// The hunk.
    pub id: String,
    /// Its reason.
    pub why: String,
    /// The model is writing it: the reason stands beside it.
    pub open: bool,
    /// A person keeps it.
    pub accepted: bool,
    /// The person is there.
    pub current: bool,
    /// Its first unit.
    pub start: u32,
    /// After its last.
    pub end: u32,
}

/// Somebody else in the open file.
pub struct Person {
    /// Names them.
    pub id: String,
    /// Where they are, in a form that changes only when they move themselves.
    pub at: String,
    /// Who.
    pub name: String,
    /// Of the palette.
    pub color: u8,
    /// The selection's fixed end.
    pub anchor: u32,
    /// Its moving end.
    pub head: u32,
}

/// Fills an element with the editor.
pub fn create(place: &web_sys::HtmlElement, host: impl Host) {
    let host = std::rc::Rc::new(host);
    let object = Object::new();
    let on = std::rc::Rc::clone(&host);
    set(
        &object,
        "typed",
        Closure::<dyn Fn(String, Array)>::new(move |file: String, changes: Array| {
            let edits = changes.iter().map(|change| {
                let change: Change = change.unchecked_into();
                Edit { offset: change.offset(), removed: change.length(), text: change.text() }
            });
            on.typed(FileId(file), edits.collect());
        }),
    );
    let on = std::rc::Rc::clone(&host);
    set(
        &object,
        "cursor",
        Closure::<dyn Fn(String, u32, u32)>::new(move |file, anchor, head| {
            on.cursor(FileId(file), anchor, head);
        }),
    );
    let on = std::rc::Rc::clone(&host);
    set(
        &object,
        "scrolled",
        Closure::<dyn Fn(String, u32, u8, u16)>::new(move |file, offset, past, lines| {
            on.scrolled(FileId(file), offset, past, lines);
        }),
    );
    let on = std::rc::Rc::clone(&host);
    set(&object, "wandered", Closure::<dyn Fn()>::new(move || on.wandered()));
    let on = std::rc::Rc::clone(&host);
    set(&object, "undo", Closure::<dyn Fn(bool)>::new(move |redo| on.undo(redo)));
    let on = std::rc::Rc::clone(&host);
    set(&object, "composing", Closure::<dyn Fn(bool)>::new(move |composing| on.composing(composing)));
    let on = std::rc::Rc::clone(&host);
    set(&object, "lock", Closure::<dyn Fn()>::new(move || on.lock()));
    let on = std::rc::Rc::clone(&host);
    set(&object, "unlock", Closure::<dyn Fn(String)>::new(move |lock: String| on.unlock(LockId(lock))));
    set(&object, "inLock", Closure::<dyn Fn(bool)>::new(move |locked| host.in_lock(locked)));
    js_create(place, &object);
}

/// Whether a file's text is known: it follows from then on, shown or not.
pub fn knows(file: &FileId) -> bool {
    js_knows(file.as_str())
}

/// Makes a file's text known, if it is not.
pub fn learn(file: &FileId, path: &str, text: &str) {
    js_learn(file.as_str(), path, text);
}

/// The same for a file that nobody asked for yet, so that showing it is quick.
pub fn learn_ahead(file: &FileId, path: &str, text: &str) {
    js_learn_ahead(file.as_str(), path, text);
}

/// Shows a file whose text is known.
pub fn show(file: &FileId) {
    js_show(file.as_str());
}

/// Runs something soon, after the keys and frames that wait.
pub fn when_free(then: impl FnOnce() + 'static) {
    js_when_free(&Closure::once_into_js(then));
}

/// Runs something once the page has nothing better to do for about that long, in milliseconds.
pub fn when_idle(needs_ms: u32, then: impl FnOnce() + 'static) {
    js_when_idle(&Closure::once_into_js(then), needs_ms);
}

/// A file's path changed: its language may, too.
pub fn rename(file: &FileId, path: &str) {
    js_rename(file.as_str(), path);
}

/// A file is gone.
pub fn forget(file: &FileId) {
    js_forget(file.as_str());
}

/// Puts a file's whole text back: the person's last change of it was not taken.
pub fn restore(file: &FileId, text: &str) {
    js_restore(file.as_str(), text);
}

/// Changes of a text from elsewhere: offset, units that go, text that comes; offsets of the text before them all.
/// A file that was never shown has no text here, and needs none.
pub fn apply(file: &FileId, edits: &[(u32, u32, &str)], fresh: bool) {
    let flat = Array::new();
    for (offset, removed, text) in edits {
        flat.push(&JsValue::from(*offset));
        flat.push(&JsValue::from(*removed));
        flat.push(&JsValue::from_str(text));
    }
    js_apply(file.as_str(), &flat, fresh);
}

/// Shows no file: the one that was chosen is not there yet.
pub fn blank() {
    js_blank();
}

/// Where the model writes.
pub fn show_model_caret(file: &FileId, offset: u32, reveal: bool) {
    js_show_model_caret(file.as_str(), offset, reveal);
}

/// The hunks of the open file; replaces those that were shown.
pub fn show_hunks(hunks: &[HunkMark]) {
    let list = Array::new();
    for hunk in hunks {
        let object = Object::new();
        put(&object, "id", hunk.id.as_str());
        put(&object, "why", hunk.why.as_str());
        put(&object, "open", hunk.open);
        put(&object, "accepted", hunk.accepted);
        put(&object, "current", hunk.current);
        put(&object, "start", hunk.start);
        put(&object, "end", hunk.end);
        list.push(&object);
    }
    js_show_hunks(&list);
}

/// What the last run failed at in the open file: lines, from 1, and words; replaces what was shown.
pub fn show_run_marks(marks: &[(u32, String)]) {
    let flat = Array::new();
    for (line, words) in marks {
        flat.push(&JsValue::from(*line));
        flat.push(&JsValue::from_str(words));
    }
    js_show_run_marks(&flat);
}

/// The other people in the open file; replaces those that were shown.
pub fn show_people(people: &[Person]) {
    let list = Array::new();
    for person in people {
        let object = Object::new();
        put(&object, "id", person.id.as_str());
        put(&object, "at", person.at.as_str());
        put(&object, "name", person.name.as_str());
        put(&object, "color", person.color);
        put(&object, "anchor", person.anchor);
        put(&object, "head", person.head);
        list.push(&object);
    }
    js_show_people(&list);
}

/// Logs frames that took too long, for as long as `going_on` says so.
pub fn watch_frames(going_on: impl Fn() -> bool + 'static) {
    js_watch_frames(&Closure::<dyn Fn() -> bool>::new(going_on).into_js_value());
}

/// Puts a function of ours where a browser test finds it, see `static/glue/testing.js`.
pub fn expose(name: &str, value: impl Fn() -> JsValue + 'static) {
    if let Ok(hooks) = Reflect::get(&js_sys::global(), &"midstreamTest".into()) {
        let function = Closure::<dyn Fn() -> JsValue>::new(value).into_js_value();
        let _ = Reflect::set(&hooks, &name.into(), &function.unchecked_into::<Function>());
    }
}

fn set<T: ?Sized + wasm_bindgen::closure::WasmClosure + 'static>(object: &Object, name: &str, closure: Closure<T>) {
    let _ = Reflect::set(object, &name.into(), &closure.into_js_value());
}

fn put(object: &Object, name: &str, value: impl Into<JsValue>) {
    let _ = Reflect::set(object, &name.into(), &value.into());
}
