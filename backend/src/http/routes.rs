//! The one table of routes: what there is, who may ask, and what answers. The router is built from it, and so is the
//! test that tries every route with every role.

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::from_fn_with_state;
use axum::routing::{MethodRouter, delete, get, post};
use parcel::limits::BODY_MAX;
use protocol::view::Role;

use super::{
    App, access, assets, authorize, comments, export, guard, import, links, recording, review, runner, timeline,
};
use crate::timeline::recording::RECORDING_MAX;

/// A way to ask the server for something.
#[derive(Clone, Copy)]
pub struct Route {
    /// The HTTP method.
    pub method: &'static str,
    /// The path, with its parameters in braces.
    pub path: &'static str,
    /// Who may ask.
    pub access: Access,
    handler: fn() -> MethodRouter<App>,
}

/// Who may ask.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Whoever asks by a known host, and from no other page.
    Anyone,
    /// Of those, who has a token of the session in `{id}` that gives at least this role.
    AtLeast(Role),
    /// Of those, who says a token in `hello`: a browser can set no header on an upgrade.
    ByHello,
    /// Of those, who offers a token among the subprotocols of an upgrade: stock clients can send it nowhere else.
    BySubprotocol,
    /// Whoever asks, by any name: a probe.
    Probe,
    /// Whoever asks from this machine, by any name.
    Operator,
}

/// All of them.
pub const ROUTES: &[Route] = &[
    route("POST", "/api/sessions", Access::Anyone, || post(super::create)),
    route("DELETE", "/api/sessions/{id}", Access::AtLeast(Role::Owner), || delete(super::forget)),
    route("GET", "/api/sessions/{id}/socket", Access::ByHello, || get(super::connect)),
    route("GET", "/api/sessions/{id}/yjs", Access::BySubprotocol, || get(super::yjs)),
    route("GET", "/api/sessions/{id}/changes", Access::AtLeast(Role::Viewer), || get(review::changes)),
    route("GET", "/api/sessions/{id}/authors", Access::AtLeast(Role::Viewer), || get(review::authors)),
    route("POST", "/api/sessions/{id}/access", Access::AtLeast(Role::Owner), || post(access::unlock)),
    route("GET", "/api/sessions/{id}/timeline", Access::AtLeast(Role::Replay), || get(timeline::index)),
    route("GET", "/api/sessions/{id}/timeline/at/{seq}", Access::AtLeast(Role::Replay), || get(timeline::at)),
    route("GET", "/api/sessions/{id}/timeline/when/{ms}", Access::AtLeast(Role::Replay), || get(timeline::when)),
    route("GET", "/api/sessions/{id}/timeline/steps", Access::AtLeast(Role::Replay), || get(timeline::steps)),
    route("GET", "/api/sessions/{id}/timeline/secrets", Access::AtLeast(Role::Owner), || get(timeline::secrets)),
    route("GET", "/api/sessions/{id}/timeline/comments", Access::AtLeast(Role::Replay), || get(comments::list)),
    route("POST", "/api/sessions/{id}/timeline/comments", Access::AtLeast(Role::Editor), || post(comments::create)),
    route("DELETE", "/api/sessions/{id}/timeline/comments/{comment}", Access::AtLeast(Role::Editor), || {
        delete(comments::remove)
    }),
    route("POST", "/api/sessions/{id}/fork", Access::AtLeast(Role::Replay), || post(recording::fork)),
    route("GET", "/api/sessions/{id}/file", Access::AtLeast(Role::Owner), || get(recording::write)),
    route("POST", "/api/sessions/file", Access::Anyone, || {
        post(recording::read).layer(DefaultBodyLimit::max(RECORDING_MAX))
    }),
    route("GET", "/api/sessions/{id}/links", Access::AtLeast(Role::Owner), || get(links::list)),
    route("POST", "/api/sessions/{id}/links", Access::AtLeast(Role::Owner), || post(links::create)),
    route("DELETE", "/api/sessions/{id}/links/{link}", Access::AtLeast(Role::Owner), || delete(links::revoke)),
    route("GET", "/api/sessions/{id}/export/zip", Access::AtLeast(Role::Viewer), || get(export::zip)),
    route("GET", "/api/sessions/{id}/export/patch", Access::AtLeast(Role::Viewer), || get(export::patch)),
    route("GET", "/api/sessions/{id}/export/file", Access::AtLeast(Role::Viewer), || get(export::file)),
    route("GET", "/api/sessions/{id}/export/page", Access::AtLeast(Role::Viewer), || get(export::page)),
    route("POST", "/api/sessions/{id}/import", Access::AtLeast(Role::Editor), || {
        post(import::import).layer(DefaultBodyLimit::max(BODY_MAX))
    }),
    route("DELETE", "/api/sessions/{id}/imports/{import}", Access::AtLeast(Role::Editor), || delete(import::take_back)),
    route("GET", "/api/lessons", Access::Anyone, || get(super::lessons)),
    route("GET", "/api/models", Access::Anyone, || get(super::list_models)),
    route("GET", "/", Access::Anyone, || get(assets::page)),
    route("GET", "/s/{id}", Access::Anyone, || get(assets::page)),
    route("GET", "/s/{id}/replay", Access::Anyone, || get(assets::page)),
    route("GET", "/assets/{name}", Access::Anyone, || get(assets::file)),
    route("GET", "/runner", Access::Anyone, || get(runner::runner)),
    route("GET", "/preview", Access::Anyone, || get(runner::preview)),
    route("GET", "/healthz", Access::Probe, || get(super::healthz)),
    route("GET", "/metrics", Access::Operator, || get(super::metrics)),
];

const fn route(method: &'static str, path: &'static str, access: Access, handler: fn() -> MethodRouter<App>) -> Route {
    Route { method, path, access, handler }
}

/// The router of all routes, each behind what it asks for.
pub fn router(app: &App) -> Router<App> {
    let (mut guarded, mut open) = (Router::new(), Router::new());
    for route in ROUTES {
        let handler = (route.handler)();
        match route.access {
            Access::Anyone | Access::ByHello | Access::BySubprotocol => guarded = guarded.route(route.path, handler),
            Access::AtLeast(role) => {
                let check = from_fn_with_state((app.clone(), role), authorize::check);
                guarded = guarded.route(route.path, handler.route_layer(check));
            }
            Access::Probe => open = open.route(route.path, handler),
            Access::Operator => {
                open = open.route(route.path, handler.route_layer(axum::middleware::from_fn(guard::operator)))
            }
        }
    }
    guarded.layer(from_fn_with_state(app.allowed.clone(), guard::check)).merge(open)
}
