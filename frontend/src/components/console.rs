//! The console: entries, values that unfold, places that lead to their line.

use std::sync::Arc;

use leptos::html;
use leptos::prelude::*;

use super::icons;
use super::run_reported::Reported;
use crate::run::console::{Entry, Said, brief};
use crate::run::event::{Level, Test, TestState, Value, ValueKind};
use crate::run::trace::{self, Piece};
use crate::store::Store;
use crate::store::run::Phase;

/// How near its end the list counts as being there, in pixels: a line.
const AT_THE_END: i32 = 24;

/// What the run says.
#[component]
pub fn ConsoleView() -> impl IntoView {
    let store = Store::here();
    let running = store.running;
    let list = NodeRef::<html::Ol>::new();
    let following = StoredValue::new(true);
    Effect::new(move |_| {
        running.console.track();
        // What is not shown does not scroll.
        running.open.track();
        // After the rows of this change are in place.
        request_animation_frame(move || {
            if let Some(list) = list.get_untracked().filter(|_| following.get_value()) {
                list.set_scroll_top(list.scroll_height());
            }
        });
    });
    let scrolled = move |_| {
        if let Some(list) = list.get_untracked() {
            following.set_value(list.scroll_height() - list.scroll_top() - list.client_height() < AT_THE_END);
        }
    };
    let entries = move || running.console.with(|console| console.entries().cloned().collect::<Vec<_>>());
    let empty = Memo::new(move |_| running.console.with(|console| console.is_empty()));
    view! {
        <ol class="console" aria-label="Console" node_ref=list on:scroll=scrolled tabindex="0" data-pane-focus>
            <For each=entries key=|entry| (entry.id, entry.times) let:entry>{row(&entry)}</For>
        </ol>
        <Show when=move || empty.get()><Empty /></Show>
        <Show when=move || empty.get() && running.phase.with(|phase| *phase == Phase::Idle)><Reported /></Show>
    }
}

/// What stands where nothing was said.
#[component]
fn Empty() -> impl IntoView {
    let store = Store::here();
    view! {
        <div class="console-empty">
            {move || match store.running.phase.get() {
                Phase::Idle if store.running.reported.with(|runs| !runs.is_empty()) => ().into_any(),
                Phase::Idle => view! {
                    <p><kbd>"Ctrl"</kbd> " " <kbd>"Enter"</kbd> " runs the open file, here in your browser."</p>
                    <p class="quiet">"Python, JavaScript, TypeScript, and pages. Files named like tests run as tests."</p>
                }.into_any(),
                Phase::Ended(_) => view! { <p class="quiet">"It said nothing."</p> }.into_any(),
                Phase::Starting { .. } | Phase::Running => ().into_any(),
            }}
        </div>
    }
}

fn row(entry: &Arc<Entry>) -> AnyView {
    let times = entry.times;
    let inner = match &entry.said {
        // Blanks between them, so that what is copied reads as it is shown.
        Said::Log { args, .. } => args.iter().map(|value| (argument(value), " ")).collect_view().into_any(),
        Said::Error(stack) => view! { <pre>{traced(stack)}</pre> }.into_any(),
        Said::Test(test) => tested(test),
        Said::Image { name, address } => {
            view! { <figure><img src=address.clone() alt=name.clone() /><figcaption>{name.clone()}</figcaption></figure> }
                .into_any()
        }
        Said::Note(text) => view! { <p>{text.clone()}</p> }.into_any(),
    };
    let (kind, indent) = match &entry.said {
        Said::Log { level, indent, .. } => (level_name(*level), *indent),
        Said::Error(_) => ("uncaught", 0),
        Said::Test(_) => ("test", 0),
        Said::Image { .. } => ("image", 0),
        Said::Note(_) => ("note", 0),
    };
    view! {
        <li class="said" data-kind=kind style:padding-left=(indent > 0).then(|| format!("{}rem", 1.0 + f32::from(indent)))>
            {inner}
            {fix(entry)}
            {(times > 1).then(|| view! { <span class="times" title="Times in a row">{format!("×{times}")}</span> })}
        </li>
    }
    .into_any()
}

