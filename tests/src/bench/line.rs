//! A client's line to a model, by one of three ways: at the upstream itself, through the bare relay, or through
//! Midstream. As lean as each allows: what it costs a client to read is in every figure.

use std::borrow::Cow;
use std::net::SocketAddr;

use anyhow::{Context, Result, bail, ensure};
use futures_util::{SinkExt, StreamExt};
use protocol::client::{Hello, TurnStart};
use protocol::http::CreatedSession;
use protocol::{ClientFrame, ModelId, Seq, TurnId, VERSION};
use reqwest::Client;
use serde::{Deserialize, Serialize};
use tokio::net::TcpStream;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;

use super::sse;

/// What a client reads at once: ten thousand clients share the bench's process.
const READ_BUFFER: usize = 8 * 1024;

/// How a client reaches the model.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Way {
    /// It reads the upstream's events itself.
    Direct,
    /// Through the bare relay.
    Relay,
    /// Through Midstream.
    Midstream,
}

impl Way {
    /// All three.
    pub const ALL: [Way; 3] = [Way::Direct, Way::Relay, Way::Midstream];
}

/// A client's connection.
#[allow(clippy::large_enum_variant, reason = "there are a hundred at most, each for a whole run")]
pub enum Line {
    /// To the upstream.
    Direct {
        /// Its pool is shared by all lines, as a program's would be.
        client: Client,
        /// The upstream's base address.
        upstream: String,
    },
    /// To the bare relay.
    Relay(WebSocketStream<TcpStream>),
    /// To a session of its own.
    Midstream(Box<Member>),
}

impl Line {
    /// Sends a prompt and hands on the text of the answer as it comes, to its end.
    pub async fn play(&mut self, prompt: &str, mut take: impl FnMut(&str)) -> Result<()> {
        match self {
            Line::Direct { client, upstream } => {
                let mut tokens = sse::ask(client, upstream, prompt).await?;
                while tokens.next(&mut take).await? {}
                Ok(())
            }
            Line::Relay(socket) => {
                socket.send(Message::text(prompt)).await?;
                loop {
                    match socket.next().await.context("the relay closed")?? {
                        Message::Text(text) if text.is_empty() => return Ok(()),
                        Message::Text(text) => take(&text),
                        _ => {}
                    }
                }
            }
            Line::Midstream(member) => {
                member.start(prompt).await?;
                loop {
                    match member.next().await? {
                        News::Text(text) => take(&text),
                        News::Completed(status) => {
                            ensure!(status == "completed", "the turn ended as {status}");
                            return Ok(());
                        }
                        News::Stopped | News::Other => {}
                    }
                }
            }
        }
    }
}

/// Opens a WebSocket.
pub async fn socket(addr: SocketAddr, path: &str) -> Result<WebSocketStream<TcpStream>> {
    let stream = TcpStream::connect(addr).await?;
    stream.set_nodelay(true)?;
    let config = WebSocketConfig::default().read_buffer_size(READ_BUFFER);
    let url = format!("ws://{addr}{path}");
    let (socket, _) = tokio_tungstenite::client_async_with_config(url, stream, Some(config)).await?;
    Ok(socket)
}

/// Makes a session.
pub async fn session(client: &Client, addr: SocketAddr) -> Result<CreatedSession> {
    let answer = client.post(format!("http://{addr}/api/sessions")).send().await?;
    ensure!(answer.status() == 201, "no session: {}", answer.text().await?);
    Ok(answer.json().await?)
}

/// A participant of a session that wants every step by itself and keeps nothing.
pub struct Member {
    socket: WebSocketStream<TcpStream>,
    model: ModelId,
    turns: u32,
    turn: TurnId,
    /// The last step that came.
    pub shown: Seq,
    /// UTF-16 units of the running turn's output that came.
    units: u64,
}

/// What a frame said, as far as the bench cares.
pub enum News {
    /// Output.
    Text(String),
    /// The interrupt was answered.
    Stopped,
    /// The turn's end, and how.
    Completed(String),
    /// Anything else.
    Other,
}

