//! The seam between a session and a model API.

use std::pin::Pin;
use std::sync::Arc;

use async_trait::async_trait;
use futures_util::Stream;

use crate::event::SegmentEvent;
use crate::request::SegmentRequest;

/// The events of one segment. Dropping it ends the upstream call.
pub type SegmentStream = Pin<Box<dyn Stream<Item = SegmentEvent> + Send>>;

/// A configured model: makes one [`Upstream`] per session.
pub trait Provider: Send + Sync + 'static {
    /// The session's own connection to the model. Opens nothing yet.
    fn open(&self) -> Arc<dyn Upstream>;
}

/// One session's connection to a model.
#[async_trait]
pub trait Upstream: Send + Sync + 'static {
    /// Has the connection ready, and warms the model where the API knows how to. Safe to call at any time and
    /// as often as one likes; failures are silent here and come out of the next segment.
    async fn warm(&self, instructions: &str);

    /// Starts a segment. The work happens as the stream is polled, or in a task that ends when it is dropped.
    fn start(&self, request: SegmentRequest) -> SegmentStream;
}
