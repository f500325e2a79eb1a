//! Edits: streamed into place, and outcomes that are not.

use anyhow::Result;
use protocol::view::{HunkFailure, HunkKind, HunkStatus, TurnStatus};

use super::{FILE, Room, block};

#[tokio::test]
async fn promise_6_the_model_touches_what_was_asked_and_says_why_briefly() -> Result<()> {
    let mut room = Room::new().await?;
    room.client.start("t1", "go").await?;
    let call = room.gate.call().await;
    // The model types a whole function anew; one line of it differs.
    let old = "def add(a, b):\n    return a + b";
    call.tokens(&block(old, "def add(a, b):\n    return int(a) + int(b)"));
    call.end();
    room.client.until("the end", |c| c.status("t1") == Some(TurnStatus::Completed)).await?;
    let hunk = &room.client.turn("t1").unwrap().hunks[0];
    assert_eq!((hunk.status, hunk.added, hunk.removed), (HunkStatus::Applied, 1, 1));
    assert_eq!((hunk.why.as_str(), hunk.path.as_str()), ("because", "calc.py"));
    assert_eq!(room.client.text("calc.py").unwrap(), FILE.replace("a + b", "int(a) + int(b)"));
    Ok(())
}

#[tokio::test]
async fn what_cannot_be_placed_is_said_and_the_rest_goes_on() -> Result<()> {
    let mut room = Room::new().await?;
    room.client.start("t1", "go").await?;
    let call = room.gate.call().await;
    call.tokens(&block("    return nothing like this at all", "x"));
    call.tokens(&block("def add(a, b):\n    return a + b", "def add(a, b):\n    return b + a"));
    call.tokens(
        "<edit path=\"other.py\" why=\"w\">\n<old_text>\nx\n</old_text>\n<new_text>\ny\n</new_text>\n</edit>\n",
    );
    call.tokens("<edit path=\"calc.py\" why=\"w\">\n<old_text>\n</old_text>\n<new_text>\ny\n</new_text>\n</edit>\n");
    call.tokens("<edit path=\"../evil.py\" why=\"w\">\n<old_text>\n</old_text>\n<new_text>\ny\n</new_text>\n</edit>\n");
    call.end();
    room.client.until("the end", |c| c.status("t1") == Some(TurnStatus::Completed)).await?;
    let failures: Vec<_> = room.client.turn("t1").unwrap().hunks.iter().map(|h| (h.status, h.failure)).collect();
    assert_eq!(
        failures,
        [
            (HunkStatus::Failed, Some(HunkFailure::Unresolved)),
            (HunkStatus::Applied, None),
            (HunkStatus::Failed, Some(HunkFailure::NoSuchFile)),
            (HunkStatus::Failed, Some(HunkFailure::FileNotEmpty)),
            (HunkStatus::Failed, Some(HunkFailure::Limit)),
        ]
    );
    assert_eq!(room.client.text("calc.py").unwrap(), FILE.replace("a + b", "b + a"));
    assert_eq!(room.client.paths(), ["calc.py"]);
    // The model is told in its next request.
    room.client.start("t2", "again").await?;
    let call = room.gate.call().await;
    let last = call.request.messages.last().unwrap().text.clone();
    assert!(last.contains("calc.py was not applied"), "{last}");
    Ok(())
}

#[tokio::test]
async fn repeated_old_text_is_ambiguous() -> Result<()> {
    let mut room = Room::new().await?;
    room.client.create_file("f2", "twice.py", "x = 1\ny = 2\nx = 1\n").await?;
    room.client.start("t1", "go").await?;
    let call = room.gate.call().await;
    call.tokens(
        "<edit path=\"twice.py\" why=\"w\">\n<old_text>\nx = 1\n</old_text>\n<new_text>\nx = 2\n</new_text>\n</edit>\n",
    );
    call.end();
    room.client.until("the end", |c| c.status("t1") == Some(TurnStatus::Completed)).await?;
    let hunk = &room.client.turn("t1").unwrap().hunks[0];
    assert_eq!(hunk.failure, Some(HunkFailure::Ambiguous));
    assert!(hunk.message.as_ref().unwrap().contains("2 times"));
    assert_eq!(room.client.text("twice.py").as_deref(), Some("x = 1\ny = 2\nx = 1\n"));
    Ok(())
}

#[tokio::test]
async fn a_turn_that_ends_inside_a_block_keeps_the_part_that_was_shown() -> Result<()> {
    let mut room = Room::new().await?;
    room.client.start("t1", "go").await?;
    let call = room.gate.call().await;
    call.tokens(
        "<edit path=\"calc.py\" why=\"w\">\n<old_text>\n    return a + b\n</old_text>\n<new_text>\n    total = a + b\n",
    );
    call.end();
    room.client.until("the end", |c| c.status("t1") == Some(TurnStatus::Completed)).await?;
    assert_eq!(room.client.turn("t1").unwrap().hunks[0].status, HunkStatus::Partial);
    let text = room.client.text("calc.py").unwrap();
    assert!(text.contains("total = a + b") && text.contains("return a + b"), "{text}");
    Ok(())
}

#[tokio::test]
async fn what_a_hunk_turned_out_to_do_is_known_to_those_who_were_there_too() -> Result<()> {
    let mut room = Room::new().await?;
    room.client.start("t1", "go").await?;
    let call = room.gate.call().await;
    call.tokens("<edit path=\"new.py\" why=\"w\">\n<old_text>\n</old_text>\n<new_text>\ny = 1\n</new_text>\n</edit>\n");
    call.tokens("*** Begin Patch\n*** Update File: calc.py\n*** Move to: lib.py\n@@\n-    return a + b\n+    return b + a\n*** End Patch\n");
    call.end();
    room.client.until("the end", |c| c.status("t1") == Some(TurnStatus::Completed)).await?;
    assert_eq!(room.client.paths(), ["lib.py", "new.py"]);
    let late = room.join().await?;
    let (seen, told) = (&room.client.turn("t1").unwrap().hunks, &late.turn("t1").unwrap().hunks);
    let kinds: Vec<_> = seen.iter().map(|hunk| (hunk.kind, hunk.moved_to.as_deref())).collect();
    assert!(kinds.contains(&(HunkKind::Create, None)), "{kinds:?}");
    assert!(kinds.contains(&(HunkKind::Move, Some("lib.py"))), "{kinds:?}");
    assert_eq!(seen, told);
    Ok(())
}
