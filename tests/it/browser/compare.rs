//! What became of the files, and who wrote it: the diff view, the names of authors, and what a revert leaves standing.

use anyhow::Result;
use tests::browser::Page;
use tests::gated::gated;

use super::stage::{PATIENCE, Stage, into_the_editor, picture, say, shows, shows_exactly, stands_behind, turn_is};

const CALC: &str = "def add(a, b):\n    return a + b\n\n\ndef sub(a, b):\n    return a - b\n";
const SUM: &str = "<edit path=\"calc.py\" why=\"name the sum\">\n<old_text>\n    return a + b\n</old_text>\n<new_text>\n    total = a + b\n    return total\n</new_text>\n</edit>\n";

fn summed() -> String {
    CALC.replace("    return a + b\n", "    total = a + b\n    return total\n")
}

/// A page on which a turn has named the sum, and made a file.
async fn after_a_turn() -> Result<(Stage, Page)> {
    let (model, mut gate) = gated();
    let stage = Stage::with_model(model).await?;
    let (session, _client) = stage.session("calc.py", CALC).await?;
    let page = stage.open(&session).await?;
    say(&page, "name the sum", "Enter").await?;
    let call = gate.call().await;
    call.tokens(SUM);
    call.tokens(
        "<edit path=\"new.py\" why=\"a new one\">\n<old_text>\n</old_text>\n<new_text>\nx = 1\n</new_text>\n</edit>\n",
    );
    call.end();
    turn_is(&page, "completed").await?;
    page.wait("document.querySelectorAll('.file-name').length === 2", PATIENCE).await?;
    Ok((stage, page))
}

/// Waits until that file is looked at in the diff view.
async fn at_file(page: &Page, path: &str) -> Result<()> {
    page.by_selector(".compare-file[aria-current]").until(&format!("element.title === {path:?}")).await
}

#[tokio::test]
async fn a_turn_is_compared_and_esc_leads_back() -> Result<()> {
    let (stage, page) = Box::pin(after_a_turn()).await?;
    page.press("Alt+d").await?;
    page.by_role("dialog", "Changes").seen().await?;
    let sides = serde_json::json!([CALC, summed()]);
    page.wait(
        &format!("((d) => d && JSON.stringify([d.before, d.after]) === JSON.stringify({sides}))(midstreamTest.diff())"),
        PATIENCE,
    )
    .await?;
    page.wait("midstreamTest.diff().changes.length === 1 && midstreamTest.diff().line === 2", PATIENCE).await?;
    picture(&page, "compare").await?;
    at_file(&page, "calc.py").await?;
    page.by_selector(".compare-files li:last-child .compare-fate").says("new").await?;

    // Over the last change to the next file, and round.
    page.press("F7").await?;
    at_file(&page, "new.py").await?;
    page.wait("midstreamTest.diff().before === '' && midstreamTest.diff().after === 'x = 1\\n'", PATIENCE).await?;
    page.press("Shift+F7").await?;
    at_file(&page, "calc.py").await?;
    page.press("Escape").await?;
    page.by_role("dialog", "Changes").gone().await?;
    page.wait("midstreamTest.diff() === null", PATIENCE).await?;
    page.wait("document.activeElement.closest('.monaco-editor')", PATIENCE).await?;

    // A file since the start; and between two points where nothing happened.
    page.wait("document.querySelector('.file-name[title=\"calc.py\"]')", PATIENCE).await?;
    page.by_selector(".file-name[title='calc.py']").click().await?;
    shows_exactly(&page, &summed()).await?;
    page.by_role("button", "Changes of this file").click().await?;
    page.wait("midstreamTest.diff()?.changes.length === 1", PATIENCE).await?;
    assert_eq!(page.eval::<u32>("document.querySelectorAll('.compare-file').length").await?, 1);
    page.by_role("combobox", "From")
        .until("(element.value = 'now', element.dispatchEvent(new Event('change', { bubbles: true })), true)")
        .await?;
    page.by_role("dialog", "Changes").until("element.innerText.includes('Nothing changed')").await?;
    page.by_role("button", "Close the comparison").click().await?;
    page.wait("midstreamTest.diff() === null", PATIENCE).await?;
    stage.assert_clean(&page).await
}

#[tokio::test]
async fn a_line_says_who_wrote_it() -> Result<()> {
    let (stage, page) = Box::pin(after_a_turn()).await?;
    page.by_selector(".file-name[title='calc.py']").click().await?;
    shows(&page, "return total").await?;
    into_the_editor(&page).await?;
    page.press("ArrowDown").await?;
    page.by_role("button", "Show authors").click().await?;
    stands_behind(&page, ".mark-author", "total = a + b", "name the sum").await?;
    into_the_editor(&page).await?;
    stands_behind(&page, ".mark-author", "def add", "Guest").await?;
    page.press("End").await?;
    page.type_text("  # and this is by me, all of it").await?;
    stands_behind(&page, ".mark-author", "all of it", "You").await?;

    // On hover, too, with the model's reason.
    let place: (f64, f64) = page
        .eval("((r) => [r.x + 60, r.y + 8])([...document.querySelectorAll('.view-line')].find((l) => l.innerText.includes('total')).getBoundingClientRect())")
        .await?;
    let event = serde_json::json!({ "type": "mouseMoved", "x": place.0, "y": place.1 });
    page.command("Input.dispatchMouseEvent", event).await?;
    page.wait(
        "document.querySelector('.monaco-hover:not(.hidden)')?.innerText.includes('why: name the sum')",
        PATIENCE,
    )
    .await?;
    page.screenshot("hover-author").await?;
    stage.assert_clean(&page).await
}

#[tokio::test]
async fn a_revert_keeps_what_a_person_wrote_and_says_so() -> Result<()> {
    let (stage, page) = Box::pin(after_a_turn()).await?;
    page.by_selector(".file-name[title='calc.py']").click().await?;
    shows(&page, "return total").await?;
    into_the_editor(&page).await?;
    page.press("ArrowDown").await?;
    page.press("End").await?;
    page.press("Enter").await?;
    page.type_text("# mine").await?;
    shows(&page, "# mine\n").await?;
    page.press("F7").await?;
    page.press("Alt+Backspace").await?;
    page.wait("document.querySelector('[data-testid=hunk]').dataset.status === 'reverted'", PATIENCE).await?;
    shows(&page, "# mine").await?;
    page.wait("!midstreamTest.text().includes('total')", PATIENCE).await?;
    page.wait("/stay/.test(document.querySelector('[data-testid=hunk] .change-note').innerText)", PATIENCE).await?;
    page.by_test_id("spoken").until("/stay/.test(element.textContent)").await?;
    stage.assert_clean(&page).await
}
