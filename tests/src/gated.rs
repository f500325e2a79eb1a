//! A model whose every event the test releases, and whose every request it sees.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use futures_util::stream;
use models::{EndReason, Provider, SegmentEvent, SegmentRequest, SegmentStream, Upstream, UpstreamFailure};
use tokio::sync::{Semaphore, mpsc};
use tokio_util::sync::{CancellationToken, DropGuard};

/// How long a test waits for the server to ask.
const PATIENCE: Duration = Duration::from_secs(60);

/// The test's side of it.
pub struct Gate {
    calls: mpsc::UnboundedReceiver<Call>,
}

/// One segment that the server asked for.
pub struct Call {
    /// What it asked.
    pub request: SegmentRequest,
    events: mpsc::UnboundedSender<SegmentEvent>,
    /// Fires when the server dropped the stream.
    pub dropped: CancellationToken,
}

/// A gated model, and the gate.
pub fn gated() -> (Arc<dyn Provider>, Gate) {
    let (calls_tx, calls) = mpsc::unbounded_channel();
    (Arc::new(Model { calls: calls_tx }), Gate { calls })
}

impl Gate {
    /// The next segment that the server asks for. Panics when the server is gone: the test is over then.
    #[allow(clippy::panic, reason = "only tests wait at a gate")]
    pub async fn call(&mut self) -> Call {
        match tokio::time::timeout(PATIENCE, self.calls.recv()).await {
            Ok(call) => call.unwrap_or_else(|| panic!("the server is gone")),
            Err(_) => panic!("the server asked for no segment within {PATIENCE:?}"),
        }
    }

    /// Whether the server has asked for a segment that was not taken yet.
    pub fn is_idle(&mut self) -> bool {
        self.calls.is_empty()
    }
}

impl Call {
    /// Releases output.
    pub fn text(&self, text: &str) {
        self.event(SegmentEvent::Text(text.to_owned()));
    }

    /// Releases output, a few characters at a time.
    pub fn tokens(&self, text: &str) {
        let chars: Vec<char> = text.chars().collect();
        for piece in chars.chunks(4) {
            self.text(&piece.iter().collect::<String>());
        }
    }

    /// Ends the segment well.
    pub fn end(&self) {
        self.event(SegmentEvent::Ended(EndReason::Stop));
    }

    /// Ends the segment with a failure.
    pub fn fail(&self, failure: UpstreamFailure) {
        self.event(SegmentEvent::Failed(failure));
    }

    /// Releases any event. One for a segment that was dropped goes nowhere.
    pub fn event(&self, event: SegmentEvent) {
        let _ = self.events.send(event);
    }
}

struct Model {
    calls: mpsc::UnboundedSender<Call>,
}

impl Provider for Model {
    fn open(&self) -> Arc<dyn Upstream> {
        Arc::new(Model { calls: self.calls.clone() })
    }
}

#[async_trait]
impl Upstream for Model {
    async fn warm(&self, _instructions: &str) {}

    fn start(&self, request: SegmentRequest) -> SegmentStream {
        let (events, events_rx) = mpsc::unbounded_channel();
        let dropped = CancellationToken::new();
        let guard: DropGuard = dropped.clone().drop_guard();
        let _ = self.calls.send(Call { request, events, dropped });
        Box::pin(stream::unfold((events_rx, guard), |(mut events, guard)| async move {
            let event = events.recv().await?;
            Some((event, (events, guard)))
        }))
    }
}

/// A model that floods: as much of `text` as is wanted, as fast as it is read. Counts what was read.
pub struct Flood {
    text: String,
    read: Arc<Mutex<u64>>,
    pieces: Arc<Semaphore>,
}

impl Flood {
    /// At most `pieces` pieces of `text`.
    pub fn new(text: &str, pieces: usize) -> Arc<Flood> {
        Arc::new(Flood { text: text.to_owned(), read: Arc::default(), pieces: Arc::new(Semaphore::new(pieces)) })
    }

    /// How many pieces were read.
    pub fn read(&self) -> u64 {
        *self.read.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Provider for Flood {
    fn open(&self) -> Arc<dyn Upstream> {
        let (text, read, pieces) = (self.text.clone(), Arc::clone(&self.read), Arc::clone(&self.pieces));
        Arc::new(Flood { text, read, pieces })
    }
}

#[async_trait]
impl Upstream for Flood {
    async fn warm(&self, _instructions: &str) {}

    fn start(&self, _request: SegmentRequest) -> SegmentStream {
        let (text, read, pieces) = (self.text.clone(), Arc::clone(&self.read), Arc::clone(&self.pieces));
        Box::pin(stream::unfold(false, move |ended| {
            let (text, read, pieces) = (text.clone(), Arc::clone(&read), Arc::clone(&pieces));
            async move {
                if ended {
                    return None;
                }
                // As a socket that always has something to read: other tasks get their turn.
                tokio::task::yield_now().await;
                match pieces.try_acquire() {
                    Ok(permit) => {
                        permit.forget();
                        *read.lock().unwrap_or_else(PoisonError::into_inner) += 1;
                        Some((SegmentEvent::Text(text), false))
                    }
                    Err(_) => Some((SegmentEvent::Ended(EndReason::Stop), true)),
                }
            }
        }))
    }
}
