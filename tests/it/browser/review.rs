//! A person goes through what the model changed, while it writes and afterwards: with keys and with the mouse.

use anyhow::{Result, ensure};
use tests::browser::Page;
use tests::gated::{Call, Gate, gated};

use super::stage::{PATIENCE, Stage, into_the_editor, picture, say, shows, shows_exactly, turn_is};

const CALC: &str = "def add(a, b):\n    return a + b\n\n\ndef sub(a, b):\n    return a - b\n";
const UTIL: &str = "def half(a):\n    return a / 2\n";

/// An edit of whole lines.
fn edit(path: &str, why: &str, old: &str, new: &str) -> String {
    format!(
        "<edit path=\"{path}\" why=\"{why}\">\n<old_text>\n{old}</old_text>\n<new_text>\n{new}</new_text>\n</edit>\n"
    )
}

/// Waits until the n-th card says so.
async fn card(page: &Page, nth: usize, attribute: &str, value: &str) -> Result<()> {
    let card = format!("document.querySelectorAll('[data-testid=hunk]')[{nth}]");
    page.wait(&format!("{card}?.dataset.{attribute} === {value:?}"), PATIENCE).await
}

/// A stage with two files, and a turn that has begun.
async fn begun(prompt: &str) -> Result<(Stage, Page, Call, Gate)> {
    let (model, mut gate) = gated();
    let stage = Stage::with_model(model).await?;
    let (session, mut client) = stage.session("calc.py", CALC).await?;
    client.create_file("f2", "util.py", UTIL).await?;
    client.settle().await?;
    let page = stage.open(&session).await?;
    page.wait("document.querySelectorAll('.file-name').length === 2", PATIENCE).await?;
    say(&page, prompt, "Enter").await?;
    let call = gate.call().await;
    Ok((stage, page, call, gate))
}

#[tokio::test]
async fn changes_are_kept_and_reverted_from_the_keyboard_while_the_model_writes() -> Result<()> {
    let (stage, page, call, _gate) = Box::pin(begun("sums and differences")).await?;
    call.tokens("Two changes.\n");
    call.tokens(&edit("calc.py", "name the sum", "    return a + b\n", "    total = a + b\n    return total\n"));
    call.tokens(&edit("calc.py", "name the difference", "    return a - b\n", "    rest = a - b\n    return rest\n"));
    card(&page, 1, "status", "applied").await?;
    page.by_role("group", "Changes of this turn").says("2 changes").await?;

    // The first is kept, the second is taken back, and the model still writes.
    page.press("F7").await?;
    card(&page, 0, "current", "true").await?;
    page.wait("document.querySelector('.monaco-editor .mark-current')", PATIENCE).await?;
    page.press("Alt+Enter").await?;
    card(&page, 0, "status", "accepted").await?;
    page.press("F7").await?;
    card(&page, 1, "current", "true").await?;
    page.press("Alt+Backspace").await?;
    card(&page, 1, "status", "reverted").await?;
    shows_exactly(&page, &CALC.replace("    return a + b\n", "    total = a + b\n    return total\n")).await?;
    turn_is(&page, "running").await?;

    // The one that is being written is in another file: the next step leads there, and ends it.
    call.tokens("<edit path=\"util.py\" why=\"whole numbers\">\n<old_text>\n    return a / 2\n</old_text>\n<new_text>\n    # Rounded");
    card(&page, 2, "status", "open").await?;
    page.by_selector("[data-testid=hunk][data-status=open] .change-note").says("Writing").await?;
    page.press("F7").await?;
    card(&page, 2, "current", "true").await?;
    page.wait("midstreamTest.file() === 'util.py'", PATIENCE).await?;
    page.press("Alt+Backspace").await?;
    card(&page, 2, "status", "reverted").await?;
    shows_exactly(&page, UTIL).await?;
    call.tokens(" down.\n    return a // 2\n</new_text>\n</edit>\nDone.\n");
    call.end();
    turn_is(&page, "completed").await?;
    shows_exactly(&page, UTIL).await?;

    // Round again: what was reverted is passed.
    page.press("F7").await?;
    card(&page, 0, "current", "true").await?;
    page.wait("midstreamTest.file() === 'calc.py'", PATIENCE).await?;
    page.press("Shift+F7").await?;
    card(&page, 0, "current", "true").await?;
    stage.assert_clean(&page).await
}

