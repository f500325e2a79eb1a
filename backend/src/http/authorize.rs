//! From a request's bearer token to a session and a role: the one place where a route's least role is asked for.

use std::net::IpAddr;

use axum::extract::{FromRequestParts, Path, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode, header};
use axum::middleware::Next;
use axum::response::Response;
use protocol::view::Role;
use protocol::{ErrorCode, SessionId};
use serde::Deserialize;

use super::caller::{Caller, too_many};
use super::{App, problem};
use crate::session::SessionHandle;
use crate::session::door::Denied;

/// Whoever asks may: what a handler of such a route takes as its argument, and cannot make itself.
#[derive(Clone, Debug)]
pub struct Granted {
    /// The session in which the token gives what the route asks for.
    pub id: SessionId,
    /// What it gives: at least what the route asks for.
    pub role: Role,
}

/// The parameter that all such routes have.
#[derive(Deserialize)]
pub struct OfSession {
    id: String,
}

/// Lets a request through if its token gives at least `least` in the session that its path names.
pub async fn check(
    State((app, least)): State<(App, Role)>,
    Path(OfSession { id }): Path<OfSession>,
    request: Request,
    next: Next,
) -> Response {
    let (mut parts, body) = request.into_parts();
    let address = match Caller::from_request_parts(&mut parts, &app).await {
        Ok(Caller(address)) => address,
        Err(refused) => return refused,
    };
    let mut request = Request::from_parts(parts, body);
    match grant(&app, SessionId(id), address, request.headers(), least).await {
        Ok(granted) => {
            request.extensions_mut().insert(granted);
            next.run(request).await
        }
        Err(refused) => refused,
    }
}

/// What a request's token gives, if that is enough.
async fn grant(
    app: &App,
    id: SessionId,
    address: IpAddr,
    headers: &HeaderMap,
    least: Role,
) -> Result<Granted, Response> {
    // The right token is refused with the wrong ones: else whoever guesses would learn that it is.
    app.gate.guesses.check(&address).map_err(|wait| too_many("Too many wrong links from your address.", wait))?;
    let unauthorized = |message| problem(StatusCode::UNAUTHORIZED, ErrorCode::Unauthorized, message);
    let door = app.registry.door(&id).await.map_err(|error| {
        tracing::error!(%error, session = %id, "what opens a session could not be read");
        problem(StatusCode::INTERNAL_SERVER_ERROR, ErrorCode::Internal, "The session could not be read.")
    })?;
    // A session that is not there and a token that opens nothing look the same to a stranger.
    let token = bearer(headers).unwrap_or_default();
    let pass = door.map_or(Err(Denied::Unknown), |door| door.authorize(token)).map_err(|denied| match denied {
        Denied::Unknown => {
            let _ = app.gate.guesses.take(&address);
            unauthorized("That link opens nothing.")
        }
        Denied::Revoked => unauthorized("That link was revoked."),
        Denied::Expired => unauthorized("That link has expired."),
    })?;
    if pass.role < least {
        let message = format!("That takes a link with the role {}.", least.name());
        return Err(problem(StatusCode::FORBIDDEN, ErrorCode::Forbidden, &message));
    }
    Ok(Granted { id, role: pass.role })
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    headers.get(header::AUTHORIZATION)?.to_str().ok()?.strip_prefix("Bearer ")
}

impl Granted {
    /// The session itself, loaded if it is not live.
    pub async fn session(&self, app: &App) -> Result<SessionHandle, Response> {
        let found = app.registry.get(&self.id).await.map_err(|error| {
            tracing::error!(%error, session = %self.id, "a session could not be loaded");
            problem(StatusCode::INTERNAL_SERVER_ERROR, ErrorCode::Internal, "The session could not be loaded.")
        })?;
        found.ok_or_else(|| problem(StatusCode::NOT_FOUND, ErrorCode::NotFound, "There is no such session."))
    }
}

impl<S: Sync> FromRequestParts<S> for Granted {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Granted, Response> {
        // Without it the route does not ask for a role, and its handler must not act as if it had.
        parts.extensions.get::<Granted>().cloned().ok_or_else(|| {
            tracing::error!(uri = %parts.uri.path(), "a handler wants a role that its route does not ask for");
            problem(StatusCode::INTERNAL_SERVER_ERROR, ErrorCode::Internal, "The server cannot tell who asks.")
        })
    }
}
