//! How often something happened in the last while, by key: a window that slides.

use std::collections::{HashMap, VecDeque};
use std::hash::Hash;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

/// Keys are looked through for old ones when there are this many more than after the last time.
const SWEEP_EVERY: usize = 1024;

/// Happenings by key, each up to the same number in the same while.
pub struct Window<K> {
    most: usize,
    over: Duration,
    seen: Mutex<Seen<K>>,
}

struct Seen<K> {
    times: HashMap<K, VecDeque<Instant>>,
    sweep_at: usize,
}

impl<K: Eq + Hash + Clone> Window<K> {
    /// Nothing has happened yet.
    pub fn new(most: u32, over: Duration) -> Window<K> {
        let seen = Seen { times: HashMap::new(), sweep_at: SWEEP_EVERY };
        Window { most: most as usize, over, seen: Mutex::new(seen) }
    }

    /// Notes that it happens, if it may.
    ///
    /// # Errors
    ///
    /// When it happened as often as it may: how long until it may again.
    pub fn take(&self, key: &K) -> Result<(), Duration> {
        let now = Instant::now();
        self.check_at(key, now)?;
        let mut seen = self.lock();
        seen.times.entry(key.clone()).or_default().push_back(now);
        if seen.times.len() >= seen.sweep_at {
            let over = self.over;
            seen.times.retain(|_, times| times.back().is_some_and(|last| now.duration_since(*last) < over));
            seen.sweep_at = seen.times.len() + SWEEP_EVERY;
        }
        Ok(())
    }

    /// Whether it may happen, as [`Window::take`] says.
    ///
    /// # Errors
    ///
    /// As those of [`Window::take`].
    pub fn check(&self, key: &K) -> Result<(), Duration> {
        self.check_at(key, Instant::now())
    }

    fn check_at(&self, key: &K, now: Instant) -> Result<(), Duration> {
        let mut seen = self.lock();
        let Some(times) = seen.times.get_mut(key) else {
            return if self.most == 0 { Err(self.over) } else { Ok(()) };
        };
        while times.front().is_some_and(|first| now.duration_since(*first) >= self.over) {
            times.pop_front();
        }
        match times.front() {
            Some(first) if times.len() >= self.most => Err(self.over.saturating_sub(now.duration_since(*first))),
            _ => Ok(()),
        }
    }

    fn lock(&self) -> MutexGuard<'_, Seen<K>> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: Duration = Duration::from_secs(60 * 60);
    const MINUTE: Duration = Duration::from_secs(60);

    #[tokio::test(start_paused = true)]
    async fn it_slides_and_says_how_long_to_wait() {
        let window = Window::new(3, HOUR);
        for _ in 0..3 {
            assert_eq!(window.take(&"a"), Ok(()));
            tokio::time::advance(MINUTE).await;
        }
        assert_eq!(window.take(&"a"), Err(HOUR - 3 * MINUTE));
        assert_eq!(window.check(&"b"), Ok(()), "another address is another's");
        tokio::time::advance(HOUR - 3 * MINUTE).await;
        assert_eq!(window.take(&"a"), Ok(()), "the first is an hour ago");
        assert_eq!(window.take(&"a"), Err(MINUTE), "the second is not");
        assert_eq!(Window::new(0, HOUR).take(&"a"), Err(HOUR));
    }

    #[tokio::test(start_paused = true)]
    async fn nothing_is_kept_of_who_asked_long_ago() {
        let window = Window::new(1, HOUR);
        for key in 0..SWEEP_EVERY - 1 {
            assert_eq!(window.take(&key), Ok(()));
        }
        tokio::time::advance(HOUR).await;
        assert_eq!(window.take(&usize::MAX), Ok(()));
        assert_eq!(window.lock().times.len(), 1);
    }
}
