//! Every state of the page, light and dark: what must be there has its name, and a picture is taken of each.

use anyhow::Result;
use models::{FailureKind, UpstreamFailure};
use tests::browser::Page;
use tests::gated::gated;

use super::stage::{PATIENCE, Stage, dressed, ready, say, shows, turn_is};

/// What a session's page always has, by role and name.
const ALWAYS: [(&str, &str); 8] = [
    ("textbox", "Prompt"),
    ("button", "Send"),
    ("button", "Interrupt"),
    ("region", "Turn"),
    ("region", "Files"),
    ("region", "Latency"),
    ("region", "Editor"),
    ("combobox", "Model"),
];

/// Takes a picture of the page, light and dark, and looks for what must be there.
async fn look(page: &Page, name: &str, names: &[(&str, &str)]) -> Result<()> {
    for (role, name) in names {
        page.by_role(role, name).seen().await?;
    }
    let mut grounds = Vec::new();
    for (scheme, dark) in [("light", false), ("dark", true)] {
        dressed(page, dark).await?;
        grounds.push(page.eval::<String>("getComputedStyle(document.documentElement).backgroundColor").await?);
        page.screenshot(&format!("{name}-{scheme}")).await?;
    }
    assert_ne!(grounds.first(), grounds.last(), "{name}: light and dark differ");
    let wide: bool = page.eval("document.documentElement.scrollWidth > innerWidth").await?;
    assert!(!wide, "{name}: nothing hangs over the edge");
    Ok(())
}

#[tokio::test]
async fn every_state_is_named_and_pictured() -> Result<()> {
    let (model, mut gate) = gated();
    let stage = Stage::with_model(model).await?;
    let page = stage.browser.page(&stage.server.url("/")).await?;
    page.by_role("button", "New session").seen().await?;
    page.wait("document.querySelectorAll('button.lesson').length >= 3", PATIENCE).await?;
    look(&page, "first", &[("button", "New session"), ("heading", "Learn it in two minutes")]).await?;

    page.by_role("button", "New session").click().await?;
    ready(&page).await?;
    look(&page, "empty", &ALWAYS).await?;

    say(&page, "write a greeting", "Enter").await?;
    let call = gate.call().await;
    call.tokens("I will write it.\n<edit path=\"hello.py\" why=\"a greeting\">\n<old_text>\n</old_text>\n<new_text>\ndef greet(name):\n    print(f\"Hello");
    shows(&page, "Hello").await?;
    look(&page, "streaming", &ALWAYS).await?;
    page.by_role("button", "Continue").gone().await?;

    page.by_role("button", "Interrupt").click().await?;
    turn_is(&page, "interrupted").await?;
    page.by_role("region", "Turn").says("What you saw stays.").await?;
    look(&page, "interrupted", &[ALWAYS.as_slice(), &[("button", "Continue"), ("button", "Revert turn")]].concat())
        .await?;

    page.by_role("button", "Continue").click().await?;
    let call = gate.call().await;
    call.text("\nAgain.");
    let message = "The server failed (503).".to_owned();
    call.fail(UpstreamFailure { kind: FailureKind::Failed, message, detail: String::new(), retry_after: None });
    turn_is(&page, "failed").await?;
    page.by_role("region", "Turn").says("The server failed (503).").await?;
    look(&page, "failed", &[ALWAYS.as_slice(), &[("button", "Continue"), ("button", "Revert turn")]].concat()).await?;

    // The sheet of shortcuts, and the stages of the last turn.
    page.by_role("button", "Keyboard shortcuts").click().await?;
    page.by_role("dialog", "Keyboard shortcuts").seen().await?;
    page.screenshot("shortcuts").await?;
    page.press("Escape").await?;
    page.by_role("dialog", "Keyboard shortcuts").gone().await?;
    page.by_selector(".latency-strip").click().await?;
    page.screenshot("stages").await?;
    page.by_selector(".latency-strip").click().await?;

    // A small window.
    page.set_viewport(390, 844).await?;
    page.wait("innerWidth === 390", PATIENCE).await?;
    page.by_role("textbox", "Prompt").seen().await?;
    look(&page, "narrow", &[("textbox", "Prompt"), ("region", "Turn")]).await?;
    stage.assert_clean(&page).await
}
