//! The place of a page of the session that is shown. Draws only the element that the frames fill.

use leptos::html;
use leptos::prelude::*;

use crate::preview;
use crate::store::Store;

/// The page, while one is shown.
#[component]
pub fn Preview() -> impl IntoView {
    let store = Store::here();
    let place = NodeRef::<html::Div>::new();
    Effect::new(move |mounted: Option<bool>| {
        if mounted == Some(true) {
            return true;
        }
        let (Some(element), Some(client)) = (place.get(), store.client()) else {
            return false;
        };
        client.mount_preview(&element);
        true
    });
    on_cleanup(preview::close);
    view! { <div node_ref=place class="preview" data-testid="preview" class:empty=move || !store.shows_a_page()></div> }
}
