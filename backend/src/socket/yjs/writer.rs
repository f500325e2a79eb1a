//! What goes out to a stock editor: the document's updates, and who else is here. Everything else of the session it would
//! not understand.

use std::time::Duration;

use axum::extract::ws::{Message, WebSocket};
use bytes::Bytes;
use futures_util::SinkExt;
use futures_util::stream::SplitSink;
use protocol::presence::PresenceChange;
use protocol::{CloseCode, ErrorCode, ParticipantId, ServerFrame};
use tokio::sync::{mpsc, oneshot};
use tokio::time::{Interval, MissedTickBehavior, interval, timeout};

use super::awareness::{self, Others};
use crate::secret;
use crate::session::SessionHandle;
use crate::session::command::{CaughtUp, Command, Control, Joined};
use crate::session::feed::{Batch, Pace, Subscription};
use crate::session::presence::Onlooker;
use crate::session::roster::PeerId;
use crate::socket::close_frame;

/// A write that is stuck for this long means that the editor does not read.
const STUCK_AFTER: Duration = Duration::from_secs(5);
/// How often everyone is told anew. A stock client forgets whom it has not heard of for 30 s, and gives a connection up
/// that has said nothing for as long.
const AGAIN_EVERY: Duration = Duration::from_secs(10);

/// A connection's writing side.
pub struct Writer {
    sink: SplitSink<WebSocket, Message>,
    session: SessionHandle,
    peer: PeerId,
    pace: Pace,
    /// Who the editor is: it is not told of itself.
    me: Option<ParticipantId>,
    control: mpsc::Receiver<Control>,
    presence: Onlooker,
    subscription: Subscription,
    others: Others,
    /// What it begins with: a question for what it has, and the session.
    first: Option<(Bytes, oneshot::Receiver<ServerFrame>)>,
    again: Interval,
}

/// Why writing ends: the peer is told, or is gone.
type End = Option<CloseCode>;

enum Event {
    Control(Option<Control>),
    Presence,
    Feed,
    Again,
}

impl Writer {
    /// A writer for an editor that has just joined.
    pub fn new(
        sink: SplitSink<WebSocket, Message>,
        session: SessionHandle,
        peer: PeerId,
        pace: Pace,
        control: mpsc::Receiver<Control>,
        joined: Joined,
    ) -> Writer {
        let Joined { welcome, caught_up, ask, .. } = joined;
        let CaughtUp { state, subscription, presence, .. } = caught_up;
        let me = if let ServerFrame::Welcome(welcome) = &welcome { Some(welcome.participant.id.clone()) } else { None };
        let others = Others::new(secret::number());
        let mut again = interval(AGAIN_EVERY);
        again.set_missed_tick_behavior(MissedTickBehavior::Delay);
        again.reset();
        Writer {
            sink,
            session,
            peer,
            pace,
            me,
            control,
            presence,
            subscription,
            others,
            first: Some((ask, state)),
            again,
        }
    }

    /// Writes until the connection ends. Whether the peer was sent a close frame.
    pub async fn run(&mut self) -> bool {
        let end = match self.write().await {
            Ok(never) => match never {},
            Err(end) => end,
        };
        match end {
            None => false,
            Some(code) => self.close(code).await,
        }
    }

    /// Tells the peer to go. Whether it was sent.
    pub async fn close(&mut self, code: CloseCode) -> bool {
        let close = self.sink.send(Message::Close(Some(close_frame(code))));
        timeout(STUCK_AFTER, close).await.is_ok_and(|sent| sent.is_ok())
    }

