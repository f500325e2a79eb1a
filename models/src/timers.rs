//! How long each stage of a request may take.
//!
//! Owns the figures, in one place so that tests can shorten them. Knows no protocol.

use std::time::Duration;

/// TCP and TLS together: beyond this the network is broken, not slow.
pub const CONNECT: Duration = Duration::from_secs(10);
/// From the request to the first output. Long: a local server reads a long prompt first, a queue may be long,
/// and a reasoning model may think in silence.
pub const FIRST_OUTPUT: Duration = Duration::from_secs(180);
/// Between two payload events once output flows. Comments and pings do not count: an upstream that only pings
/// has hung.
pub const IDLE: Duration = Duration::from_secs(60);
/// Wait for the usage chunk and the end marker after the finish reason: everything that matters has come.
pub const TRAILER: Duration = Duration::from_secs(2);
/// Wait for the body's own end after the end marker, so that the connection can be used again.
pub const DRAIN: Duration = Duration::from_millis(100);
/// An unused upstream connection is closed after this (design, section 7).
pub const UNUSED: Duration = Duration::from_secs(5 * 60);

/// The timers of one provider.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timers {
    /// See [`CONNECT`].
    pub connect: Duration,
    /// See [`FIRST_OUTPUT`].
    pub first_output: Duration,
    /// See [`IDLE`].
    pub idle: Duration,
    /// See [`TRAILER`].
    pub trailer: Duration,
    /// See [`DRAIN`].
    pub drain: Duration,
    /// See [`UNUSED`].
    pub unused: Duration,
}

impl Default for Timers {
    fn default() -> Self {
        Self {
            connect: CONNECT,
            first_output: FIRST_OUTPUT,
            idle: IDLE,
            trailer: TRAILER,
            drain: DRAIN,
            unused: UNUSED,
        }
    }
}
