//! Keeps sessions for as long as the process runs: for tests, and for `--data :memory:`.

mod timeline;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use protocol::{CommentId, Seq, SessionId};

use self::timeline::Timeline;
use super::comments::Comment;
use super::timeline::{Chunk, Extent, Keyframe};
use super::{BLOBS_MAX, Batch, Blob, Link, Loaded, Past, Record, Shared, Spent, Store, StoreError};
use crate::secret::Hash;

/// The most sessions that are kept in memory: at a few hundred KB each, what a machine can hold.
pub const SESSIONS_MAX: usize = 10_000;

/// Keeps sessions for as long as the server runs.
#[derive(Default)]
pub struct MemoryStore {
    sessions: Mutex<HashMap<SessionId, Kept>>,
    spent: Mutex<Vec<Spent>>,
}

struct Kept {
    record: Record,
    loads: u64,
    batches: Vec<Batch>,
    links: Vec<Link>,
    unlocked: Option<Hash>,
    blobs: HashMap<Vec<u8>, Arc<[u8]>>,
    timeline: Timeline,
    comments: Vec<Comment>,
}

impl Kept {
    fn new(record: Record, loads: u64, batches: Vec<Batch>) -> Kept {
        let (links, blobs, timeline, comments) = (Vec::new(), HashMap::new(), Timeline::default(), Vec::new());
        Kept { record, loads, batches, links, unlocked: None, blobs, timeline, comments }
    }
}

