//! What the stand-in plays in answer to one call. Data, and the gate that lets a test release each token.

use std::borrow::Cow;
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use tokio::sync::Semaphore;

use super::stamp;

/// One answer.
#[derive(Clone, Debug)]
pub struct Script {
    /// Said at once before the tokens, uncounted: what a block of stamps begins with.
    pub head: Cow<'static, str>,
    /// Said at once after the tokens, uncounted: what ends that block.
    pub tail: Cow<'static, str>,
    /// What is said.
    pub tokens: Tokens,
    /// From the request to the first token; headers go out at once.
    pub first_token: Duration,
    /// How fast it is said.
    pub pace: Pace,
    /// Cuts what is written into HTTP chunks of this many bytes, through characters and CRLFs.
    pub split: Option<usize>,
    /// Whether lines end in CRLF.
    pub crlf: bool,
    /// A comment (or WebSocket ping) this often while nothing is due, and once before the first token.
    pub ping: Option<Duration>,
    /// The field that carries three tokens of reasoning before the answer, if any: `reasoning`, `reasoning_content`.
    pub reasoning: Option<&'static str>,
    /// Where the usage is.
    pub usage: UsagePlace,
    /// Whether `[DONE]` is sent.
    pub done: bool,
    /// The finish reason.
    pub finish: &'static str,
    /// What goes wrong.
    pub fault: Option<Fault>,
    /// Goes on making tokens when the client has left, as some servers do.
    pub deaf: bool,
}

/// Where a Chat Completions stream has its usage.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UsagePlace {
    /// In a chunk of its own after the finish reason.
    LastChunk,
    /// Under `x_groq` on the finishing chunk.
    Groq,
    /// Nowhere.
    Nowhere,
}

/// What is said.
#[derive(Clone, Debug)]
pub enum Tokens {
    /// These, in order.
    Fixed(Arc<[String]>),
    /// That many [`stamp`]s, each made when it is written.
    Stamped(usize),
}

/// How fast.
#[derive(Clone, Debug)]
pub enum Pace {
    /// All at once.
    Flood,
    /// Tokens per second, by absolute deadlines.
    Rate(f64),
    /// When the test releases it.
    Gated(Gate),
}

/// Releases tokens one by one.
#[derive(Clone, Debug)]
pub struct Gate(Arc<Semaphore>);

impl Default for Gate {
    fn default() -> Self {
        Self(Arc::new(Semaphore::new(0)))
    }
}

impl Gate {
    /// Lets `count` more tokens out.
    pub fn release(&self, count: usize) {
        self.0.add_permits(count);
    }

    /// Lets everything out.
    pub fn open(&self) {
        self.0.add_permits(Semaphore::MAX_PERMITS / 2);
    }

    pub(super) async fn pass(&self) {
        if let Ok(permit) = self.0.acquire().await {
            permit.forget();
        }
    }
}

