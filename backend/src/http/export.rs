//! What goes out of a session: a zip, a patch, one file, a page that needs no other file.
//!
//! All of it is served as a download that no browser runs under this server's name.

use axum::extract::{Query, State};
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use protocol::{ErrorCode, SessionId};
use serde::Deserialize;

use super::authorize::Granted;
use super::review::{ask, gone};
use super::{App, problem};
use crate::session::SessionHandle;
use crate::session::command::LookBack;
use crate::session::history::{Files, Point};
use crate::transfer::{self, Outside};

/// As it stands, unless another point is named.
#[derive(Deserialize)]
pub struct At {
    at: Option<String>,
}

/// Between two points.
#[derive(Deserialize)]
pub struct Between {
    from: Option<String>,
    to: Option<String>,
}

/// One file.
#[derive(Deserialize)]
pub struct OfFile {
    file: String,
    at: Option<String>,
}

/// A page that begins in one file; in the one that is most likely meant, if none is named.
#[derive(Deserialize)]
pub struct Page {
    file: Option<String>,
}

/// `GET /api/sessions/{id}/export/zip`
pub async fn zip(State(app): State<App>, granted: Granted, Query(At { at }): Query<At>) -> Response {
    let outside = match at_point(&app, &granted, at.as_deref().unwrap_or("now")).await {
        Ok(outside) => outside,
        Err(refused) => return refused,
    };
    // Packing takes a while, which other requests must not wait for.
    let packed = tokio::task::spawn_blocking(move || parcel::zip::write(&outside.tree)).await;
    match packed {
        Ok(Ok(bytes)) => download(&format!("{}.zip", stem(&granted.id)), "application/zip", bytes),
        other => {
            tracing::error!(session = %granted.id, failed = ?other.err(), "a session could not be packed");
            problem(StatusCode::INTERNAL_SERVER_ERROR, ErrorCode::Internal, "The files could not be packed.")
        }
    }
}

/// `GET /api/sessions/{id}/export/patch`
pub async fn patch(State(app): State<App>, granted: Granted, Query(between): Query<Between>) -> Response {
    let (from, to) = (between.from.as_deref().unwrap_or("start"), between.to.as_deref().unwrap_or("now"));
    let before = match at_point(&app, &granted, from).await {
        Ok(before) => before,
        Err(refused) => return refused,
    };
    let after = match at_point(&app, &granted, to).await {
        Ok(after) => after,
        Err(refused) => return refused,
    };
    let written = tokio::task::spawn_blocking(move || {
        let moved = after.names.iter().filter_map(|(id, new)| {
            let old = before.names.get(id).filter(|old| *old != new)?;
            Some((new.clone(), old.clone()))
        });
        parcel::git::write(&before.tree, &after.tree, &moved.collect())
    });
    match written.await {
        Ok(bytes) => download(&format!("{}.patch", stem(&granted.id)), "text/x-diff; charset=utf-8", bytes),
        Err(error) => {
            tracing::error!(%error, session = %granted.id, "a patch could not be made");
            problem(StatusCode::INTERNAL_SERVER_ERROR, ErrorCode::Internal, "The patch could not be made.")
        }
    }
}

/// `GET /api/sessions/{id}/export/file`
pub async fn file(State(app): State<App>, granted: Granted, Query(of): Query<OfFile>) -> Response {
    let outside = match at_point(&app, &granted, of.at.as_deref().unwrap_or("now")).await {
        Ok(outside) => outside,
        Err(refused) => return refused,
    };
    let found = outside.names.get(&of.file).and_then(|name| Some((name, outside.tree.get(name)?)));
    let Some((name, file)) = found else {
        return problem(StatusCode::NOT_FOUND, ErrorCode::NotFound, "There is no such file.");
    };
    let name = name.rsplit('/').next().unwrap_or(name);
    download(name, "application/octet-stream", file.bytes.to_vec())
}

