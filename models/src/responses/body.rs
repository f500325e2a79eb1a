//! The body of a Responses request, for both transports.
//!
//! Owns the mapping from a [`SegmentRequest`](crate::SegmentRequest) to JSON. Nothing is stored at the provider
//! (`store: false`): what a socket remembers is enough to continue on it.

use serde::Serialize;

use crate::request::{Message, Role};

/// The JSON of a create.
#[derive(Debug, Serialize)]
pub(super) struct Body<'a> {
    /// `response.create` over a socket.
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    pub kind: Option<&'static str>,
    /// The lane, over a socket.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stream_id: Option<&'a str>,
    pub model: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    pub instructions: &'a str,
    pub store: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub previous_response_id: Option<&'a str>,
    pub input: Vec<Item<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_output_tokens: Option<u32>,
    /// `false` makes it a warm-up.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub generate: Option<bool>,
    /// Over HTTP.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stream: Option<bool>,
}

/// One message.
#[derive(Debug, Serialize)]
pub(super) struct Item<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    role: &'static str,
    content: [Part<'a>; 1],
}

#[derive(Debug, Serialize)]
struct Part<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    text: &'a str,
}

/// The items of `messages`; empty ones are left out, as the API refuses them.
pub(super) fn items(messages: &[Message]) -> Vec<Item<'_>> {
    let item = |message: &'_ Message| -> (&'static str, &'static str) {
        match message.role {
            Role::User => ("user", "input_text"),
            Role::Assistant => ("assistant", "output_text"),
        }
    };
    messages
        .iter()
        .filter(|message| !message.text.is_empty())
        .map(|message| {
            let (role, kind) = item(message);
            Item { kind: "message", role, content: [Part { kind, text: &message.text }] }
        })
        .collect()
}
