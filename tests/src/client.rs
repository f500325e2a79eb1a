//! A second implementation of the protocol, beside the page's: a program that folds frames into state.
//!
//! Strict on purpose: a frame out of order, or a delta that does not fit, fails the test that sees it.

mod enter;
mod files;
mod fold;
mod opening;
mod steady;

use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use futures_util::{SinkExt, StreamExt};
use protocol::client::TurnStart;
use protocol::scope::{LockView, Region, RegionRange, Scope};
use protocol::server::Welcome;
use protocol::view::{HunkView, Presence, TurnStatus, TurnView};
use protocol::{ClientFrame, ErrorCode, ParticipantId, Seq, ServerFrame, TurnId, binary};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::{self, Message};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream};
use yrs::updates::decoder::Decode;
use yrs::updates::encoder::Encode;
use yrs::{
    Assoc, Doc, GetString, IndexedSequence, Map, MapPrelim, MapRef, ReadTxn, StateVector, Text, TextPrelim, TextRef,
    Transact, Update,
};

pub use self::enter::Kept;
pub use self::steady::Steady;

/// How long a test waits for what must come. Long, since the machine may be busy; a test that fails waits it out.
const PATIENCE: Duration = Duration::from_secs(30);

type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

/// The connection ended, in whatever way. Any other error of a client is the server's mistake.
#[derive(Debug, thiserror::Error)]
#[error("the connection is lost: {0}")]
pub struct Lost(String);

/// Whether an error says no more than that the connection ended.
fn is_lost(error: &anyhow::Error) -> bool {
    error.chain().any(|cause| cause.is::<Lost>() || cause.is::<tungstenite::Error>())
}

/// One connection.
pub struct Client {
    socket: Socket,
    /// The handshake.
    pub welcome: Welcome,
    /// The replica.
    pub doc: Doc,
    files: MapRef,
    /// Turns, folded from frames.
    pub turns: HashMap<TurnId, TurnView>,
    /// What the next turn may touch.
    pub scope: Scope,
    /// What is locked.
    pub locks: Vec<LockView>,
    /// What came of the last runs.
    pub runs: Vec<protocol::run::RunView>,
    /// Who is listed as connected.
    pub people: BTreeMap<ParticipantId, Presence>,
    /// How many are connected.
    pub connected: u32,
    /// Who presents.
    pub presenter: Option<ParticipantId>,
    /// The length of each turn's output, in UTF-16 units: counted along, since outputs grow long.
    units: HashMap<TurnId, u32>,
    /// The last sequence number that was applied.
    pub shown: Seq,
    /// Every text frame, in the order of arrival.
    pub frames: Vec<ServerFrame>,
    /// The numbers of binary frames, in the order of arrival.
    pub updates: Vec<u64>,
    /// Counts our binary frames.
    counter: u64,
    /// What was sent last.
    last: Option<Message>,
    /// The server's question for what it lacks.
    asked: Option<StateVector>,
    /// Whether it answers that question by itself, as a page does.
    answers: bool,
    /// Every file's text by its path, as of each step, once [`Client::keep_history`] was called.
    pub history: Option<BTreeMap<Seq, BTreeMap<String, String>>>,
    /// The document, while it comes in parts.
    parts: Option<opening::Parts>,
}

impl Client {
    /// Sends a frame.
    pub async fn send(&mut self, frame: ClientFrame) -> Result<()> {
        self.send_raw(Message::text(serde_json::to_string(&frame)?)).await
    }

    /// Sends whatever.
    pub async fn send_raw(&mut self, message: Message) -> Result<()> {
        self.last = Some(message.clone());
        Ok(self.socket.send(message).await?)
    }

    /// Sends the last message once more, as it was: delivery may come twice.
    pub async fn send_again(&mut self) -> Result<()> {
        match self.last.clone() {
            Some(message) => self.send_raw(message).await,
            None => Ok(()),
        }
    }

    /// Starts a turn of the model `practice`.
    pub async fn start(&mut self, turn: &str, prompt: &str) -> Result<()> {
        self.start_with("practice", turn, prompt).await
    }

    /// Starts a turn of a model.
    pub async fn start_with(&mut self, model: &str, turn: &str, prompt: &str) -> Result<()> {
        self.send(ClientFrame::TurnStart(TurnStart {
            turn_id: turn.into(),
            prompt: prompt.to_owned(),
            model: model.into(),
            open_file: None,
            selection: None,
            scope: None,
            tokens_per_second: Some(1200),
        }))
        .await
    }

