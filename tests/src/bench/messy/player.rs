//! A client with a replica, whose every step is timed: what a page is to the server, without a page.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use futures_util::{SinkExt, StreamExt};
use protocol::client::{Hello, Opening, TurnStart};
use protocol::context::ContextView;
use protocol::http::CreatedSession;
use protocol::latency::Latency;
use protocol::view::TurnStatus;
use protocol::{ClientFrame, FileId, ModelId, Seq, ServerFrame, SteerId, TurnId, VERSION, binary};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;
use yrs::encoding::read::{Cursor, Read as _};
use yrs::encoding::write::Write as _;
use yrs::updates::decoder::Decode;
use yrs::{ClientID, Doc, Map, MapPrelim, MapRef, OffsetKind, Options, Text, TextPrelim, TextRef, Transact, Update};

use super::super::line;

/// What a frame of small files holds, in bytes: well below the largest frame.
const FRAME: usize = 200 * 1024;
/// What a page sends of a long text at once, in bytes.
const PIECE: usize = 64 * 1024;
/// A session begins at most so many turns in a minute; the bench waits rather than be refused.
const TURNS: usize = 55;
const A_MINUTE: Duration = Duration::from_secs(61);
/// Far beyond what any answer takes.
const PATIENCE: Duration = Duration::from_secs(60);

/// How long it took to come in, in milliseconds after `hello`.
pub struct Opened {
    /// Until the handshake was answered.
    pub welcome: f64,
    /// Until the first file was there, to be read and typed into.
    pub file: f64,
    /// Until the replica was whole.
    pub document: f64,
    /// Kilobytes that were read.
    pub kilobytes: f64,
}

/// What came.
pub enum News {
    /// Output.
    Text(String),
    /// An edit of ours is in the order.
    Acknowledged(u64),
    /// The interrupt was answered.
    Stopped,
    /// The turn goes on after a steer.
    Applied,
    /// The turn's end.
    Completed(TurnStatus, Latency),
    /// What a request carried.
    Context(Box<ContextView>),
    /// Anything else.
    Other,
}

/// A connected client.
pub struct Player {
    socket: WebSocketStream<TcpStream>,
    doc: Doc,
    files: MapRef,
    model: ModelId,
    turn: TurnId,
    /// When turns began, the latest last.
    begun: VecDeque<Instant>,
    shown: Seq,
    counter: u64,
}

impl Player {
    /// Joins a session.
    pub async fn join(addr: SocketAddr, session: &CreatedSession) -> Result<(Player, Opened)> {
        let mut socket = line::socket(addr, &format!("/api/sessions/{}/socket", session.id)).await?;
        let opening = Some(Opening::default());
        let hello =
            Hello { version: VERSION, token: session.token.clone(), pace_ms: 0, name: None, resume: None, opening };
        let started = Instant::now();
        let millis = || started.elapsed().as_secs_f64() * 1000.0;
        let mut bytes = 0;
        say(&mut socket, &ClientFrame::Hello(hello)).await?;
        let welcome = loop {
            let message = timeout(PATIENCE, socket.next()).await?.context("closed before welcome")??;
            bytes += message.len();
            match message {
                Message::Text(text) => match serde_json::from_str(&text)? {
                    ServerFrame::Welcome(welcome) => break *welcome,
                    other => bail!("instead of welcome: {other:?}"),
                },
                Message::Close(frame) => bail!("closed: {frame:?}"),
                _ => {}
            }
        };
        let welcomed = millis();
        let doc = Doc::with_options(Options {
            client_id: ClientID::new(welcome.client_id),
            offset_kind: OffsetKind::Utf16,
            ..Options::default()
        });
        let files = doc.get_or_insert_map("files");
        let model = welcome.models.into_iter().next().context("no models")?.id;
        let mut player = Player {
            socket,
            doc,
            files,
            model,
            turn: TurnId::from(""),
            begun: VecDeque::new(),
            shown: Seq::ZERO,
            counter: 0,
        };
        let mut file = None;
        loop {
            let message = player.message().await?;
            bytes += message.len();
            // A page reads it all; so does this.
            let frame = match message {
                Message::Binary(frame) => {
                    player.update(&frame)?;
                    continue;
                }
                Message::Text(text) => serde_json::from_str::<ServerFrame>(&text)?,
                _ => continue,
            };
            match frame {
                ServerFrame::DocumentOpening { file: Some(_), .. } => file = Some(millis()),
                ServerFrame::DocumentOpened { .. } => break,
                _ => {}
            }
        }
        let document = millis();
        #[allow(clippy::cast_precision_loss, reason = "some megabytes")]
        let kilobytes = bytes as f64 / 1024.0;
        Ok((player, Opened { welcome: welcomed, file: file.unwrap_or(document), document, kilobytes }))
    }

