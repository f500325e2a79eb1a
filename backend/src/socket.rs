//! One WebSocket of one tab: hello, then a reader and a writer that do not wait for each other.
//!
//! Owns the handshake and the limits of a connection. Knows the session only by its handle.

mod reader;
mod writer;
pub mod yjs;

use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use axum::extract::ws::{CloseFrame, Message, WebSocket, WebSocketUpgrade};
use axum::response::Response;
use futures_util::stream::SplitStream;
use futures_util::{SinkExt, StreamExt};
use protocol::client::Hello;
use protocol::view::Role;
use protocol::{ClientFrame, CloseCode, ErrorCode, ServerFrame, SessionId, VERSION};
use tokio::sync::{mpsc, oneshot};
use tokio::time::timeout;
use tokio_util::task::task_tracker::TaskTrackerToken;

use self::reader::Reader;
use self::writer::Writer;
use crate::limits::{Counted, Gate};
use crate::meters;
use crate::session::command::{Command, Join};
use crate::session::door::{Denied, Here, Pass};
use crate::session::feed::Pace;
use crate::session::roster::PeerId;
use crate::session::{SessionHandle, encode};

/// axum's default buffers cost 134 KB a connection; frames are small and flushed as they come.
const WRITE_BUFFER: usize = 4 * 1024;
/// Kept by every connection all the time; what clients send is smaller, but for pastes.
const READ_BUFFER: usize = 1024;
/// How long a client may take to say hello.
const HELLO_WITHIN: Duration = Duration::from_secs(10);
/// How long a peer may take to answer a close, so that it sees the code and not a reset.
const CLOSE_WITHIN: Duration = Duration::from_secs(1);
/// A connection's own queue: answers to its own frames, a few per round trip.
const CONTROL: usize = 256;

static PEERS: AtomicU64 = AtomicU64::new(1);

/// Where a connection comes from.
pub struct Source {
    /// The address, as limits count it.
    pub address: IpAddr,
    /// What counts.
    pub gate: Arc<Gate>,
}

/// Answers an upgrade. `alive` is held until the socket has ended, so that a drain can wait for it. `session` is nothing when there is none by that id: a browser can read a close code, but not
/// a refused upgrade.
pub fn accept(
    upgrade: WebSocketUpgrade,
    session: Option<SessionHandle>,
    from: Source,
    alive: TaskTrackerToken,
) -> Response {
    let frame_max = from.gate.config.frame_bytes;
    upgrade
        .read_buffer_size(READ_BUFFER)
        .write_buffer_size(WRITE_BUFFER)
        .max_message_size(frame_max)
        .max_frame_size(frame_max)
        .on_upgrade(async move |socket| {
            let _meter = meters::Live::socket();
            let Some(_counted) = from.gate.by_address.enter(&from.address) else {
                drop(Box::pin(close(socket, CloseCode::Crowded)).await);
                return;
            };
            // In boxes: a task stays as large as the largest of its parts, and an idle connection is in the second.
            if let Some(connection) = Box::pin(enter(socket, session, &from)).await {
                Box::pin(connection.talk()).await;
            }
            drop(alive);
        })
}

/// A connection that is in its session. Boxed, as it is moved from future to future.
struct Connection {
    reader: Reader,
    stream: SplitStream<WebSocket>,
    writer: Box<Writer>,
    /// What it came in by.
    pass: Pass,
    guard: LeaveGuard,
}

/// What a token opens the session by, and its place among the session's sockets; else why it does not.
fn admit(session: &SessionHandle, token: &str, from: &Source) -> Result<(Pass, Counted<SessionId>), CloseCode> {
    // The right token is refused with the wrong ones: else whoever guesses would learn that it is.
    if from.gate.guesses.check(&from.address).is_err() {
        return Err(CloseCode::Crowded);
    }
    let pass = session.door.authorize(token).map_err(|denied| {
        if denied == Denied::Unknown {
            let _ = from.gate.guesses.take(&from.address);
        }
        CloseCode::from(denied)
    })?;
    let counted = from.gate.by_session.enter(&session.id).ok_or(CloseCode::Full)?;
    if pass.role < Role::Viewer {
        // It opens the timeline, and nothing live.
        return Err(CloseCode::Unauthorized);
    }
    Ok((pass, counted))
}

