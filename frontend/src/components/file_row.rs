//! One row of the list of files: open, rename, delete.

use leptos::html;
use leptos::prelude::*;
use protocol::FileId;

use super::icons;
use super::locks::FileLock;
use super::tree::keyboard_is_here;
use crate::store::{FileRow, Store};
use crate::tree::Spot;

/// What the row shows.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Mode {
    Name,
    Renaming,
    Deleting,
}

/// A file.
#[component]
pub fn Row(
    /// The file.
    file: FileRow,
    /// What is shown of its folder.
    folder: String,
    /// Its name.
    name: String,
    /// The row that has, or should get, the keyboard.
    focused: RwSignal<Option<Spot>>,
    /// The file that the model writes in.
    writing: Memo<Option<FileId>>,
) -> impl IntoView {
    let store = Store::here();
    let mode = RwSignal::new(Mode::Name);
    let button = NodeRef::<html::Button>::new();
    let file = StoredValue::new(file);
    let id = move || file.with_value(|file| file.id.clone());
    let path = move || file.with_value(|file| file.path.clone());
    let is_open = Memo::new(move |_| store.open_file.get() == Some(id()));
    let is_written = Memo::new(move |_| writing.get() == Some(id()));
    Effect::new(move |_| {
        if focused.with(|focused| *focused == Some(Spot::File(id())))
            && let Some(button) = button.get().filter(|_| keyboard_is_here())
        {
            let _ = button.focus();
        }
    });
    let on_key = move |event: web_sys::KeyboardEvent| match event.key().as_str() {
        "F2" if store.may_edit() => mode.set(Mode::Renaming),
        "Delete" if store.may_edit() => mode.set(Mode::Deleting),
        _ => {}
    };
    view! {
        {move || match mode.get() {
            Mode::Renaming => view! { <Rename id=id() path=path() close=move || mode.set(Mode::Name) /> }.into_any(),
            Mode::Name | Mode::Deleting => {
                let (folder, name) = (folder.clone(), name.clone());
                view! {
                <div class="file" data-open=move || is_open.get().to_string()>
                    <button class="file-name" node_ref=button title=path
                        data-pane-focus=move || is_open.get().then_some("")
                        aria-current=move || is_open.get().then_some("true")
                        on:click=move |_| store.open(id()) on:focus=move |_| focused.set(Some(Spot::File(id()))) on:keydown=on_key
                        on:dblclick=move |_| if store.may_edit() { mode.set(Mode::Renaming) }>
                        <span class="file-dir">{folder}</span>{name}
                    </button>
                    <Show when=move || is_written.get()>
                        <span class="writing-dot" role="img" aria-label="The model writes here"></span>
                    </Show>
                    <Show when=move || store.may_edit()>
                        <span class="file-actions">
                            <button class="icon-button" aria-label=format!("Rename {}", path()) title="Rename (F2)"
                                on:click=move |_| mode.set(Mode::Renaming)>{icons::pencil()}</button>
                            <button class="icon-button" aria-label=format!("Delete {}", path()) title="Delete (Del)"
                                on:click=move |_| mode.set(Mode::Deleting)>{icons::bin()}</button>
                        </span>
                    </Show>
                    <FileLock file=id() path=path() />
                </div>
            }.into_any() }
        }}
        <Show when=move || mode.get() == Mode::Deleting>
            <Confirm id=id() path=path() close=move || mode.set(Mode::Name) />
        </Show>
    }
}

/// The field in place of the name.
#[component]
fn Rename(id: FileId, path: String, close: impl Fn() + Copy + 'static) -> impl IntoView {
    let store = Store::here();
    let field = NodeRef::<html::Input>::new();
    let id = StoredValue::new(id);
    let before = StoredValue::new(path.clone());
    Effect::new(move |_| {
        if let Some(field) = field.get() {
            let _ = field.focus();
            field.select();
        }
    });
    let keep = move || {
        let path = field.get_untracked().map(|field| field.value()).unwrap_or_default();
        let path = path.trim();
        if path.is_empty() || before.with_value(|before| before == path) || store.rename_file(id.get_value(), path) {
            close();
        }
    };
    view! {
        <div class="file editing">
            <input class="field" node_ref=field aria-label="New path" spellcheck="false" autocomplete="off" prop:value=path
                on:keydown=move |event| match event.key().as_str() {
                    "Enter" if !event.is_composing() => keep(),
                    "Escape" => {
                        event.stop_propagation();
                        close();
                    }
                    _ => {}
                }
                on:blur=move |_| close() />
        </div>
    }
}

/// The question before a file goes.
#[component]
fn Confirm(id: FileId, path: String, close: impl Fn() + Copy + 'static) -> impl IntoView {
    let store = Store::here();
    let button = NodeRef::<html::Button>::new();
    Effect::new(move |_| {
        if let Some(button) = button.get() {
            let _ = button.focus();
        }
    });
    view! {
        <div class="file-confirm" role="alertdialog" aria-label=format!("Delete {path}?")
            on:keydown=move |event| if event.key() == "Escape" {
                event.stop_propagation();
                close();
            }>
            <span>"Delete " <strong>{path.clone()}</strong> " for everyone?"</span>
            <span class="actions">
                <button class="button small danger" node_ref=button on:click=move |_| {
                    close();
                    store.delete_file(id.clone());
                }>"Delete file"</button>
                <button class="button small" on:click=move |_| close()>"Keep"</button>
            </span>
        </div>
    }
}
