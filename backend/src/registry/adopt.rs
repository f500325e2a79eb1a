//! Making a session that goes on from what another one was: a fork, or one that came as a file.

use protocol::http::CreatedSession;
use protocol::{Epoch, LessonId, SessionId};

use super::Registry;
use crate::secret::{self, Hash};
use crate::session::state::State;
use crate::store::{Batch, Past, Record, StoreError};
use crate::timeline::scene::Scene;

/// Why it could not be made.
#[derive(Debug, thiserror::Error)]
pub enum AdoptError {
    /// What it goes on from is no session's document.
    #[error("its files cannot be read: {0}")]
    Document(#[from] document::LoadError),
    /// The store refused.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// It cannot be written down.
    #[error("it cannot be written down: {0}")]
    Record(#[from] serde_json::Error),
    /// Making it panicked.
    #[error("making it panicked")]
    Panicked(#[from] tokio::task::JoinError),
}

impl Registry {
    /// Makes a session of one's own from a scene, with the past that led to it, if it keeps that. All of it is there
    /// afterwards, or nothing.
    pub async fn adopt(
        &self,
        scene: Scene,
        lesson: Option<LessonId>,
        past: Past,
    ) -> Result<CreatedSession, AdoptError> {
        let (id, token) = (SessionId(secret::token()), secret::token());
        let lesson = lesson.filter(|id| self.offers.lesson(id).is_some());
        let record = Record { id: id.clone(), owner: Hash::of(&token), lesson: lesson.clone() };
        let (models, lesson) = (self.offers.views(false), lesson.and_then(|id| self.offers.lesson(&id)));
        // Client ids of what is there already are not given again.
        let load = scene.document.last_load() + 1;
        let limits = self.limits.told();
        let batch = tokio::task::spawn_blocking(move || {
            let state = State::adopt(Epoch(secret::token()), load, models, lesson, scene)?;
            let mut state = state.with_limits(limits);
            let export = state.export(true);
            let (seq, state, document) = (export.seq, serde_json::to_vec(&export.state)?, export.document);
            Ok::<_, AdoptError>(Batch { number: 0, seq, whole: true, state, document, timeline: None })
        });
        self.store.found(record, load, &batch.await??, &past).await?;
        Ok(CreatedSession { id, token })
    }
}
