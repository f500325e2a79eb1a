//! Which sessions are live: id -> handle, each loaded once.

mod access;
mod adopt;
pub mod blobs;
mod links;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use protocol::http::CreatedSession;
use protocol::{Epoch, LessonId, SessionId};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::access::AccessCode;
use crate::budget::Budgets;
use crate::limits::LimitsConfig;
use crate::offers::Offers;
use crate::secret::{self, Hash};
use crate::session::door::Door;
use crate::session::persist::Saver;
use crate::session::state::{self, RestoreError, State};
use crate::session::{self, SessionHandle};
use crate::store::{Link, Loaded, Record, Store, StoreError};
use crate::timeline::recorder::Recorder;

pub use self::adopt::AdoptError;
pub use self::links::LinkError;

/// How often sessions past their retention are looked for: it counts in days.
const SWEEP_EVERY: Duration = Duration::from_secs(60 * 60);
/// Milliseconds of a day.
const DAY_MS: u64 = 24 * 60 * 60 * 1000;

/// All live sessions of this server.
pub struct Registry {
    live: Mutex<HashMap<SessionId, SessionHandle>>,
    /// Held while a session is loaded: two loads of one session would be two sessions.
    loading: tokio::sync::Mutex<()>,
    /// Held while links are read for a load, and while one is changed: no load may miss a change.
    linking: tokio::sync::Mutex<()>,
    store: Arc<dyn Store>,
    offers: Arc<Offers>,
    /// What unlocks sessions for models that cost.
    access: Option<AccessCode>,
    /// What those may cost.
    budgets: Arc<Budgets>,
    /// What one of them may hold.
    limits: LimitsConfig,
    /// Every session's task, so that a drain can wait for them.
    tasks: TaskTracker,
    /// Tells all sessions to drain.
    shutdown: CancellationToken,
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

/// Why a session could not be loaded.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// The store did not answer.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// What it holds cannot be read.
    #[error(transparent)]
    Restore(#[from] RestoreError),
    /// A record of it is not one.
    #[error("the session is damaged: {0}")]
    Record(#[from] serde_json::Error),
    /// Reading it panicked.
    #[error("reading the session panicked")]
    Panicked(#[from] tokio::task::JoinError),
}

impl Registry {
    /// No sessions yet.
    pub fn new(
        store: Arc<dyn Store>,
        offers: Arc<Offers>,
        access: Option<AccessCode>,
        budgets: Arc<Budgets>,
        limits: LimitsConfig,
        shutdown: CancellationToken,
    ) -> Registry {
        let (live, loading, linking) = (Mutex::default(), Default::default(), Default::default());
        Registry { live, loading, linking, store, offers, access, budgets, limits, tasks: TaskTracker::new(), shutdown }
    }

    /// Makes a session, with a lesson's files if one is named.
    pub async fn create(&self, lesson: Option<LessonId>) -> Result<CreatedSession, CreateError> {
        if let Some(id) = lesson.as_ref().filter(|id| self.offers.lesson(id).is_none()) {
            return Err(CreateError::NoSuchLesson(id.clone()));
        }
        let (id, token) = (SessionId(secret::token()), secret::token());
        let record = Record { id: id.clone(), owner: Hash::of(&token), lesson };
        self.store.create(record).await?;
        // The first load: its files are written down as any change is.
        if let Some(loaded) = self.store.load(&id).await? {
            let lesson = loaded.record.lesson.as_ref().and_then(|id| self.offers.lesson(id));
            let models = self.offers.views(false);
            let state = State::new(Epoch(secret::token()), loaded.load, models, lesson);
            self.open(&loaded, Vec::new(), state);
        }
        Ok(CreatedSession { id, token })
    }

    /// A session, loaded if it is not live.
    pub async fn get(&self, id: &SessionId) -> Result<Option<SessionHandle>, LoadError> {
        if let Some(handle) = self.find(id) {
            return Ok(Some(handle));
        }
        let _one_at_a_time = self.loading.lock().await;
        if let Some(handle) = self.find(id) {
            return Ok(Some(handle));
        }
        // One that is just being written for the last time is loaded when that is done.
        let ending = self.lock().get(id).cloned();
        if let Some(ending) = ending {
            ending.ended.cancelled().await;
        }
        let Some(loaded) = self.store.load(id).await? else { return Ok(None) };
        let lesson = loaded.record.lesson.as_ref().and_then(|id| self.offers.lesson(id));
        let is_unlocked = match (&self.access, &loaded.unlocked) {
            (Some(access), Some(seal)) => access.seal(id).is(seal),
            _ => false,
        };
        let models = self.offers.views(is_unlocked);
        // Reading a large one takes a while, which the sockets of others must not wait for.
        let (loaded, state) = tokio::task::spawn_blocking(move || {
            if loaded.batches.is_empty() {
                let state = State::new(Epoch(secret::token()), loaded.load, models, lesson);
                return Ok((loaded, state));
            }
            let records = loaded.batches.iter().map(|batch| serde_json::from_slice(&batch.state));
            let records = records.collect::<Result<Vec<state::Record>, _>>()?;
            let documents = loaded.batches.iter().map(|batch| batch.document.as_slice());
            let state = State::restore(Epoch(secret::token()), loaded.load, models, lesson, records, documents)?;
            Ok::<_, LoadError>((loaded, state))
        })
        .await??;
        let _no_change_is_missed = self.linking.lock().await;
        let links = self.store.links(id).await?;
        Ok(Some(self.open(&loaded, links, state)))
    }

    /// Where timelines are read.
    pub fn store(&self) -> &Arc<dyn Store> {
        &self.store
    }

    /// From now on, deletes sessions that nobody has changed for so many days and nobody is in.
    pub fn sweep(self: &Arc<Self>, days: u32) {
        let registry = Arc::clone(self);
        self.tasks.spawn(async move {
            let mut every = tokio::time::interval(SWEEP_EVERY);
            loop {
                tokio::select! {
                    _ = every.tick() => {}
                    () = registry.shutdown.cancelled() => return,
                }
                if let Err(error) = registry.sweep_once(u64::from(days) * DAY_MS).await {
                    tracing::warn!(%error, "old sessions could not be deleted");
                }
            }
        });
    }

    /// Waits until every session has ended.
    pub async fn drained(&self) {
        self.tasks.close();
        self.tasks.wait().await;
        self.write_budgets().await;
    }

    async fn sweep_once(&self, for_ms: u64) -> Result<(), StoreError> {
        for id in self.store.untouched(for_ms).await? {
            if self.find(&id).is_none() {
                tracing::info!(session = %id, "a session past its retention is deleted");
                self.forget(&id).await?;
            }
        }
        Ok(())
    }

    /// Deletes a session for good: nothing of it is there afterwards, on disk or in memory.
    pub async fn forget(&self, id: &SessionId) -> Result<(), StoreError> {
        let _not_meanwhile = self.loading.lock().await;
        let live = self.lock().remove(id);
        if let Some(live) = live {
            live.deleted.cancel();
            live.ended.cancelled().await;
        }
        self.store.delete(id).await
    }

    fn find(&self, id: &SessionId) -> Option<SessionHandle> {
        self.lock().get(id).filter(|h| !h.inbox.is_closed()).cloned()
    }

    /// Starts a session's actor.
    fn open(&self, loaded: &Loaded, links: Vec<Link>, state: State) -> SessionHandle {
        let id = loaded.record.id.clone();
        let next = loaded.batches.last().map_or(0, |batch| batch.number + 1);
        let timeline = loaded.timeline.as_ref();
        let held = loaded.batches.iter().map(|batch| batch.document.len()).sum();
        let saver = Saver::start(id.clone(), Arc::clone(&self.store), next, timeline, &self.limits, held, &self.tasks);
        let recorder = Recorder::new(timeline);
        let state = state.with_terms(self.offers.terms()).with_limits(self.limits.told());
        let models = Arc::clone(&self.offers);
        let door = Arc::new(Door::new(loaded.record.owner, links));
        let (saver, budgets) = ((saver, recorder), self.budgets());
        let handle =
            session::spawn(id.clone(), door, state, (models, budgets), saver, &self.tasks, self.shutdown.clone());
        let mut live = self.lock();
        live.retain(|_, handle| !handle.ended.is_cancelled());
        live.insert(id, handle.clone());
        handle
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<SessionId, SessionHandle>> {
        self.live.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
