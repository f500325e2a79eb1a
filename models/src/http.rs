//! HTTP as every SSE family uses it: one pooled client per provider, and one call that streams events.
//!
//! Owns the client's settings. Knows no API; the families hand their payload reading in as a [`call::Decoder`].

pub(crate) mod call;
pub(crate) mod connections;
pub(crate) mod outbox;
pub(crate) mod retry;

use crate::timers::Timers;

/// A client that keeps connections for [`Timers::unused`], follows no redirect (a key must not travel on) and has
/// no overall timeout (an answer may take as long as it keeps coming).
///
/// A server on this machine is never reached through a proxy.
pub(crate) fn client(base_url: &str, timers: &Timers) -> reqwest::Client {
    let mut builder = reqwest::Client::builder()
        .user_agent(concat!("midstream/", env!("CARGO_PKG_VERSION")))
        .redirect(reqwest::redirect::Policy::none())
        .connect_timeout(timers.connect)
        .pool_idle_timeout(timers.unused)
        .tcp_nodelay(true)
        .connector_layer(connections::Layer);
    if is_loopback(base_url) {
        builder = builder.no_proxy();
    }
    builder.build().unwrap_or_else(|error| {
        tracing::error!(%error, "the tuned HTTP client cannot be built; a plain one serves");
        reqwest::Client::new()
    })
}

fn is_loopback(base_url: &str) -> bool {
    let url = reqwest::Url::parse(base_url).ok();
    let host = url.as_ref().and_then(reqwest::Url::host_str).unwrap_or_default();
    let host = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost" || host.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
}
