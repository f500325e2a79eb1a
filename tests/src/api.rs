//! The two APIs of real models, as tests of the whole loop use them: a provider that asks a stand-in, and what it
//! asked.
//!
//! Knows how either API lays out a request, so that a test can be written once for both. Plays and judges nothing.

use std::sync::Arc;
use std::time::Duration;

use models::chat::dialect;
use models::{ChatConfig, ChatProvider, Provider, ResponsesConfig, ResponsesProvider, Secret, Timers};
use serde_json::Value;

use crate::standin::Standin;

/// The key that the stand-in is asked with; nobody else may ever see it.
pub const KEY: &str = "sk-very-secret";

/// An API of a model.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Api {
    /// Chat Completions over server-sent events.
    Chat,
    /// Responses over a WebSocket.
    Responses,
}

impl Api {
    /// A model of the stand-in's, with the timers of real use.
    pub fn model(self, standin: &Standin) -> Arc<dyn Provider> {
        self.model_at(&standin.base_url(), Timers::default())
    }

    /// As [`Api::model`], that gives a silent upstream up soon: long enough that a busy machine is not mistaken for
    /// one, short enough to be waited for.
    pub fn impatient(self, standin: &Standin) -> Arc<dyn Provider> {
        let timers = Timers { first_output: Duration::from_secs(2), idle: Duration::from_secs(1), ..Timers::default() };
        self.model_at(&standin.base_url(), timers)
    }

    /// A model at an address.
    pub fn model_at(self, base_url: &str, timers: Timers) -> Arc<dyn Provider> {
        let (name, base_url, model) = ("Stand-in".to_owned(), base_url.to_owned(), "m".to_owned());
        let (key, key_env) = (Some(Secret::new(KEY)), Some("STANDIN_API_KEY".to_owned()));
        match self {
            Api::Chat => Arc::new(ChatProvider::new(ChatConfig {
                dialect: dialect::GENERIC,
                name,
                base_url,
                model,
                key,
                key_env,
                max_output_tokens: None,
                timers,
            })),
            Api::Responses => Arc::new(ResponsesProvider::new(ResponsesConfig {
                name,
                base_url,
                model,
                key,
                key_env,
                max_output_tokens: None,
                timers,
            })),
        }
    }

    /// The conversation that a request carries, as `(role, text)`. Over Responses only what was not said before on
    /// the same socket.
    pub fn messages(self, body: &Value) -> Vec<(String, String)> {
        let text = |value: Option<&Value>| value.and_then(Value::as_str).unwrap_or_default().to_owned();
        let list = match self {
            Api::Chat => body.get("messages"),
            Api::Responses => body.get("input"),
        };
        let message = |message: &Value| {
            let content = match self {
                Api::Chat => message.get("content"),
                Api::Responses => message.pointer("/content/0/text"),
            };
            (text(message.get("role")), text(content))
        };
        list.and_then(Value::as_array).into_iter().flatten().map(message).collect()
    }
}
