//! What comes in: from frames to commands. Never awaits the session, so that the frame behind a flood is still read.

use std::time::{Duration, Instant};

use axum::extract::ws::{Message, WebSocket};
use bytes::Bytes;
use futures_util::StreamExt;
use futures_util::stream::SplitStream;
use protocol::client::RefusalSteer;
use protocol::{ClientFrame, CloseCode, ErrorCode, ServerFrame, binary};
use tokio::sync::mpsc;
use tokio::sync::mpsc::error::TrySendError;
use tokio::time::timeout;

use crate::limits::{Bucket, weight};
use crate::session::SessionHandle;
use crate::session::command::{Command, Control, Decision, Steering, Urgent, UrgentKind};
use crate::session::roster::PeerId;

/// How long a peer may be silent. It answers a ping every ten seconds.
pub const DEAD_AFTER: Duration = Duration::from_secs(30);

/// A connection's reading side.
pub struct Reader {
    /// The session.
    pub session: SessionHandle,
    /// Whose connection.
    pub peer: PeerId,
    /// The connection's own queue. Held weakly: when the session drops its end, the writer must learn of it.
    pub control: mpsc::WeakSender<Control>,
    /// What it may send.
    pub messages: Bucket,
}

/// Why reading ends.
enum End {
    /// The peer is gone, or is to be told to go.
    Gone,
    /// The peer is told this.
    Close(CloseCode),
}

impl Reader {
    /// Reads until the connection ends or has to.
    pub async fn run(&mut self, stream: &mut SplitStream<WebSocket>) {
        loop {
            let end = match timeout(DEAD_AFTER, stream.next()).await {
                // Like a full inbox: the sync on return recovers what was not taken.
                Ok(Some(Ok(message))) if !self.messages.take(weigh(&message)) => End::Close(CloseCode::Overloaded),
                Ok(Some(Ok(message))) => match self.message(message) {
                    Ok(()) => continue,
                    Err(end) => end,
                },
                Ok(Some(Err(error))) if is_too_large(&error) => End::Close(CloseCode::TooLarge),
                Ok(Some(Err(_)) | None) | Err(_) => End::Gone,
            };
            if let End::Close(code) = end
                && self.control.upgrade().is_none_or(|queue| queue.try_send(Control::Close(code)).is_ok())
            {
                // The writer says so and ends the connection.
                std::future::pending::<()>().await;
            }
            return;
        }
    }

    fn message(&self, message: Message) -> Result<(), End> {
        match message {
            Message::Text(text) => match serde_json::from_str(&text) {
                Ok(frame) => self.frame(frame),
                Err(error) => self.answer_bad_frame(&format!("That frame cannot be read: {error}.")),
            },
            Message::Binary(bytes) => self.binary(&bytes),
            Message::Ping(_) | Message::Pong(_) => Ok(()),
            Message::Close(_) => Err(End::Gone),
        }
    }

    fn binary(&self, bytes: &Bytes) -> Result<(), End> {
        match binary::decode(bytes) {
            Some((counter, _)) => {
                let message = bytes.slice(binary::HEADER..);
                self.send(Command::Edit { peer: self.peer, counter, message })
            }
            None => self.answer_bad_frame("That binary frame is too short to hold its counter."),
        }
    }

