//! One streaming call: a request goes out, server-sent events come back, and a [`Decoder`] reads them.
//!
//! Owns the stages, the timers, the failure of each step and the end of the body. Everything lives in the stream
//! itself: no task is spawned, so dropping the stream drops the connection or the HTTP/2 stream at once, in the
//! same task, and the upstream sees it. Knows no API.

use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use futures_util::stream;
use tokio::time::{Instant, timeout, timeout_at};

use super::connections::Watch;
use super::outbox::Outbox;
use super::retry;
use crate::event::{SegmentEvent, Stage};
use crate::failure::Who;
use crate::sse::Splitter;
use crate::timers::Timers;
use crate::upstream::SegmentStream;

/// The most of an error answer that is read: an error object is small, an error page need not be whole.
const MAX_ERROR_BODY: usize = 16 * 1024;

/// Reads the payloads of one family.
pub(crate) trait Decoder: Send + 'static {
    /// The data of one event.
    fn payload(&mut self, data: &str, out: &mut Outbox);

    /// The body ended. Pushes the terminal event if the payloads have said enough for it.
    fn body_ended(&mut self, out: &mut Outbox);

    /// Whether all the text has come and only the end marker is missing.
    fn is_in_trailer(&self) -> bool;
}

/// Starts the call when first polled.
pub(crate) fn stream<D: Decoder>(
    client: reqwest::Client,
    request: Result<reqwest::Request, reqwest::Error>,
    decoder: D,
    who: Arc<Who>,
    timers: Timers,
) -> SegmentStream {
    let phase = match request {
        Ok(request) => Phase::Ready(client, Box::new(request)),
        Err(error) => Phase::Unsendable(error),
    };
    let call = Call { phase, decoder, who, timers, splitter: Splitter::default(), out: Outbox::default() };
    Box::pin(stream::unfold(call, |mut call| async { call.next().await.map(|event| (event, call)) }))
}

type Sending = Pin<Box<dyn Future<Output = reqwest::Result<reqwest::Response>> + Send>>;

enum Phase {
    Ready(reqwest::Client, Box<reqwest::Request>),
    Unsendable(reqwest::Error),
    Sending { send: Sending, watch: Arc<Watch>, connected: bool, deadline: Instant },
    Reading { response: reqwest::Response, deadline: Instant, patience: Duration },
    Over,
}

struct Call<D> {
    phase: Phase,
    decoder: D,
    who: Arc<Who>,
    timers: Timers,
    splitter: Splitter,
    out: Outbox,
}

impl<D: Decoder> Call<D> {
    async fn next(&mut self) -> Option<SegmentEvent> {
        loop {
            if let Some(event) = self.out.pop() {
                return Some(event);
            }
            if self.out.is_closed() {
                return None;
            }
            self.phase = match std::mem::replace(&mut self.phase, Phase::Over) {
                Phase::Ready(client, request) => self.send(client, *request).await,
                Phase::Unsendable(error) => {
                    self.out.fail(self.who.unreachable(&describe(&error)));
                    Phase::Over
                }
                Phase::Sending { send, watch, connected, deadline } => {
                    self.await_answer(send, watch, connected, deadline).await
                }
                Phase::Reading { response, deadline, patience } => self.read(response, deadline, patience).await,
                Phase::Over => {
                    self.out.fail(self.who.truncated("the call was over without a terminal event"));
                    Phase::Over
                }
            };
        }
    }

    /// Polls the request once: by then the pool has answered, or the connector was called.
    async fn send(&mut self, client: reqwest::Client, request: reqwest::Request) -> Phase {
        let watch = Arc::new(Watch::default());
        let deadline = Instant::now() + self.timers.first_output;
        let mut send: Sending = Box::pin(Arc::clone(&watch).over(async move { client.execute(request).await }));
        let early = poll_fn(|cx| {
            Poll::Ready(match send.as_mut().poll(cx) {
                Poll::Ready(answer) => Some(answer),
                Poll::Pending => None,
            })
        })
        .await;
        let connected = !watch.has_dialled();
        if connected {
            self.out.push(SegmentEvent::Stage(Stage::Connected { warm: true }));
        }
        match early {
            Some(answer) => self.answered(answer, connected).await,
            None => Phase::Sending { send, watch, connected, deadline },
        }
    }

    async fn await_answer(
        &mut self,
        mut send: Sending,
        watch: Arc<Watch>,
        connected: bool,
        deadline: Instant,
    ) -> Phase {
        enum Event {
            Stood,
            Answered(reqwest::Result<reqwest::Response>),
            Late,
        }
        let event = tokio::select! {
            biased;
            () = watch.stood.notified(), if !connected => Event::Stood,
            answer = &mut send => Event::Answered(answer),
            () = tokio::time::sleep_until(deadline) => Event::Late,
        };
        match event {
            Event::Stood => {
                self.out.push(SegmentEvent::Stage(Stage::Connected { warm: false }));
                Phase::Sending { send, watch, connected: true, deadline }
            }
            Event::Answered(answer) => self.answered(answer, connected).await,
            Event::Late => {
                self.out.fail(self.who.stalled(self.timers.first_output));
                Phase::Over
            }
        }
    }

