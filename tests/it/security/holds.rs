//! Past each limit of what a session may hold, as its operator set it: a clear error, and nothing lost.

use anyhow::{Context, Result, ensure};
use midstream::limits::LimitsConfig;
use protocol::limits::PROMPT_MAX;
use protocol::links::NewLink;
use protocol::view::Role;
use protocol::{ClientFrame, CloseCode, ErrorCode, ServerFrame};
use tests::client::Client;
use tests::links::make;
use tests::server::TestServer;
use tests::timeline::Timeline;
use tests::transfer::Transfer;
use tokio_tungstenite::tungstenite::Message;

/// A server whose sessions hold so much.
async fn limited(limits: LimitsConfig) -> Result<TestServer> {
    TestServer::practice_with(|config| config.limits = limits).await
}

/// Waits for the words to whoever wrote past a limit of the document; their page then takes the server's copy.
async fn refused(client: &mut Client) -> Result<()> {
    let refused = client.frame("a refusal", |frame| matches!(frame, ServerFrame::Error { .. })).await?;
    let ServerFrame::Error { code, message, .. } = refused else { anyhow::bail!("no error") };
    ensure!(code == ErrorCode::BadUpdate && message.contains("past a limit"), "{code:?} {message}");
    Ok(())
}

#[tokio::test]
async fn a_frame_past_the_operators_limit_closes_its_socket_and_no_other() -> Result<()> {
    let server = limited(LimitsConfig { frame_bytes: 2 * PROMPT_MAX, ..LimitsConfig::default() }).await?;
    let session = server.create(None).await?;
    let (mut client, mut other) = (server.join(&session).await?, server.join(&session).await?);
    ensure!(client.welcome.limits.client_frame_max == 2 * PROMPT_MAX);
    let words = serde_json::to_string(&ClientFrame::Ping { clock: 0.5 })?;
    let fits = 2 * PROMPT_MAX - words.len();
    other.send_raw(Message::text(words.clone() + &" ".repeat(fits))).await?;
    other.settle().await?;
    client.send_raw(Message::text(words + &" ".repeat(fits + 1))).await?;
    ensure!(client.closed().await? == CloseCode::TooLarge.code());
    other.settle().await?;
    server.stop().await
}

#[tokio::test]
async fn a_file_past_the_operators_limit_is_refused_however_it_comes() -> Result<()> {
    let server = limited(LimitsConfig { file_units: 100, ..LimitsConfig::default() }).await?;
    let session = server.create(None).await?;
    let mut client = server.join(&session).await?;
    let mut other = server.join(&session).await?;
    ensure!(client.welcome.limits.file_max == 100);
    client.create_file("f1", "a.txt", &"x".repeat(100)).await?;
    other.until("the file", |c| c.text("a.txt").is_some_and(|text| text.len() == 100)).await?;
    client.insert("a.txt", 0, "y").await?;
    refused(&mut client).await?;
    other.settle().await?;
    ensure!(other.text("a.txt") == Some("x".repeat(100)), "nobody saw it");

    let transfer = Transfer { addr: server.addr, session: &session };
    let large = "é".repeat(101);
    let (_, _, message) = tests::transfer::refusal(transfer.files(&[("b.txt", large.as_bytes())])?).await?;
    ensure!(message.contains("b.txt is too large: a file has 100 characters at most"), "{message}");
    // It counts characters as the editor does, not bytes; and what is no text has limits of its own.
    let fits = "é".repeat(100);
    let taken = transfer.files(&[("b.txt", fits.as_bytes()), ("c.bin", &[0; 500])])?.send().await?;
    ensure!(taken.status() == 200, "{}", taken.text().await?);
    server.stop().await
}

#[tokio::test]
async fn files_past_the_operators_limit_are_refused_however_they_come() -> Result<()> {
    let server = limited(LimitsConfig { files_per_session: 2, ..LimitsConfig::default() }).await?;
    let session = server.create(None).await?;
    let mut client = server.join(&session).await?;
    let mut other = server.join(&session).await?;
    ensure!(client.welcome.limits.files_max == 2);
    client.create_file("f1", "a.txt", "a").await?;
    let transfer = Transfer { addr: server.addr, session: &session };
    let two: [(&str, &[u8]); 2] = [("b.txt", b"b"), ("c.txt", b"c")];
    let (_, code, message) = tests::transfer::refusal(transfer.files(&two)?).await?;
    ensure!(code == ErrorCode::Limit && message.contains("2 files at most"), "{message}");
    client.create_file("f2", "b.txt", "b").await?;
    other.until("both", |c| c.paths() == ["a.txt", "b.txt"]).await?;
    client.create_file("f3", "c.txt", "c").await?;
    refused(&mut client).await?;
    other.settle().await?;
    ensure!(other.paths() == ["a.txt", "b.txt"], "{:?}", other.paths());
    server.stop().await
}