/// Joins the session; a socket that may not is closed with the reason.
async fn enter(mut socket: WebSocket, session: Option<SessionHandle>, from: &Source) -> Option<Box<Connection>> {
    let Some(session) = session else {
        return close(socket, CloseCode::NotFound).await;
    };
    let hello = match timeout(HELLO_WITHIN, hello(&mut socket)).await {
        Ok(Ok(hello)) => hello,
        Ok(Err(code)) => return close(socket, code).await,
        Err(_) => return close(socket, CloseCode::HelloTimeout).await,
    };
    let (pass, counted) = match admit(&session, &hello.token, from) {
        Ok(admitted) => admitted,
        Err(code) => return close(socket, code).await,
    };
    let peer = PeerId(PEERS.fetch_add(1, Ordering::Relaxed));
    let pace = Pace::from_millis(hello.pace_ms);
    let (control, control_rx) = mpsc::channel(CONTROL);
    let (reply, joined) = oneshot::channel();
    let queue = control.downgrade();
    let (resume, opening) = (hello.resume, hello.opening);
    let join = Join { peer, role: pass.role, name: hello.name, pace, resume, opening, visitor: None, control, reply };
    if session.inbox.try_send(Command::Join(Box::new(join))).is_err() {
        return close(socket, CloseCode::Overloaded).await;
    }
    let joined = match joined.await {
        Ok(Ok(joined)) => joined,
        Ok(Err(code)) => return close(socket, code).await,
        Err(_) => return close(socket, CloseCode::Draining).await,
    };
    // From here on the session knows the peer, and must hear of its end, whatever happens.
    let guard = LeaveGuard { session: session.clone(), peer, for_good: false, _here: pass.enter(), _counted: counted };
    let (sink, stream) = socket.split();
    let writer = Box::new(Writer::new(sink, session.clone(), peer, pace, control_rx, joined));
    let reader = Reader { session, peer, control: queue, messages: from.gate.messages() };
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
                // Gone at once, for the session and for whoever looks at who is there; then it is told why.
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

/// Reads the first frame, which must be a hello of our version.
async fn hello(socket: &mut WebSocket) -> Result<Hello, CloseCode> {
    loop {
        let text = match socket.recv().await {
            Some(Ok(Message::Text(text))) => text,
            Some(Ok(Message::Ping(_) | Message::Pong(_))) => continue,
            Some(Ok(Message::Binary(_))) => return Err(CloseCode::BadFrame),
            Some(Err(error)) if reader::is_too_large(&error) => return Err(CloseCode::TooLarge),
            Some(Ok(Message::Close(_)) | Err(_)) | None => return Err(CloseCode::BadFrame),
        };
        // Another version's hello may have another form: its version is read first, and alone.
        #[derive(serde::Deserialize)]
        struct Version {
            version: u32,
        }
        let version = serde_json::from_str::<Version>(&text).map_err(|_| CloseCode::BadFrame)?.version;
        if version != VERSION {
            return Err(CloseCode::VersionMismatch);
        }
        return match serde_json::from_str(&text) {
            Ok(ClientFrame::Hello(hello)) => Ok(hello),
            _ => Err(CloseCode::BadFrame),
        };
    }
}

/// Says why in words, for people who write a client, then closes. There is no connection to go on with.
async fn close(mut socket: WebSocket, code: CloseCode) -> Option<Box<Connection>> {
    let _ = timeout(CLOSE_WITHIN, async {
        if let Some(text) = refusal(code).as_ref().and_then(encode) {
            socket.send(Message::Text(text)).await?;
        }
        socket.send(Message::Close(Some(close_frame(code)))).await?;
        while let Some(Ok(_)) = socket.next().await {}
        socket.close().await
    })
    .await;
    None
}

fn refusal(code: CloseCode) -> Option<ServerFrame> {
    let error = match code {
        CloseCode::BadFrame => ErrorCode::BadFrame,
        CloseCode::Unauthorized | CloseCode::Revoked | CloseCode::Expired => ErrorCode::Unauthorized,
        CloseCode::NotFound => ErrorCode::NotFound,
        CloseCode::VersionMismatch => ErrorCode::VersionMismatch,
        _ => return None,
    };
    let message = match code {
        CloseCode::VersionMismatch => format!("This server speaks version {VERSION}: reload the page."),
        _ => format!("The connection was refused: {}.", code.reason()),
    };
    Some(ServerFrame::Error { code: error, message, answers: None })
}

fn close_frame(code: CloseCode) -> CloseFrame {
    CloseFrame { code: code.code(), reason: code.reason().into() }
}

impl From<Denied> for CloseCode {
    fn from(denied: Denied) -> CloseCode {
        match denied {
            Denied::Unknown => CloseCode::Unauthorized,
            Denied::Revoked => CloseCode::Revoked,
            Denied::Expired => CloseCode::Expired,
        }
    }
}

/// Tells the session that a connection ended, also when its task is dropped.
struct LeaveGuard {
    session: SessionHandle,
    peer: PeerId,
    /// What it came in by opens nothing any more.
    for_good: bool,
    _here: Here,
    _counted: Counted<SessionId>,
}

impl Drop for LeaveGuard {
    fn drop(&mut self) {
        let leave = Command::Leave { peer: self.peer, for_good: self.for_good };
        if let Err(error) = self.session.inbox.try_send(leave) {
            let (inbox, leave) = (self.session.inbox.clone(), error.into_inner());
            // A full inbox empties within moments: the session never awaits anybody.
            if let Ok(runtime) = tokio::runtime::Handle::try_current() {
                runtime.spawn(async move { inbox.send(leave).await });
            }
        }
    }
}
