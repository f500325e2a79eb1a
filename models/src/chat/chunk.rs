//! Reads the chunks of a Chat Completions stream, whichever server wrote them.
//!
//! Owns the reading: unknown keys, missing roles, null contents and empty choices are all right; both names of
//! reasoning count as thinking; the end marker is optional once a finish reason came. Knows no transport.

use std::borrow::Cow;
use std::sync::Arc;

use serde::Deserialize;
use serde_json::Value;

use crate::event::{EndReason, SegmentEvent, Usage};
use crate::failure::{UpstreamError, Who};
use crate::http::call::Decoder;
use crate::http::outbox::Outbox;

/// The payload that ends a stream.
const DONE: &str = "[DONE]";

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Chunk<'a> {
    #[serde(borrow)]
    choices: Option<Vec<Choice<'a>>>,
    usage: Option<ChunkUsage>,
    /// Groq's older place for the usage.
    x_groq: Option<Groq>,
    error: Option<Value>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Choice<'a> {
    #[serde(borrow)]
    delta: Option<Delta<'a>>,
    #[serde(borrow)]
    finish_reason: Option<Cow<'a, str>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Delta<'a> {
    #[serde(borrow)]
    content: Option<Cow<'a, str>>,
    #[serde(borrow)]
    refusal: Option<Cow<'a, str>>,
    #[serde(borrow)]
    reasoning: Option<Cow<'a, str>>,
    #[serde(borrow)]
    reasoning_content: Option<Cow<'a, str>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Groq {
    usage: Option<ChunkUsage>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct ChunkUsage {
    prompt_tokens: Option<u64>,
    completion_tokens: Option<u64>,
    prompt_tokens_details: Option<PromptDetails>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct PromptDetails {
    cached_tokens: Option<u64>,
}

/// The state of one stream.
#[derive(Debug)]
pub(super) struct Chunks {
    who: Arc<Who>,
    /// Set by the finish reason.
    end: Option<EndReason>,
    /// The last usage seen: some servers repeat it as it grows.
    usage: Option<Usage>,
}

impl Chunks {
    pub fn new(who: Arc<Who>) -> Self {
        Self { who, end: None, usage: None }
    }

    fn end(&mut self, end: EndReason, out: &mut Outbox) {
        if let Some(usage) = self.usage.take() {
            out.push(SegmentEvent::Usage(usage));
        }
        out.push(SegmentEvent::Ended(end));
    }
}

impl Decoder for Chunks {
    fn payload(&mut self, data: &str, out: &mut Outbox) {
        if data.trim() == DONE {
            match self.end {
                Some(end) => self.end(end, out),
                None => out.fail(self.who.truncated("[DONE] without a finish reason")),
            }
            return;
        }
        if data.is_empty() {
            return;
        }
        let chunk: Chunk<'_> = match serde_json::from_str(data) {
            Ok(chunk) => chunk,
            Err(error) => {
                out.fail(self.who.garbled(&format!("a chunk is not JSON: {error}")));
                return;
            }
        };
        if chunk.error.is_some() {
            let value = serde_json::from_str(data).unwrap_or(Value::Null);
            out.fail(self.who.failed(None, &UpstreamError::from_value(&value), None));
            return;
        }
        for choice in chunk.choices.unwrap_or_default() {
            self.choice(choice, out);
        }
        if let Some(usage) = chunk.usage.or_else(|| chunk.x_groq.and_then(|groq| groq.usage)) {
            self.usage = Some(Usage {
                input: usage.prompt_tokens.unwrap_or_default(),
                cached: usage.prompt_tokens_details.and_then(|d| d.cached_tokens).unwrap_or_default(),
                output: usage.completion_tokens.unwrap_or_default(),
            });
        }
    }

    fn body_ended(&mut self, out: &mut Outbox) {
        if let Some(end) = self.end {
            self.end(end, out);
        }
    }

    fn is_in_trailer(&self) -> bool {
        self.end.is_some()
    }
}

impl Chunks {
    fn choice(&mut self, choice: Choice<'_>, out: &mut Outbox) {
        let delta = choice.delta.unwrap_or_default();
        let thinks = |thought: Option<Cow<'_, str>>| thought.is_some_and(|thought| !thought.is_empty());
        if thinks(delta.reasoning) || thinks(delta.reasoning_content) {
            out.push(SegmentEvent::Thinking);
        }
        // A refusal is the model's answer in words; a person should read it.
        for text in [delta.content, delta.refusal].into_iter().flatten() {
            out.text(&text);
        }
        match choice.finish_reason.as_deref() {
            None | Some("") => {}
            Some("length") => self.end = Some(EndReason::Length),
            Some("content_filter") => self.end = Some(EndReason::ContentFilter),
            Some("error") => out.fail(self.who.failed(None, &UpstreamError::default(), None)),
            Some(_) => self.end = Some(EndReason::Stop),
        }
    }
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;

    fn check(payloads: &[&str], expect: Expect) {
        let who = Who { name: "Groq".to_owned(), model: "m".to_owned(), key_env: None, key: None };
        let mut chunks = Chunks::new(Arc::new(who));
        let mut out = Outbox::default();
        for payload in payloads {
            chunks.payload(payload, &mut out);
        }
        chunks.body_ended(&mut out);
        let events: Vec<String> = std::iter::from_fn(|| out.pop()).map(|event| format!("{event:?}")).collect();
        expect.assert_eq(&events.join("\n"));
    }

    #[test]
    fn openai() {
        check(
            &[
                r#"{"id":"c1","choices":[{"index":0,"delta":{"role":"assistant","content":""},"finish_reason":null}],"usage":null}"#,
                r#"{"id":"c1","choices":[{"index":0,"delta":{"content":"fn \"\u00e9"},"finish_reason":null}],"obfuscation":"xx"}"#,
                r#"{"choices":[{"delta":{},"finish_reason":"stop"}]}"#,
                r#"{"choices":[],"usage":{"prompt_tokens":9,"completion_tokens":1,"total_tokens":10,"prompt_tokens_details":{"cached_tokens":4}}}"#,
                "[DONE]",
            ],
            expect![[r#"
                Text("fn \"é")
                Usage(Usage { input: 9, cached: 4, output: 1 })
                Ended(Stop)"#]],
        );
    }

    #[test]
    fn both_names_of_reasoning_are_thinking() {
        check(
            &[
                r#"{"choices":[{"delta":{"content":null,"reasoning":"hm"}}]}"#,
                r#"{"choices":[{"delta":{"content":"a"}}]}"#,
                r#"{"choices":[{"delta":{"reasoning_content":"hm","content":""}}]}"#,
                r#"{"choices":[{"delta":{"content":"b"},"finish_reason":"length"}]}"#,
            ],
            expect![[r#"
                Thinking
                Text("a")
                Thinking
                Text("b")
                Ended(Length)"#]],
        );
    }

    #[test]
    fn groq_and_llama_cpp_extras() {
        check(
            &[
                r#"{"choices":[{"delta":{"content":"a"},"finish_reason":null,"stop_reason":null}],"timings":{"n":1}}"#,
                r#"{"choices":[{"delta":{},"finish_reason":"stop"}],"x_groq":{"id":"r","usage":{"queue_time":0.1,"prompt_tokens":2,"completion_tokens":1}}}"#,
            ],
            expect![[r#"
                Text("a")
                Usage(Usage { input: 2, cached: 0, output: 1 })
                Ended(Stop)"#]],
        );
    }

    #[test]
    fn an_error_inside_the_stream_keeps_what_came() {
        check(
            &[
                r#"{"choices":[{"delta":{"content":"a"}}]}"#,
                r#"{"error":{"code":502,"message":"provider gone"},"choices":[{"delta":{"content":""},"finish_reason":"error"}]}"#,
                r#"{"choices":[{"delta":{"content":"never"}}]}"#,
            ],
            expect![[r#"
                Text("a")
                Failed(UpstreamFailure { kind: Failed, message: "Groq failed (502). It said: provider gone", detail: "status Some(502), code \"\": provider gone", retry_after: None })"#]],
        );
    }

    #[test]
    fn an_end_marker_without_a_finish_reason_is_a_failure() {
        check(
            &[r#"{"choices":[{"delta":{"content":"a"}}]}"#, "[DONE]"],
            expect![[r#"
                Text("a")
                Failed(UpstreamFailure { kind: Truncated, message: "Groq broke off before the end of its answer.", detail: "[DONE] without a finish reason", retry_after: None })"#]],
        );
    }
}
