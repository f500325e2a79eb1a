//! Past each limit of addresses, sockets and messages: a clear error, and nothing lost.

use std::net::SocketAddr;

use anyhow::{Context, Result, ensure};
use midstream::limits::LimitsConfig;
use midstream::{Config, Server};
use protocol::http::{CreatedSession, Problem};
use protocol::{ClientFrame, CloseCode, ErrorCode};
use reqwest::{Client as Http, Response, StatusCode};
use tests::client::Client;
use tests::server::TestServer;
use tokio_tungstenite::tungstenite::Message;

/// A server with these limits.
async fn limited(limits: LimitsConfig) -> Result<TestServer> {
    TestServer::practice_with(|config| config.limits = limits).await
}

/// What a refusal says, and that it says when to come back.
async fn refusal(answer: Response) -> Result<(StatusCode, ErrorCode, u64)> {
    let wait = answer.headers().get("retry-after").context("it does not say when to try again")?.to_str()?.parse()?;
    Ok((answer.status(), answer.json::<Problem>().await?.code, wait))
}

fn makes(addr: SocketAddr, forwarded_for: &str) -> reqwest::RequestBuilder {
    Http::new().post(format!("http://{addr}/api/sessions")).header("x-forwarded-for", forwarded_for)
}

#[tokio::test]
async fn an_address_makes_so_many_sessions_in_an_hour() -> Result<()> {
    let server = limited(LimitsConfig { sessions_per_hour: 2, ..LimitsConfig::default() }).await?;
    let (one, _two) = (server.create(None).await?, server.create(None).await?);
    // It is the same address, whatever it says of itself.
    for said in ["203.0.113.1", "203.0.113.2"] {
        let (status, code, wait) = refusal(makes(server.addr, said).send().await?).await?;
        ensure!((status, code) == (StatusCode::TOO_MANY_REQUESTS, ErrorCode::Limit), "{status} {code:?}");
        ensure!((3_000..=3_601).contains(&wait), "{wait}");
    }
    server.join(&one).await?;
    server.stop().await
}

#[tokio::test]
async fn behind_a_trusted_proxy_each_client_has_its_own_count() -> Result<()> {
    let server = TestServer::practice_with(|config| {
        config.limits.sessions_per_hour = 1;
        config.trusted_proxies = vec!["127.0.0.0/8".parse().expect("it is a network")];
    })
    .await?;
    for said in ["203.0.113.1", "203.0.113.2", "9.9.9.9, 203.0.113.3"] {
        ensure!(makes(server.addr, said).send().await?.status() == 201, "{said}");
    }
    let (status, _, _) = refusal(makes(server.addr, "8.8.8.8, 203.0.113.3").send().await?).await?;
    ensure!(status == 429, "what a client says of itself counts for nothing: {status}");
    // The proxy is on this machine, but who comes by it is not.
    let metrics = Http::new().get(server.url("/metrics")).header("x-forwarded-for", "203.0.113.1").send().await?;
    ensure!(metrics.status() == 404);
    server.stop().await
}

#[tokio::test]
async fn an_address_has_so_many_sockets_at_once() -> Result<()> {
    let server = limited(LimitsConfig { sockets_per_address: 2, ..LimitsConfig::default() }).await?;
    let (session, other) = (server.create(None).await?, server.create(None).await?);
    let mut one = server.join(&session).await?;
    let two = server.join(&other).await?;
    ensure!(Client::refused(server.addr, &session, None).await? == CloseCode::Crowded.code());
    ensure!(CloseCode::Crowded.retry());
    one.settle().await?;
    // One that goes makes room for who comes back.
    drop(two);
    until_in(&server, &session).await?;
    server.stop().await
}

#[tokio::test]
async fn a_session_has_so_many_sockets_at_once() -> Result<()> {
    let server = limited(LimitsConfig { sockets_per_session: 2, ..LimitsConfig::default() }).await?;
    let (session, other) = (server.create(None).await?, server.create(None).await?);
    let mut one = server.join(&session).await?;
    let two = server.join(&session).await?;
    ensure!(Client::refused(server.addr, &session, None).await? == CloseCode::Full.code());
    server.join(&other).await?;
    one.settle().await?;
    drop(two);
    until_in(&server, &session).await?;
    server.stop().await
}

/// Comes back until there is room, as a page does: the server learns that a socket is gone in its own time.
async fn until_in(server: &TestServer, session: &CreatedSession) -> Result<()> {
    let came = async {
        while server.join(session).await.is_err() {
            tokio::task::yield_now().await;
        }
    };
    Ok(tokio::time::timeout(std::time::Duration::from_secs(30), came).await?)
}

