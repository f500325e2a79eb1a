//! The root: makes the [`Store`], provides it by context, and mounts the components. Draws nothing itself.
//!
//! The components' side of the keyboard: each pane carries `data-pane` (in the order of F6), is focusable
//! (`tabindex="-1"`), and may mark the element that takes its focus with `data-pane-focus`.

use leptos::prelude::*;

use crate::components;
use crate::store::Store;

/// Everything below finds the store with [`Store::here`].
#[component]
pub fn Root() -> impl IntoView {
    let store = Store::new();
    provide_context(store);
    view! { <components::App /> }
}
