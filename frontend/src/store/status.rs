//! The small values that signals of the store hold. Plain data: no signals, no DOM.

use protocol::server::Stall;
use protocol::{CloseCode, ErrorCode, FileId, SessionId};
use serde::{Deserialize, Serialize};

/// The slowest speed of the practice model that the page offers, in tokens a second: reading speed.
pub const SPEED_MIN: u32 = 50;
/// The fastest: what fast hosted models reach.
pub const SPEED_MAX: u32 = 1_200;
/// The speed that a newcomer sees: quick, and still slow enough to be caught at a token.
pub const SPEED_DEFAULT: u32 = 120;

/// Which screen is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Route {
    /// `/`: lessons, a new session, recent ones.
    Start,
    /// `/s/{id}`: a session.
    Session,
    /// `/s/{id}/replay`: a session's timeline.
    Replay,
}

/// Whether what the page shows is on the server's disk.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Saving {
    /// The server has not said.
    #[default]
    Unknown,
    /// What was typed is on its way.
    OnItsWay,
    /// All of it is.
    Saved,
    /// Nothing can be saved at the moment.
    Stalled(Stall),
}

/// How the page and its session are connected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Connection {
    /// The first attempt is under way.
    Connecting,
    /// Frames flow.
    Online,
    /// The socket was lost; typing goes on and comes back by sync.
    Reconnecting {
        /// Attempts since the loss, from 1.
        attempt: u32,
        /// Until the next attempt, in milliseconds, as of when it was planned.
        retry_in_ms: u32,
        /// Why it is not connected.
        why: Loss,
    },
    /// No retry will help.
    Ended(Ending),
}

/// Why a page that comes back by itself is not connected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Loss {
    /// The network, or the server, does not answer.
    Lost,
    /// Too many people are in the session.
    Full,
    /// The server stops, to be started again.
    Stopping,
}

impl Loss {
    /// What a close code says of it.
    pub fn of(code: Option<CloseCode>) -> Self {
        match code {
            Some(CloseCode::Full) => Loss::Full,
            Some(CloseCode::Draining) => Loss::Stopping,
            _ => Loss::Lost,
        }
    }
}

/// Why a page does not come back by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// The address has no token, and this browser keeps none for it.
    NoLink,
    /// The token opens nothing.
    WrongLink,
    /// The link was taken back.
    Revoked,
    /// The link's time is over.
    Expired,
    /// There is no such session.
    NotFound,
    /// It was there, and was deleted.
    Deleted,
    /// The same participant came by another connection.
    Replaced,
    /// The page and the server speak different versions.
    Version,
    /// Something was larger than the server takes.
    TooLarge,
    /// The two do not understand each other.
    Misunderstood,
    /// The browser refuses the address.
    BadAddress,
}

impl Ending {
    /// What a close code without return says. `was_in`: the page had been in the session.
    pub fn of(code: CloseCode, was_in: bool) -> Self {
        match code {
            CloseCode::Unauthorized => Ending::WrongLink,
            CloseCode::Revoked => Ending::Revoked,
            CloseCode::Expired => Ending::Expired,
            CloseCode::NotFound if was_in => Ending::Deleted,
            CloseCode::NotFound => Ending::NotFound,
            CloseCode::Replaced => Ending::Replaced,
            CloseCode::VersionMismatch => Ending::Version,
            CloseCode::TooLarge => Ending::TooLarge,
            _ => Ending::Misunderstood,
        }
    }
}

/// Light, dark, or what the system says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Theme {
    /// Follows the system.
    #[default]
    System,
    /// Light.
    Light,
    /// Dark.
    Dark,
}

/// A session that this browser has opened before.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RecentSession {
    /// The session.
    pub id: SessionId,
    /// The lesson's title, or the first prompt.
    pub title: String,
    /// When, in milliseconds of the Unix epoch, by this browser's clock.
    pub last_opened: f64,
}

/// One file, as the list shows it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct FileRow {
    /// The file.
    pub id: FileId,
    /// Its path; two files may have the same one.
    pub path: String,
    /// The path, or `path (2)` for the second of the same name.
    pub display: String,
    /// It is kept and not edited, and has so many bytes.
    pub kept: Option<u64>,
}

/// A project on its way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Coming {
    /// Files that are here.
    pub here: usize,
    /// Files that there are.
    pub all: usize,
}

impl Coming {
    /// What is here, in hundredths of all.
    pub fn percent(&self) -> usize {
        (self.here * 100).checked_div(self.all).unwrap_or(100).min(100)
    }
}

/// The numbers that are always visible, each in milliseconds unless it says otherwise; `None` until measured.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct LatencyStrip {
    /// Socket ping, there and back.
    pub round_trip_ms: Option<f64>,
    /// Enter to the first token painted.
    pub first_token_ms: Option<f64>,
    /// The running turn's speed over the last second; of a turn that ended, its average. An estimate: UTF-16 units of
    /// output / 4.
    pub tokens_per_second: Option<f64>,
    /// Key press to the screen's last change.
    pub interrupt_to_freeze_ms: Option<f64>,
    /// Steer sent to its first new token painted.
    pub steer_to_token_ms: Option<f64>,
}

/// Something that a person should know, shown until dismissed or outlived.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// Names it in [`crate::store::Store::dismiss`].
    pub id: u32,
    /// The server's code; `None` when the page itself speaks.
    pub code: Option<ErrorCode>,
    /// For a person.
    pub text: String,
    /// The file that it is about, and leads to.
    pub opens: Option<FileId>,
}
