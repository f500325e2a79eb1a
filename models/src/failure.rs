//! Turns what upstreams say when they refuse or fail into an [`UpstreamFailure`].
//!
//! Owns the words a person reads and the sorting into [`FailureKind`]. Knows error objects and status codes,
//! not streams. No message and no detail ever holds a key.

use std::time::Duration;

use serde_json::Value;

use crate::event::{FailureKind, UpstreamFailure};
use crate::secret::Secret;

/// The most of an upstream's own words that is passed on: enough for its sentence, too little for a page of HTML.
const MAX_QUOTE: usize = 300;

/// Who is spoken of in a message, and the key that must not be in it.
#[derive(Clone, Debug)]
pub(crate) struct Who {
    /// The provider's name for a person.
    pub name: String,
    /// The model asked for.
    pub model: String,
    /// Where the key comes from, for the hint.
    pub key_env: Option<String>,
    /// The key.
    pub key: Option<Secret>,
}

/// An error as an upstream words it, wherever it put the parts.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct UpstreamError {
    pub message: String,
    /// `code`, or `type` where there is no code.
    pub code: String,
    /// The HTTP status, where the object itself names one.
    pub status: Option<u16>,
}

impl UpstreamError {
    /// Reads `{"error":{…}}`, `{"error":"text"}`, the flat form, and anything else as far as it goes.
    pub fn from_value(value: &Value) -> Self {
        let inner = value.get("error").filter(|error| !error.is_null()).unwrap_or(value);
        let text = |key: &str| match inner.get(key) {
            Some(Value::String(text)) => text.clone(),
            _ => String::new(),
        };
        let code = match (text("code"), text("type")) {
            (code, kind) if code.is_empty() => kind,
            (code, _) => code,
        };
        let number = |value: Option<&Value>| {
            value.and_then(Value::as_u64).and_then(|n| u16::try_from(n).ok()).filter(|n| *n >= 400)
        };
        Self {
            message: inner.as_str().map_or_else(|| text("message"), str::to_owned),
            code,
            status: number(value.get("status"))
                .or_else(|| number(inner.get("status")))
                .or_else(|| number(inner.get("code"))),
        }
    }
}

impl Who {
    /// An answer with an error status.
    pub fn refused(&self, status: u16, body: &str, retry_after: Option<Duration>) -> UpstreamFailure {
        let error = serde_json::from_str::<Value>(body).map_or_else(
            |_| UpstreamError { message: body.to_owned(), ..UpstreamError::default() },
            |value| UpstreamError::from_value(&value),
        );
        self.failed(Some(status), &error, retry_after)
    }

    /// An error object, before or inside a stream.
    pub fn failed(&self, status: Option<u16>, error: &UpstreamError, retry_after: Option<Duration>) -> UpstreamFailure {
        let status = status.or(error.status);
        let kind = sort(status, &error.code);
        let name = &self.name;
        let number = status.map(|status| format!(" ({status})")).unwrap_or_default();
        let quote = self.quote(&error.message);
        let said = if quote.is_empty() { String::new() } else { format!(" It said: {quote}") };
        let message = match kind {
            // Its own words are left out: some upstreams repeat part of the key in them.
            FailureKind::Unauthorized => {
                let hint = match &self.key_env {
                    Some(key_env) => format!("Check {key_env}."),
                    None => "Check its API key.".to_owned(),
                };
                format!("{name} refused the key{number}. {hint}")
            }
            FailureKind::RateLimited => match retry_after {
                Some(wait) => {
                    format!("{name} asks to slow down{number}. Try again in {} s.", wait.as_secs_f64().ceil())
                }
                None => format!("{name} asks to slow down{number}. Try again in a moment."),
            },
            FailureKind::Rejected if is_out_of_credit(status, &error.code) => {
                format!("{name} reports that the account has no credit left{number}.")
            }
            FailureKind::Rejected if status == Some(404) => {
                format!("{name} does not know the model \"{}\"{number}.{said}", self.model)
            }
            FailureKind::Rejected => format!("{name} refused the request{number}.{said}"),
            _ => format!("{name} failed{number}.{said}"),
        };
        let detail = if kind == FailureKind::Unauthorized {
            format!("status {status:?}, code {:?}", error.code)
        } else {
            format!("status {status:?}, code {:?}: {quote}", error.code)
        };
        UpstreamFailure { kind, message, detail: self.hide(&detail), retry_after }
    }

    /// No connection.
    pub fn unreachable(&self, detail: &str) -> UpstreamFailure {
        let message = format!("{} cannot be reached.", self.name);
        self.plain(FailureKind::Unreachable, message, detail)
    }

    /// No payload for too long.
    pub fn stalled(&self, silence: Duration) -> UpstreamFailure {
        let seconds = silence.as_secs_f64().ceil();
        let message = format!("{} sent nothing for {seconds} s.", self.name);
        self.plain(FailureKind::Stalled, message, "no payload event in time")
    }