/// The way from what failed to the model.
fn fix(entry: &Arc<Entry>) -> Option<AnyView> {
    let failed = match &entry.said {
        Said::Error(_) => true,
        Said::Test(test) => test.state == TestState::Failed,
        _ => false,
    };
    let store = Store::here();
    let entry = Arc::clone(entry);
    failed.then(|| {
        view! {
            <Show when=move || store.may_edit()>
                {
                    let entry = Arc::clone(&entry);
                    view! {
                        <button class="button small fix" title="Asks the model to mend this: steers the turn that runs, or begins one"
                            on:click=move |_| store.fix(&entry)>"Fix this"</button>
                    }
                }
            </Show>
        }
        .into_any()
    })
}

fn level_name(level: Level) -> &'static str {
    match level {
        Level::Debug => "debug",
        Level::Log => "log",
        Level::Info => "info",
        Level::Warn => "warn",
        Level::Error => "error",
    }
}

fn argument(value: &Value) -> AnyView {
    match value.kind {
        ValueKind::Text => view! { <span class="value text">{traced(&value.text)}</span> }.into_any(),
        ValueKind::Error => view! { <span class="value text">{traced(&value.text)}</span> }.into_any(),
        ValueKind::Plain => view! { <span class="value plain">{value.text.clone()}</span> }.into_any(),
        ValueKind::Object if value.entries.is_empty() => {
            view! { <span class="value plain">{brief(value)}</span> }.into_any()
        }
        ValueKind::Object => unfolding(value),
    }
}

/// A value that one can look into: its line, and what is in it once it is opened.
fn unfolding(value: &Value) -> AnyView {
    let open = RwSignal::new(false);
    let held = value.clone();
    view! {
        <details class="value object" on:toggle:target=move |event| open.set(event.target().has_attribute("open"))>
            <summary>{brief(value)}</summary>
            {move || open.get().then(|| entries(&held))}
        </details>
    }
    .into_any()
}

fn entries(value: &Value) -> AnyView {
    let rows = value.entries.iter().map(|(key, inner)| {
        let inner = match inner.kind {
            ValueKind::Text => view! { <span class="value string">{format!("{:?}", inner.text)}</span> }.into_any(),
            _ => argument(inner),
        };
        view! { <li><span class="key">{key.clone()}</span> {inner}</li> }
    });
    let rows = rows.collect_view();
    let more = (value.more > 0).then(|| view! { <li class="quiet">{format!("… {} more", value.more)}</li> });
    view! { <ul>{rows}{more}</ul> }.into_any()
}

fn tested(test: &Test) -> AnyView {
    let (state, icon) = match test.state {
        TestState::Passed => ("passed", icons::check().into_any()),
        TestState::Failed => ("failed", icons::cross().into_any()),
        TestState::Skipped => ("skipped", icons::dash().into_any()),
    };
    view! {
        <div class="tested" data-state=state>
            {icon}
            <span class="visually-hidden">{state}</span>
            <span class="test-name">{test.name.clone()}</span>
            <span class="quiet">{test.file.clone()}</span>
            <span class="quiet">{super::format::ms(test.ms)}</span>
        </div>
        {test.error.as_ref().map(|error| view! { <pre>{traced(error)}</pre> })}
    }
    .into_any()
}

/// A text with the places in it as buttons that lead there.
fn traced(text: &str) -> AnyView {
    let store = Store::here();
    let pieces = match store.client().map(|client| client.traced()) {
        Some(files) => trace::pieces(text, files.as_ref()),
        None => vec![Piece::Text(text.to_owned())],
    };
    let drawn = pieces.into_iter().map(|piece| match piece {
        Piece::Text(text) => text.into_any(),
        Piece::Link(words, place) => {
            let title = format!("Go to {}, line {}", place.path, place.line);
            let go = move |_| store.go_to(&place.path, place.line, place.column);
            view! { <button class="place" title=title on:click=go>{words}</button> }.into_any()
        }
    });
    drawn.collect_view().into_any()
}
