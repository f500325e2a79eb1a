//! Files from the keyboard alone: made, typed into, switched, renamed, deleted, and a person's own undo.

use anyhow::Result;

use super::stage::{PATIENCE, Stage, into_the_editor, shows_exactly, walk_to};

#[tokio::test]
async fn files_from_the_keyboard_alone() -> Result<()> {
    let stage = Stage::practice().await?;
    let (session, mut client) = stage.session("calc.py", "x = 1\n").await?;
    let page = stage.open(&session).await?;
    shows_exactly(&page, "x = 1\n").await?;

    // Make one, and type into it.
    walk_to(&page, "Tab", "element.getAttribute('aria-label') === 'New file'").await?;
    page.press("Enter").await?;
    page.by_role("textbox", "Path of the new file").until("element === document.activeElement").await?;
    page.type_text("src/notes.md").await?;
    page.press("Enter").await?;
    page.wait("midstreamTest.file() === 'src/notes.md'", PATIENCE).await?;
    into_the_editor(&page).await?;
    page.type_text("one two").await?;
    shows_exactly(&page, "one two").await?;
    client.until("the new file", |c| c.text("src/notes.md").as_deref() == Some("one two")).await?;
    page.press("Control+z").await?;
    shows_exactly(&page, "").await?;
    page.press("Control+y").await?;
    shows_exactly(&page, "one two").await?;

    // Switch to the other one and back.
    walk_to(&page, "Shift+F6", "element.title === 'src/notes.md'").await?;
    page.press("ArrowUp").await?;
    page.wait("document.activeElement.title === 'calc.py'", PATIENCE).await?;
    page.press("Enter").await?;
    shows_exactly(&page, "x = 1\n").await?;
    page.press("ArrowDown").await?;
    page.wait("document.activeElement.title === 'src/notes.md'", PATIENCE).await?;

    // Another name.
    page.press("F2").await?;
    page.by_role("textbox", "New path").until("element === document.activeElement").await?;
    page.press("Control+a").await?;
    page.type_text("notes.txt").await?;
    page.press("Enter").await?;
    client.until("the new name", |c| c.paths() == ["calc.py", "notes.txt"]).await?;
    page.by_role("button", "Rename notes.txt").until("element").await?;
    assert_eq!(client.text("notes.txt").as_deref(), Some("one two"));

    // A path that cannot be is refused with words, and nothing changes.
    walk_to(&page, "Shift+Tab", "element.getAttribute('aria-label') === 'New file'").await?;
    page.press("Enter").await?;
    page.type_text("../up.py").await?;
    page.press("Enter").await?;
    page.wait("document.querySelector('.notice')?.innerText", PATIENCE).await?;
    page.press("Escape").await?;
    assert_eq!(client.paths(), ["calc.py", "notes.txt"]);

    // Away with it.
    walk_to(&page, "Tab", "element.title === 'notes.txt'").await?;
    page.press("Delete").await?;
    page.by_role("alertdialog", "Delete notes.txt?").seen().await?;
    page.by_role("button", "Delete file").until("element === document.activeElement").await?;
    page.press("Enter").await?;
    client.until("one file", |c| c.paths() == ["calc.py"]).await?;
    shows_exactly(&page, "x = 1\n").await?;
    stage.assert_clean(&page).await
}