#[tokio::test]
async fn changes_are_kept_and_reverted_with_the_mouse_when_the_model_is_done() -> Result<()> {
    let (stage, page, call, _gate) = Box::pin(begun("sums")).await?;
    let why = format!("{}, and the end of it", "a long reason ".repeat(10).trim());
    call.tokens(&edit("calc.py", &why, "    return a + b\n", "    total = a + b\n    return total\n"));
    call.tokens(&edit("util.py", "whole numbers", "    return a / 2\n", "    return a // 2\n"));
    call.end();
    turn_is(&page, "completed").await?;

    // The reason is cut in view and never lost.
    let first = page.by_selector(".change:first-of-type .change-why");
    first.until(&format!("element.innerText.endsWith('…') && element.title === {why:?}")).await?;
    page.by_selector(".change:first-of-type .change-main").click().await?;
    card(&page, 0, "current", "true").await?;
    first.until(&format!("element.innerText === {why:?}")).await?;
    page.wait("midstreamTest.file() === 'calc.py'", PATIENCE).await?;

    page.by_role("button", "Revert this change of calc.py").click().await?;
    card(&page, 0, "status", "reverted").await?;
    shows_exactly(&page, CALC).await?;
    page.by_role("button", "Keep all").click().await?;
    card(&page, 1, "status", "accepted").await?;
    page.by_role("button", "Keep all").gone().await?;
    page.by_role("button", "Next change").click().await?;
    card(&page, 1, "current", "true").await?;
    shows_exactly(&page, "def half(a):\n    return a // 2\n").await?;
    page.by_role("button", "Revert turn").click().await?;
    page.by_role("region", "Turn").says("All of its changes were taken back.").await?;
    shows_exactly(&page, UTIL).await?;
    stage.assert_clean(&page).await
}

#[tokio::test]
async fn a_persons_undo_never_walks_through_model_text() -> Result<()> {
    let (stage, page, call, _gate) = Box::pin(begun("sums")).await?;
    into_the_editor(&page).await?;
    page.type_text("# mine").await?;
    page.press("Enter").await?;
    shows(&page, "# mine\n").await?;
    call.tokens(&edit("calc.py", "w", "    return a + b\n", "    total = a + b\n    return total\n"));
    call.end();
    turn_is(&page, "completed").await?;
    shows(&page, "return total").await?;
    for _ in 0..6 {
        page.press("Control+z").await?;
    }
    let written = CALC.replace("    return a + b\n", "    total = a + b\n    return total\n");
    shows_exactly(&page, &written).await?;
    for _ in 0..6 {
        page.press("Control+y").await?;
    }
    shows_exactly(&page, &format!("# mine\n{written}")).await?;
    stage.assert_clean(&page).await
}

/// The same, with a turn that was told the same thing twice.
async fn told_twice() -> Result<(Stage, Page, Call, Gate)> {
    let (stage, page, call, mut gate) = Box::pin(begun("sums")).await?;
    call.tokens("I will use floats. ");
    page.by_role("region", "Turn").says("I will use floats.").await?;
    say(&page, "use integer cents", "Enter").await?;
    let call = gate.call().await;
    call.tokens("Fine. Floats again. ");
    page.by_role("region", "Turn").says("Floats again.").await?;
    say(&page, "integers, in cents please", "Enter").await?;
    let call = gate.call().await;
    call.tokens("Cents.");
    page.by_role("region", "Turn").says("Cents.").await?;
    Ok((stage, page, call, gate))
}

