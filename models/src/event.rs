//! What a segment's stream yields, the same for every family.

use std::time::Duration;

/// One event of a segment. A stream ends after the first [`SegmentEvent::Ended`] or [`SegmentEvent::Failed`];
/// one that ends without either is a bug of the family, never of the upstream.
#[derive(Clone, Debug, PartialEq)]
pub enum SegmentEvent {
    /// A point of the request's way was passed; each at most once, in the order of [`Stage`].
    Stage(Stage),
    /// The model thinks without writing: a sign of life, no text of the answer.
    Thinking,
    /// Output, as it came; never empty, always whole characters.
    Text(String),
    /// Tokens read and made.
    Usage(Usage),
    /// The upstream said that it had finished.
    Ended(EndReason),
    /// The segment failed. What came before stays.
    Failed(UpstreamFailure),
}

/// Points on a request's way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stage {
    /// The connection stood; `warm` when it was open before the request.
    Connected {
        /// Whether nothing had to be set up.
        warm: bool,
    },
    /// The first byte of the answer came.
    FirstByte,
}

/// Why the model stopped by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EndReason {
    /// It had said all.
    Stop,
    /// It reached its output limit.
    Length,
    /// The upstream withheld the rest.
    ContentFilter,
}

/// Tokens of a segment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Usage {
    /// Read.
    pub input: u64,
    /// Of those, from a cache.
    pub cached: u64,
    /// Made.
    pub output: u64,
}

/// A failed segment: what to do about it, words for a person, detail for the log.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("{kind:?}: {message} ({detail})")]
pub struct UpstreamFailure {
    /// What sort.
    pub kind: FailureKind,
    /// For a person: safe to show, holds no key and no URL with one.
    pub message: String,
    /// For the log.
    pub detail: String,
    /// When a retry makes sense, if the upstream said so.
    pub retry_after: Option<Duration>,
}

/// Sorts of failure, as a person can act on them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FailureKind {
    /// No connection.
    Unreachable,
    /// The key was refused.
    Unauthorized,
    /// Slow down.
    RateLimited,
    /// The request was refused (4xx that no retry mends).
    Rejected,
    /// The upstream failed, before or inside the stream.
    Failed,
    /// No payload event for too long.
    Stalled,
    /// The stream ended without its terminal marker.
    Truncated,
}
