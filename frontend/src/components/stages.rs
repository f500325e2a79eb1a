//! Where one turn's time went: its stages one after the other, as bars on one scale.

use leptos::prelude::*;
use protocol::latency::Latency;

use super::context::Context;
use super::{format, icons};
use crate::store::Store;

/// One bar.
#[derive(Clone, Debug, PartialEq)]
struct Stage {
    name: &'static str,
    /// Whether the time is Midstream's own, and not the model's or the network's.
    ours: bool,
    from: f64,
    ms: f64,
}

/// The server's stages are times from the frame's arrival, each from the end of the one before; the paint is the page's own.
fn stages(latency: &Latency, paint_ms: Option<f64>) -> Vec<Stage> {
    let ends = [
        ("Queue", true, Some(latency.queue_ms)),
        ("Setup", true, latency.setup_ms),
        ("Connection", false, latency.connected_ms),
        ("Upstream first byte", false, latency.first_byte_ms),
        ("First token", false, latency.first_token_ms),
        ("Relay", true, latency.relayed_ms),
    ];
    let mut from = 0.0;
    let mut made = Vec::new();
    for (name, ours, end) in ends {
        if let Some(end) = end {
            made.push(Stage { name, ours, from, ms: (end - from).max(0.0) });
            from = end.max(from);
        }
    }
    if let Some(ms) = paint_ms {
        made.push(Stage { name: "Paint", ours: true, from, ms });
    }
    made
}

/// The panel above the strip: the last turn.
#[component]
pub fn Stages(
    /// Takes the panel away.
    close: impl Fn() + Copy + 'static,
) -> impl IntoView {
    let store = Store::here();
    let turn = move || store.turns.with(|turns| turns.last().cloned());
    view! {
        <div class="stages" role="group" aria-label="Stages of the last turn"
            on:keydown=move |event| if event.key() == "Escape" { event.stop_propagation(); close(); }>
            <header>
                <h2>"Where the time went"</h2>
                <button class="icon-button" aria-label="Close the stages" on:click=move |_| close()>{icons::cross()}</button>
            </header>
            {move || match turn() {
                None => view! { <p class="quiet">"Start a turn: each stage of its way from Enter to the first painted token is shown here."</p> }.into_any(),
                Some(turn) => {
                    let latency = turn.latency.get();
                    let stages = stages(&latency, turn.paint_ms.get());
                    let whole = stages.last().map_or(1.0, |last| last.from + last.ms).max(0.001);
                    let warm = if latency.warm { "The upstream connection was already open." } else { "The upstream connection had to be opened." };
                    view! {
                        {stages.into_iter().map(|stage| bar(stage, whole)).collect_view()}
                        <p class="note">"Grey is Midstream, colour is the model and its network. " {warm}</p>
                        <Context turn />
                    }.into_any()
                }
            }}
        </div>
    }
}

fn bar(stage: Stage, whole: f64) -> impl IntoView {
    let style = format!("--from:{:.2}%;--share:{:.2}%", stage.from / whole * 100.0, stage.ms / whole * 100.0);
    view! {
        <div class="stage">
            <span class="stage-name">{stage.name}</span>
            <span class="stage-track"><span class="stage-bar" data-ours=stage.ours.to_string() style=style></span></span>
            <span class="stage-ms">{format::ms(stage.ms)}</span>
        </div>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stages_follow_each_other_and_skip_the_unknown() {
        let latency = Latency { queue_ms: 1.0, setup_ms: Some(3.0), first_token_ms: Some(20.0), ..Latency::default() };
        let made: Vec<_> = stages(&latency, Some(8.0)).into_iter().map(|s| (s.name, s.from, s.ms)).collect();
        assert_eq!(made, [("Queue", 0.0, 1.0), ("Setup", 1.0, 2.0), ("First token", 3.0, 17.0), ("Paint", 20.0, 8.0)]);
    }

    #[test]
    fn a_stage_never_takes_less_than_nothing() {
        let latency = Latency { queue_ms: 5.0, setup_ms: Some(4.0), connected_ms: Some(6.0), ..Latency::default() };
        assert!(stages(&latency, None).iter().all(|stage| stage.ms >= 0.0 && stage.from >= 0.0));
    }
}
