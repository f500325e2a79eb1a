//! Reads the events of a Responses answer, from either transport.
//!
//! Owns the reading, the terminal events, and the rule that nothing counts before the answer's own
//! `response.created`. Knows no transport; what can be mended by asking again it reports as a [`Remedy`].

use std::borrow::Cow;
use std::sync::Arc;

use serde::Deserialize;
use serde_json::Value;

use crate::event::{EndReason, SegmentEvent, Usage};
use crate::failure::{UpstreamError, Who};
use crate::http::call::Decoder;
use crate::http::outbox::Outbox;
use crate::http::retry;

/// The fields that are read of any event.
#[derive(Debug, Deserialize)]
struct Event<'a> {
    #[serde(rename = "type", borrow)]
    kind: Cow<'a, str>,
    #[serde(default, borrow)]
    stream_id: Option<Cow<'a, str>>,
    #[serde(default, borrow)]
    delta: Option<Cow<'a, str>>,
    #[serde(default)]
    response: Option<Response>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Response {
    id: String,
    usage: Option<ResponseUsage>,
    incomplete_details: Option<Incomplete>,
    error: Option<Value>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct ResponseUsage {
    input_tokens: u64,
    output_tokens: u64,
    input_tokens_details: Option<InputDetails>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct InputDetails {
    cached_tokens: u64,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Incomplete {
    reason: Option<String>,
}

/// What makes a refused create work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Remedy {
    /// The socket does not know the parent: send everything.
    WholeInput,
    /// The socket may not be used further: open another.
    AnotherSocket,
    /// The server does not take the lane: name none.
    NoLane,
}

/// One answer as it is read.
#[derive(Debug)]
pub(super) struct Answer {
    who: Arc<Who>,
    /// The lane that it was asked for on; events of other lanes are not its own.
    lane: Option<String>,
    /// Its id, once `response.created` has come.
    pub id: Option<String>,
    /// Its text so far.
    pub text: String,
    /// Whether it came to a terminal event of its own, after which nothing of it can follow.
    pub is_terminal: bool,
    /// Set where asking again helps; the answer has then not begun.
    pub remedy: Option<Remedy>,
}

impl Answer {
    pub fn new(who: Arc<Who>, lane: Option<String>) -> Self {
        Self { who, lane, id: None, text: String::new(), is_terminal: false, remedy: None }
    }

    fn event(&mut self, event: Event<'_>, data: &str, out: &mut Outbox) {
        if let (Some(mine), Some(its)) = (&self.lane, &event.stream_id)
            && mine != its
        {
            return;
        }
        let response = event.response.unwrap_or_default();
        match (&*event.kind, &self.id) {
            ("response.created", None) => self.id = Some(response.id),
            ("error", _) => self.error(data, out),
            // The tail of something else.
            (_, None) => {}
            ("response.completed" | "response.incomplete" | "response.failed", Some(id)) if *id != response.id => {}
            ("response.output_text.delta" | "response.refusal.delta", Some(_)) => {
                let delta = event.delta.unwrap_or_default();
                self.text.push_str(&delta);
                out.text(&delta);
            }
            ("response.completed", Some(_)) => self.end(&response, EndReason::Stop, out),
            ("response.incomplete", Some(_)) => {
                let reason = response.incomplete_details.as_ref().and_then(|details| details.reason.as_deref());
                let end = match reason {
                    Some("content_filter") => EndReason::ContentFilter,
                    Some("max_output_tokens") => EndReason::Length,
                    _ => EndReason::Stop,
                };
                self.end(&response, end, out);
            }
            ("response.failed", Some(_)) => {
                self.is_terminal = true;
                let error = UpstreamError::from_value(&response.error.unwrap_or_default());
                out.fail(self.who.failed(None, &error, None));
            }
            (kind, Some(_)) if kind.starts_with("response.reasoning") && kind.ends_with(".delta") => {
                out.push(SegmentEvent::Thinking);
            }
            _ => {}
        }
    }

    fn end(&mut self, response: &Response, end: EndReason, out: &mut Outbox) {
        self.is_terminal = true;
        if let Some(usage) = &response.usage {
            out.push(SegmentEvent::Usage(Usage {
                input: usage.input_tokens,
                cached: usage.input_tokens_details.as_ref().map_or(0, |details| details.cached_tokens),
                output: usage.output_tokens,
            }));
        }
        out.push(SegmentEvent::Ended(end));
    }

    /// Nested over a socket, flat over HTTP.
    fn error(&mut self, data: &str, out: &mut Outbox) {
        let value: Value = serde_json::from_str(data).unwrap_or_default();
        let mut error = UpstreamError::from_value(&value);
        if error.code == "error" {
            // The flat form without a code: its `type` is the event's.
            error.code.clear();
        }
        let param = value.pointer("/error/param").and_then(Value::as_str);
        let remedy = match (error.code.as_str(), param) {
            ("previous_response_not_found", _) => Some(Remedy::WholeInput),
            ("websocket_connection_limit_reached" | "websocket_stream_limit_reached", _) => Some(Remedy::AnotherSocket),
            ("invalid_stream_id", _) | (_, Some("stream_id")) => Some(Remedy::NoLane),
            _ => None,
        };
        if self.id.is_none() && remedy.is_some() {
            self.remedy = remedy;
            return;
        }
        self.is_terminal = true;
        let headers = value.get("headers");
        let retry_after = retry::after(|name| match headers?.get(name)? {
            Value::String(text) => Some(text.clone()),
            Value::Number(number) => Some(number.to_string()),
            _ => None,
        });
        out.fail(self.who.failed(None, &error, retry_after));
    }
}

impl Decoder for Answer {
    fn payload(&mut self, data: &str, out: &mut Outbox) {
        match serde_json::from_str::<Event<'_>>(data) {
            Ok(event) => self.event(event, data, out),
            // An event of a shape that nobody here needs, or the end marker that some servers add.
            Err(error) if error.is_data() || data.trim() == "[DONE]" => {}
            Err(error) => out.fail(self.who.garbled(&format!("an event is not JSON: {error}"))),
        }
    }

    fn body_ended(&mut self, _out: &mut Outbox) {}

    fn is_in_trailer(&self) -> bool {
        false
    }
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;

    fn check(payloads: &[&str], expect: Expect) {
        let who = Who { name: "OpenAI".to_owned(), model: "m".to_owned(), key_env: None, key: None };
        let mut answer = Answer::new(Arc::new(who), Some("mine".to_owned()));
        let mut out = Outbox::default();
        for payload in payloads {
            answer.payload(payload, &mut out);
        }
        let mut seen: Vec<String> = std::iter::from_fn(|| out.pop()).map(|event| format!("{event:?}")).collect();
        seen.extend(answer.remedy.map(|remedy| format!("{remedy:?}")));
        expect.assert_eq(&seen.join("\n"));
    }

    #[test]
    fn an_answer() {
        check(
            &[
                r#"{"type":"response.created","stream_id":"mine","response":{"id":"r1","output":[]}}"#,
                r#"{"type":"response.reasoning_summary_text.delta","delta":"hm"}"#,
                r#"{"type":"response.unheard_of","delta":{"an":"object"}}"#,
                r#"{"type":"response.output_text.delta","delta":"a\n"}"#,
                r#"{"type":"response.output_text.delta","delta":"é"}"#,
                r#"{"type":"response.incomplete","response":{"id":"r1","incomplete_details":{"reason":"max_output_tokens"},"usage":{"input_tokens":3,"output_tokens":2,"input_tokens_details":{"cached_tokens":1}}}}"#,
            ],
            expect![[r#"
                Thinking
                Text("a\né")
                Usage(Usage { input: 3, cached: 1, output: 2 })
                Ended(Length)"#]],
        );
    }

    #[test]
    fn a_stale_tail_is_never_read() {
        check(
            &[
                // Before this answer's own beginning, tagged or not.
                r#"{"type":"response.output_text.delta","delta":"stale"}"#,
                r#"{"type":"response.completed","response":{"id":"r0"}}"#,
                r#"{"type":"response.created","stream_id":"other","response":{"id":"r0"}}"#,
                r#"{"type":"response.created","stream_id":"mine","response":{"id":"r1"}}"#,
                // After it.
                r#"{"type":"response.output_text.delta","stream_id":"other","delta":"stale"}"#,
                r#"{"type":"response.completed","response":{"id":"r0"}}"#,
                r#"{"type":"response.output_text.delta","stream_id":"mine","delta":"fresh"}"#,
                r#"{"type":"response.completed","stream_id":"mine","response":{"id":"r1"}}"#,
            ],
            expect![[r#"
                Text("fresh")
                Ended(Stop)"#]],
        );
    }

    #[test]
    fn errors_nested_and_flat() {
        check(
            &[
                r#"{"type":"error","status":429,"error":{"code":"slow_down","message":"x"},"headers":{"retry-after":"3"}}"#,
            ],
            expect![[
                r#"Failed(UpstreamFailure { kind: RateLimited, message: "OpenAI asks to slow down (429). Try again in 3 s.", detail: "status Some(429), code \"slow_down\": x", retry_after: Some(3s) })"#
            ]],
        );
        check(
            &[r#"{"type":"error","code":"server_error","message":"x","param":null,"sequence_number":1}"#],
            expect![[
                r#"Failed(UpstreamFailure { kind: Failed, message: "OpenAI failed. It said: x", detail: "status None, code \"server_error\": x", retry_after: None })"#
            ]],
        );
        check(
            &[
                r#"{"type":"response.created","response":{"id":"r1"}}"#,
                r#"{"type":"response.failed","response":{"id":"r1","error":{"code":"rate_limit_exceeded","message":"x"}}}"#,
            ],
            expect![[
                r#"Failed(UpstreamFailure { kind: RateLimited, message: "OpenAI asks to slow down. Try again in a moment.", detail: "status None, code \"rate_limit_exceeded\": x", retry_after: None })"#
            ]],
        );
    }

    #[test]
    fn what_can_be_mended_is_no_failure() {
        check(
            &[r#"{"type":"error","status":400,"error":{"code":"previous_response_not_found","message":"x"}}"#],
            expect!["WholeInput"],
        );
        check(
            &[r#"{"type":"error","status":400,"error":{"code":"invalid_request_error","param":"stream_id"}}"#],
            expect!["NoLane"],
        );
    }
}
