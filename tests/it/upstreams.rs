//! The model crate against the stand-in, over real sockets: every family, every fault.

mod chat;
mod discover;
mod responses;

use std::time::Duration;

use futures_util::StreamExt;
use models::{FailureKind, Message, Role, SegmentEvent, SegmentRequest, SegmentStream, Timers, UpstreamFailure, Usage};

/// Timers short enough to meet in a test and long enough not to fire by chance.
fn short_timers() -> Timers {
    Timers {
        first_output: Duration::from_millis(400),
        idle: Duration::from_millis(300),
        trailer: Duration::from_millis(100),
        ..Timers::default()
    }
}

fn ask(messages: &[(Role, &str)]) -> SegmentRequest {
    SegmentRequest {
        instructions: "Be brief.".to_owned(),
        messages: messages.iter().map(|&(role, text)| Message { role, text: text.to_owned() }).collect(),
        cue: None,
    }
}

fn hello() -> SegmentRequest {
    ask(&[(Role::User, "hello")])
}

/// A segment's events, folded.
#[derive(Debug, Default)]
struct Answer {
    text: String,
    warm: Option<bool>,
    first_byte: bool,
    thought: bool,
    usage: Option<Usage>,
    end: Option<models::EndReason>,
    failure: Option<UpstreamFailure>,
}

impl Answer {
    fn take(&mut self, event: SegmentEvent) {
        assert!(self.end.is_none() && self.failure.is_none(), "{event:?} after the end");
        match event {
            SegmentEvent::Stage(models::Stage::Connected { warm }) => {
                assert!(self.warm.replace(warm).is_none() && !self.first_byte);
            }
            SegmentEvent::Stage(models::Stage::FirstByte) => {
                assert!(self.warm.is_some() && !std::mem::replace(&mut self.first_byte, true));
            }
            SegmentEvent::Thinking => self.thought = true,
            SegmentEvent::Text(text) => {
                assert!(!text.is_empty());
                self.text.push_str(&text);
            }
            SegmentEvent::Usage(usage) => self.usage = Some(usage),
            SegmentEvent::Ended(end) => self.end = Some(end),
            SegmentEvent::Failed(failure) => self.failure = Some(failure),
        }
    }

    /// Reads a segment to its end.
    async fn whole(mut stream: SegmentStream) -> Self {
        let mut answer = Self::default();
        while let Some(event) = stream.next().await {
            answer.take(event);
        }
        assert!(answer.end.is_some() != answer.failure.is_some(), "one end: {answer:?}");
        answer
    }

    /// Reads a segment until `text` has come.
    async fn until(stream: &mut SegmentStream, text: &str) -> Self {
        let mut answer = Self::default();
        while answer.text != text {
            answer.take(stream.next().await.expect("more events"));
        }
        answer
    }

    /// The sort of failure and its words for a person.
    fn failed(&self) -> (FailureKind, &str) {
        let failure = self.failure.as_ref().unwrap_or_else(|| panic!("no failure: {self:?}"));
        (failure.kind, &failure.message)
    }
}
