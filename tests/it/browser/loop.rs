//! The loop from the keyboard alone, with the practice model: a lesson, an interrupt, words, a steer, the revert.

use anyhow::{Context, Result};
use protocol::http::CreatedSession;

use super::stage::{
    Stage, assert_frozen, editor, ready, say, shows, shows_exactly, turn_is, walk_to, watch_the_freeze,
};

#[tokio::test]
async fn a_lesson_from_the_keyboard_alone() -> Result<()> {
    let lesson = models::practice::lesson("invoice").context("the lesson")?;
    let stage = Stage::practice().await?;
    let page = stage.browser.page(&stage.server.url("/")).await?;
    page.by_role("heading", "Learn it in two minutes").seen().await?;
    page.wait(&format!("document.body.innerText.includes({:?})", lesson.title), super::stage::PATIENCE).await?;

    // Pick the lesson, and its prompt.
    walk_to(&page, "Tab", &format!("element.matches('button') && element.innerText.includes({:?})", lesson.title))
        .await?;
    page.press("Enter").await?;
    ready(&page).await?;
    page.press("Control+k").await?;
    page.by_selector(".offer").seen().await?;
    walk_to(&page, "Shift+Tab", "element.innerText?.startsWith('Use the lesson')").await?;
    page.press("Enter").await?;
    let prompt = page.by_role("textbox", "Prompt");
    prompt.says(&lesson.prompt[..20]).await?;
    prompt.until("element === document.activeElement").await?;

    let watching = stage.browser.page(&page.eval::<String>("location.href").await?).await?;
    ready(&watching).await?;

    // Send, watch, and stop it at its mistake.
    watch_the_freeze(&page).await?;
    page.press("Enter").await?;
    shows(&page, lesson.mistake).await?;
    page.press("Escape").await?;
    let kept = assert_frozen(&page).await?;
    assert!(kept.contains(lesson.mistake), "it was stopped after the mistake");
    assert!(!kept.contains("def discount_cents"), "and inside the first change");
    shows_exactly(&watching, &kept).await?;
    turn_is(&watching, "interrupted").await?;
    page.by_role("button", "Continue").seen().await?;

    // Say what to change, and have it go on; then steer it while it writes.
    say(&page, "integer cents", "Enter").await?;
    shows(&page, "from_cents: int").await?;
    page.by_role("region", "Turn").says("Continued from here").await?;
    say(&page, "whole cents everywhere", "Enter").await?;
    page.by_test_id("steer").says("whole cents everywhere").await?;
    page.by_test_id("steer").until("element.dataset.stage === 'answered'").await?;
    turn_is(&page, "completed").await?;
    turn_is(&watching, "completed").await?;
    let steered: Option<f64> = page.eval("midstreamTest.strip().steerToTokenMs").await?;
    assert!(steered.is_some(), "the strip says how long the steer took");
    let text = editor(&page).await?;
    shows_exactly(&watching, &text).await?;

    // Take all of it back.
    page.press("Control+k").await?;
    walk_to(&page, "Shift+Tab", "element.innerText === 'Revert turn'").await?;
    page.press("Enter").await?;
    page.by_role("region", "Turn").says("All of its changes were taken back.").await?;
    let id: String = page.eval("location.pathname.split('/').pop()").await?;
    let token: String =
        page.eval("localStorage.getItem('midstream.token.' + location.pathname.split('/').pop())").await?;
    let mut client = stage.server.join(&CreatedSession { id: id.into(), token }).await?;
    client.settle().await?;
    for file in lesson.files {
        assert_eq!(client.text(file.path).as_deref(), Some(file.text), "{} is as before", file.path);
    }
    assert_eq!(client.paths().len(), lesson.files.len());
    let open: String = page.eval("midstreamTest.file()").await?;
    let before = lesson.files.iter().find(|file| file.path == open).context("the open file")?;
    shows_exactly(&page, before.text).await?;
    shows_exactly(&watching, before.text).await?;

    stage.assert_clean(&page).await?;
    stage.assert_clean(&watching).await
}
