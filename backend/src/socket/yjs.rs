//! One WebSocket of a stock Yjs editor: the y-websocket protocol, one y-protocols message in a frame.
//!
//! The editor is a participant like any other: its token gives a role, its updates are checked as anyone's, it is among
//! those who are here. It says who it is by awareness and not by `hello`, and is told of others in the same way. Owns
//! the bridge; what awareness looks like is in [`awareness`].

pub mod awareness;
mod reader;
mod writer;

use std::sync::atomic::Ordering;

use axum::extract::ws::{Message, WebSocket, WebSocketUpgrade};
use axum::http::{HeaderMap, header};
use axum::response::Response;
use futures_util::StreamExt;
use futures_util::stream::SplitStream;
use protocol::CloseCode;
use tokio::sync::{mpsc, oneshot};
use tokio::time::timeout;
use tokio_util::task::task_tracker::TaskTrackerToken;

use self::reader::Reader;
use self::writer::Writer;
use super::{CLOSE_WITHIN, CONTROL, LeaveGuard, PEERS, READ_BUFFER, Source, WRITE_BUFFER, admit, close_frame};
use crate::base64;
use crate::meters;
use crate::secret::Hash;
use crate::session::SessionHandle;
use crate::session::command::{Command, Join, Mark};
use crate::session::door::Pass;
use crate::session::feed::Pace;
use crate::session::roster::PeerId;

/// What the server says that it speaks. A client offers it with its token beside it.
pub const PROTOCOL: &str = "midstream.yjs";
/// What the token is offered behind: subprotocols are the one thing that stock clients send in a header.
const TOKEN: &str = "token.";
/// What a key of the client's own is offered behind, if it has one.
const KEY: &str = "key.";
/// The largest frame of such a client, in bytes: it sends a paste, or all that it has typed alone, as one update.
pub const FRAME_MAX: usize = 4 * 1024 * 1024;
/// What a stock editor draws: steps are merged as for a page.
const PACE_MS: u32 = 16;

/// What an upgrade shows among its subprotocols.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Shown {
    token: String,
    key: Option<String>,
}

impl Shown {
    /// What is offered in these headers.
    pub fn among(headers: &HeaderMap) -> Shown {
        let values = headers.get_all(header::SEC_WEBSOCKET_PROTOCOL).iter().filter_map(|value| value.to_str().ok());
        let offered: Vec<&str> = values.flat_map(|value| value.split(',')).map(str::trim).collect();
        let after = |prefix: &str| offered.iter().find_map(|one| one.strip_prefix(prefix)).map(str::to_owned);
        Shown { token: after(TOKEN).unwrap_or_default(), key: after(KEY) }
    }

    /// What its bearer is known again by. The session need not hold the token for that.
    fn mark(&self) -> Mark {
        let key = self.key.as_deref().unwrap_or_default();
        Mark { seed: base64::encode(Hash::of(&format!("{} {key}", self.token)).as_bytes()), is_own: self.key.is_some() }
    }
}

/// Answers an upgrade. `alive` is held until the socket has ended.
pub fn accept(
    upgrade: WebSocketUpgrade,
    session: Option<SessionHandle>,
    shown: Shown,
    from: Source,
    alive: TaskTrackerToken,
) -> Response {
    upgrade
        .protocols([PROTOCOL])
        .read_buffer_size(READ_BUFFER)
        .write_buffer_size(WRITE_BUFFER)
        .max_message_size(FRAME_MAX)
        .max_frame_size(FRAME_MAX)
        .on_upgrade(async move |socket| {
            let _meter = meters::Live::socket();
            let Some(_counted) = from.gate.by_address.enter(&from.address) else {
                drop(Box::pin(close(socket, CloseCode::Crowded)).await);
                return;
            };
            // In boxes, as on the other socket.
            if let Some(connection) = Box::pin(enter(socket, session, shown, &from)).await {
                Box::pin(connection.talk()).await;
            }
            drop(alive);
        })
}

/// A connection that is in its session.
struct Connection {
    reader: Reader,
    stream: SplitStream<WebSocket>,
    writer: Box<Writer>,
    /// What it came in by.
    pass: Pass,
    guard: LeaveGuard,
}