/// What goes wrong. Those with a number happen once that many tokens are out.
#[derive(Clone, Debug)]
pub enum Fault {
    /// An error status with headers and a body, instead of a stream; over WebSocket an error frame.
    Status(u16, Vec<(&'static str, String)>, Value),
    /// An error object in the stream, then its end.
    ErrorAt(usize, Value),
    /// The connection ends properly, the answer does not.
    EofAt(usize),
    /// A TCP reset.
    ResetAt(usize),
    /// Nothing more comes (but for pings), and the connection stays.
    StallAt(usize),
    /// Not even headers come.
    Silence,
}

impl Fault {
    /// The 401 of a refused key.
    pub fn unauthorized() -> Self {
        let error = json!({"error": {"message": "Incorrect API key provided", "type": "invalid_request_error",
            "param": null, "code": "invalid_api_key"}});
        Self::Status(401, Vec::new(), error)
    }

    /// A 429 with `Retry-After`.
    pub fn rate_limited(seconds: u32) -> Self {
        let error = json!({"error": {"message": "Rate limit reached", "type": "requests",
            "param": null, "code": "rate_limit_exceeded"}});
        Self::Status(429, vec![("retry-after", seconds.to_string())], error)
    }

    /// A 500.
    pub fn server_error() -> Self {
        Self::Status(500, Vec::new(), json!({"error": {"message": "The server had an error", "type": "server_error"}}))
    }

    /// An error object after `tokens` tokens.
    pub fn error_at(tokens: usize) -> Self {
        Self::ErrorAt(
            tokens,
            json!({"error": {"message": "The model broke", "type": "server_error", "code": "server_error"}}),
        )
    }

    pub(super) fn position(&self) -> Option<usize> {
        match self {
            Self::ErrorAt(at, _) | Self::EofAt(at) | Self::ResetAt(at) | Self::StallAt(at) => Some(*at),
            Self::Status(..) | Self::Silence => None,
        }
    }
}

impl Script {
    /// Says `tokens`, all at once.
    pub fn say<I, S>(tokens: I) -> Self
    where
        I: IntoIterator<Item = S>,
        S: Into<String>,
    {
        Self::of(Tokens::Fixed(tokens.into_iter().map(Into::into).collect()), Pace::Flood)
    }

    /// Says `text` in pieces of a few characters, all at once.
    pub fn text(text: &str) -> Self {
        let characters: Vec<char> = text.chars().collect();
        Self::say(characters.chunks(4).map(String::from_iter))
    }

    /// Says `count` stamps at `rate` tokens per second; 0 is a flood.
    pub fn stamped(count: usize, rate: f64) -> Self {
        Self::of(Tokens::Stamped(count), if rate > 0.0 { Pace::Rate(rate) } else { Pace::Flood })
    }

    fn of(tokens: Tokens, pace: Pace) -> Self {
        Self {
            head: Cow::Borrowed(""),
            tail: Cow::Borrowed(""),
            tokens,
            first_token: Duration::ZERO,
            pace,
            split: None,
            crlf: false,
            ping: None,
            reasoning: None,
            usage: UsagePlace::LastChunk,
            done: true,
            finish: "stop",
            fault: None,
            deaf: false,
        }
    }

    /// After that text.
    pub fn after(mut self, head: impl Into<Cow<'static, str>>) -> Self {
        self.head = head.into();
        self
    }

    /// Before that text.
    pub fn before(mut self, tail: impl Into<Cow<'static, str>>) -> Self {
        self.tail = tail.into();
        self
    }

    /// At that rate.
    pub fn rate(mut self, tokens_per_second: f64) -> Self {
        self.pace = Pace::Rate(tokens_per_second);
        self
    }

    /// Token by token, as the gate lets them.
    pub fn gated(mut self, gate: &Gate) -> Self {
        self.pace = Pace::Gated(gate.clone());
        self
    }

    /// With that fault.
    pub fn fault(mut self, fault: Fault) -> Self {
        self.fault = Some(fault);
        self
    }

    /// In chunks of that many bytes.
    pub fn split(mut self, bytes: usize) -> Self {
        self.split = Some(bytes);
        self
    }

    /// With lines that end in CRLF.
    pub fn crlf(mut self) -> Self {
        self.crlf = true;
        self
    }

    /// With a comment that often.
    pub fn ping(mut self, every: Duration) -> Self {
        self.ping = Some(every);
        self
    }

    /// Deaf to a client's leaving.
    pub fn deaf(mut self) -> Self {
        self.deaf = true;
        self
    }
}

impl Tokens {
    pub(super) fn len(&self) -> usize {
        match self {
            Self::Fixed(tokens) => tokens.len(),
            Self::Stamped(count) => *count,
        }
    }

    pub(super) fn get(&self, at: usize) -> String {
        match self {
            Self::Fixed(tokens) => tokens.get(at).cloned().unwrap_or_default(),
            Self::Stamped(_) => stamp::nth(at),
        }
    }
}

/// How the WebSocket side behaves, beyond what scripts say.
#[derive(Clone, Debug, Default)]
pub struct SocketQuirks {
    /// Refuses the upgrade with this status.
    pub upgrade_status: Option<u16>,
    /// Answers a `stream_id` with `invalid_stream_id`.
    pub rejects_lanes: bool,
    /// Takes a `stream_id` and does not say it back.
    pub hides_lanes: bool,
    /// Answers `generate` with a 400.
    pub rejects_warm_up: bool,
    /// Answers every `response.create` after that many on one socket with `websocket_connection_limit_reached`.
    pub creates_per_socket: Option<usize>,
    /// Knows no `previous_response_id`.
    pub forgets: bool,
}
