//! The routes by which an owner makes, sees and revokes links.

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use protocol::links::{Links, NewLink};
use protocol::{ErrorCode, LinkId};
use serde::Deserialize;

use super::authorize::Granted;
use super::{App, problem};
use crate::registry::LinkError;

/// Which link.
#[derive(Deserialize)]
pub struct OfLink {
    link: String,
}

/// `GET /api/sessions/{id}/links`
pub async fn list(State(app): State<App>, granted: Granted) -> Response {
    match app.registry.door(&granted.id).await {
        Ok(Some(door)) => fresh(StatusCode::OK, Json(Links { links: door.views() })),
        Ok(None) => refused(&LinkError::NoSession),
        Err(error) => refused(&error.into()),
    }
}

/// `POST /api/sessions/{id}/links`
pub async fn create(State(app): State<App>, granted: Granted, body: Bytes) -> Response {
    let wanted = match serde_json::from_slice::<NewLink>(&body) {
        Ok(wanted) => wanted,
        Err(error) => {
            let message = format!("The body cannot be read: {error}.");
            return problem(StatusCode::BAD_REQUEST, ErrorCode::BadFrame, &message);
        }
    };
    match app.registry.add_link(&granted.id, wanted).await {
        Ok(created) => fresh(StatusCode::CREATED, Json(created)),
        Err(error) => refused(&error),
    }
}

/// `DELETE /api/sessions/{id}/links/{link}`
pub async fn revoke(State(app): State<App>, granted: Granted, Path(OfLink { link }): Path<OfLink>) -> Response {
    match app.registry.revoke_link(&granted.id, &LinkId(link)).await {
        Ok(()) => StatusCode::NO_CONTENT.into_response(),
        Err(error) => refused(&error),
    }
}

fn refused(error: &LinkError) -> Response {
    let (status, code) = match error {
        LinkError::NoSession | LinkError::NoLink => (StatusCode::NOT_FOUND, ErrorCode::NotFound),
        LinkError::LongName => (StatusCode::BAD_REQUEST, ErrorCode::Limit),
        LinkError::NoTime => (StatusCode::BAD_REQUEST, ErrorCode::BadFrame),
        LinkError::TooMany(_) => (StatusCode::CONFLICT, ErrorCode::Limit),
        LinkError::Store(error) => {
            tracing::error!(%error, "a link could not be kept");
            let message = "That could not be written down. Try again.";
            return problem(StatusCode::SERVICE_UNAVAILABLE, ErrorCode::Internal, message);
        }
    };
    problem(status, code, &format!("Sorry, {error}."))
}

fn fresh(status: StatusCode, body: impl IntoResponse) -> Response {
    (status, [(header::CACHE_CONTROL, "no-store")], body).into_response()
}
