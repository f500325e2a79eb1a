//! What the server counts, and how: names, buckets, and guards that count down by themselves.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use metrics::{counter, gauge, histogram};
use metrics_exporter_prometheus::{BuildError, Matcher, PrometheusBuilder, PrometheusHandle};
use protocol::latency::Latency;
use protocol::view::TurnStatus;

/// Upper bounds in seconds: from what a relay costs to what a person notices.
const SECONDS: [f64; 14] =
    [0.000_05, 0.000_1, 0.000_25, 0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 2.0, 10.0];

const SESSIONS: &str = "midstream_sessions";
const SOCKETS: &str = "midstream_sockets";
const TURNS: &str = "midstream_turns_total";
const TOKENS: &str = "midstream_output_tokens_total";
const INTERRUPT: &str = "midstream_interrupt_seconds";
const STAGE: &str = "midstream_stage_seconds";

/// The recorder of this process, shared by all servers in it.
static RECORDER: Mutex<Option<PrometheusHandle>> = Mutex::new(None);

/// Installs the recorder of this process, once.
pub fn install() -> Result<PrometheusHandle, BuildError> {
    let mut installed = RECORDER.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(installed) = &*installed {
        return Ok(installed.clone());
    }
    let recorder = PrometheusBuilder::new()
        .set_buckets_for_metric(Matcher::Suffix("_seconds".to_owned()), &SECONDS)?
        .build_recorder();
    let handle = recorder.handle();
    if metrics::set_global_recorder(recorder).is_ok() {
        metrics::describe_gauge!(SESSIONS, "Sessions in memory.");
        metrics::describe_gauge!(SOCKETS, "Open sockets.");
        metrics::describe_counter!(TURNS, "Turns that ended, by status.");
        metrics::describe_counter!(TOKENS, "Pieces of model output relayed.");
        metrics::describe_histogram!(INTERRUPT, "From an interrupt's arrival to its cut.");
        metrics::describe_histogram!(STAGE, "From a prompt's arrival to each stage of its segment.");
    }
    Ok(installed.insert(handle).clone())
}

/// Counts something for as long as it lives.
pub struct Live(&'static str);

impl Live {
    /// A session in memory.
    pub fn session() -> Live {
        Self::count(SESSIONS)
    }

    /// An open socket.
    pub fn socket() -> Live {
        Self::count(SOCKETS)
    }

    fn count(name: &'static str) -> Live {
        gauge!(name).increment(1.0);
        Live(name)
    }
}

impl Drop for Live {
    fn drop(&mut self) {
        gauge!(self.0).decrement(1.0);
    }
}

/// A turn ended; what its last segment's stages cost.
pub fn turn_ended(status: TurnStatus, latency: &Latency) {
    stages(latency);
    let status = match status {
        TurnStatus::Running => "running",
        TurnStatus::Completed => "completed",
        TurnStatus::Interrupted => "interrupted",
        TurnStatus::Failed => "failed",
    };
    counter!(TURNS, "status" => status).increment(1);
}

/// A piece of output was relayed.
pub fn token() {
    counter!(TOKENS).increment(1);
}

/// An interrupt was carried out.
pub fn interrupt(took: Duration) {
    histogram!(INTERRUPT).record(took.as_secs_f64());
}

fn stages(latency: &Latency) {
    let stages = [
        ("queue", Some(latency.queue_ms)),
        ("setup", latency.setup_ms),
        ("connected", latency.connected_ms),
        ("first_byte", latency.first_byte_ms),
        ("first_token", latency.first_token_ms),
        ("relayed", latency.relayed_ms),
    ];
    for (stage, ms) in stages {
        if let Some(ms) = ms {
            histogram!(STAGE, "stage" => stage).record(ms / 1e3);
        }
    }
}