/// The fields of all text frames that are looked at.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Frame<'a> {
    #[serde(rename = "type")]
    kind: &'a str,
    #[serde(default)]
    seq: Seq,
    #[serde(default)]
    offset: u64,
    #[serde(borrow, default)]
    text: Cow<'a, str>,
    #[serde(borrow, default)]
    status: Cow<'a, str>,
}

/// What of `welcome` is looked at.
#[derive(Deserialize)]
struct Welcome {
    models: Vec<Offered>,
}

#[derive(Deserialize)]
struct Offered {
    id: ModelId,
}

impl Member {
    /// Joins a session.
    pub async fn join(addr: SocketAddr, session: &CreatedSession) -> Result<Member> {
        let mut socket = socket(addr, &format!("/api/sessions/{}/socket", session.id)).await?;
        let token = session.token.clone();
        let hello = Hello { version: VERSION, token, pace_ms: 0, name: None, resume: None, opening: None };
        say(&mut socket, &ClientFrame::Hello(hello)).await?;
        let welcome: Welcome = loop {
            match socket.next().await.context("closed before welcome")?? {
                Message::Text(text) => break serde_json::from_str(&text)?,
                Message::Close(frame) => bail!("closed: {frame:?}"),
                _ => {}
            }
        };
        // The default model comes first: the upstream that the server was started with.
        let model = welcome.models.into_iter().next().context("no models")?.id;
        let turn = TurnId::from("");
        Ok(Member { socket, model, turns: 0, turn, shown: Seq::ZERO, units: 0 })
    }

    /// Begins a turn.
    pub async fn start(&mut self, prompt: &str) -> Result<()> {
        self.turns += 1;
        self.turn = TurnId(format!("t{}", self.turns));
        self.units = 0;
        let start = TurnStart {
            turn_id: self.turn.clone(),
            prompt: prompt.to_owned(),
            model: self.model.clone(),
            open_file: None,
            selection: None,
            scope: None,
            tokens_per_second: None,
        };
        say(&mut self.socket, &ClientFrame::TurnStart(start)).await
    }

    /// Interrupts the turn at what came.
    pub async fn interrupt(&mut self) -> Result<()> {
        let interrupt = ClientFrame::TurnInterrupt { turn_id: self.turn.clone(), shown_seq: self.shown };
        say(&mut self.socket, &interrupt).await
    }

    /// The next frame. Output with a gap or a repetition in it is an error. Cancel-safe.
    pub async fn next(&mut self) -> Result<News> {
        let text = match self.socket.next().await.context("the server closed")?? {
            Message::Text(text) => text,
            Message::Close(frame) => bail!("closed: {frame:?}"),
            _ => return Ok(News::Other),
        };
        let frame: Frame<'_> = serde_json::from_str(&text)?;
        self.shown = self.shown.max(frame.seq);
        Ok(match frame.kind {
            "turn/delta" => {
                ensure!(frame.offset == self.units, "output at {}, not at {}", frame.offset, self.units);
                // What the stand-in says is ASCII: bytes are UTF-16 units.
                self.units += frame.text.len() as u64;
                News::Text(frame.text.into_owned())
            }
            "turn/stopped" => News::Stopped,
            "turn/completed" => News::Completed(frame.status.into_owned()),
            "error" => bail!("the server says: {text}"),
            _ => News::Other,
        })
    }

    /// Reads on, looking at nothing, until the connection ends. Answers pings, as reading does.
    pub async fn idle(mut self, mut came: impl FnMut()) {
        while let Some(Ok(message)) = self.socket.next().await {
            if !message.is_ping() {
                came();
            }
        }
    }
}

async fn say(socket: &mut WebSocketStream<TcpStream>, frame: &ClientFrame) -> Result<()> {
    Ok(socket.send(Message::text(serde_json::to_string(frame)?)).await?)
}