    /// Comes in anew in its place.
    pub async fn again(&mut self, addr: SocketAddr, session: &CreatedSession) -> Result<Opened> {
        let (player, opened) = Player::join(addr, session).await?;
        let begun = std::mem::take(&mut self.begun);
        *self = Player { begun, ..player };
        Ok(opened)
    }

    /// Brings files in, frame by frame; a long text as a page does, its last piece first.
    pub async fn bring(&mut self, files: &[(String, String)]) -> Result<()> {
        let mut rest = files.iter().peekable();
        while let Some((path, text)) = rest.next() {
            let (mut more, last) = split(text);
            let update = {
                let mut txn = self.doc.transact_mut();
                create(&self.files, &mut txn, path, last);
                let mut size = last.len();
                while let Some((path, text)) = rest.next_if(|(_, next)| size + next.len() <= FRAME && more.is_empty()) {
                    size += text.len() + path.len() * 2;
                    create(&self.files, &mut txn, path, text);
                }
                txn.encode_update_v1()
            };
            self.deliver(&update).await?;
            while !more.is_empty() {
                let (left, piece) = split(more);
                let file = self.file(path)?;
                let update = {
                    let mut txn = self.doc.transact_mut();
                    file.insert(&mut txn, 0, piece);
                    txn.encode_update_v1()
                };
                self.deliver(&update).await?;
                more = left;
            }
        }
        Ok(())
    }

    async fn deliver(&mut self, update: &[u8]) -> Result<()> {
        let counter = self.send_update(update).await?;
        while !matches!(self.next().await?, News::Acknowledged(known) if known == counter) {}
        Ok(())
    }

    /// A file's text in the replica.
    pub fn file(&self, path: &str) -> Result<TextRef> {
        let txn = self.doc.transact();
        let file: MapRef = self.files.get(&txn, &id(path)).context("no such file")?.cast().ok().context("not a map")?;
        file.get(&txn, "text").context("no text")?.cast().ok().context("not a text")
    }

    /// Types at the end of a file: when the edit was sent, and its number.
    pub async fn type_at_end(&mut self, file: &TextRef, text: &str) -> Result<(Instant, u64)> {
        let update = {
            let mut txn = self.doc.transact_mut();
            file.push(&mut txn, text);
            txn.encode_update_v1()
        };
        let sent = Instant::now();
        Ok((sent, self.send_update(&update).await?))
    }

    /// Begins a turn with `open` open: when it was sent.
    pub async fn start(&mut self, prompt: &str, open: &str) -> Result<Instant> {
        while self.begun.len() >= TURNS
            && let Some(first) = self.begun.pop_front()
        {
            // Reading on: a connection that does not answer pings is closed.
            while let Some(left) = A_MINUTE.checked_sub(first.elapsed()) {
                if let Ok(news) = timeout(left, self.next()).await {
                    news?;
                }
            }
        }
        self.turn = TurnId(format!("t{:016x}", fastrand::u64(..)));
        let start = TurnStart {
            turn_id: self.turn.clone(),
            prompt: prompt.to_owned(),
            model: self.model.clone(),
            open_file: Some(FileId(id(open))),
            selection: None,
            scope: None,
            tokens_per_second: None,
        };
        self.begun.push_back(Instant::now());
        let sent = Instant::now();
        say(&mut self.socket, &ClientFrame::TurnStart(start)).await?;
        Ok(sent)
    }

    /// Interrupts at what came: when it was sent.
    pub async fn interrupt(&mut self) -> Result<Instant> {
        let frame = ClientFrame::TurnInterrupt { turn_id: self.turn.clone(), shown_seq: self.shown };
        let sent = Instant::now();
        say(&mut self.socket, &frame).await?;
        Ok(sent)
    }

    /// Steers at what came: when it was sent.
    pub async fn steer(&mut self, text: &str) -> Result<Instant> {
        let frame = ClientFrame::TurnSteer {
            turn_id: self.turn.clone(),
            steer_id: SteerId(format!("s{:016x}", fastrand::u64(..))),
            shown_seq: self.shown,
            text: text.to_owned(),
        };
        let sent = Instant::now();
        say(&mut self.socket, &frame).await?;
        Ok(sent)
    }

