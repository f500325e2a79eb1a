//! One presents, and the others' pages show what that one's shows, until they take over.

use std::sync::Arc;

use anyhow::{Result, ensure};
use models::Provider;
use protocol::http::CreatedSession;
use protocol::view::Role;
use serde_json::{Value, json};
use tests::browser::Page;
use tests::gated::gated;

use super::stage::{PATIENCE, Stage, editor, into_the_editor, named_link, picture, say, shows, turn_is};

/// A file of many lines.
fn lines(word: &str) -> String {
    (1..=160).map(|n| format!("{word} {n}\n")).collect()
}

/// Waits until the page shows the file.
async fn in_file(page: &Page, path: &str) -> Result<()> {
    page.wait(&format!("midstreamTest.file() === {path:?}"), PATIENCE).await
}

/// Turns the mouse wheel over the editor until its first line is behind this one.
async fn wheel_past(page: &Page, line: u32) -> Result<()> {
    /// Far more turns than any of these stories takes.
    const TURNS: u32 = 200;
    for _ in 0..TURNS {
        if page.eval::<bool>(&format!("midstreamTest.viewport().line > {line}")).await? {
            return Ok(());
        }
        let at: Value = page
            .eval(
                "(() => { const at = document.querySelector('[data-testid=editor]').getBoundingClientRect();
                   return { x: at.x + at.width / 2, y: at.y + at.height / 2 }; })()",
            )
            .await?;
        let event = json!({ "type": "mouseWheel", "x": at["x"], "y": at["y"], "deltaX": 0, "deltaY": 130 });
        page.command("Input.dispatchMouseEvent", event).await?;
    }
    anyhow::bail!("the wheel does not lead past line {line}")
}

/// The page's first line once it has come to rest: smooth scrolling takes some frames.
async fn first_line(page: &Page) -> Result<Value> {
    page.eval(
        "new Promise((resolve) => {
            let last = '', same = 0;
            const look = () => {
                const now = JSON.stringify(midstreamTest.viewport());
                same = now === last ? same + 1 : 0;
                last = now;
                if (same === 12) resolve(JSON.parse(now)); else requestAnimationFrame(look);
            };
            look();
        })",
    )
    .await
}

/// Waits until the page's first line is this one.
async fn begins_with(page: &Page, first: &Value) -> Result<()> {
    let there = format!(
        "(({{ line, past }}) => line === {} && Math.abs(past - {}) <= 5)(midstreamTest.viewport() ?? {{}})",
        first["line"], first["past"]
    );
    page.wait(&there, PATIENCE).await
}

/// Waits until the page has a caret of somebody else's there.
async fn sees_caret(page: &Page, line: u32) -> Result<()> {
    page.wait(&format!("midstreamTest.people().some((p) => p.lineNumber === {line})"), PATIENCE).await
}

/// Waits until the page shows a caret of somebody else's there, and what they have selected.
async fn sees_selection(page: &Page, line: u32) -> Result<()> {
    sees_caret(page, line).await?;
    page.wait("document.querySelector('.person-selection')?.getBoundingClientRect().width > 0", PATIENCE).await
}

/// A session with two long files, and a link for an editor.
async fn with_two_files(model: Arc<dyn Provider>) -> Result<(Stage, CreatedSession, CreatedSession)> {
    let stage = Stage::with_model(model).await?;
    let (session, mut program) = stage.session("calc.py", &lines("one")).await?;
    program.create_file("f2", "notes.md", &lines("two")).await?;
    program.settle().await?;
    let by_editor = named_link(&stage, &session, Role::Editor, "The team").await?;
    Ok((stage, session, by_editor))
}

