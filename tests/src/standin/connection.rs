//! One TCP connection: HTTP/1.1 by hand, so that every byte on the wire is ours to split, delay or cut.
//!
//! Owns reading requests, keep-alive, chunked bodies and the routes. The WebSocket side is [`socket`](super::socket).

use std::sync::Arc;

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::play::{Gone, Out, Outcome, Tally, play};
use super::record::Request;
use super::script::{Fault, Script};
use super::wire::{Responses, Wire};
use super::{Shared, socket};

/// A request larger than this is not one of ours.
const MAX_REQUEST: usize = 16 * 1024 * 1024;

/// A connection and what was read ahead of it.
pub(super) struct Line {
    pub stream: TcpStream,
    pub ahead: Vec<u8>,
}

/// Serves requests until the client leaves or a script cuts the line.
pub(super) async fn serve(stream: TcpStream, number: usize, shared: Arc<Shared>) {
    // Loopback without it delays what follows an unacknowledged write.
    let _ = stream.set_nodelay(true);
    let mut line = Line { stream, ahead: Vec::new() };
    while let Some(request) = line.read_request(number).await {
        shared.note(|record| record.requests.push(request.clone()));
        if request.header("upgrade").is_some() {
            socket::serve(line, request, shared).await;
            return;
        }
        let outcome = match (request.method.as_str(), request.path.as_str()) {
            ("POST", path) if path.ends_with("/chat/completions") => line.call(Wire::Chat, number, &shared).await,
            ("POST", path) if path.ends_with("/responses") => {
                let id = shared.note(|record| format!("resp_http_{}", record.calls.len()));
                let answer = Responses { id, lane: String::new(), sequence: 0, text: String::new() };
                line.call(Wire::Responses(answer), number, &shared).await
            }
            ("HEAD", _) => line.reply(200, &[], "").await,
            ("GET", path) if path.ends_with("/models") => {
                line.reply(200, &[], &json!({"object": "list", "data": [{"id": "stand-in"}]}).to_string()).await
            }
            ("GET", "/api/tags") => {
                line.reply(
                    200,
                    &[],
                    &json!({"models": [{"name": "stand-in:latest", "model": "stand-in:latest"}]}).to_string(),
                )
                .await
            }
            ("GET", "/health") => line.reply(200, &[], r#"{"status":"ok"}"#).await,
            _ => line.reply(404, &[], r#"{"error":{"message":"no such route"}}"#).await,
        };
        match outcome {
            Ok(Outcome::Whole) => {}
            Ok(Outcome::Reset) => {
                // A zero linger makes the close a reset.
                let _ = line.stream.set_zero_linger();
                return;
            }
            Ok(Outcome::Eof | Outcome::Left) | Err(Gone) => return,
        }
    }
}

impl Line {
    async fn read_request(&mut self, connection: usize) -> Option<Request> {
        let end = loop {
            if let Some(at) = self.ahead.windows(4).position(|window| window == b"\r\n\r\n") {
                break at + 4;
            }
            self.read_more().await?;
        };
        let head = String::from_utf8_lossy(self.ahead.get(..end)?).into_owned();
        let mut lines = head.lines();
        let mut first = lines.next()?.split(' ');
        let (method, path) = (first.next()?.to_owned(), first.next()?.to_owned());
        let headers: Vec<(String, String)> = lines
            .filter_map(|line| line.split_once(':'))
            .map(|(name, value)| (name.trim().to_ascii_lowercase(), value.trim().to_owned()))
            .collect();
        let mut request = Request { connection, method, path, headers, body: Value::Null };
        let length = request.header("content-length").and_then(|length| length.parse().ok()).unwrap_or(0);
        while self.ahead.len() < end + length {
            self.read_more().await?;
        }
        request.body = serde_json::from_slice(self.ahead.get(end..end + length)?).unwrap_or(Value::Null);
        self.ahead.drain(..end + length);
        Some(request)
    }

    async fn read_more(&mut self) -> Option<()> {
        let read = self.stream.read_buf(&mut self.ahead).await.ok()?;
        (read > 0 && self.ahead.len() < MAX_REQUEST).then_some(())
    }

    pub(super) async fn reply(
        &mut self,
        status: u16,
        headers: &[(&'static str, String)],
        body: &str,
    ) -> Result<Outcome, Gone> {
        use std::fmt::Write as _;
        let mut text = format!(
            "HTTP/1.1 {status} Scripted\r\ncontent-type: application/json\r\ncontent-length: {}\r\n",
            body.len()
        );
        for (name, value) in headers {
            // Writing to a string cannot fail.
            let _ = write!(text, "{name}: {value}\r\n");
        }
        text.push_str("\r\n");
        text.push_str(body);
        self.send(text.as_bytes()).await.map(|()| Outcome::Whole)
    }

    async fn call(&mut self, mut wire: Wire, number: usize, shared: &Arc<Shared>) -> Result<Outcome, Gone> {
        let script = shared.next_script();
        let tally = Tally::begin(shared, number);
        match &script.fault {
            Some(Fault::Status(status, headers, body)) => {
                tally.note(|call| call.over = true);
                return self.reply(*status, headers, &body.to_string()).await;
            }
            Some(Fault::Silence) => {
                self.hangup().await;
                tally.note(|call| {
                    call.client_left_at = Some(std::time::Instant::now());
                    call.over = true;
                });
                return Ok(Outcome::Left);
            }
            _ => {}
        }
        self.send(b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n").await?;
        let mut body = Body { named: matches!(wire, Wire::Responses(_)), line: self, script: &script };
        let outcome = play(&script, &mut wire, &mut body, &tally, false).await;
        match outcome {
            // A body's proper end; the answer's end is the script's business.
            Outcome::Whole | Outcome::Eof => {
                self.send(b"0\r\n\r\n").await?;
                Ok(Outcome::Whole)
            }
            other => Ok(other),
        }
    }

    async fn send(&mut self, bytes: &[u8]) -> Result<(), Gone> {
        self.stream.write_all(bytes).await.map_err(|_| Gone)
    }

    /// Resolves when the client has closed its side; what it sends meanwhile is kept.
    async fn hangup(&mut self) {
        while self.stream.read_buf(&mut self.ahead).await.is_ok_and(|read| read > 0) {}
    }
}

/// A chunked body of server-sent events.
struct Body<'a> {
    line: &'a mut Line,
    script: &'a Script,
    /// Whether events carry their names.
    named: bool,
}

impl Body<'_> {
    async fn chunks(&mut self, text: &str) -> Result<(), Gone> {
        let size = self.script.split.unwrap_or(usize::MAX).max(1);
        let mut framed = Vec::with_capacity(text.len() + 16);
        for piece in text.as_bytes().chunks(size) {
            framed.extend_from_slice(format!("{:x}\r\n", piece.len()).as_bytes());
            framed.extend_from_slice(piece);
            framed.extend_from_slice(b"\r\n");
        }
        self.line.send(&framed).await
    }
}

impl Out for Body<'_> {
    async fn write(&mut self, payloads: &[String]) -> Result<(), Gone> {
        let end = if self.script.crlf { "\r\n" } else { "\n" };
        let mut text = String::new();
        for payload in payloads {
            if let Some(name) = self.named.then(|| event_name(payload)).flatten() {
                text.extend(["event: ", name, end]);
            }
            text.extend(["data: ", payload, end, end]);
        }
        self.chunks(&text).await
    }

    async fn ping(&mut self) -> Result<(), Gone> {
        let end = if self.script.crlf { "\r\n" } else { "\n" };
        self.chunks(&[": STANDIN PROCESSING", end, end].concat()).await
    }

    async fn gone(&mut self) {
        self.line.hangup().await;
    }
}

/// The type of a payload, which is its first field.
fn event_name(payload: &str) -> Option<&str> {
    payload.strip_prefix(r#"{"type":""#)?.split('"').next()
}
