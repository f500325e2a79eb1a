//! The cut: what you saw is what stays, in the document and in the turn, for everyone alike.

use anyhow::{Context, Result};
use protocol::view::{HunkStatus, SteerStage, TurnStatus};
use protocol::{ErrorCode, Seq, ServerFrame};

use super::{FILE, Room, block};

/// What the model says behind the place that a person was shown.
const PAST: &str = "    total += b\n    return total\n</new_text>\n</edit>\nDone.\n";

#[tokio::test]
async fn promise_2_what_you_saw_is_what_stays() -> Result<()> {
    let mut room = Room::new().await?;
    let mut other = room.join().await?;
    room.client.start("t1", "rename").await?;
    let call = room.gate.call().await;
    call.tokens("I will.\n<edit path=\"calc.py\" why=\"w\">\n<old_text>\n    return a + b\n</old_text>\n<new_text>\n    total = a\n");
    room.client.until("the first new line", |c| c.text("calc.py").is_some_and(|t| t.contains("total = a\n"))).await?;
    let (shown, screen) = (room.client.shown, room.client.text("calc.py"));
    let output = room.client.output("t1").to_owned();
    // More arrives that the person had not been shown.
    call.tokens(PAST);
    other.until("what the first had not been shown", |c| c.output("t1").ends_with("Done.\n")).await?;
    room.client.send(protocol::ClientFrame::TurnInterrupt { turn_id: "t1".into(), shown_seq: shown }).await?;
    for client in [&mut room.client, &mut other] {
        client.until("the end", |c| c.status("t1") == Some(TurnStatus::Interrupted)).await?;
        assert_eq!(client.text("calc.py"), screen);
        assert_eq!(client.output("t1"), output);
        let turn = client.turn("t1").unwrap();
        assert_eq!(turn.hunks[0].status, HunkStatus::Partial);
        // What a teacher looks at: who cut it, how soon, and how much had come past what was seen.
        let cuts = turn.cuts.as_ref().context("nothing is said of the cut")?;
        assert_eq!((cuts.count, &cuts.by), (1, &turn.by));
        assert!(cuts.first_ms.is_some_and(|first| first > 0.0));
        assert_eq!(cuts.discarded as usize, PAST.len());
    }
    assert!(call.dropped.is_cancelled(), "the upstream call was ended");
    Ok(())
}

#[tokio::test]
async fn the_first_interrupt_wins_and_repeats_get_the_same_answer() -> Result<()> {
    let mut room = Room::new().await?;
    let mut other = room.join().await?;
    room.client.start("t1", "go").await?;
    let call = room.gate.call().await;
    call.text("one ");
    room.client.until("one", |c| c.output("t1") == "one ").await?;
    let early = room.client.shown;
    call.text("two ");
    room.client.until("two", |c| c.output("t1") == "one two ").await?;
    other.until("two", |c| c.output("t1") == "one two ").await?;
    room.client.send(protocol::ClientFrame::TurnInterrupt { turn_id: "t1".into(), shown_seq: early }).await?;
    room.client.until("the end", |c| c.status("t1") == Some(TurnStatus::Interrupted)).await?;
    other.interrupt("t1").await?;
    let stopped = |f: &ServerFrame| matches!(f, ServerFrame::TurnStopped { .. });
    other.until("the end", |c| c.status("t1") == Some(TurnStatus::Interrupted)).await?;
    other.settle().await?;
    let kept: Vec<u32> = other
        .frames
        .iter()
        .filter_map(|f| match f {
            ServerFrame::TurnStopped { kept_offset, .. } => Some(*kept_offset),
            _ => None,
        })
        .collect();
    assert!(!kept.is_empty() && kept.iter().all(|k| *k == 4), "{kept:?}");
    assert_eq!(room.client.frames.iter().filter(|f| stopped(f)).count(), 1);
    assert_eq!((room.client.output("t1"), other.output("t1")), ("one ", "one "));
    Ok(())
}