    fn frame(&self, frame: ClientFrame) -> Result<(), End> {
        let (peer, received) = (self.peer, Instant::now());
        match frame {
            ClientFrame::Hello(_) => self.answer_bad_frame("hello was said already."),
            ClientFrame::TurnInterrupt { turn_id, shown_seq } => {
                self.urgent(UrgentKind::Interrupt { turn: turn_id, shown: shown_seq }, received)
            }
            ClientFrame::TurnSteer { turn_id, steer_id, shown_seq, text } => {
                let steering = Steering { turn: turn_id, steer: steer_id, shown: shown_seq, text, refuses: None };
                self.urgent(UrgentKind::Steer(steering), received)
            }
            ClientFrame::TurnStart(start) => self.send(Command::Start { peer, received, start }),
            ClientFrame::TurnContinue { turn_id, segment_id, text } => {
                self.send(Command::Continue { peer, received, turn: turn_id, segment: segment_id, text })
            }
            ClientFrame::TurnRevert { turn_id } => {
                self.send(Command::Decide { peer, turn: turn_id, decision: Decision::RevertTurn })
            }
            ClientFrame::HunkRevert { turn_id, hunk_id } => {
                self.send(Command::Decide { peer, turn: turn_id, decision: Decision::RevertHunk(hunk_id) })
            }
            ClientFrame::HunkAccept { turn_id, hunk_id } => {
                self.send(Command::Decide { peer, turn: turn_id, decision: Decision::AcceptHunk(hunk_id) })
            }
            ClientFrame::HunkApply { turn_id, hunk_id } => {
                self.send(Command::Decide { peer, turn: turn_id, decision: Decision::ApplyHunk(hunk_id) })
            }
            ClientFrame::HunkRefuse { turn_id, hunk_id, steer: None } => {
                self.send(Command::Decide { peer, turn: turn_id, decision: Decision::RefuseHunk(hunk_id) })
            }
            ClientFrame::HunkRefuse { turn_id, hunk_id, steer: Some(steer) } => {
                let RefusalSteer { steer_id: steer, shown_seq: shown, text } = steer;
                let steering = Steering { turn: turn_id, steer, shown, text, refuses: Some(hunk_id) };
                self.urgent(UrgentKind::Steer(steering), received)
            }
            ClientFrame::ScopeSet { scope } => self.send(Command::Scope { peer, scope }),
            ClientFrame::LockSet { lock_id, region } => self.send(Command::Lock { peer, lock: lock_id, region }),
            ClientFrame::RunReport(report) => self.send(Command::Run { peer, report }),
            ClientFrame::ModelWarm { model } => self.send(Command::Warm { peer, model }),
            ClientFrame::PresenceUpdate { name, cursor, viewport } => {
                self.send(Command::Presence { peer, name, cursor, viewport })
            }
            ClientFrame::PresenterSet { on } => self.send(Command::Present { peer, on }),
            ClientFrame::Ping { clock } => self.answer(ServerFrame::Pong { clock }),
        }
    }

    fn urgent(&self, kind: UrgentKind, received: Instant) -> Result<(), End> {
        ended_if_full(self.session.urgent.try_send(Urgent { peer: self.peer, received, kind }))
    }

    fn send(&self, command: Command) -> Result<(), End> {
        ended_if_full(self.session.inbox.try_send(command))
    }

    fn answer_bad_frame(&self, message: &str) -> Result<(), End> {
        let message = message.to_owned();
        self.answer(ServerFrame::Error { code: ErrorCode::BadFrame, message, answers: None })
    }

    fn answer(&self, frame: ServerFrame) -> Result<(), End> {
        // Without a queue the session has let go of this connection, and the writer is about to say so.
        let Some(queue) = self.control.upgrade() else { return Ok(()) };
        ended_if_full(queue.try_send(Control::Frame(Box::new(frame))))
    }
}

/// How much a message counts.
pub fn weigh(message: &Message) -> u32 {
    weight(match message {
        Message::Text(text) => text.len(),
        Message::Binary(bytes) | Message::Ping(bytes) | Message::Pong(bytes) => bytes.len(),
        Message::Close(_) => 0,
    })
}

fn ended_if_full<T>(sent: Result<(), TrySendError<T>>) -> Result<(), End> {
    match sent {
        Ok(()) => Ok(()),
        Err(TrySendError::Full(_)) => Err(End::Close(CloseCode::Overloaded)),
        Err(TrySendError::Closed(_)) => Err(End::Close(CloseCode::Draining)),
    }
}

/// Whether a read failed because a frame was past the limit.
pub fn is_too_large(error: &axum::Error) -> bool {
    // axum boxes its own tungstenite's error; its words are the one stable thing to hold on to.
    error.to_string().contains("too long") || error.to_string().contains("too big")
}
