//! The loop over real upstream APIs, against the stand-in: what a person does in the page, and what the upstream sees
//! of it.

use std::time::Instant;

use anyhow::{Context, Result};
use tests::api::Api;
use tests::standin::{Gate, Script, Standin};

use super::stage::{PATIENCE, Stage, assert_frozen, editor, say, shows, shows_exactly, turn_is, watch_the_freeze};

const FILE: &str = "def add(a, b):\n    return a + b\n";
const OPENING: &str = "I will.\n<edit path=\"calc.py\" why=\"a total\">\n<old_text>\n    return a + b\n</old_text>\n<new_text>\n    total = 0\n";
const LINE: &str = "    total += step_of_many(a, b)\n";

fn tokens(text: &str) -> Vec<String> {
    text.chars().collect::<Vec<_>>().chunks(4).map(String::from_iter).collect()
}

/// What the model was told that it had said, in the last request.
fn told(api: Api, standin: &Standin) -> Result<(String, Vec<(String, String)>)> {
    let record = standin.record();
    let asked = api.messages(record.bodies().last().context("nothing was asked")?);
    let said = asked.iter().filter(|(role, _)| role == "assistant").map(|(_, text)| text.as_str()).collect();
    Ok((said, asked))
}

async fn story(api: Api) -> Result<()> {
    let standin = Standin::start(Script::say(["unasked"])).await?;
    let stage = Stage::with_model(api.model(&standin)).await?;
    let (session, mut client) = stage.session("calc.py", FILE).await?;
    let page = stage.open(&session).await?;

    // Warm before the first word: the prompt box was given the keyboard.
    page.press("Control+k").await?;
    standin.until(|r| r.connections == 1 && !r.requests.is_empty()).await?;

    // Two prompts, one connection.
    for calls in 1..=2 {
        standin.queue(Script::text("Nothing to do."));
        say(&page, "hello", "Enter").await?;
        standin.until(|r| r.calls.len() == calls).await?;
        turn_is(&page, "completed").await?;
    }
    assert_eq!(standin.connections(), 1, "no connection was opened for the second prompt");
    let calls = standin.calls().len();

    // Esc while it writes; more is on its way at that moment.
    let gate = Gate::default();
    let all = format!("{OPENING}{}", LINE.repeat(40));
    let opening = tokens(OPENING).len();
    standin.queue(Script::say(tokens(&all)).gated(&gate).split(11));
    watch_the_freeze(&page).await?;
    say(&page, "add a total", "Enter").await?;
    gate.release(opening + 10);
    shows(&page, "    total += step_of_many").await?;
    gate.release(60);
    page.press("Escape").await?;
    let pressed = Instant::now();
    let text = assert_frozen(&page).await?;
    let record = standin.until(|r| r.calls.get(calls).is_some_and(|c| c.over)).await?;
    let call = record.calls.get(calls).context("the call")?;
    let left = call.client_left_at.context("the client did not leave")?;
    assert!(left.saturating_duration_since(pressed) < PATIENCE && call.tokens_after_left == 0, "{call:?}");
    assert_eq!(call.connection, 1);

    let turn: String = page.eval("midstreamTest.turn().id").await?;
    client.until("the end", |c| c.status(&turn).is_some_and(|s| s == protocol::view::TurnStatus::Interrupted)).await?;
    let kept = client.output(&turn).to_owned();
    assert!(all.starts_with(&kept) && kept.len() > OPENING.len(), "{kept}");
    assert_eq!(client.text("calc.py").as_deref(), Some(text.as_str()));

    // Words, and it goes on: the model knows what stays, and nothing else.
    let gate = Gate::default();
    let second = "\nI see. <edit";
    let pieces = [tokens(second), tokens(" never closed")].concat();
    standin.queue(Script::say(pieces).gated(&gate));
    say(&page, "only ints", "Enter").await?;
    gate.release(tokens(second).len());
    page.by_role("region", "Turn").says("I see.").await?;
    let (said, asked) = told(api, &standin)?;
    // The two earlier turns' answers are part of the conversation.
    assert!(said.ends_with(&kept), "{said}");
    assert_eq!(said.strip_suffix(&kept).context("the kept text")?, "Nothing to do.Nothing to do.");
    let (_, last) = asked.last().context("a message")?;
    assert!(last.ends_with("only ints") && last.contains(&text), "{last}");

    // A steer while it writes.
    standin.queue(Script::text("\nAs you wish."));
    client.until("the second answer", |c| c.output(&turn).ends_with(second)).await?;
    say(&page, "and no loops", "Enter").await?;
    page.by_test_id("steer").until("element.dataset.stage === 'answered'").await?;
    turn_is(&page, "completed").await?;
    let (said, asked) = told(api, &standin)?;
    assert!(said.contains(second) && !said.contains("never closed"), "{said}");
    assert!(asked.last().is_some_and(|(_, text)| text.ends_with("and no loops")));
    page.by_role("region", "Turn").says("As you wish.").await?;

    client.settle().await?;
    let text = editor(&page).await?;
    shows_exactly(&page, client.text("calc.py").as_deref().unwrap_or_default()).await?;
    assert!(text.contains("total = 0"));
    page.by_role("button", "Revert turn").click().await?;
    shows_exactly(&page, FILE).await?;
    stage.assert_clean(&page).await
}

#[tokio::test]
async fn the_loop_over_chat_completions() -> Result<()> {
    Box::pin(story(Api::Chat)).await
}

#[tokio::test]
async fn the_loop_over_responses() -> Result<()> {
    Box::pin(story(Api::Responses)).await
}