    /// The stream ended without its end.
    pub fn truncated(&self, detail: &str) -> UpstreamFailure {
        let message = format!("{} broke off before the end of its answer.", self.name);
        self.plain(FailureKind::Truncated, message, detail)
    }

    /// What came was not what the API promises.
    pub fn garbled(&self, detail: &str) -> UpstreamFailure {
        let message = format!("{} sent something that is not understood.", self.name);
        self.plain(FailureKind::Failed, message, detail)
    }

    fn plain(&self, kind: FailureKind, message: String, detail: &str) -> UpstreamFailure {
        UpstreamFailure { kind, message, detail: self.quote(detail), retry_after: None }
    }

    fn quote(&self, text: &str) -> String {
        // Hidden before it is cut: a cut key would no longer be found.
        let text = self.hide(text);
        let text = text.trim();
        match text.char_indices().nth(MAX_QUOTE) {
            Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
            None => text.to_owned(),
        }
    }

    fn hide(&self, text: &str) -> String {
        self.key.as_ref().map_or_else(|| text.to_owned(), |key| key.redact(text))
    }
}

fn is_out_of_credit(status: Option<u16>, code: &str) -> bool {
    status == Some(402) || matches!(code, "insufficient_quota" | "insufficient_credits" | "billing_error")
}

fn sort(status: Option<u16>, code: &str) -> FailureKind {
    if is_out_of_credit(status, code) {
        return FailureKind::Rejected;
    }
    match (status, code) {
        (Some(401 | 403), _) | (None, "invalid_api_key" | "authentication_error" | "permission_error") => {
            FailureKind::Unauthorized
        }
        (Some(429), _) | (None, "rate_limit_exceeded" | "rate_limit_error" | "slow_down") => FailureKind::RateLimited,
        (Some(408 | 409), _) => FailureKind::Failed,
        (Some(300..=499), _)
        | (None, "invalid_request_error" | "context_length_exceeded" | "invalid_prompt" | "not_found_error") => {
            FailureKind::Rejected
        }
        _ => FailureKind::Failed,
    }
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;

    fn who() -> Who {
        Who {
            name: "OpenAI".to_owned(),
            model: "m".to_owned(),
            key_env: Some("OPENAI_API_KEY".to_owned()),
            key: Some(Secret::new("sk-secret")),
        }
    }

    fn check(status: u16, body: &str, expect: Expect) {
        let failure = who().refused(status, body, None);
        expect.assert_eq(&failure.to_string());
        assert!(!failure.to_string().contains("sk-"), "{failure}");
    }

    #[test]
    fn each_status_has_its_words() {
        check(
            401,
            r#"{"error":{"message":"Incorrect API key provided: sk-sec***ret","code":"invalid_api_key"}}"#,
            expect![[
                r#"Unauthorized: OpenAI refused the key (401). Check OPENAI_API_KEY. (status Some(401), code "invalid_api_key")"#
            ]],
        );
        check(
            429,
            r#"{"error":{"message":"slow","code":"rate_limit_exceeded"}}"#,
            expect![[
                r#"RateLimited: OpenAI asks to slow down (429). Try again in a moment. (status Some(429), code "rate_limit_exceeded": slow)"#
            ]],
        );
        check(
            429,
            r#"{"error":{"message":"no money","type":"insufficient_quota","code":null}}"#,
            expect![[
                r#"Rejected: OpenAI reports that the account has no credit left (429). (status Some(429), code "insufficient_quota": no money)"#
            ]],
        );
        check(
            404,
            r#"{"error":"model 'm' not found"}"#,
            expect![[
                r#"Rejected: OpenAI does not know the model "m" (404). It said: model 'm' not found (status Some(404), code "": model 'm' not found)"#
            ]],
        );
        check(
            400,
            r#"{"object":"error","message":"your key sk-secret is odd","code":400}"#,
            expect![[
                r#"Rejected: OpenAI refused the request (400). It said: your key *** is odd (status Some(400), code "": your key *** is odd)"#
            ]],
        );
        check(503, "", expect![[r#"Failed: OpenAI failed (503). (status Some(503), code "": )"#]]);
    }

    #[test]
    fn an_error_inside_a_stream_is_sorted_by_its_code() {
        let nested = serde_json::json!({"type":"error","status":429,"error":{"code":"slow_down","message":"x"}});
        assert_eq!(UpstreamError::from_value(&nested).status, Some(429));
        let kind = |value: Value| who().failed(None, &UpstreamError::from_value(&value), None).kind;
        assert_eq!(kind(serde_json::json!({"code":"rate_limit_exceeded","message":"x"})), FailureKind::RateLimited);
        assert_eq!(kind(serde_json::json!({"error":{"code":502,"message":"x"}})), FailureKind::Failed);
        assert_eq!(kind(serde_json::json!({"error":{"code":401}})), FailureKind::Unauthorized);
    }
}