#[tokio::test]
async fn pages_show_the_presenters_file_place_and_selection_until_their_people_take_over() -> Result<()> {
    let (model, _gate) = gated();
    let (stage, session, by_editor) = with_two_files(model).await?;
    let by_viewer = named_link(&stage, &session, Role::Viewer, "The guests").await?;
    let owner = stage.person("Olivia", &session).await?;
    let (other, viewer) = (stage.person("Edgar", &by_editor).await?, stage.person("Vera", &by_viewer).await?);
    // Windows of other sizes show the same first line.
    viewer.set_viewport(1180, 640).await?;
    for page in [&owner, &other, &viewer] {
        page.by_role("button", "calc.py").click().await?;
        in_file(page, "calc.py").await?;
    }
    // The viewer has a place of their own.
    into_the_editor(&viewer).await?;
    viewer.press("ArrowDown").await?;
    viewer.press("End").await?;
    viewer.by_role("button", "3 people are here").click().await?;
    viewer.by_role("dialog", "People here").seen().await?;
    ensure!(viewer.by_role("button", "Present").count().await? == 0, "a viewer is not offered to present");
    viewer.press("Control+Alt+p").await?;
    viewer.press("Escape").await?;

    owner.by_role("button", "3 people are here").click().await?;
    owner.by_role("button", "Present").click().await?;
    owner.by_test_id("presenting").says("Presenting to 2").await?;
    owner.press("Escape").await?;
    owner.by_role("dialog", "People here").gone().await?;
    for page in [&other, &viewer] {
        page.by_test_id("following").says("Olivia").await?;
    }
    owner.by_role("button", "notes.md").click().await?;
    for page in [&owner, &other, &viewer] {
        in_file(page, "notes.md").await?;
    }
    wheel_past(&owner, 45).await?;
    let first = first_line(&owner).await?;
    for page in [&other, &viewer] {
        begins_with(page, &first).await?;
    }
    into_the_editor(&owner).await?;
    for key in ["PageDown", "ArrowDown", "Shift+ArrowDown", "Shift+ArrowDown"] {
        owner.press(key).await?;
    }
    let at: Value = owner.eval("midstreamTest.selection()").await?;
    let line = u32::try_from(at["line"].as_u64().unwrap_or_default())?;
    ensure!(line > 10 && at["text"].as_str().is_some_and(|text| text.lines().count() == 2), "{at}");
    // Of a smaller window the selection is in view, too.
    for page in [&other, &viewer] {
        sees_selection(page, line).await?;
    }
    begins_with(&other, &first_line(&owner).await?).await?;
    // What is written above moves all of them alike.
    let mut program = stage.server.join(&session).await?;
    program.insert("notes.md", 0, "new\nnew\nnew\n").await?;
    for page in [&owner, &other, &viewer] {
        shows(page, "new\ntwo 1\n").await?;
    }
    drop(program);
    for page in [&other, &viewer] {
        sees_selection(page, line + 3).await?;
    }
    begins_with(&other, &first_line(&owner).await?).await?;
    picture(&owner, "presenting").await?;
    picture(&other, "presenting-editor").await?;
    picture(&viewer, "presenting-viewer").await?;
    owner.by_role("button", "3 people are here").click().await?;
    owner.by_role("dialog", "People here").says("presents").await?;
    picture(&owner, "presenting-people").await?;
    owner.press("Escape").await?;

    // One key takes over: the presenter goes on, and the viewer stays.
    viewer.press("Escape").await?;
    viewer.by_test_id("presents").says("Olivia presents").await?;
    let stayed = first_line(&viewer).await?;
    owner.by_role("button", "calc.py").click().await?;
    in_file(&other, "calc.py").await?;
    into_the_editor(&owner).await?;
    wheel_past(&owner, 60).await?;
    viewer.by_role("button", "3 people are here").click().await?;
    viewer.by_role("dialog", "People here").says("presents · in calc.py").await?;
    viewer.press("Escape").await?;
    in_file(&viewer, "notes.md").await?;
    ensure!(first_line(&viewer).await? == stayed, "the viewer's screen moved");
    picture(&viewer, "presenting-own-way").await?;

    // Another goes back. One's own caret is where it was.
    viewer.press("Control+Alt+j").await?;
    viewer.by_test_id("following").says("Olivia").await?;
    in_file(&viewer, "calc.py").await?;
    begins_with(&viewer, &first_line(&owner).await?).await?;
    let caret: Value = viewer.eval("midstreamTest.selection()").await?;
    ensure!(caret["line"] == 2 && caret["column"] == 6, "{caret}");

    // Typing takes over, too; and another who presents takes the presenter's place.
    into_the_editor(&other).await?;
    other.type_text("x").await?;
    other.by_test_id("presents").seen().await?;
    ensure!(editor(&other).await?.starts_with("xone 1\n"));
    other.press("Control+Alt+p").await?;
    other.by_test_id("presenting").seen().await?;
    for page in [&owner, &viewer] {
        page.by_test_id("following").says("Edgar").await?;
        begins_with(page, &first_line(&other).await?).await?;
    }
    owner.wait("document.body.innerText.includes('Edgar presents now, in your place.')", PATIENCE).await?;
    other.by_role("button", "Stop presenting").click().await?;
    for page in [&owner, &other, &viewer] {
        page.by_test_id("following").gone().await?;
        page.by_test_id("presents").gone().await?;
        page.by_test_id("presenting").gone().await?;
        stage.assert_clean(page).await?;
    }
    Ok(())
}

