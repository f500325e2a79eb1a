//! The routes that make a session of another one's timeline: a fork, and a session as a file, written and read.

use axum::Json;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use futures_util::StreamExt as _;
use protocol::ErrorCode;
use protocol::http::CreatedSession;
use protocol::timeline::Fork;

use super::authorize::Granted;
use super::caller::{self, Caller};
use super::{App, problem};
use crate::registry::{AdoptError, blobs};
use crate::store::{Past, Shared, StoreError};
use crate::timeline::export;
use crate::timeline::reader::{self, ReadError};
use crate::timeline::recording::{self, RECORDING_MAX, RecordingError};

/// `POST /api/sessions/{id}/fork`
pub async fn fork(State(app): State<App>, Caller(address): Caller, granted: Granted, body: Bytes) -> Response {
    let Ok(Fork { seq }) = serde_json::from_slice(&body) else {
        return problem(StatusCode::BAD_REQUEST, ErrorCode::BadFrame, "The body cannot be read: {\"seq\":…}.");
    };
    if let Err(wait) = app.gate.sessions.take(&address) {
        return caller::too_many("Too many sessions were made from your address.", wait);
    }
    let scene = match reader::scene(app.registry.store(), &granted.id, seq, None).await {
        Ok(scene) => scene,
        Err(error) => return unreadable(&error),
    };
    let lesson = scene.session.lesson.as_ref().map(|lesson| lesson.id.clone());
    let hashes = scene.document.kept().iter().map(blobs::digest).collect();
    // Its timeline begins here: what was pinned to moments before stays with those.
    let past = Past { shared: Some(Shared { from: granted.id, hashes }), ..Past::default() };
    made(app.registry.adopt(scene, lesson, past).await)
}

/// `GET /api/sessions/{id}/file`
pub async fn write(State(app): State<App>, granted: Granted) -> Response {
    let lesson = match app.registry.store().find(&granted.id).await {
        Ok(record) => record.and_then(|record| record.lesson),
        Err(error) => return unreadable(&error.into()),
    };
    let pieces = match export::write(app.registry.store(), &granted.id, lesson, RECORDING_MAX).await {
        Ok(pieces) => pieces,
        Err(error) => return unreadable(&error),
    };
    let body = Body::from_stream(pieces.inspect(|piece| {
        if let Err(error) = piece {
            tracing::error!(%error, "a session could not be written as a file");
        }
    }));
    let name = format!("attachment; filename=\"session-{}.midstream\"", granted.id);
    let headers = [
        (header::CONTENT_TYPE, "application/octet-stream".to_owned()),
        (header::CONTENT_DISPOSITION, name),
        (header::CACHE_CONTROL, "no-store".to_owned()),
    ];
    (headers, body).into_response()
}

/// `POST /api/sessions/file`
pub async fn read(State(app): State<App>, Caller(address): Caller, body: Bytes) -> Response {
    if let Err(wait) = app.gate.sessions.take(&address) {
        return caller::too_many("Too many sessions were made from your address.", wait);
    }
    // A large file takes a while, and memory: one after the other.
    static ONE_AT_A_TIME: tokio::sync::Mutex<()> = tokio::sync::Mutex::const_new(());
    let _one = ONE_AT_A_TIME.lock().await;
    let refused = |error: &dyn std::error::Error| {
        problem(StatusCode::BAD_REQUEST, ErrorCode::BadFrame, &format!("Sorry, {error}."))
    };
    let limits = app.gate.config.told();
    let recording = match tokio::task::spawn_blocking(move || recording::read(body, &limits)).await {
        Ok(Ok(recording)) => recording,
        Ok(Err(error @ RecordingError::Limit(_))) => {
            return problem(StatusCode::PAYLOAD_TOO_LARGE, ErrorCode::Limit, &format!("Sorry, {error}."));
        }
        Ok(Err(error)) => return refused(&error),
        Err(error) => return refused(&error),
    };
    let past = Past { timeline: recording.chunks, comments: recording.comments, blobs: recording.blobs, shared: None };
    match app.registry.adopt(recording.scene, recording.header.lesson, past).await {
        Err(error @ AdoptError::Document(_)) => refused(&error),
        outcome => made(outcome),
    }
}

fn made(outcome: Result<CreatedSession, AdoptError>) -> Response {
    match outcome {
        Ok(created) => (StatusCode::CREATED, [(header::CACHE_CONTROL, "no-store")], Json(created)).into_response(),
        Err(AdoptError::Store(error @ StoreError::Full)) => {
            problem(StatusCode::SERVICE_UNAVAILABLE, ErrorCode::Limit, &format!("Sorry, {error}."))
        }
        Err(error) => {
            tracing::error!(%error, "a session could not be made of a timeline");
            problem(StatusCode::INTERNAL_SERVER_ERROR, ErrorCode::Internal, "The session could not be made.")
        }
    }
}

fn unreadable(error: &ReadError) -> Response {
    if matches!(error, ReadError::NotThere) {
        return problem(StatusCode::NOT_FOUND, ErrorCode::NotFound, "That moment is not in the timeline.");
    }
    tracing::error!(%error, "a timeline could not be read");
    problem(StatusCode::INTERNAL_SERVER_ERROR, ErrorCode::Internal, "The timeline could not be read.")
}
