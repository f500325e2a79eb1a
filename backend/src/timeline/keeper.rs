//! Makes keyframes, so that looking at any moment costs about the same, and lets go of what is past the limit.
//!
//! Beside the saver, on a thread that gives way to all others: neither the session nor its saving waits for it. What it
//! makes can be made again.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use protocol::{Seq, SessionId};
use tokio_util::task::TaskTracker;

use super::reader::{self, Lane, ReadError};
use crate::store::Store;
use crate::store::timeline::{Chunk, Keyframe};

/// A keyframe comes when so many bytes followed the last one, or half as many as that one holds: what is folded to show a
/// moment, against what is kept beside the timeline.
pub const KEYFRAME_EVERY: u64 = 256 * 1024;

/// Looks after one timeline.
pub struct Keeper {
    id: SessionId,
    store: Arc<dyn Store>,
    /// The most that is kept, in bytes.
    most: u64,
    tasks: TaskTracker,
    /// When the next keyframe is due, in bytes of the timeline; nothing until something was written.
    due: Option<u64>,
    /// What came of the one before.
    made: Arc<AtomicBool>,
    next: Arc<std::sync::atomic::AtomicU64>,
}

impl Keeper {
    /// Nothing was written yet.
    pub fn new(id: SessionId, store: Arc<dyn Store>, most: u64, tasks: TaskTracker) -> Keeper {
        let (made, next) = (Arc::new(AtomicBool::new(true)), Arc::default());
        Keeper { id, store, most, tasks, due: None, made, next }
    }

    /// Whether a keyframe is being made.
    #[cfg(test)]
    pub fn is_at_work(&self) -> bool {
        !self.made.load(Ordering::Relaxed)
    }

    /// A chunk was written.
    pub fn wrote(&mut self, chunk: &Chunk) {
        let due = *self.due.get_or_insert(chunk.upto.saturating_sub(chunk.payload.len() as u64) + KEYFRAME_EVERY);
        if chunk.upto < due.max(self.next.load(Ordering::Relaxed)) || !self.made.swap(false, Ordering::Relaxed) {
            return;
        }
        self.due = Some(chunk.upto + KEYFRAME_EVERY);
        let (id, store, at) = (self.id.clone(), Arc::clone(&self.store), (chunk.number, chunk.last, chunk.upto));
        let most = self.most;
        let (made, next) = (Arc::clone(&self.made), Arc::clone(&self.next));
        self.tasks.spawn(async move {
            match make(&store, &id, at, most).await {
                Ok(size) => next.store(at.2 + size / 2, Ordering::Relaxed),
                Err(error) => tracing::warn!(%error, session = %id, "a keyframe of the timeline could not be made"),
            }
            made.store(true, Ordering::Relaxed);
        });
    }
}

/// Makes the keyframe at the end of a chunk, and answers its size in bytes.
async fn make(
    store: &Arc<dyn Store>,
    id: &SessionId,
    (number, seq, upto): (u64, Seq, u64),
    most: u64,
) -> Result<u64, ReadError> {
    let scene = reader::scene_in(Lane::Backstage, store, id, seq, Some(number)).await?;
    let keep = move || {
        let mut scene = scene;
        let (state, document) = scene.keep()?;
        let (seq, at) = scene.moment;
        Ok::<_, ReadError>(Keyframe { number, seq, at, upto, state, document })
    };
    let keyframe = Lane::Backstage.run(keep).await??;
    store.keep(id, &keyframe).await?;
    // A quarter is let go at once, so that it is not done with every write.
    if let Some(extent) = store.extent(id).await?
        && extent.upto - extent.gone > most
    {
        store.shorten(id, most / 4 * 3).await?;
    }
    Ok((keyframe.state.len() + keyframe.document.len()) as u64)
}
