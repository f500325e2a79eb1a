//! The page over the router, without a socket.

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{Method, Request};
use axum::routing::get;
use tower::ServiceExt;

use super::*;

static ASSET: Asset = Asset {
    path: "/assets/app-1.js",
    content_type: "text/javascript; charset=utf-8",
    hash: "aa",
    identity: b"plain",
    br: Some(b"brotli"),
    gz: Some(b"gzip"),
};

fn request(headers: &[(HeaderName, &str)]) -> HeaderMap {
    headers.iter().map(|(name, value)| (name.clone(), HeaderValue::from_str(value).unwrap())).collect()
}

async fn body(response: Response) -> Vec<u8> {
    to_bytes(response.into_body(), 64 * 1024 * 1024).await.unwrap().to_vec()
}

async fn ask(method: Method, uri: &str, headers: &[(HeaderName, &str)]) -> Response {
    let mut request = Request::builder().method(method).uri(uri);
    for (name, value) in headers {
        request = request.header(name, *value);
    }
    let router = Router::new().route("/", get(page)).route("/s/{id}", get(page)).route("/assets/{name}", get(file));
    router.oneshot(request.body(Body::empty()).unwrap()).await.unwrap()
}

#[tokio::test]
async fn the_encoding_is_negotiated_and_named() {
    for (accepted, encoding, expected) in
        [("gzip, br", Some("br"), "brotli"), ("gzip", Some("gzip"), "gzip"), ("", None, "plain")]
    {
        let response = serve(&ASSET, IMMUTABLE, &request(&[(ACCEPT_ENCODING, accepted)]));
        assert_eq!(response.status(), StatusCode::OK);
        assert_eq!(response.headers().get(CONTENT_ENCODING).map(|value| value.to_str().unwrap()), encoding);
        assert_eq!(response.headers()[VARY], "accept-encoding");
        assert_eq!(response.headers()[CACHE_CONTROL], IMMUTABLE);
        assert_eq!(body(response).await, expected.as_bytes());
    }
}

#[tokio::test]
async fn a_known_etag_is_answered_without_a_body() {
    let first = serve(&ASSET, REVALIDATE, &request(&[(ACCEPT_ENCODING, "br")]));
    let etag = first.headers()[ETAG].to_str().unwrap().to_owned();
    let again = [(ACCEPT_ENCODING, "br"), (IF_NONE_MATCH, &format!("\"other\", W/{etag}"))];
    let second = serve(&ASSET, REVALIDATE, &request(&again));
    assert_eq!(second.status(), StatusCode::NOT_MODIFIED);
    assert!(body(second).await.is_empty());
    // Another encoding is another representation.
    let third = serve(&ASSET, REVALIDATE, &request(&[(IF_NONE_MATCH, &etag)]));
    assert_eq!(third.status(), StatusCode::OK);
}

#[tokio::test]
async fn the_page_answers_at_both_addresses_and_is_fenced() {
    let built = find("/").is_some();
    for uri in ["/", "/s/abc123"] {
        let response = ask(Method::GET, uri, &[]).await;
        let expected = if built { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
        assert_eq!(response.status(), expected);
        assert_eq!(response.headers()[CONTENT_TYPE], "text/html; charset=utf-8");
        for (name, value) in FENCES {
            assert_eq!(response.headers()[&name], value);
        }
        assert!(String::from_utf8(body(response).await).unwrap().contains("Midstream"));
    }
}

#[tokio::test]
async fn every_file_that_the_page_names_is_served() {
    let page = body(ask(Method::GET, "/", &[]).await).await;
    let page = String::from_utf8(page).unwrap();
    for path in page.split('"').filter(|part| part.starts_with("/assets/")) {
        let response = ask(Method::GET, path, &[]).await;
        assert_eq!(response.status(), StatusCode::OK, "{path}");
        assert_eq!(response.headers()[CACHE_CONTROL], IMMUTABLE);
    }
}

#[tokio::test]
async fn head_says_what_get_would_and_sends_nothing() {
    let response = ask(Method::HEAD, "/", &[]).await;
    let length = response.headers()["content-length"].to_str().unwrap().parse::<usize>().unwrap();
    assert!(body(response).await.is_empty());
    assert_eq!(length, body(ask(Method::GET, "/", &[]).await).await.len());
}

#[tokio::test]
async fn an_unknown_file_is_refused_and_not_cached() {
    for uri in ["/assets/none.js", "/assets/..%2Findex.html"] {
        let response = ask(Method::GET, uri, &[]).await;
        assert_eq!(response.status(), StatusCode::NOT_FOUND);
        assert_eq!(response.headers()[CACHE_CONTROL], "no-store");
    }
}
