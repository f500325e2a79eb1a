//! The slim bar above the panes: where one is, who is here, which model writes, and the page's own switches.

use leptos::prelude::*;
use protocol::ModelId;

use super::icons;
use super::people::People;
use super::role::RoleChip;
use super::saving::SavingNote;
use super::share::ShareButton;
use crate::store::status::SPEED_DEFAULT;
use crate::store::{Store, Theme};

/// The speeds of the practice model on offer, in tokens a second: from reading pace to a fast hosted model.
const SPEEDS: [u32; 6] = [50, SPEED_DEFAULT, 250, 500, 800, 1_200];

/// The bar of a session.
#[component]
pub fn Topbar(
    /// Whether the list of files lies over the panes, where they are stacked.
    files_open: RwSignal<bool>,
) -> impl IntoView {
    let store = Store::here();
    let title = move || {
        let lesson = store.lesson.with(|lesson| lesson.as_ref().map(|lesson| lesson.title.clone()));
        let asked = || store.turns.with(|turns| turns.first().map(|turn| turn.prompt.clone()));
        lesson.or_else(asked).unwrap_or_else(|| "New session".to_owned())
    };
    view! {
        <header class="topbar">
            <button class="icon-button files-toggle" aria-label="Show files"
                aria-expanded=move || files_open.get().to_string()
                on:click=move |_| files_open.update(|open| *open = !*open)>
                {icons::list()}
            </button>
            <button class="brand" title="Back to the first screen" on:click=move |_| store.leave()>
                {icons::mark()} <span>"Midstream"</span>
            </button>
            <div class="topbar-title">
                <b>{title}</b>
                {move || store.lesson.with(Option::is_some).then(|| view! { <span>"Lesson"</span> })}
            </div>
            <SavingNote />
            <div class="topbar-end">
                <RoleChip />
                <People />
                <ShareButton />
                <Show when=move || !store.watches()>
                    <ModelPicker />
                    <SpeedPicker />
                </Show>
                <button class="icon-button" aria-label="Export and import" title="Export and import (Alt X)"
                    on:click=move |_| store.toggle_ship()>
                    {icons::ship()}
                </button>
                <button class="icon-button" aria-label="Replay" title="Replay: how it came to be, step by step"
                    on:click=move |_| store.open_replay()>
                    {icons::rewind()}
                </button>
                <ThemeButton />
                <button class="icon-button" aria-label="Keyboard shortcuts" title="Keyboard shortcuts (?)"
                    on:click=move |_| store.toggle_sheet()>
                    {icons::keys()}
                </button>
            </div>
        </header>
    }
}

#[component]
fn ModelPicker() -> impl IntoView {
    let store = Store::here();
    let chosen = move |id: &ModelId| store.model.with(|model| model.as_ref() == Some(id));
    view! {
        <select class="select" aria-label="Model" disabled=move || store.models.with(Vec::is_empty)
            on:change:target=move |event| store.set_model(ModelId(event.target().value()))>
            {move || store.models.get().into_iter().map(|model| {
                let id = model.id.clone();
                view! { <option value=model.id.0 selected=move || chosen(&id)>{model.label}</option> }
            }).collect_view()}
        </select>
    }
}

/// Shown while the practice model is chosen: the others take no order.
#[component]
fn SpeedPicker() -> impl IntoView {
    let store = Store::here();
    let scripted = Memo::new(move |_| {
        let chosen = store.model.get();
        store.models.with(|models| models.iter().any(|m| m.scripted && Some(&m.id) == chosen.as_ref()))
    });
    let choose = move |text: String| {
        if let Ok(speed) = text.parse() {
            store.set_speed(speed);
        }
    };
    let speeds = move || {
        let mut speeds = SPEEDS.to_vec();
        speeds.push(store.speed.get());
        speeds.sort_unstable();
        speeds.dedup();
        speeds
    };
    view! {
        <Show when=move || scripted.get()>
            <select class="select" aria-label="Practice speed" title="How fast the practice model writes"
                on:change:target=move |event| choose(event.target().value())>
                {move || speeds().into_iter().map(|speed| view! {
                    <option value=speed selected=move || store.speed.get() == speed>{speed} " tokens/s"</option>
                }).collect_view()}
            </select>
        </Show>
    }
}

/// Goes round: the system's, light, dark.
#[component]
pub fn ThemeButton() -> impl IntoView {
    let store = Store::here();
    let next = move || match store.theme.get_untracked() {
        Theme::System => Theme::Light,
        Theme::Light => Theme::Dark,
        Theme::Dark => Theme::System,
    };
    let name = move || match store.theme.get() {
        Theme::System => "Theme: as the system",
        Theme::Light => "Theme: light",
        Theme::Dark => "Theme: dark",
    };
    view! {
        <button class="icon-button" aria-label=name title=name on:click=move |_| store.set_theme(next())>
            {move || match store.theme.get() {
                Theme::System => icons::half().into_any(),
                Theme::Light => icons::sun().into_any(),
                Theme::Dark => icons::moon().into_any(),
            }}
        </button>
    }
}
