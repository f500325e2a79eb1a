//! Tokens that carry the moment of their making, for measuring latency inside one process or one machine run.
//!
//! A stamp is [`WIDTH`] characters: 12 hex digits of microseconds since [`epoch`], and a space or a line's end.

use std::sync::OnceLock;
use std::time::{Duration, Instant};

/// Stamps to a line: lines as long as those of code and prose.
const PER_LINE: usize = 8;

/// Characters (and bytes) of one stamp.
pub const WIDTH: usize = 13;

/// The process's zero of time.
pub fn epoch() -> Instant {
    static EPOCH: OnceLock<Instant> = OnceLock::new();
    *EPOCH.get_or_init(Instant::now)
}

/// A stamp of now.
pub fn now() -> String {
    format!("{:012x} ", epoch().elapsed().as_micros())
}

/// A stamp of now as the token at `at` of an answer: one ends its line now and then.
pub fn nth(at: usize) -> String {
    let mut stamp = now();
    if at % PER_LINE == PER_LINE - 1 {
        stamp.pop();
        stamp.push('\n');
    }
    stamp
}

/// The whole stamps in `text`, each as time since [`epoch`]. `text` has to begin at a stamp's beginning.
pub fn parse(text: &str) -> impl Iterator<Item = Duration> + '_ {
    text.as_bytes().chunks_exact(WIDTH).filter_map(|stamp| {
        let digits = std::str::from_utf8(stamp).ok()?.trim_end();
        u64::from_str_radix(digits, 16).ok().map(Duration::from_micros)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stamps_read_back() {
        let text = [now(), nth(PER_LINE - 1), "00".to_owned()].concat();
        let read: Vec<Duration> = parse(&text).collect();
        assert_eq!(read.len(), 2);
        assert!(read[0] <= read[1] && read[1] <= epoch().elapsed());
    }
}
