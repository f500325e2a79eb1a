//! What those who come in are sent of the document: encoded beside the session, so that it waits for nobody who comes.
//!
//! Owns the task and its channel. Knows the document by its news alone.

use std::time::Instant;

use document::{Document, Handout, News, Parts};
use tokio::sync::mpsc;
use tokio::sync::mpsc::error::TrySendError;
use tokio::task::JoinSet;

/// The size of a part, in bytes. One is on its way within a moment, so what overtakes does not wait; and a page takes
/// one in between two frames.
pub const PART_MAX: usize = 64 * 1024;
/// Requests that wait: as many as a crowd that comes at once. One that finds it full is let go, and comes back.
const WAITING: usize = 256;
/// A document of this weight is encoded where the task is; a larger one where nobody else waits, in bytes.
const AT_ONCE: usize = 64 * 1024;
/// News are handed over from this size on, whether or not anybody comes, in bytes.
const NEWS_MAX: usize = 1024 * 1024;

/// One who comes.
pub struct Ask {
    /// The state vector of what it has; nothing: it has nothing.
    pub known: Option<Vec<u8>>,
    /// Whether it takes the document in parts.
    pub in_parts: bool,
    /// Where the answer goes. Dropped when there is none.
    pub reply: Box<dyn FnOnce(Parts) + Send>,
}

/// What the task is asked.
struct Request {
    /// What has changed in the document since the last request.
    news: News,
    /// Who comes, if anybody.
    ask: Option<Ask>,
}

/// The session's way to the task, which ends with it.
pub struct Handouts {
    requests: mpsc::Sender<Request>,
    _task: JoinSet<()>,
}

impl Handouts {
    /// With nothing known of the document.
    pub fn new() -> Handouts {
        let (requests, receiver) = mpsc::channel(WAITING);
        let mut task = JoinSet::new();
        task.spawn(run(receiver));
        Handouts { requests, _task: task }
    }

    /// Has one who comes answered with the document as it stands now.
    pub fn hand_out(&mut self, document: &mut Document, ask: Ask) {
        self.send(document, Some(ask));
    }

    /// Hands over what has changed, if that is much.
    pub fn tell(&mut self, document: &mut Document) {
        if document.news_bytes() > NEWS_MAX {
            self.send(document, None);
        }
    }

    fn send(&mut self, document: &mut Document, ask: Option<Ask>) {
        match self.requests.try_send(Request { news: document.news(), ask }) {
            Ok(()) => {}
            // Who asked is let go with its request.
            Err(TrySendError::Full(request)) => document.put_back(request.news),
            Err(TrySendError::Closed(Request { ask, .. })) => {
                *self = Handouts::new();
                let news = document.all_news();
                // A new channel has room.
                let _ = self.requests.try_send(Request { news, ask });
            }
        }
    }
}

/// Answers requests in order, each as of the news that came with it. Ends with its channel, or by a panic of the CRDT:
/// then whoever asks next starts another, with all there is as news.
async fn run(mut requests: mpsc::Receiver<Request>) {
    let mut handout = Handout::default();
    while let Some(Request { news, ask }) = requests.recv().await {
        let is_small = handout.weight() + news.bytes() <= AT_ONCE;
        let work = move || {
            let begun = Instant::now();
            handout.take_in(&news);
            let Some(Ask { known, in_parts, reply }) = ask else { return handout };
            let most = if in_parts { PART_MAX } else { usize::MAX };
            match handout.parts(known.as_deref(), most) {
                Ok(parts) => {
                    tracing::debug!(parts = parts.len(), took = ?begun.elapsed(), "a document was handed out");
                    reply(parts);
                }
                Err(refused) => tracing::warn!(%refused, "a document could not be handed out"),
            }
            handout
        };
        handout = if is_small {
            work()
        } else {
            match tokio::task::spawn_blocking(work).await {
                Ok(handout) => handout,
                Err(error) => {
                    tracing::error!(%error, "handing a document out failed");
                    return;
                }
            }
        };
    }
}
