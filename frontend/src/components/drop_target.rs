//! The whole page as a place to drop files on, and what it looks like while something is over it.

use leptos::prelude::*;
use web_sys::DragEvent;

use super::icons;
use crate::store::Store;

/// The layer.
#[component]
pub fn DropTarget() -> impl IntoView {
    let store = Store::here();
    let dragging = store.ship.dragging;
    let over = window_event_listener(leptos::ev::dragover, move |event: DragEvent| {
        if has_files(&event) {
            // Without this the browser would open what is dropped in the place of the page.
            event.prevent_default();
            if let Some(transfer) = event.data_transfer() {
                transfer.set_drop_effect(if store.may_edit_now() { "copy" } else { "none" });
            }
            if !dragging.get_untracked() {
                dragging.set(true);
            }
        }
    });
    let left = window_event_listener(leptos::ev::dragleave, move |event: DragEvent| {
        // Between two elements of the page there is always a next one.
        if event.related_target().is_none() {
            dragging.set(false);
        }
    });
    let dropped = window_event_listener(leptos::ev::drop, move |event: DragEvent| {
        dragging.set(false);
        if has_files(&event) {
            event.prevent_default();
            store.drop_in(&event);
        }
    });
    on_cleanup(move || {
        over.remove();
        left.remove();
        dropped.remove();
    });
    view! {
        <Show when=move || dragging.get()>
            <div class="drop-layer" data-testid="drop-layer">
                <div>
                    {icons::ship()}
                    {if store.may_edit_now() {
                        "Drop files, a folder, a zip or a patch to bring it in."
                    } else {
                        "This link lets you watch: nothing can be brought in."
                    }}
                </div>
            </div>
        </Show>
    }
}

fn has_files(event: &DragEvent) -> bool {
    let types = event.data_transfer().map(|transfer| transfer.types());
    types.is_some_and(|types| types.iter().any(|kind| kind.as_string().as_deref() == Some("Files")))
}
