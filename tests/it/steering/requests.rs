//! What stays is what the model knows.

use anyhow::Result;
use models::Role;
use protocol::view::TurnStatus;
use protocol::{ClientFrame, ServerFrame};

use super::{Room, block};

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

#[tokio::test]
async fn a_request_says_what_it_carries_and_what_it_could_not_find() -> Result<()> {
    let mut room = Room::new().await?;
    room.client.create_file("f2", "lib/money.py", "CENTS = 100\n").await?;
    room.client.start("t1", "use @money.py, not @nope.py").await?;
    let call = room.gate.call().await;
    assert!(call.request.messages[0].text.contains("<file path=\"lib/money.py\">\nCENTS = 100\n</file>"));
    let found = |f: &ServerFrame| match f {
        ServerFrame::TurnContext { context, .. } => Some(context.clone()),
        _ => None,
    };
    room.client.until("what it carries", |c| c.frames.iter().any(|f| found(f).is_some())).await?;
    let context = room.client.frames.iter().find_map(found).unwrap_or_default();
    assert_eq!(context.missing, ["nope.py"]);
    assert_eq!(context.files.first().map(|f| f.path.as_str()), Some("lib/money.py"));
    assert!(context.used_tokens > 0 && context.used_tokens < context.limit_tokens);
    Ok(())
}

#[tokio::test]
async fn a_block_that_was_not_applied_is_told_with_the_lines_that_mend_it_and_files_are_sent_once() -> Result<()> {
    let mut room = Room::new().await?;
    room.client.start("t1", "go").await?;
    let call = room.gate.call().await;
    call.text(&block("def add(a, b):\n    raise NotImplementedError", "x"));
    call.end();
    room.client.until("the end", |c| c.status("t1") == Some(TurnStatus::Completed)).await?;
    room.client.start("t2", "again").await?;
    let message = room.gate.call().await.request.messages.pop().map(|m| m.text).unwrap_or_default();
    assert!(message.starts_with("[Your block for calc.py was not applied: "), "{message}");
    assert!(message.contains("    return a + b]\n") && message.ends_with("again"), "{message}");
    assert!(!message.contains("<file"), "nothing has changed since it was shown: {message}");
    Ok(())
}
