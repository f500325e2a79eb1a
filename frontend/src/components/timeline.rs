//! The timeline under a replay: play and pause, speed, pauses passed over, the track with its marks.

use leptos::prelude::*;
use protocol::timeline::{Mark, MarkKind, Moment};
use protocol::view::TurnStatus;
use wasm_bindgen::JsCast;
use web_sys::{HtmlElement, PointerEvent};

use super::comment_pins::Pins;
use super::icons;
use crate::replay::{SPEEDS, clock, share};
use crate::store::Store;

/// The most marks that are drawn: more would be a solid line. Prompts, steers and interrupts come first.
const DRAWN_MAX: usize = 600;

/// The bar.
#[component]
pub fn Timeline() -> impl IntoView {
    let store = Store::here();
    let replay = store.replay;
    let time = move || {
        let (from, to) = replay.ends().unwrap_or_default();
        let since = |at_ms: f64| clock(at_ms - from.at_ms as f64);
        (since(replay.now.get()), since(to.at_ms as f64))
    };
    let label = move || if replay.playing.get() { "Pause" } else { "Play" };
    view! {
        <section class="timeline" aria-label="Timeline" data-pane="timeline" tabindex="-1">
            <button class="play" aria-label=label title=move || format!("{} (Space)", label())
                on:click=move |_| store.replay_toggle()>
                {move || if replay.playing.get() { icons::pause().into_any() } else { icons::play().into_any() }}
            </button>
            <span class="timeline-time" data-testid="replay-time">
                {move || time().0} <i>" / "</i> {move || time().1}
            </span>
            <Track />
            <label class="timeline-idle">
                <input type="checkbox" prop:checked=move || replay.skips_idle.get()
                    on:change:target=move |event| store.replay_skip_idle(event.target().checked()) />
                "Skip idle"
            </label>
            <Show when=move || store.comments.all.with(|all| all.as_ref().is_some_and(|all| !all.is_empty()))>
                <label class="timeline-idle">
                    <input type="checkbox" prop:checked=move || store.comments.stops.get()
                        on:change:target=move |event| store.stop_at_comments(event.target().checked()) />
                    "Stop at comments"
                </label>
            </Show>
            <select class="select" aria-label="Speed" on:change:target=move |event| {
                if let Ok(speed) = event.target().value().parse() {
                    store.replay_speed(speed);
                }
            }>
                {SPEEDS.into_iter().map(|speed| view! {
                    <option value=speed.to_string() selected=move || replay.speed.get() == speed>{format!("{speed}×")}</option>
                }).collect_view()}
            </select>
        </section>
    }
}

