//! A person locks lines and sets a budget; what the model would change past them is held, and the person decides.

use anyhow::Result;
use tests::browser::Page;
use tests::gated::gated;

use super::stage::{PATIENCE, Stage, into_the_editor, picture, say, shows, shows_exactly, turn_is};

const FILE: &str = "def total(items):\n    result = 0\n    for item in items:\n        result += item\n    return result\n\n\ndef mean(items):\n    return total(items) / len(items)\n";

/// What nobody asked for: the locked function, written anew.
const REFACTORING: &str = "I will tidy up first.\n<edit path=\"stats.py\" why=\"sum() is shorter\">\n<old_text>\n    result = 0\n    for item in items:\n        result += item\n    return result\n</old_text>\n<new_text>\n    return sum(items)\n</new_text>\n</edit>\n";

/// More than ten lines, as the model begins them …
const TOO_MUCH: &str = "And a median.\n<edit path=\"stats.py\" why=\"statistics come in threes\">\n<old_text>\ndef mean(items):\n</old_text>\n<new_text>\ndef median(items):\n    ordered = sorted(items)\n    half = len(ordered) // 2\n    if not ordered:\n        return 0\n    if len(ordered) % 2:\n        return ordered[half]\n    low = ordered[half - 1]\n    high = ordered[half]\n    middle = low + high\n    return middle / 2\n\n";
/// … and as it ends them.
const TOO_MUCH_END: &str = "\ndef mean(items):\n</new_text>\n</edit>\nNow what was asked. ";

/// What was asked.
const ASKED: &str = "Only that, then.\n<edit path=\"stats.py\" why=\"nothing has a mean of 0\">\n<old_text>\n    return total(items) / len(items)\n</old_text>\n<new_text>\n    return total(items) / len(items) if items else 0\n</new_text>\n</edit>\n";

/// Sets a budget of ten lines, with the keyboard alone.
async fn ten_lines_at_most(page: &Page) -> Result<()> {
    page.by_selector(".scope-line").focus().await?;
    page.press("Enter").await?;
    page.by_role("dialog", "Scope of the next turn").seen().await?;
    page.by_role("radio", "Whole session").until("element === document.activeElement").await?;
    page.press("Tab").await?;
    page.by_role("radio", "No limit").until("element === document.activeElement").await?;
    page.press("ArrowRight").await?;
    page.by_role("radio", "10").until("element.checked").await?;
    page.by_role("button", "Scope: whole session · 10 lines at most").seen().await?;
    look(page, "scope").await?;
    page.press("Escape").await?;
    page.by_role("dialog", "Scope of the next turn").gone().await
}

/// Takes a picture of the page, light and dark.
async fn look(page: &Page, name: &str) -> Result<()> {
    picture(page, &format!("guard-{name}")).await
}

