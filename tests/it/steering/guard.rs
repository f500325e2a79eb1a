//! Scope, locks and budgets: what a turn may not touch is held, and waits for a decision.

use anyhow::Result;
use protocol::client::{RefusalSteer, TurnStart};
use protocol::limits::{LOCKS_MAX, SCOPE_MAX};
use protocol::scope::{HoldReason, Proposal, Scope, Within};
use protocol::view::{HunkStatus, TurnStatus};
use protocol::{ClientFrame, ErrorCode, ServerFrame};
use tests::client::Client;

use super::{FILE, Room, block};

/// Where `add` stands in the file, without the newline behind it.
const ADD: std::ops::Range<u32> = 0..31;
const SUB: &str = "def sub(a, b):\n    return a - b";

async fn lock(client: &mut Client, id: &str, range: std::ops::Range<u32>) -> Result<()> {
    let region = Some(client.region("calc.py", range)?);
    client.send(ClientFrame::LockSet { lock_id: id.into(), region }).await?;
    client.until("the lock", |c| c.locks.iter().any(|lock| lock.id.as_str() == id)).await
}

async fn start(client: &mut Client, turn: &str, scope: Scope) -> Result<()> {
    let start = TurnStart {
        turn_id: turn.into(),
        prompt: "go".to_owned(),
        model: "practice".into(),
        open_file: None,
        selection: None,
        scope: Some(scope),
        tokens_per_second: None,
    };
    client.send(ClientFrame::TurnStart(start)).await
}

fn status(client: &Client, at: usize) -> Option<HunkStatus> {
    client.hunk("t1", at).map(|hunk| hunk.status)
}

/// A held hunk whose block has ended.
fn proposed(client: &Client, at: usize) -> bool {
    client.hunk("t1", at).is_some_and(|hunk| hunk.proposal.is_some())
}

async fn decide(room: &mut Room, at: usize, apply: bool) -> Result<()> {
    let (turn_id, hunk_id) = ("t1".into(), room.client.hunk("t1", at).unwrap().id.clone());
    room.client
        .send(if apply {
            ClientFrame::HunkApply { turn_id, hunk_id }
        } else {
            ClientFrame::HunkRefuse { turn_id, hunk_id, steer: None }
        })
        .await
}

#[tokio::test]
async fn promise_6_what_is_locked_is_held_while_the_rest_goes_on() -> Result<()> {
    let mut room = Room::new().await?;
    lock(&mut room.client, "l1", ADD).await?;
    room.client.start("t1", "go").await?;
    let call = room.gate.call().await;
    assert!(call.request.messages[0].text.contains("ocked"), "the model is told: {}", call.request.messages[0].text);
    call.tokens(&block("def add(a, b):\n    return a + b", "def add(x, y):\n    return x + y"));
    call.tokens(&block(SUB, "def sub(a, b):\n    return b - a"));
    room.client.until("the second hunk", |c| status(c, 1) == Some(HunkStatus::Applied)).await?;
    let held = room.client.hunk("t1", 0).unwrap().clone();
    assert_eq!((held.status, held.hold), (HunkStatus::Held, Some(HoldReason::Locked)));
    let old = "def add(a, b):\n    return a + b\n".to_owned();
    assert_eq!(held.proposal, Some(Proposal { old, new: "def add(x, y):\n    return x + y\n".to_owned() }));
    assert_eq!((held.added, held.removed), (2, 2));
    assert_eq!(room.client.text("calc.py").unwrap(), FILE.replace("a - b", "b - a"));
    call.end();
    room.client.until("the end", |c| c.status("t1") == Some(TurnStatus::Completed)).await?;
    // People are not bound by it.
    room.client.insert("calc.py", 4, "x").await?;
    room.client.remove("calc.py", 4, 1).await?;
    decide(&mut room, 0, true).await?;
    room.client.until("the hunk", |c| status(c, 0) == Some(HunkStatus::Accepted)).await?;
    assert!(room.client.text("calc.py").unwrap().starts_with("def add(x, y):\n    return x + y\n\n"));
    // One step to undo, like any other change.
    let (turn_id, hunk_id) = ("t1".into(), room.client.hunk("t1", 0).unwrap().id.clone());
    room.client.send(ClientFrame::HunkRevert { turn_id, hunk_id }).await?;
    room.client.until("the revert", |c| status(c, 0) == Some(HunkStatus::Reverted)).await?;
    assert_eq!(room.client.text("calc.py").unwrap(), FILE.replace("a - b", "b - a"));
    Ok(())
}

