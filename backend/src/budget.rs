//! Tokens of models that cost: how many a session, a day and the server have used, and how many they may.
//!
//! Counts at once and in memory; what was counted is written down by [`Budgets::write`], now and then. Knows no turn.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use protocol::SessionId;
use serde::{Deserialize, Serialize};

use crate::store::{self, Spent, Store, StoreError};

/// Milliseconds of a day.
const DAY_MS: u64 = 24 * 60 * 60 * 1000;

/// What the operator may set, as the table `[budgets]` of the configuration file. Nothing: no limit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct BudgetConfig {
    /// Tokens that one session may use, read and made.
    pub tokens_per_session: Option<u64>,
    /// Tokens that all of them may use in a day (UTC).
    pub tokens_per_day: Option<u64>,
    /// Tokens that all of them may use as long as the data folder lives.
    pub tokens_in_all: Option<u64>,
}

impl BudgetConfig {
    /// What holds where strangers may come, unless the operator says otherwise: an afternoon of one person's work in a
    /// session, thirty such a day, and an end to it all.
    pub const FOR_STRANGERS: BudgetConfig = BudgetConfig {
        tokens_per_session: Some(2_000_000),
        tokens_per_day: Some(20_000_000),
        tokens_in_all: Some(200_000_000),
    };

    /// With what is not set as there.
    #[must_use]
    pub fn or(self, other: BudgetConfig) -> BudgetConfig {
        BudgetConfig {
            tokens_per_session: self.tokens_per_session.or(other.tokens_per_session),
            tokens_per_day: self.tokens_per_day.or(other.tokens_per_day),
            tokens_in_all: self.tokens_in_all.or(other.tokens_in_all),
        }
    }
}

/// What has been used, and what may be.
pub struct Budgets {
    config: BudgetConfig,
    used: Mutex<Used>,
}

#[derive(Default)]
struct Used {
    in_all: u64,
    /// Days since the epoch, and what was used in it.
    day: (u64, u64),
    sessions: HashMap<SessionId, u64>,
    /// Counted, and not written down: by day and session.
    unwritten: HashMap<(u64, SessionId), u64>,
}

impl Budgets {
    /// Goes on from what was written down.
    pub fn new(config: BudgetConfig, spent: Vec<Spent>) -> Arc<Budgets> {
        let mut used = Used { day: (today(), 0), ..Used::default() };
        for Spent { day, session, tokens } in spent {
            used.count(day, &session, tokens);
        }
        Arc::new(Budgets { config, used: Mutex::new(used) })
    }

    /// Counts tokens of a session.
    pub fn spend(&self, session: &SessionId, tokens: u64) {
        if tokens == 0 {
            return;
        }
        let (day, mut used) = (today(), self.lock());
        used.count(day, session, tokens);
        *used.unwritten.entry((day, session.clone())).or_default() += tokens;
    }

    /// What a session has run into, in words for a person; nothing while it may go on.
    pub fn exhausted(&self, session: &SessionId) -> Option<&'static str> {
        let used = self.lock();
        let is_past = |used: u64, budget: Option<u64>| budget.is_some_and(|budget| used >= budget);
        let in_session = used.sessions.get(session).copied().unwrap_or(0);
        let in_day = if used.day.0 == today() { used.day.1 } else { 0 };
        if is_past(in_session, self.config.tokens_per_session) {
            Some("This session has used up its tokens. The practice model goes on.")
        } else if is_past(in_day, self.config.tokens_per_day) {
            Some("This server has used up its tokens for today. The practice model goes on.")
        } else if is_past(used.in_all, self.config.tokens_in_all) {
            Some("This server has used up its tokens. The practice model goes on.")
        } else {
            None
        }
    }

    /// Writes down what was counted since the last time. What cannot be written is kept for the next.
    pub async fn write(&self, store: &dyn Store) -> Result<(), StoreError> {
        let unwritten = std::mem::take(&mut self.lock().unwritten);
        let spent: Vec<Spent> =
            unwritten.into_iter().map(|((day, session), tokens)| Spent { day, session, tokens }).collect();
        if spent.is_empty() {
            return Ok(());
        }
        let written = store.spend(&spent).await;
        if written.is_err() {
            let mut used = self.lock();
            for Spent { day, session, tokens } in spent {
                *used.unwritten.entry((day, session)).or_default() += tokens;
            }
        }
        written
    }

    fn lock(&self) -> MutexGuard<'_, Used> {
        self.used.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Used {
    fn count(&mut self, day: u64, session: &SessionId, tokens: u64) {
        self.in_all += tokens;
        if day > self.day.0 {
            self.day = (day, 0);
        }
        if day == self.day.0 {
            self.day.1 += tokens;
        }
        *self.sessions.entry(session.clone()).or_default() += tokens;
    }
}

fn today() -> u64 {
    store::now() / DAY_MS
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::MemoryStore;

    fn budgets(session: u64, day: u64, in_all: u64, spent: Vec<Spent>) -> Arc<Budgets> {
        let config =
            BudgetConfig { tokens_per_session: Some(session), tokens_per_day: Some(day), tokens_in_all: Some(in_all) };
        Budgets::new(config, spent)
    }

    #[test]
    fn each_budget_ends_by_itself() {
        let (one, two): (SessionId, SessionId) = ("one".into(), "two".into());
        let all = budgets(100, 150, 1_000, Vec::new());
        all.spend(&one, 99);
        assert_eq!(all.exhausted(&one), None);
        all.spend(&one, 1);
        assert!(all.exhausted(&one).is_some_and(|why| why.contains("session")));
        assert_eq!(all.exhausted(&two), None);
        all.spend(&two, 50);
        assert!(all.exhausted(&two).is_some_and(|why| why.contains("today")));
        let past = Spent { day: today() - 1, session: one.clone(), tokens: 999 };
        let all = budgets(10_000, 150, 1_000, vec![past]);
        assert_eq!(all.exhausted(&two), None, "yesterday is yesterday's");
        all.spend(&two, 1);
        assert!(all.exhausted(&two).is_some());
        assert_eq!(Budgets::new(BudgetConfig::default(), Vec::new()).exhausted(&one), None);
    }

    #[tokio::test]
    async fn what_was_counted_is_there_after_a_restart_once() {
        let (store, session): (MemoryStore, SessionId) = (MemoryStore::default(), "one".into());
        let all = budgets(100, 1_000, 1_000, Vec::new());
        all.spend(&session, 60);
        all.write(&store).await.unwrap();
        all.spend(&session, 39);
        all.write(&store).await.unwrap();
        all.write(&store).await.unwrap();
        let again = budgets(100, 1_000, 1_000, store.spent().await.unwrap());
        assert_eq!(again.exhausted(&session), None);
        again.spend(&session, 1);
        assert!(again.exhausted(&session).is_some());
    }

    #[test]
    fn what_is_set_wins_over_what_holds_for_strangers() {
        let set = BudgetConfig { tokens_per_day: Some(1), ..BudgetConfig::default() };
        let or = set.or(BudgetConfig::FOR_STRANGERS);
        assert_eq!(or.tokens_per_day, Some(1));
        assert_eq!(or.tokens_per_session, BudgetConfig::FOR_STRANGERS.tokens_per_session);
    }
}
