//! Where the next turn may change something: everywhere, in the open file, in the selected lines, in chosen files.

use leptos::prelude::*;
use protocol::FileId;
use protocol::scope::{Scope, Within};

use super::guard_words;
use crate::store::Store;

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
                <input type="radio" name="scope-within" prop:checked=move || now.get() == this
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

/// A box for each file.
#[component]
fn Files(set: impl Fn(Within) + Copy + Send + Sync + 'static) -> impl IntoView {
    let store = Store::here();
    let scope = store.guard.scope;
    let has =
        move |id: &FileId| scope.with(|scope| matches!(&scope.within, Within::Files(files) if files.contains(id)));
    let toggle = move |id: FileId, on: bool| {
        let Within::Files(mut files) = scope.get_untracked().within else { return };
        files.retain(|file| *file != id);
        if on {
            files.push(id);
        }
        set(Within::Files(files));
    };
    view! {
        <ul class="scope-files" aria-label="Files in scope">
            <For each=move || store.files.get() key=|file| file.clone() let(file)>
                {
                    let (id, shown) = (file.id.clone(), file.id);
                    view! {
                        <li><label class="scope-way">
                            <input type="checkbox" prop:checked=move || has(&shown)
                                on:change:target=move |event| toggle(id.clone(), event.target().checked()) />
                            <span class="scope-path">{file.display}</span>
                        </label></li>
                    }
                }
            </For>
        </ul>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
