//! Unlocking a session for models that cost, and counting what they cost.

use std::sync::Arc;
use std::time::Duration;

use crate::budget::Budgets;
use crate::session::SessionHandle;
use crate::session::command::Command;
use crate::store::StoreError;

use super::Registry;

/// How often what was used is written down: what a sudden end forgets of it.
const WRITE_EVERY: Duration = Duration::from_secs(1);

impl Registry {
    /// Unlocks a session for good, if that is the code. Whether it is; where there is none, every session is unlocked.
    pub async fn unlock(&self, session: &SessionHandle, code: &str) -> Result<bool, StoreError> {
        let Some(access) = &self.access else { return Ok(true) };
        if !access.matches(code) {
            return Ok(false);
        }
        self.store.unlock(&session.id, &access.seal(&session.id)).await?;
        tracing::info!(session = %session.id, "a session was unlocked");
        // One that has just ended is read from the store when somebody comes.
        let _ = session.inbox.send(Command::Offer(self.offers.views(true))).await;
        Ok(true)
    }

    /// From now on, writes down what is used, until the server stops.
    pub fn keep_books(self: &Arc<Self>) {
        let registry = Arc::clone(self);
        self.tasks.spawn(async move {
            let mut every = tokio::time::interval(WRITE_EVERY);
            loop {
                tokio::select! {
                    _ = every.tick() => registry.write_budgets().await,
                    () = registry.shutdown.cancelled() => return,
                }
            }
        });
    }

    /// What may be used.
    pub(super) fn budgets(&self) -> Arc<Budgets> {
        Arc::clone(&self.budgets)
    }

    pub(super) async fn write_budgets(&self) {
        if let Err(error) = self.budgets.write(&*self.store).await {
            tracing::warn!(%error, "what models cost could not be written down");
        }
    }
}
