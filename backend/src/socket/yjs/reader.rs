//! What comes in from a stock editor: document messages as they are, awareness as where somebody is.

use axum::extract::ws::{Message, WebSocket};
use bytes::Bytes;
use futures_util::StreamExt;
use futures_util::stream::SplitStream;
use protocol::CloseCode;
use tokio::sync::mpsc;
use tokio::sync::mpsc::error::TrySendError;
use tokio::time::timeout;

use super::awareness;
use crate::limits::Bucket;
use crate::session::SessionHandle;
use crate::session::command::{Command, Control};
use crate::session::roster::PeerId;
use crate::socket::reader::{DEAD_AFTER, is_too_large, weigh};

/// The kind of a document message.
const SYNC: u8 = 0;

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
    /// The Yjs client id that it told its own state under.
    pub me: Option<u64>,
}

impl Reader {
    /// Reads until the connection ends or has to.
    pub async fn run(&mut self, stream: &mut SplitStream<WebSocket>) {
        loop {
            let ended = match timeout(DEAD_AFTER, stream.next()).await {
                // Like a full inbox: the sync on return recovers what was not taken.
                Ok(Some(Ok(message))) if !self.messages.take(weigh(&message)) => Err(Some(CloseCode::Overloaded)),
                Ok(Some(Ok(Message::Binary(bytes)))) => self.message(bytes),
                Ok(Some(Ok(Message::Text(_)))) => Err(Some(CloseCode::BadFrame)),
                Ok(Some(Ok(Message::Ping(_) | Message::Pong(_)))) => Ok(()),
                Ok(Some(Err(error))) if is_too_large(&error) => Err(Some(CloseCode::TooLarge)),
                Ok(Some(Ok(Message::Close(_)) | Err(_)) | None) | Err(_) => Err(None),
            };
            let Err(code) = ended else { continue };
            if let Some(code) = code
                && self.control.upgrade().is_none_or(|queue| queue.try_send(Control::Close(code)).is_ok())
            {
                // The writer says so and ends the connection.
                std::future::pending::<()>().await;
            }
            return;
        }
    }

    fn message(&mut self, message: Bytes) -> Result<(), Option<CloseCode>> {
        let peer = self.peer;
        match message.first() {
            Some(&SYNC) => self.send(Command::Edit { peer, counter: 0, message }),
            // It tells of others, too, whenever it is told of them.
            Some(&awareness::AWARENESS) => match awareness::read(&message, self.me) {
                Some(said) => {
                    self.me = Some(said.client);
                    self.send(Command::Visit { peer, said: Box::new(said) })
                }
                None => Ok(()),
            },
            // Everyone's states come by themselves, again and again.
            Some(&awareness::QUERY) => Ok(()),
            _ => Err(Some(CloseCode::BadFrame)),
        }
    }

    fn send(&self, command: Command) -> Result<(), Option<CloseCode>> {
        self.session.inbox.try_send(command).map_err(|error| match error {
            TrySendError::Full(_) => Some(CloseCode::Overloaded),
            TrySendError::Closed(_) => Some(CloseCode::Draining),
        })
    }
}