#[tokio::test]
async fn quoting_locked_lines_is_no_change_of_them() -> Result<()> {
    let mut room = Room::new().await?;
    lock(&mut room.client, "l1", ADD).await?;
    room.client.start("t1", "go").await?;
    let call = room.gate.call().await;
    // The whole file in a fence, with one line changed outside the lock.
    let new = FILE.replace("a - b", "b - a");
    call.tokens(&format!("Here it is.\n\ncalc.py\n```python\n{new}```\n"));
    call.end();
    room.client.until("the end", |c| c.status("t1") == Some(TurnStatus::Completed)).await?;
    assert_eq!(status(&room.client, 0), Some(HunkStatus::Applied));
    assert_eq!(room.client.text("calc.py").unwrap(), new);
    room.client.until("the measure", |c| c.turn("t1").unwrap().changes.is_some()).await?;
    let changes = room.client.turn("t1").unwrap().changes.unwrap();
    assert_eq!((changes.added, changes.removed, changes.smallest), (1, 1, 2));
    Ok(())
}

#[tokio::test]
async fn a_line_like_a_locked_one_may_come_above_it() -> Result<()> {
    let mut room = Room::new().await?;
    lock(&mut room.client, "l1", ADD).await?;
    room.client.start("t1", "go").await?;
    let call = room.gate.call().await;
    let new = "def add3(a, b, c):\n    return a + b + c\n\n\ndef add(a, b):\n    return a + b";
    call.tokens(&block("def add(a, b):\n    return a + b", new));
    call.end();
    room.client.until("the end", |c| c.status("t1") == Some(TurnStatus::Completed)).await?;
    assert_eq!(status(&room.client, 0), Some(HunkStatus::Applied), "streamed, it looks like a change of the lock");
    assert!(room.client.text("calc.py").unwrap().contains(new));
    Ok(())
}

#[tokio::test]
async fn the_hunk_that_crosses_the_budget_is_rolled_back_whole() -> Result<()> {
    let mut room = Room::new().await?;
    start(&mut room.client, "t1", Scope { budget: Some(3), ..Scope::default() }).await?;
    let call = room.gate.call().await;
    assert!(call.request.messages[0].text.contains("at most 3 lines"), "{}", call.request.messages[0].text);
    call.tokens(&block("    return a + b", "    return b + a"));
    let (front, back) = ("def sub(a, b):\n    one\n    two\n", "    three\n    four\n    return a - b\n");
    call.tokens(&format!("<edit path=\"calc.py\" why=\"w\">\n<old_text>\n{SUB}\n</old_text>\n<new_text>\n{front}"));
    room.client.until("two lines", |c| c.text("calc.py").unwrap().contains("two")).await?;
    assert_eq!(status(&room.client, 1), Some(HunkStatus::Open));
    call.tokens(back);
    room.client.until("the hold", |c| status(c, 1) == Some(HunkStatus::Held)).await?;
    assert_eq!(room.client.text("calc.py").unwrap(), FILE.replace("a + b", "b + a"), "nothing of it stays");
    assert!(!proposed(&room.client, 1), "its block goes on");
    call.tokens("</new_text>\n</edit>\nDone.");
    call.end();
    room.client.until("the end", |c| c.status("t1") == Some(TurnStatus::Completed)).await?;
    let held = room.client.hunk("t1", 1).unwrap();
    assert_eq!((held.hold, held.added, held.removed), (Some(HoldReason::OverBudget), 4, 0));
    assert_eq!(held.proposal.as_ref().unwrap().new, format!("{front}{back}"));
    decide(&mut room, 1, false).await?;
    room.client.until("the refusal", |c| status(c, 1) == Some(HunkStatus::Refused)).await?;
    // The model is told.
    room.client.start("t2", "again").await?;
    let told = room.gate.call().await.request.messages.last().unwrap().text.clone();
    assert!(told.contains("held") && told.contains("refused"), "{told}");
    Ok(())
}

