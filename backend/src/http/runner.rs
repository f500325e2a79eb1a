//! The pages that people's code runs under, fenced in by headers of their own.
//!
//! Answers `/runner` and `/preview`. Each is a document of an opaque origin: it reaches no storage, no cookie,
//! no socket and no other page, and it loads nothing. What runs in it is handed to it by the page that holds it.

use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, REFERRER_POLICY, VARY, X_CONTENT_TYPE_OPTIONS,
};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};

use super::assets;

/// Workers run from addresses that the document makes, and nothing is loaded from anywhere.
const RUNNER_POLICY: &str = "sandbox allow-scripts; default-src 'none'; script-src 'unsafe-inline' 'unsafe-eval' \
    'wasm-unsafe-eval' blob:; worker-src blob:; connect-src 'none'; base-uri 'none'; form-action 'none'; \
    frame-ancestors 'self'";

/// A page shows pictures and styles that stand in it or that the document makes addresses of, and nothing else.
const PREVIEW_POLICY: &str = "sandbox allow-scripts; default-src 'none'; script-src 'unsafe-inline' 'unsafe-eval' \
    'wasm-unsafe-eval' blob:; style-src 'unsafe-inline' blob:; img-src data: blob:; font-src data: blob:; \
    media-src data: blob:; worker-src blob:; connect-src 'none'; base-uri 'none'; form-action 'none'; \
    frame-src 'none'; frame-ancestors 'self'";

/// Where people's programs run.
pub async fn runner(headers: HeaderMap) -> Response {
    page("/runner", RUNNER_POLICY, &headers)
}

/// Where pages of a session are shown.
pub async fn preview(headers: HeaderMap) -> Response {
    page("/preview", PREVIEW_POLICY, &headers)
}

fn page(path: &str, policy: &'static str, request: &HeaderMap) -> Response {
    let Some(mut response) = assets::document(path, request) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let fences: [(HeaderName, &str); 8] = [
        (CONTENT_TYPE, "text/html; charset=utf-8"),
        (CONTENT_SECURITY_POLICY, policy),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (REFERRER_POLICY, "no-referrer"),
        (CACHE_CONTROL, "no-cache"),
        (VARY, "accept-encoding"),
        // The page that holds it is cross-origin isolated, and so it has to be.
        (HeaderName::from_static("cross-origin-embedder-policy"), "require-corp"),
        (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    ];
    for (name, value) in fences {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    response.headers_mut().insert("permissions-policy", HeaderValue::from_static(NOTHING));
    response
}

/// What a browser offers beyond showing a page.
const NOTHING: &str = "accelerometer=(), autoplay=(), camera=(), clipboard-read=(), clipboard-write=(), \
    display-capture=(), fullscreen=(), geolocation=(), gyroscope=(), hid=(), magnetometer=(), microphone=(), midi=(), \
    payment=(), publickey-credentials-get=(), screen-wake-lock=(), serial=(), usb=(), \
    xr-spatial-tracking=()";

#[cfg(test)]
mod tests {
    use axum::Router;
    use axum::body::Body;
    use axum::http::Request;
    use axum::routing::get;
    use tower::ServiceExt;

    use super::*;

    #[tokio::test]
    async fn code_is_fenced_in() {
        for path in ["/runner", "/preview"] {
            let request = Request::builder().uri(path).body(Body::empty()).unwrap();
            let routes = Router::new().route("/runner", get(runner)).route("/preview", get(preview));
            let response: Response = routes.oneshot(request).await.unwrap();
            if response.status() == StatusCode::NOT_FOUND {
                // Built without the page.
                continue;
            }
            let policy = response.headers()[CONTENT_SECURITY_POLICY].to_str().unwrap();
            let fences =
                ["sandbox allow-scripts;", "default-src 'none'", "connect-src 'none'", "frame-ancestors 'self'"];
            for part in fences {
                assert!(policy.contains(part), "{path}: {part}");
            }
            assert!(!policy.contains("allow-same-origin"), "{path}");
            assert_eq!(response.headers()["cross-origin-embedder-policy"], "require-corp");
        }
    }
}