    async fn answered(&mut self, answer: reqwest::Result<reqwest::Response>, connected: bool) -> Phase {
        let response = match answer {
            Ok(response) => response,
            Err(error) => {
                self.out.fail(if error.is_connect() || !connected {
                    self.who.unreachable(&describe(&error))
                } else {
                    self.who.truncated(&describe(&error))
                });
                return Phase::Over;
            }
        };
        if !connected {
            // The dial lost the race against a connection that another request gave back.
            self.out.push(SegmentEvent::Stage(Stage::Connected { warm: false }));
        }
        self.out.push(SegmentEvent::Stage(Stage::FirstByte));
        let status = response.status();
        if !status.is_success() {
            let retry_after = retry::after_headers(response.headers());
            let body = read_error(response, self.timers.trailer).await;
            self.out.fail(self.who.refused(status.as_u16(), &body, retry_after));
            return Phase::Over;
        }
        let patience = self.timers.first_output;
        Phase::Reading { response, deadline: Instant::now() + patience, patience }
    }

    async fn read(&mut self, mut response: reqwest::Response, mut deadline: Instant, mut patience: Duration) -> Phase {
        let chunk = match timeout_at(deadline, response.chunk()).await {
            Err(_) => {
                self.decoder_ends_or(|who| who.stalled(patience));
                return Phase::Over;
            }
            Ok(Err(error)) => {
                let detail = describe(&error);
                self.decoder_ends_or(|who| who.truncated(&detail));
                return Phase::Over;
            }
            Ok(Ok(None)) => {
                let Self { splitter, decoder, out, .. } = self;
                splitter.finish(|data| decoder.payload(data, out));
                self.decoder_ends_or(|who| who.truncated("the body ended without an end marker"));
                return Phase::Over;
            }
            Ok(Ok(Some(chunk))) => chunk,
        };
        let Self { splitter, decoder, out, .. } = self;
        let mut payloads = 0_u32;
        let split = splitter.push(&chunk, |data| {
            payloads += 1;
            decoder.payload(data, out);
        });
        if let Err(error) = split {
            self.out.fail(self.who.garbled(&error.to_string()));
        }
        if self.out.is_closed() {
            drain(response, self.timers.drain).await;
            return Phase::Over;
        }
        // Comments re-arm nothing: an upstream that only pings has hung.
        if payloads > 0 {
            patience = if self.decoder.is_in_trailer() {
                self.timers.trailer
            } else if self.out.is_lively() {
                self.timers.idle
            } else {
                self.timers.first_output
            };
            deadline = Instant::now() + patience;
        }
        Phase::Reading { response, deadline, patience }
    }

    fn decoder_ends_or(&mut self, otherwise: impl FnOnce(&Who) -> crate::event::UpstreamFailure) {
        self.decoder.body_ended(&mut self.out);
        if !self.out.is_closed() {
            self.out.fail(otherwise(&self.who));
        }
    }
}

/// Reads what is left of a body that has said all, so that its connection goes back to the pool. Gives up soon:
/// a server that keeps the body open costs a new connection, not time.
async fn drain(mut response: reqwest::Response, limit: Duration) {
    let rest = async { while let Ok(Some(_)) = response.chunk().await {} };
    if timeout(limit, rest).await.is_ok() {
        // hyper hands the connection back in a task of its own; it runs before whoever asks next.
        tokio::task::yield_now().await;
    }
}

async fn read_error(mut response: reqwest::Response, limit: Duration) -> String {
    let mut body = Vec::new();
    let read = async {
        while let Ok(Some(chunk)) = response.chunk().await {
            body.extend_from_slice(&chunk);
            if body.len() > MAX_ERROR_BODY {
                break;
            }
        }
    };
    // What came in time is enough for a message.
    let _ = timeout(limit, read).await;
    body.truncate(MAX_ERROR_BODY);
    String::from_utf8_lossy(&body).into_owned()
}

/// An error with its causes and without its URL, which may hold a key.
fn describe(error: &reqwest::Error) -> String {
    let mut text = String::new();
    let mut cause: Option<&dyn std::error::Error> = std::error::Error::source(error);
    while let Some(error) = cause {
        if !text.is_empty() {
            text.push_str(": ");
        }
        text.push_str(&error.to_string());
        cause = error.source();
    }
    if text.is_empty() { "the request could not be made".to_owned() } else { text }
}
