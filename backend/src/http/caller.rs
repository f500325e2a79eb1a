//! For whom a request asks: an address, as limits count it.

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use axum::extract::{ConnectInfo, FromRequestParts};
use axum::http::request::Parts;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use protocol::ErrorCode;

use super::{App, problem};
use crate::limits;

/// An address, as limits count it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Caller(pub IpAddr);

impl FromRequestParts<App> for Caller {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Caller, Response> {
        let ConnectInfo(peer) =
            ConnectInfo::<SocketAddr>::from_request_parts(parts, app).await.map_err(IntoResponse::into_response)?;
        let client = limits::client(peer.ip(), &parts.headers, &app.trusted_proxies);
        Ok(Caller(limits::of_address(client)))
    }
}

/// Past a limit: what, and after how long it may be tried again.
pub fn too_many(what: &str, wait: Duration) -> Response {
    // Up to the next whole second: who waits for so long is let in.
    let seconds = wait.as_secs() + 1;
    let message = format!("{what} Try again in {}.", words(seconds));
    let mut answer = problem(StatusCode::TOO_MANY_REQUESTS, ErrorCode::Limit, &message);
    answer.headers_mut().insert(header::RETRY_AFTER, seconds.into());
    answer
}

fn words(seconds: u64) -> String {
    match seconds {
        1 => "a second".to_owned(),
        2..=90 => format!("{seconds} seconds"),
        _ => format!("{} minutes", seconds.div_ceil(60)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wait_is_told_in_words_and_in_a_header() {
        assert_eq!([1, 45, 91, 3600].map(words), ["a second", "45 seconds", "2 minutes", "60 minutes"]);
        let answer = too_many("Too many.", Duration::from_millis(1_500));
        assert_eq!(answer.status(), StatusCode::TOO_MANY_REQUESTS);
        assert_eq!(answer.headers()[header::RETRY_AFTER], "2");
    }
}
