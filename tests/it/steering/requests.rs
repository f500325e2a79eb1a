//! What stays is what the model knows.

use anyhow::Result;
use models::Role;
use protocol::view::TurnStatus;
use protocol::{ClientFrame, ServerFrame};

use super::Room;

#[tokio::test]
async fn promise_3_what_stays_is_what_the_model_knows() -> Result<()> {
    let mut room = Room::new().await?;
    room.client.start("t1", "make it total").await?;
    let call = room.gate.call().await;
    assert!(call.request.messages[0].text.contains("return a + b"), "the files ride along");
    let kept =
        "I will.\n<edit path=\"calc.py\" why=\"w\">\n<old_text>\n    return a + b\n</old_text>\n<new_text>\n    tot";
    call.tokens(kept);
    let placed = |c: &tests::client::Client| c.frames.iter().any(|f| matches!(f, ServerFrame::HunkPlaced { .. }));
    room.client.until("the kept part in its place", |c| c.output("t1") == kept && placed(c)).await?;
    let shown_seq = room.client.shown;
    call.tokens("al = SECRET_TAIL\n");
    room.client.until("the tail", |c| c.output("t1").contains("SECRET_TAIL")).await?;
    let text = "only ints".to_owned();
    room.client.send(ClientFrame::TurnSteer { turn_id: "t1".into(), steer_id: "s1".into(), shown_seq, text }).await?;
    let call = room.gate.call().await;
    let messages = &call.request.messages;
    assert_eq!(messages.iter().map(|m| m.role).collect::<Vec<_>>(), [Role::User, Role::Assistant, Role::User]);
    // The half block is what was open: its partial line is the model's, byte for byte.
    assert_eq!(messages[1].text, kept);
    assert!(messages.iter().all(|m| !m.text.contains("SECRET_TAIL")));
    assert!(messages[2].text.contains("cut after exactly its last character"));
    assert!(messages[2].text.contains("block for calc.py was left open"));
    assert!(messages[2].text.ends_with("only ints"));
    call.text("\nFine.");
    call.end();
    room.client.until("the end", |c| c.status("t1") == Some(TurnStatus::Completed)).await?;

    // The conversation only grows at its end.
    let before: Vec<_> = messages.clone();
    room.client.start("t2", "more").await?;
    let call = room.gate.call().await;
    assert_eq!(call.request.messages[..before.len()], before[..]);
    assert_eq!(call.request.messages[before.len()].text, "\nFine.");
    Ok(())
}

#[tokio::test]
async fn what_a_person_typed_before_enter_is_in_the_request_and_conventions_ride_along() -> Result<()> {
    let mut room = Room::new().await?;
    room.client.create_file("f2", "AGENTS.md", "Use integer cents.\n").await?;
    room.client.insert("calc.py", 0, "# typed just now\n").await?;
    room.client.start("t1", "go").await?;
    let call = room.gate.call().await;
    assert!(call.request.messages[0].text.contains("# typed just now"));
    assert!(call.request.instructions.contains("Use integer cents."));
    assert!(!call.request.messages[0].text.contains("AGENTS.md"));
    Ok(())
}
