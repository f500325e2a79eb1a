//! What goes out: the connection's own queue and cuts first, then the log at the viewer's pace.
//!
//! The only place that waits for a viewer, and for five seconds at most.

mod opening;

use std::sync::Arc;
use std::time::Duration;

use axum::extract::ws::{Message, WebSocket};
use bytes::Bytes;
use document::Parts;
use futures_util::SinkExt;
use futures_util::stream::SplitSink;
use protocol::{CloseCode, ParticipantId, Seq, ServerFrame, binary};
use tokio::sync::{mpsc, oneshot, watch};
use tokio::time::{Interval, MissedTickBehavior, interval, timeout};

use self::opening::{Next, Opening};
use super::close_frame;
use crate::session::command::{CaughtUp, Command, Control, Joined};
use crate::session::feed::{Batch, Pace, Subscription};
use crate::session::presence::Onlooker;
use crate::session::roster::PeerId;
use crate::session::signal::{Signal, Trim};
use crate::session::state::Preview;
use crate::session::{Body, Entry, SessionHandle, encode};

/// A write that is stuck for this long means that the viewer does not read.
const STUCK_AFTER: Duration = Duration::from_secs(5);
/// How often a quiet connection is asked whether it is there.
const PING_EVERY: Duration = Duration::from_secs(10);

/// A connection's writing side.
pub struct Writer {
    sink: SplitSink<WebSocket, Message>,
    session: SessionHandle,
    peer: PeerId,
    pace: Pace,
    /// Who the viewer is: its own edits are not sent back.
    me: Option<ParticipantId>,
    control: mpsc::Receiver<Control>,
    signal: watch::Receiver<Signal>,
    presence: Onlooker,
    subscription: Subscription,
    /// The last cut that the viewer was told of.
    told: u64,
    /// What it begins with. Boxed: it is gone soon, its place would stay.
    first: Option<Box<First>>,
    /// The document, until all of it was sent.
    opening: Option<Box<Opening>>,
    /// Whether the viewer takes the document in parts.
    in_parts: bool,
    ping: Interval,
}

/// What a viewer is told first.
struct First {
    welcome: ServerFrame,
    preview: Option<Preview>,
    seq: Seq,
    state: oneshot::Receiver<ServerFrame>,
    document: oneshot::Receiver<Parts>,
    ask: Bytes,
}

/// Why writing ends.
enum End {
    /// The connection is gone.
    Gone,
    /// The peer is told this.
    Close(CloseCode),
}

enum Event {
    Control(Option<Control>),
    Cut,
    Presence,
    Feed,
    Document(Next),
    Ping,
}

impl Writer {
    /// A writer for a viewer who has just joined.
    pub fn new(
        sink: SplitSink<WebSocket, Message>,
        session: SessionHandle,
        peer: PeerId,
        pace: Pace,
        control: mpsc::Receiver<Control>,
        joined: Joined,
    ) -> Writer {
        let Joined { welcome, caught_up, preview, ask } = joined;
        let CaughtUp { seq, state, document, subscription, presence } = caught_up;
        let in_parts = preview.is_some();
        let me = match &welcome {
            ServerFrame::Welcome(welcome) => Some(welcome.participant.id.clone()),
            _ => None,
        };
        let mut signal = session.signal.clone();
        // Cuts made before the state was taken are in it.
        let told = signal.borrow_and_update().cuts.last().map_or(0, |c| c.serial);
        let mut ping = interval(PING_EVERY);
        ping.set_missed_tick_behavior(MissedTickBehavior::Delay);
        ping.reset();
        let first = Some(Box::new(First { welcome, preview, seq, state, document, ask }));
        Writer {
            sink,
            session,
            peer,
            pace,
            me,
            control,
            signal,
            presence,
            subscription,
            told,
            first,
            opening: None,
            in_parts,
            ping,
        }
    }

    /// Writes until the connection ends. Whether the peer was sent a close frame.
    pub async fn run(&mut self) -> bool {
        let end = match self.write().await {
            Ok(never) => match never {},
            Err(end) => end,
        };
        match end {
            End::Gone => false,
            End::Close(code) => self.close(code).await,
        }
    }

