//! Writes a session down, group by group. A task of its own: the session never waits for it.
//!
//! The session hands over what has changed when this task is free, so that a group is as large as the disk is slow, and
//! nothing queues: what is not handed over yet is in the session itself.

use std::sync::Arc;
use std::time::Duration;

use protocol::server::Stall;
use protocol::{Seq, SessionId};
use tokio::sync::mpsc;
use tokio_util::task::TaskTracker;

use super::state::Export;
use crate::limits::LimitsConfig;
use crate::store::timeline::Extent;
use crate::store::{Batch, Store};
use crate::timeline::keeper::Keeper;
use crate::timeline::recorder::Encoder;

/// The least time between two groups: what is lost of a crash's last moments, against hundreds of syncs a second while
/// a model streams.
const PAUSE: Duration = Duration::from_millis(10);
/// The first wait after a write that failed; it doubles up to [`RETRY_MAX`].
const RETRY_MIN: Duration = Duration::from_millis(250);
/// The longest wait: a disk that has room again is found soon.
const RETRY_MAX: Duration = Duration::from_secs(5);
/// A whole batch comes when this many followed the last one: a load folds no more.
const BATCHES_MAX: u64 = 2_000;
/// Or when they hold this much, or as much as the whole one itself: a load reads no more than twice the session.
const BYTES_MAX: usize = 1024 * 1024;
/// What came since the last whole one is at most this part of what a session may take: a change takes more than what it
/// leaves, a key the most of all, and how large a session is shows only when it is written whole.
const SLACK: usize = 8;
/// While a model writes it waits, up to this many times as much: writing all takes longer than writing a change.
const PATIENCE: usize = 4;

/// What the session hears of its writing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Report {
    /// All up to here is on disk.
    Saved(Seq),
    /// Nothing can be written at the moment.
    Stalled(Stall),
    /// The next group may come.
    Ready,
}

/// The session's end of it.
pub struct Saver {
    exports: Option<mpsc::Sender<Export>>,
    reports: mpsc::Receiver<Report>,
    is_busy: bool,
    /// Groups and their bytes since the last whole one, and the bytes of that.
    since: (u64, usize, usize),
    /// The most that the session may take.
    most: usize,
}

impl Saver {
    /// Starts writing for a session, whose next batch has this number, whose timeline goes on from there, and whose
    /// document took so many bytes when it was loaded.
    pub fn start(
        id: SessionId,
        store: Arc<dyn Store>,
        next: u64,
        timeline: Option<&Extent>,
        limits: &LimitsConfig,
        held: usize,
        tasks: &TaskTracker,
    ) -> Saver {
        // One group is on its way at most, and two things are said of it.
        let (exports, exports_rx) = mpsc::channel(1);
        let (reports_tx, reports) = mpsc::channel(2);
        let encoder = Encoder::new(timeline);
        let keeper = Keeper::new(id.clone(), Arc::clone(&store), limits.timeline_bytes, tasks.clone());
        tasks.spawn(Writer { id, store, next, encoder, keeper, exports: exports_rx, reports: reports_tx }.run());
        Saver { exports: Some(exports), reports, is_busy: false, since: (0, 0, held), most: limits.session_bytes }
    }

    /// Whether the session takes as much as it may, as far as it was handed over.
    pub fn is_full(&self) -> bool {
        let (_, bytes, whole) = self.since;
        whole + bytes >= self.most
    }

    /// Whether a group may be handed over.
    pub fn is_ready(&self) -> bool {
        !self.is_busy && self.exports.is_some()
    }

    /// Whether it is time to write all, with or without a model that writes.
    pub fn wants_whole(&self, is_running: bool) -> bool {
        let (batches, bytes, whole) = self.since;
        let patience = if is_running { PATIENCE } else { 1 };
        let enough = (BYTES_MAX.max(whole) * patience).min(self.most / SLACK);
        batches > BATCHES_MAX * patience as u64 || bytes > enough
    }

    /// Hands a group over.
    pub fn write(&mut self, export: Export) {
        let bytes = export.document.len();
        self.since = if export.whole { (0, 0, bytes) } else { (self.since.0 + 1, self.since.1 + bytes, self.since.2) };
        self.is_busy = self.exports.as_ref().is_some_and(|exports| exports.try_send(export).is_ok());
    }

    /// What is reported next.
    pub async fn report(&mut self) -> Report {
        match self.reports.recv().await {
            Some(report) => {
                self.is_busy &= report != Report::Ready;
                report
            }
            None => std::future::pending().await,
        }
    }

    /// Waits until what was handed over is written, or cannot be.
    pub async fn finish(mut self, last: Option<Export>) {
        if let (Some(exports), Some(last)) = (self.exports.take(), last) {
            while self.is_busy {
                if let Report::Stalled(_) = self.report().await {
                    break;
                }
            }
            // There is room when the writer is free; when it is stalled, the channel still holds one.
            let _ = exports.try_send(last);
        }
        while let Some(report) = self.reports.recv().await {
            if let Report::Stalled(_) = report {
                return;
            }
        }
    }
}

struct Writer {
    id: SessionId,
    store: Arc<dyn Store>,
    next: u64,
    encoder: Encoder,
    keeper: Keeper,
    exports: mpsc::Receiver<Export>,
    reports: mpsc::Sender<Report>,
}

impl Writer {
    async fn run(mut self) {
        while let Some(export) = self.exports.recv().await {
            let (seq, whole) = (export.seq, export.whole);
            let Ok(state) = serde_json::to_vec(&export.state) else {
                tracing::error!(session = %self.id, "a session cannot be written down");
                return;
            };
            let timeline = self.encoder.encode(&export.timeline);
            drop(export.timeline);
            let batch = Batch { number: self.next, seq, whole, state, document: export.document, timeline };
            self.next += 1;
            if !self.write(&batch).await {
                return;
            }
            if let Some(chunk) = &batch.timeline {
                self.keeper.wrote(chunk);
            }
            // A session that is gone hears nothing any more, and what it handed over is written all the same.
            let _ = self.reports.send(Report::Saved(seq)).await;
            if !self.exports.is_closed() {
                tokio::time::sleep(PAUSE).await;
            }
            let _ = self.reports.send(Report::Ready).await;
        }
    }

    /// Writes until it is written, or the session has gone and it cannot be.
    async fn write(&mut self, batch: &Batch) -> bool {
        let mut wait = RETRY_MIN;
        loop {
            let Err(error) = self.store.append(&self.id, batch).await else { return true };
            tracing::warn!(%error, session = %self.id, "a session cannot be saved at the moment");
            if self.reports.send(Report::Stalled(error.stall())).await.is_err() {
                return false;
            }
            tokio::time::sleep(wait).await;
            wait = (wait * 2).min(RETRY_MAX);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_is_written_whole_before_what_came_since_counts_for_much_of_its_size() {
        let saver = |bytes| Saver {
            exports: None,
            reports: mpsc::channel(1).1,
            is_busy: false,
            since: (1, bytes, 0),
            most: BYTES_MAX,
        };
        for is_running in [false, true] {
            assert!(!saver(BYTES_MAX / SLACK).wants_whole(is_running));
            assert!(saver(BYTES_MAX / SLACK + 1).wants_whole(is_running));
        }
        assert!(!saver(BYTES_MAX - 1).is_full() && saver(BYTES_MAX).is_full());
    }
}
