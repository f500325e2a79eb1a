//! What comes into a session: a zip, a patch, files. Read whole and checked before anything of the session changes.

use std::time::Duration;

use axum::body::Bytes;
use axum::extract::{FromRequest, Multipart, Path, Query, Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::{Json, RequestExt};
use parcel::limits::{BINARY_MAX, BODY_MAX, FILES_MAX, TEXT_MAX};
use parcel::{File, Tree};
use protocol::files::{ImportAnswer, ImportView};
use protocol::{ErrorCode, ImportId, ParticipantId};
use serde::Deserialize;
use tokio::sync::{Semaphore, oneshot};
use tokio::time::timeout;

use super::authorize::Granted;
use super::export;
use super::review::{ask, fresh, gone};
use super::{App, problem};
use crate::session::SessionHandle;
use crate::session::command::{Command, Import, LookBack};
use crate::session::state::ImportRefusal;
use crate::store::StoreError;
use crate::transfer::{self, Coming, Plan};

/// Imports that are read at once: each may hold twice [`parcel::limits::UNPACKED_MAX`].
const AT_ONCE: usize = 2;
/// How long a body may take to come: one that trickles in keeps others waiting.
const BODY_WITHIN: Duration = Duration::from_secs(5 * 60);
/// How often an import is planned anew because the files have changed meanwhile.
const TRIES: usize = 8;
/// The longest name of an import, in characters: it is for people.
const NAME_MAX: usize = 120;

static IMPORTING: Semaphore = Semaphore::const_new(AT_ONCE);

/// How an import is named, and who brings it.
#[derive(Deserialize)]
pub struct Asked {
    /// The body is one file, with this path.
    path: Option<String>,
    /// What people call it.
    name: Option<String>,
}

/// Which import.
#[derive(Deserialize)]
pub struct OfImport {
    import: String,
}

/// What a body is.
enum Body {
    File(String, Bytes),
    Zip(Bytes),
    Patch(Bytes),
    Files(Tree, u32),
}

/// `POST /api/sessions/{id}/import`
pub async fn import(
    State(app): State<App>,
    granted: Granted,
    Query(asked): Query<Asked>,
    request: Request,
) -> Response {
    let by = who(request.headers());
    let outcome = async {
        // Waits its turn before its body is read.
        let _turn = IMPORTING.acquire().await.map_err(|_| gone())?;
        let body = timeout(BODY_WITHIN, read(request, &asked)).await.map_err(|_| {
            problem(StatusCode::REQUEST_TIMEOUT, ErrorCode::BadImport, "The files took too long to come.")
        })??;
        let name = asked.name.as_deref().unwrap_or(body.name()).chars().filter(|c| !c.is_control());
        let name: String = name.take(NAME_MAX).collect();
        bring_in(&app, &granted, body, name, by).await
    };
    match outcome.await {
        Ok(answer) => fresh(Json(answer)),
        Err(refused) => refused,
    }
}

/// `DELETE /api/sessions/{id}/imports/{import}`
pub async fn take_back(
    State(app): State<App>,
    granted: Granted,
    Path(OfImport { import }): Path<OfImport>,
    headers: HeaderMap,
) -> Response {
    let session = match granted.session(&app).await {
        Ok(session) => session,
        Err(refused) => return refused,
    };
    let (reply, answer) = oneshot::channel();
    let wish = Import::TakeBack { id: ImportId(import), by: who(&headers), reply };
    if session.inbox.send(Command::Import(wish)).await.is_err() {
        return gone();
    }
    match answer.await {
        Ok(Ok(())) => StatusCode::NO_CONTENT.into_response(),
        Ok(Err(_)) => problem(StatusCode::NOT_FOUND, ErrorCode::NotFound, "There is no such import any more."),
        Err(_) => gone(),
    }
}

/// Who asks, where the request says it: `Midstream-Participant: {participant id} {resume key}`.
fn who(headers: &HeaderMap) -> Option<(ParticipantId, String)> {
    let (id, key) = headers.get("midstream-participant")?.to_str().ok()?.split_once(' ')?;
    Some((ParticipantId(id.to_owned()), key.to_owned()))
}

impl Body {
    fn name(&self) -> &str {
        match self {
            Body::File(path, _) => path,
            Body::Zip(_) => "a zip",
            Body::Patch(_) => "a patch",
            Body::Files(..) => "files",
        }
    }

    /// What comes of it, over the files as they are.
    fn coming(&self, before: &Tree) -> Result<Coming, String> {
        match self {
            Body::File(path, bytes) => {
                let tree = Tree::from([(path.clone(), one(path, bytes)?)]);
                Ok(Coming { written: tree, ..Coming::default() })
            }
            Body::Zip(bytes) => {
                let unzipped = parcel::zip::read(bytes).map_err(|bad| format!("The zip was not taken: {bad}."))?;
                let left_out = u32::try_from(unzipped.left_out).unwrap_or(u32::MAX);
                Ok(Coming { written: unzipped.tree, left_out, ..Coming::default() })
            }
            Body::Files(tree, left_out) => {
                Ok(Coming { written: tree.clone(), left_out: *left_out, ..Coming::default() })
            }
            Body::Patch(bytes) => {
                let patches = parcel::git::read(bytes).map_err(|bad| format!("The patch was not taken: {bad}."))?;
                let applied = parcel::git::apply(&patches, &|path| before.get(path).cloned());
                let applied = applied.map_err(|misfit| format!("The patch does not fit: {misfit}."))?;
                for (path, file) in &applied.written {
                    check(path, file)?;
                }
                Ok(Coming {
                    written: applied.written,
                    gone: applied
                        .gone
                        .into_iter()
                        .filter(|path| !applied.moved.values().any(|old| old == path))
                        .collect(),
                    moved: applied.moved,
                    left_out: 0,
                })
            }
        }
    }
}

async fn read(request: Request, asked: &Asked) -> Result<Body, Response> {
    let kind = request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    if asked.path.is_none() && kind == "multipart/form-data" {
        return files(request).await;
    }
    let bytes: Bytes = request.extract().await.map_err(|_| too_large())?;
    if let Some(path) = &asked.path {
        return Ok(Body::File(path.clone(), bytes));
    }
    match kind.as_str() {
        "application/zip" | "application/x-zip-compressed" => Ok(Body::Zip(bytes)),
        "text/x-diff" | "text/x-patch" => Ok(Body::Patch(bytes)),
        // What a zip begins with, an empty one too.
        _ if bytes.starts_with(b"PK\x03\x04") || bytes.starts_with(b"PK\x05\x06") => Ok(Body::Zip(bytes)),
        _ => Ok(Body::Patch(bytes)),
    }
}

/// A form: a part `paths` with a JSON list, and then a part `file` for each of them.
async fn files(request: Request) -> Result<Body, Response> {
    let bad = |message: &str| problem(StatusCode::UNPROCESSABLE_ENTITY, ErrorCode::BadImport, message);
    let mut form = Multipart::from_request(request, &()).await.map_err(|_| bad("The form cannot be read."))?;
    let mut paths: Option<std::vec::IntoIter<String>> = None;
    let (mut tree, mut left_out) = (Tree::new(), 0);
    while let Some(part) = form.next_field().await.map_err(|_| too_large())? {
        match (part.name(), paths.as_mut()) {
            (Some("paths"), None) => {
                let text = part.bytes().await.map_err(|_| too_large())?;
                let list = serde_json::from_slice::<Vec<String>>(&text)
                    .map_err(|_| bad("The list of paths cannot be read."))?;
                if list.len() > FILES_MAX {
                    return Err(problem(StatusCode::PAYLOAD_TOO_LARGE, ErrorCode::Limit, "That is too many files."));
                }
                paths = Some(list.into_iter());
            }
            (Some("file"), Some(paths)) => {
                let path = paths.next().ok_or_else(|| bad("There are more files than paths."))?;
                let bytes = part.bytes().await.map_err(|_| too_large())?;
                if parcel::path::is_beside(&path) {
                    left_out += 1;
                    continue;
                }
                let file = one(&path, &bytes).map_err(|message| bad(&message))?;
                if tree.insert(path.clone(), file).is_some() {
                    return Err(bad(&format!("{path} is there twice.")));
                }
            }
            _ => return Err(bad("The form has a part that does not belong there.")),
        }
    }
    if paths.is_none_or(|mut rest| rest.next().is_some()) {
        return Err(bad("There are more paths than files."));
    }
    let together = parcel::path::check_together(tree.keys().map(String::as_str));
    together.map_err(|clash| bad(&format!("The files were not taken: {clash}.")))?;
    Ok(Body::Files(tree, left_out))
}

fn one(path: &str, bytes: &[u8]) -> Result<File, String> {
    let file = File::plain(bytes);
    check(path, &file)?;
    Ok(file)
}

fn check(path: &str, file: &File) -> Result<(), String> {
    parcel::path::check(path).map_err(|bad| format!("The file was not taken: {path} {bad}."))?;
    let limit = if file.is_binary() { BINARY_MAX } else { TEXT_MAX };
    if file.bytes.len() > limit {
        return Err(format!("{path} is too large: {} MiB at most.", limit / (1024 * 1024)));
    }
    Ok(())
}

async fn bring_in(
    app: &App,
    granted: &Granted,
    body: Body,
    name: String,
    by: Option<(ParticipantId, String)>,
) -> Result<ImportAnswer, Response> {
    let session = granted.session(app).await?;
    let body = std::sync::Arc::new(body);
    for _ in 0..TRIES {
        let snapshot = ask(&session, |reply| LookBack::Snapshot { reply }).await.ok_or_else(gone)?;
        let before = export::outside(app, &granted.id, &snapshot.files).await?;
        let (body, file_units) = (std::sync::Arc::clone(&body), app.gate.config.file_units);
        // Unpacking and comparing take a while, which neither the session nor other requests must wait for.
        let planned = tokio::task::spawn_blocking(move || {
            let coming = body.coming(&before.tree)?;
            if let Some(path) = coming.oversized(file_units) {
                return Err(format!("{path} is too large: a file has {file_units} characters at most."));
            }
            let plan = transfer::plan(&snapshot, &before, &coming);
            Ok::<_, String>((plan, coming.left_out))
        });
        let (plan, left_out) = planned
            .await
            .map_err(|error| {
                tracing::error!(%error, session = %granted.id, "an import could not be planned");
                problem(StatusCode::INTERNAL_SERVER_ERROR, ErrorCode::Internal, "The import could not be read.")
            })?
            .map_err(|why| problem(StatusCode::UNPROCESSABLE_ENTITY, ErrorCode::BadImport, &why))?;
        keep(app, granted, &plan).await?;
        let counts = plan.counts;
        match carry_out(&session, plan, name.clone(), by.clone()).await? {
            Ok(import) => {
                return Ok(ImportAnswer { import, unchanged: counts.unchanged, left_out, binary: counts.binary });
            }
            Err(ImportRefusal::Stale) => {}
            Err(ImportRefusal::Full) => {
                let message =
                    "This session is as large as it may be. Deleting still works, and a new session has room.";
                return Err(problem(StatusCode::UNPROCESSABLE_ENTITY, ErrorCode::Limit, message));
            }
            Err(ImportRefusal::TooMany | ImportRefusal::NotFound) => {
                let message = format!("A session holds {} files at most.", app.gate.config.files_per_session);
                return Err(problem(StatusCode::UNPROCESSABLE_ENTITY, ErrorCode::Limit, &message));
            }
        }
    }
    let message = "The same files are being changed at the moment. Try again when the model has finished with them.";
    Err(problem(StatusCode::CONFLICT, ErrorCode::BadImport, message))
}

/// Bytes are on disk before the session names them.
async fn keep(app: &App, granted: &Granted, plan: &Plan) -> Result<(), Response> {
    match app.registry.keep_blobs(&granted.id, &plan.blobs).await {
        Ok(()) => Ok(()),
        Err(StoreError::Full) => {
            let message =
                format!("The binary files of a session take {} MiB at most.", crate::store::BLOBS_MAX / (1024 * 1024));
            Err(problem(StatusCode::UNPROCESSABLE_ENTITY, ErrorCode::Limit, &message))
        }
        Err(error) => {
            tracing::error!(%error, session = %granted.id, "bytes beside a session could not be kept");
            Err(problem(StatusCode::SERVICE_UNAVAILABLE, ErrorCode::Internal, "The files could not be saved."))
        }
    }
}

async fn carry_out(
    session: &SessionHandle,
    plan: Plan,
    name: String,
    by: Option<(ParticipantId, String)>,
) -> Result<Result<Option<ImportView>, ImportRefusal>, Response> {
    let (reply, answer) = oneshot::channel();
    let wish = Import::Do { plan: Box::new(plan), name, by, reply };
    session.inbox.send(Command::Import(wish)).await.map_err(|_| gone())?;
    answer.await.map_err(|_| gone())
}

fn too_large() -> Response {
    let message = format!("An import takes {} MiB at most.", BODY_MAX / (1024 * 1024));
    problem(StatusCode::PAYLOAD_TOO_LARGE, ErrorCode::Limit, &message)
}
