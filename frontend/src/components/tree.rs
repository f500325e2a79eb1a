//! The files as rows that fold, of which only those in view are drawn: thousands of files cost no more than a few.

use std::collections::HashSet;

use leptos::html;
use leptos::prelude::*;
use protocol::FileId;
use wasm_bindgen::JsCast;

use super::file_row::Row;
use super::icons;
use crate::store::Store;
use crate::tree::{self, Spot, TreeRow};

/// The height of a row, in pixels: `--row` of files.css.
const ROW_PX: f64 = 30.0;

/// The rows, for the list that scrolls.
#[component]
pub fn Tree(
    /// The list that scrolls.
    list: NodeRef<html::Ul>,
    /// The row that has, or should get, the keyboard.
    focused: RwSignal<Option<Spot>>,
    /// The file that the model writes in.
    writing: Memo<Option<FileId>>,
) -> impl IntoView {
    let store = Store::here();
    let folded = RwSignal::new(HashSet::<String>::new());
    let rows = Memo::new(move |_| store.files.with(|files| folded.with(|folded| tree::rows(files, folded))));
    let seen = RwSignal::new((0.0, 0.0));
    let look = move || {
        if let Some(list) = list.get_untracked() {
            seen.set((f64::from(list.scroll_top()), f64::from(list.client_height())));
        }
    };
    Effect::new(move |_| {
        if let Some(list) = list.get() {
            look();
            let scrolled = wasm_bindgen::closure::Closure::<dyn Fn()>::new(look).into_js_value();
            let _ = list.add_event_listener_with_callback("scroll", scrolled.unchecked_ref());
        }
    });
    let resized = window_event_listener(leptos::ev::resize, move |_| look());
    on_cleanup(move || resized.remove());
    // A file that is opened from elsewhere is shown here, too.
    Effect::new(move |_| {
        if let Some(file) = store.open_file.get() {
            untrack(|| bring(store, folded, rows, list, &file));
        }
    });
    let keys = move |event: web_sys::KeyboardEvent| {
        // In a field, arrows are the field's own.
        let in_field = event.target().is_some_and(|target| target.dyn_ref::<web_sys::HtmlInputElement>().is_some());
        if !in_field && untrack(|| act(&event, rows, folded, focused, store)) {
            event.prevent_default();
        }
    };
    // The rows in view, and how many are above and below them.
    let window = Memo::new(move |_| {
        let (top, height) = seen.get();
        rows.with(|rows| {
            let range = tree::in_view(rows.len(), ROW_PX, top, height);
            let below = rows.len() - range.end;
            (range.start, rows.get(range).map(<[TreeRow]>::to_vec).unwrap_or_default(), below)
        })
    });
    let drawn = move || window.with(|(_, drawn, _)| drawn.clone());
    let above = move || window.with(|(above, ..)| format!("height:{}px", *above as f64 * ROW_PX));
    let below = move || window.with(|(.., below)| format!("height:{}px", *below as f64 * ROW_PX));
    view! {
        <li class="rows-away" aria-hidden="true" style=above></li>
        <For each=drawn key=TreeRow::clone let(row)>
            <li class="row" on:keydown=keys style=format!("--depth:{}", row.depth())>
                {match row.clone() {
                    TreeRow::Folder { path, label, files, folded: is_folded, .. } => {
                        view! { <Folder path label files is_folded folded focused /> }.into_any()
                    }
                    TreeRow::File { file, folder, name, .. } => {
                        view! { <Row file folder name focused writing /> }.into_any()
                    }
                }}
            </li>
        </For>
        <li class="rows-away" aria-hidden="true" style=below></li>
    }
}

/// Whether the keyboard is in the list, or nowhere: a row that comes back into view takes it from nobody.
pub fn keyboard_is_here() -> bool {
    document().active_element().is_none_or(|e| e.matches("body, .file-list *").unwrap_or(false))
}

