//! What this browser keeps between visits: the speed, the theme, the recent sessions.

use leptos::prelude::*;
use wasm_bindgen::prelude::*;

use super::status::{SPEED_MAX, SPEED_MIN};
use super::{Store, Theme};
use crate::browser;

/// Fills the store with what was kept, and has the theme shown from now on.
pub fn restore(store: Store) {
    if let Some(speed) = browser::kept("speed").and_then(|s| s.parse::<u32>().ok()) {
        store.speed.set(speed.clamp(SPEED_MIN, SPEED_MAX));
    }
    if let Some(recent) = browser::kept("recent").and_then(|r| serde_json::from_str(&r).ok()) {
        store.recent.set(recent);
    }
    store.running.restore();
    let theme = browser::kept("theme").and_then(|t| serde_json::from_str(&t).ok());
    store.theme.set(theme.unwrap_or_default());
    show_theme(store);
}

/// Keeps the theme.
pub fn keep_theme(theme: Theme) {
    if let Ok(text) = serde_json::to_string(&theme) {
        browser::keep("theme", &text);
    }
}

fn show_theme(store: Store) {
    let system = RwSignal::new(false);
    if let Ok(Some(query)) = window().match_media("(prefers-color-scheme: dark)") {
        system.set(query.matches());
        let asked = query.clone();
        let changed = Closure::<dyn Fn()>::new(move || system.set(asked.matches()));
        query.set_onchange(Some(changed.into_js_value().unchecked_ref()));
    }
    Effect::new(move |_| {
        let dark = match store.theme.get() {
            Theme::System => system.get(),
            Theme::Light => false,
            Theme::Dark => true,
        };
        store.dark.set(dark);
        if let Some(root) = document().document_element() {
            let _ = root.set_attribute("data-theme", if dark { "dark" } else { "light" });
        }
    });
}