    /// Interrupts at what was shown.
    pub async fn interrupt(&mut self, turn: &str) -> Result<()> {
        self.interrupt_at(turn, self.shown).await
    }

    /// Interrupts at a step.
    pub async fn interrupt_at(&mut self, turn: &str, shown_seq: Seq) -> Result<()> {
        self.send(ClientFrame::TurnInterrupt { turn_id: turn.into(), shown_seq }).await
    }

    /// Steers at what was shown.
    pub async fn steer(&mut self, turn: &str, steer: &str, text: &str) -> Result<()> {
        self.steer_at(turn, steer, text, self.shown).await
    }

    /// Steers at a step.
    pub async fn steer_at(&mut self, turn: &str, steer: &str, text: &str, shown_seq: Seq) -> Result<()> {
        let text = text.to_owned();
        self.send(ClientFrame::TurnSteer { turn_id: turn.into(), steer_id: steer.into(), shown_seq, text }).await
    }

    /// Types into a file, and sends the update.
    pub async fn insert(&mut self, path: &str, at: u32, text: &str) -> Result<u64> {
        let file = self.file(path).with_context(|| format!("no file {path}"))?;
        let update = {
            let mut txn = self.doc.transact_mut();
            file.insert(&mut txn, at, text);
            txn.encode_update_v1()
        };
        self.send_update(&update).await
    }

    /// Types into a file, and sends nothing.
    pub fn type_offline(&mut self, path: &str, at: u32, text: &str) -> Result<()> {
        let file = self.file(path).with_context(|| format!("no file {path}"))?;
        file.insert(&mut self.doc.transact_mut(), at, text);
        Ok(())
    }

    /// Every turn's output as it is shown, with the number of the last step that it holds.
    pub fn shown_outputs(&self) -> Vec<(String, Seq, String)> {
        self.turns.values().map(|turn| (turn.id.as_str().to_owned(), self.shown, turn.output.clone())).collect()
    }

    /// Deletes from a file, and sends the update.
    pub async fn remove(&mut self, path: &str, at: u32, len: u32) -> Result<u64> {
        let file = self.file(path).with_context(|| format!("no file {path}"))?;
        let update = {
            let mut txn = self.doc.transact_mut();
            file.remove_range(&mut txn, at, len);
            txn.encode_update_v1()
        };
        self.send_update(&update).await
    }

    /// A region of a file, as a page makes it of a selection.
    pub fn region(&self, path: &str, range: std::ops::Range<u32>) -> Result<Region> {
        let text = self.file(path).with_context(|| format!("no file {path}"))?;
        let file = self.file_id(path).with_context(|| format!("no file {path}"))?.as_str().into();
        let txn = self.doc.transact();
        let anchor = |at, assoc| {
            let place = text.sticky_index(&txn, at, assoc).context("a place past the end")?;
            anyhow::Ok(STANDARD.encode(place.encode_v1()))
        };
        let (start, end) = (anchor(range.start, Assoc::After)?, anchor(range.end, Assoc::Before)?);
        Ok(Region { file, range: Some(RegionRange { start, end }) })
    }

    /// The id of the file with this path.
    pub fn file_id(&self, path: &str) -> Option<String> {
        let txn = self.doc.transact();
        let mut files = self.files.iter(&txn);
        files.find_map(|(id, file)| {
            let found = file.cast::<MapRef>().ok()?.get(&txn, "path")?.to_string(&txn);
            (found == path).then(|| id.to_owned())
        })
    }

    /// A hunk of a turn, by its place in the turn.
    pub fn hunk(&self, turn: &str, at: usize) -> Option<&HunkView> {
        self.turn(turn)?.hunks.get(at)
    }

    /// Sends all that the replica has: what a client does that comes back with typing that may not have arrived.
    pub async fn send_all(&mut self) -> Result<u64> {
        let update = self.doc.transact().encode_state_as_update_v1(&StateVector::default());
        self.send_update(&update).await
    }

    /// Answers the server's question: what the replica has and the server has not, of whomever.
    pub async fn answer(&mut self) -> Result<u64> {
        let asked = self.asked.clone().context("the server has not asked")?;
        let news = self.doc.transact().encode_diff_v1(&asked);
        self.send_sync(1, &news).await
    }

    /// Whether the server has answered all that was typed.
    pub fn is_acknowledged(&self) -> bool {
        let acks = self
            .frames
            .iter()
            .filter_map(|f| if let ServerFrame::EditAck { counter, .. } = f { Some(*counter) } else { None });
        acks.max().unwrap_or_default() >= self.counter
    }

