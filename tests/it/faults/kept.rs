//! Over both APIs: what the request after a cut carries, which connections are opened, and that a cut stops the
//! upstream.

use anyhow::{Context, Result};
use protocol::view::TurnStatus;
use protocol::{ClientFrame, ServerFrame};
use tests::api::Api;
use tests::client::Client;
use tests::standin::{Gate, Script};

use super::{ENDING, OPENING, Room};

/// What the person was not shown, and the model must not be told of.
const TAIL: &str = "    return SECRET_TAIL\n";

/// Starts a turn, has the opening shown and the tail sent after it; returns what was shown.
async fn watch(room: &mut Room, turn: &str) -> Result<protocol::Seq> {
    let gate = Gate::default();
    let mut tokens: Vec<String> = OPENING.chars().collect::<Vec<_>>().chunks(3).map(String::from_iter).collect();
    let opening = tokens.len();
    tokens.extend([TAIL.to_owned(), ENDING.to_owned(), "never sent".to_owned()]);
    room.standin.queue(Script::say(tokens).gated(&gate).split(7));
    room.client.start(turn, "add a total").await?;
    gate.release(opening);
    // The block's place is looked up beside the stream: its text may be shown before what it writes.
    let written = |c: &Client| c.text("calc.py").is_some_and(|t| t.contains("    total = a + b\n"));
    room.client.until("the opening", |c| c.output(turn) == OPENING && written(c)).await?;
    let shown = room.client.shown;
    gate.release(2);
    room.client.until("the tail", |c| c.output(turn).ends_with(ENDING)).await?;
    Ok(shown)
}

/// The last call has lost its client, and said nothing after that.
async fn left(room: &Room, call: usize) -> Result<()> {
    let record = room.standin.until(|r| r.calls.get(call).is_some_and(|c| c.over)).await?;
    let call = record.calls.get(call).context("the call")?;
    assert!(call.client_left_at.is_some(), "{call:?}");
    assert_eq!(call.tokens_after_left, 0);
    Ok(())
}

fn check_request(asked: &[(String, String)], words: &str) {
    let kept: Vec<&str> = asked.iter().filter(|(role, _)| role == "assistant").map(|(_, text)| text.as_str()).collect();
    assert_eq!(kept, [OPENING], "exactly what was kept");
    assert!(asked.iter().all(|(_, text)| !text.contains("SECRET_TAIL") && !text.contains("return total")), "{asked:?}");
    let (role, text) = asked.last().expect("a last message");
    assert_eq!(role, "user");
    assert!(text.contains("cut after exactly its last character"), "{text}");
    assert!(text.contains("block for calc.py was left open"), "{text}");
    assert!(text.contains("    total = a + b\n    return a + b\n"), "the file as it stands: {text}");
    assert!(text.ends_with(words), "{text}");
}

async fn an_interrupt(api: Api) -> Result<()> {
    let mut room = Room::new(api).await?;
    let shown_seq = watch(&mut room, "t1").await?;
    room.client.send(ClientFrame::TurnInterrupt { turn_id: "t1".into(), shown_seq }).await?;
    room.ended("t1", TurnStatus::Interrupted).await?;
    assert_eq!(room.client.output("t1"), OPENING);
    left(&room, 0).await?;
    room.standin.queue(Script::text("\nFine."));
    room.go_on("t1", "s1", Some("only ints")).await?;
    room.ended("t1", TurnStatus::Completed).await?;
    assert_eq!(room.client.output("t1"), format!("{OPENING}\nFine."));
    check_request(&room.asked()?, "only ints");
    Ok(())
}

async fn a_steer(api: Api) -> Result<()> {
    let mut room = Room::new(api).await?;
    let shown_seq = watch(&mut room, "t1").await?;
    room.standin.queue(Script::text("\nFine."));
    let text = "only ints".to_owned();
    room.client.send(ClientFrame::TurnSteer { turn_id: "t1".into(), steer_id: "s1".into(), shown_seq, text }).await?;
    room.client.frame("the first new token", |f| matches!(f, ServerFrame::SteerAnswered { .. })).await?;
    room.ended("t1", TurnStatus::Completed).await?;
    left(&room, 0).await?;
    assert_eq!(room.client.output("t1"), format!("{OPENING}\nFine."));
    check_request(&room.asked()?, "only ints");
    Ok(())
}

