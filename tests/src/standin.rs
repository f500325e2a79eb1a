//! A stand-in for the model APIs: a real server on loopback that speaks Chat Completions over SSE, Responses over
//! SSE and Responses over WebSocket, with scripted timing, quirks and faults.
//!
//! It records what was asked, over which connection, when the client left and how many tokens were made after that.
//! What it plays is [`Script`], what it saw is [`Record`]. It knows nothing of Midstream.

mod connection;
mod play;
mod record;
mod script;
mod socket;
pub mod stamp;
mod wire;

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinSet;

pub use self::record::{Call, Record, Request};
pub use self::script::{Fault, Gate, Pace, Script, SocketQuirks, UsagePlace};

/// How long [`Standin::until`] waits before it gives up: far beyond what any condition takes on a busy machine.
const PATIENCE: Duration = Duration::from_secs(30);

/// A running stand-in. Stops when dropped.
#[derive(Debug)]
pub struct Standin {
    shared: Arc<Shared>,
    address: std::net::SocketAddr,
    _server: JoinSet<()>,
}

/// What all connections share.
#[derive(Debug)]
pub(crate) struct Shared {
    /// Played by the next calls, one each.
    queue: Mutex<VecDeque<Script>>,
    /// Played when the queue is empty.
    default: Mutex<Script>,
    quirks: Mutex<SocketQuirks>,
    record: watch::Sender<Record>,
}

impl Shared {
    pub(crate) fn next_script(&self) -> Script {
        let queued = lock(&self.queue).pop_front();
        queued.unwrap_or_else(|| lock(&self.default).clone())
    }

    pub(crate) fn quirks(&self) -> SocketQuirks {
        lock(&self.quirks).clone()
    }

    pub(crate) fn note<T>(&self, change: impl FnOnce(&mut Record) -> T) -> T {
        let mut made = None;
        self.record.send_modify(|record| made = Some(change(record)));
        #[allow(clippy::expect_used, reason = "send_modify runs its closure exactly once")]
        made.expect("the change ran")
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Standin {
    /// Starts a server that plays `default` for every call.
    pub async fn start(default: Script) -> std::io::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let shared = Arc::new(Shared {
            queue: Mutex::default(),
            default: Mutex::new(default),
            quirks: Mutex::default(),
            record: watch::Sender::new(Record::default()),
        });
        let mut server = JoinSet::new();
        server.spawn(serve(listener, Arc::clone(&shared)));
        Ok(Self { shared, address, _server: server })
    }

    /// The base address to configure a client with, `http://127.0.0.1:<port>/v1`.
    pub fn base_url(&self) -> String {
        format!("http://{}/v1", self.address)
    }

    /// The port.
    pub fn port(&self) -> u16 {
        self.address.port()
    }

    /// Has one more call play `script` instead of the default, in the order of queueing.
    pub fn queue(&self, script: Script) {
        lock(&self.shared.queue).push_back(script);
    }

    /// Changes what is played when the queue is empty.
    pub fn set_default(&self, script: Script) {
        *lock(&self.shared.default) = script;
    }

    /// Changes how the WebSocket side behaves, from now on.
    pub fn set_quirks(&self, quirks: SocketQuirks) {
        *lock(&self.shared.quirks) = quirks;
    }

    /// Everything seen so far.
    pub fn record(&self) -> Record {
        self.shared.record.borrow().clone()
    }

    /// What `look` makes of everything seen so far, without a copy of it.
    pub fn look<T>(&self, look: impl FnOnce(&Record) -> T) -> T {
        look(&self.shared.record.borrow())
    }

    /// The requests seen so far.
    pub fn requests(&self) -> Vec<Request> {
        self.shared.record.borrow().requests.clone()
    }

    /// The calls played so far.
    pub fn calls(&self) -> Vec<Call> {
        self.shared.record.borrow().calls.clone()
    }

    /// How many TCP connections were accepted.
    pub fn connections(&self) -> usize {
        self.shared.record.borrow().connections
    }

    /// Waits until `condition` holds for the record.
    pub async fn until(&self, condition: impl Fn(&Record) -> bool) -> std::io::Result<Record> {
        let mut record = self.shared.record.subscribe();
        let waited = tokio::time::timeout(PATIENCE, record.wait_for(|record| condition(record))).await;
        match waited {
            Ok(Ok(record)) => Ok(record.clone()),
            _ => Err(std::io::Error::other(format!("never came to pass; the record: {:#?}", self.record()))),
        }
    }
}

async fn serve(listener: TcpListener, shared: Arc<Shared>) {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => {
                if let Ok((stream, _)) = accepted {
                    let number = shared.note(|record| {
                        record.connections += 1;
                        record.open += 1;
                        record.connections
                    });
                    connections.spawn(connection::serve(stream, number, Arc::clone(&shared)));
                }
            }
            Some(_) = connections.join_next() => shared.note(|record| record.open -= 1),
        }
    }
}
