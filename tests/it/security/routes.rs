//! Every route with every caller: one table, which has to have exactly the routes of the server's own.

use std::collections::BTreeSet;

use anyhow::{Context, Result, ensure};
use midstream::{Access, ROUTES};
use protocol::comments::COMMENT_KEY_HEADER;
use protocol::files::ImportAnswer;
use protocol::http::{CreatedSession, Problem};
use protocol::view::Role;
use protocol::{CloseCode, ErrorCode, Seq};
use reqwest::{Method, Response, StatusCode};
use tests::client::Client;
use tests::comments::pin;
use tests::links::link;
use tests::server::TestServer;
use tests::transfer::Transfer;

use super::everyone;

/// A route, who may ask it, and what is asked. `{id}` and `{link}` stand for a session and a link of it.
struct Row {
    method: &'static str,
    path: &'static str,
    access: Access,
    query: &'static str,
    body: &'static str,
}

const fn row(method: &'static str, path: &'static str, access: Access, query: &'static str, body: &'static str) -> Row {
    Row { method, path, access, query, body }
}

const REPLAY: Access = Access::AtLeast(Role::Replay);
const VIEWER: Access = Access::AtLeast(Role::Viewer);
const EDITOR: Access = Access::AtLeast(Role::Editor);
const OWNER: Access = Access::AtLeast(Role::Owner);