/// `GET /api/sessions/{id}/export/page`
pub async fn page(State(app): State<App>, granted: Granted, Query(Page { file }): Query<Page>) -> Response {
    let outside = match at_point(&app, &granted, "now").await {
        Ok(outside) => outside,
        Err(refused) => return refused,
    };
    let wanted = match &file {
        Some(id) => outside.names.get(id).cloned(),
        None => parcel::page::entry(&outside.tree),
    };
    let Some(entry) = wanted.filter(|name| outside.tree.contains_key(name)) else {
        return problem(StatusCode::NOT_FOUND, ErrorCode::NotFound, "There is no HTML file to begin with.");
    };
    match parcel::page::write(&outside.tree, &entry) {
        Ok(html) => download(&format!("{}.html", stem(&granted.id)), "text/html; charset=utf-8", html),
        Err(error) => problem(StatusCode::UNPROCESSABLE_ENTITY, ErrorCode::Limit, &format!("Sorry, {error}.")),
    }
}

/// The session's files at a point, as they are outside.
async fn at_point(app: &App, granted: &Granted, point: &str) -> Result<Outside, Response> {
    let Some(point) = Point::parse(point) else {
        return Err(problem(StatusCode::BAD_REQUEST, ErrorCode::BadFrame, "That is no point of a session."));
    };
    let session = granted.session(app).await?;
    let files = files(&session, point).await?;
    outside(app, &granted.id, &files).await
}

async fn files(session: &SessionHandle, point: Point) -> Result<Files, Response> {
    let answer = ask(session, |reply| LookBack::Files { point, reply }).await.ok_or_else(gone)?;
    answer.ok_or_else(|| problem(StatusCode::NOT_FOUND, ErrorCode::NotFound, "That point is not kept."))
}

/// Files as they are outside, with the bytes that are kept beside the session.
pub(super) async fn outside(app: &App, id: &SessionId, files: &Files) -> Result<Outside, Response> {
    let blobs = app.registry.blobs(id, transfer::blobs_of(files.values())).await.map_err(|error| {
        tracing::error!(%error, session = %id, "bytes beside a session could not be read");
        problem(StatusCode::INTERNAL_SERVER_ERROR, ErrorCode::Internal, "The files could not be read.")
    })?;
    Ok(transfer::outside(files, &blobs))
}

/// What a download is called: enough of the session's id to tell two apart, and not enough to open one.
fn stem(id: &SessionId) -> String {
    const TOLD: usize = 6;
    format!("midstream-{}", id.as_str().get(..TOLD).unwrap_or("session"))
}

/// Bytes for a disk, not for a window: whatever they are, nothing of them runs here.
fn download(name: &str, kind: &'static str, bytes: Vec<u8>) -> Response {
    const FENCES: [(HeaderName, &str); 4] = [
        (header::CACHE_CONTROL, "no-store"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::CONTENT_SECURITY_POLICY, "sandbox; default-src 'none'"),
        (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    ];
    let mut response = ([(header::CONTENT_TYPE, kind)], bytes).into_response();
    for (name, value) in FENCES {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    let plain: String =
        name.chars().map(|c| if c.is_ascii_graphic() && !"\"\\%".contains(c) { c } else { '_' }).collect();
    let disposition = format!("attachment; filename=\"{plain}\"; filename*=UTF-8''{}", percent(name));
    if let Ok(value) = HeaderValue::try_from(disposition) {
        response.headers_mut().insert(header::CONTENT_DISPOSITION, value);
    }
    response
}

/// A name for a header, as RFC 8187 says.
fn percent(name: &str) -> String {
    let mut out = String::with_capacity(name.len());
    for byte in name.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_name_in_a_header_is_plain_text() {
        assert_eq!(super::percent("a b\"ü.py"), "a%20b%22%C3%BC.py");
        let response = super::download("x\"\r\ny.py", "text/plain", Vec::new());
        let value = response.headers()["content-disposition"].to_str().unwrap();
        assert_eq!(value, "attachment; filename=\"x___y.py\"; filename*=UTF-8''x%22%0D%0Ay.py");
    }
}
