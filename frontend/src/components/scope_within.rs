//! Where the next turn may change something: everywhere, in the open file, in the selected lines, in chosen files.

use leptos::prelude::*;
use protocol::FileId;
use protocol::scope::{Scope, Within};

use super::guard_words;
use crate::store::{FileRow, Store};

/// The most files that are listed at once besides the chosen ones: more is found by its letters.
const ROWS_MAX: usize = 40;

/// The ways to choose.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    Session,
    File,
    Lines,
    Files,
}

/// Which way a scope was chosen, as far as that can be told from it.
fn way(within: &Within, open: Option<&FileId>) -> Way {
    match within {
        Within::Session => Way::Session,
        Within::Files(files) if files.len() == 1 && files.first() == open => Way::File,
        Within::Files(_) => Way::Files,
        Within::Selection(_) => Way::Lines,
    }
}

/// The radio buttons.
#[component]
pub fn WithinChoice() -> impl IntoView {
    let store = Store::here();
    let scope = store.guard.scope;
    let open = move || store.open_file.get();
    // Kept while the panel is open: one chosen file may be the open one.
    let choosing = RwSignal::new(false);
    let now = Memo::new(move |_| {
        let way = scope.with(|scope| way(&scope.within, open().as_ref()));
        if choosing.get() && matches!(way, Way::File | Way::Files) { Way::Files } else { way }
    });
    let set = move |within: Within| store.set_scope(Scope { within, ..scope.get_untracked() });
    let choose = move |way: Way| {
        choosing.set(way == Way::Files);
        let open = store.open_file.get_untracked();
        match way {
            Way::Session => set(Within::Session),
            Way::File => set(Within::Files(open.into_iter().collect())),
            Way::Lines => {
                if let Some(lines) = store.selected_lines() {
                    set(Within::Selection(vec![lines]));
                }
            }
            Way::Files => {
                let chosen = scope.with_untracked(|scope| match &scope.within {
                    Within::Files(files) => files.clone(),
                    Within::Selection(regions) => regions.iter().map(|region| region.file.clone()).collect(),
                    Within::Session => open.into_iter().collect(),
                });
                set(Within::Files(chosen));
            }
        }
    };
    let file_name = move || {
        let open = open()?;
        store.files.with(|files| files.iter().find(|file| file.id == open).map(|file| file.display.clone()))
    };
    let lines_name = move || {
        let chosen = scope.with(|scope| store.files.with(|files| guard_words::within(&scope.within, files)));
        (now.get() == Way::Lines).then_some(chosen)
    };
    let selecting = store.guard.selecting;
    let radio = move |this: Way, name: &'static str, enabled: Signal<bool>, detail: Signal<Option<String>>| {
        view! {
            <label class="scope-way" data-disabled=move || (!enabled.get()).to_string()>
                <input type="radio" name="scope-within" aria-label=name prop:checked=move || now.get() == this
                    disabled=move || !enabled.get() && now.get() != this on:change=move |_| choose(this) />
                <span>{name}</span>
                <span class="scope-detail">{move || detail.get()}</span>
            </label>
        }
    };
    view! {
        <fieldset class="scope-within">
            <legend class="label">"The model may change"</legend>
            {radio(Way::Session, "Whole session", Signal::stored(true), Signal::stored(None))}
            {radio(Way::File, "This file", Signal::derive(move || open().is_some()), Signal::derive(file_name))}
            {radio(Way::Lines, "Selected lines", selecting.into(), Signal::derive(move || {
                lines_name().or_else(|| (!selecting.get()).then(|| "select some first".to_owned()))
            }))}
            <Show when=move || now.get() == Way::Lines && selecting.get()>
                <button class="button small scope-again" type="button" on:click=move |_| choose(Way::Lines)>"Use what is selected now"</button>
            </Show>
            {radio(Way::Files, "Chosen files", Signal::derive(move || store.files.with(|files| !files.is_empty())), Signal::stored(None))}
            <Show when=move || now.get() == Way::Files>
                <Files set />
            </Show>
        </fieldset>
    }
}