/// A folder: a click folds it, or opens it.
#[component]
fn Folder(
    path: String,
    label: String,
    files: usize,
    is_folded: bool,
    folded: RwSignal<HashSet<String>>,
    focused: RwSignal<Option<Spot>>,
) -> impl IntoView {
    let button = NodeRef::<html::Button>::new();
    let spot = Spot::Folder(path.clone());
    let here = spot.clone();
    Effect::new(move |_| {
        if focused.with(|focused| focused.as_ref() == Some(&spot))
            && let Some(button) = button.get().filter(|_| keyboard_is_here())
        {
            let _ = button.focus();
        }
    });
    let title = path.clone();
    view! {
        <button class="folder" node_ref=button title=title aria-expanded=(!is_folded).to_string()
            on:focus=move |_| focused.set(Some(here.clone()))
            on:click=move |_| fold(folded, &path, !is_folded)>
            <span class="folder-mark">{icons::down()}</span>
            <span class="folder-name">{label}</span>
            <span class="folder-count" aria-label=format!("{files} files")>{files}</span>
        </button>
    }
}

fn fold(folded: RwSignal<HashSet<String>>, path: &str, fold: bool) {
    folded.update(|folded| {
        if fold {
            folded.insert(path.to_owned());
        } else {
            folded.remove(path);
        }
    });
}

/// Arrows: up and down the rows, left to fold or to go to the folder, right to open it. Whether the key did anything.
fn act(
    event: &web_sys::KeyboardEvent,
    rows: Memo<Vec<TreeRow>>,
    folded: RwSignal<HashSet<String>>,
    focused: RwSignal<Option<Spot>>,
    store: Store,
) -> bool {
    let from = focused.get().or_else(|| store.open_file.get().map(Spot::File));
    let at = rows.with(|rows| rows.iter().position(|row| Some(row.spot()) == from));
    let go = |by: isize| {
        let to = rows.with(|rows| rows.get(at?.checked_add_signed(by)?).map(TreeRow::spot));
        if to.is_some() {
            focused.set(to);
        }
        true
    };
    match (event.key().as_str(), from.clone()) {
        _ if event.alt_key() || event.ctrl_key() || event.meta_key() => false,
        ("ArrowDown", _) => go(1),
        ("ArrowUp", _) => go(-1),
        ("ArrowLeft", Some(Spot::Folder(path))) if !folded.with(|folded| folded.contains(&path)) => {
            fold(folded, &path, true);
            true
        }
        ("ArrowRight", Some(Spot::Folder(path))) => {
            fold(folded, &path, false);
            true
        }
        ("ArrowLeft", _) => {
            let above = rows.with(|rows| {
                let depth = rows.get(at?)?.depth();
                rows.get(..at?)?.iter().rev().find(|row| row.depth() < depth).map(TreeRow::spot)
            });
            if above.is_some() {
                focused.set(above);
            }
            true
        }
        _ => false,
    }
}

/// Opens the folders of a file and scrolls no further than its row needs.
fn bring(
    store: Store,
    folded: RwSignal<HashSet<String>>,
    rows: Memo<Vec<TreeRow>>,
    list: NodeRef<html::Ul>,
    file: &FileId,
) {
    let path = store.files.with(|files| files.iter().find(|f| f.id == *file).map(|file| file.display.clone()));
    let Some(path) = path else { return };
    if folded.with(|folded| tree::folders_of(&path).any(|folder| folded.contains(folder))) {
        folded.update(|folded| tree::folders_of(&path).for_each(|folder| _ = folded.remove(folder)));
    }
    let at = rows.with(|rows| rows.iter().position(|row| row.spot() == Spot::File(file.clone())));
    let (Some(at), Some(list)) = (at, list.get()) else { return };
    let (top, height) = (f64::from(list.scroll_top()), f64::from(list.client_height()));
    let (from, to) = (at as f64 * ROW_PX, (at + 1) as f64 * ROW_PX);
    if from < top || to > top + height {
        list.set_scroll_top((from - height / 2.0).max(0.0) as i32);
    }
}
