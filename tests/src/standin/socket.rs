//! The Responses API over a WebSocket: lanes, memory of a socket's responses, warm-ups, refusals.
//!
//! Owns the protocol of the socket. Each create is played by a task of its own; lanes run side by side, creates of
//! one lane one after the other.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::io::AsyncWriteExt;
use tokio::sync::{Mutex, mpsc, watch};
use tokio::task::JoinSet;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;
use tokio_tungstenite::tungstenite::protocol::Role;

use super::Shared;
use super::connection::Line;
use super::play::{Gone, Out, Outcome, Tally, play};
use super::record::Request;
use super::script::{Fault, Script};
use super::wire::{Responses, Wire};

/// Frames on their way to the socket: about one batch, so that a slow client holds the script back.
const OUTGOING: usize = 64;

/// What a lane wants of the socket's task.
enum Outgoing {
    Frame(String),
    Ping,
    /// Close the TCP connection without a closing handshake.
    Cut,
    /// Reset it.
    Reset,
}

/// What one socket remembers.
struct Memory {
    known: HashSet<String>,
    creates: usize,
    lanes: HashMap<String, Arc<Mutex<()>>>,
}

pub(super) async fn serve(mut line: Line, upgrade: Request, shared: Arc<Shared>) {
    let quirks = shared.quirks();
    if let Some(status) = quirks.upgrade_status {
        let _ = line.reply(status, &[], r#"{"error":{"message":"no upgrade here","code":"refused"}}"#).await;
        return;
    }
    let key = upgrade.header("sec-websocket-key").unwrap_or_default();
    let answer = format!(
        "HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: websocket\r\nsec-websocket-accept: {}\r\n\r\n",
        derive_accept_key(key.as_bytes())
    );
    if line.stream.write_all(answer.as_bytes()).await.is_err() {
        return;
    }
    shared.note(|record| record.upgrades += 1);
    let Line { stream, ahead } = line;
    let mut socket = WebSocketStream::from_partially_read(stream, ahead, Role::Server, None).await;
    let (outgoing, mut frames) = mpsc::channel(OUTGOING);
    let gone = watch::Sender::new(false);
    let mut lanes = JoinSet::new();
    let mut memory = Memory { known: HashSet::new(), creates: 0, lanes: HashMap::new() };
    loop {
        tokio::select! {
            biased;
            message = socket.next() => match message {
                Some(Ok(Message::Text(text))) => {
                    let body: Value = serde_json::from_str(&text).unwrap_or(Value::Null);
                    let request = Request { method: "WS".to_owned(), body: body.clone(), ..upgrade.clone() };
                    shared.note(|record| record.requests.push(request));
                    let lane = Lane { outgoing: outgoing.clone(), gone: gone.subscribe() };
                    for frame in take(&body, lane, &mut memory, &mut lanes, &shared, upgrade.connection) {
                        let _ = socket.send(Message::text(frame)).await;
                    }
                }
                Some(Ok(Message::Close(_)) | Err(_)) | None => break,
                Some(Ok(_)) => {}
            },
            Some(wish) = frames.recv() => {
                let mut wish = Some(wish);
                while let Some(next) = wish {
                    let fed = match next {
                        Outgoing::Frame(text) => socket.feed(Message::text(text)).await,
                        Outgoing::Ping => socket.feed(Message::Ping("still here".into())).await,
                        Outgoing::Reset => { let _ = socket.get_ref().set_zero_linger(); return; }
                        Outgoing::Cut => { let _ = socket.flush().await; return; }
                    };
                    if fed.is_err() { break; }
                    wish = frames.try_recv().ok();
                }
                if socket.flush().await.is_err() { break; }
            }
            Some(_) = lanes.join_next() => {}
        }
    }
    gone.send_replace(true);
    drop((socket, frames));
    // Deaf scripts go on without their client.
    while lanes.join_next().await.is_some() {}
}

/// Takes one message; what is returned is answered at once.
fn take(
    body: &Value,
    lane: Lane,
    memory: &mut Memory,
    lanes: &mut JoinSet<()>,
    shared: &Arc<Shared>,
    connection: usize,
) -> Vec<String> {
    let quirks = shared.quirks();
    let stream_id = body.get("stream_id").and_then(Value::as_str);
    let echo = match stream_id {
        Some(id) if !quirks.hides_lanes => format!(r#""stream_id":{},"#, Value::from(id)),
        _ => String::new(),
    };
    let id = shared.note(|record| format!("resp_{}", record.requests.len()));
    let mut answer = Responses { id: id.clone(), lane: echo, sequence: 0, text: String::new() };
    let mut refuse = |code: &str, status: u16| {
        let error =
            json!({"status": status, "error": {"type": "invalid_request_error", "code": code, "message": code}});
        vec![answer.event("error", error)]
    };
    if body.get("type").and_then(Value::as_str) != Some("response.create") {
        return refuse("unknown_event", 400);
    }
    if quirks.rejects_lanes && stream_id.is_some() {
        return refuse("invalid_stream_id", 400);
    }
    let warms = body.get("generate") == Some(&Value::Bool(false));
    if warms && quirks.rejects_warm_up {
        return refuse("unknown_parameter", 400);
    }
    memory.creates += 1;
    if quirks.creates_per_socket.is_some_and(|most| memory.creates > most) {
        return refuse("websocket_connection_limit_reached", 400);
    }
    let parent = body.get("previous_response_id").and_then(Value::as_str);
    if parent.is_some_and(|parent| quirks.forgets || !memory.known.contains(parent)) {
        return refuse("previous_response_not_found", 400);
    }
    memory.known.insert(id);
    if warms {
        return answer.warmed();
    }
    let script = shared.next_script();
    let tally = Tally::begin(shared, connection);
    if let Some(Fault::Status(status, headers, error)) = &script.fault {
        tally.note(|call| call.over = true);
        let headers: serde_json::Map<String, Value> =
            headers.iter().map(|(name, value)| ((*name).to_owned(), json!(value))).collect();
        let inner = error.get("error").cloned().unwrap_or_default();
        return vec![answer.event("error", json!({"status": status, "error": inner, "headers": headers}))];
    }
    let turn = Arc::clone(memory.lanes.entry(stream_id.unwrap_or_default().to_owned()).or_default());
    lanes.spawn(async move {
        let _turn = turn.lock().await;
        lane.run(&script, Wire::Responses(answer), &tally).await;
    });
    Vec::new()
}

/// One lane's way to the socket.
struct Lane {
    outgoing: mpsc::Sender<Outgoing>,
    gone: watch::Receiver<bool>,
}

impl Lane {
    async fn run(mut self, script: &Script, mut wire: Wire, tally: &Tally) {
        if matches!(script.fault, Some(Fault::Silence)) {
            self.gone().await;
            tally.note(|call| {
                call.client_left_at = Some(std::time::Instant::now());
                call.over = true;
            });
            return;
        }
        let wish = match play(script, &mut wire, &mut self, tally, true).await {
            Outcome::Whole | Outcome::Left => return,
            Outcome::Eof => Outgoing::Cut,
            Outcome::Reset => Outgoing::Reset,
        };
        // The socket's task may have ended already.
        let _ = self.outgoing.send(wish).await;
    }

    async fn send(&mut self, wish: Outgoing) -> Result<(), Gone> {
        tokio::select! {
            biased;
            _ = self.gone.wait_for(|gone| *gone) => Err(Gone),
            sent = self.outgoing.send(wish) => sent.map_err(|_| Gone),
        }
    }
}

impl Out for Lane {
    async fn write(&mut self, payloads: &[String]) -> Result<(), Gone> {
        for payload in payloads {
            self.send(Outgoing::Frame(payload.clone())).await?;
        }
        Ok(())
    }

    async fn ping(&mut self) -> Result<(), Gone> {
        self.send(Outgoing::Ping).await
    }

    async fn gone(&mut self) {
        // An error means that the sender is gone, and with it the socket.
        let _ = self.gone.wait_for(|gone| *gone).await;
    }
}