    /// The last step that it knows of, its own included.
    pub fn head(&self) -> Seq {
        let acks =
            self.frames.iter().filter_map(|f| if let ServerFrame::EditAck { seq, .. } = f { Some(*seq) } else { None });
        acks.max().unwrap_or_default().max(self.shown)
    }

    /// The number up to which everything is on disk.
    pub fn saved(&self) -> Seq {
        let saved = |frame: &ServerFrame| if let ServerFrame::Saved { seq, .. } = frame { Some(*seq) } else { None };
        self.frames.iter().rev().find_map(saved).unwrap_or_default()
    }

    /// Creates a file, and sends the update.
    pub async fn create_file(&mut self, id: &str, path: &str, text: &str) -> Result<u64> {
        let update = {
            let mut txn = self.doc.transact_mut();
            let file = self.files.insert(&mut txn, id, MapPrelim::default());
            file.insert(&mut txn, "path", path);
            file.insert(&mut txn, "text", TextPrelim::new(text));
            txn.encode_update_v1()
        };
        self.send_update(&update).await
    }

    /// Renames a file.
    pub async fn rename_file(&mut self, id: &str, path: &str) -> Result<u64> {
        let update = {
            let mut txn = self.doc.transact_mut();
            let file: MapRef = self.files.get(&txn, id).context("no such file")?.cast().ok().context("not a map")?;
            file.insert(&mut txn, "path", path);
            txn.encode_update_v1()
        };
        self.send_update(&update).await
    }

    /// Deletes a file.
    pub async fn delete_file(&mut self, id: &str) -> Result<u64> {
        let update = {
            let mut txn = self.doc.transact_mut();
            self.files.remove(&mut txn, id);
            txn.encode_update_v1()
        };
        self.send_update(&update).await
    }

    async fn send_update(&mut self, update: &[u8]) -> Result<u64> {
        self.send_sync(2, update).await
    }

    async fn send_sync(&mut self, kind: u32, payload: &[u8]) -> Result<u64> {
        use yrs::encoding::write::Write as _;
        self.counter += 1;
        let mut message: Vec<u8> = Vec::new();
        message.write_var(0u32);
        message.write_var(kind);
        message.write_buf(payload);
        self.send_raw(Message::binary(binary::encode(self.counter, &message))).await?;
        Ok(self.counter)
    }

    /// A file's text in the replica.
    pub fn text(&self, path: &str) -> Option<String> {
        Some(self.file(path)?.get_string(&self.doc.transact()))
    }

    /// All paths in the replica.
    pub fn paths(&self) -> Vec<String> {
        let txn = self.doc.transact();
        let mut paths: Vec<String> = self
            .files
            .iter(&txn)
            .filter_map(|(_, file)| file.cast::<MapRef>().ok()?.get(&txn, "path").map(|p| p.to_string(&txn)))
            .collect();
        paths.sort();
        paths
    }

    fn file(&self, path: &str) -> Option<TextRef> {
        file(&self.doc, &self.files, path)
    }

    /// A turn, as folded so far.
    pub fn turn(&self, id: &str) -> Option<&TurnView> {
        self.turns.get(&TurnId::from(id))
    }

    /// A turn's output so far.
    pub fn output(&self, id: &str) -> &str {
        self.turn(id).map_or("", |t| t.output.as_str())
    }

    /// Where a turn stands.
    pub fn status(&self, id: &str) -> Option<TurnStatus> {
        self.turn(id).map(|t| t.status)
    }

    /// Reads until something holds.
    pub async fn until(&mut self, what: &str, mut holds: impl FnMut(&Client) -> bool) -> Result<()> {
        let waited = timeout(PATIENCE, async {
            while !holds(self) {
                self.read().await.with_context(|| format!("while waiting for {what}"))?;
            }
            anyhow::Ok(())
        });
        waited.await.with_context(|| format!("waited too long for {what}; last: {:?}", self.frames.last()))?
    }

    /// Reads until a frame comes that matches, and returns it; frames that came before do not count.
    pub async fn frame(&mut self, what: &str, matches: impl Fn(&ServerFrame) -> bool) -> Result<ServerFrame> {
        let seen = self.frames.len();
        self.until(what, |c| c.frames.iter().skip(seen).any(&matches)).await?;
        let found = self.frames.iter().skip(seen).find(|f| matches(f)).cloned();
        found.context("it was there")
    }

