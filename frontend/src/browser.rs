//! Small things that the browser knows: the clock, chance, the address, and what it keeps between visits.

use leptos::prelude::*;
use wasm_bindgen::{JsCast, JsValue};

/// What follows a session's address on the page of its timeline.
const REPLAY: &str = "/replay";

/// The keyboard is in an element that a selector names, or in what it holds.
pub fn is_focus_within(selector: &str) -> bool {
    document().active_element().is_some_and(|element| element.closest(selector).ok().flatten().is_some())
}

/// Milliseconds since the page was opened, monotonic.
pub fn now() -> f64 {
    window().performance().map_or(0.0, |p| p.now())
}

/// Milliseconds of the Unix epoch.
pub fn date() -> f64 {
    js_sys::Date::now()
}

/// When the event that is being handled happened, on the clock of [`now`]; now, if there is none.
pub fn event_time() -> f64 {
    let event = window().event().dyn_into::<web_sys::Event>();
    event.map_or_else(|_| now(), |e| e.time_stamp())
}

/// A client-made id: as unguessable as the page needs, and of the form that the protocol asks for.
pub fn fresh_id() -> String {
    const DIGITS: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
    let digit = |_| {
        let index = (js_sys::Math::random() * 32.0) as usize;
        char::from(DIGITS.get(index).copied().unwrap_or(b'0'))
    };
    (0..20).map(digit).collect()
}

/// Where the page is: the session's id, if it is a session's page.
pub fn session_in_address() -> Option<String> {
    let path = location().pathname().ok()?;
    let id = path.strip_prefix("/s/")?;
    let id = id.strip_suffix(REPLAY).unwrap_or(id);
    (!id.is_empty() && !id.contains('/')).then(|| id.to_owned())
}

/// Whether the page is a session's timeline.
pub fn replay_in_address() -> bool {
    location().pathname().is_ok_and(|path| path.starts_with("/s/") && path.ends_with(REPLAY))
}

/// The token in the address, taken out of it: copying the address shares nothing.
pub fn take_token_from_address() -> Option<String> {
    let hash = location().hash().ok()?;
    let token = hash.strip_prefix('#').filter(|t| !t.is_empty())?.to_owned();
    let path = location().pathname().ok()?;
    if let Ok(history) = window().history() {
        let _ = history.replace_state_with_url(&JsValue::NULL, "", Some(&path));
    }
    Some(token)
}

/// Changes the address without loading anything.
pub fn show_address(path: &str) {
    if let Ok(history) = window().history() {
        let _ = history.push_state_with_url(&JsValue::NULL, "", Some(path));
    }
}

/// Loads another page of ours.
pub fn go(path: &str) {
    let _ = location().set_href(path);
}

/// Where the page comes from: scheme, host and port.
pub fn origin() -> String {
    location().origin().unwrap_or_default()
}

/// Puts a text on the clipboard. Whether the browser let it.
pub async fn copy(text: &str) -> bool {
    // Absent where the page did not come over TLS or from this machine.
    let clipboard = js_sys::Reflect::get(&window().navigator(), &"clipboard".into()).is_ok_and(|c| !c.is_undefined());
    if !clipboard {
        return false;
    }
    let written = window().navigator().clipboard().write_text(text);
    wasm_bindgen_futures::JsFuture::from(written).await.is_ok()
}

/// The socket's address for a session.
pub fn socket_url(session: &str) -> String {
    let secure = location().protocol().is_ok_and(|p| p == "https:");
    let host = location().host().unwrap_or_default();
    format!("{}://{host}/api/sessions/{session}/socket", if secure { "wss" } else { "ws" })
}

/// What the browser keeps under a name. Private windows and full disks keep nothing: that is no error.
pub fn kept(name: &str) -> Option<String> {
    window().local_storage().ok()??.get_item(&format!("midstream.{name}")).ok()?
}

/// What this tab alone keeps under a name, until it is closed.
pub fn kept_in_tab(name: &str) -> Option<String> {
    window().session_storage().ok()??.get_item(&format!("midstream.{name}")).ok()?
}

/// The same, taken: it is kept no longer.
pub fn take_from_tab(name: &str) -> Option<String> {
    let storage = window().session_storage().ok()??;
    let name = format!("midstream.{name}");
    let value = storage.get_item(&name).ok()??;
    let _ = storage.remove_item(&name);
    Some(value)
}

/// Keeps a value with this tab.
pub fn keep_in_tab(name: &str, value: &str) {
    if let Ok(Some(storage)) = window().session_storage() {
        let _ = storage.set_item(&format!("midstream.{name}"), value);
    }
}

/// Keeps a value no longer.
pub fn forget(name: &str) {
    if let Ok(Some(storage)) = window().local_storage() {
        let _ = storage.remove_item(&format!("midstream.{name}"));
    }
}

/// Keeps a value.
pub fn keep(name: &str, value: &str) {
    if let Ok(Some(storage)) = window().local_storage() {
        let _ = storage.set_item(&format!("midstream.{name}"), value);
    }
}
