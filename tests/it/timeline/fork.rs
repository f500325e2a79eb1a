//! Forking at a token, and what the fork's model is told.

use anyhow::{Context, Result, ensure};
use models::Role;
use protocol::http::CreatedSession;
use protocol::view::TurnStatus;
use protocol::{ClientFrame, ErrorCode, Seq};
use tests::client::Client;
use tests::timeline::Timeline;

use super::{block, record};

/// Forks at a step.
async fn fork(timeline: &Timeline, seq: Seq) -> Result<CreatedSession> {
    let answer = timeline.post("fork", format!("{{\"seq\":{seq}}}")).await?;
    ensure!(answer.status() == 201, "{}", answer.text().await?);
    Ok(answer.json().await?)
}

#[tokio::test]
async fn a_fork_at_a_token_goes_on_from_that_text_with_exactly_the_conversation_up_to_there() -> Result<()> {
    let mut recorded = record().await?;
    let timeline = recorded.timeline();
    timeline.until(recorded.head).await?;
    let history = recorded.watcher.history.as_ref().context("nobody wrote it down")?;
    // In the middle of the mistake: a token that was rolled back.
    let (seq, texts) =
        history.iter().find(|(_, texts)| texts.values().any(|t| t.contains("wrong"))).context("never")?;
    let then = timeline.at(*seq).await?.session.turns.remove(0);
    let expected = texts.clone();

    let session = fork(&timeline, *seq).await?;
    ensure!(session.id != recorded.session.id && session.token != recorded.session.token);
    let mut client = recorded.server.join(&session).await?;
    ensure!(client.texts() == expected, "{:?}\nnot {expected:?}", client.texts());
    let turn = client.turn("t1").context("the turn is not there")?;
    ensure!(turn.output == then.output && turn.status == TurnStatus::Interrupted && turn.inherited);
    ensure!(turn.prompt == "change both" && turn.hunks.len() == then.hunks.len());

    client
        .send(ClientFrame::TurnContinue { turn_id: "t1".into(), segment_id: "g1".into(), text: Some("other".into()) })
        .await?;
    let call = recorded.gate.call().await;
    let said: Vec<(Role, &str)> = call.request.messages.iter().map(|m| (m.role, m.text.as_str())).collect();
    let [(Role::User, prompt), (Role::Assistant, output), (Role::User, words)] = said.as_slice() else {
        anyhow::bail!("{said:?}")
    };
    ensure!(*output == then.output, "the kept output, to the byte");
    ensure!(prompt.contains("change both") && prompt.contains("def add(a, b):"), "the message as it was sent");
    ensure!(words.ends_with("other") && words.contains("stopped"), "{words}");
    // It goes on from that text, and the other session knows nothing of it.
    call.tokens("\n");
    call.tokens(&block("def sub(a, b):", "def minus(a, b):", "the fork"));
    call.end();
    client.until("the end", |c| c.status("t1") == Some(TurnStatus::Completed)).await?;
    ensure!(client.text("calc.py").is_some_and(|text| text.contains("minus")));
    ensure!(!recorded.server.join(&recorded.session).await?.texts().values().any(|text| text.contains("minus")));
    recorded.server.stop().await
}

#[tokio::test]
async fn a_forks_next_prompt_carries_the_messages_byte_for_byte_and_not_what_came_later() -> Result<()> {
    let mut recorded = record().await?;
    let timeline = recorded.timeline();
    timeline.until(recorded.head).await?;
    // What the first session itself would send now.
    recorded.client.start("t3", "and now").await?;
    let theirs = recorded.gate.call().await;
    // After the first turn, before the second.
    let index = timeline.until(recorded.head).await?;
    let second =
        index.marks.iter().find(|mark| serde_json::to_string(mark).is_ok_and(|text| text.contains("a new file")));
    let before = Seq(second.context("no second prompt")?.moment.seq.0 - 1);
    let session = fork(&timeline, before).await?;
    let mut client = recorded.server.join(&session).await?;
    client.start("t9", "something else").await?;
    let ours = recorded.gate.call().await;
    let (last, earlier) = ours.request.messages.split_last().context("no messages")?;
    ensure!(last.text.ends_with("something else"));
    ensure!(earlier == &theirs.request.messages[..earlier.len()], "{earlier:#?}\n{:#?}", theirs.request.messages);
    let all: String = ours.request.messages.iter().map(|m| m.text.as_str()).collect();
    ensure!(!all.contains("a new file") && !all.contains("wrong wrong"), "{all}");
    recorded.server.stop().await
}

#[tokio::test]
async fn what_came_with_a_fork_cannot_be_taken_back_there_and_what_it_does_can() -> Result<()> {
    let mut recorded = record().await?;
    let timeline = recorded.timeline();
    let index = timeline.until(recorded.head).await?;
    let session = fork(&timeline, index.to.seq).await?;
    let mut client = recorded.server.join(&session).await?;
    let before = client.texts();
    let hunk = client.hunk("t1", 0).context("no hunk")?.id.clone();
    client.send(ClientFrame::HunkRevert { turn_id: "t1".into(), hunk_id: hunk }).await?;
    ensure!(client.error().await? == ErrorCode::Superseded);
    client.send(ClientFrame::TurnRevert { turn_id: "t1".into() }).await?;
    ensure!(client.error().await? == ErrorCode::Superseded);
    ensure!(client.texts() == before);
    client.start("t5", "more").await?;
    let call = recorded.gate.call().await;
    call.tokens("<edit path=\"x.py\" why=\"w\">\n<old_text>\n</old_text>\n<new_text>\nx\n</new_text>\n</edit>\n");
    call.end();
    client.until("the end", |c| c.status("t5") == Some(TurnStatus::Completed)).await?;
    client.send(ClientFrame::TurnRevert { turn_id: "t5".into() }).await?;
    client.until("the revert", |c| c.turn("t5").is_some_and(|t| t.reverted)).await?;
    ensure!(client.texts() == before);
    // A fork is a session like any other: it can be forked again, and its own timeline agrees with it.
    client.until("all acks", Client::is_acknowledged).await?;
    let fresh = recorded.server.join(&session).await?;
    super::agrees(&recorded.server, &session, &fresh).await?;

    let refused = timeline.post("fork", "{\"seq\":999999}".to_owned()).await?;
    ensure!(refused.status() == 404);
    ensure!(timeline.post("fork", "{}".to_owned()).await?.status() == 400);
    recorded.server.stop().await
}