#[tokio::test]
async fn one_who_types_stays_one_who_comes_goes_along_and_a_reload_ends_nothing() -> Result<()> {
    let (model, _gate) = gated();
    let (stage, session, by_editor) = with_two_files(model).await?;
    let (owner, other) = (stage.person("Olivia", &session).await?, stage.person("Edgar", &by_editor).await?);
    owner.by_role("button", "notes.md").click().await?;
    in_file(&owner, "notes.md").await?;
    other.by_role("button", "calc.py").click().await?;
    in_file(&other, "calc.py").await?;
    into_the_editor(&other).await?;
    // No timing: as long as one types, one is typing.
    other.type_text("x").await?;
    owner.press("Control+Alt+p").await?;
    for _ in 0..200 {
        if other.by_test_id("presents").count().await? > 0 {
            break;
        }
        other.type_text("y").await?;
    }
    other.by_test_id("presents").says("Olivia presents").await?;
    in_file(&other, "calc.py").await?;
    ensure!(editor(&other).await?.starts_with("xy") || editor(&other).await?.starts_with("xone"));

    // The list's button follows, as a person's initials do.
    other.by_role("button", "Follow Olivia").click().await?;
    in_file(&other, "notes.md").await?;
    wheel_past(&owner, 30).await?;
    let first = first_line(&owner).await?;
    begins_with(&other, &first).await?;

    let late = stage.person("Grace", &by_editor).await?;
    late.by_test_id("following").says("Olivia").await?;
    in_file(&late, "notes.md").await?;
    begins_with(&late, &first).await?;

    owner.reload().await?;
    owner.by_test_id("presenting").seen_within(PATIENCE).await?;
    owner.by_role("button", "notes.md").click().await?;
    wheel_past(&owner, 40).await?;
    let first = first_line(&owner).await?;
    for page in [&other, &late] {
        page.by_test_id("following").says("Olivia").await?;
        begins_with(page, &first).await?;
    }
    for page in [&owner, &other, &late] {
        stage.assert_clean(page).await?;
    }
    Ok(())
}

#[tokio::test]
async fn the_presenter_carries_all_along_with_the_model_or_away_from_it() -> Result<()> {
    let (model, mut gate) = gated();
    let (stage, session, by_editor) = with_two_files(model).await?;
    let (owner, other) = (stage.person("Olivia", &session).await?, stage.person("Edgar", &by_editor).await?);
    owner.press("Control+Alt+p").await?;
    other.by_test_id("following").says("Olivia").await?;
    owner.by_role("button", "notes.md").click().await?;
    in_file(&other, "notes.md").await?;

    // The presenter goes along with the model, and so does everyone.
    say(&owner, "write below", "Enter").await?;
    let call = gate.call().await;
    call.tokens("Now.\n<edit path=\"calc.py\" why=\"a line\">\n<old_text>\none 120\n</old_text>\n<new_text>\none 120\nfirst line\n");
    for page in [&owner, &other] {
        in_file(page, "calc.py").await?;
        shows(page, "one 120\nfirst line").await?;
    }
    owner.wait("midstreamTest.viewport().line > 60", PATIENCE).await?;
    begins_with(&other, &first_line(&owner).await?).await?;
    other.by_test_id("following").says("Olivia").await?;
    picture(&other, "presenting-model").await?;

    // The presenter goes elsewhere while the model goes on: the others, too.
    owner.by_role("button", "notes.md").click().await?;
    in_file(&other, "notes.md").await?;
    call.tokens("second line\n");
    wheel_past(&owner, 25).await?;
    begins_with(&other, &first_line(&owner).await?).await?;
    in_file(&other, "notes.md").await?;

    // Esc takes over, and interrupts nobody's turn.
    other.press("Escape").await?;
    other.by_test_id("presents").seen().await?;
    call.tokens("third line\n</new_text>\n</edit>\n");
    call.end();
    for page in [&owner, &other] {
        turn_is(page, "completed").await?;
    }
    for page in [&owner, &other] {
        stage.assert_clean(page).await?;
    }
    Ok(())
}
