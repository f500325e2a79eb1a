//! The routes of the timeline: what is in it, the session as of a step, and the steps from there on.
//!
//! They read what is written down: what happened a moment ago may not be in it yet.

use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use protocol::timeline::{Moment, TimelineIndex, TimelineState};
use protocol::{ErrorCode, Seq, SessionId};
use serde::Deserialize;

use super::authorize::Granted;
use super::review::fresh;
use super::{App, problem};
use crate::base64;
use crate::timeline::reader::{self, ReadError};

/// From where on.
#[derive(Deserialize)]
pub struct After {
    after: Option<Seq>,
}

/// Behind which step.
#[derive(Deserialize)]
pub struct From {
    from: Seq,
}

/// `GET /api/sessions/{id}/timeline`
pub async fn index(State(app): State<App>, granted: Granted, Query(After { after }): Query<After>) -> Response {
    let index = reader::index(app.registry.store(), &granted.id, after).await;
    answer(index.map(|index| TimelineIndex { role: granted.role, ..index }))
}

/// `GET /api/sessions/{id}/timeline/at/{seq}`
pub async fn at(State(app): State<App>, granted: Granted, Path((_, seq)): Path<(String, u64)>) -> Response {
    answer(state(&app, &granted.id, Seq(seq)).await)
}

/// `GET /api/sessions/{id}/timeline/when/{ms}`
pub async fn when(State(app): State<App>, granted: Granted, Path((_, ms)): Path<(String, u64)>) -> Response {
    let seq = match reader::when(app.registry.store(), &granted.id, ms).await {
        Ok(seq) => seq,
        Err(error) => return answer::<()>(Err(error)),
    };
    answer(state(&app, &granted.id, seq).await)
}

/// `GET /api/sessions/{id}/timeline/secrets`
pub async fn secrets(State(app): State<App>, granted: Granted) -> Response {
    answer(crate::timeline::secrets::find(app.registry.store(), &granted.id).await)
}

async fn state(app: &App, id: &SessionId, seq: Seq) -> Result<TimelineState, ReadError> {
    let scene = reader::scene(app.registry.store(), id, seq, None).await?;
    let shown = tokio::task::spawn_blocking(move || {
        let (seq, at_ms) = scene.moment;
        let document = base64::encode(&scene.document.encode());
        TimelineState { moment: Moment { seq, at_ms }, session: scene.session, document }
    });
    Ok(shown.await?)
}

/// `GET /api/sessions/{id}/timeline/steps`
pub async fn steps(State(app): State<App>, granted: Granted, Query(From { from }): Query<From>) -> Response {
    answer(reader::steps(app.registry.store(), &granted.id, from).await)
}

fn answer<T: serde::Serialize>(read: Result<T, ReadError>) -> Response {
    match read {
        Ok(found) => fresh(Json(found)),
        Err(ReadError::NotThere) => {
            problem(StatusCode::NOT_FOUND, ErrorCode::NotFound, "That moment is not in the timeline.").into_response()
        }
        Err(error) => {
            tracing::error!(%error, "a timeline could not be read");
            problem(StatusCode::INTERNAL_SERVER_ERROR, ErrorCode::Internal, "The timeline could not be read.")
        }
    }
}