#[tokio::test]
async fn refusing_and_steering_are_one_step_of_the_running_turn() -> Result<()> {
    let mut room = Room::new().await?;
    lock(&mut room.client, "l1", ADD).await?;
    room.client.start("t1", "go").await?;
    let call = room.gate.call().await;
    call.tokens("<edit path=\"calc.py\" why=\"w\">\n<old_text>\n    return a + b\n</old_text>\n<new_text>\n    retu");
    call.tokens("rn 0\n    more");
    room.client.until("the hold", |c| status(c, 0) == Some(HunkStatus::Held)).await?;
    let (turn_id, hunk_id) = ("t1".into(), room.client.hunk("t1", 0).unwrap().id.clone());
    let shown_seq = room.client.shown;
    let steer = Some(RefusalSteer { steer_id: "s1".into(), shown_seq, text: "leave add() alone".to_owned() });
    room.client.send(ClientFrame::HunkRefuse { turn_id, hunk_id, steer }).await?;
    room.client.frame("the steer", |f| matches!(f, ServerFrame::SteerApplied { .. })).await?;
    assert_eq!(status(&room.client, 0), Some(HunkStatus::Refused));
    let next = room.gate.call().await;
    let said = &next.request.messages.last().unwrap().text;
    assert!(said.ends_with("leave add() alone") && said.contains("refused"), "{said}");
    next.tokens(&block("    return a - b", "    return b - a"));
    next.end();
    room.client.until("the end", |c| c.status("t1") == Some(TurnStatus::Completed)).await?;
    assert_eq!(room.client.text("calc.py").unwrap(), FILE.replace("a - b", "b - a"));
    Ok(())
}

#[tokio::test]
async fn outside_of_a_selection_everything_is_held() -> Result<()> {
    let mut room = Room::new().await?;
    let within = Within::Selection(vec![room.client.region("calc.py", ADD)?]);
    start(&mut room.client, "t1", Scope { within, ..Scope::default() }).await?;
    let call = room.gate.call().await;
    call.tokens(&block(SUB, "def sub(a, b):\n    return 0"));
    call.tokens(&block("    return a + b", "    total = a + b\n    return total"));
    call.tokens("<edit path=\"new.py\" why=\"w\">\n<old_text>\n</old_text>\n<new_text>\nx = 1\n</new_text>\n</edit>\n");
    call.end();
    room.client.until("the end", |c| c.status("t1") == Some(TurnStatus::Completed)).await?;
    let statuses: Vec<_> = (0..3).map(|at| status(&room.client, at).unwrap()).collect();
    assert_eq!(statuses, [HunkStatus::Held, HunkStatus::Applied, HunkStatus::Held]);
    let expected = FILE.replace("    return a + b", "    total = a + b\n    return total");
    assert_eq!((room.client.text("calc.py").unwrap(), room.client.paths()), (expected, vec!["calc.py".to_owned()]));
    decide(&mut room, 2, true).await?;
    room.client.until("the file", |c| c.text("new.py").as_deref() == Some("x = 1\n")).await?;
    Ok(())
}

#[tokio::test]
async fn a_turn_can_stop_at_the_first_held_hunk() -> Result<()> {
    let mut room = Room::new().await?;
    lock(&mut room.client, "l1", ADD).await?;
    start(&mut room.client, "t1", Scope { stop_when_held: true, ..Scope::default() }).await?;
    let call = room.gate.call().await;
    call.tokens(&block("    return a + b", "    return 0"));
    room.client.until("the end", |c| c.status("t1") == Some(TurnStatus::Interrupted)).await?;
    assert_eq!(room.client.turn("t1").unwrap().reason.as_ref().unwrap().code, ErrorCode::Held);
    assert_eq!(status(&room.client, 0), Some(HunkStatus::Held));
    assert_eq!(room.client.text("calc.py").unwrap(), FILE);
    Ok(())
}

