//! The strip of numbers that is always visible, and the way to one turn's stages.

use leptos::prelude::*;

use super::format;
use super::stages::Stages;
use crate::store::{Connection, Store};

/// The region `Latency`.
#[component]
pub fn Latency() -> impl IntoView {
    let store = Store::here();
    let open = RwSignal::new(false);
    let link = move || match store.connection.get() {
        Connection::Online => ("up", "Connected"),
        Connection::Connecting => ("down", "Connecting"),
        Connection::Reconnecting { .. } | Connection::Ended(_) => ("down", "Not connected"),
    };
    let strip = store.strip;
    let speed = move || {
        strip
            .get()
            .tokens_per_second
            .map(|speed| format!("{speed:.0} tok/s"))
            .unwrap_or_else(|| format::UNKNOWN.to_owned())
    };
    view! {
        <section class="latency" aria-label="Latency" data-pane="latency" tabindex="-1">
            <Show when=move || open.get()>
                <Stages close=move || open.set(false) />
            </Show>
            <button class="latency-strip" data-pane-focus="" aria-expanded=move || open.get().to_string()
                title="Show the stages of the last turn" on:click=move |_| open.update(|open| *open = !*open)>
                <span class="link-dot" data-link=move || link().0 role="img" aria-label=move || link().1></span>
                <Metric name="Round trip" value=Signal::derive(move || format::ms_or_dash(strip.get().round_trip_ms)) />
                <Metric name="First token" value=Signal::derive(move || format::ms_or_dash(strip.get().first_token_ms)) />
                <Metric name="Speed" value=Signal::derive(speed) />
                <Metric name="Interrupt to freeze" value=Signal::derive(move || format::ms_or_dash(strip.get().interrupt_to_freeze_ms)) />
                <Metric name="Steer to first token" value=Signal::derive(move || format::ms_or_dash(strip.get().steer_to_token_ms)) />
                <span class="more">"Stages"</span>
            </button>
        </section>
    }
}

/// A name and its number.
#[component]
fn Metric(name: &'static str, value: Signal<String>) -> impl IntoView {
    // Only a changed text touches the page: the strip as a whole changes many times a second.
    let value = Memo::new(move |_| value.get());
    view! {
        <span class="metric">
            {name} " "
            <b data-known=move || value.with(|value| value != format::UNKNOWN).to_string()>{value}</b>
        </span>
    }
}
