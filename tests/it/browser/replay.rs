//! Whoever comes later sees how it happened: played, step by step, scrubbed, and taken from any moment.

use anyhow::{Context, Result};
use protocol::Seq;
use protocol::http::CreatedSession;
use protocol::view::{Role, TurnStatus};
use serde_json::json;
use tests::browser::Page;
use tests::gated::{Gate, gated};
use tests::links::link;
use tests::timeline::Timeline;

use super::stage::{PATIENCE, Stage, say, shows, shows_exactly};

const CALC: &str = "def add(a, b):\n    return a + b\n\n\ndef sub(a, b):\n    return a - b\n";

/// How long the recorded session lasts, in milliseconds: longer than a busy machine takes to press a key.
const LASTS_MS: u64 = 1_500;

fn edit(why: &str, old: &str, new: &str) -> String {
    format!(
        "<edit path=\"calc.py\" why=\"{why}\">\n<old_text>\n{old}</old_text>\n<new_text>\n{new}</new_text>\n</edit>\n"
    )
}

/// A session in which a mistake was made and stopped, and the page of its timeline.
async fn recorded() -> Result<(Stage, CreatedSession, Page, Gate)> {
    let (model, mut gate) = gated();
    let stage = Stage::with_model(model).await?;
    let (session, mut client) = stage.session("calc.py", CALC).await?;
    client.start("t1", "name the sum").await?;
    let call = gate.call().await;
    call.tokens("I will.\n");
    call.tokens(&edit("a name", "    return a + b\n", "    total = a + b\n    return total\n"));
    client.until("the hunk", |c| c.text("calc.py").is_some_and(|t| t.contains("return total"))).await?;
    // It talks until its timeline lasts long enough to be seen playing.
    let timeline = Timeline::of(stage.server.addr, &session);
    loop {
        let index = timeline.until(client.head()).await?;
        if index.to.at_ms - index.from.at_ms >= LASTS_MS {
            break;
        }
        let said = client.output("t1").len();
        call.text(".");
        client.until("a word more", |c| c.output("t1").len() > said).await?;
    }
    call.text("\n");
    let shown = client.shown;
    call.tokens(&edit("a mistake", "    return a - b\n", "    return wrong\n"));
    client.until("the mistake", |c| c.text("calc.py").is_some_and(|t| t.contains("return wrong\n"))).await?;
    client.interrupt_at("t1", shown).await?;
    client.until("the end", |c| c.status("t1") == Some(TurnStatus::Interrupted)).await?;
    client.insert("calc.py", 0, "# mine\n").await?;
    client.until("the ack", tests::client::Client::is_acknowledged).await?;
    let head = client.head();
    drop(client);
    timeline.until(head).await?;
    let url = stage.server.url(&format!("/s/{}/replay#{}", session.id, session.token));
    let page = stage.browser.page(&url).await?;
    page.by_role("slider", "Moment").seen().await?;
    Ok((stage, session, page, gate))
}

fn last() -> String {
    CALC.replace("    return a + b\n", "    total = a + b\n    return total\n").replace("def add", "# mine\ndef add")
}

/// Waits until a step is shown that fits a condition over its number.
async fn shown(page: &Page, condition: &str) -> Result<u64> {
    let number = "Number(document.querySelector('.track').dataset.shown)";
    page.wait(&format!("((shown) => {condition})({number})"), PATIENCE).await?;
    page.eval(number).await
}