#[tokio::test]
async fn a_lock_holds_through_edits_around_it_and_for_the_running_turn() -> Result<()> {
    let mut room = Room::new().await?;
    room.client.start("t1", "go").await?;
    let call = room.gate.call().await;
    call.tokens("Let me see.\n");
    room.client.until("a word", |c| !c.output("t1").is_empty()).await?;
    lock(&mut room.client, "l1", ADD).await?;
    room.client.insert("calc.py", 0, "# above\n").await?;
    room.client.insert("calc.py", 8 + 15, "    # inside\n").await?;
    room.client.settle().await?;
    let before = room.client.text("calc.py").unwrap();
    call.tokens(&block("    # inside", "    # gone"));
    call.tokens(&block("# above", "# higher"));
    room.client.until("the second", |c| status(c, 1) == Some(HunkStatus::Applied)).await?;
    assert_eq!(status(&room.client, 0), Some(HunkStatus::Held));
    assert_eq!(room.client.text("calc.py").unwrap(), before.replace("# above", "# higher"));
    room.client.send(ClientFrame::LockSet { lock_id: "l1".into(), region: None }).await?;
    room.client.until("no lock", |c| c.locks.is_empty()).await?;
    call.tokens(&block("    return a + b", "    return 0"));
    room.client.until("the third", |c| status(c, 2) == Some(HunkStatus::Applied)).await?;
    Ok(())
}

#[tokio::test]
async fn a_cut_keeps_a_held_hunk_as_far_as_it_was_shown() -> Result<()> {
    let mut room = Room::new().await?;
    lock(&mut room.client, "l1", ADD).await?;
    room.client.start("t1", "go").await?;
    let call = room.gate.call().await;
    let front = "<edit path=\"calc.py\" why=\"w\">\n<old_text>\n    return a + b\n</old_text>\n<new_text>\n";
    call.tokens(&format!("{front}    one = a\n    two"));
    room.client
        .until("the hold", |c| status(c, 0) == Some(HunkStatus::Held) && c.output("t1").ends_with("two"))
        .await?;
    room.client.interrupt("t1").await?;
    room.client.until("the end", |c| c.status("t1") == Some(TurnStatus::Interrupted)).await?;
    room.client.until("the proposal", |c| proposed(c, 0)).await?;
    assert_eq!(room.client.text("calc.py").unwrap(), FILE);
    decide(&mut room, 0, true).await?;
    room.client.until("the hunk", |c| status(c, 0) == Some(HunkStatus::Accepted)).await?;
    assert!(room.client.text("calc.py").unwrap().contains("    one = a\n    two"));
    Ok(())
}

#[tokio::test]
async fn a_decision_is_not_taken_back_by_a_later_cut() -> Result<()> {
    let mut room = Room::new().await?;
    lock(&mut room.client, "l1", ADD).await?;
    room.client.start("t1", "go").await?;
    let call = room.gate.call().await;
    call.tokens(&block("    return a + b", "    return 0"));
    room.client.until("the proposal", |c| proposed(c, 0)).await?;
    let shown_seq = room.client.shown;
    decide(&mut room, 0, true).await?;
    room.client.until("the hunk", |c| status(c, 0) == Some(HunkStatus::Accepted)).await?;
    room.client.send(ClientFrame::TurnInterrupt { turn_id: "t1".into(), shown_seq }).await?;
    room.client.until("the end", |c| c.status("t1") == Some(TurnStatus::Interrupted)).await?;
    assert!(room.client.text("calc.py").unwrap().contains("    return 0\n"));
    assert_eq!(status(&room.client, 0), Some(HunkStatus::Accepted));
    Ok(())
}

#[tokio::test]
async fn a_decision_says_nothing_of_what_had_been_shown_of_the_rest() -> Result<()> {
    let mut room = Room::new().await?;
    lock(&mut room.client, "l1", ADD).await?;
    room.client.start("t1", "go").await?;
    let call = room.gate.call().await;
    call.tokens(&block("    return a + b", "    return 0"));
    room.client.until("the proposal", |c| proposed(c, 0)).await?;
    let (shown_seq, shown) = (room.client.shown, room.client.output("t1").to_owned());
    call.tokens("And more of it.");
    room.client.until("more", |c| c.output("t1").ends_with("it.")).await?;
    decide(&mut room, 0, true).await?;
    room.client.until("the hunk", |c| status(c, 0) == Some(HunkStatus::Accepted)).await?;
    room.client.send(ClientFrame::TurnInterrupt { turn_id: "t1".into(), shown_seq }).await?;
    room.client.until("the end", |c| c.status("t1") == Some(TurnStatus::Interrupted)).await?;
    assert_eq!(room.client.output("t1"), shown, "promise 2");
    assert!(room.client.text("calc.py").unwrap().contains("    return 0\n"));
    Ok(())
}