/// Joins the session; a socket that may not is closed with the reason.
async fn enter(
    socket: WebSocket,
    session: Option<SessionHandle>,
    shown: Shown,
    from: &Source,
) -> Option<Box<Connection>> {
    let Some(session) = session else { return close(socket, CloseCode::NotFound).await };
    let (pass, counted) = match admit(&session, &shown.token, from) {
        Ok(admitted) => admitted,
        Err(code) => return close(socket, code).await,
    };
    let peer = PeerId(PEERS.fetch_add(1, Ordering::Relaxed));
    let (control, control_rx) = mpsc::channel(CONTROL);
    let (reply, joined) = oneshot::channel();
    let queue = control.downgrade();
    let (role, pace, visitor) = (pass.role, Pace::from_millis(PACE_MS), Some(shown.mark()));
    let join = Join { peer, role, name: None, pace, resume: None, opening: None, visitor, control, reply };
    if session.inbox.try_send(Command::Join(Box::new(join))).is_err() {
        return close(socket, CloseCode::Overloaded).await;
    }
    let joined = match joined.await {
        Ok(Ok(joined)) => joined,
        Ok(Err(code)) => return close(socket, code).await,
        Err(_) => return close(socket, CloseCode::Draining).await,
    };
    let guard = LeaveGuard { session: session.clone(), peer, for_good: false, _here: pass.enter(), _counted: counted };
    let (sink, stream) = socket.split();
    let writer = Box::new(Writer::new(sink, session.clone(), peer, pace, control_rx, joined));
    let reader = Reader { session, peer, control: queue, messages: from.gate.messages(), me: None };
    Some(Box::new(Connection { reader, stream, writer, pass, guard }))
}

impl Connection {
    /// Reads and writes until either ends, or what it came in by does.
    async fn talk(self: Box<Self>) {
        // The guard first, so that it is dropped last.
        let Connection { mut guard, pass, mut reader, mut stream, mut writer } = *self;
        let closed = tokio::select! {
            biased;
            denied = pass.over() => {
                guard.for_good = true;
                drop(guard);
                writer.close(denied.into()).await
            }
            () = reader.run(&mut stream) => false,
            closed = writer.run() => closed,
        };
        if closed {
            // Read on until the peer has seen the close: unread bytes would turn it into a reset.
            let _ = timeout(CLOSE_WITHIN, async { while let Some(Ok(_)) = stream.next().await {} }).await;
        }
    }
}

/// Ends a connection that does not come in. Without words: a stock client reads every frame as a message.
async fn close(mut socket: WebSocket, code: CloseCode) -> Option<Box<Connection>> {
    let _ = timeout(CLOSE_WITHIN, async {
        socket.send(Message::Close(Some(close_frame(code)))).await?;
        while let Some(Ok(_)) = socket.next().await {}
        Ok::<_, axum::Error>(())
    })
    .await;
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_and_a_key_are_found_among_the_subprotocols() {
        let shown = |offered: &[&str]| {
            let mut headers = HeaderMap::new();
            for value in offered {
                headers.append(header::SEC_WEBSOCKET_PROTOCOL, value.parse().unwrap());
            }
            let Shown { token, key } = Shown::among(&headers);
            (token, key)
        };
        let both = ("abc".to_owned(), Some("k1".to_owned()));
        assert_eq!(shown(&["midstream.yjs, token.abc,key.k1"]), both);
        assert_eq!(shown(&["midstream.yjs", "key.k1", "token.abc"]), both);
        assert_eq!(shown(&["midstream.yjs", "token.abc"]), ("abc".to_owned(), None));
        assert_eq!(shown(&[]), (String::new(), None));
    }

    #[test]
    fn only_the_same_token_with_the_same_key_is_known_again() {
        let mark =
            |token: &str, key: Option<&str>| Shown { token: token.to_owned(), key: key.map(str::to_owned) }.mark();
        assert_eq!(mark("a", Some("k")), mark("a", Some("k")));
        assert!(mark("a", Some("k")).is_own && !mark("a", None).is_own);
        let seeds =
            [mark("a", None), mark("b", None), mark("a", Some("k")), mark("a", Some("l")), mark("b", Some("k"))];
        let seeds: std::collections::BTreeSet<String> = seeds.into_iter().map(|mark| mark.seed).collect();
        assert_eq!(seeds.len(), 5);
    }
}