#[tokio::test]
async fn a_replay_is_played_paused_and_gone_through_with_the_keyboard() -> Result<()> {
    let (stage, _, page, _gate) = Box::pin(recorded()).await?;
    page.press("End").await?;
    shows_exactly(&page, &last()).await?;
    page.by_role("region", "Turn").says("name the sum").await?;
    let end = shown(&page, "shown > 0").await?;
    page.press("ArrowLeft").await?;
    shows_exactly(&page, &last().replace("# mine\n", "")).await?;
    let before = shown(&page, &format!("shown < {end}")).await?;
    page.press("ArrowRight").await?;
    shown(&page, &format!("shown > {before}")).await?;
    shows_exactly(&page, &last()).await?;

    // From mark to mark: the typing, the interrupt; what was rolled back is there again.
    page.press("Shift+ArrowLeft").await?;
    shown(&page, &format!("shown < {end}")).await?;
    shows(&page, "return wrong\n").await?;
    page.press("Home").await?;
    shown(&page, "shown === 0").await?;
    page.by_test_id("no-turn").says("No turn had begun by then").await?;
    page.press("Shift+ArrowRight").await?;
    shows_exactly(&page, CALC).await?;
    page.press("End").await?;
    shown(&page, &format!("shown === {end}")).await?;

    // Played from the end, it begins anew; a key stops it and lets it go on.
    page.by_role("combobox", "Speed")
        .eval::<()>("(element.value = '0.5', element.dispatchEvent(new Event('change', {bubbles: true})), null)")
        .await?;
    page.press("Space").await?;
    page.by_role("button", "Pause").seen().await?;
    shown(&page, &format!("shown > 0 && shown < {end}")).await?;
    page.press("Space").await?;
    page.by_role("button", "Play").seen().await?;
    let paused = shown(&page, "true").await?;
    page.run("new Promise((next) => requestAnimationFrame(() => requestAnimationFrame(next))).then(() => 0)").await?;
    assert_eq!(shown(&page, "true").await?, paused, "it stands still");
    page.press("Space").await?;
    shown(&page, &format!("shown === {end}")).await?;
    shows_exactly(&page, &last()).await?;
    page.by_role("button", "Play").seen().await?;
    stage.assert_clean(&page).await
}

#[tokio::test]
async fn a_replay_is_scrubbed_sped_up_and_forked_with_the_mouse() -> Result<()> {
    let (stage, session, page, mut gate) = Box::pin(recorded()).await?;
    page.press("End").await?;
    let end = shown(&page, "shown > 0").await?;
    page.by_role("slider", "Moment").click().await?;
    shown(&page, &format!("shown < {end}")).await?;
    page.by_role("checkbox", "Skip idle").until("element.checked").await?;
    page.by_role("checkbox", "Skip idle").click().await?;
    page.by_role("checkbox", "Skip idle").until("!element.checked").await?;
    page.by_role("checkbox", "Skip idle").click().await?;
    page.by_role("combobox", "Speed")
        .eval::<()>("(element.value = '16', element.dispatchEvent(new Event('change', {bubbles: true})), null)")
        .await?;
    page.by_role("button", "Play").click().await?;
    shown(&page, &format!("shown === {end}")).await?;

    // The moment of the interrupt: the mistake is on the screen, and is taken from there.
    page.by_selector(".tick[data-kind=interrupt]").click().await?;
    shows(&page, "return wrong\n").await?;
    let at = shown(&page, &format!("shown < {end}")).await?;
    let then = Timeline::of(stage.server.addr, &session).at(Seq(at)).await?;
    page.by_role("button", "Fork from here").click().await?;
    page.wait(&format!("!location.pathname.includes({})", json!(session.id)), PATIENCE).await?;
    super::stage::ready(&page).await?;
    shows(&page, "return wrong\n").await?;
    say(&page, "and now", "Enter").await?;
    let call = gate.call().await;
    let output = &then.session.turns.first().context("no turn")?.output;
    assert!(call.request.messages.iter().any(|message| message.text == *output), "{:?}", call.request.messages);
    stage.assert_clean(&page).await
}

#[tokio::test]
async fn a_replay_link_offers_nothing_that_would_be_refused() -> Result<()> {
    let (stage, session, owner, _gate) = Box::pin(recorded()).await?;
    for (role, enters) in [(Role::Replay, false), (Role::Viewer, true)] {
        let (_, by_link) = link(stage.server.addr, &session, role).await?;
        let url = stage.server.url(&format!("/s/{}/replay#{}", by_link.id, by_link.token));
        let guest = stage.browser.private_page(&url).await?;
        guest.by_role("slider", "Moment").seen().await?;
        guest.press("End").await?;
        shows_exactly(&guest, &last()).await?;
        guest.by_role("group", "Changes of this turn").seen().await?;
        guest.by_role("button", "Compare").gone().await?;
        guest.by_role("region", "Comments").gone().await?;
        let way_in = guest.by_role("button", "Open the session");
        if enters {
            way_in.seen().await?
        } else {
            way_in.gone().await?
        }
        stage.assert_clean(&guest).await?;
    }
    owner.by_role("button", "Open the session").seen().await?;
    stage.assert_clean(&owner).await
}

#[tokio::test]
async fn a_timeline_that_is_not_there_says_so() -> Result<()> {
    let (model, _gate) = gated();
    let stage = Stage::with_model(model).await?;
    let page = stage.browser.page(&stage.server.url("/s/nothing/replay#token")).await?;
    page.by_role("heading", "This link opens nothing").seen().await?;
    Ok(())
}
