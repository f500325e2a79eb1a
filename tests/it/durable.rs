//! What was acknowledged as saved is there again, whatever ends the real program.

mod disk;
mod kills;

use std::path::PathBuf;

use anyhow::{Context, Result, ensure};
use protocol::view::TurnStatus;
use protocol::{ClientFrame, ErrorCode, ServerFrame};
use tests::binary::{Binary, Folder};
use tests::client::Client;

const LESSON: &str = "invoice";

/// The first file of the lesson, by its path.
fn first(client: &Client) -> Result<String> {
    client.paths().into_iter().next().context("no files")
}

/// Waits until the client's screen is on disk.
async fn saved(client: &mut Client) -> Result<()> {
    client.until("all acks", Client::is_acknowledged).await?;
    let head = client.head();
    client.until("saved", |c| c.saved() >= head).await
}

#[tokio::test]
async fn promise_10_what_was_acknowledged_is_not_lost() -> Result<()> {
    let folder = Folder::new("durable")?;
    let server = Binary::start(&folder.0)?;
    let session = server.create(Some(LESSON)).await?;
    let mut ada = Client::connect(server.addr, &session, 0).await?;
    // A file of its own: each turn of a lesson first puts the lesson's files back.
    let path = "notes.md".to_owned();
    ada.create_file("n1", &path, "").await?;
    ada.insert(&path, 0, "# saved\n").await?;
    ada.frame("the ack", |f| matches!(f, ServerFrame::EditAck { .. })).await?;
    ada.start("t1", "go").await?;
    ada.until("some output", |c| c.output("t1").len() > 60).await?;
    let (output, text) = (ada.output("t1").to_owned(), ada.text(&path).context("no text")?);
    saved(&mut ada).await?;
    server.kill()?;

    let server = Binary::start(&folder.0)?;
    // Typed while the server was away: nobody else has it.
    ada.type_offline(&path, 0, "# unsaved\n")?;
    let mut ada = ada.reconnect(server.addr, &session).await?;
    ada.answer().await?;
    ada.settle().await?;
    let turn = ada.turn("t1").context("the turn is gone")?;
    ensure!(turn.status == TurnStatus::Interrupted, "{:?}", turn.status);
    ensure!(turn.reason.as_ref().is_some_and(|r| r.code == ErrorCode::Shutdown), "{:?}", turn.reason);
    ensure!(turn.output.starts_with(&output), "{:?} is not the start of {:?}", output, turn.output);
    let now = ada.text(&path).context("the file is gone")?;
    ensure!(now.starts_with("# unsaved\n# saved\n"), "{now}");
    ensure!(text.starts_with("# saved\n"), "{text}");

    let mut eve = Client::connect(server.addr, &session, 0).await?;
    ensure!(eve.text(&path) == ada.text(&path), "the replicas differ");
    let (turn_id, segment_id) = ("t1".into(), "c1".into());
    ada.send(ClientFrame::TurnContinue { turn_id, segment_id, text: None }).await?;
    ada.frame("going on", |f| matches!(f, ServerFrame::TurnContinued { .. })).await?;
    ada.interrupt("t1").await?;
    ada.until("the end", |c| c.status("t1") == Some(TurnStatus::Interrupted)).await?;

    // What the model did before the restart is taken back after it.
    ada.send(ClientFrame::TurnRevert { turn_id: "t1".into() }).await?;
    ada.until("the revert", |c| c.turn("t1").is_some_and(|turn| turn.reverted)).await?;
    ada.settle().await?;
    eve.settle().await?;
    eve.settle().await?;
    for path in ada.paths() {
        ensure!(ada.text(&path) == eve.text(&path), "the replicas differ after the revert in {path}");
    }
    server.stop()
}

#[tokio::test]
async fn a_drain_writes_everything_and_a_deleted_session_is_gone() -> Result<()> {
    let folder = Folder::new("drained")?;
    let server = Binary::start(&folder.0)?;
    let (session, other) = (server.create(Some(LESSON)).await?, server.create(None).await?);
    let mut ada = Client::connect(server.addr, &session, 0).await?;
    let path = first(&ada)?;
    ada.insert(&path, 0, "the last word").await?;
    ada.until("the ack", Client::is_acknowledged).await?;
    server.stop()?;

    let server = Binary::start(&folder.0)?;
    let mut ada = Client::connect(server.addr, &session, 0).await?;
    ensure!(ada.text(&path).is_some_and(|text| text.starts_with("the last word")), "{:?}", ada.text(&path));
    let url = format!("http://{}/api/sessions/{}", server.addr, session.id);
    let http = reqwest::Client::new();
    for (token, status) in
        [("", 401), (other.token.as_str(), 401), (session.token.as_str(), 204), (session.token.as_str(), 401)]
    {
        let answer = http.delete(&url).bearer_auth(token).send().await?;
        ensure!(answer.status() == status, "{token}: {}", answer.status());
    }
    ensure!(ada.closed().await? == 4404, "the socket is closed");
    ensure!(Client::connect(server.addr, &session, 0).await.is_err(), "it is gone");
    ensure!(Client::connect(server.addr, &other, 0).await.is_ok(), "the other one is there");
    server.stop()
}
