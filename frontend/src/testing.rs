//! What a browser test may read, on `globalThis.midstreamTest`: functions without arguments and without effects.
//!
//! `shownSeq()`, `frozen()`, `whole()` (all files are there), `turn()` (`{id, status}` of the last one), `file()`,
//! `strip()`, `run()`; beside them the glue puts its own, among them `text()`, `known()` (the paths of the texts that the
//! editor holds) and `longFrames()`.

use js_sys::JSON;
use leptos::prelude::*;
use serde_json::json;
use wasm_bindgen::JsValue;

use crate::monaco;
use crate::store::Store;
use crate::store::run::{Outcome, Phase};

/// Puts the hooks in place.
pub fn expose(store: Store) {
    monaco::expose("shownSeq", move || {
        let seq = store.client().map_or(0, |client| client.shown().0);
        JsValue::from_f64(seq as f64)
    });
    monaco::expose("frozen", move || store.frozen.get_untracked().into());
    monaco::expose("file", move || {
        let open = store.open_file.get_untracked();
        let files = store.files.get_untracked();
        files.iter().find(|f| Some(&f.id) == open.as_ref()).map_or(JsValue::NULL, |f| f.path.as_str().into())
    });
    monaco::expose("whole", move || store.client().is_some_and(|client| client.has_all()).into());
    monaco::expose("turn", move || {
        let turn = store.turns.with_untracked(|turns| turns.last().cloned());
        value(
            &turn.map(
                |t| json!({ "id": t.id, "status": t.status.get_untracked(), "pending": t.pending.get_untracked() }),
            ),
        )
    });
    monaco::expose("run", move || {
        let phase = store.running.phase.get_untracked();
        let (took, stopped) = match phase {
            Phase::Ended(Outcome::Done { ms } | Outcome::Failed { ms }) => (Some(ms), None),
            Phase::Ended(Outcome::Stopped { took_ms }) => (None, Some(took_ms)),
            _ => (None, None),
        };
        let (count, wall) = store.client().map(|client| client.measured_run()).unwrap_or_default();
        let ended = matches!(phase, Phase::Ended(_));
        value(&json!({ "count": count, "ended": ended, "ms": took, "wallMs": wall, "stoppedMs": stopped }))
    });
    monaco::expose("strip", move || {
        let s = store.strip.get_untracked();
        value(&json!({
            "roundTripMs": s.round_trip_ms,
            "firstTokenMs": s.first_token_ms,
            "tokensPerSecond": s.tokens_per_second,
            "interruptToFreezeMs": s.interrupt_to_freeze_ms,
            "steerToTokenMs": s.steer_to_token_ms,
        }))
    });
}

fn value(of: &impl serde::Serialize) -> JsValue {
    let text = serde_json::to_string(of).unwrap_or_default();
    JSON::parse(&text).unwrap_or(JsValue::NULL)
}