#[tokio::test]
async fn a_stale_shown_seq_is_clamped_to_the_segment_and_one_from_the_future_to_the_head() -> Result<()> {
    let mut room = Room::new().await?;
    room.client.start("t1", "go").await?;
    let call = room.gate.call().await;
    call.text("first ");
    room.client.until("first", |c| c.output("t1") == "first ").await?;
    room.client.steer("t1", "s1", "more").await?;
    let call = room.gate.call().await;
    call.text("second ");
    room.client.until("second", |c| c.output("t1") == "first second ").await?;
    room.client.send(protocol::ClientFrame::TurnInterrupt { turn_id: "t1".into(), shown_seq: Seq(1) }).await?;
    room.client.until("the end", |c| c.status("t1") == Some(TurnStatus::Interrupted)).await?;
    assert_eq!(room.client.output("t1"), "first ");

    room.client.start("t2", "again").await?;
    let call = room.gate.call().await;
    call.text("all of it");
    room.client.until("all of it", |c| c.output("t2") == "all of it").await?;
    room.client.send(protocol::ClientFrame::TurnInterrupt { turn_id: "t2".into(), shown_seq: Seq(u64::MAX) }).await?;
    room.client.until("the end", |c| c.status("t2") == Some(TurnStatus::Interrupted)).await?;
    assert_eq!(room.client.output("t2"), "all of it");
    Ok(())
}

#[tokio::test]
async fn an_accepted_hunk_is_outside_every_cut() -> Result<()> {
    let mut room = Room::new().await?;
    room.client.start("t1", "go").await?;
    let call = room.gate.call().await;
    let before = room.client.shown;
    call.tokens(&block("    return a + b", "    return b + a"));
    room.client
        .until("the hunk", |c| c.turn("t1").is_some_and(|t| t.hunks.iter().any(|h| h.status == HunkStatus::Applied)))
        .await?;
    let hunk_id = room.client.turn("t1").unwrap().hunks[0].id.clone();
    room.client.send(protocol::ClientFrame::HunkAccept { turn_id: "t1".into(), hunk_id }).await?;
    room.client.frame("accepted", |f| matches!(f, ServerFrame::HunkAccepted { .. })).await?;
    room.client.send(protocol::ClientFrame::TurnInterrupt { turn_id: "t1".into(), shown_seq: before }).await?;
    room.client.until("the end", |c| c.status("t1") == Some(TurnStatus::Interrupted)).await?;
    assert!(room.client.text("calc.py").unwrap().contains("return b + a"));
    Ok(())
}

#[tokio::test]
async fn promise_4_a_steer_is_never_lost() -> Result<()> {
    let mut room = Room::new().await?;
    room.client.start("t1", "go").await?;
    let call = room.gate.call().await;
    call.text("wrong");
    room.client.until("wrong", |c| c.output("t1") == "wrong").await?;
    room.client.steer("t1", "s1", "only ints").await?;
    let accepted = room.client.frame("accepted", |f| matches!(f, ServerFrame::SteerAccepted { .. })).await?;
    assert!(matches!(accepted, ServerFrame::SteerAccepted { accept_ms, .. } if accept_ms >= 0.0));
    let applied = room.client.frame("applied", |f| matches!(f, ServerFrame::SteerApplied { .. })).await?;
    assert!(matches!(&applied, ServerFrame::SteerApplied { offset: 5, text, .. } if text == "only ints"));
    let call = room.gate.call().await;
    call.text(" right");
    let answered = room.client.frame("answered", |f| matches!(f, ServerFrame::SteerAnswered { .. })).await?;
    assert!(matches!(answered, ServerFrame::SteerAnswered { first_token_ms, .. } if first_token_ms > 0.0));
    call.end();
    room.client.until("the end", |c| c.status("t1") == Some(TurnStatus::Completed)).await?;

    // One that comes after the sender saw the end comes back with its text.
    room.client.steer("t1", "s2", "too late").await?;
    let failed = room.client.frame("failed", |f| matches!(f, ServerFrame::SteerFailed { .. })).await?;
    assert!(
        matches!(&failed, ServerFrame::SteerFailed { code: ErrorCode::TurnNotActive, text, .. } if text == "too late")
    );

    // One that no token has answered when the turn is interrupted comes back too, and leaves the conversation.
    room.client.start("t2", "again").await?;
    let call = room.gate.call().await;
    call.text("x");
    room.client.until("x", |c| c.output("t2") == "x").await?;
    room.client.steer("t2", "s3", "never mind").await?;
    let _waiting = room.gate.call().await;
    room.client.frame("applied", |f| matches!(f, ServerFrame::SteerApplied { .. })).await?;
    room.client.interrupt("t2").await?;
    let failed = room.client.frame("failed", |f| matches!(f, ServerFrame::SteerFailed { .. })).await?;
    assert!(
        matches!(&failed, ServerFrame::SteerFailed { code: ErrorCode::Interrupted, text, .. } if text == "never mind")
    );
    let fresh = room.join().await?;
    let steer = &fresh.turn("t2").unwrap().steers[0];
    assert_eq!(steer.stage, SteerStage::Failed);
    assert_eq!(fresh.turn("t2").unwrap().segments.len(), 1);
    Ok(())
}

