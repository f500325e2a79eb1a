//! What a page said and asked for: errors on its console, uncaught exceptions, requests.

use std::collections::HashMap;
use std::sync::Mutex;

use serde_json::Value;

use super::cdp::lock;

/// A request that a page made; a WebSocket counts as one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// Its whole address.
    pub url: String,
    /// Its method; `WEBSOCKET` for a socket.
    pub method: String,
    /// A policy held it back: it was never sent.
    pub blocked: bool,
}

/// Collects the events of one page.
#[derive(Default)]
pub struct Log {
    errors: Mutex<Vec<String>>,
    requests: Mutex<Vec<Request>>,
    /// Which of them is which, by the browser's id.
    ids: Mutex<HashMap<String, usize>>,
}

impl Log {
    /// Takes in one event.
    pub fn take(&self, method: &str, params: &Value) {
        let text = |pointer: &str| params.pointer(pointer).and_then(Value::as_str).unwrap_or_default().to_owned();
        match method {
            "Runtime.exceptionThrown" => {
                let description = text("/exceptionDetails/exception/description");
                let short = text("/exceptionDetails/text");
                self.error(if description.is_empty() { short } else { description });
            }
            "Runtime.consoleAPICalled" if text("/type") == "error" => {
                let arguments = params.get("args").and_then(Value::as_array);
                let words: Vec<String> = arguments.into_iter().flatten().map(argument).collect();
                self.error(words.join(" "));
            }
            "Log.entryAdded" if text("/entry/level") == "error" => {
                self.error(format!("{} {}", text("/entry/text"), text("/entry/url")));
            }
            "Network.requestWillBeSent" => {
                let number = self.request(text("/request/url"), text("/request/method"));
                lock(&self.ids).insert(text("/requestId"), number);
            }
            // What a policy held back was never sent.
            "Network.loadingFailed" if params.get("blockedReason").is_some() => {
                if let Some(number) = lock(&self.ids).get(&text("/requestId"))
                    && let Some(request) = lock(&self.requests).get_mut(*number)
                {
                    request.blocked = true;
                }
            }
            "Network.webSocketCreated" => {
                self.request(text("/url"), "WEBSOCKET".to_owned());
            }
            _ => {}
        }
    }

    /// Errors so far, oldest first.
    pub fn errors(&self) -> Vec<String> {
        lock(&self.errors).clone()
    }

    /// Forgets the errors so far: for a test that provoked them.
    pub fn forget_errors(&self) {
        lock(&self.errors).clear();
    }

    /// Requests so far that were sent, oldest first.
    pub fn requests(&self) -> Vec<Request> {
        lock(&self.requests).iter().filter(|request| !request.blocked).cloned().collect()
    }

    fn error(&self, text: String) {
        lock(&self.errors).push(text);
    }

    fn request(&self, url: String, method: String) -> usize {
        let mut requests = lock(&self.requests);
        requests.push(Request { url, method, blocked: false });
        requests.len() - 1
    }
}

/// One argument of a console call, as a person would read it.
fn argument(value: &Value) -> String {
    match value.get("value") {
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
        None => value.get("description").and_then(Value::as_str).unwrap_or("?").to_owned(),
    }
}