#[tokio::test]
async fn promise_3_after_an_interrupt_over_chat_completions() -> Result<()> {
    an_interrupt(Api::Chat).await
}

#[tokio::test]
async fn promise_3_after_an_interrupt_over_responses() -> Result<()> {
    an_interrupt(Api::Responses).await
}

#[tokio::test]
async fn promise_3_after_a_steer_over_chat_completions() -> Result<()> {
    a_steer(Api::Chat).await
}

#[tokio::test]
async fn promise_3_after_a_steer_over_responses() -> Result<()> {
    a_steer(Api::Responses).await
}

#[tokio::test]
async fn promise_8_the_second_prompt_opens_no_connection() -> Result<()> {
    for api in [Api::Chat, Api::Responses] {
        let mut room = Room::new(api).await?;
        room.client.send(ClientFrame::ModelWarm { model: "practice".into() }).await?;
        room.standin.until(|r| r.connections == 1 && !r.requests.is_empty()).await?;
        for turn in ["t1", "t2", "t3"] {
            room.standin.queue(Script::text("Nothing to do."));
            room.client.start(turn, "hello").await?;
            room.ended(turn, TurnStatus::Completed).await?;
            assert_eq!(room.standin.connections(), 1, "{api:?}, {turn}");
            let warm = room.client.turn(turn).is_some_and(|t| t.latency.warm);
            // The first may come while the warm-up's answer is on its way: it waits for it, and says so.
            assert!(warm || turn == "t1", "{api:?}, {turn}: told as warm");
        }
    }
    Ok(())
}

#[tokio::test]
async fn promise_8_after_a_cut_a_connection_stands_before_the_next_words_over_responses() -> Result<()> {
    let mut room = Room::new(Api::Responses).await?;
    let shown_seq = watch(&mut room, "t1").await?;
    room.client.send(ClientFrame::TurnInterrupt { turn_id: "t1".into(), shown_seq }).await?;
    room.ended("t1", TurnStatus::Interrupted).await?;
    // Opened and warmed at the cut, not when the words come.
    let record = room
        .standin
        .until(|r| r.upgrades == 2 && r.requests.last().is_some_and(|last| last.method == "WS" && last.connection == 2))
        .await?;
    let connections = record.connections;
    room.standin.queue(Script::text("\nFine."));
    room.go_on("t1", "s1", Some("only ints")).await?;
    room.ended("t1", TurnStatus::Completed).await?;
    assert_eq!(room.standin.connections(), connections);
    Ok(())
}

#[tokio::test]
async fn a_deaf_upstream_harms_nobody() -> Result<()> {
    for api in [Api::Chat, Api::Responses] {
        let mut room = Room::new(api).await?;
        let gate = Gate::default();
        room.standin.queue(Script::say(["old ", "stale ", "stale "]).gated(&gate).deaf());
        room.client.start("t1", "go").await?;
        gate.release(1);
        room.client.until("the first word", |c| c.output("t1") == "old ").await?;
        room.client.interrupt("t1").await?;
        room.ended("t1", TurnStatus::Interrupted).await?;
        room.standin.until(|r| r.calls.first().is_some_and(|c| c.client_left_at.is_some())).await?;
        room.standin.queue(Script::say(["new"]));
        room.go_on("t1", "s1", None).await?;
        room.ended("t1", TurnStatus::Completed).await?;
        gate.open();
        let record = room.standin.until(|r| r.calls.first().is_some_and(|c| c.over)).await?;
        assert_eq!(record.calls.first().map(|c| c.tokens_after_left), Some(2), "{api:?}: it was deaf");
        room.client.settle().await?;
        assert_eq!(room.client.output("t1"), "old new", "{api:?}");
    }
    Ok(())
}
