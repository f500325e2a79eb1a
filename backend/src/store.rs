//! Where sessions are kept between loads: the seam for databases.
//!
//! A load error is an error, never an empty session.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use async_trait::async_trait;
use protocol::{LessonId, SessionId};

use crate::secret::Hash;

/// The most sessions that are kept in memory: at a few hundred KB each, what a machine can hold.
pub const SESSIONS_MAX: usize = 10_000;

/// What is kept of a session.
#[derive(Clone, Debug)]
pub struct Record {
    /// Its id.
    pub id: SessionId,
    /// The owner's token.
    pub owner: Hash,
    /// The lesson that it began with.
    pub lesson: Option<LessonId>,
}

/// Why the store did not answer.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// It holds as many as it can.
    #[error("the server holds as many sessions as it can")]
    Full,
}

/// A database of sessions.
#[async_trait]
pub trait Store: Send + Sync + 'static {
    /// Keeps a new session.
    async fn create(&self, record: Record) -> Result<(), StoreError>;
    /// A session, if there is one.
    async fn load(&self, id: &SessionId) -> Result<Option<Record>, StoreError>;
    /// Forgets a session.
    async fn delete(&self, id: &SessionId) -> Result<(), StoreError>;
}

/// Keeps sessions for as long as the server runs.
#[derive(Default)]
pub struct MemoryStore {
    records: Mutex<HashMap<SessionId, Record>>,
}

#[async_trait]
impl Store for MemoryStore {
    async fn create(&self, record: Record) -> Result<(), StoreError> {
        let mut records = self.records.lock().unwrap_or_else(PoisonError::into_inner);
        if records.len() >= SESSIONS_MAX {
            return Err(StoreError::Full);
        }
        records.insert(record.id.clone(), record);
        Ok(())
    }

    async fn load(&self, id: &SessionId) -> Result<Option<Record>, StoreError> {
        Ok(self.records.lock().unwrap_or_else(PoisonError::into_inner).get(id).cloned())
    }

    async fn delete(&self, id: &SessionId) -> Result<(), StoreError> {
        self.records.lock().unwrap_or_else(PoisonError::into_inner).remove(id);
        Ok(())
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
        assert!(store.load(&SessionId("0".into())).await.unwrap().is_some());
        store.delete(&SessionId("0".into())).await.unwrap();
        assert!(store.create(record(SESSIONS_MAX)).await.is_ok());
    }
}
