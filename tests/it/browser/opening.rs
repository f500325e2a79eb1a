//! A large project on its way: the first file is there at once, and what a person does meanwhile is not lost.

use anyhow::Result;
use protocol::http::CreatedSession;
use protocol::view::{Role, TurnStatus};
use serde_json::json;
use tests::browser::Page;
use tests::client::Client;
use tests::gated::gated;

use super::stage::{PATIENCE, Stage, into_the_editor, named_link, ready, say, shows, shows_exactly, turn_is};

/// More than is sent at once.
const FILES: usize = 12;
const LINES: usize = 2_000;
/// The file that is shown first.
const ABOUT: &str = "first = 1\nlast = 2\n";
/// Holds the parts of the document back until the test lets them through, as a slow network would.
const SLOW: &str = "{
    const held = [];
    const sockets = [];
    const { set } = Object.getOwnPropertyDescriptor(WebSocket.prototype, 'onmessage');
    const isHeld = ({ data }) => typeof data === 'string'
        ? data.startsWith('{\"type\":\"document/opened\"')
        : new Uint8Array(data)[8] === 0 && new Uint8Array(data)[9] === 1;
    globalThis.partsHeld = () => held.length;
    globalThis.releaseSome = (count) => { for (const take of held.splice(0, count)) take(); };
    globalThis.cut = () => { held.length = 0; sockets.at(-1).close(); };
    globalThis.releaseParts = () => { for (const take of held.splice(0)) take(); globalThis.released = true; };
    Object.defineProperty(WebSocket.prototype, 'onmessage', { set(take) {
        sockets.push(this);
        set.call(this, take && ((event) => {
            if (!globalThis.released && isHeld(event)) held.push(() => take.call(this, event));
            else take.call(this, event);
        }));
    } });
}";

/// A session with a large document and the client that made it.
async fn large(stage: &Stage) -> Result<(CreatedSession, Client)> {
    let (session, mut client) = stage.session("about.py", ABOUT).await?;
    for number in 0..FILES {
        let text: String = (0..LINES).map(|line| format!("value_{number}_{line} = {line}\n")).collect();
        client.create_file(&format!("g{number}"), &format!("src/part{number:02}.py"), &text).await?;
    }
    client.until("the acknowledgements", Client::is_acknowledged).await?;
    Ok((session, client))
}

/// Opens the session's page on a slow network: the first file is there, and most of the others are not.
async fn open_slowly(stage: &Stage, session: &CreatedSession) -> Result<Page> {
    let page = stage.browser.page(&stage.server.url("/")).await?;
    page.command("Page.addScriptToEvaluateOnNewDocument", json!({ "source": SLOW })).await?;
    page.goto(&stage.server.url(&format!("/s/{}#{}", session.id, session.token))).await?;
    page.by_test_id("role").seen_within(PATIENCE).await?;
    shows(&page, ABOUT).await?;
    page.wait("partsHeld() > 3", PATIENCE).await?;
    Ok(page)
}

#[tokio::test]
async fn promise_12_one_types_while_a_large_project_is_still_coming() -> Result<()> {
    let (model, mut gate) = gated();
    let stage = Stage::with_model(model).await?;
    let (session, mut client) = large(&stage).await?;
    let page = open_slowly(&stage, &session).await?;
    page.wait("document.querySelector('[role=progressbar]')", PATIENCE).await?;

    // Typed, corrected, and typed elsewhere; then a prompt, which waits for what was typed before it.
    into_the_editor(&page).await?;
    page.type_text("# mines").await?;
    page.press("Backspace").await?;
    page.press("Enter").await?;
    page.press("Control+End").await?;
    page.type_text("more = 3").await?;
    shows(&page, "# mine\nfirst = 1\nlast = 2\nmore = 3").await?;
    say(&page, "go on", "Enter").await?;

    // A file that has not come says so, and opens by itself.
    page.run("document.querySelector('button.file-name[title=\"src/part07.py\"]').click()").await?;
    page.by_selector(".editor-empty[role=status]").says("This file is on its way").await?;
    assert!(!page.eval::<bool>("midstreamTest.whole()").await?);
    page.screenshot("opening").await?;
    page.run("releaseParts()").await?;
    page.wait("midstreamTest.whole()", PATIENCE).await?;
    shows(&page, "value_7_0 = 0\n").await?;
    page.wait("!document.querySelector('[role=progressbar]')", PATIENCE).await?;

    let typed = "# mine\nfirst = 1\nlast = 2\nmore = 3";
    client.until("what was typed", |c| c.text("about.py").as_deref() == Some(typed)).await?;
    let call = gate.call().await;
    call.tokens("Done.");
    call.end();
    turn_is(&page, "completed").await?;
    page.run("document.querySelector('button.file-name[title=\"about.py\"]').click()").await?;
    shows(&page, typed).await?;
    // It is the person's own, to be undone.
    into_the_editor(&page).await?;
    page.press("Control+z").await?;
    client.until("the undo", |c| c.text("about.py").is_some_and(|text| text != typed)).await?;
    stage.assert_clean(&page).await
}

