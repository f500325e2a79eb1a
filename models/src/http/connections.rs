//! Tells whether a request had to open a connection, and when it stood.
//!
//! A connector layer that marks the [`Watch`] of the request on whose behalf it runs. hyper-util calls the connector
//! while the request's own future is polled, so a task-local finds the watch; a connection that another request's
//! leftover dial completes marks nobody. Knows nothing of HTTP.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};

use tokio::sync::Notify;

tokio::task_local! {
    static WATCH: Arc<Watch>;
}

/// What one request saw of its connection.
#[derive(Debug, Default)]
pub(crate) struct Watch {
    /// The pool had nothing for this request, so it dials.
    begun: AtomicBool,
    /// Notified once when the connection that this request dialled stands.
    pub stood: Notify,
}

impl Watch {
    /// Runs `future` so that connections opened inside it are seen here.
    pub fn over<F: Future>(self: Arc<Self>, future: F) -> impl Future<Output = F::Output> {
        WATCH.scope(self, future)
    }

    /// Whether the request has had to dial.
    pub fn has_dialled(&self) -> bool {
        self.begun.load(Ordering::Relaxed)
    }
}

/// Wraps reqwest's connector.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Layer;

impl<S> tower::Layer<S> for Layer {
    type Service = Watched<S>;

    fn layer(&self, inner: S) -> Watched<S> {
        Watched { inner }
    }
}

/// reqwest's connector, watched.
#[derive(Clone, Debug)]
pub(crate) struct Watched<S> {
    inner: S,
}

impl<S, R> tower::Service<R> for Watched<S>
where
    S: tower::Service<R>,
    S::Future: Send + 'static,
{
    type Response = S::Response;
    type Error = S::Error;
    type Future = Pin<Box<dyn Future<Output = Result<S::Response, S::Error>> + Send>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: R) -> Self::Future {
        let watch = WATCH.try_with(Arc::clone).ok();
        if let Some(watch) = &watch {
            watch.begun.store(true, Ordering::Relaxed);
        }
        let dial = self.inner.call(request);
        Box::pin(async move {
            let connection = dial.await;
            if let (Ok(_), Some(watch)) = (&connection, watch) {
                watch.stood.notify_one();
            }
            connection
        })
    }
}
