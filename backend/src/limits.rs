//! How much one address, one session and one connection may ask for: what the operator sets, and what has been asked.
//!
//! Knows addresses, counts and clocks; no session, no socket and no frame. All of it is forgotten when the server ends.

mod bucket;
mod config;
mod counts;
mod network;
mod window;

use std::net::IpAddr;
use std::time::Duration;

use protocol::SessionId;

pub use self::bucket::Bucket;
pub use self::config::{LimitsConfig, OutOfBounds};
pub use self::counts::{Counted, Counts};
pub use self::network::{Network, client, is_forwarded, of_address};
pub use self::window::Window;

/// Over how long sessions of an address are counted.
const SESSIONS_OVER: Duration = Duration::from_secs(60 * 60);
/// Over how long wrong tokens of an address are counted.
const GUESSES_OVER: Duration = Duration::from_secs(60);
/// Over how long wrong access codes of an address are counted: people choose them, so that they are worth guessing.
const CODES_OVER: Duration = Duration::from_secs(60 * 60);
/// Bytes of a message that count as one more message: so that a few large ones weigh as much as many small ones.
const BYTES_A_MESSAGE: usize = 4 * 1024;

/// What has been asked for, by whom.
pub struct Gate {
    /// What the operator set.
    pub config: LimitsConfig,
    /// Sessions made.
    pub sessions: Window<IpAddr>,
    /// Wrong tokens shown.
    pub guesses: Window<IpAddr>,
    /// Wrong access codes shown.
    pub codes: Window<IpAddr>,
    /// Connections by address.
    pub by_address: Counts<IpAddr>,
    /// Connections by session.
    pub by_session: Counts<SessionId>,
}

impl Gate {
    /// Nobody has asked for anything yet.
    pub fn new(config: LimitsConfig) -> Gate {
        Gate {
            sessions: Window::new(config.sessions_per_hour, SESSIONS_OVER),
            guesses: Window::new(config.guesses_per_minute, GUESSES_OVER),
            codes: Window::new(config.codes_per_hour, CODES_OVER),
            by_address: Counts::new(config.sockets_per_address),
            by_session: Counts::new(config.sockets_per_session),
            config,
        }
    }

    /// What one connection may send.
    pub fn messages(&self) -> Bucket {
        Bucket::new(self.config.messages_per_second, self.config.messages_at_once)
    }
}

/// How much a message of this many bytes counts.
pub fn weight(bytes: usize) -> u32 {
    u32::try_from(1 + bytes / BYTES_A_MESSAGE).unwrap_or(u32::MAX)
}
