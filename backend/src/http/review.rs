//! The routes for looking back: what differs between two points of a session, and who wrote what of a file.

use axum::Json;
use axum::extract::{Query, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use protocol::ErrorCode;
use protocol::http::{FileChange, FileChanges};
use serde::Deserialize;
use tokio::sync::oneshot;

use super::authorize::Granted;
use super::{App, problem};
use crate::session::SessionHandle;
use crate::session::command::{Command, LookBack};
use crate::session::history::{Difference, Point};

/// Which points to compare.
#[derive(Deserialize)]
pub struct Between {
    from: String,
    to: Option<String>,
}

/// Which file.
#[derive(Deserialize)]
pub struct OfFile {
    file: String,
}

/// `GET /api/sessions/{id}/changes`
pub async fn changes(State(app): State<App>, granted: Granted, Query(between): Query<Between>) -> Response {
    let session = match granted.session(&app).await {
        Ok(session) => session,
        Err(refused) => return refused,
    };
    let to = between.to.as_deref().unwrap_or("now");
    let (Some(from), Some(to)) = (Point::parse(&between.from), Point::parse(to)) else {
        return problem(StatusCode::BAD_REQUEST, ErrorCode::BadFrame, "That is no point of a session.");
    };
    match ask(&session, |reply| LookBack::Changes { from, to, reply }).await {
        Some(Some(differences)) => {
            let files = differences.into_iter().map(change).collect();
            fresh(Json(FileChanges { files }))
        }
        Some(None) => problem(StatusCode::NOT_FOUND, ErrorCode::NotFound, "That point is not kept."),
        None => gone(),
    }
}

/// `GET /api/sessions/{id}/authors`
pub async fn authors(State(app): State<App>, granted: Granted, Query(of): Query<OfFile>) -> Response {
    let session = match granted.session(&app).await {
        Ok(session) => session,
        Err(refused) => return refused,
    };
    match ask(&session, |reply| LookBack::Authors { file: of.file, reply }).await {
        Some(Some(authors)) => fresh(Json(authors)),
        Some(None) => problem(StatusCode::NOT_FOUND, ErrorCode::NotFound, "There is no such file."),
        None => gone(),
    }
}

pub(super) async fn ask<T>(
    session: &SessionHandle,
    question: impl FnOnce(oneshot::Sender<T>) -> LookBack,
) -> Option<T> {
    let (reply, answer) = oneshot::channel();
    session.inbox.send(Command::LookBack(question(reply))).await.ok()?;
    answer.await.ok()
}

fn change(difference: Difference) -> FileChange {
    let Difference { before, after } = difference;
    let (old, new) = (before.as_ref().map(|saved| &saved.path), after.as_ref().map(|saved| &saved.path));
    FileChange {
        path: new.or(old).map(ToString::to_string).unwrap_or_default(),
        moved_from: old.filter(|_| new.is_some() && new != old).map(ToString::to_string),
        before: before.map(|saved| saved.text.to_string()),
        after: after.map(|saved| saved.text.to_string()),
    }
}

pub(super) fn fresh(body: impl IntoResponse) -> Response {
    ([(header::CACHE_CONTROL, "no-store")], body).into_response()
}

pub(super) fn gone() -> Response {
    problem(StatusCode::SERVICE_UNAVAILABLE, ErrorCode::Shutdown, "The session is ending.")
}
