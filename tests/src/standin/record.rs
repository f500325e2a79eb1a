//! What the stand-in saw. Data only.

use std::time::Instant;

use serde_json::Value;

/// Everything seen since the start.
#[derive(Clone, Debug, Default)]
pub struct Record {
    /// TCP connections accepted, ever.
    pub connections: usize,
    /// TCP connections open now.
    pub open: usize,
    /// WebSocket upgrades accepted, ever.
    pub upgrades: usize,
    /// Requests in the order of their coming; a WebSocket message of a client is one too.
    pub requests: Vec<Request>,
    /// Calls of a model in the order of their starts.
    pub calls: Vec<Call>,
}

/// One request.
#[derive(Clone, Debug)]
pub struct Request {
    /// The number of its connection, from 1.
    pub connection: usize,
    /// The method, or `WS` for a WebSocket message.
    pub method: String,
    /// The path.
    pub path: String,
    /// The headers, names in lower case; of the upgrade for a WebSocket message.
    pub headers: Vec<(String, String)>,
    /// The body; null if there was none.
    pub body: Value,
}

impl Request {
    /// A header's value.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }
}

/// One call of a model.
#[derive(Clone, Debug)]
pub struct Call {
    /// The number of its connection, from 1.
    pub connection: usize,
    /// When its request had been read.
    pub started: Instant,
    /// When the client was seen to be gone.
    pub client_left_at: Option<Instant>,
    /// Tokens written to the client.
    pub tokens_sent: usize,
    /// Tokens made after the client had left.
    pub tokens_after_left: usize,
    /// Whether its end, scripted or not, has come.
    pub over: bool,
}

impl Record {
    /// The bodies of model calls, oldest first: everything that was posted or created, warm-ups left out.
    pub fn bodies(&self) -> Vec<&Value> {
        let is_call = |request: &&Request| {
            matches!(request.method.as_str(), "POST" | "WS")
                && request.body.get("generate") != Some(&Value::Bool(false))
        };
        self.requests.iter().filter(is_call).map(|request| &request.body).collect()
    }
}