#[tokio::test]
async fn a_socket_that_sends_too_fast_is_told_to_come_back_and_loses_nothing() -> Result<()> {
    let limits = LimitsConfig { messages_per_second: 1, messages_at_once: 100, ..LimitsConfig::default() };
    let server = limited(limits).await?;
    let session = server.create(None).await?;
    let mut other = server.join(&session).await?;
    let mut client = server.join(&session).await?;
    client.create_file("f1", "notes.txt", "").await?;
    let mut sent = 0;
    // Until the socket does not take any more.
    while sent < 10_000 && client.insert("notes.txt", 0, "x").await.is_ok() {
        sent += 1;
    }
    ensure!(sent >= 99, "the burst is there: {sent}");
    // It went with a reason, or with what was under way when it had gone.
    if let Ok(code) = client.closed().await {
        ensure!(code == CloseCode::Overloaded.code(), "{code}");
    }
    ensure!(CloseCode::Overloaded.retry());
    // What it typed is in its replica, and comes in when it is back.
    let mut client = client.reconnect(server.addr, &session).await?;
    client.answer().await?;
    client.settle().await?;
    let text = client.text("notes.txt").context("the file is gone")?;
    other.until("the same text", |c| c.text("notes.txt").as_ref() == Some(&text)).await?;
    ensure!(text.len() >= sent, "{} of {sent}", text.len());
    server.stop().await
}

#[tokio::test]
async fn a_large_message_counts_as_several() -> Result<()> {
    let limits = LimitsConfig { messages_per_second: 1, messages_at_once: 40, ..LimitsConfig::default() };
    let server = limited(limits).await?;
    let session = server.create(None).await?;
    let mut client = server.join(&session).await?;
    let words = serde_json::to_string(&ClientFrame::Ping { clock: 0.5 })?;
    client.send_raw(Message::text(words + &" ".repeat(200 * 1024))).await?;
    ensure!(client.closed().await? == CloseCode::Overloaded.code());
    server.stop().await
}

#[tokio::test]
async fn promise_11_wrong_tokens_are_answered_alike_and_only_so_often() -> Result<()> {
    let server = limited(LimitsConfig { guesses_per_minute: 6, ..LimitsConfig::default() }).await?;
    let session = server.create(None).await?;
    let nowhere = CreatedSession { id: "nopenopenopenopenopenopenopenope".into(), token: "x".into() };
    let ask = |session: &CreatedSession, token: &str| {
        let url = server.url(&format!("/api/sessions/{}/changes?from=start", session.id));
        Http::new().get(url).bearer_auth(token).send()
    };
    // A session that is not there, and one that is: a stranger cannot tell.
    let mut told = Vec::new();
    for (session, token) in [(&nowhere, "x"), (&session, "x"), (&session, &session.token[1..]), (&nowhere, "")] {
        let answer = ask(session, token).await?;
        let headers: Vec<String> = answer.headers().keys().map(ToString::to_string).collect();
        told.push((answer.status(), headers, answer.text().await?));
    }
    ensure!(told.iter().all(|answer| *answer == told[0]), "{told:?}");
    ensure!(told[0].0 == 401);
    // Sockets are counted with them.
    let guess = CreatedSession { token: "guess".into(), ..session.clone() };
    for _ in 0..2 {
        ensure!(Client::refused(server.addr, &guess, None).await? == CloseCode::Unauthorized.code());
    }
    let (status, code, wait) = refusal(ask(&session, "x").await?).await?;
    ensure!((status, code) == (StatusCode::TOO_MANY_REQUESTS, ErrorCode::Limit));
    ensure!(wait <= 61, "{wait}");
    // Also the right one: else whoever guesses would learn that it is.
    ensure!(ask(&session, &session.token).await?.status() == 429);
    ensure!(Client::refused(server.addr, &session, None).await? == CloseCode::Crowded.code());
    server.stop().await
}

#[test]
fn a_server_with_its_usual_limits_takes_a_class() {
    let LimitsConfig { sessions_per_hour, sockets_per_address, .. } = LimitsConfig::default();
    // Thirty people behind one router, each with a session of their own and two tabs, on a bad network.
    assert!(sessions_per_hour >= 30 * 3 && sockets_per_address >= 30 * 2 * 3);
    let _: fn(Config) -> _ = Server::new;
}