impl MemoryStore {
    /// Asks a session's timeline; one that is not there is empty.
    fn timeline<T: Default>(&self, id: &SessionId, ask: impl FnOnce(&mut Timeline) -> T) -> T {
        self.lock().get_mut(id).map(|kept| ask(&mut kept.timeline)).unwrap_or_default()
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<SessionId, Kept>> {
        self.sessions.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl Store for MemoryStore {
    async fn create(&self, record: Record) -> Result<(), StoreError> {
        let mut sessions = self.lock();
        if sessions.len() >= SESSIONS_MAX {
            return Err(StoreError::Full);
        }
        let kept = Kept::new(record, 0, Vec::new());
        sessions.insert(kept.record.id.clone(), kept);
        Ok(())
    }

    async fn found(&self, record: Record, loads: u64, batch: &Batch, past: &Past) -> Result<(), StoreError> {
        let mut sessions = self.lock();
        if sessions.len() >= SESSIONS_MAX {
            return Err(StoreError::Full);
        }
        let mut kept = Kept::new(record, loads, vec![batch.clone()]);
        for chunk in &past.timeline {
            kept.timeline.append(chunk.clone());
        }
        kept.comments = past.comments.clone();
        kept.blobs = past.blobs.iter().map(|blob| (blob.hash.clone(), Arc::clone(&blob.bytes))).collect();
        if let Some(Shared { from, hashes }) = &past.shared
            && let Some(from) = sessions.get(from)
        {
            let shared = hashes.iter().filter_map(|hash| from.blobs.get_key_value(hash));
            kept.blobs.extend(shared.map(|(hash, bytes)| (hash.clone(), Arc::clone(bytes))));
        }
        sessions.insert(kept.record.id.clone(), kept);
        Ok(())
    }

    async fn find(&self, id: &SessionId) -> Result<Option<Record>, StoreError> {
        Ok(self.lock().get(id).map(|kept| kept.record.clone()))
    }

    async fn load(&self, id: &SessionId) -> Result<Option<Loaded>, StoreError> {
        Ok(self.lock().get_mut(id).map(|kept| {
            kept.loads += 1;
            Loaded {
                record: kept.record.clone(),
                unlocked: kept.unlocked,
                load: kept.loads,
                batches: kept.batches.clone(),
                timeline: kept.timeline.extent(),
            }
        }))
    }

    async fn append(&self, id: &SessionId, batch: &Batch) -> Result<(), StoreError> {
        if let Some(kept) = self.lock().get_mut(id) {
            kept.batches.retain(|known| !batch.whole && known.number != batch.number);
            let mut batch = batch.clone();
            if let Some(chunk) = batch.timeline.take() {
                kept.timeline.append(chunk);
            }
            kept.batches.push(batch);
        }
        Ok(())
    }

    async fn keep_blobs(&self, id: &SessionId, blobs: &[Blob]) -> Result<(), StoreError> {
        let mut sessions = self.lock();
        let Some(kept) = sessions.get_mut(id) else { return Ok(()) };
        let mut all = kept.blobs.clone();
        all.extend(blobs.iter().map(|blob| (blob.hash.clone(), Arc::clone(&blob.bytes))));
        if all.values().map(|bytes| bytes.len()).sum::<usize>() > BLOBS_MAX {
            return Err(StoreError::Full);
        }
        kept.blobs = all;
        Ok(())
    }

    async fn blob(&self, id: &SessionId, hash: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        Ok(self.lock().get(id).and_then(|kept| kept.blobs.get(hash).map(|bytes| bytes.to_vec())))
    }

    async fn extent(&self, id: &SessionId) -> Result<Option<Extent>, StoreError> {
        Ok(self.timeline(id, |timeline| timeline.extent()))
    }

    async fn chunks(&self, id: &SessionId, after: Option<u64>, bytes: u64) -> Result<Vec<Chunk>, StoreError> {
        Ok(self.timeline(id, |timeline| timeline.chunks(after, bytes)))
    }

    async fn chunk_before(&self, id: &SessionId, seq: Seq) -> Result<Option<u64>, StoreError> {
        Ok(self.timeline(id, |timeline| timeline.chunk_before(seq)))
    }

    async fn chunk_when(&self, id: &SessionId, ms: u64) -> Result<Option<Chunk>, StoreError> {
        Ok(self.timeline(id, |timeline| timeline.chunk_when(ms)))
    }

    async fn marks(&self, id: &SessionId, after: Option<Seq>, most: u32) -> Result<Vec<String>, StoreError> {
        Ok(self.timeline(id, |timeline| timeline.marks(after, most)))
    }

    async fn keyframe(&self, id: &SessionId, seq: Seq) -> Result<Option<Keyframe>, StoreError> {
        Ok(self.timeline(id, |timeline| timeline.keyframe(seq)))
    }

    async fn keep(&self, id: &SessionId, keyframe: &Keyframe) -> Result<(), StoreError> {
        self.timeline(id, |timeline| timeline.keep(keyframe.clone()));
        Ok(())
    }

    async fn shorten(&self, id: &SessionId, bytes: u64) -> Result<(), StoreError> {
        self.timeline(id, |timeline| timeline.shorten(bytes));
        Ok(())
    }

    async fn comments(&self, id: &SessionId) -> Result<Vec<Comment>, StoreError> {
        let mut all = self.lock().get(id).map(|kept| kept.comments.clone()).unwrap_or_default();
        all.sort_by_key(|comment| (comment.moment.seq, comment.made));
        Ok(all)
    }

    async fn pin(&self, id: &SessionId, comment: &Comment, most: u32) -> Result<bool, StoreError> {
        let mut sessions = self.lock();
        let Some(kept) = sessions.get_mut(id).filter(|kept| kept.comments.len() < most as usize) else {
            return Ok(false);
        };
        kept.comments.push(comment.clone());
        Ok(true)
    }

    async fn unpin(&self, id: &SessionId, comment: &CommentId) -> Result<bool, StoreError> {
        let mut sessions = self.lock();
        let Some(kept) = sessions.get_mut(id) else { return Ok(false) };
        let before = kept.comments.len();
        kept.comments.retain(|known| known.id != *comment);
        Ok(kept.comments.len() < before)
    }

    async fn delete(&self, id: &SessionId) -> Result<(), StoreError> {
        self.lock().remove(id);
        Ok(())
    }

    async fn unlock(&self, id: &SessionId, seal: &Hash) -> Result<(), StoreError> {
        if let Some(kept) = self.lock().get_mut(id) {
            kept.unlocked = Some(*seal);
        }
        Ok(())
    }

    async fn spent(&self) -> Result<Vec<Spent>, StoreError> {
        Ok(self.spent.lock().unwrap_or_else(PoisonError::into_inner).clone())
    }

    async fn spend(&self, spent: &[Spent]) -> Result<(), StoreError> {
        self.spent.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(spent);
        Ok(())
    }

    async fn links(&self, id: &SessionId) -> Result<Vec<Link>, StoreError> {
        Ok(self.lock().get(id).map(|kept| kept.links.clone()).unwrap_or_default())
    }

    async fn put_link(&self, id: &SessionId, link: &Link) -> Result<bool, StoreError> {
        let mut sessions = self.lock();
        let Some(kept) = sessions.get_mut(id) else { return Ok(false) };
        match kept.links.iter_mut().find(|known| known.hash == link.hash) {
            Some(known) => *known = link.clone(),
            None => kept.links.push(link.clone()),
        }
        Ok(true)
    }

    async fn drop_link(&self, id: &SessionId, hash: &Hash) -> Result<(), StoreError> {
        if let Some(kept) = self.lock().get_mut(id) {
            kept.links.retain(|link| link.hash != *hash);
        }
        Ok(())
    }

    async fn untouched(&self, _for_ms: u64) -> Result<Vec<SessionId>, StoreError> {
        Ok(Vec::new())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn one_session_past_the_limit_is_refused_and_the_others_stay() {
        let store = MemoryStore::default();
        let record = |n: usize| Record { id: SessionId(n.to_string()), owner: Hash::of("t"), lesson: None };
        for n in 0..SESSIONS_MAX {
            store.create(record(n)).await.unwrap();
        }
        assert!(matches!(store.create(record(SESSIONS_MAX)).await, Err(StoreError::Full)));
        assert!(store.find(&SessionId("0".into())).await.unwrap().is_some());
        store.delete(&SessionId("0".into())).await.unwrap();
        assert!(store.create(record(SESSIONS_MAX)).await.is_ok());
    }
}
