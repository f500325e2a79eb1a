//! How many stamped tokens came to a crowd, and how late: counted as they come, nothing kept.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use crate::standin::stamp;

/// Width of a bucket.
const BUCKET: Duration = Duration::from_micros(100);
/// So many of them; what is later counts as the last.
const BUCKETS: usize = 20_000;
/// Digits of a stamp.
const DIGITS: usize = stamp::WIDTH - 1;
/// What stands before the tokens in a frame.
const TEXT: &[u8] = b"\"text\":\"";

/// Counts by lateness.
pub struct Tally {
    buckets: Vec<AtomicU64>,
}

impl Default for Tally {
    fn default() -> Tally {
        Tally { buckets: (0..BUCKETS).map(|_| AtomicU64::new(0)).collect() }
    }
}

impl Tally {
    /// Takes the stamps of a JSON frame that has some.
    pub fn take(&self, frame: &[u8]) {
        let Some(at) = frame.windows(TEXT.len()).position(|bytes| bytes == TEXT) else { return };
        let now = stamp::epoch().elapsed();
        let mut rest = frame.get(at + TEXT.len()..).unwrap_or_default();
        while let Some(made) = rest.get(..DIGITS).and_then(digits) {
            let late = now.saturating_sub(made).as_micros() / BUCKET.as_micros();
            let bucket = usize::try_from(late).unwrap_or(BUCKETS).min(BUCKETS - 1);
            if let Some(bucket) = self.buckets.get(bucket) {
                bucket.fetch_add(1, Ordering::Relaxed);
            }
            // A blank, or the escape of a line's end.
            let end = if rest.get(DIGITS) == Some(&b'\\') { 2 } else { 1 };
            rest = rest.get(DIGITS + end..).unwrap_or_default();
        }
    }

    /// How many came.
    pub fn count(&self) -> u64 {
        self.buckets.iter().map(|bucket| bucket.load(Ordering::Relaxed)).sum()
    }

    /// The lateness, in milliseconds, below which the share `q` of those that came lies.
    #[allow(clippy::cast_precision_loss, clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "counts")]
    pub fn quantile(&self, q: f64) -> f64 {
        let wanted = (self.count() as f64 * q) as u64;
        let mut seen = 0;
        let below = self.buckets.iter().position(|bucket| {
            seen += bucket.load(Ordering::Relaxed);
            seen > wanted
        });
        below.map_or(f64::NAN, |bucket| (bucket + 1) as f64 * BUCKET.as_secs_f64() * 1e3)
    }
}

fn digits(bytes: &[u8]) -> Option<Duration> {
    let mut micros: u64 = 0;
    for byte in bytes {
        micros = micros << 4 | u64::from((*byte as char).to_digit(16)?);
    }
    Some(Duration::from_micros(micros))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stamps_are_counted_through_json_and_its_escapes() {
        let tally = Tally::default();
        let text: String = (0..20).map(stamp::nth).collect();
        let frame = serde_json::json!({ "type": "turn/delta", "offset": 3, "text": text }).to_string();
        tally.take(frame.as_bytes());
        tally.take(br#"{"type":"presence","connected":3}"#);
        assert_eq!(tally.count(), 20);
        assert!(tally.quantile(0.99) < 2_000.0);
        let late = br#"{"text":"000000000000 "}"#;
        std::thread::sleep(BUCKET * 3);
        tally.take(late);
        assert!(tally.quantile(1.0 - f64::EPSILON) >= 0.3);
    }
}
