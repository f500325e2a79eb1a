//! OpenAI's Responses API over one WebSocket per session, and over server-sent events where there is none.
//!
//! Owns the provider and the session's single slot for a line. A [`line`] is a socket; a `keeper` holds it while
//! it is unused; a `segment` owns it while it answers. Knows nothing of Chat Completions.

mod body;
mod http;
mod keeper;
mod line;
mod payload;
mod segment;

use std::sync::atomic::{AtomicU32, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;

use self::keeper::{Begin, Keeper, Manners};
use self::line::{DialError, Line, SharedConfig};
use crate::failure::Who;
use crate::request::SegmentRequest;
use crate::secret::Secret;
use crate::timers::Timers;
use crate::upstream::{Provider, SegmentStream, Upstream};

/// Dials that may fail in the network, one after the other, before the session stays with HTTP: a proxy that lets
/// no WebSocket through must not cost every segment its time.
pub const MAX_FAILED_DIALS: u32 = 3;

/// What a Responses model is made of.
#[derive(Clone, Debug)]
pub struct ResponsesConfig {
    /// The server's name for a person.
    pub name: String,
    /// Where it lives, without a trailing slash; `/responses` is added, and for the WebSocket the scheme changed.
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

impl ResponsesConfig {
    fn url(&self) -> String {
        format!("{}/responses", self.base_url.trim_end_matches('/'))
    }
}

/// A model behind the Responses API.
#[derive(Debug)]
pub struct ResponsesProvider {
    config: SharedConfig,
    /// For the fallback; all sessions share its pool.
    client: reqwest::Client,
}

impl ResponsesProvider {
    /// A provider that has not connected yet.
    pub fn new(config: ResponsesConfig) -> Self {
        let who = Who {
            name: config.name.clone(),
            model: config.model.clone(),
            key_env: config.key_env.clone(),
            key: config.key.clone(),
        };
        let client = crate::http::client(&config.base_url, &config.timers);
        Self { config: Arc::new((config, Arc::new(who))), client }
    }
}

impl Provider for ResponsesProvider {
    fn open(&self) -> Arc<dyn Upstream> {
        Arc::new(ResponsesUpstream {
            session: Arc::new(Session {
                config: Arc::clone(&self.config),
                client: self.client.clone(),
                manners: Arc::default(),
                kept: Mutex::new(None),
                failed_dials: AtomicU32::new(0),
                in_use: AtomicUsize::new(0),
            }),
        })
    }
}

/// A session's own line.
struct ResponsesUpstream {
    session: Arc<Session>,
}

#[async_trait]
impl Upstream for ResponsesUpstream {
    async fn warm(&self, instructions: &str) {
        if self.session.is_http() {
            http::warm(&self.session).await;
            return;
        }
        if let Some(settled) = self.session.open_if_none(instructions) {
            settled.await;
        }
    }

    fn start(&self, request: SegmentRequest) -> SegmentStream {
        segment::stream(Arc::clone(&self.session), request)
    }
}

/// What the upstream and its segments share.
struct Session {
    config: SharedConfig,
    client: reqwest::Client,
    manners: Arc<Manners>,
    /// The line that the next segment will use, open or about to be.
    kept: Mutex<Option<Keeper>>,
    /// Dials that failed in the network since the last one that did not; [`MAX_FAILED_DIALS`] means HTTP for good.
    failed_dials: AtomicU32,
    /// Lines that segments own now: while there is one, it will come back, and no other need be opened.
    in_use: AtomicUsize,
}

impl Session {
    fn config(&self) -> &ResponsesConfig {
        &self.config.0
    }

    fn who(&self) -> &Arc<Who> {
        &self.config.1
    }

    fn kept(&self) -> MutexGuard<'_, Option<Keeper>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn keeper(&self, begin: Begin) -> Option<Keeper> {
        Keeper::spawn(Arc::clone(&self.config), Arc::clone(&self.manners), begin)
    }

    /// Whether the session has given sockets up.
    fn is_http(&self) -> bool {
        self.failed_dials.load(Ordering::Relaxed) >= MAX_FAILED_DIALS
    }

    fn give_up_sockets(&self) {
        self.failed_dials.store(MAX_FAILED_DIALS, Ordering::Relaxed);
    }

    fn count_failed_dial(&self) {
        self.failed_dials.fetch_add(1, Ordering::Relaxed);
    }

    fn http(&self, request: &SegmentRequest) -> SegmentStream {
        http::stream(self, request)
    }

    /// The kept line, or a new one; and whether it stood already.
    async fn line(&self) -> (Result<Line, DialError>, bool) {
        let kept = self.kept().take();
        if let Some(keeper) = kept {
            let warm = keeper.is_settled();
            match keeper.take().await {
                Some(Ok(line)) if !line.is_old() => return (Ok(line), warm),
                Some(Err(DialError::NoSocket)) => return (Err(DialError::NoSocket), false),
                // Closed, old, or what failed a while ago may work now.
                _ => {}
            }
        }
        let line = Line::dial(self.config(), self.who()).await;
        if line.is_ok() {
            self.failed_dials.store(0, Ordering::Relaxed);
        }
        (line, false)
    }

    /// Notes that a segment owns a line.
    fn use_line(self: &Arc<Self>) -> InUse {
        self.in_use.fetch_add(1, Ordering::Relaxed);
        InUse(Arc::clone(self))
    }

    /// Takes a clean line back.
    fn keep(&self, line: Line) {
        let keeper = self.keeper(Begin::Keep(Box::new(line)));
        *self.kept() = keeper;
    }

    /// After a cut: has a line ready by the time that the next segment is asked for.
    fn open_spare(&self, instructions: &str) {
        // What resolves when it stands is of no interest here.
        drop(self.open_if_none(instructions));
    }

    fn open_if_none(&self, instructions: &str) -> Option<impl Future<Output = ()> + Send + use<>> {
        if self.is_http() || self.in_use.load(Ordering::Relaxed) > 0 {
            return None;
        }
        let mut kept = self.kept();
        if !kept.as_ref().is_some_and(Keeper::is_alive) {
            *kept = self.keeper(Begin::Dial { instructions: Some(instructions.to_owned()) });
        }
        kept.as_ref().map(Keeper::settled)
    }
}

/// A segment owns a line for as long as this lives.
struct InUse(Arc<Session>);

impl Drop for InUse {
    fn drop(&mut self) {
        self.0.in_use.fetch_sub(1, Ordering::Relaxed);
    }
}
