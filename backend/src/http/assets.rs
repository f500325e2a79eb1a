//! The page and its files, embedded in the binary: what they are, how they are cached, and the headers that fence
//! the page in.
//!
//! Answers `/`, `/s/{id}` and `/assets/{name}`. Knows nothing of sessions: the page is the same for every id,
//! and the id is the page's own business.

use axum::extract::Path;
use axum::http::header::{
    ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG, IF_NONE_MATCH,
    REFERRER_POLICY, VARY, X_CONTENT_TYPE_OPTIONS,
};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};

use encoding::Encoding;

mod encoding;

/// One embedded file in the encodings that pay.
struct Asset {
    path: &'static str,
    content_type: &'static str,
    /// SHA-256 of the content, hex.
    hash: &'static str,
    identity: &'static [u8],
    br: Option<&'static [u8]>,
    gz: Option<&'static [u8]>,
}

/// All of them; empty when the page had not been built before the server was.
static ASSETS: &[Asset] = include!(concat!(env!("OUT_DIR"), "/assets.rs"));

/// Everything the page loads comes from its own origin; `unsafe-inline` is for the styles that Monaco sets, and
/// `'self'` in `connect-src` covers the WebSocket too.
const POLICY: &str = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self' 'unsafe-inline'; \
    worker-src 'self' blob:; connect-src 'self'; img-src 'self' data: blob:; font-src 'self'; base-uri 'none'; \
    frame-src 'self'; form-action 'none'; frame-ancestors 'none'";

/// Hashed names never change their content: a year, as long as caches take seriously.
const IMMUTABLE: &str = "public, max-age=31536000, immutable";

/// The page itself names the hashed files of this build, so it is asked for every time (and answered by its ETag).
const REVALIDATE: &str = "no-cache";

/// What a person sees who started the server without building the page.
const NOT_BUILT: &str = "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>Midstream</title>\
    <p>This server was built without its page. Build both and start it with <code>cargo xtask run</code>.</p></html>";

const FENCES: [(HeaderName, &str); 7] = [
    (CONTENT_SECURITY_POLICY, POLICY),
    (X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (REFERRER_POLICY, "no-referrer"),
    // Cross-origin isolation: a worker that runs people's code can then be interrupted through shared memory.
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (HeaderName::from_static("cross-origin-embedder-policy"), "require-corp"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    (HeaderName::from_static("permissions-policy"), "camera=(), geolocation=(), microphone=(), payment=(), usb=()"),
];

/// The page.
pub async fn page(headers: HeaderMap) -> Response {
    match find("/") {
        Some(index) => serve(index, REVALIDATE, &headers),
        None => {
            let html = [(CONTENT_TYPE, "text/html; charset=utf-8"), (CACHE_CONTROL, "no-store")];
            fenced((StatusCode::SERVICE_UNAVAILABLE, html, NOT_BUILT).into_response())
        }
    }
}

/// One of its files.
pub async fn file(Path(name): Path<String>, headers: HeaderMap) -> Response {
    match find(&format!("/assets/{name}")) {
        Some(asset) => serve(asset, IMMUTABLE, &headers),
        // Not cached: a page of another build may ask for a name that the next deployment has.
        None => fenced((StatusCode::NOT_FOUND, [(CACHE_CONTROL, "no-store")], "no such file").into_response()),
    }
}

fn find(path: &str) -> Option<&'static Asset> {
    ASSETS.iter().find(|asset| asset.path == path)
}

/// An embedded document for a route that fences it in by itself, if the page was built.
pub(super) fn document(path: &str, request: &HeaderMap) -> Option<Response> {
    find(path).map(|asset| answer(asset, request))
}

fn serve(asset: &'static Asset, cache: &'static str, request: &HeaderMap) -> Response {
    let mut response = answer(asset, request);
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static(cache));
    fenced(response)
}

/// A file in the encoding that was asked for, or word that it is known.
fn answer(asset: &'static Asset, request: &HeaderMap) -> Response {
    let (encoding, bytes) = choose(asset, request);
    let etag = format!("\"{}-{}\"", asset.hash, encoding.name());
    let mut response = if is_known(request, &etag) {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        ([(CONTENT_TYPE, asset.content_type)], bytes).into_response()
    };
    let headers = response.headers_mut();
    headers.insert(VARY, HeaderValue::from_static("accept-encoding"));
    if encoding != Encoding::Identity {
        headers.insert(CONTENT_ENCODING, HeaderValue::from_static(encoding.name()));
    }
    if let Ok(etag) = HeaderValue::try_from(etag) {
        headers.insert(ETAG, etag);
    }
    response
}

/// The best encoding that the client takes and that the file has.
fn choose(asset: &'static Asset, request: &HeaderMap) -> (Encoding, &'static [u8]) {
    let accepted = request.get(ACCEPT_ENCODING).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let available = [(Encoding::Brotli, asset.br), (Encoding::Gzip, asset.gz)];
    let available = available.into_iter().filter_map(|(encoding, bytes)| Some((encoding, bytes?)));
    encoding::best(accepted, available).unwrap_or((Encoding::Identity, asset.identity))
}

fn is_known(request: &HeaderMap, etag: &str) -> bool {
    let values = request.get_all(IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok());
    values.flat_map(|value| value.split(',')).any(|known| {
        let known = known.trim();
        known.strip_prefix("W/").unwrap_or(known) == etag
    })
}

fn fenced(mut response: Response) -> Response {
    for (name, value) in FENCES {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    response
}

#[cfg(test)]
mod tests;
