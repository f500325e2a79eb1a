//! The routes: the page, sessions, the socket, and what operators look at.

mod access;
mod assets;
mod authorize;
mod caller;
mod comments;
mod export;
mod guard;
mod import;
mod links;
mod recording;
mod review;
mod routes;
mod runner;
mod timeline;

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{Path, State, WebSocketUpgrade};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::{Json, Router};
use metrics_exporter_prometheus::PrometheusHandle;
use protocol::http::{NewSession, Problem};
use protocol::{ErrorCode, SessionId};
use tokio_util::task::TaskTracker;

use crate::limits::{Gate, Network};
use crate::offers::Offers;
use crate::registry::{CreateError, Registry};
use crate::socket::{self, Source};
use crate::store::StoreError;

use authorize::Granted;
use caller::Caller;

pub use guard::Allowed;
pub use routes::{Access, ROUTES, Route};

/// What the routes work with.
#[derive(Clone)]
pub struct App {
    /// The sessions.
    pub registry: Arc<Registry>,
    /// Models and lessons.
    pub offers: Arc<Offers>,
    /// Every open socket, so that a drain can wait for them.
    pub sockets: TaskTracker,
    /// The meters.
    pub prometheus: PrometheusHandle,
    /// How much each address may ask for.
    pub gate: Arc<Gate>,
    /// Proxies whose word on who asks is believed.
    pub trusted_proxies: Arc<[Network]>,
    /// Which hosts and origins may ask.
    pub allowed: Arc<Allowed>,
}

/// All routes.
pub fn router(app: App) -> Router {
    routes::router(&app).with_state(app)
}

async fn create(State(app): State<App>, Caller(address): Caller, body: Bytes) -> Response {
    let wanted = if body.is_empty() { Ok(NewSession::default()) } else { serde_json::from_slice::<NewSession>(&body) };
    let wanted = match wanted {
        Ok(wanted) => wanted,
        Err(error) => {
            return problem(
                StatusCode::BAD_REQUEST,
                ErrorCode::BadFrame,
                &format!("The body cannot be read: {error}."),
            );
        }
    };
    if let Err(wait) = app.gate.sessions.take(&address) {
        return caller::too_many("Too many sessions were made from your address.", wait);
    }
    match app.registry.create(wanted.lesson).await {
        Ok(created) => (StatusCode::CREATED, [(header::CACHE_CONTROL, "no-store")], Json(created)).into_response(),
        Err(error @ CreateError::NoSuchLesson(_)) => {
            problem(StatusCode::NOT_FOUND, ErrorCode::NotFound, &format!("Sorry, {error}."))
        }
        Err(CreateError::Store(error @ StoreError::Full)) => {
            problem(StatusCode::SERVICE_UNAVAILABLE, ErrorCode::Limit, &format!("Sorry, {error}."))
        }
        Err(CreateError::Store(error)) => {
            tracing::error!(%error, "a session could not be made");
            problem(StatusCode::SERVICE_UNAVAILABLE, ErrorCode::Internal, "The session could not be made.")
        }
    }
}

/// Deletes a session for good.
async fn forget(State(app): State<App>, granted: Granted) -> Response {
    match app.registry.forget(&granted.id).await {
        Ok(()) => StatusCode::NO_CONTENT.into_response(),
        Err(error) => {
            tracing::error!(%error, "a session could not be deleted");
            problem(StatusCode::INTERNAL_SERVER_ERROR, ErrorCode::Internal, "The session could not be deleted.")
        }
    }
}

async fn connect(
    State(app): State<App>,
    Caller(address): Caller,
    Path(id): Path<String>,
    upgrade: WebSocketUpgrade,
) -> Response {
    match app.registry.get(&SessionId(id)).await {
        Ok(session) => socket::accept(upgrade, session, Source { address, gate: app.gate }, app.sockets.token()),
        Err(error) => {
            tracing::error!(%error, "a session could not be loaded");
            problem(StatusCode::INTERNAL_SERVER_ERROR, ErrorCode::Internal, "The session could not be loaded.")
        }
    }
}

/// The socket of a stock Yjs editor, whose token is among its subprotocols.
async fn yjs(
    State(app): State<App>,
    Caller(address): Caller,
    Path(id): Path<String>,
    headers: HeaderMap,
    upgrade: WebSocketUpgrade,
) -> Response {
    let shown = socket::yjs::Shown::among(&headers);
    match app.registry.get(&SessionId(id)).await {
        Ok(session) => {
            socket::yjs::accept(upgrade, session, shown, Source { address, gate: app.gate }, app.sockets.token())
        }
        Err(error) => {
            tracing::error!(%error, "a session could not be loaded");
            problem(StatusCode::INTERNAL_SERVER_ERROR, ErrorCode::Internal, "The session could not be loaded.")
        }
    }
}

async fn lessons(State(app): State<App>) -> Response {
    Json(app.offers.lessons()).into_response()
}

async fn list_models(State(app): State<App>) -> Response {
    Json(app.offers.views(false)).into_response()
}

async fn healthz() -> &'static str {
    "ok\n"
}

async fn metrics(State(app): State<App>) -> Response {
    let text = app.prometheus.render();
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4")], text).into_response()
}

fn problem(status: StatusCode, code: ErrorCode, message: &str) -> Response {
    (status, Json(Problem { code, message: message.to_owned() })).into_response()
}