#[tokio::test]
async fn promise_6_what_is_locked_or_past_the_budget_is_held_and_a_person_decides() -> Result<()> {
    let (model, mut gate) = gated();
    let stage = Stage::with_model(model).await?;
    let (session, mut client) = stage.session("stats.py", FILE).await?;
    let page = stage.open(&session).await?;
    shows(&page, "def mean").await?;

    // The first function is locked, by keys.
    into_the_editor(&page).await?;
    for _ in 0..5 {
        page.press("Shift+ArrowDown").await?;
    }
    page.press("Control+Alt+l").await?;
    page.wait("document.querySelector('.lock-glyph') !== null", PATIENCE).await?;
    page.press("ArrowRight").await?;
    look(&page, "locked").await?;
    ten_lines_at_most(&page).await?;

    say(&page, "a mean of nothing is 0", "Enter").await?;
    let call = gate.call().await;
    call.tokens(REFACTORING);
    page.by_test_id("held-zone").says("Locked").await?;
    page.by_test_id("proposal").says("return sum(items)").await?;
    page.by_test_id("hunk").says("Held. Locked").await?;
    page.by_test_id("held-announced").says("stats.py").await?;
    page.by_role("region", "Turn").says("10 lines at most").await?;

    // The second one shows only on its way that it is too much: it goes, and its place says that it is being written.
    call.tokens(TOO_MUCH);
    page.wait("document.querySelectorAll('[data-testid=held-zone]').length === 2", PATIENCE).await?;
    page.by_role("region", "Editor").says("Over the budget of 10 lines").await?;
    page.by_role("region", "Editor").says("Held while it is being written").await?;
    shows_exactly(&page, FILE).await?;
    look(&page, "writing").await?;
    call.tokens(TOO_MUCH_END);
    page.wait("document.querySelectorAll('[data-testid=proposal]').length === 2", PATIENCE).await?;
    page.by_role("region", "Turn").says("2 held").await?;
    shows_exactly(&page, FILE).await?;
    look(&page, "held").await?;

    // The first is refused with words, by keys, while the model still writes.
    page.press("Alt+h").await?;
    page.wait(
        "document.querySelector('[data-testid=held-zone][data-current=true]')?.innerText.includes('Locked')",
        PATIENCE,
    )
    .await?;
    page.press("Alt+s").await?;
    page.by_role("textbox", "What to do instead").until("element === document.activeElement").await?;
    page.type_text("leave total alone").await?;
    look(&page, "steering").await?;
    page.press("Enter").await?;
    let next = gate.call().await;
    page.by_test_id("steer").says("leave total alone").await?;
    page.by_role("region", "Turn").says("Refused").await?;
    page.by_test_id("held-zone").says("Over the budget").await?;

    // The turn goes on, and ends with the one line that was asked for.
    next.tokens(ASKED);
    next.end();
    turn_is(&page, "completed").await?;
    let asked = FILE.replace("len(items)\n", "len(items) if items else 0\n");
    shows_exactly(&page, &asked).await?;
    page.by_test_id("steer").says("first new token").await?;
    look(&page, "minimal").await?;

    // The other is let through after all, by its button.
    page.by_selector(".held-zone .held-apply").click().await?;
    page.by_test_id("held-zone").gone().await?;
    shows(&page, "def median(items):").await?;
    shows(&page, "if items else 0\n").await?;
    let text = super::stage::editor(&page).await?;
    client.until("what the page has", |c| c.text("stats.py").as_deref() == Some(text.as_str())).await?;
    page.by_role("region", "Turn").says("Kept").await?;
    stage.assert_clean(&page).await
}

#[tokio::test]
async fn a_person_says_what_the_model_may_touch() -> Result<()> {
    let (model, mut gate) = gated();
    let stage = Stage::with_model(model).await?;
    let (session, mut client) = stage.session("stats.py", FILE).await?;
    client.create_file("f2", "notes.md", "# Notes\n").await?;
    client.settle().await?;
    let page = stage.open(&session).await?;
    page.by_role("button", "stats.py").click().await?;
    shows(&page, "def mean").await?;

    // The selected lines alone: the editor shows where that is.
    into_the_editor(&page).await?;
    for _ in 0..7 {
        page.press("ArrowDown").await?;
    }
    page.press("Shift+ArrowDown").await?;
    page.press("Shift+ArrowDown").await?;
    page.by_selector(".scope-line").click().await?;
    page.by_role("radio", "Selected lines").click().await?;
    page.by_role("button", "Scope: lines of stats.py · no limit").seen().await?;
    page.by_role("switch", "Stop the turn at the first held change").click().await?;
    page.press("Escape").await?;
    page.wait("document.querySelectorAll('.scope-lines').length === 2", PATIENCE).await?;
    look(&page, "selection").await?;

    // Past it, the first change is held, and the turn stops there, as the switch says.
    say(&page, "tidy up", "Enter").await?;
    let call = gate.call().await;
    call.tokens(REFACTORING);
    turn_is(&page, "interrupted").await?;
    page.by_test_id("held-zone").says("Outside the scope").await?;
    page.by_role("region", "Turn").says("lines of stats.py").await?;
    look(&page, "stopped").await?;
    shows_exactly(&page, FILE).await?;

    // Refused by a key: what was proposed is gone from the editor.
    page.press("Alt+r").await?;
    page.by_test_id("held-zone").gone().await?;
    page.by_role("region", "Turn").says("Refused").await?;

    // One file alone: the others say that they are out of reach.
    page.by_selector(".scope-line").click().await?;
    page.by_role("radio", "This file").click().await?;
    page.by_role("button", "Scope: stats.py · no limit").seen().await?;
    page.press("Escape").await?;
    page.by_role("button", "notes.md").click().await?;
    page.by_role("region", "Editor").says("Outside the scope").await?;

    // A whole file is locked by its button, and free again by the lock in the list.
    page.by_role("button", "Lock this file").click().await?;
    page.by_role("button", "Unlock notes.md").seen().await?;
    look(&page, "file").await?;
    page.by_role("button", "Unlock notes.md").click().await?;
    page.by_role("button", "Unlock notes.md").gone().await?;
    stage.assert_clean(&page).await
}
