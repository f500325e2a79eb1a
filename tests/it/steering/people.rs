//! People type while the model streams.

use anyhow::Result;
use protocol::ServerFrame;
use protocol::view::TurnStatus;

use super::{FILE, Room};

#[tokio::test]
async fn promise_5_the_persons_typing_wins() -> Result<()> {
    let mut room = Room::new().await?;
    let mut other = room.join().await?;
    room.client.start("t1", "go").await?;
    let call = room.gate.call().await;
    call.tokens(
        "<edit path=\"calc.py\" why=\"w\">\n<old_text>\n    return a + b\n</old_text>\n<new_text>\n    total = a\n",
    );
    other.until("the first line", |c| c.text("calc.py").is_some_and(|t| t.contains("total = a\n"))).await?;
    // Inside the very hunk that is being written.
    let at = other.text("calc.py").unwrap().find("total").unwrap() as u32;
    other.insert("calc.py", at, "MINE ").await?;
    room.client.until("the typing", |c| c.text("calc.py").is_some_and(|t| t.contains("MINE total"))).await?;
    call.tokens("    total += b\n    return total\n</new_text>\n</edit>\n");
    call.end();
    for client in [&mut room.client, &mut other] {
        client.until("the end", |c| c.status("t1") == Some(TurnStatus::Completed)).await?;
    }
    let text = room.client.text("calc.py").unwrap();
    assert!(text.contains("MINE total = a\n    total += b\n    return total\n"), "{text}");
    assert_eq!(other.text("calc.py").unwrap(), text);
    // Taking the turn back keeps what the person typed, and nothing else.
    room.client.send(protocol::ClientFrame::TurnRevert { turn_id: "t1".into() }).await?;
    room.client.until("the revert", |c| c.turn("t1").is_some_and(|t| t.reverted)).await?;
    let text = room.client.text("calc.py").unwrap();
    assert_eq!(text.replace("MINE ", ""), FILE);
    assert_eq!(text.matches("MINE ").count(), 1);
    Ok(())
}

#[tokio::test]
async fn an_author_gets_an_ack_and_not_its_own_bytes() -> Result<()> {
    let mut room = Room::new().await?;
    let mut other = room.join().await?;
    let before = room.client.updates.len();
    let counter = room.client.insert("calc.py", 0, "# hi\n").await?;
    let ack = room.client.frame("the ack", |f| matches!(f, ServerFrame::EditAck { .. })).await?;
    let ServerFrame::EditAck { counter: acked, seq } = ack else { unreachable!() };
    assert_eq!(acked, counter);
    other.until("the edit", |c| c.text("calc.py").is_some_and(|t| t.starts_with("# hi\n"))).await?;
    assert_eq!(other.updates.last(), Some(&seq.0));
    assert_eq!(room.client.updates.len(), before);
    Ok(())
}

#[tokio::test]
async fn promise_10_a_dropped_connection_resumes_with_nothing_twice_and_nothing_missing() -> Result<()> {
    let mut room = Room::new().await?;
    let mut other = room.join().await?;
    let id = other.welcome.participant.id.clone();
    room.client.start("t1", "go").await?;
    let call = room.gate.call().await;
    call.tokens("Before. ");
    other.until("some output", |c| c.output("t1") == "Before. ").await?;
    // Typed while the connection is gone: the client still holds it.
    room.client.insert("calc.py", 0, "# meanwhile\n").await?;
    call.tokens("After.");
    let mut other = other.reconnect(room.server.addr, &room.session).await?;
    assert_eq!(other.welcome.participant.id, id);
    other.until("the rest", |c| c.output("t1") == "Before. After.").await?;
    other.until("the edit", |c| c.text("calc.py").is_some_and(|t| t.starts_with("# meanwhile\n"))).await?;
    assert_eq!(other.text("calc.py").unwrap().matches("meanwhile").count(), 1);
    Ok(())
}

#[tokio::test]
async fn a_file_can_be_created_renamed_and_deleted_while_the_model_writes() -> Result<()> {
    let mut room = Room::new().await?;
    room.client.start("t1", "go").await?;
    let call = room.gate.call().await;
    call.tokens(
        "<edit path=\"calc.py\" why=\"w\">\n<old_text>\n    return a + b\n</old_text>\n<new_text>\n    total = a\n",
    );
    room.client.until("the first line", |c| c.text("calc.py").is_some_and(|t| t.contains("total = a\n"))).await?;
    room.client.rename_file("f1", "sums.py").await?;
    call.tokens("    return total\n");
    room.client.until("the second line", |c| c.text("sums.py").is_some_and(|t| t.contains("return total"))).await?;
    room.client.delete_file("f1").await?;
    room.client.settle().await?;
    call.tokens("    more\n</new_text>\n</edit>\nDone.");
    call.end();
    room.client.until("the end", |c| c.status("t1") == Some(TurnStatus::Completed)).await?;
    assert!(room.client.paths().is_empty());
    let hunk = &room.client.turn("t1").unwrap().hunks[0];
    assert_eq!(hunk.failure, Some(protocol::view::HunkFailure::PlaceGone));
    Ok(())
}
