//! What was acknowledged as saved is there again, whatever ends the real program.

mod disk;

use std::path::PathBuf;

use anyhow::{Context, Result, ensure};
use protocol::view::TurnStatus;
use protocol::{ClientFrame, ErrorCode, ServerFrame};
use tests::binary::{Binary, Folder};
use tests::client::Client;

/// Rounds of the kill loop; `MIDSTREAM_KILL_ROUNDS` sets another number.
const ROUNDS: usize = 20;
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
    ada.settle().await?;
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

#[tokio::test]
async fn promise_10_a_kill_loop_loses_nothing_that_was_saved() -> Result<()> {
    let rounds = std::env::var("MIDSTREAM_KILL_ROUNDS").ok().and_then(|n| n.parse().ok()).unwrap_or(ROUNDS);
    let seed =
        std::env::var("MIDSTREAM_KILL_SEED").ok().and_then(|n| n.parse().ok()).unwrap_or_else(|| fastrand::u64(..));
    println!("{rounds} rounds, MIDSTREAM_KILL_SEED={seed}");
    let mut rng = fastrand::Rng::with_seed(seed);
    let folder = Folder::new("kills")?;
    let mut server = Binary::start(&folder.0)?;
    let session = server.create(Some(LESSON)).await?;
    let mut ada = Client::connect(server.addr, &session, 0).await?;
    let mut bob = Client::connect(server.addr, &session, 0).await?;
    // A file of their own: each turn of a lesson first puts the lesson's files back.
    let path = "notes.md".to_owned();
    ada.create_file("n1", &path, "").await?;
    bob.until("the file", |c| c.text("notes.md").is_some()).await?;
    let mut typed = Vec::new();
    for round in 0..rounds {
        let turn = format!("t{round}");
        ada.start(&turn, "go").await?;
        let steps = rng.usize(1..30);
        for step in 0..steps {
            // Every word is told from every other.
            let word = format!("<{round}.{step}>\n");
            let who = if rng.bool() { &mut ada } else { &mut bob };
            who.insert(&path, 0, &word).await?;
            typed.push(word);
            if rng.u8(0..4) == 0 {
                who.settle().await?;
            }
        }
        let outputs = ada.shown_outputs();
        if rng.bool() {
            saved(&mut ada).await?;
        }
        let saved = ada.saved();
        server.kill()?;
        server = Binary::start(&folder.0)?;
        (ada, bob) = (ada.reconnect(server.addr, &session).await?, bob.reconnect(server.addr, &session).await?);
        ada.answer().await?;
        ada.settle().await?;
        bob.answer().await?;
        bob.settle().await?;
        ada.settle().await?;
        let text = ada.text(&path).context("the file is gone")?;
        ensure!(bob.text(&path).as_ref() == Some(&text), "round {round}: the replicas differ");
        for word in &typed {
            ensure!(text.matches(word.as_str()).count() == 1, "round {round}: {word:?} in\n{text}");
        }
        for (turn, at, output) in outputs.iter().filter(|(_, at, _)| *at <= saved) {
            ensure!(ada.output(turn).starts_with(output.as_str()), "round {round}: {turn} at {at}");
        }
        let errors = ada.frames.iter().chain(&bob.frames).filter(|f| matches!(f, ServerFrame::Error { .. }));
        ensure!(errors.count() == 0, "round {round}: refused");
        let fresh = Client::connect(server.addr, &session, 0).await?;
        ensure!(fresh.text(&path) == Some(text), "round {round}: a fresh replica differs");
    }
    server.stop()
}
