//! Keeps sessions for as long as the process runs: for tests, and for `--data :memory:`.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use protocol::SessionId;

use super::{BLOBS_MAX, Batch, Blob, Link, Loaded, Record, Spent, Store, StoreError};
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
}

impl MemoryStore {
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
        let (batches, links, blobs) = (Vec::new(), Vec::new(), HashMap::new());
        sessions.insert(record.id.clone(), Kept { record, loads: 0, batches, links, unlocked: None, blobs });
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
            }
        }))
    }

    async fn append(&self, id: &SessionId, batch: &Batch) -> Result<(), StoreError> {
        if let Some(kept) = self.lock().get_mut(id) {
            kept.batches.retain(|known| !batch.whole && known.number != batch.number);
            kept.batches.push(batch.clone());
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