/// The beginning of a block that types something above `add`.
const ABOVE: &str =
    "<edit path=\"calc.py\" why=\"w\">\n<old_text>\ndef add(a, b):\n    return a + b\n</old_text>\n<new_text>\nimport";

#[tokio::test]
async fn a_cut_leaves_nothing_glued_to_a_locked_line() -> Result<()> {
    let mut room = Room::new().await?;
    lock(&mut room.client, "l1", ADD).await?;
    room.client.start("t1", "go").await?;
    let call = room.gate.call().await;
    call.tokens(ABOVE);
    room.client.until("a word", |c| c.text("calc.py").unwrap().starts_with("import")).await?;
    room.client.interrupt("t1").await?;
    room.client.until("the end", |c| c.status("t1") == Some(TurnStatus::Interrupted)).await?;
    assert_eq!(room.client.text("calc.py").unwrap(), FILE);
    room.client.until("the proposal", |c| proposed(c, 0)).await?;
    assert_eq!(room.client.hunk("t1", 0).unwrap().hold, Some(HoldReason::Locked));
    Ok(())
}

#[tokio::test]
async fn a_block_that_breaks_off_leaves_nothing_glued_to_a_locked_line() -> Result<()> {
    let mut room = Room::new().await?;
    lock(&mut room.client, "l1", ADD).await?;
    room.client.start("t1", "go").await?;
    let call = room.gate.call().await;
    call.tokens(ABOVE);
    call.end();
    room.client.until("the end", |c| c.status("t1") == Some(TurnStatus::Completed)).await?;
    assert_eq!(room.client.text("calc.py").unwrap(), FILE);
    assert_eq!(status(&room.client, 0), Some(HunkStatus::Held));
    Ok(())
}

#[tokio::test]
async fn a_hunk_that_is_let_through_stops_no_turn() -> Result<()> {
    let mut room = Room::new().await?;
    lock(&mut room.client, "l1", ADD).await?;
    start(&mut room.client, "t1", Scope { stop_when_held: true, ..Scope::default() }).await?;
    let call = room.gate.call().await;
    let new = "def add3(a, b, c):\n    return a + b + c\n\n\ndef add(a, b):\n    return a + b";
    // In one piece: held, and let through, in one step.
    call.text(&block("def add(a, b):\n    return a + b", new));
    call.end();
    room.client.until("the end", |c| c.status("t1").is_some_and(|s| s != TurnStatus::Running)).await?;
    assert_eq!(
        (room.client.status("t1"), status(&room.client, 0)),
        (Some(TurnStatus::Completed), Some(HunkStatus::Applied))
    );
    Ok(())
}

#[tokio::test]
async fn what_is_let_through_is_checked_where_it_goes() -> Result<()> {
    let mut room = Room::new().await?;
    lock(&mut room.client, "l1", 0..14).await?;
    room.client.start("t1", "go").await?;
    let call = room.gate.call().await;
    let old = "def add(a, b):\n    return a + b\n";
    let new = "def add3(a, b, c):\n    return a + b + c\n\n\ndef add(a, b):\n    return b + a\n";
    let block = format!("<edit path=\"calc.py\" why=\"w\">\n<old_text>\n{old}</old_text>\n<new_text>\n{new}");
    call.tokens(&block);
    room.client.until("the hold", |c| status(c, 0) == Some(HunkStatus::Held)).await?;
    // Its place is edited away, and there is another one like it that is locked whole.
    let end = FILE.len() as u32;
    room.client.insert("calc.py", end, old).await?;
    lock(&mut room.client, "l2", end..end + ADD.end).await?;
    room.client.insert("calc.py", 20, "typed").await?;
    room.client.settle().await?;
    let before = room.client.text("calc.py").unwrap();
    call.tokens("</new_text>\n</edit>\n");
    call.end();
    room.client.until("the end", |c| c.status("t1") == Some(TurnStatus::Completed)).await?;
    assert_eq!((status(&room.client, 0), room.client.text("calc.py").unwrap()), (Some(HunkStatus::Held), before));
    Ok(())
}

