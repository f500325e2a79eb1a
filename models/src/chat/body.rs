//! The body of a Chat Completions request.
//!
//! Owns the mapping from a [`SegmentRequest`] to JSON in a server's dialect. The assistant's kept text goes in byte
//! for byte. Knows no transport.

use std::borrow::Cow;

use serde::Serialize;

use super::dialect::{Dialect, MaxTokens, Prefill};
use crate::request::{Message, Role, SegmentRequest};

/// What stands between two messages of a person that become one.
const BETWEEN_USER_MESSAGES: &str = "\n\n";

#[derive(Debug, Serialize)]
pub(super) struct Body<'a> {
    model: &'a str,
    messages: Vec<Entry<'a>>,
    stream: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    stream_options: Option<StreamOptions>,
    #[serde(skip_serializing_if = "Option::is_none")]
    max_tokens: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    max_completion_tokens: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    add_generation_prompt: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    continue_final_message: Option<bool>,
}

#[derive(Debug, Serialize)]
struct StreamOptions {
    include_usage: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    include_obfuscation: Option<bool>,
}

#[derive(Debug, Serialize)]
struct Entry<'a> {
    role: &'static str,
    content: Cow<'a, str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    prefix: Option<bool>,
}

impl<'a> Body<'a> {
    pub fn new(dialect: &Dialect, model: &'a str, max_output_tokens: Option<u32>, request: &'a SegmentRequest) -> Self {
        let mut messages = entries(&request.messages, dialect.merges_roles);
        let resumes = messages.last().is_some_and(|last| last.role == "assistant");
        if let (true, Prefill::PrefixFlag, Some(last)) = (resumes, dialect.prefill, messages.last_mut()) {
            last.prefix = Some(true);
        }
        if !request.instructions.is_empty() {
            messages.insert(0, entry("system", &request.instructions));
        }
        let continues = resumes && dialect.prefill == Prefill::ContinueFinalMessage;
        Self {
            model,
            messages,
            stream: true,
            stream_options: dialect.usage_option.then_some(StreamOptions {
                include_usage: true,
                include_obfuscation: dialect.obfuscation_option.then_some(false),
            }),
            max_tokens: max_output_tokens.filter(|_| dialect.max_tokens == MaxTokens::Plain),
            max_completion_tokens: max_output_tokens.filter(|_| dialect.max_tokens == MaxTokens::Completion),
            add_generation_prompt: continues.then_some(false),
            continue_final_message: continues.then_some(true),
        }
    }
}

fn entry<'a>(role: &'static str, text: &'a str) -> Entry<'a> {
    Entry { role, content: Cow::Borrowed(text), prefix: None }
}

/// One entry per message; empty ones are left out, as some servers refuse them.
fn entries(messages: &[Message], merges_roles: bool) -> Vec<Entry<'_>> {
    let mut entries: Vec<Entry<'_>> = Vec::with_capacity(messages.len() + 1);
    for message in messages.iter().filter(|message| !message.text.is_empty()) {
        let role = match message.role {
            Role::User => "user",
            Role::Assistant => "assistant",
        };
        match entries.last_mut().filter(|last| merges_roles && last.role == role) {
            Some(last) => {
                let content = last.content.to_mut();
                // The assistant's pieces follow each other as they were written.
                if message.role == Role::User {
                    content.push_str(BETWEEN_USER_MESSAGES);
                }
                content.push_str(&message.text);
            }
            None => entries.push(entry(role, &message.text)),
        }
    }
    entries
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::super::dialect::find;
    use super::*;

    fn check(dialect: &str, messages: &[(Role, &str)], expect: Expect) {
        let request = SegmentRequest {
            instructions: "Be brief.".to_owned(),
            messages: messages.iter().map(|&(role, text)| Message { role, text: text.to_owned() }).collect(),
            cue: None,
        };
        let body = Body::new(find(dialect).unwrap(), "m", Some(99), &request);
        expect.assert_eq(&serde_json::to_string(&body).unwrap());
    }

    const CUT: &[(Role, &str)] = &[
        (Role::User, "fix"),
        (Role::Assistant, "<edit pa\r\n "),
        (Role::Assistant, "th"),
        (Role::User, "cut here"),
        (Role::User, "only ints"),
        (Role::Assistant, ""),
    ];

    #[test]
    fn openai_gets_each_message_and_its_own_fields() {
        check(
            "openai",
            CUT,
            expect![[
                r#"{"model":"m","messages":[{"role":"system","content":"Be brief."},{"role":"user","content":"fix"},{"role":"assistant","content":"<edit pa\r\n "},{"role":"assistant","content":"th"},{"role":"user","content":"cut here"},{"role":"user","content":"only ints"}],"stream":true,"stream_options":{"include_usage":true,"include_obfuscation":false},"max_completion_tokens":99}"#
            ]],
        );
    }

    #[test]
    fn a_template_gets_alternating_roles_with_the_kept_text_unchanged() {
        check(
            "ollama",
            CUT,
            expect![[
                r#"{"model":"m","messages":[{"role":"system","content":"Be brief."},{"role":"user","content":"fix"},{"role":"assistant","content":"<edit pa\r\n th"},{"role":"user","content":"cut here\n\nonly ints"}],"stream":true,"stream_options":{"include_usage":true},"max_tokens":99}"#
            ]],
        );
    }

    #[test]
    fn a_resumed_answer_is_marked_where_the_server_wants_it() {
        let resumed = &[(Role::User, "fix"), (Role::Assistant, "fn ")];
        check(
            "mistral",
            resumed,
            expect![[
                r#"{"model":"m","messages":[{"role":"system","content":"Be brief."},{"role":"user","content":"fix"},{"role":"assistant","content":"fn ","prefix":true}],"stream":true,"max_tokens":99}"#
            ]],
        );
        check(
            "vllm",
            resumed,
            expect![[
                r#"{"model":"m","messages":[{"role":"system","content":"Be brief."},{"role":"user","content":"fix"},{"role":"assistant","content":"fn "}],"stream":true,"stream_options":{"include_usage":true},"max_tokens":99,"add_generation_prompt":false,"continue_final_message":true}"#
            ]],
        );
    }
}
