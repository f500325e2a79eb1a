//! The editor pane: a place for Monaco, bound to the store. Draws only the element that Monaco fills.

use std::rc::Rc;

use leptos::html;
use leptos::prelude::*;
use protocol::view::Role;
use protocol::{FileId, LockId};

use crate::client::Client;
use crate::document::Edit;
use crate::monaco;
use crate::store::Store;

/// What one who watches is told when they type.
const WATCHING: &str = "You are watching: this link does not let you type. Ask for an editor’s link to take part.";
/// The same, before the page is in its session.
const CONNECTING: &str = "This page is still connecting.";

/// Monaco, filling its parent. Mount it once: it shows the store's `open_file`, in the store's theme.
#[component]
pub fn Editor() -> impl IntoView {
    let store = Store::here();
    let place = NodeRef::<html::Div>::new();
    Effect::new(move |mounted: Option<bool>| {
        if mounted == Some(true) {
            return true;
        }
        let (Some(element), Some(client)) = (place.get(), store.client()) else {
            return false;
        };
        monaco::create(&element, Hands { client: Rc::clone(&client) });
        let asked = Rc::downgrade(&client);
        monaco::authors::on_author(move |file, offset| {
            let client = asked.upgrade();
            async move { client?.written_at(file, offset).await }
        });
        client.show_open_file();
        true
    });
    Effect::new(move |_| {
        place.track();
        monaco::set_read_only(!store.may_edit(), if store.watches() { WATCHING } else { CONNECTING });
    });
    Effect::new(move |_| {
        place.track();
        monaco::guards::set_owner(store.role.get() >= Role::Owner);
    });
    Effect::new(move |_| {
        place.track();
        monaco::set_dark(store.dark.get());
    });
    Effect::new(move |_| {
        // The last turn's: no earlier one writes.
        let model = store.turns.with(|turns| turns.last().map(|turn| turn.model.clone()));
        let label =
            model.and_then(|id| store.models.with(|all| all.iter().find(|m| m.id == id).map(|m| m.label.clone())));
        monaco::name_model(label.as_deref().unwrap_or("Model"));
    });
    on_cleanup(monaco::dispose);
    view! { <div node_ref=place class="editor-host" data-testid="editor"></div> }
}

/// The person's hands in the editor.
struct Hands {
    client: Rc<Client>,
}

impl monaco::Host for Hands {
    fn typed(&self, file: FileId, edits: Vec<Edit>) {
        self.client.typed(&file, &edits);
    }

    fn cursor(&self, file: FileId, anchor: u32, head: u32) {
        self.client.cursor(file, anchor, head);
    }

    fn scrolled(&self, file: FileId, offset: u32, past: u8, lines: u16) {
        self.client.scrolled(file, offset, past, lines);
    }

    fn wandered(&self) {
        self.client.wandered();
    }

    fn undo(&self, redo: bool) {
        self.client.undo(redo);
    }

    fn composing(&self, composing: bool) {
        self.client.composing(composing);
    }

    fn lock(&self) {
        self.client.toggle_lock();
    }

    fn unlock(&self, lock: LockId) {
        self.client.unlock(lock);
    }

    fn in_lock(&self, locked: bool) {
        self.client.in_lock(locked);
    }
}
