//! What is drawn.

use leptos::prelude::*;

/// The page.
#[component]
pub fn App() -> impl IntoView {
    view! { <main></main> }
}
