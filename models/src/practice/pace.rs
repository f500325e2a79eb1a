//! Says a text token by token at a chosen speed.
//!
//! Every token has an absolute due time, so that a coarse timer or a slow reader shifts a token but never the whole:
//! what is overdue comes at once, still one event a token. Nothing runs between polls, so dropping the stream stops it.

use std::collections::VecDeque;
use std::time::Duration;

use futures_util::stream;
use tokio::time::{Instant, sleep_until};

use super::tokens;
use crate::event::{EndReason, SegmentEvent, Stage, Usage};
use crate::upstream::SegmentStream;

/// The slowest speed, in tokens a second: slower than reading, and a lesson drags.
pub const SLOWEST: u32 = 50;

/// The fastest speed, in tokens a second: about what the fastest served models reach, and what the page is built for.
pub const FASTEST: u32 = 1_200;

const NANOS_A_SECOND: u64 = 1_000_000_000;

/// The events of one segment that says `text`, having read `read` tokens; the speed is clamped to what is offered.
pub(super) fn stream(text: String, read: u64, tokens_per_second: u32) -> SegmentStream {
    Box::pin(stream::unfold(Speech::new(&text, read, tokens_per_second), Speech::next))
}

/// What is still to be said, and when.
struct Speech {
    /// Events to come; a text among them is one token.
    events: VecDeque<SegmentEvent>,
    tokens_per_second: u64,
    /// Tokens said.
    said: u64,
    /// When the stream was first polled: the due times count from here.
    began: Option<Instant>,
}

impl Speech {
    fn new(text: &str, read: u64, tokens_per_second: u32) -> Self {
        let tokens = tokens::split(text);
        let output = u64::try_from(tokens.len()).unwrap_or(u64::MAX);
        let before = [SegmentEvent::Stage(Stage::Connected { warm: true }), SegmentEvent::Stage(Stage::FirstByte)];
        let after =
            [SegmentEvent::Usage(Usage { input: read, cached: 0, output }), SegmentEvent::Ended(EndReason::Stop)];
        let events = before.into_iter().chain(tokens.into_iter().map(SegmentEvent::Text)).chain(after).collect();
        let tokens_per_second = u64::from(tokens_per_second.clamp(SLOWEST, FASTEST));
        Self { events, tokens_per_second, said: 0, began: None }
    }

    async fn next(mut self) -> Option<(SegmentEvent, Self)> {
        let began = *self.began.get_or_insert_with(Instant::now);
        let event = self.events.pop_front()?;
        if matches!(event, SegmentEvent::Text(_)) {
            let due = began + self.due();
            if due > Instant::now() {
                sleep_until(due).await;
            }
            self.said += 1;
        }
        Some((event, self))
    }

    /// When the next token is due, from the beginning.
    fn due(&self) -> Duration {
        Duration::from_nanos(self.said.saturating_mul(NANOS_A_SECOND) / self.tokens_per_second)
    }
}
