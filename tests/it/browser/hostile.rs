//! Markup and scripts in everything that others write: a name, a path, a prompt, a why, a model's words. The page shows
//! them as the text that they are.

use anyhow::{Result, ensure};
use protocol::ClientFrame;
use tests::browser::Page;
use tests::gated::gated;

use super::stage::{PATIENCE, Stage, ready, say, turn_is};

/// Runs, or at least stands there as an element, wherever text becomes HTML. Each place has its own letter.
fn markup(letter: &str) -> String {
    format!("{letter}<img src=x onerror=injected.push('{letter}')><b data-injected>{letter}</b>")
}

/// As a part of a path, which has no slash.
const PATH: &str = "p<img src=x onerror=injected.push('p')>.py";
const GONE: &str = "g<svg onload=injected.push('g')>.py";

/// Notes from now on what should never happen.
async fn watch(page: &Page) -> Result<()> {
    page.run(
        "globalThis.injected = []; globalThis.violations = [];
         addEventListener('securitypolicyviolation', (event) => violations.push(event.violatedDirective));",
    )
    .await
}

/// No script ran, none tried to, and nothing that others wrote became an element.
async fn assert_text_alone(page: &Page) -> Result<()> {
    let ran: Vec<String> = page.eval("injected").await?;
    let violations: Vec<String> = page.eval("violations").await?;
    let elements: usize = page
        .eval("document.querySelectorAll('[data-injected], [onerror], [onload], img[src=\"x\"], a[href^=\"javascript:\"]').length")
        .await?;
    ensure!(ran.is_empty() && violations.is_empty() && elements == 0, "{ran:?} {violations:?} {elements}");
    Ok(())
}

#[tokio::test]
async fn promise_11_what_others_write_is_shown_as_text() -> Result<()> {
    let (model, mut gate) = gated();
    let stage = Stage::with_model(model).await?;
    let (session, mut client) = stage.session(PATH, "one\ntwo\n").await?;
    client
        .send(ClientFrame::PresenceUpdate {
            name: Some("n<img src=x onerror=injected.push(1)>".into()),
            cursor: None,
            viewport: None,
        })
        .await?;
    let page = stage.open(&session).await?;
    watch(&page).await?;
    // The page's own person, too, pastes what it does not read.
    page.press("Control+k").await?;
    page.by_role("textbox", "Prompt").until("element === document.activeElement").await?;
    page.insert_text(&markup("q")).await?;
    page.press("Enter").await?;
    let call = gate.call().await;
    let (words, why, code) = (markup("w"), "y<img src=x onerror=injected.push(2)>", markup("c"));
    call.text(&format!(
        "{words}\n[link](javascript:injected.push('l')) ![image](x)\n<script>injected.push('s')</script>\n\
         <edit path=\"{PATH}\" why=\"{why}\">\n<old_text>\none\n</old_text>\n<new_text>\n{code}\n</new_text>\n</edit>\n\
         <edit path=\"{GONE}\" why=\"{why}\">\n<old_text>\nnowhere\n</old_text>\n<new_text>\nx\n</new_text>\n</edit>\n"
    ));
    page.wait(&format!("midstreamTest.text()?.includes({})", serde_json::json!(code)), PATIENCE).await?;
    say(&page, "s<img src=x onerror=injected.push(3)>", "Enter").await?;
    let call = gate.call().await;
    call.text("Done.");
    call.end();
    turn_is(&page, "completed").await?;

    // Everything stands there to be read, letter by letter.
    let shown = page.text().await?;
    for (place, text) in [
        ("the prompt", markup("q").as_str()),
        ("the model's words", &words),
        ("a script", "<script>injected.push('s')</script>"),
        ("a why", why),
        ("a path", PATH),
        ("a path that is not there", GONE),
        ("a steer", "s<img src=x onerror=injected.push(3)>"),
    ] {
        ensure!(shown.contains(text), "{place} is not shown: {text}\n{shown}");
    }
    assert_text_alone(&page).await?;
    page.screenshot("hostile").await?;
    // A page that comes later is given all of it at once.
    page.reload().await?;
    watch(&page).await?;
    ready(&page).await?;
    page.wait("midstreamTest.turn()?.status === 'completed'", PATIENCE).await?;
    page.wait("document.body.innerText.includes(\"n<img\") || document.querySelector('[title*=\"n<img\"], [aria-label*=\"n<img\"]')", PATIENCE)
        .await?;
    assert_text_alone(&page).await?;
    page.assert_only_requests_to(&stage.server.url("")).await
}
