//! Files in and out, as the page shows them: the dialog, what is on its way, what came before.

use leptos::prelude::*;
use protocol::files::ImportView;
use protocol::view::SessionView;
use protocol::{FileId, ImportId, ServerFrame};

use super::Store;
use crate::client::shipping::{Chosen, Export};

/// Files in and out. Copy: every field is a handle.
#[derive(Clone, Copy)]
pub struct Ship {
    /// The dialog is shown.
    pub open: RwSignal<bool>,
    /// What is on its way, in words; nothing: nothing is.
    pub busy: RwSignal<Option<String>>,
    /// What became of the last one: whether it went well, and in words.
    pub outcome: RwSignal<Option<(bool, String)>>,
    /// Something is dragged over the page that can be dropped.
    pub dragging: RwSignal<bool>,
    /// What was brought in before, oldest first.
    pub imports: RwSignal<Vec<ImportView>>,
}

impl Ship {
    /// Nothing came, nothing goes.
    pub fn new() -> Self {
        Self {
            open: RwSignal::new(false),
            busy: RwSignal::new(None),
            outcome: RwSignal::new(None),
            dragging: RwSignal::new(false),
            imports: RwSignal::new(Vec::new()),
        }
    }

    /// What the server says of the whole session.
    pub fn reset(&self, view: &SessionView) {
        self.imports.set(view.imports.clone());
    }

    /// One frame.
    pub fn apply(&self, frame: &ServerFrame) {
        match frame {
            ServerFrame::FilesImported { import, .. } => self.imports.update(|imports| imports.push(import.clone())),
            ServerFrame::ImportTakenBack { import_id, .. } => self.imports.update(|imports| {
                for import in imports.iter_mut().filter(|import| import.id == *import_id) {
                    import.taken_back = true;
                }
            }),
            _ => {}
        }
    }
}

impl Store {
    /// Shows the dialog, or hides it.
    pub fn toggle_ship(&self) {
        self.ship.outcome.set(None);
        self.ship.open.update(|open| *open = !*open);
    }

    /// Downloads something.
    pub fn export(&self, what: Export) {
        if let Some(client) = self.client() {
            client.export(what);
        }
    }

    /// Puts the patch since a point on the clipboard.
    pub fn copy_patch(&self, from: &str) {
        if let Some(client) = self.client() {
            client.copy_patch(from);
        }
    }

    /// Brings files in that were chosen.
    pub fn bring_in(&self, chosen: Vec<Chosen>) {
        if let Some(client) = self.client() {
            client.bring_in(chosen);
        }
    }

    /// Brings in what was dropped.
    pub fn drop_in(&self, event: &web_sys::DragEvent) {
        if let Some(client) = self.client() {
            client.dropped(event);
        }
    }

    /// Takes an import back.
    pub fn take_back(&self, import: ImportId) {
        if let Some(client) = self.client() {
            client.take_back(import);
        }
    }

    /// The address of a picture, once it has come; the component lets it go.
    pub fn picture(&self, file: &FileId, kind: &'static str, shown: RwSignal<Option<String>>) {
        if let Some(client) = self.client() {
            client.picture(file, kind, shown);
        }
    }
}
