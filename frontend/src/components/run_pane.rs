//! The pane under the editor: how the run stands, what it says, and the handle that makes it taller.

use leptos::ev::KeyboardEvent;
use leptos::prelude::*;
use wasm_bindgen::JsCast;

use super::console::ConsoleView;
use super::icons;
use super::preview::Preview;
use super::run_auto::RunAuto;
use super::run_words::{status, tests};
use crate::run::console::Tally;
use crate::store::Store;
use crate::store::run::{HEIGHT_MAX, HEIGHT_MIN, Outcome, Phase};

/// How much taller or lower one key press makes the pane, in pixels.
const STEP: u32 = 20;

/// The pane.
#[component]
pub fn RunPane() -> impl IntoView {
    let store = Store::here();
    let running = store.running;
    view! {
        <Show when=move || running.mounted.get()>
            <section class="run-pane" aria-label="Run" data-pane="run" tabindex="-1" hidden=move || !running.open.get()
                style:height=move || format!("{}px", running.height.get())>
                <Handle />
                <div class="pane-head run-head">
                    <h2>"Run"</h2>
                    <Status />
                    <span class="end">
                        <RunAuto />
                        <RunButtons />
                        <button class="icon-button" aria-label="Clear the console" title="Clear the console"
                            on:click=move |_| store.clear_console()>{icons::sweep()}</button>
                        <button class="icon-button" aria-label="Hide" title="Hide (Ctrl+`)"
                            on:click=move |_| store.show_run_pane(false)>{icons::cross()}</button>
                    </span>
                </div>
                <div class="run-body">
                    <Preview />
                    <div class="run-words">
                        <ConsoleView />
                        <Asked />
                    </div>
                </div>
            </section>
        </Show>
    }
}

/// Begins and ends runs; also in the editor's head.
#[component]
pub fn RunButtons() -> impl IntoView {
    let store = Store::here();
    view! {
        <Show when=move || store.running.is_active() fallback=move || view! {
            <button class="icon-button run-button" aria-label="Run" title="Run the open file (Ctrl+Enter)"
                on:pointerenter=move |_| store.warm_runner() on:click=move |_| store.run()>{icons::play()}</button>
        }>
            <button class="icon-button stop-button" aria-label="Stop the run" title="Stop the run (Ctrl+Shift+.)"
                on:click=move |_| store.stop_run()>{icons::square()}</button>
        </Show>
    }
}

/// What is run, and how that stands.
#[component]
fn Status() -> impl IntoView {
    let store = Store::here();
    let running = store.running;
    let entry = move || running.target.with(|target| target.as_ref().map(|target| target.entry.clone()));
    let state = Memo::new(move |_| {
        running.phase.with(|phase| match phase {
            Phase::Idle => "idle",
            Phase::Starting { .. } | Phase::Running => "active",
            Phase::Ended(Outcome::Done { .. }) => "done",
            Phase::Ended(Outcome::Stopped { .. }) => "stopped",
            Phase::Ended(_) => "failed",
        })
    });
    let tally = Memo::new(move |_| running.console.with(|console| console.tally));
    let dropped = Memo::new(move |_| running.console.with(|console| console.dropped));
    view! {
        <p class="run-status" role="status" data-state=move || state.get() data-testid="run-status">
            {move || entry().map(|entry| view! { <span class="run-entry">{entry}</span> })}
            <span>{move || status(&running.phase.get(), store.shows_a_page())}</span>
            {move || (tally.get() != Tally::default()).then(|| view! {
                <span class="run-tests" data-failed=move || (tally.get().failed > 0).to_string()>{move || tests(tally.get())}</span>
            })}
            {move || (dropped.get() > 0).then(|| view! {
                <span class="run-dropped" title="More than the console keeps, or than anyone could read">
                    {move || super::format::many(u32::try_from(dropped.get()).unwrap_or(u32::MAX))} " dropped"
                </span>
            })}
        </p>
        {move || running.phase.with(|phase| match phase {
            Phase::Starting { loaded: Some((done, total)) } => Some(view! {
                <progress aria-label="Loading Python" max=*total value=*done></progress>
            }),
            _ => None,
        })}
    }
}

/// The line that a program waits for.
#[component]
fn Asked() -> impl IntoView {
    let store = Store::here();
    let line = RwSignal::new(String::new());
    let field = NodeRef::<leptos::html::Input>::new();
    Effect::new(move |_| {
        if store.running.asks.with(Option::is_some)
            && let Some(field) = field.get()
        {
            let _ = field.focus();
        }
    });
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        store.answer_run(&line.get_untracked());
        line.set(String::new());
    };
    view! {
        {move || store.running.asks.get().map(|prompt| view! {
            <form class="run-asked" on:submit=submit>
                <label for="run-line">{if prompt.is_empty() { "Input".to_owned() } else { prompt }}</label>
                <input id="run-line" node_ref=field autocomplete="off" spellcheck="false"
                    prop:value=move || line.get() on:input:target=move |event| line.set(event.target().value()) />
                <button class="button small" type="submit">"Enter"</button>
            </form>
        })}
    }
}

/// Makes the pane taller and lower: dragged, or with the arrow keys.
#[component]
fn Handle() -> impl IntoView {
    let store = Store::here();
    let running = store.running;
    let dragged = RwSignal::new(None::<(i32, u32)>);
    let key = move |event: KeyboardEvent| {
        let height = running.height.get_untracked();
        match event.key().as_str() {
            "ArrowUp" => running.resize(height + STEP),
            "ArrowDown" => running.resize(height.saturating_sub(STEP)),
            _ => return,
        }
        event.prevent_default();
    };
    let grab = move |event: leptos::ev::PointerEvent| {
        if let Some(handle) = event.current_target().and_then(|target| target.dyn_into::<web_sys::Element>().ok()) {
            let _ = handle.set_pointer_capture(event.pointer_id());
        }
        dragged.set(Some((event.client_y(), running.height.get_untracked())));
    };
    let drag = move |event: leptos::ev::PointerEvent| {
        if let Some((from, height)) = dragged.get_untracked() {
            running.resize(height.saturating_add_signed(from - event.client_y()));
        }
    };
    view! {
        <div class="run-handle" role="separator" aria-orientation="horizontal" aria-label="Height of the run pane"
            aria-valuemin=HEIGHT_MIN aria-valuemax=HEIGHT_MAX aria-valuenow=move || running.height.get() tabindex="0"
            on:keydown=key on:pointerdown=grab on:pointermove=drag on:pointerup=move |_| dragged.set(None)
            on:pointercancel=move |_| dragged.set(None)></div>
    }
}