#[tokio::test]
async fn two_steers_before_a_first_new_token_are_both_in_the_next_request() -> Result<()> {
    let mut room = Room::new().await?;
    room.client.start("t1", "go").await?;
    let call = room.gate.call().await;
    call.text("abc");
    room.client.until("abc", |c| c.output("t1") == "abc").await?;
    room.client.steer("t1", "s1", "use ints").await?;
    let first = room.gate.call().await;
    room.client.steer("t1", "s2", "and names").await?;
    let second = room.gate.call().await;
    assert!(first.dropped.is_cancelled());
    let words: String = second.request.messages.iter().map(|m| m.text.as_str()).collect();
    assert!(words.contains("use ints") && words.contains("and names"), "{words}");
    second.text("def");
    second.end();
    room.client.until("the end", |c| c.status("t1") == Some(TurnStatus::Completed)).await?;
    assert_eq!(room.client.output("t1"), "abcdef");
    Ok(())
}

#[tokio::test]
async fn promise_7_every_model_change_is_one_step_to_undo() -> Result<()> {
    let mut room = Room::new().await?;
    room.client.start("t1", "go").await?;
    let call = room.gate.call().await;
    call.tokens(&block("    return a + b", "    total = a + b\n    return total"));
    call.tokens(&block("    return a - b", "    return a-b"));
    call.tokens("<edit path=\"new.py\" why=\"n\">\n<old_text>\n</old_text>\n<new_text>\nx = 1\n</new_text>\n</edit>\n");
    call.end();
    room.client.until("the end", |c| c.status("t1") == Some(TurnStatus::Completed)).await?;
    assert_eq!(room.client.text("new.py").as_deref(), Some("x = 1\n"));
    let hunks = room.client.turn("t1").unwrap().hunks.clone();
    assert_eq!(hunks.len(), 3);
    assert_eq!((hunks[0].added, hunks[0].removed), (2, 1));
    // One hunk.
    let hunk_id = hunks[1].id.clone();
    room.client.send(protocol::ClientFrame::HunkRevert { turn_id: "t1".into(), hunk_id }).await?;
    room.client.until("the revert", |c| c.turn("t1").unwrap().hunks[1].status == HunkStatus::Reverted).await?;
    assert!(room.client.text("calc.py").unwrap().contains("    return a - b\n"));
    assert!(room.client.text("calc.py").unwrap().contains("return total"));
    // All of the turn.
    room.client.send(protocol::ClientFrame::TurnRevert { turn_id: "t1".into() }).await?;
    room.client.until("the revert", |c| c.turn("t1").is_some_and(|t| t.reverted)).await?;
    assert_eq!(room.client.text("calc.py").as_deref(), Some(FILE));
    assert_eq!(room.client.paths(), ["calc.py"]);
    Ok(())
}
