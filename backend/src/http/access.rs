//! The route by which an owner unlocks a session with the server's access code.

use axum::body::Bytes;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use protocol::ErrorCode;
use protocol::http::Unlock;

use super::authorize::Granted;
use super::caller::{Caller, too_many};
use super::{App, problem};

/// `POST /api/sessions/{id}/access`
pub async fn unlock(State(app): State<App>, granted: Granted, Caller(address): Caller, body: Bytes) -> Response {
    let Ok(Unlock { code }) = serde_json::from_slice(&body) else {
        // What is wrong with it is not repeated: it may hold the code.
        return problem(StatusCode::BAD_REQUEST, ErrorCode::BadFrame, "The body cannot be read.");
    };
    // The right code is refused with the wrong ones: else whoever guesses would learn that it is.
    if let Err(wait) = app.gate.codes.check(&address) {
        return too_many("Too many wrong codes from your address.", wait);
    }
    let session = match granted.session(&app).await {
        Ok(session) => session,
        Err(refused) => return refused,
    };
    match app.registry.unlock(&session, &code).await {
        Ok(true) => StatusCode::NO_CONTENT.into_response(),
        Ok(false) => {
            let _ = app.gate.codes.take(&address);
            problem(StatusCode::FORBIDDEN, ErrorCode::Forbidden, "That is not the access code.")
        }
        Err(error) => {
            tracing::error!(%error, session = %granted.id, "a session could not be unlocked");
            problem(StatusCode::SERVICE_UNAVAILABLE, ErrorCode::Internal, "That could not be written down. Try again.")
        }
    }
}
