//! The practice model: a scripted teacher behind the same seam as every real upstream, and it says so.
//!
//! It needs no key, no network and no weights. It plays a lesson towards a mistake that the learner has to catch,
//! and answers interrupts and steers as the lesson's branches say. Owns the lessons, what is said when, and the
//! speed of saying it; knows nothing of sessions, sockets or documents: where the script stands comes with the
//! request's [`Cue`], and every edit is planned anew from the files that the cue shows.

mod hunk;
mod lesson;
mod lessons;
mod pace;
mod script;
mod tokens;

#[cfg(test)]
mod tests;

use std::sync::Arc;

use async_trait::async_trait;

pub use lesson::{Lesson, LessonFile};
pub use pace::{FASTEST, SLOWEST};

use crate::request::{Cue, Role, SegmentRequest};
use crate::upstream::{Provider, SegmentStream, Upstream};

/// The speed of a request that brings no cue: quick, and still readable.
const UNCUED_TOKENS_PER_SECOND: u32 = 200;

/// The lessons, in the order in which they are best taken.
pub fn lessons() -> &'static [Lesson] {
    lessons::ALL
}

/// The lesson of that id.
pub fn lesson(id: &str) -> Option<&'static Lesson> {
    lessons().iter().find(|lesson| lesson.id == id)
}

/// The practice model, ready to be offered beside real ones.
#[derive(Clone, Copy, Debug, Default)]
pub struct PracticeProvider;

impl PracticeProvider {
    /// The provider; it has no configuration.
    pub fn new() -> Self {
        Self
    }
}

impl Provider for PracticeProvider {
    fn open(&self) -> Arc<dyn Upstream> {
        Arc::new(Teacher)
    }
}

/// Keeps nothing between segments: all that it has to know is in the cue.
struct Teacher;

#[async_trait]
impl Upstream for Teacher {
    async fn warm(&self, _instructions: &str) {}

    fn start(&self, request: SegmentRequest) -> SegmentStream {
        let read = tokens::read(&request);
        let cue = request.cue.unwrap_or_else(|| uncued(&request.messages));
        pace::stream(script::compose(&cue), read, cue.tokens_per_second)
    }
}

/// What can be known of a request that brings no cue.
fn uncued(messages: &[crate::request::Message]) -> Cue {
    let prompt = messages.iter().rev().find(|message| message.role == Role::User);
    Cue {
        prompt: prompt.map(|message| message.text.clone()).unwrap_or_default(),
        tokens_per_second: UNCUED_TOKENS_PER_SECOND,
        ..Cue::default()
    }
}