    /// Tells the peer to go. Whether it was sent.
    pub async fn close(&mut self, code: CloseCode) -> bool {
        let close = self.sink.send(Message::Close(Some(close_frame(code))));
        timeout(STUCK_AFTER, close).await.is_ok_and(|sent| sent.is_ok())
    }

    async fn write(&mut self) -> Result<std::convert::Infallible, End> {
        if let Some(first) = self.first.take() {
            Box::pin(self.begin(first)).await?;
        }
        loop {
            let event = tokio::select! {
                biased;
                control = self.control.recv() => Event::Control(control),
                changed = self.signal.changed() => changed.map_or(Event::Control(None), |()| Event::Cut),
                () = self.presence.ready() => Event::Presence,
                () = self.subscription.ready() => Event::Feed,
                // Last: a large document takes a while, and nothing waits for it.
                next = opening::next(&mut self.opening) => Event::Document(next),
                _ = self.ping.tick() => Event::Ping,
            };
            match event {
                Event::Control(Some(control)) => self.control(control).await?,
                // The session let go of this connection, or has ended.
                Event::Control(None) => return Err(self.let_go()),
                Event::Cut => self.cuts().await?,
                Event::Presence => {
                    if let Some(text) = self.presence.take() {
                        self.put(Message::Text(text)).await?;
                    }
                }
                Event::Feed => self.feed().await?,
                Event::Document(next) => self.document(next).await?,
                Event::Ping => self.put(Message::Ping(Bytes::new())).await?,
            }
            self.flush().await?;
        }
    }

    async fn begin(&mut self, first: Box<First>) -> Result<(), End> {
        let First { welcome, preview, seq, state, document, ask } = *first;
        self.frame(&welcome).await?;
        if let Some(preview) = &preview {
            self.frame(&preview.opening(seq)).await?;
            self.flush().await?;
        }
        // Asked first: a client answers from what it had, before it learns of files that went meanwhile.
        self.message(seq, &ask).await?;
        self.state(state).await?;
        if let Some(files) = preview.and_then(|preview| preview.files()) {
            self.put(Message::Text(files)).await?;
        }
        self.open(Opening::new(seq, document)).await
    }

    /// Begins to send the document: in parts, or at once, and then nothing comes before it.
    async fn open(&mut self, opening: Opening) -> Result<(), End> {
        let mut opening = Some(Box::new(opening));
        if self.in_parts {
            self.opening = opening;
        } else if let Next::Part(whole) = opening::next(&mut opening).await
            && let Some(opening) = opening
        {
            self.message(opening.seq, &whole).await?;
        } else {
            return Err(self.lost());
        }
        self.flush().await
    }

    /// Sends the next part of the document.
    async fn document(&mut self, next: Next) -> Result<(), End> {
        let Some(seq) = self.opening.as_ref().map(|opening| opening.seq) else { return Ok(()) };
        match next {
            Next::Part(part) => self.message(seq, &part).await,
            Next::Done => {
                self.opening = None;
                self.frame(&ServerFrame::DocumentOpened { seq }).await
            }
            Next::Lost => Err(self.lost()),
        }
    }

    /// Sends the next entries, looking at the lanes that overtake before each.
    async fn feed(&mut self) -> Result<(), End> {
        let entries = match self.subscription.take() {
            Batch::Entries(entries) => entries,
            Batch::Behind => return self.catch_up().await,
        };
        for entry in entries {
            self.overtaking().await?;
            self.entry(&entry).await?;
        }
        Ok(())
    }

    async fn overtaking(&mut self) -> Result<(), End> {
        while let Ok(control) = self.control.try_recv() {
            self.control(control).await?;
        }
        if self.signal.has_changed().unwrap_or(false) {
            self.cuts().await?;
        }
        Ok(())
    }

    async fn entry(&mut self, entry: &Entry) -> Result<(), End> {
        let mine = entry.author.is_some() && entry.author == self.me;
        let wire = entry.wire();
        if let Some(binary) = wire.binary.as_ref().filter(|_| !mine) {
            self.put(Message::Binary(binary.clone())).await?;
        }
        let trimmed = match &entry.body {
            Body::Delta(delta) => self.signal.borrow().trim(delta, entry.seq),
            _ => Trim::Whole,
        };
        match trimmed {
            Trim::Whole => {
                if let Some(text) = &wire.text {
                    self.put(Message::Text(text.clone())).await?;
                }
            }
            Trim::Part(delta) => self.put(Message::Text(delta.encode(entry.seq))).await?,
            Trim::Nothing => {}
        }
        Ok(())
    }

