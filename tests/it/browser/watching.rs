//! What a page shows to one who may not do everything.

use anyhow::{Result, ensure};
use protocol::view::Role;
use tests::gated::gated;

use super::stage::{PATIENCE, Stage, named_link, picture, say, shows, turn_is};

const FILE: &str = "def add(a, b):\n    return a + b\n";
const TURN: &str = "Now.\n<edit path=\"calc.py\" why=\"a total\">\n<old_text>\n    return a + b\n</old_text>\n<new_text>\n    return sum((a, b))\n</new_text>\n</edit>\n";

/// What a viewer must not be offered, by the beginning of its name.
const ACTS: [&str; 14] = [
    "Send",
    "Interrupt",
    "Continue",
    "Revert",
    "Keep",
    "Apply",
    "Refuse",
    "Lock",
    "Unlock",
    "Rename",
    "Delete",
    "New file",
    "Share",
    "Scope",
];

#[tokio::test]
async fn a_viewers_page_offers_nothing_that_would_be_refused() -> Result<()> {
    let (model, mut gate) = gated();
    let stage = Stage::with_model(model).await?;
    let (session, _program) = stage.session("calc.py", FILE).await?;
    let by_viewer = named_link(&stage, &session, Role::Viewer, "The guests").await?;
    let (owner, viewer) = (stage.person("Olivia", &session).await?, stage.person("Vera", &by_viewer).await?);
    let offered = "[...document.querySelectorAll('button')].filter((each) => each.checkVisibility()).map((each) => each.getAttribute('aria-label') ?? each.innerText.trim())";
    say(&owner, "add a total", "Enter").await?;
    let call = gate.call().await;
    call.tokens(TURN);
    shows(&viewer, "return sum").await?;
    for running in [true, false] {
        if !running {
            call.end();
            turn_is(&viewer, "completed").await?;
        }
        let names: Vec<String> = viewer.eval(offered).await?;
        for act in ACTS {
            ensure!(!names.iter().any(|name| name.starts_with(act)), "{act} is offered: {names:?}");
        }
    }
    viewer.by_role("region", "You are watching").says("Follow the model").await?;
    picture(&viewer, "watching").await?;
    viewer.set_viewport(390, 844).await?;
    viewer.wait("innerWidth === 390", PATIENCE).await?;
    picture(&viewer, "watching-narrow").await?;
    // Keys that act for others do nothing here, and alarm nobody.
    for key in ["Escape", "Alt+Enter", "Alt+Backspace", "F2"] {
        viewer.press(key).await?;
    }
    ensure!(viewer.by_selector(".notice[role=alert]").count().await? == 0);
    turn_is(&viewer, "completed").await?;
    stage.assert_clean(&viewer).await
}

#[tokio::test]
async fn an_editors_page_has_all_but_what_is_the_owners() -> Result<()> {
    let (model, _gate) = gated();
    let stage = Stage::with_model(model).await?;
    let (session, _program) = stage.session("calc.py", FILE).await?;
    let by_editor = named_link(&stage, &session, Role::Editor, "The team").await?;
    let page = stage.person("Edgar", &by_editor).await?;
    page.by_test_id("role").says("Editor").await?;
    page.by_role("textbox", "Prompt").until("!element.disabled").await?;
    for name in ["Lock this file", "Share"] {
        ensure!(page.by_role("button", name).count().await? == 0, "{name} is the owner's");
    }
    page.press("Control+Alt+s").await?;
    ensure!(page.by_role("dialog", "Share this session").count().await? == 0);
    stage.assert_clean(&page).await
}
