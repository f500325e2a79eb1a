//! OpenAI's Chat Completions over server-sent events, and every server that speaks it.
//!
//! Owns the provider and its pooled client. The request is `body`, the answer `chunk`, what sets servers apart
//! [`dialect`]; the call itself is `http::call`. Knows nothing of the Responses API.

mod body;
mod chunk;
pub mod dialect;

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use reqwest::header::{ACCEPT, AUTHORIZATION, HeaderMap, HeaderName, HeaderValue};
use tokio::time::{Instant, timeout};

use self::body::Body;
use self::chunk::Chunks;
use self::dialect::Dialect;
use crate::failure::Who;
use crate::http::{self, call};
use crate::request::SegmentRequest;
use crate::secret::Secret;
use crate::timers::Timers;
use crate::upstream::{Provider, SegmentStream, Upstream};

/// A connection used within this time needs no warming. Below the 5 s after which llama.cpp and uvicorn close an
/// unused one.
const STILL_WARM: Duration = Duration::from_secs(4);

/// What a Chat Completions model is made of.
#[derive(Clone, Debug)]
pub struct ChatConfig {
    /// The server's way of speaking.
    pub dialect: Dialect,
    /// The server's name for a person.
    pub name: String,
    /// Where it lives, without a trailing slash; `/chat/completions` is added.
    pub base_url: String,
    /// The model's name there.
    pub model: String,
    /// The key, where the server wants one.
    pub key: Option<Secret>,
    /// The variable the key came from, for the hint when it is refused.
    pub key_env: Option<String>,
    /// The most tokens an answer may have; the server's own limit if none.
    pub max_output_tokens: Option<u32>,
    /// How long each stage may take.
    pub timers: Timers,
}

/// A model behind Chat Completions. Its sessions share one pool of connections.
#[derive(Debug)]
pub struct ChatProvider {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    config: ChatConfig,
    client: reqwest::Client,
    who: Arc<Who>,
    /// When the pool was last known to hold a connection.
    used: Mutex<Option<Instant>>,
}

impl ChatProvider {
    /// A provider that has not connected yet.
    pub fn new(config: ChatConfig) -> Self {
        let who = Who {
            name: config.name.clone(),
            model: config.model.clone(),
            key_env: config.key_env.clone(),
            key: config.key.clone(),
        };
        let client = http::client(&config.base_url, &config.timers);
        Self { shared: Arc::new(Shared { config, client, who: Arc::new(who), used: Mutex::new(None) }) }
    }
}

impl Provider for ChatProvider {
    fn open(&self) -> Arc<dyn Upstream> {
        Arc::new(ChatUpstream { shared: Arc::clone(&self.shared) })
    }
}

/// A session's use of the provider's pool.
#[derive(Debug)]
struct ChatUpstream {
    shared: Arc<Shared>,
}

impl Shared {
    fn url(&self, path: &str) -> String {
        format!("{}{path}", self.config.base_url.trim_end_matches('/'))
    }

    fn headers(&self) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for (name, value) in self.config.dialect.headers {
            headers.insert(HeaderName::from_static(name), HeaderValue::from_static(value));
        }
        let bearer = self.config.key.as_ref().and_then(bearer);
        if let Some(bearer) = bearer {
            headers.insert(AUTHORIZATION, bearer);
        }
        headers
    }

    fn request(&self, request: &SegmentRequest) -> Result<reqwest::Request, reqwest::Error> {
        let ChatConfig { dialect, model, max_output_tokens, .. } = &self.config;
        let body = Body::new(dialect, model, *max_output_tokens, request);
        self.client
            .post(self.url("/chat/completions"))
            .headers(self.headers())
            .header(ACCEPT, HeaderValue::from_static("text/event-stream"))
            .json(&body)
            .build()
    }

    /// Marks the pool as used; whether it had been used lately.
    fn touch(&self) -> bool {
        let now = Instant::now();
        let mut used = self.used.lock().unwrap_or_else(PoisonError::into_inner);
        used.replace(now).is_some_and(|used| now - used < STILL_WARM)
    }
}

/// The header that carries a key; marked so that no debug output shows it.
pub(crate) fn bearer(key: &Secret) -> Option<HeaderValue> {
    let mut value = HeaderValue::try_from(format!("Bearer {}", key.expose())).ok()?;
    value.set_sensitive(true);
    Some(value)
}

#[async_trait]
impl Upstream for ChatUpstream {
    /// Opens a connection into the pool by a request without a body; what it answers does not matter.
    async fn warm(&self, _instructions: &str) {
        if self.shared.touch() {
            return;
        }
        let head = self.shared.client.head(self.shared.url("/models")).headers(self.shared.headers());
        let limit = self.shared.config.timers.connect;
        if !matches!(timeout(limit, head.send()).await, Ok(Ok(_))) {
            tracing::debug!(upstream = %self.shared.who.name, "warming failed");
        }
        tokio::task::yield_now().await;
    }

    fn start(&self, request: SegmentRequest) -> SegmentStream {
        self.shared.touch();
        let Shared { config, client, who, .. } = self.shared.as_ref();
        call::stream(
            client.clone(),
            self.shared.request(&request),
            Chunks::new(Arc::clone(who)),
            Arc::clone(who),
            config.timers,
        )
    }
}