#[tokio::test]
async fn links_past_the_operators_limit_are_refused() -> Result<()> {
    let server = limited(LimitsConfig { links_per_session: 2, ..LimitsConfig::default() }).await?;
    let session = server.create(None).await?;
    let wanted = NewLink { role: Role::Viewer, name: None, expires_in_s: None };
    for status in [201, 201, 409] {
        ensure!(make(server.addr, &session, &wanted).await?.status() == status);
    }
    server.stop().await
}

#[tokio::test]
async fn a_timeline_past_the_operators_limit_begins_later_and_goes_on() -> Result<()> {
    let server = limited(LimitsConfig { timeline_bytes: 1024 * 1024, ..LimitsConfig::default() }).await?;
    let session = server.create(None).await?;
    let mut client = server.join(&session).await?;
    client.create_file("f1", "a.txt", "").await?;
    let timeline = Timeline::of(server.addr, &session);
    let mut index = timeline.until(client.head()).await?;
    ensure!(!index.is_shortened);
    // What is let go is looked at when a keyframe is made, beside the writing: some more is written until it was.
    for round in 0..200_u8 {
        if index.is_shortened {
            break;
        }
        client.insert("a.txt", 0, &char::from(b'a' + round % 26).to_string().repeat(100_000)).await?;
        client.settle().await?;
        client.remove("a.txt", 0, 100_000).await?;
        client.settle().await?;
        index = timeline.until(client.head()).await?;
    }
    ensure!(index.is_shortened, "nothing was let go");
    // Its beginning can be looked at, and its end is the session.
    let first = timeline.at(index.from.seq).await?;
    ensure!(first.moment.seq == index.from.seq);
    client.insert("a.txt", 0, "the end").await?;
    client.settle().await?;
    let last = timeline.until(client.head()).await?;
    let texts = tests::timeline::texts(&timeline.at(last.to.seq).await?.document)?;
    ensure!(texts.get("a.txt").context("no file")? == "the end");
    server.stop().await
}

#[tokio::test]
async fn a_session_past_the_operators_size_takes_only_deletions() -> Result<()> {
    let server = limited(LimitsConfig { session_bytes: 1024 * 1024, ..LimitsConfig::default() }).await?;
    let session = server.create(None).await?;
    let (mut client, mut other) = (server.join(&session).await?, server.join(&session).await?);
    client.create_file("f1", "a.txt", "").await?;
    // It is measured as it is written down, so that the last one in may still fit.
    let is_error = |frame: &ServerFrame| matches!(frame, ServerFrame::Error { .. });
    let mut kept = 0;
    loop {
        client.insert("a.txt", 0, &"x".repeat(100_000)).await?;
        client.until("an answer", |c| c.is_acknowledged() || c.frames.iter().any(is_error)).await?;
        if client.frames.iter().any(is_error) {
            break;
        }
        kept += 100_000;
        ensure!(kept < 10_000_000, "nothing was refused");
    }
    ensure!(kept >= 1_000_000, "{kept}");
    other.until("what was taken", |c| c.text("a.txt").is_some_and(|text| text.len() == kept)).await?;

    // Nobody begins anything, and nothing is brought in; what is there can be deleted.
    other.start("t1", "go").await?;
    ensure!(other.error().await? == ErrorCode::Limit);
    let transfer = Transfer { addr: server.addr, session: &session };
    let (_, code, message) = tests::transfer::refusal(transfer.files(&[("b.txt", b"b".as_slice())])?).await?;
    ensure!(code == ErrorCode::Limit && message.contains("as large as it may be"), "{message}");
    other.remove("a.txt", 0, 1000).await?;
    other.settle().await?;
    let mut late = server.join(&session).await?;
    late.until("the rest", |c| c.text("a.txt").is_some_and(|text| text.len() == kept - 1000)).await?;
    server.stop().await
}
