//! Files by `@` in the prompt box: a list above it that follows what is typed.

use leptos::prelude::*;
use std::ops::Range;

use super::format;
use crate::matching;
use crate::store::{FileRow, Store};

/// The search that is under way. Copy: every field is a handle.
#[derive(Clone, Copy)]
pub struct Mentions {
    /// What is searched for, and where it stands in the text.
    search: RwSignal<Option<(String, Range<usize>)>>,
    /// The row that Enter takes.
    at: RwSignal<usize>,
    found: Memo<Vec<FileRow>>,
}

impl Mentions {
    /// None under way.
    pub fn new(store: Store) -> Self {
        let search = RwSignal::new(None::<(String, Range<usize>)>);
        let found = Memo::new(move |_| {
            let words = search.with(|search| search.as_ref().map(|(words, _)| words.clone()));
            let Some(words) = words else { return Vec::new() };
            store
                .files
                .with(|files| matching::best(files, |file| &file.path, &words).into_iter().cloned().collect::<Vec<_>>())
        });
        Self { search, at: RwSignal::new(0), found }
    }

    /// Whether there is something to choose from.
    pub fn is_open(&self) -> bool {
        self.found.with(|found| !found.is_empty())
    }

    /// The text or the caret changed.
    pub fn look(&self, field: &web_sys::HtmlTextAreaElement) {
        let text = field.value();
        let caret = field.selection_end().ok().flatten().unwrap_or(0);
        let next = matching::mention(&text, crate::utf16::byte_at(&text, caret));
        if self.search.get_untracked() != next {
            self.at.set(0);
            self.search.set(next);
        }
    }

    /// The search is over. It may be over with the whole page of the session: what goes away loses the focus last.
    pub fn close(&self) {
        if self.search.try_with_untracked(Option::is_some) == Some(true) {
            self.search.set(None);
        }
    }

    /// What a key does here. Whether it does anything.
    pub fn key(&self, store: Store, event: &web_sys::KeyboardEvent) -> bool {
        let count = self.found.with_untracked(Vec::len);
        if count == 0 {
            return false;
        }
        match event.key().as_str() {
            "ArrowDown" => self.at.update(|at| *at = (*at + 1) % count),
            "ArrowUp" => self.at.update(|at| *at = (*at + count - 1) % count),
            "Enter" | "Tab" if !event.shift_key() && !event.ctrl_key() && !event.meta_key() => {
                self.take(store, self.at.get_untracked());
            }
            "Escape" => self.close(),
            _ => return false,
        }
        true
    }

    /// Puts a file's path where it was searched for.
    fn take(&self, store: Store, at: usize) {
        let file = self.found.with_untracked(|found| found.get(at).cloned());
        let (Some(file), Some((_, range))) = (file, self.search.get_untracked()) else {
            return;
        };
        let mut caret = None;
        store.composer.update(|text| {
            if text.is_char_boundary(range.start) && text.is_char_boundary(range.end) && range.end <= text.len() {
                let path = format!("@{} ", file.path);
                text.replace_range(range.clone(), &path);
                caret = text.get(..range.start + path.len()).map(crate::utf16::units);
            }
        });
        self.close();
        store.focus_composer();
        // Behind what was put in, once the field has it.
        request_animation_frame(move || {
            if let (Some(field), Some(caret)) = (store.composer_ref.get_untracked(), caret) {
                let _ = field.set_selection_range(caret, caret);
            }
        });
    }
}

/// The list.
#[component]
pub fn MentionList(
    /// The search.
    mentions: Mentions,
) -> impl IntoView {
    let store = Store::here();
    view! {
        <Show when=move || mentions.is_open()>
            <ul class="mentions" id="mentions" role="listbox" aria-label="Files" data-open="">
                {move || mentions.found.get().into_iter().enumerate().map(|(at, file)| {
                    let (folder, name) = format::split_path(&file.display);
                    view! {
                        <li id=format!("mention-{at}") class="mention" role="option"
                            aria-selected=move || (mentions.at.get() == at).to_string()
                            on:mousedown=move |event| { event.prevent_default(); mentions.take(store, at); }>
                            <b>{name}</b><span class="file-dir">{folder}</span>
                        </li>
                    }
                }).collect_view()}
            </ul>
        </Show>
    }
}

impl Mentions {
    /// The id of the row that Enter takes, for the field that keeps the focus.
    pub fn active(&self) -> Option<String> {
        self.is_open().then(|| format!("mention-{}", self.at.get()))
    }
}