    /// Reads until an error comes, and returns its code.
    pub async fn error(&mut self) -> Result<ErrorCode> {
        match self.frame("an error", |f| matches!(f, ServerFrame::Error { .. })).await? {
            ServerFrame::Error { code, .. } => Ok(code),
            other => bail!("{other:?}"),
        }
    }

    /// Asks for a round trip: everything that the server had sent before is read then.
    pub async fn settle(&mut self) -> Result<()> {
        let clock = self.frames.len() as f64 + 0.5;
        self.send(ClientFrame::Ping { clock }).await?;
        self.frame("pong", |f| matches!(f, ServerFrame::Pong { clock: c } if *c == clock)).await?;
        Ok(())
    }

    /// Reads until the server closes, and returns the code.
    pub async fn closed(&mut self) -> Result<u16> {
        let closed = async {
            loop {
                match self.socket.next().await {
                    Some(Ok(Message::Close(Some(frame)))) => return Ok(frame.code.into()),
                    Some(Ok(Message::Close(None))) | None => bail!("closed without a code"),
                    Some(Ok(_)) => {}
                    Some(Err(error)) => return Err(error.into()),
                }
            }
        };
        timeout(PATIENCE, closed).await?
    }

    /// Keeps what every file holds, as of each step from now on.
    pub fn keep_history(&mut self) {
        self.history = Some(BTreeMap::from([(self.shown, self.texts())]));
    }

    /// Every file's text by its path.
    pub fn texts(&self) -> BTreeMap<String, String> {
        self.paths().into_iter().filter_map(|path| Some((path.clone(), self.text(&path)?))).collect()
    }

    /// Reads one message and folds it in.
    pub async fn read(&mut self) -> Result<()> {
        self.read_one().await?;
        let texts = self.history.is_some().then(|| self.texts());
        if let (Some(history), Some(texts)) = (&mut self.history, texts) {
            history.insert(self.shown, texts);
        }
        Ok(())
    }

    async fn read_one(&mut self) -> Result<()> {
        match self.socket.next().await.ok_or_else(|| Lost("the server closed the socket".to_owned()))?? {
            Message::Text(text) => {
                let frame = serde_json::from_str(&text).with_context(|| format!("unknown frame {text}"))?;
                if !self.waits(&frame) {
                    self.fold(&frame)?;
                }
                self.frames.push(frame);
            }
            Message::Binary(bytes) => {
                self.update(&bytes)?;
                if self.answers && self.asked.is_some() {
                    // Before what the server has goes in, which may take away what was typed meanwhile.
                    self.answer().await?;
                    self.asked = None;
                }
            }
            Message::Close(frame) => bail!(Lost(format!("{frame:?}"))),
            Message::Ping(_) | Message::Pong(_) | Message::Frame(_) => {}
        }
        Ok(())
    }

    fn update(&mut self, bytes: &[u8]) -> Result<()> {
        use yrs::encoding::read::{Cursor, Read as _};
        let (seq, message) = binary::decode(bytes).context("a binary frame without a number")?;
        let mut cursor = Cursor::new(message);
        let (kind, sub): (u32, u32) = (cursor.read_var()?, cursor.read_var()?);
        ensure!(kind == 0, "not a sync message");
        if sub == 0 {
            // A test that has something to say says it itself.
            self.asked = Some(StateVector::decode_v1(cursor.read_buf()?)?);
            return Ok(());
        }
        if self.update_waits(bytes, sub == 1) {
            return Ok(());
        }
        let update = Update::decode_v1(cursor.read_buf()?)?;
        let mut txn = self.doc.transact_mut();
        txn.apply_update(update)?;
        ensure!(txn.store().pending_update().is_none(), "an update left something pending");
        drop(txn);
        self.updates.push(seq);
        self.see(Seq(seq));
        Ok(())
    }

    /// The state vector of the replica, for a sync of one's own.
    pub fn state_vector(&self) -> StateVector {
        self.doc.transact().state_vector()
    }
}

/// The text of the file with this path.
fn file(doc: &Doc, files: &MapRef, path: &str) -> Option<TextRef> {
    let txn = doc.transact();
    files.iter(&txn).find_map(|(_, file)| {
        let file = file.cast::<MapRef>().ok()?;
        let matches = file.get(&txn, "path").is_some_and(|p| p.to_string(&txn) == path);
        matches.then(|| file.get(&txn, "text")?.cast().ok()).flatten()
    })
}
