//! Which sessions are live: id -> handle, each loaded once.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use protocol::http::CreatedSession;
use protocol::{Epoch, LessonId, SessionId};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::offers::Offers;
use crate::secret::{self, Hash};
use crate::session::state::State;
use crate::session::{self, SessionHandle};
use crate::store::{Record, Store, StoreError};

/// All live sessions of this server.
pub struct Registry {
    live: Mutex<HashMap<SessionId, SessionHandle>>,
    store: Arc<dyn Store>,
    offers: Arc<Offers>,
    /// Every session's task, so that a drain can wait for them.
    tasks: TaskTracker,
    /// Tells all sessions to drain.
    shutdown: CancellationToken,
    /// Counts loads: the document's backend ids must never come twice.
    loads: AtomicU64,
}

/// Why a session could not be made.
#[derive(Debug, thiserror::Error)]
pub enum CreateError {
    /// There is no such lesson.
    #[error("there is no lesson {0}")]
    NoSuchLesson(LessonId),
    /// The store refused.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Registry {
    /// No sessions yet.
    pub fn new(store: Arc<dyn Store>, offers: Arc<Offers>, shutdown: CancellationToken) -> Registry {
        Registry {
            live: Mutex::default(),
            store,
            offers,
            tasks: TaskTracker::new(),
            shutdown,
            loads: AtomicU64::new(1),
        }
    }

    /// Makes a session, with a lesson's files if one is named.
    pub async fn create(&self, lesson: Option<LessonId>) -> Result<CreatedSession, CreateError> {
        if let Some(id) = lesson.as_ref().filter(|id| self.offers.lesson(id).is_none()) {
            return Err(CreateError::NoSuchLesson(id.clone()));
        }
        let (id, token) = (SessionId(secret::token()), secret::token());
        let record = Record { id: id.clone(), owner: Hash::of(&token), lesson };
        self.store.create(record.clone()).await?;
        self.open(record);
        Ok(CreatedSession { id, token })
    }

    /// A session, loaded if it is not live.
    pub async fn get(&self, id: &SessionId) -> Result<Option<SessionHandle>, StoreError> {
        if let Some(handle) = self.find(id) {
            return Ok(Some(handle));
        }
        Ok(self.store.load(id).await?.map(|record| self.open(record)))
    }

    /// Waits until every session has ended.
    pub async fn drained(&self) {
        self.tasks.close();
        self.tasks.wait().await;
    }

    fn find(&self, id: &SessionId) -> Option<SessionHandle> {
        self.lock().get(id).filter(|h| !h.ended.is_cancelled()).cloned()
    }

    /// Starts a session's actor, unless somebody was faster.
    fn open(&self, record: Record) -> SessionHandle {
        let mut live = self.lock();
        live.retain(|_, handle| !handle.ended.is_cancelled());
        if let Some(handle) = live.get(&record.id) {
            return handle.clone();
        }
        let load = self.loads.fetch_add(1, Ordering::Relaxed);
        let lesson = record.lesson.as_ref().and_then(|id| self.offers.lesson(id));
        let state =
            State::new(Epoch(secret::token()), load, self.offers.views(), lesson).with_terms(self.offers.terms());
        let models = Arc::clone(&self.offers);
        let handle = session::spawn(record.id.clone(), record.owner, state, models, &self.tasks, self.shutdown.clone());
        live.insert(record.id.clone(), handle.clone());
        self.forget_when_ended(record.id, handle.ended.clone());
        handle
    }

    /// Documents are not kept beyond memory: a session that left it is gone, and must not come back empty.
    fn forget_when_ended(&self, id: SessionId, ended: CancellationToken) {
        let store = Arc::clone(&self.store);
        self.tasks.spawn(async move {
            ended.cancelled().await;
            if let Err(error) = store.delete(&id).await {
                tracing::error!(%error, session = %id, "a session that ended could not be forgotten");
            }
        });
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<SessionId, SessionHandle>> {
        self.live.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