    async fn write(&mut self) -> Result<std::convert::Infallible, End> {
        if let Some((ask, state)) = self.first.take() {
            // Asked first: it answers from what it had. What it lacks it asks for itself.
            self.put(ask).await?;
            let state = state.await.map_err(|_| Some(CloseCode::Draining))?;
            if let ServerFrame::State { session, .. } = state {
                let (here, connected) = (session.participants, session.connected);
                let everyone = PresenceChange { whole: true, here, connected, ..PresenceChange::default() };
                let message = self.others.change(everyone, self.me.as_ref());
                self.put(message.into()).await?;
            }
        }
        self.flush().await?;
        loop {
            let event = tokio::select! {
                biased;
                control = self.control.recv() => Event::Control(control),
                () = self.presence.ready() => Event::Presence,
                () = self.subscription.ready() => Event::Feed,
                _ = self.again.tick() => Event::Again,
            };
            match event {
                Event::Control(Some(control)) => self.control(control).await?,
                // The session let go of this connection, or has ended.
                Event::Control(None) => return Err(Some(self.let_go())),
                Event::Presence => {
                    if let Some(change) = self.presence.news() {
                        let message = self.others.change(change, self.me.as_ref());
                        self.put(message.into()).await?;
                    }
                }
                Event::Feed => self.feed().await?,
                Event::Again => {
                    let message = self.others.again();
                    self.put(message.into()).await?;
                    timeout(STUCK_AFTER, self.sink.feed(Message::Ping(Bytes::new())))
                        .await
                        .map_err(|_| None)?
                        .map_err(|_| None)?;
                }
            }
            self.flush().await?;
        }
    }

    async fn feed(&mut self) -> Result<(), End> {
        match self.subscription.take() {
            Batch::Entries(entries) => {
                for entry in entries {
                    let is_mine = entry.author.is_some() && entry.author == self.me;
                    if let Some(message) = entry.message.as_ref().filter(|_| !is_mine) {
                        self.put(message.clone()).await?;
                    }
                }
                Ok(())
            }
            Batch::Behind => self.catch_up().await,
        }
    }

    async fn control(&mut self, control: Control) -> Result<(), End> {
        match control {
            Control::Message(message) => self.put(message).await,
            Control::Close(code) => Err(Some(code)),
            Control::You(me) => {
                // It may have been told of itself as somebody else.
                let gone = PresenceChange { gone: vec![me.clone()], ..PresenceChange::default() };
                let message = self.others.change(gone, None);
                self.me = Some(me);
                self.put(message.into()).await
            }
            Control::Frame(frame) => match *frame {
                ServerFrame::Error { code: ErrorCode::Forbidden, message, .. } => {
                    self.put(awareness::denied(&message).into()).await
                }
                // What it has and the server does not would be missed by all that follows: it has to begin anew.
                ServerFrame::Error { code: ErrorCode::BadUpdate, message, .. } => {
                    self.put(awareness::denied(&message).into()).await?;
                    Err(Some(CloseCode::BadFrame))
                }
                _ => Ok(()),
            },
        }
    }

    /// It fell off the log: the whole document, as of now.
    async fn catch_up(&mut self) -> Result<(), End> {
        let (reply, answer) = oneshot::channel();
        let ask = Command::CatchUp { peer: self.peer, pace: self.pace, in_parts: false, reply };
        self.session.inbox.try_send(ask).map_err(|_| Some(CloseCode::TooSlow))?;
        // Who is here it is told by differences, and has missed none of them.
        let CaughtUp { document, subscription, .. } = answer.await.map_err(|_| Some(CloseCode::Draining))?;
        self.subscription = subscription;
        let document = document.await.map_err(|_| Some(self.lost()))?;
        for part in document.iter() {
            self.put(Bytes::from(part.clone())).await?;
        }
        Ok(())
    }

    async fn put(&mut self, message: Bytes) -> Result<(), End> {
        match timeout(STUCK_AFTER, self.sink.feed(Message::Binary(message))).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(_)) => Err(None),
            Err(_) => Err(Some(CloseCode::TooSlow)),
        }
    }

    async fn flush(&mut self) -> Result<(), End> {
        match timeout(STUCK_AFTER, self.sink.flush()).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(_)) => Err(None),
            Err(_) => Err(Some(CloseCode::TooSlow)),
        }
    }

    /// Nobody encodes the document: it is tried again by coming again.
    fn lost(&self) -> CloseCode {
        if self.session.ended.is_cancelled() { CloseCode::Draining } else { CloseCode::Overloaded }
    }

    fn let_go(&self) -> CloseCode {
        if self.session.ended.is_cancelled() { CloseCode::Draining } else { CloseCode::TooSlow }
    }
}
