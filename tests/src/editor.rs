//! A Yjs editor that may misbehave, beside the stock one: it sends whatever it is told to, message by message.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use futures_util::{SinkExt, StreamExt};
use protocol::http::CreatedSession;
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::Message as Frame;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};
use yrs::sync::awareness::AwarenessUpdateEntry;
use yrs::sync::{AwarenessUpdate, Message, SyncMessage};
use yrs::updates::decoder::Decode;
use yrs::updates::encoder::Encode;
use yrs::{ClientID, Doc, Map, MapRef, OffsetKind, Options, ReadTxn, StateVector, Text, TextRef, Transact, Update};

/// How long a test waits for what must come.
const PATIENCE: Duration = Duration::from_secs(30);

/// One connection, with a replica.
pub struct Editor {
    socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
    /// The replica.
    pub doc: Doc,
}

impl Editor {
    /// Opens a socket with these subprotocols, which may not come in.
    pub async fn open(url: &str, protocols: &str, client: u64) -> Result<Editor> {
        let mut request = url.into_client_request()?;
        request.headers_mut().insert("sec-websocket-protocol", protocols.parse()?);
        let (socket, answer) = connect_async(request).await?;
        let chosen = answer.headers().get("sec-websocket-protocol").context("no subprotocol was chosen")?;
        ensure!(chosen == "midstream.yjs", "{chosen:?}");
        // As in JavaScript, which counts UTF-16 units.
        let options = Options { offset_kind: OffsetKind::Utf16, ..Options::with_client_id(ClientID::new(client)) };
        Ok(Editor { socket, doc: Doc::with_options(options) })
    }

    /// Goes to a session by its token, under a Yjs client id.
    pub async fn connect(addr: SocketAddr, session: &CreatedSession, client: u64) -> Result<Editor> {
        let protocols = format!("midstream.yjs, token.{}", session.token);
        Self::open(&url(addr, session), &protocols, client).await
    }

    /// The same, with a key of its own.
    pub async fn connect_as(addr: SocketAddr, session: &CreatedSession, client: u64, key: &str) -> Result<Editor> {
        let protocols = format!("midstream.yjs, key.{key}, token.{}", session.token);
        Self::open(&url(addr, session), &protocols, client).await
    }

    /// The code that a socket is closed with which does not come in.
    pub async fn refused(addr: SocketAddr, session: &CreatedSession) -> Result<u16> {
        let mut editor = Self::connect(addr, session, 3_000_000_000).await?;
        let protocol = timeout(PATIENCE, editor.socket.next()).await?.context("it ended")??;
        match protocol {
            Frame::Close(Some(frame)) => Ok(frame.code.into()),
            other => bail!("it came in: {other:?}"),
        }
    }

    /// Sends a message.
    pub async fn send(&mut self, message: &Message) -> Result<()> {
        self.send_raw(message.encode_v1()).await
    }

    /// Sends whatever.
    pub async fn send_raw(&mut self, bytes: Vec<u8>) -> Result<()> {
        Ok(self.socket.send(Frame::binary(bytes)).await?)
    }

    /// Sends an update.
    pub async fn update(&mut self, update: Vec<u8>) -> Result<()> {
        self.send(&Message::Sync(SyncMessage::Update(update))).await
    }

    /// Asks for what it lacks.
    pub async fn ask(&mut self) -> Result<()> {
        let known = self.doc.transact().state_vector();
        self.send(&Message::Sync(SyncMessage::SyncStep1(known))).await
    }

    /// Says who it is, under a client id.
    pub async fn says(&mut self, client: u64, name: &str) -> Result<()> {
        let json: Arc<str> = format!("{{\"user\":{{\"name\":\"{name}\"}}}}").into();
        let clients = [(ClientID::new(client), AwarenessUpdateEntry { clock: 1, json })].into();
        self.send(&Message::Awareness(AwarenessUpdate { clients })).await
    }

    /// The next message.
    pub async fn message(&mut self) -> Result<Message> {
        loop {
            match timeout(PATIENCE, self.socket.next()).await?.context("it ended")?? {
                Frame::Binary(bytes) => return Ok(Message::decode_v1(&bytes)?),
                Frame::Close(frame) => bail!("it was closed: {frame:?}"),
                _ => {}
            }
        }
    }

    /// Asks for the document, and takes in all that comes until it is there. What it was denied meanwhile.
    pub async fn synced(&mut self) -> Result<Vec<String>> {
        self.ask().await?;
        let mut denied = Vec::new();
        loop {
            match self.message().await? {
                Message::Sync(SyncMessage::SyncStep2(update)) => {
                    self.doc.transact_mut().apply_update(Update::decode_v1(&update)?)?;
                    return Ok(denied);
                }
                Message::Sync(SyncMessage::Update(update)) => {
                    self.doc.transact_mut().apply_update(Update::decode_v1(&update)?)?;
                }
                Message::Auth(reason) => denied.extend(reason),
                _ => {}
            }
        }
    }

    /// Types into a file of its replica. The update.
    pub fn types(&self, file: &str, at: u32, text: &str) -> Result<Vec<u8>> {
        let files: MapRef = self.doc.get_or_insert_map("files");
        let mut txn = self.doc.transact_mut();
        let map: MapRef = files.get(&txn, file).and_then(|file| file.cast().ok()).context("no such file")?;
        let of: TextRef = map.get(&txn, "text").and_then(|text| text.cast().ok()).context("no text")?;
        of.insert(&mut txn, at, text);
        Ok(txn.encode_update_v1())
    }

    /// Reads until it is closed. The code, and what it was denied before.
    pub async fn closed(&mut self) -> Result<(u16, Vec<String>)> {
        let mut denied = Vec::new();
        let closed = async {
            while let Some(frame) = self.socket.next().await {
                match frame? {
                    Frame::Close(Some(frame)) => return Ok(frame.code.into()),
                    Frame::Binary(bytes) => {
                        if let Ok(Message::Auth(Some(reason))) = Message::decode_v1(&bytes) {
                            denied.push(reason);
                        }
                    }
                    _ => {}
                }
            }
            bail!("closed without a code")
        };
        let code = timeout(PATIENCE, closed).await??;
        Ok((code, denied))
    }
}

/// Where Yjs editors go.
pub fn url(addr: SocketAddr, session: &CreatedSession) -> String {
    format!("ws://{addr}/api/sessions/{}/yjs", session.id)
}

/// What one who has nothing asks.
pub fn question() -> Message {
    Message::Sync(SyncMessage::SyncStep1(StateVector::default()))
}