#[tokio::test]
async fn what_is_said_twice_is_offered_as_a_convention() -> Result<()> {
    let (stage, page, call, _gate) = Box::pin(told_twice()).await?;
    call.end();
    turn_is(&page, "completed").await?;

    // One key goes to the offer; Enter takes it as it was edited.
    let rule = page.by_role("textbox", "The rule");
    rule.until("element.value === 'Integers, in cents please'").await?;
    picture(&page, "convention").await?;
    page.press("Alt+c").await?;
    rule.until("element === document.activeElement").await?;
    page.type_text("money is integer cents").await?;
    page.press("Enter").await?;
    rule.gone().await?;
    page.by_role("textbox", "Prompt").until("element === document.activeElement").await?;
    page.by_role("button", "1 convention").seen().await?;
    page.by_role("button", "Open it").click().await?;
    page.wait("midstreamTest.file() === 'AGENTS.md'", PATIENCE).await?;
    shows_exactly(&page, "- Money is integer cents\n").await?;

    // It is the person's own edit: one step of undo.
    into_the_editor(&page).await?;
    page.press("Control+z").await?;
    page.by_role("button", "1 convention").gone().await?;
    stage.assert_clean(&page).await
}

#[tokio::test]
async fn a_convention_on_offer_takes_no_key_from_the_prompt() -> Result<()> {
    let (stage, page, _call, mut gate) = Box::pin(told_twice()).await?;
    // Esc, and on with what to change: whatever the page offers meanwhile.
    page.press("Escape").await?;
    page.by_role("textbox", "The rule").seen().await?;
    page.type_text("round at the end").await?;
    page.by_role("textbox", "Prompt").until("element.value === 'round at the end'").await?;
    page.press("Enter").await?;
    let call = gate.call().await;
    ensure!(call.request.messages.last().is_some_and(|message| message.text.ends_with("round at the end")));
    call.end();
    turn_is(&page, "completed").await?;

    // It waits until it is answered; No is for good, and gives the keyboard back.
    page.press("Alt+c").await?;
    page.by_role("textbox", "The rule").until("element === document.activeElement").await?;
    page.press("Tab").await?;
    page.by_role("button", "No").until("element === document.activeElement").await?;
    page.press("Escape").await?;
    page.by_role("textbox", "The rule").gone().await?;
    page.by_role("textbox", "Prompt").until("element === document.activeElement").await?;
    page.by_role("button", "1 convention").gone().await?;
    stage.assert_clean(&page).await
}

#[tokio::test]
async fn a_file_typed_anew_touches_three_lines_and_moves_nobody() -> Result<()> {
    let line = |n: usize| format!("value_{n} = compute({n}, step={})\n", n % 7);
    let file: String = (1..=400).map(line).collect();
    let changed = |n: usize| match n {
        20 | 210 | 380 => format!("value_{n} = better({n})\n"),
        n => line(n),
    };
    let wanted: String = (1..=400).map(changed).collect();
    let (model, mut gate) = gated();
    let stage = Stage::with_model(model).await?;
    let (session, _client) = stage.session("values.py", &file).await?;
    let (here, there) = (stage.open(&session).await?, stage.open(&session).await?);

    // A caret in one page and a selection in another, between the lines that will change.
    into_the_editor(&here).await?;
    into_the_editor(&there).await?;
    for _ in 0..3 {
        here.press("PageDown").await?;
    }
    for _ in 0..8 {
        there.press("PageDown").await?;
    }
    here.press("End").await?;
    there.press("Home").await?;
    there.press("Shift+End").await?;
    let marks = (marked(&here).await?, marked(&there).await?);

    say(&here, "three lines", "Enter").await?;
    let call = gate.call().await;
    call.text("values.py\n```python\n");
    for line in wanted.split_inclusive('\n') {
        call.text(line);
    }
    call.text("```\n");
    call.end();
    turn_is(&here, "completed").await?;
    shows_exactly(&here, &wanted).await?;
    shows_exactly(&there, &wanted).await?;
    here.by_role("group", "Changes of this turn").says("+3").await?;
    here.by_role("group", "Changes of this turn").says("−3").await?;
    here.by_role("group", "Changes of this turn").until("!element.innerText.includes('×')").await?;
    assert_eq!((marked(&here).await?, marked(&there).await?), marks, "nobody was moved");
    stage.assert_clean(&here).await?;
    stage.assert_clean(&there).await
}

/// The caret's place and the selection.
async fn marked(page: &Page) -> Result<(u32, u32, String)> {
    #[derive(serde::Deserialize)]
    struct Marked {
        line: u32,
        column: u32,
        text: String,
    }
    let Marked { line, column, text } = page.eval("midstreamTest.selection()").await?;
    Ok((line, column, text))
}
