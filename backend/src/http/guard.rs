//! Which hosts and origins may ask: against DNS rebinding and against other people's pages.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use axum::extract::{ConnectInfo, Request, State};
use axum::http::uri::Authority;
use axum::http::{HeaderMap, StatusCode, Uri, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use protocol::ErrorCode;

use super::problem;
use crate::limits;

/// Names under which this server may be asked for.
#[derive(Clone, Debug)]
pub struct Allowed {
    /// Host names without a port, lower case.
    hosts: Vec<String>,
}

impl Allowed {
    /// Loopback names, the bound address, and the operator's public names.
    pub fn new(bound: SocketAddr, public: &[String]) -> Allowed {
        let mut hosts = vec!["localhost".to_owned(), "127.0.0.1".to_owned(), "[::1]".to_owned()];
        if !bound.ip().is_unspecified() {
            hosts.push(match bound.ip() {
                IpAddr::V4(ip) => ip.to_string(),
                IpAddr::V6(ip) => format!("[{ip}]"),
            });
        }
        hosts.extend(public.iter().map(|host| host.to_ascii_lowercase()));
        Allowed { hosts }
    }

    fn host(&self, headers: &HeaderMap, uri: &Uri) -> bool {
        let host =
            headers.get(header::HOST).and_then(|h| h.to_str().ok()).or_else(|| uri.authority().map(Authority::as_str));
        host.and_then(|host| host.parse::<Authority>().ok()).is_some_and(|a| self.names(&a))
    }

    /// No origin means a program, which needs a token like anyone.
    fn origin(&self, headers: &HeaderMap) -> bool {
        let Some(origin) = headers.get(header::ORIGIN) else { return true };
        origin
            .to_str()
            .ok()
            .and_then(|o| o.strip_prefix("http://").or_else(|| o.strip_prefix("https://")))
            .and_then(|authority| authority.parse::<Authority>().ok())
            .is_some_and(|authority| self.names(&authority) && same_port(headers, &authority))
    }

    fn names(&self, authority: &Authority) -> bool {
        !authority.as_str().contains('@') && self.hosts.iter().any(|h| h.eq_ignore_ascii_case(authority.host()))
    }
}

/// Another port of the same machine is another origin: somebody else's page.
fn same_port(headers: &HeaderMap, origin: &Authority) -> bool {
    let host = headers.get(header::HOST).and_then(|h| h.to_str().ok()).and_then(|h| h.parse::<Authority>().ok());
    host.is_none_or(|host| host.port_u16() == origin.port_u16())
}

/// Lets a request through if its host and origin are allowed.
pub async fn check(State(allowed): State<Arc<Allowed>>, request: Request, next: Next) -> Response {
    if !allowed.host(request.headers(), request.uri()) {
        let message = "This server is not known by that name. Add it with --public-host.";
        return problem(StatusCode::MISDIRECTED_REQUEST, ErrorCode::Forbidden, message).into_response();
    }
    if !allowed.origin(request.headers()) {
        return problem(StatusCode::FORBIDDEN, ErrorCode::Forbidden, "Other pages may not use this server.");
    }
    next.run(request).await
}

/// Lets a request through if it comes from this machine: who asks from elsewhere is told nothing.
pub async fn operator(ConnectInfo(from): ConnectInfo<SocketAddr>, request: Request, next: Next) -> Response {
    // A proxy on this machine asks for somebody else.
    if !from.ip().to_canonical().is_loopback() || limits::is_forwarded(request.headers()) {
        return StatusCode::NOT_FOUND.into_response();
    }
    next.run(request).await
}

#[cfg(test)]
mod tests {
    use axum::Router;
    use axum::body::Body;
    use axum::extract::connect_info::MockConnectInfo;
    use axum::middleware::from_fn;
    use axum::routing::get;
    use tower::ServiceExt;

    use super::*;

    fn headers(host: &str, origin: Option<&str>) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert(header::HOST, host.parse().unwrap());
        if let Some(origin) = origin {
            headers.insert(header::ORIGIN, origin.parse().unwrap());
        }
        headers
    }

    #[tokio::test]
    async fn only_this_machine_is_shown_what_operators_look_at() {
        for (from, status) in [
            ("127.0.0.1:1", StatusCode::OK),
            ("[::1]:1", StatusCode::OK),
            ("[::ffff:127.0.0.1]:1", StatusCode::OK),
            ("192.0.2.1:1", StatusCode::NOT_FOUND),
            ("[2001:db8::1]:1", StatusCode::NOT_FOUND),
        ] {
            let from: SocketAddr = from.parse().unwrap();
            let router = Router::new().route("/metrics", get(|| async {})).layer(from_fn(operator));
            let router = router.layer(MockConnectInfo(from));
            let answer = router.oneshot(Request::get("/metrics").body(Body::empty()).unwrap()).await.unwrap();
            assert_eq!(answer.status(), status, "{from}");
        }
    }

    #[test]
    fn only_known_hosts_and_same_origins_pass() {
        let allowed = Allowed::new("127.0.0.1:8787".parse().unwrap(), &["play.example".to_owned()]);
        let uri = Uri::from_static("/");
        for (host, origin, passes) in [
            ("localhost:8787", None, true),
            ("127.0.0.1:8787", Some("http://127.0.0.1:8787"), true),
            ("play.example", Some("https://play.example"), true),
            ("PLAY.example", Some("https://play.example"), true),
            ("evil.example:8787", None, false),
            ("localhost.evil.example", None, false),
            ("evil@localhost:8787", None, false),
            ("localhost:8787", Some("http://localhost:9999"), false),
            ("localhost:8787", Some("https://evil.example"), false),
            ("localhost:8787", Some("null"), false),
        ] {
            let headers = headers(host, origin);
            assert_eq!(allowed.host(&headers, &uri) && allowed.origin(&headers), passes, "{host} {origin:?}");
        }
    }
}
