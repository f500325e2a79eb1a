//! Durations of one machine's monotonic clock, in milliseconds. Never subtract across machines.

use serde::{Deserialize, Serialize};

/// What each stage of a segment cost, in milliseconds from the frame's arrival at the server.
/// The stages follow each other, so their differences are the cost of each.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Latency {
    /// The frame waited for the session.
    pub queue_ms: f64,
    /// The request was built and handed to the upstream.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub setup_ms: Option<f64>,
    /// The upstream connection was ready (0 extra when it was warm).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub connected_ms: Option<f64>,
    /// The upstream's first byte came.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_byte_ms: Option<f64>,
    /// The upstream's first token came.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_token_ms: Option<f64>,
    /// The first step was committed and on its way to every participant.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub relayed_ms: Option<f64>,
    /// The segment ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub total_ms: Option<f64>,
    /// Whether the upstream connection was open before the prompt.
    #[serde(default)]
    pub warm: bool,
}

/// Tokens of a turn.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Usage {
    /// Read.
    pub input_tokens: u64,
    /// Of those, from a cache.
    pub cached_tokens: u64,
    /// Made.
    pub output_tokens: u64,
    /// Whether these are our estimate: an interrupted upstream does not report.
    pub estimated: bool,
}