/// What is meant. The server's table must say the same.
const TABLE: &[Row] = &[
    row("POST", "/api/sessions", Access::Anyone, "", ""),
    row("DELETE", "/api/sessions/{id}", OWNER, "", ""),
    row("GET", "/api/sessions/{id}/socket", Access::ByHello, "", ""),
    row("GET", "/api/sessions/{id}/yjs", Access::BySubprotocol, "", ""),
    row("GET", "/api/sessions/{id}/changes", VIEWER, "?from=start", ""),
    row("GET", "/api/sessions/{id}/authors", VIEWER, "?file=f1", ""),
    row("POST", "/api/sessions/{id}/access", OWNER, "", r#"{"code":"nobody asks for one"}"#),
    row("GET", "/api/sessions/{id}/timeline", REPLAY, "", ""),
    row("GET", "/api/sessions/{id}/timeline/at/{seq}", REPLAY, "", ""),
    row("GET", "/api/sessions/{id}/timeline/when/{ms}", REPLAY, "", ""),
    row("GET", "/api/sessions/{id}/timeline/steps", REPLAY, "?from=0", ""),
    row("GET", "/api/sessions/{id}/timeline/secrets", OWNER, "", ""),
    row("GET", "/api/sessions/{id}/timeline/comments", REPLAY, "", ""),
    row("POST", "/api/sessions/{id}/timeline/comments", EDITOR, "", r#"{"seq":0,"text":"here"}"#),
    row("DELETE", "/api/sessions/{id}/timeline/comments/{comment}", EDITOR, "", ""),
    row("POST", "/api/sessions/{id}/fork", REPLAY, "", r#"{"seq":0}"#),
    row("GET", "/api/sessions/{id}/file", OWNER, "", ""),
    row("POST", "/api/sessions/file", Access::Anyone, "", ""),
    row("GET", "/api/sessions/{id}/links", OWNER, "", ""),
    row("POST", "/api/sessions/{id}/links", OWNER, "", r#"{"role":"owner"}"#),
    row("DELETE", "/api/sessions/{id}/links/{link}", OWNER, "", ""),
    row("GET", "/api/sessions/{id}/export/zip", VIEWER, "", ""),
    row("GET", "/api/sessions/{id}/export/patch", VIEWER, "", ""),
    row("GET", "/api/sessions/{id}/export/file", VIEWER, "?file=f1", ""),
    row("GET", "/api/sessions/{id}/export/page", VIEWER, "?file=f1", ""),
    row("POST", "/api/sessions/{id}/import", EDITOR, "?path=b.txt", "b"),
    row("DELETE", "/api/sessions/{id}/imports/{import}", EDITOR, "", ""),
    row("GET", "/api/lessons", Access::Anyone, "", ""),
    row("GET", "/api/models", Access::Anyone, "", ""),
    row("GET", "/", Access::Anyone, "", ""),
    row("GET", "/s/{id}", Access::Anyone, "", ""),
    row("GET", "/s/{id}/replay", Access::Anyone, "", ""),
    row("GET", "/assets/{name}", Access::Anyone, "", ""),
    row("GET", "/runner", Access::Anyone, "", ""),
    row("GET", "/preview", Access::Anyone, "", ""),
    row("GET", "/healthz", Access::Probe, "", ""),
    row("GET", "/metrics", Access::Operator, "", ""),
];

/// What paths name beside a session.
#[derive(Clone, Copy)]
struct Names<'a> {
    link: &'a str,
    import: &'a str,
    comment: &'a str,
}

/// What is nowhere.
const NOTHING: Names<'static> = Names { link: "any", import: "any", comment: "any" };

impl Row {
    /// Asks, with a token and further headers.
    async fn ask(
        &self,
        server: &TestServer,
        session: &CreatedSession,
        Names { link, import, comment }: Names<'_>,
        token: Option<&str>,
        headers: &[(&str, &str)],
    ) -> Result<Response> {
        let path = self.path.replace("{id}", session.id.as_str()).replace("{link}", link).replace("{name}", "x.js");
        let path = path.replace("{import}", import).replace("{comment}", comment);
        let path = path.replace("{seq}", "0").replace("{ms}", "0");
        let url = server.url(&format!("{path}{}", self.query));
        let mut request = reqwest::Client::new().request(Method::from_bytes(self.method.as_bytes())?, url);
        if let Some(token) = token {
            request = request.bearer_auth(token);
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        Ok(request.body(self.body).send().await?)
    }
}

#[test]
fn the_table_has_every_route() {
    let meant: BTreeSet<String> = TABLE.iter().map(|r| format!("{} {} {:?}", r.method, r.path, r.access)).collect();
    let served: BTreeSet<String> = ROUTES.iter().map(|r| format!("{} {} {:?}", r.method, r.path, r.access)).collect();
    assert_eq!(meant, served);
}

#[tokio::test]
async fn promise_11_every_route_takes_its_role() -> Result<()> {
    // All of these come from one address, and most of them are wrong.
    let server = TestServer::practice_with(|config| config.limits.guesses_per_minute = 10_000).await?;
    let (session, other) = (server.create(None).await?, server.create(None).await?);
    let mut witness = server.join(&session).await?;
    for caller in everyone(server.addr, &session, &other).await? {
        for row in TABLE {
            let Access::AtLeast(least) = row.access else { continue };
            let who = format!("{} asks {} {}", caller.who, row.method, row.path);
            let token = caller.token.as_deref();
            match caller.role {
                // What is refused has no effect: all of it may be tried on one session.
                None => {
                    let answer = row.ask(&server, &session, NOTHING, token, &[]).await?;
                    ensure!(answer.status() == StatusCode::UNAUTHORIZED, "{who}: {}", answer.status());
                    ensure!(answer.json::<Problem>().await?.code == ErrorCode::Unauthorized, "{who}");
                }
                Some(role) if role < least => {
                    let answer = row.ask(&server, &session, NOTHING, token, &[]).await?;
                    ensure!(answer.status() == StatusCode::FORBIDDEN, "{who}: {}", answer.status());
                    ensure!(answer.json::<Problem>().await?.code == ErrorCode::Forbidden, "{who}");
                }
                Some(role) => {
                    // One of its own: a route may delete it.
                    let fresh = server.create(None).await?;
                    server.join(&fresh).await?.create_file("f1", "a.txt", "a").await?;
                    let transfer = Transfer { addr: server.addr, session: &fresh };
                    let came = transfer.files(&[("c.txt", b"c")])?.send().await?.json::<ImportAnswer>().await?.import;
                    let came = came.context("nothing came")?.id;
                    let (view, by) = link(server.addr, &fresh, role).await?;
                    let said = pin(server.addr, &fresh, Seq(0), "by the owner").await?;
                    let names =
                        Names { link: view.id.as_str(), import: came.as_str(), comment: said.comment.id.as_str() };
                    let key = [(COMMENT_KEY_HEADER, said.key.as_str())];
                    let answer = row.ask(&server, &fresh, names, Some(&by.token), &key).await?;
                    ensure!(answer.status().is_success(), "{who}: {}", answer.text().await?);
                }
            }
        }
    }
    witness.settle().await?;
    server.stop().await
}

#[tokio::test]
async fn promise_11_a_socket_opens_for_a_token_that_holds_and_with_its_role() -> Result<()> {
    let server = TestServer::practice().await?;
    let (session, other) = (server.create(None).await?, server.create(None).await?);
    for caller in everyone(server.addr, &session, &other).await? {
        let shown = CreatedSession { id: session.id.clone(), token: caller.token.unwrap_or_default() };
        match caller.role {
            // It opens the timeline, and nothing live.
            Some(Role::Replay) => {
                let code = Client::refused(server.addr, &shown, None).await.with_context(|| caller.who)?;
                ensure!(code == CloseCode::Unauthorized.code(), "{}: {code}", caller.who);
            }
            Some(role) => {
                let client = server.join(&shown).await.with_context(|| caller.who)?;
                ensure!(client.welcome.role == role, "{}", caller.who);
            }
            None => {
                let code = Client::refused(server.addr, &shown, None).await.with_context(|| caller.who)?;
                ensure!(code == caller.code.code(), "{}: {code}", caller.who);
            }
        }
    }
    server.stop().await
}

#[tokio::test]
async fn promise_11_every_route_asks_for_a_known_host_and_its_own_origin() -> Result<()> {
    let server = TestServer::practice().await?;
    let session = server.create(None).await?;
    let port = server.addr.port();
    let (elsewhere, next_door) = ("https://evil.example", format!("http://127.0.0.1:{}", port ^ 1));
    let hosts = ["evil.example", "localhost.evil.example", "127.0.0.1.nip.io"];
    for row in TABLE {
        let who = format!("{} {}", row.method, row.path);
        let ask = |headers: Vec<(&'static str, String)>| {
            let (server, session) = (&server, &session);
            async move {
                let headers: Vec<(&str, &str)> = headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
                row.ask(server, session, NOTHING, Some(&session.token), &headers).await
            }
        };
        let is_probe = matches!(row.access, Access::Probe | Access::Operator);
        for host in hosts {
            let status = ask(vec![("host", host.to_owned())]).await?.status();
            ensure!((status == StatusCode::MISDIRECTED_REQUEST) != is_probe, "{who} by {host}: {status}");
        }
        for origin in [elsewhere, next_door.as_str(), "null", "http://localhost:1@127.0.0.1"] {
            let status = ask(vec![("origin", origin.to_owned())]).await?.status();
            ensure!((status == StatusCode::FORBIDDEN) != is_probe, "{who} from {origin}: {status}");
        }
    }
    // After all of that the session is there: no such request had an effect.
    server.join(&session).await?;
    server.stop().await
}
