//! The events that a decoder has read and the segment has not yet yielded.
//!
//! Owns two rules of [`SegmentEvent`]: text is never empty, and nothing follows the terminal event. Text that came
//! in one read leaves as one event.

use std::collections::VecDeque;

use crate::event::{SegmentEvent, UpstreamFailure};

/// A queue that is bounded by what one network read can hold.
#[derive(Debug, Default)]
pub(crate) struct Outbox {
    events: VecDeque<SegmentEvent>,
    /// Whether a terminal event was pushed.
    closed: bool,
    /// Whether that was a failure.
    failed: bool,
    /// Whether the model has given a sign of life: output or thinking.
    lively: bool,
}

impl Outbox {
    pub fn push(&mut self, event: SegmentEvent) {
        if self.closed {
            return;
        }
        match &event {
            SegmentEvent::Text(_) | SegmentEvent::Thinking => self.lively = true,
            SegmentEvent::Ended(_) => self.closed = true,
            SegmentEvent::Failed(_) => (self.closed, self.failed) = (true, true),
            SegmentEvent::Stage(_) | SegmentEvent::Usage(_) => {}
        }
        if event == SegmentEvent::Thinking && self.events.back() == Some(&event) {
            return;
        }
        self.events.push_back(event);
    }

    pub fn text(&mut self, text: &str) {
        if text.is_empty() || self.closed {
            return;
        }
        self.lively = true;
        if let Some(SegmentEvent::Text(last)) = self.events.back_mut() {
            last.push_str(text);
        } else {
            self.events.push_back(SegmentEvent::Text(text.to_owned()));
        }
    }

    pub fn fail(&mut self, failure: UpstreamFailure) {
        self.push(SegmentEvent::Failed(failure));
    }

    pub fn pop(&mut self) -> Option<SegmentEvent> {
        self.events.pop_front()
    }

    pub fn is_closed(&self) -> bool {
        self.closed
    }

    pub fn has_failed(&self) -> bool {
        self.failed
    }

    pub fn is_lively(&self) -> bool {
        self.lively
    }
}