/// Where one is: dragged with the mouse, moved with the keys.
#[component]
fn Track() -> impl IntoView {
    let store = Store::here();
    let replay = store.replay;
    let track = replay.track_ref;
    let dragging = RwSignal::new(false);
    let ends = move || replay.ends().unwrap_or_default();
    let place = move || {
        let (from, to) = ends();
        share(from, to, replay.now.get()) * 100.0
    };
    let to_pointer = move |event: &PointerEvent| {
        let Some(track) = track.get_untracked() else { return };
        let along = (f64::from(event.offset_x()) / f64::from(track.client_width().max(1))).clamp(0.0, 1.0);
        let (from, to) = untrack(ends);
        store.replay_to_time(from.at_ms as f64 + along * to.at_ms.saturating_sub(from.at_ms) as f64);
    };
    let down = move |event: PointerEvent| {
        if event.button() != 0 {
            return;
        }
        dragging.set(true);
        if let Some(element) = event.current_target().and_then(|target| target.dyn_into::<HtmlElement>().ok()) {
            let _ = element.set_pointer_capture(event.pointer_id());
            let _ = element.focus();
        }
        to_pointer(&event);
        event.prevent_default();
    };
    let moved = move |event: PointerEvent| {
        if dragging.get_untracked() {
            to_pointer(&event);
        }
    };
    let spoken = move || {
        let (from, to) = ends();
        let since = |at_ms: f64| clock(at_ms - from.at_ms as f64);
        format!("{} of {}, step {}", since(replay.now.get()), since(to.at_ms as f64), replay.shown.get())
    };
    let marks =
        Memo::new(move |_| replay.index.with(|index| index.as_ref().map(|i| drawn(&i.marks)).unwrap_or_default()));
    let shortened = move || replay.index.with(|index| index.as_ref().is_some_and(|index| index.is_shortened));
    view! {
        <div class="track" node_ref=track role="slider" tabindex="0" aria-label="Moment" data-pane-focus=""
            data-testid="replay-track" data-loading=move || replay.loading.get().to_string()
            data-shown=move || replay.shown.get().to_string()
            aria-valuemin=move || ends().0.at_ms aria-valuemax=move || ends().1.at_ms
            aria-valuenow=move || replay.now.get().round() aria-valuetext=spoken
            on:pointerdown=down on:pointermove=moved
            on:pointerup=move |_| dragging.set(false) on:pointercancel=move |_| dragging.set(false)>
            <div class="track-line"><div class="track-past" style=move || format!("width:{}%", place())></div></div>
            {move || {
                let (from, to) = ends();
                marks.get().into_iter().map(|mark| view! { <Tick mark from to /> }).collect_view()
            }}
            <Pins />
            <div class="track-head" style=move || format!("left:{}%", place())></div>
            {move || shortened().then(|| view! { <span class="track-note">"Earlier steps are no longer kept"</span> })}
        </div>
    }
}

/// One mark: a click goes there.
#[component]
fn Tick(mark: Mark, from: Moment, to: Moment) -> impl IntoView {
    let store = Store::here();
    let (kind, words) = told(&mark.kind);
    let moment = mark.moment;
    let title = format!("{} · {words}", clock(moment.at_ms.saturating_sub(from.at_ms) as f64));
    let style = format!("left:{}%", share(from, to, moment.at_ms as f64) * 100.0);
    view! {
        <span class="tick" data-kind=kind style=style title=title
            on:pointerdown=move |event| {
                event.stop_propagation();
                event.prevent_default();
                store.replay_to(moment);
            }></span>
    }
}

/// Those that are drawn, in order.
fn drawn(marks: &[Mark]) -> Vec<Mark> {
    let matters = |mark: &&Mark| {
        !matches!(
            mark.kind,
            MarkKind::Edit { .. } | MarkKind::Joined { .. } | MarkKind::Left { .. } | MarkKind::Hunk { .. }
        )
    };
    if marks.len() <= DRAWN_MAX {
        return marks.to_vec();
    }
    marks.iter().filter(matters).take(DRAWN_MAX).cloned().collect()
}

/// A mark's kind for its looks, and its words.
fn told(kind: &MarkKind) -> (&'static str, String) {
    match kind {
        MarkKind::Prompt { text, .. } => ("prompt", format!("Prompt: {text}")),
        MarkKind::Steer { text, .. } => ("steer", format!("Steer: {text}")),
        MarkKind::Interrupt { .. } => ("interrupt", "Interrupted".to_owned()),
        MarkKind::Hunk { path, why, .. } => ("hunk", format!("Change in {path}: {why}")),
        MarkKind::Decision { text, .. } => ("decision", text.clone()),
        MarkKind::End { status: TurnStatus::Failed, .. } => ("failed", "The turn failed".to_owned()),
        MarkKind::End { .. } => ("end", "The turn was complete".to_owned()),
        MarkKind::Edit { by } => ("edit", format!("{by} typed")),
        MarkKind::Joined { name, .. } => ("people", format!("{name} joined")),
        MarkKind::Left { by } => ("people", format!("{by} left")),
        MarkKind::Gap => ("gap", "What happened right before is not in the timeline".to_owned()),
    }
}
