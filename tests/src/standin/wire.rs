//! The payloads of the two APIs, as JSON text. Knows no framing and no timing.

use serde_json::{Value, json};

use super::script::{Script, UsagePlace};

/// Tokens of reasoning before an answer, where a script wants them.
const REASONING_TOKENS: usize = 3;

/// Writes the payloads of one answer.
#[derive(Debug)]
pub(super) enum Wire {
    Chat,
    Responses(Responses),
}

/// The state of one Responses answer.
#[derive(Debug)]
pub(super) struct Responses {
    pub id: String,
    /// `"stream_id":"…",` or nothing, put into every payload.
    pub lane: String,
    pub sequence: u64,
    /// The text so far: the end repeats it.
    pub text: String,
}

impl Wire {
    /// What precedes the first token.
    pub fn opening(&mut self, script: &Script) -> Vec<String> {
        match self {
            Self::Chat => {
                let mut payloads = vec![chat(&json!({"role": "assistant", "content": ""}), None)];
                if let Some(field) = script.reasoning {
                    payloads.extend((0..REASONING_TOKENS).map(|_| chat(&json!({field: "hm "}), None)));
                }
                payloads
            }
            Self::Responses(answer) => {
                let response = json!({"id": answer.id, "object": "response", "status": "in_progress", "output": []});
                let mut payloads = vec![
                    answer.event("response.created", json!({"response": response})),
                    answer.event("response.in_progress", json!({"response": response})),
                ];
                if script.reasoning.is_some() {
                    payloads.extend((0..REASONING_TOKENS).map(|_| {
                        answer
                            .event("response.reasoning_summary_text.delta", json!({"item_id": "rs_1", "delta": "hm "}))
                    }));
                }
                payloads.push(answer.event(
                    "response.output_item.added",
                    json!({"output_index": 0, "item": {"id": "msg_1", "type": "message", "role": "assistant", "content": []}}),
                ));
                payloads
            }
        }
    }

    /// One token.
    pub fn token(&mut self, token: &str) -> String {
        let text = Value::from(token);
        match self {
            Self::Chat => format!(
                r#"{{"id":"c1","object":"chat.completion.chunk","created":1,"model":"m","choices":[{{"index":0,"delta":{{"content":{text}}},"finish_reason":null}}]}}"#
            ),
            Self::Responses(answer) => {
                answer.sequence += 1;
                answer.text.push_str(token);
                format!(
                    r#"{{"type":"response.output_text.delta",{}"sequence_number":{},"item_id":"msg_1","output_index":0,"content_index":0,"delta":{text}}}"#,
                    answer.lane, answer.sequence
                )
            }
        }
    }

    /// What follows the last token.
    pub fn closing(&mut self, script: &Script) -> Vec<String> {
        let made = script.tokens.len();
        match self {
            Self::Chat => {
                let usage = json!({"prompt_tokens": 9, "completion_tokens": made, "total_tokens": 9 + made,
                    "prompt_tokens_details": {"cached_tokens": 4}});
                let groq = json!({"id": "req_1", "usage": usage});
                let groq = (script.usage == UsagePlace::Groq).then_some(groq);
                let mut payloads = vec![chat_ending(script.finish, groq)];
                if script.usage == UsagePlace::LastChunk {
                    payloads.push(json!({"id": "c1", "choices": [], "usage": usage}).to_string());
                }
                if script.done {
                    payloads.push("[DONE]".to_owned());
                }
                payloads
            }
            Self::Responses(answer) => answer.closing(script),
        }
    }

    /// An error inside the stream: nested for WebSocket and chat, flat for Responses SSE.
    pub fn error(&mut self, error: &Value, over_socket: bool) -> String {
        match self {
            Self::Responses(answer) if !over_socket => {
                let inner = error.get("error").cloned().unwrap_or_default();
                answer.event("error", inner)
            }
            Self::Responses(answer) => {
                let mut nested = error.clone();
                if let Some(object) = nested.as_object_mut() {
                    object.entry("status").or_insert(json!(500));
                }
                answer.event("error", nested)
            }
            Self::Chat => error.to_string(),
        }
    }
}

impl Responses {
    /// A payload of type `kind` with `fields`.
    pub fn event(&mut self, kind: &str, fields: Value) -> String {
        self.sequence += 1;
        let fields = fields.to_string();
        let fields = fields.trim_start_matches('{').trim_end();
        let fields = fields.strip_suffix('}').unwrap_or(fields);
        let comma = if fields.is_empty() { "" } else { "," };
        // A flat error has a `type` of its own, which this one replaces.
        let fields = fields.replace(r#""type":"server_error""#, r#""kind":"server_error""#);
        format!(r#"{{"type":"{kind}",{}"sequence_number":{}{comma}{fields}}}"#, self.lane, self.sequence)
    }

    fn closing(&mut self, script: &Script) -> Vec<String> {
        let made = script.tokens.len();
        let text = std::mem::take(&mut self.text);
        let item = json!({"id": "msg_1", "type": "message", "role": "assistant", "status": "completed",
            "content": [{"type": "output_text", "text": text, "annotations": []}]});
        let usage = json!({"input_tokens": 9, "input_tokens_details": {"cached_tokens": 4},
            "output_tokens": made, "output_tokens_details": {"reasoning_tokens": 0}, "total_tokens": 9 + made});
        let (kind, status, details) = match script.finish {
            "length" => ("response.incomplete", "incomplete", json!({"reason": "max_output_tokens"})),
            "content_filter" => ("response.incomplete", "incomplete", json!({"reason": "content_filter"})),
            _ => ("response.completed", "completed", Value::Null),
        };
        let response = json!({"id": self.id, "object": "response", "status": status,
            "incomplete_details": details, "output": [item], "usage": usage});
        vec![
            self.event("response.output_text.done", json!({"item_id": "msg_1", "text": text})),
            self.event("response.output_item.done", json!({"output_index": 0, "item": item})),
            self.event(kind, json!({"response": response})),
        ]
    }

    /// The answer to a warm-up.
    pub fn warmed(&mut self) -> Vec<String> {
        let response = json!({"id": self.id, "object": "response", "status": "completed", "output": []});
        vec![
            self.event("response.created", json!({"response": response})),
            self.event("response.completed", json!({"response": response})),
        ]
    }
}

fn chat(delta: &Value, finish: Option<&str>) -> String {
    json!({"id": "c1", "object": "chat.completion.chunk", "created": 1, "model": "m",
        "choices": [{"index": 0, "delta": delta, "finish_reason": finish}], "usage": null})
    .to_string()
}

fn chat_ending(finish: &str, groq: Option<Value>) -> String {
    let mut chunk = json!({"id": "c1", "choices": [{"index": 0, "delta": {}, "finish_reason": finish}]});
    if let (Some(groq), Some(object)) = (groq, chunk.as_object_mut()) {
        object.insert("x_groq".to_owned(), groq);
    }
    chunk.to_string()
}
