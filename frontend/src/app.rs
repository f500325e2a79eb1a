//! The root: makes the [`Store`], provides it by context, and mounts the components. Draws nothing itself.
//!
//! The components' side of the keyboard: each pane carries `data-pane` (in the order of F6), is focusable
//! (`tabindex="-1"`), and may mark the element that takes its focus with `data-pane-focus`.

use std::rc::Rc;

use leptos::prelude::*;

use crate::client::Client;
use crate::components;
use crate::keyboard;
use crate::store::Store;
use crate::testing;

/// Everything below finds the store with [`Store::here`].
#[component]
pub fn Root() -> impl IntoView {
    let store = Store::new();
    provide_context(store);
    keyboard::listen(store);
    testing::expose(store);
    if let Some(client) = store.client() {
        outside(&client);
        client.attach_runner();
        client.begin();
    }
    view! { <components::App /> }
}

/// What the browser tells the page: it was shown or hidden, the network came back, the person went back or forth.
fn outside(client: &Rc<Client>) {
    let shown = Rc::clone(client);
    window_event_listener_untyped("visibilitychange", move |_| {
        shown.visibility_changed();
        if !document().hidden() {
            shown.wake();
        }
    });
    for back in ["online", "pageshow"] {
        let woken = Rc::clone(client);
        window_event_listener_untyped(back, move |_| woken.wake());
    }
    let going = Rc::clone(client);
    window_event_listener_untyped("pagehide", move |_| going.park());
    let closing = Rc::clone(client);
    window_event_listener_untyped("beforeunload", move |event| {
        // The browser asks whether to stay.
        if closing.would_lose() {
            event.prevent_default();
        }
    });
    window_event_listener_untyped("popstate", move |_| {
        let _ = location().reload();
    });
}
