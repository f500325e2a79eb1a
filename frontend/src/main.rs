//! Midstream's page.
//!
//! The order of the modules is the path of the data: a person's act is an intent of the [`store`], goes out by the
//! [`client`], comes back through its frame queue, is folded by [`session`] and [`document`] into the store's signals,
//! and is rendered by [`components`] and by Monaco behind [`editor`].

mod app;
mod browser;
mod client;
mod components;
mod document;
mod editor;
mod keyboard;
mod monaco;
mod outbox;
mod proposal;
mod queue;
mod session;
mod socket;
mod store;
mod testing;
mod transcript;

fn main() {
    console_error_panic_hook::set_once();
    leptos::mount::mount_to_body(app::Root);
}
