//! The routes of comments on a timeline.

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use protocol::comments::{COMMENT_KEY_HEADER, NewComment};
use protocol::view::Role;
use protocol::{CommentId, ErrorCode};
use serde::Deserialize;

use super::authorize::Granted;
use super::review::fresh;
use super::{App, problem};
use crate::timeline::comments::{self, CommentError};
use crate::timeline::reader::ReadError;

/// Which comment.
#[derive(Deserialize)]
pub struct OfComment {
    comment: String,
}

/// `GET /api/sessions/{id}/timeline/comments`
pub async fn list(State(app): State<App>, granted: Granted) -> Response {
    match comments::all(app.registry.store(), &granted.id).await {
        Ok(all) => fresh(Json(all)),
        Err(error) => refused(&error.into()),
    }
}

/// `POST /api/sessions/{id}/timeline/comments`
pub async fn create(State(app): State<App>, granted: Granted, body: Bytes) -> Response {
    let wanted = match serde_json::from_slice::<NewComment>(&body) {
        Ok(wanted) => wanted,
        Err(error) => {
            let message = format!("The body cannot be read: {error}.");
            return problem(StatusCode::BAD_REQUEST, ErrorCode::BadFrame, &message);
        }
    };
    match comments::pin(app.registry.store(), &granted.id, wanted).await {
        Ok(created) => (StatusCode::CREATED, [(header::CACHE_CONTROL, "no-store")], Json(created)).into_response(),
        Err(error) => refused(&error),
    }
}

/// `DELETE /api/sessions/{id}/timeline/comments/{comment}`
pub async fn remove(
    State(app): State<App>,
    granted: Granted,
    Path(OfComment { comment }): Path<OfComment>,
    headers: HeaderMap,
) -> Response {
    let key = headers.get(COMMENT_KEY_HEADER).and_then(|key| key.to_str().ok()).unwrap_or_default();
    let by = (granted.role >= Role::Owner, key);
    match comments::remove(app.registry.store(), &granted.id, &CommentId(comment), by).await {
        Ok(()) => StatusCode::NO_CONTENT.into_response(),
        Err(error) => refused(&error),
    }
}

fn refused(error: &CommentError) -> Response {
    let (status, code) = match error {
        CommentError::Empty => (StatusCode::BAD_REQUEST, ErrorCode::BadFrame),
        CommentError::Long | CommentError::LongName => (StatusCode::BAD_REQUEST, ErrorCode::Limit),
        CommentError::TooMany => (StatusCode::CONFLICT, ErrorCode::Limit),
        CommentError::None | CommentError::Read(ReadError::NotThere) => (StatusCode::NOT_FOUND, ErrorCode::NotFound),
        CommentError::Foreign => (StatusCode::FORBIDDEN, ErrorCode::Forbidden),
        CommentError::Read(_) | CommentError::Store(_) => {
            tracing::error!(%error, "a comment could not be kept or read");
            let message = "The comments could not be read or written down. Try again.";
            return problem(StatusCode::SERVICE_UNAVAILABLE, ErrorCode::Internal, message);
        }
    };
    problem(status, code, &format!("Sorry, {error}."))
}
