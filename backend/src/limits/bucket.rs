//! What may be sent at a rate, and some of it at once: a bucket that fills by itself.

use tokio::time::Instant;

/// Fills at a rate, up to its size.
#[derive(Debug)]
pub struct Bucket {
    rate: f64,
    size: f64,
    /// What was in it.
    level: f64,
    /// When that was.
    at: Instant,
}

impl Bucket {
    /// Full.
    pub fn new(per_second: u32, at_once: u32) -> Bucket {
        let (rate, size) = (f64::from(per_second), f64::from(at_once.max(1)));
        Bucket { rate, size, level: size, at: Instant::now() }
    }

    /// Takes some out, if it is there.
    pub fn take(&mut self, some: u32) -> bool {
        let now = Instant::now();
        let filled = now.duration_since(self.at).as_secs_f64() * self.rate;
        (self.level, self.at) = ((self.level + filled).min(self.size), now);
        let left = self.level - f64::from(some);
        if left < 0.0 {
            return false;
        }
        self.level = left;
        true
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::limits::{LimitsConfig, weight};

    #[tokio::test(start_paused = true)]
    async fn it_gives_its_size_at_once_and_then_its_rate() {
        let mut bucket = Bucket::new(10, 30);
        assert!((0..30).all(|_| bucket.take(1)));
        assert!(!bucket.take(1));
        tokio::time::advance(Duration::from_secs(1)).await;
        assert!((0..10).all(|_| bucket.take(1)));
        assert!(!bucket.take(1));
        tokio::time::advance(Duration::from_secs(60 * 60)).await;
        assert!(bucket.take(30));
        assert!(!bucket.take(1), "it holds no more than its size");
    }

    #[tokio::test(start_paused = true)]
    async fn what_people_do_never_empties_it() {
        let LimitsConfig { messages_per_second, messages_at_once, .. } = LimitsConfig::default();
        let mut bucket = Bucket::new(messages_per_second, messages_at_once);
        // An hour of a key held down, while a mouse reports its place a hundred times a second.
        for _ in 0..60 * 60 {
            assert!((0..130).all(|_| bucket.take(weight(200))));
            tokio::time::advance(Duration::from_secs(1)).await;
        }
        // A file as large as one may be, pasted in frames as large as they may be, and typing on.
        let frames = protocol::limits::FILE_MAX / protocol::limits::CLIENT_FRAME_MAX;
        assert!((0..frames).all(|_| bucket.take(weight(protocol::limits::CLIENT_FRAME_MAX))));
        assert!((0..100).all(|_| bucket.take(weight(100))));
    }
}
