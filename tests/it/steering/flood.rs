//! An interrupt overtakes everything.

use anyhow::Result;
use protocol::view::TurnStatus;
use protocol::{ClientFrame, ServerFrame};
use tests::client::Client;
use tests::gated::Flood;
use tests::server::TestServer;

use super::Room;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn promise_1_an_interrupt_overtakes_everything() -> Result<()> {
    let model = Flood::new(&"word ".repeat(20), 200_000);
    let server = TestServer::with_model(model).await?;
    let session = server.create(None).await?;
    let mut client = server.join(&session).await?;
    // A viewer that never reads: its queue and its kernel buffers fill up.
    let _stalled = Client::connect(server.addr, &session, 0).await?;
    client.start("t1", "flood").await?;
    client.until("output", |c| c.output("t1").len() > 10_000).await?;
    // Edits crowd the inbox, then the interrupt.
    client.create_file("f1", "notes.txt", "").await?;
    for n in 0..200 {
        client.insert("notes.txt", n, "x").await?;
    }
    client.interrupt("t1").await?;
    let stopped = client.frame("stopped", |f| matches!(f, ServerFrame::TurnStopped { .. })).await?;
    let ServerFrame::TurnStopped { kept_offset, .. } = stopped else { unreachable!() };
    client.until("the end", |c| c.status("t1") == Some(TurnStatus::Interrupted)).await?;
    client.settle().await?;
    // Nobody got a delta past the kept offset after `turn/stopped`.
    let at = client.frames.iter().position(|f| matches!(f, ServerFrame::TurnStopped { .. })).unwrap();
    let late = client.frames[at..].iter().filter_map(|f| match f {
        ServerFrame::TurnDelta { offset, text, .. } => Some(offset + text.encode_utf16().count() as u32),
        _ => None,
    });
    assert!(late.max().unwrap_or(0) <= kept_offset);
    assert_eq!(client.output("t1").encode_utf16().count() as u32, kept_offset);
    assert_eq!(client.text("notes.txt").unwrap().len(), 200);
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn promise_9_a_slow_viewer_slows_nobody() -> Result<()> {
    // More steps than the log holds, and more bytes than a socket's buffers.
    let model = Flood::new(&"word ".repeat(12), 60_000);
    let server = TestServer::with_model(model).await?;
    let session = server.create(None).await?;
    let mut client = server.join(&session).await?;
    let mut slow = Client::connect(server.addr, &session, 0).await?;
    client.start("t1", "flood").await?;
    client.until("the end", |c| c.status("t1") == Some(TurnStatus::Completed)).await?;
    // The slow one wakes up: it was caught up from the state, or let go, and then it comes back.
    if slow.until("the end", |c| c.status("t1") == Some(TurnStatus::Completed)).await.is_err() {
        slow = slow.reconnect(server.addr, &session).await?;
    }
    assert_eq!(slow.output("t1"), client.output("t1"));
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_turn_past_its_output_limit_is_stopped_and_keeps_what_it_has() -> Result<()> {
    let model = Flood::new(&"word ".repeat(10_000), 1_000);
    let server = TestServer::with_model(model).await?;
    let session = server.create(None).await?;
    let mut client = server.join(&session).await?;
    client.start("t1", "flood").await?;
    client.until("the end", |c| c.status("t1") == Some(TurnStatus::Interrupted)).await?;
    let turn = client.turn("t1").unwrap();
    assert_eq!(turn.reason.as_ref().map(|r| r.code), Some(protocol::ErrorCode::OutputLimit));
    assert!(turn.output.len() > midstream::session::state::OUTPUT_MAX);
    Ok(())
}

#[tokio::test]
async fn paced_and_raw_viewers_end_with_the_same_output() -> Result<()> {
    let server = TestServer::practice().await?;
    let session = server.create(Some(models::practice::lessons()[0].id)).await?;
    let mut raw = server.join(&session).await?;
    let mut paced = Client::connect(server.addr, &session, 16).await?;
    raw.start("t1", models::practice::lessons()[0].prompt).await?;
    for client in [&mut raw, &mut paced] {
        client.until("the end", |c| c.status("t1") == Some(TurnStatus::Completed)).await?;
    }
    assert_eq!(raw.output("t1"), paced.output("t1"));
    for path in raw.paths() {
        assert_eq!(raw.text(&path), paced.text(&path), "{path}");
    }
    let deltas = |c: &Client| c.frames.iter().filter(|f| matches!(f, ServerFrame::TurnDelta { .. })).count();
    assert!(deltas(&paced) < deltas(&raw), "steps were merged");
    raw.send(ClientFrame::TurnRevert { turn_id: "t1".into() }).await?;
    for client in [&mut raw, &mut paced] {
        client.until("the revert", |c| c.turn("t1").is_some_and(|t| t.reverted)).await?;
        for file in models::practice::lessons()[0].files {
            assert_eq!(client.text(file.path).as_deref(), Some(file.text), "{}", file.path);
        }
    }
    Ok(())
}

#[tokio::test]
async fn a_client_whose_answers_pile_up_is_let_go_and_not_kept_without_them() -> Result<()> {
    let mut room = Room::new().await?;
    let mut other = room.join().await?;
    other.start("t1", "go").await?;
    let call = room.gate.call().await;
    let output = "x".repeat(100_000);
    call.text(&output);
    room.client.until("the output", |c| c.output("t1") == output).await?;
    // More and larger answers than its queue and the kernel hold, none of them read.
    for _ in 0..600 {
        other.start("t1", "go").await?;
    }
    let name = Some("asked".to_owned());
    other.send(ClientFrame::PresenceUpdate { name, cursor: None, viewport: None }).await?;
    room.client.until("all was asked", |c| c.people.values().any(|p| p.participant.name == "asked")).await?;
    assert_eq!(other.closed().await?, protocol::CloseCode::TooSlow.code());
    room.client.settle().await
}
