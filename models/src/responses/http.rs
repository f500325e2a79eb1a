//! The Responses API over server-sent events, where there is no WebSocket.
//!
//! Owns the request; the call is `http::call`, the events are [`payload`](super::payload).

use reqwest::header::{ACCEPT, AUTHORIZATION, HeaderValue};
use tokio::time::timeout;

use super::Session;
use super::body::{Body, items};
use super::payload::Answer;
use crate::chat::bearer;
use crate::http::call;
use crate::request::SegmentRequest;
use crate::upstream::SegmentStream;

/// The whole conversation in one request.
pub(super) fn stream(session: &Session, request: &SegmentRequest) -> SegmentStream {
    let config = session.config();
    let body = Body {
        kind: None,
        stream_id: None,
        model: &config.model,
        instructions: &request.instructions,
        store: false,
        previous_response_id: None,
        input: items(&request.messages),
        max_output_tokens: config.max_output_tokens,
        generate: None,
        stream: Some(true),
    };
    let mut built = session.client.post(config.url());
    if let Some(bearer) = config.key.as_ref().and_then(bearer) {
        built = built.header(AUTHORIZATION, bearer);
    }
    let built = built.header(ACCEPT, HeaderValue::from_static("text/event-stream")).json(&body).build();
    let who = session.who();
    let answer = Answer::new(std::sync::Arc::clone(who), None);
    call::stream(session.client.clone(), built, answer, std::sync::Arc::clone(who), config.timers)
}

/// Opens a connection into the pool.
pub(super) async fn warm(session: &Session) {
    let config = session.config();
    let mut head = session.client.head(format!("{}/models", config.base_url.trim_end_matches('/')));
    if let Some(bearer) = config.key.as_ref().and_then(bearer) {
        head = head.header(AUTHORIZATION, bearer);
    }
    // What it answers does not matter; a failure comes out of the next segment.
    let _ = timeout(config.timers.connect, head.send()).await;
}