#[tokio::test]
async fn promise_2_esc_stops_a_turn_while_the_project_is_still_coming() -> Result<()> {
    let (model, mut gate) = gated();
    let stage = Stage::with_model(model).await?;
    let (session, mut client) = large(&stage).await?;
    client.start("t1", "go").await?;
    let call = gate.call().await;
    call.tokens("Before. ");
    client.until("the output", |c| c.output("t1") == "Before. ").await?;
    let page = open_slowly(&stage, &session).await?;
    turn_is(&page, "running").await?;
    call.tokens("Nobody on that page has seen this.");
    client.until("the rest", |c| c.output("t1").ends_with("this.")).await?;
    say(&page, "", "Escape").await?;
    client.until("the end", |c| c.status("t1") == Some(TurnStatus::Interrupted)).await?;
    assert_eq!(client.output("t1"), "Before. ", "what the page had shown is what stays");
    page.run("releaseParts()").await?;
    turn_is(&page, "interrupted").await?;
    page.wait("midstreamTest.whole()", PATIENCE).await?;
    stage.assert_clean(&page).await
}

#[tokio::test]
async fn what_was_typed_ahead_outlives_a_connection_that_breaks_in_between() -> Result<()> {
    let (model, mut gate) = gated();
    let stage = Stage::with_model(model).await?;
    let (session, mut client) = large(&stage).await?;
    let page = open_slowly(&stage, &session).await?;
    into_the_editor(&page).await?;
    page.type_text("# mine\n").await?;
    say(&page, "go on", "Enter").await?;

    // Somebody writes there meanwhile, and some parts come before the connection breaks.
    client.insert("about.py", 20, "theirs = 4\n").await?;
    client.until("the acknowledgement", Client::is_acknowledged).await?;
    page.run("releaseSome(2)").await?;
    page.run("cut()").await?;
    page.wait("partsHeld() > 1", PATIENCE).await?;
    shows_exactly(&page, "# mine\nfirst = 1\nlast = 2\n").await?;
    into_the_editor(&page).await?;
    page.press("Control+End").await?;
    page.type_text("more = 3\n").await?;
    page.run("releaseParts()").await?;
    page.wait("midstreamTest.whole()", PATIENCE).await?;

    // All of it is there, once.
    let both = "# mine\nfirst = 1\nlast = 2\nmore = 3\ntheirs = 4\n";
    shows_exactly(&page, both).await?;
    client.until("what was typed", |c| c.text("about.py").as_deref() == Some(both)).await?;
    let call = gate.call().await;
    call.tokens("Done.");
    call.end();
    turn_is(&page, "completed").await?;
    client.until("the turn", |c| c.turns.len() == 1).await?;
    assert_eq!(page.by_role("textbox", "Prompt").eval::<String>("element.value").await?, "");
    stage.assert_clean(&page).await
}

#[tokio::test]
async fn what_was_typed_ahead_outlives_its_file() -> Result<()> {
    let stage = Stage::practice().await?;
    let (session, mut client) = large(&stage).await?;
    let page = open_slowly(&stage, &session).await?;
    into_the_editor(&page).await?;
    page.type_text("# mine\n").await?;
    client.delete_file("f1").await?;
    client.until("the acknowledgement", Client::is_acknowledged).await?;
    page.run("cut()").await?;
    page.wait("partsHeld() > 3", PATIENCE).await?;
    page.run("releaseParts()").await?;
    page.wait("midstreamTest.whole()", PATIENCE).await?;
    let text = format!("# mine\n{ABOUT}");
    shows_exactly(&page, &text).await?;
    client.until("the file", |c| c.text("about.py").as_ref() == Some(&text)).await?;
    stage.assert_clean(&page).await
}

#[tokio::test]
async fn a_prompt_that_waits_can_be_taken_back_and_a_reload_shows_the_first_file_at_once() -> Result<()> {
    let stage = Stage::practice().await?;
    let (session, client) = large(&stage).await?;
    let page = open_slowly(&stage, &session).await?;
    ready(&page).await?;
    say(&page, "go on", "Enter").await?;
    page.wait("midstreamTest.turn()?.pending", PATIENCE).await?;
    page.press("Escape").await?;
    page.by_role("textbox", "Prompt").until("element.value === 'go on'").await?;
    page.reload().await?;
    page.by_test_id("role").seen_within(PATIENCE).await?;
    shows_exactly(&page, ABOUT).await?;
    page.wait("partsHeld() > 3", PATIENCE).await?;
    page.run("releaseParts()").await?;
    page.wait("midstreamTest.whole()", PATIENCE).await?;
    assert!(client.turns.is_empty());
    stage.assert_clean(&page).await
}

#[tokio::test]
async fn a_viewer_reads_the_first_file_and_cannot_type_into_it() -> Result<()> {
    let stage = Stage::practice().await?;
    let (session, client) = large(&stage).await?;
    let page = open_slowly(&stage, &named_link(&stage, &session, Role::Viewer, "The guests").await?).await?;
    into_the_editor(&page).await?;
    page.type_text("mine").await?;
    page.run("releaseParts()").await?;
    page.wait("midstreamTest.whole()", PATIENCE).await?;
    shows_exactly(&page, ABOUT).await?;
    assert_eq!(client.text("about.py").as_deref(), Some(ABOUT));
    stage.assert_clean(&page).await
}
