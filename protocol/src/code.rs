//! Closed lists: what can be refused, and why a socket closes.

use serde::{Deserialize, Serialize};

/// Why something was refused or ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum ErrorCode {
    /// The frame cannot be read.
    BadFrame,
    /// The client speaks another version of the protocol: reload.
    VersionMismatch,
    /// The token opens nothing.
    Unauthorized,
    /// The role does not allow it.
    Forbidden,
    /// There is no such session, turn, hunk or model.
    NotFound,
    /// Another turn runs.
    TurnActive,
    /// The turn does not run.
    TurnNotActive,
    /// The turn runs: it must end first.
    TurnRunning,
    /// A later turn began.
    Superseded,
    /// The id is in use for something else.
    IdTaken,
    /// The id has the wrong form.
    BadId,
    /// A document update was refused; the replica must sync anew.
    BadUpdate,
    /// What was to be imported cannot be read, or does not fit.
    BadImport,
    /// Past a limit.
    Limit,
    /// A steer was ended by an interrupt.
    Interrupted,
    /// The model takes the server's access code, which the session was not unlocked with.
    Locked,
    /// A change was held, and the turn's scope says that it stops there.
    Held,
    /// The last editor left.
    Abandoned,
    /// The server stops.
    Shutdown,
    /// The upstream could not be reached.
    UpstreamUnreachable,
    /// The upstream refused the key.
    UpstreamUnauthorized,
    /// The upstream asks to slow down.
    UpstreamRateLimited,
    /// The upstream refused the request.
    UpstreamRejected,
    /// The upstream failed.
    UpstreamFailed,
    /// The upstream went silent.
    UpstreamStalled,
    /// The upstream ended without saying that it had finished.
    UpstreamTruncated,
    /// The model reached its output limit.
    OutputLimit,
    /// The upstream withheld its answer.
    ContentFilter,
    /// Our fault.
    Internal,
}

/// Why the server closed a socket: WebSocket close codes of the private range.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u16)]
pub enum CloseCode {
    /// The frame could not be read, or came before `hello`. Do not retry.
    BadFrame = 4400,
    /// The token opens nothing. Do not retry.
    Unauthorized = 4401,
    /// The link was revoked. Do not retry.
    Revoked = 4403,
    /// There is no such session. Do not retry.
    NotFound = 4404,
    /// `hello` did not come in time. Retry.
    HelloTimeout = 4408,
    /// Another protocol version: reload the page.
    VersionMismatch = 4409,
    /// The same participant came by another connection. Do not retry.
    Replaced = 4410,
    /// The link's time is over. Do not retry.
    Expired = 4411,
    /// A frame was larger than the limit. Do not retry the same frame.
    TooLarge = 4413,
    /// The client sent faster than the session could take. Retry.
    Overloaded = 4429,
    /// The client read too slowly. Retry.
    TooSlow = 4430,
    /// Too many participants. Retry later.
    Full = 4431,
    /// Too much came from the same address. Retry later.
    Crowded = 4432,
    /// The server is stopping. Retry.
    Draining = 4503,
    /// Our fault. Retry.
    Internal = 4500,
}

impl CloseCode {
    /// All of them.
    pub const ALL: [CloseCode; 15] = [
        CloseCode::BadFrame,
        CloseCode::Unauthorized,
        CloseCode::Revoked,
        CloseCode::NotFound,
        CloseCode::HelloTimeout,
        CloseCode::VersionMismatch,
        CloseCode::Replaced,
        CloseCode::Expired,
        CloseCode::TooLarge,
        CloseCode::Overloaded,
        CloseCode::TooSlow,
        CloseCode::Full,
        CloseCode::Crowded,
        CloseCode::Draining,
        CloseCode::Internal,
    ];

    /// The code on the wire.
    pub fn code(self) -> u16 {
        self as u16
    }

    /// The reason that goes with it.
    pub fn reason(self) -> &'static str {
        match self {
            CloseCode::BadFrame => "bad frame",
            CloseCode::Unauthorized => "unauthorized",
            CloseCode::Revoked => "the link was revoked",
            CloseCode::NotFound => "no such session",
            CloseCode::HelloTimeout => "hello did not come in time",
            CloseCode::VersionMismatch => "version mismatch: reload",
            CloseCode::Replaced => "opened elsewhere",
            CloseCode::Expired => "the link has expired",
            CloseCode::TooLarge => "frame too large",
            CloseCode::Overloaded => "sending too fast: retry",
            CloseCode::TooSlow => "reading too slowly: retry",
            CloseCode::Full => "session is full",
            CloseCode::Crowded => "too much from your address: retry later",
            CloseCode::Draining => "server is stopping: retry",
            CloseCode::Internal => "internal error: retry",
        }
    }

    /// The code that a number stands for.
    pub fn from_code(code: u16) -> Option<CloseCode> {
        Self::ALL.into_iter().find(|c| c.code() == code)
    }

    /// Whether a client should come back by itself.
    pub fn retry(self) -> bool {
        matches!(
            self,
            CloseCode::HelloTimeout
                | CloseCode::Overloaded
                | CloseCode::TooSlow
                | CloseCode::Full
                | CloseCode::Crowded
                | CloseCode::Draining
                | CloseCode::Internal
        )
    }
}
