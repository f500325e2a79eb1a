//! Where frames cross each other and a turn's own ends.

use std::time::Duration;

use anyhow::Result;
use models::{FailureKind, UpstreamFailure};
use protocol::view::TurnStatus;
use protocol::{ClientFrame, ErrorCode, ServerFrame};

use super::Room;

#[tokio::test]
async fn an_interrupt_that_crosses_the_turns_own_end_still_cuts() -> Result<()> {
    let mut room = Room::new().await?;
    room.client.start("t1", "go").await?;
    let call = room.gate.call().await;
    call.text("seen ");
    room.client.until("seen", |c| c.output("t1") == "seen ").await?;
    let shown_seq = room.client.shown;
    call.text("unseen");
    call.end();
    room.client.until("the end", |c| c.status("t1") == Some(TurnStatus::Completed)).await?;
    room.client.send(ClientFrame::TurnInterrupt { turn_id: "t1".into(), shown_seq }).await?;
    room.client.until("the cut", |c| c.status("t1") == Some(TurnStatus::Interrupted)).await?;
    assert_eq!(room.client.output("t1"), "seen ");
    assert!(!room.client.frames.iter().any(|f| matches!(f, ServerFrame::Error { .. })));
    Ok(())
}

#[tokio::test]
async fn an_interrupt_by_somebody_who_saw_the_end_is_answered_without_an_alarm() -> Result<()> {
    let mut room = Room::new().await?;
    room.client.start("t1", "go").await?;
    let call = room.gate.call().await;
    call.text("all");
    call.end();
    room.client.until("the end", |c| c.status("t1") == Some(TurnStatus::Completed)).await?;
    room.client.interrupt("t1").await?;
    let answer = room.client.frame("the answer", |f| matches!(f, ServerFrame::TurnCompleted { .. })).await?;
    assert!(matches!(answer, ServerFrame::TurnCompleted { status: TurnStatus::Completed, kept_offset: 3, .. }));
    Ok(())
}

#[tokio::test]
async fn an_interrupt_right_after_its_start_stops_the_turn_at_nothing() -> Result<()> {
    let mut room = Room::new().await?;
    room.client.interrupt("t1").await?;
    room.client.start("t1", "go").await?;
    room.client.until("the end", |c| c.status("t1") == Some(TurnStatus::Interrupted)).await?;
    assert_eq!(room.client.output("t1"), "");
    assert!(room.client.frames.iter().any(|f| matches!(f, ServerFrame::TurnStopped { kept_offset: 0, .. })));
    Ok(())
}

#[tokio::test]
async fn a_failed_segment_keeps_what_came_and_goes_on_by_continue() -> Result<()> {
    let mut room = Room::new().await?;
    room.client.start("t1", "go").await?;
    let call = room.gate.call().await;
    call.text("half");
    call.fail(UpstreamFailure {
        kind: FailureKind::RateLimited,
        message: "Slow down, please.".to_owned(),
        detail: "429".to_owned(),
        retry_after: Some(Duration::from_secs(3)),
    });
    room.client.until("the failure", |c| c.status("t1") == Some(TurnStatus::Failed)).await?;
    let reason = room.client.turn("t1").unwrap().reason.clone().unwrap();
    assert_eq!((reason.code, reason.retry_after_ms), (ErrorCode::UpstreamRateLimited, Some(3000)));
    assert_eq!(room.client.output("t1"), "half");
    let go_on = ClientFrame::TurnContinue { turn_id: "t1".into(), segment_id: "g1".into(), text: None };
    room.client.send(go_on.clone()).await?;
    let call = room.gate.call().await;
    // A retry of the frame is no second segment.
    room.client.send(go_on).await?;
    room.client.frame("the state", |f| matches!(f, ServerFrame::State { .. })).await?;
    call.text(" and half");
    call.end();
    room.client.until("the end", |c| c.status("t1") == Some(TurnStatus::Completed)).await?;
    assert_eq!(room.client.output("t1"), "half and half");
    assert!(room.gate.is_idle());
    Ok(())
}

#[tokio::test]
async fn ids_states_and_roles_are_checked() -> Result<()> {
    let mut room = Room::new().await?;
    let mut other = room.join().await?;
    room.client.start("t1", "go").await?;
    let call = room.gate.call().await;
    room.client.start("t1", "go").await?;
    room.client.frame("a retry gets the state", |f| matches!(f, ServerFrame::State { .. })).await?;
    other.start("t1", "mine").await?;
    assert_eq!(other.error().await?, ErrorCode::IdTaken);
    other.start("t2", "mine").await?;
    assert_eq!(other.error().await?, ErrorCode::TurnActive);
    other.start("not an id!", "mine").await?;
    assert_eq!(other.error().await?, ErrorCode::BadId);
    other.send(ClientFrame::TurnRevert { turn_id: "t1".into() }).await?;
    assert_eq!(other.error().await?, ErrorCode::TurnRunning);
    other.send(ClientFrame::TurnRevert { turn_id: "nope".into() }).await?;
    assert_eq!(other.error().await?, ErrorCode::NotFound);
    other.send(ClientFrame::TurnContinue { turn_id: "t1".into(), segment_id: "g".into(), text: None }).await?;
    assert_eq!(other.error().await?, ErrorCode::TurnActive);
    call.end();
    other.until("the end", |c| c.status("t1") == Some(TurnStatus::Completed)).await?;
    other.start_with("no-such-model", "t3", "x").await?;
    assert_eq!(other.error().await?, ErrorCode::NotFound);
    other.start("t3", &"x".repeat(protocol::limits::PROMPT_MAX + 1)).await?;
    assert_eq!(other.error().await?, ErrorCode::Limit);
    other.start("t3", "  ").await?;
    assert_eq!(other.error().await?, ErrorCode::BadFrame);
    Ok(())
}

#[tokio::test]
async fn a_turn_past_the_limit_of_a_minute_is_refused() -> Result<()> {
    let mut room = Room::new().await?;
    for n in 0..midstream::session::state::TURNS_PER_MINUTE {
        let turn = format!("t{n}");
        room.client.start(&turn, "go").await?;
        room.gate.call().await.end();
        room.client.until("the end", |c| c.status(&turn) == Some(TurnStatus::Completed)).await?;
    }
    room.client.start("one-more", "go").await?;
    assert_eq!(room.client.error().await?, ErrorCode::Limit);
    Ok(())
}

#[tokio::test]
async fn a_drain_interrupts_turns_tells_clients_and_ends() -> Result<()> {
    let mut room = Room::new().await?;
    room.client.start("t1", "go").await?;
    let call = room.gate.call().await;
    call.text("half");
    room.client.until("half", |c| c.output("t1") == "half").await?;
    let stop = room.server.stop();
    let seen = async {
        room.client.until("the end", |c| c.status("t1") == Some(TurnStatus::Interrupted)).await?;
        room.client.closed().await
    };
    let (stopped, closed) = tokio::join!(stop, seen);
    stopped?;
    assert_eq!(closed?, protocol::CloseCode::Draining.code());
    let reason = room.client.turn("t1").unwrap().reason.clone().unwrap();
    assert_eq!(reason.code, ErrorCode::Shutdown);
    assert!(room.client.frames.iter().any(|f| matches!(f, ServerFrame::Draining)));
    assert!(call.dropped.is_cancelled());
    Ok(())
}
