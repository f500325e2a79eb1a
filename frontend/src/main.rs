//! Midstream's page.
//!
//! The order of the modules is the path of the data: a person's act is an intent of the [`store`], goes out by the
//! [`client`], comes back through its frame queue, is folded by [`session`] and [`document`] into the store's signals,
//! and is rendered by [`components`] and by Monaco behind [`editor`].

mod app;
mod authors;
mod browser;
mod client;
mod comments;
mod components;
mod conventions;
mod document;
mod editor;
mod exposure;
mod keyboard;
mod links;
mod matching;
mod monaco;
mod opening;
mod outbox;
mod points;
mod presenting;
mod preview;
mod proposal;
mod queue;
mod replay;
mod review;
mod run;
mod runner;
mod session;
mod shipping;
mod socket;
mod store;
mod testing;
mod tree;
mod utf16;

fn main() {
    console_error_panic_hook::set_once();
    leptos::mount::mount_to_body(app::Root);
}