#[tokio::test]
async fn who_joins_sees_held_hunks_as_those_who_were_there() -> Result<()> {
    let mut room = Room::new().await?;
    lock(&mut room.client, "l1", ADD).await?;
    room.client.start("t1", "go").await?;
    let call = room.gate.call().await;
    for new in ["    return 0", "    return 1", "    return 2"] {
        call.tokens(&block("    return a + b", new));
    }
    call.end();
    room.client.until("the end", |c| c.status("t1") == Some(TurnStatus::Completed)).await?;
    decide(&mut room, 0, true).await?;
    // Its old text is gone by then.
    decide(&mut room, 1, true).await?;
    decide(&mut room, 2, false).await?;
    room.client.until("the refusal", |c| status(c, 2) == Some(HunkStatus::Refused)).await?;
    assert_eq!(room.join().await?.turn("t1").unwrap().hunks, room.client.turn("t1").unwrap().hunks);
    Ok(())
}

#[tokio::test]
async fn a_hunk_can_be_taken_back_while_it_is_written() -> Result<()> {
    let mut room = Room::new().await?;
    room.client.start("t1", "go").await?;
    let call = room.gate.call().await;
    call.tokens(
        "<edit path=\"calc.py\" why=\"w\">\n<old_text>\n    return a + b\n</old_text>\n<new_text>\n    one\n    tw",
    );
    room.client.until("a line", |c| c.text("calc.py").unwrap().contains("one")).await?;
    let (turn_id, hunk_id) = ("t1".into(), room.client.hunk("t1", 0).unwrap().id.clone());
    room.client.send(ClientFrame::HunkRevert { turn_id, hunk_id }).await?;
    room.client.until("the revert", |c| status(c, 0) == Some(HunkStatus::Reverted)).await?;
    call.tokens("o\n    three\n</new_text>\n</edit>\n");
    call.tokens(&block("    return a - b", "    return b - a"));
    call.end();
    room.client.until("the end", |c| c.status("t1") == Some(TurnStatus::Completed)).await?;
    assert_eq!(room.client.text("calc.py").unwrap(), FILE.replace("a - b", "b - a"));
    assert_eq!(room.join().await?.turn("t1").unwrap().hunks, room.client.turn("t1").unwrap().hunks);
    Ok(())
}

#[tokio::test]
async fn an_applied_proposal_whose_place_is_gone_says_so() -> Result<()> {
    let mut room = Room::new().await?;
    lock(&mut room.client, "l1", ADD).await?;
    room.client.start("t1", "go").await?;
    let call = room.gate.call().await;
    call.tokens(&block("    return a + b", "    return 0"));
    call.end();
    room.client.until("the end", |c| c.status("t1") == Some(TurnStatus::Completed)).await?;
    room.client.insert("calc.py", 20, "typed").await?;
    decide(&mut room, 0, true).await?;
    room.client.until("the failure", |c| status(c, 0) == Some(HunkStatus::Failed)).await?;
    assert!(room.client.text("calc.py").unwrap().contains("typed"));
    Ok(())
}

#[tokio::test]
async fn what_cannot_be_a_scope_or_a_lock_is_refused() -> Result<()> {
    let mut room = Room::new().await?;
    let files = |count: usize| Within::Files(vec!["f1".into(); count]);
    let scope = |within| ClientFrame::ScopeSet { scope: Scope { within, ..Scope::default() } };
    room.client.send(scope(files(SCOPE_MAX + 1))).await?;
    assert_eq!(room.client.error().await?, ErrorCode::Limit);
    room.client.send(scope(Within::Files(vec!["nope".into()]))).await?;
    assert_eq!(room.client.error().await?, ErrorCode::BadFrame);
    room.client.send(scope(files(1))).await?;
    room.client.until("the scope", |c| c.scope.within == files(1)).await?;

    let mut region = room.client.region("calc.py", ADD)?;
    for n in 0..LOCKS_MAX {
        let lock_id = format!("l{n}").as_str().into();
        room.client.send(ClientFrame::LockSet { lock_id, region: Some(region.clone()) }).await?;
    }
    room.client.until("all locks", |c| c.locks.len() == LOCKS_MAX).await?;
    room.client.send(ClientFrame::LockSet { lock_id: "more".into(), region: Some(region.clone()) }).await?;
    assert_eq!(room.client.error().await?, ErrorCode::Limit);
    region.range.as_mut().unwrap().start = "AAAA".to_owned();
    room.client.send(ClientFrame::LockSet { lock_id: "l0".into(), region: Some(region) }).await?;
    assert_eq!(room.client.error().await?, ErrorCode::BadFrame);
    Ok(())
}
