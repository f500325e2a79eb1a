//! One WebSocket to the server, and what it remembers.
//!
//! Owns dialling, the names of lanes and the chain of responses that can be continued on it. A line is owned by
//! whoever uses it (a keeper while it is unused, a segment while it answers), so dropping an unfinished segment
//! closes it, and an unfinished response can never share a line with the next one.

use std::sync::Arc;
use std::time::Duration;

use reqwest::header::AUTHORIZATION;
use tokio::net::TcpStream;
use tokio::time::{Instant, timeout};
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::error::Error as SocketError;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, client_async_tls_with_config};

use super::ResponsesConfig;
use crate::chat::bearer;
use crate::event::UpstreamFailure;
use crate::failure::Who;
use crate::http::retry;
use crate::request::{Message, Role, SegmentRequest};
use crate::sse::MAX_EVENT_BYTES;

/// The server closes a socket after 60 minutes; one this old is not begun anything on.
pub(super) const MAX_AGE: Duration = Duration::from_secs(55 * 60);

/// The server allows 32 names of lanes per socket. A name comes round again only after its answer has ended.
const LANE_NAMES: usize = 32;

/// Per socket and allocated at once: events are small.
const READ_BUFFER: usize = 16 * 1024;

/// The API's beta header, optional by now.
const BETA: (&str, &str) = ("openai-beta", "responses_websockets=2026-02-06");

/// A WebSocket, TLS or not.
pub(super) type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

/// An open line on which nothing is under way.
pub(super) struct Line {
    pub socket: Socket,
    /// When it was opened.
    pub since: Instant,
    /// Creates sent on it.
    creates: usize,
    /// What the next request may continue.
    pub chain: Option<Chain>,
}

/// A finished response, and all that led to it.
#[derive(Debug)]
pub(super) struct Chain {
    /// Its id.
    pub id: String,
    pub instructions: String,
    /// The conversation, its own output included.
    pub messages: Vec<Message>,
}

/// Why there is no line.
#[derive(Debug)]
pub(super) enum DialError {
    /// The server has no WebSocket here: HTTP from now on.
    NoSocket,
    /// It refused, for a reason that holds for HTTP too.
    Refused(UpstreamFailure),
    /// The network, or a proxy that lets no WebSocket through.
    Network(String),
}

impl Chain {
    /// The messages that `request` adds to this conversation, if it adds to it and changes nothing.
    pub fn tail<'a>(&self, request: &'a SegmentRequest) -> Option<&'a [Message]> {
        if self.instructions != request.instructions {
            return None;
        }
        request.messages.strip_prefix(self.messages.as_slice()).filter(|tail| !tail.is_empty())
    }

    /// The chain after `request` was answered with `text`.
    pub fn after(request: &SegmentRequest, id: String, text: String) -> Self {
        let mut messages = request.messages.clone();
        if !text.is_empty() {
            messages.push(Message { role: Role::Assistant, text });
        }
        Self { id, instructions: request.instructions.clone(), messages }
    }
}

impl Line {
    /// Opens one.
    pub async fn dial(config: &ResponsesConfig, who: &Who) -> Result<Self, DialError> {
        match timeout(config.timers.connect, connect(config)).await {
            Err(_) => Err(DialError::Network("no WebSocket in time".to_owned())),
            Ok(Ok(socket)) => Ok(Self { socket, since: Instant::now(), creates: 0, chain: None }),
            Ok(Err(SocketError::Http(answer))) => {
                let status = answer.status().as_u16();
                let body = answer.body().as_deref().map(String::from_utf8_lossy).unwrap_or_default();
                Err(match status {
                    // 426 is the server's word for "use HTTP"; the others are how servers without it look.
                    400 | 404 | 405 | 426 | 501 => DialError::NoSocket,
                    _ => DialError::Refused(who.refused(status, &body, retry::after_headers(answer.headers()))),
                })
            }
            Ok(Err(error)) => Err(DialError::Network(error.to_string())),
        }
    }

    /// The name for the next create's lane.
    pub fn next_lane(&mut self) -> String {
        let lane = format!("segment-{}", self.creates % LANE_NAMES);
        self.creates += 1;
        lane
    }

    /// Whether the server will soon close it.
    pub fn is_old(&self) -> bool {
        self.since.elapsed() >= MAX_AGE
    }
}

async fn connect(config: &ResponsesConfig) -> Result<Socket, SocketError> {
    let io = |error: &str| SocketError::Io(std::io::Error::other(error.to_owned()));
    let url = config.url();
    let parsed = reqwest::Url::parse(&url).map_err(|_| io("the address cannot be read"))?;
    let host = parsed.host_str().ok_or_else(|| io("the address has no host"))?;
    let host = host.trim_start_matches('[').trim_end_matches(']');
    let port = parsed.port_or_known_default().unwrap_or(443);
    let tcp = TcpStream::connect((host, port)).await?;
    tcp.set_nodelay(true)?;
    let scheme = if parsed.scheme() == "https" { "wss" } else { "ws" };
    let (_, rest) = url.split_once("://").unwrap_or_default();
    let mut request = format!("{scheme}://{rest}").into_client_request()?;
    let headers = request.headers_mut();
    headers.insert(BETA.0, reqwest::header::HeaderValue::from_static(BETA.1));
    if let Some(bearer) = config.key.as_ref().and_then(bearer) {
        headers.insert(AUTHORIZATION, bearer);
    }
    let limits = WebSocketConfig::default()
        .read_buffer_size(READ_BUFFER)
        .max_message_size(Some(MAX_EVENT_BYTES))
        .max_frame_size(Some(MAX_EVENT_BYTES));
    let (socket, _) = client_async_tls_with_config(request, tcp, Some(limits), None).await?;
    Ok(socket)
}

/// What a whole server's worth of lines shares.
pub(super) type SharedConfig = Arc<(ResponsesConfig, Arc<Who>)>;

#[cfg(test)]
mod tests {
    use super::*;

    fn request(instructions: &str, messages: &[(Role, &str)]) -> SegmentRequest {
        SegmentRequest {
            instructions: instructions.to_owned(),
            messages: messages.iter().map(|&(role, text)| Message { role, text: text.to_owned() }).collect(),
            cue: None,
        }
    }

    #[test]
    fn a_chain_continues_only_what_adds_to_it() {
        let chain = Chain::after(&request("i", &[(Role::User, "a")]), "r1".to_owned(), "b".to_owned());
        let tail = |instructions: &str, messages: &[(Role, &str)]| {
            chain.tail(&request(instructions, messages)).map(<[Message]>::len)
        };
        let more = [(Role::User, "a"), (Role::Assistant, "b"), (Role::User, "c")];
        assert_eq!(tail("i", &more), Some(1));
        assert_eq!(tail("other", &more), None);
        assert_eq!(tail("i", &more[..2]), None, "nothing new");
        assert_eq!(tail("i", &[(Role::User, "a"), (Role::Assistant, "b, cut"), (Role::User, "c")]), None);
    }
}
