//! The drawings of scope, locks and held hunks.

use leptos::prelude::*;

use super::icons::drawing;

/// Held: it waits.
pub fn pause() -> impl IntoView {
    drawing("M6 4v8M10 4v8")
}

/// What may be touched.
pub fn scope() -> impl IntoView {
    drawing(
        "M3 6V4.2A1.2 1.2 0 0 1 4.2 3H6M10 3h1.8A1.2 1.2 0 0 1 13 4.2V6M13 10v1.8a1.2 1.2 0 0 1-1.2 1.2H10M6 13H4.2A1.2 1.2 0 0 1 3 11.8V10",
    )
}

/// Locked.
pub fn lock() -> impl IntoView {
    drawing(
        "M4.5 7.5h7a1 1 0 0 1 1 1V12a1 1 0 0 1-1 1h-7a1 1 0 0 1-1-1V8.5a1 1 0 0 1 1-1zM5.5 7.5V5.2a2.5 2.5 0 0 1 5 0v2.3",
    )
}

/// Not locked.
pub fn unlocked() -> impl IntoView {
    drawing(
        "M4.5 7.5h7a1 1 0 0 1 1 1V12a1 1 0 0 1-1 1h-7a1 1 0 0 1-1-1V8.5a1 1 0 0 1 1-1zM5.5 7.5V5.2a2.5 2.5 0 0 1 4.9-.7",
    )
}

/// It opens.
pub fn down() -> impl IntoView {
    drawing("M5 6.5l3 3 3-3")
}
