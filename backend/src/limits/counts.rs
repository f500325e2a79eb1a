//! How many there are of something at once, by key.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Counts by key, each up to the same number.
pub struct Counts<K: Eq + Hash> {
    most: u32,
    counts: Arc<Mutex<HashMap<K, u32>>>,
}

/// One that is counted for as long as this is held.
pub struct Counted<K: Eq + Hash> {
    key: K,
    counts: Arc<Mutex<HashMap<K, u32>>>,
}

impl<K: Eq + Hash + Clone> Counts<K> {
    /// None yet.
    pub fn new(most: u32) -> Counts<K> {
        Counts { most, counts: Arc::default() }
    }

    /// One more, if there may be.
    pub fn enter(&self, key: &K) -> Option<Counted<K>> {
        let mut counts = lock(&self.counts);
        let count = counts.get(key).copied().unwrap_or(0);
        if count >= self.most {
            return None;
        }
        counts.insert(key.clone(), count + 1);
        Some(Counted { key: key.clone(), counts: Arc::clone(&self.counts) })
    }
}

impl<K: Eq + Hash> Drop for Counted<K> {
    fn drop(&mut self) {
        let mut counts = lock(&self.counts);
        // A key that nobody has any more takes no memory.
        if let Some(count) = counts.get_mut(&self.key) {
            *count -= 1;
            if *count == 0 {
                counts.remove(&self.key);
            }
        }
    }
}

fn lock<K>(counts: &Mutex<HashMap<K, u32>>) -> MutexGuard<'_, HashMap<K, u32>> {
    counts.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_key_has_its_own_number_and_what_ended_makes_room() {
        let counts = Counts::new(2);
        let (one, _two) = (counts.enter(&"a").unwrap(), counts.enter(&"a").unwrap());
        assert!(counts.enter(&"a").is_none());
        let other = counts.enter(&"b").unwrap();
        drop(one);
        assert!(counts.enter(&"a").is_some());
        drop(other);
        assert_eq!(lock(&counts.counts).len(), 1, "nothing is kept of who is gone");
    }
}
