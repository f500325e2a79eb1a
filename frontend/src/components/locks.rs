//! Locks beside the names of files: in the list, and above the editor.

use leptos::prelude::*;
use protocol::FileId;

use super::guard_icons;
use super::held_count::HeldCount;
use crate::store::Store;

/// In the list: that the whole file is locked, and a way to free it.
#[component]
pub fn FileLock(
    /// The file.
    file: FileId,
    /// Its path, for its name.
    path: String,
) -> impl IntoView {
    let store = Store::here();
    let locked = Memo::new({
        let file = file.clone();
        move |_| store.guard.lock_of(&file).map(|lock| lock.by)
    });
    let file = StoredValue::new(file);
    view! {
        {move || locked.get().map(|by| {
            let says = format!("Locked by {}: the model will not change this file", store.name_of(&by));
            if !store.may_lock() {
                let name = format!("{path} is locked");
                return view! {
                    <span class="file-lock" role="img" aria-label=name title=says>{guard_icons::lock()}</span>
                }.into_any();
            }
            view! {
                <button class="icon-button file-lock" aria-label=format!("Unlock {path}") title=says
                    on:click=move |_| store.toggle_file_lock(file.get_value())>{guard_icons::lock()}</button>
            }.into_any()
        })}
    }
}

/// Above the editor: what waits, and whether the file is out of the model's reach.
#[component]
pub fn EditorGuard() -> impl IntoView {
    let store = Store::here();
    let open = move || store.open_file.get();
    let outside = Memo::new(move |_| open().is_some_and(|file| store.outside(&file)));
    let locked = Memo::new(move |_| open().is_some_and(|file| store.guard.lock_of(&file).is_some()));
    view! {
        <span class="editor-guard">
            <HeldCount />
            <Show when=move || outside.get()>
                <span class="guard-chip" title="The model may not change this file">"Outside the scope"</span>
            </Show>
            <Show when=move || locked.get()>
                <span class="guard-chip">{guard_icons::lock()} "Locked"</span>
            </Show>
        </span>
    }
}

/// Locks what is selected in the editor, or its file. The owner’s alone.
#[component]
pub fn LockButton() -> impl IntoView {
    let store = Store::here();
    let locked = Memo::new(move |_| store.open_file.get().is_some_and(|file| store.guard.lock_of(&file).is_some()));
    let (selecting, in_lock) = (store.guard.selecting, store.guard.in_lock);
    let name = move || match (locked.get(), in_lock.get(), selecting.get()) {
        (true, ..) => "Unlock this file",
        (false, true, _) => "Unlock these lines",
        (false, false, true) => "Lock the selected lines",
        (false, false, false) => "Lock this file",
    };
    let title = move || format!("{}: the model will not change what is locked (Ctrl Alt L)", name());
    view! {
            <Show when=move || store.may_lock()>
                <button class="icon-button" aria-label=name title=title
                    on:click=move |_| store.toggle_lock()>
                    {move || if locked.get() || in_lock.get() { guard_icons::unlocked().into_any() } else { guard_icons::lock().into_any() }}
                </button>
            </Show>
    }
}