    /// Tells of interrupts that the viewer has not been told of.
    async fn cuts(&mut self) -> Result<(), End> {
        let cuts = Arc::clone(&self.signal.borrow_and_update().cuts);
        for cut in cuts.iter() {
            if cut.serial > self.told && cut.stopped {
                let frame = ServerFrame::TurnStopped { turn_id: cut.turn.clone(), kept_offset: cut.kept };
                self.frame(&frame).await?;
            }
        }
        self.told = cuts.last().map_or(self.told, |c| c.serial);
        self.flush().await
    }

    async fn control(&mut self, control: Control) -> Result<(), End> {
        match control {
            Control::Frame(frame) => self.frame(&frame).await,
            Control::Message(message) => self.message(Seq::ZERO, &message).await,
            // Whoever says hello is told by `welcome`.
            Control::You(_) => Ok(()),
            Control::Close(CloseCode::Draining) => self.drain().await,
            Control::Close(code) => Err(End::Close(code)),
        }
    }

    /// The server stops: the viewer is told, and sees how its session ended.
    async fn drain(&mut self) -> Result<(), End> {
        self.frame(&ServerFrame::Draining).await?;
        while let Batch::Entries(entries) = self.subscription.take() {
            if entries.is_empty() {
                break;
            }
            for entry in entries {
                self.entry(&entry).await?;
            }
        }
        Err(End::Close(CloseCode::Draining))
    }

    /// The viewer fell off the log: everything anew, as of now.
    async fn catch_up(&mut self) -> Result<(), End> {
        let (reply, answer) = oneshot::channel();
        let ask = Command::CatchUp { peer: self.peer, pace: self.pace, in_parts: self.in_parts, reply };
        self.session.inbox.try_send(ask).map_err(|_| End::Close(CloseCode::TooSlow))?;
        let CaughtUp { seq, state, document, subscription, presence } =
            answer.await.map_err(|_| End::Close(CloseCode::Draining))?;
        (self.subscription, self.presence) = (subscription, presence);
        if self.in_parts {
            self.frame(&ServerFrame::DocumentOpening { seq, file: None }).await?;
        }
        self.state(state).await?;
        self.open(Opening::new(seq, document)).await
    }

    async fn state(&mut self, state: oneshot::Receiver<ServerFrame>) -> Result<(), End> {
        let state = state.await.map_err(|_| End::Close(CloseCode::Draining))?;
        self.frame(&state).await
    }

    async fn frame(&mut self, frame: &ServerFrame) -> Result<(), End> {
        match encode(frame) {
            Some(text) => self.put(Message::Text(text)).await,
            None => Ok(()),
        }
    }

    async fn message(&mut self, seq: Seq, message: &[u8]) -> Result<(), End> {
        self.put(Message::Binary(binary::encode(seq.0, message).into())).await
    }

    async fn put(&mut self, message: Message) -> Result<(), End> {
        stuck(timeout(STUCK_AFTER, self.sink.feed(message)).await)
    }

    async fn flush(&mut self) -> Result<(), End> {
        stuck(timeout(STUCK_AFTER, self.sink.flush()).await)
    }

    /// Nobody encodes the document: it is tried again by coming again.
    fn lost(&self) -> End {
        let code = if self.session.ended.is_cancelled() { CloseCode::Draining } else { CloseCode::Overloaded };
        End::Close(code)
    }

    fn let_go(&self) -> End {
        let code = if self.session.ended.is_cancelled() { CloseCode::Draining } else { CloseCode::TooSlow };
        End::Close(code)
    }
}

fn stuck(sent: Result<Result<(), axum::Error>, tokio::time::error::Elapsed>) -> Result<(), End> {
    match sent {
        Ok(Ok(())) => Ok(()),
        Ok(Err(_)) => Err(End::Gone),
        Err(_) => Err(End::Close(CloseCode::TooSlow)),
    }
}