/// A box for each file. In a large project a few letters find it; what is chosen is always shown.
#[component]
fn Files(set: impl Fn(Within) + Copy + Send + Sync + 'static) -> impl IntoView {
    let store = Store::here();
    let scope = store.guard.scope;
    let wanted = RwSignal::new(String::new());
    let chosen = Memo::new(move |_| {
        scope.with(|scope| match &scope.within {
            Within::Files(files) => files.clone(),
            _ => Vec::new(),
        })
    });
    let toggle = move |id: FileId, on: bool| {
        let mut files = chosen.get_untracked();
        // A file that is gone meanwhile would have the whole scope refused.
        store.files.with_untracked(|known| files.retain(|file| *file != id && known.iter().any(|k| k.id == *file)));
        if on {
            files.push(id);
        }
        set(Within::Files(files));
    };
    let many = Memo::new(move |_| store.files.with(Vec::len) > ROWS_MAX);
    let rows = move || store.files.with(|files| found(files, &chosen.get(), &wanted.get()));
    view! {
        <Show when=move || many.get()>
            <input class="field scope-find" type="search" aria-label="Find a file" placeholder="Find a file"
                prop:value=wanted on:input:target=move |event| wanted.set(event.target().value()) />
        </Show>
        <ul class="scope-files" aria-label="Files in scope">
            <For each=rows key=|file| file.clone() let(file)>
                {
                    let (id, shown) = (file.id.clone(), file.id);
                    view! {
                        <li><label class="scope-way">
                            <input type="checkbox" prop:checked=move || chosen.with(|chosen| chosen.contains(&shown))
                                on:change:target=move |event| toggle(id.clone(), event.target().checked()) />
                            <span class="scope-path" title=file.path>{file.display}</span>
                        </label></li>
                    }
                }
            </For>
        </ul>
    }
}

/// The files that are shown: those that are chosen, and the first of those that hold what is wanted.
fn found(files: &[FileRow], chosen: &[FileId], wanted: &str) -> Vec<FileRow> {
    let wanted = wanted.trim().to_lowercase();
    let mut room = ROWS_MAX;
    let shows = |file: &&FileRow| {
        if chosen.contains(&file.id) {
            return true;
        }
        let fits = room > 0 && (wanted.is_empty() || file.display.to_lowercase().contains(&wanted));
        room -= usize::from(fits);
        fits
    };
    files.iter().filter(shows).cloned().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn in_a_large_project_files_are_found_by_their_letters() {
        let row = |n: usize| FileRow {
            id: format!("f{n}").into(),
            path: String::new(),
            display: format!("src/File{n}.rs"),
            kept: None,
        };
        let files: Vec<FileRow> = (0..5_000).map(row).collect();
        let chosen = [FileId::from("f4000")];
        let names = |wanted: &str| found(&files, &chosen, wanted).into_iter().map(|f| f.display).collect::<Vec<_>>();
        assert_eq!(names("").len(), ROWS_MAX + 1);
        assert_eq!(names("file4999"), ["src/File4000.rs", "src/File4999.rs"]);
        assert_eq!(names("nowhere"), ["src/File4000.rs"]);
    }

    #[test]
    fn the_open_file_alone_is_this_file() {
        let (open, other) = (FileId::from("f1"), FileId::from("f2"));
        assert_eq!(way(&Within::Files(vec![open.clone()]), Some(&open)), Way::File);
        assert_eq!(way(&Within::Files(vec![other.clone()]), Some(&open)), Way::Files);
        assert_eq!(way(&Within::Files(vec![open.clone(), other]), Some(&open)), Way::Files);
        assert_eq!(way(&Within::Files(vec![open]), None), Way::Files);
        assert_eq!(way(&Within::Session, None), Way::Session);
    }
}