    /// Reads until the turn has written something.
    pub async fn text(&mut self) -> Result<String> {
        loop {
            match self.next().await? {
                News::Text(text) => return Ok(text),
                News::Completed(status, _) => bail!("{status:?} before it wrote anything"),
                _ => {}
            }
        }
    }

    /// Reads until the turn has ended.
    pub async fn ended(&mut self) -> Result<()> {
        while !matches!(self.next().await?, News::Completed(..)) {}
        Ok(())
    }

    /// The next frame. Cancel-safe.
    pub async fn next(&mut self) -> Result<News> {
        let text = match self.message().await? {
            Message::Binary(frame) => {
                self.update(&frame)?;
                return Ok(News::Other);
            }
            Message::Text(text) => text,
            _ => return Ok(News::Other),
        };
        let frame: ServerFrame = serde_json::from_str(&text)?;
        if let ServerFrame::Error { code, message, .. } = &frame {
            bail!("the server says {code:?}: {message}");
        }
        self.see(seq(&frame));
        Ok(match frame {
            ServerFrame::TurnDelta { text, .. } => News::Text(text),
            ServerFrame::EditAck { counter, .. } => News::Acknowledged(counter),
            ServerFrame::TurnStopped { .. } => News::Stopped,
            ServerFrame::SteerApplied { .. } => News::Applied,
            ServerFrame::TurnCompleted { status, latency, .. } => News::Completed(status, latency),
            ServerFrame::TurnContext { context, .. } => News::Context(context),
            ServerFrame::HunkFailed { message, .. } => bail!("a hunk failed: {message}"),
            ServerFrame::SteerFailed { message, .. } => bail!("a steer failed: {message}"),
            _ => News::Other,
        })
    }

    async fn message(&mut self) -> Result<Message> {
        match timeout(PATIENCE, self.socket.next()).await.context("nothing comes")?.context("the server closed")?? {
            Message::Close(frame) => bail!("closed: {frame:?}"),
            message => Ok(message),
        }
    }

    /// Takes a binary frame; true when it brought an update, and not a question.
    fn update(&mut self, frame: &[u8]) -> Result<bool> {
        let (seq, message) = binary::decode(frame).context("a binary frame without a number")?;
        let mut cursor = Cursor::new(message);
        let (kind, sub): (u32, u32) = (cursor.read_var()?, cursor.read_var()?);
        ensure!(kind == 0, "not a sync message");
        if sub == 0 {
            return Ok(false);
        }
        self.doc.transact_mut().apply_update(Update::decode_v1(cursor.read_buf()?)?)?;
        self.see(Seq(seq));
        Ok(true)
    }

    fn see(&mut self, seq: Seq) {
        self.shown = self.shown.max(seq);
    }

    async fn send_update(&mut self, update: &[u8]) -> Result<u64> {
        self.counter += 1;
        let mut message: Vec<u8> = Vec::with_capacity(update.len() + 16);
        message.write_var(0u32);
        message.write_var(2u32);
        message.write_buf(update);
        self.socket.send(Message::binary(binary::encode(self.counter, &message))).await?;
        Ok(self.counter)
    }
}

/// The steps that this client's screen would have shown.
fn seq(frame: &ServerFrame) -> Seq {
    match frame {
        ServerFrame::TurnStarted { seq, .. }
        | ServerFrame::TurnDelta { seq, .. }
        | ServerFrame::TurnCompleted { seq, .. }
        | ServerFrame::SteerApplied { seq, .. }
        | ServerFrame::HunkOpened { seq, .. }
        | ServerFrame::HunkPlaced { seq, .. }
        | ServerFrame::HunkClosed { seq, .. } => *seq,
        _ => Seq::ZERO,
    }
}

/// What is before a text's last piece, and that. The bench's texts are ASCII.
fn split(text: &str) -> (&str, &str) {
    text.split_at_checked(text.len().saturating_sub(PIECE)).unwrap_or(("", text))
}

/// The id under which a file is brought in.
fn id(path: &str) -> String {
    path.replace(['/', '.'], "-")
}

fn create(files: &MapRef, txn: &mut yrs::TransactionMut<'_>, path: &str, text: &str) {
    let file = files.insert(txn, id(path), MapPrelim::default());
    file.insert(txn, "path", path);
    file.insert(txn, "text", TextPrelim::new(text));
}

async fn say(socket: &mut WebSocketStream<TcpStream>, frame: &ClientFrame) -> Result<()> {
    Ok(socket.send(Message::text(serde_json::to_string(frame)?)).await?)
}
