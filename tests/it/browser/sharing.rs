//! The Share dialog: a link is made by keys, copied, used and taken back; secrets are asked about; a session is deleted.

use anyhow::{Context, Result, ensure};
use protocol::http::CreatedSession;
use protocol::view::Role;
use tests::browser::Page;
use tests::gated::gated;
use tests::links::link;
use tests::timeline::Timeline;

use super::stage::{PATIENCE, Stage, named_link, picture, shows, walk_to};

const FILE: &str = "def add(a, b):\n    return a + b\n";

/// From now on the page remembers what it puts on the clipboard, which a headless browser may not have.
async fn watch_the_clipboard(page: &Page) -> Result<()> {
    page.run("navigator.clipboard.writeText = async (text) => { globalThis.copied = text; }").await
}

/// The session as whoever has this address knows it.
fn by_address(address: &str) -> Result<CreatedSession> {
    let (_, rest) = address.split_once("/s/").context("no session in the address")?;
    let (id, token) = rest.split_once('#').context("no token in the address")?;
    Ok(CreatedSession { id: id.into(), token: token.to_owned() })
}

#[tokio::test]
async fn a_link_is_made_by_keys_copied_used_and_taken_back() -> Result<()> {
    let (model, _gate) = gated();
    let stage = Stage::with_model(model).await?;
    let (session, _program) = stage.session("calc.py", FILE).await?;
    let owner = stage.person("Olivia", &session).await?;
    watch_the_clipboard(&owner).await?;
    owner.press("Control+Alt+s").await?;
    owner.by_role("dialog", "Share this session").seen().await?;
    owner.by_role("radio", "Watch").until("element === document.activeElement").await?;
    picture(&owner, "share-empty").await?;
    owner.press("ArrowDown").await?;
    owner.by_role("radio", "Take part").until("element.checked").await?;
    owner.press("Tab").await?;
    owner.type_text("Reviewers").await?;
    owner.press("Enter").await?;

    // The keyboard is at its Copy.
    owner.by_role("button", "Copy Reviewers").until("element === document.activeElement").await?;
    picture(&owner, "share-made").await?;
    owner.press("Enter").await?;
    owner.wait("globalThis.copied", PATIENCE).await?;
    let address: String = owner.eval("copied").await?;
    ensure!(address.starts_with(&stage.server.url("/s/")), "{address}");

    let guest = stage.person("Grace", &by_address(&address)?).await?;
    guest.by_test_id("role").says("Editor").await?;
    owner.by_test_id("link-here").says("1 here").await?;

    // It can be copied again after a reload, in this browser; in another one the page says why not.
    owner.reload().await?;
    owner.by_test_id("role").seen().await?;
    owner.press("Control+Alt+s").await?;
    owner.by_role("button", "Copy Reviewers").seen().await?;
    let elsewhere = stage.person("Olivia", &session).await?;
    elsewhere.by_role("button", "Share").click().await?;
    elsewhere.by_role("dialog", "Share this session").says("cannot be copied").await?;
    elsewhere.press("Escape").await?;
    elsewhere.by_role("dialog", "Share this session").gone().await?;

    walk_to(&owner, "Tab", "element.getAttribute('aria-label') === 'Revoke Reviewers'").await?;
    owner.press("Enter").await?;
    owner.by_role("button", "Revoke link").until("element === document.activeElement").await?;
    picture(&owner, "share-revoking").await?;
    owner.press("Enter").await?;
    guest.by_role("heading", "This link was taken back").seen_within(PATIENCE).await?;
    owner.by_role("dialog", "Share this session").says("Revoked").await?;
    owner.set_viewport(390, 844).await?;
    owner.wait("innerWidth === 390", PATIENCE).await?;
    picture(&owner, "share-narrow").await?;
    stage.assert_clean(&owner).await
}

#[tokio::test]
async fn before_a_link_is_made_what_looks_like_a_key_is_asked_about() -> Result<()> {
    let (model, mut gate) = gated();
    let stage = Stage::with_model(model).await?;
    // Forms of keys with bodies that are made here: none that anybody was given.
    let body = "q7Rk2mZx9PvT4nLwB8sD".repeat(2);
    let text = format!("import os\n\nTOKEN = \"ghp_{}\"\n", &body[..36]);
    let (session, mut program) = stage.session("deploy.py", &text).await?;
    program.create_file("f2", ".env.example", "API_KEY=your-key-here\n").await?;
    program.create_file("f3", "notes.md", "# Notes\n").await?;
    program.settle().await?;
    let owner = stage.person("Olivia", &session).await?;
    owner.by_role("button", "notes.md").click().await?;
    shows(&owner, "# Notes").await?;
    super::stage::say(&owner, &format!("use sk-proj-{body} for it"), "Enter").await?;
    gate.call().await.end();

    owner.by_role("button", "Share").click().await?;
    owner.by_role("button", "Make link").click().await?;
    owner.by_test_id("exposed").says("2 places").await?;
    let found = owner.by_test_id("exposed").text().await?;
    ensure!(found.contains("deploy.py") && found.contains("line 3") && found.contains("said to the model"), "{found}");
    ensure!(!found.contains(&body) && !found.contains(&body[..36]), "the secret itself is not shown: {found}");
    picture(&owner, "share-exposed").await?;

    // One can go there, and nothing was made.
    owner.by_selector("[data-testid=exposed] li:last-child .share-place").click().await?;
    owner
        .wait("midstreamTest.file() === 'deploy.py' && midstreamTest.selection()?.text.startsWith('TOKEN')", PATIENCE)
        .await?;
    owner.press("Control+Alt+s").await?;
    owner.by_role("dialog", "Share this session").says("None yet").await?;

    // Or go on.
    owner.by_role("button", "Make link").click().await?;
    owner.by_role("button", "Do not make it").until("element === document.activeElement").await?;
    owner.by_role("button", "Make the link anyway").click().await?;
    owner.by_role("button", "Copy Unnamed link").seen().await?;
    stage.assert_clean(&owner).await
}

#[tokio::test]
async fn a_replay_link_is_made_once_the_history_was_looked_through() -> Result<()> {
    let (model, _gate) = gated();
    let stage = Stage::with_model(model).await?;
    let body = "q7Rk2mZx9PvT4nLwB8sD".repeat(2);
    let text = format!("TOKEN = \"ghp_{}\"\nprint(1)\n", &body[..36]);
    let (session, mut program) = stage.session("deploy.py", &text).await?;
    let gone = text.find("print").context("a second line")?;
    program.remove("deploy.py", 0, gone as u32).await?;
    program.settle().await?;
    Timeline::of(stage.server.addr, &session).until(program.head()).await?;
    let owner = stage.person("Olivia", &session).await?;
    watch_the_clipboard(&owner).await?;
    owner.press("Control+Alt+s").await?;
    owner.by_role("radio", "Watch").until("element === document.activeElement").await?;
    owner.press("ArrowUp").await?;
    owner.by_role("radio", "Replay").until("element.checked").await?;
    owner.press("Enter").await?;
    owner.by_test_id("exposed").says("Written into a file").await?;
    let found = owner.by_test_id("exposed").text().await?;
    ensure!(found.contains("1 place looks") && !found.contains(&body[..36]), "{found}");
    picture(&owner, "share-history").await?;
    owner.by_role("button", "Make the link anyway").click().await?;
    owner.by_role("button", "Copy Unnamed link").click().await?;
    owner.wait("globalThis.copied", PATIENCE).await?;
    let address: String = owner.eval("copied").await?;
    ensure!(address.contains("/replay#"), "{address}");

    // It shows how it came about, and nothing live.
    let guest = stage.browser.private_page(&address).await?;
    guest.by_role("slider", "Moment").seen().await?;
    guest.press("End").await?;
    shows(&guest, "print(1)").await?;
    guest.by_role("button", "Fork from here").seen().await?;
    guest.by_role("button", "Open the session").gone().await?;
    stage.assert_clean(&owner).await
}

#[tokio::test]
async fn a_session_is_deleted_by_a_typed_word_and_everyone_is_told() -> Result<()> {
    let (model, _gate) = gated();
    let stage = Stage::with_model(model).await?;
    let (session, _program) = stage.session("calc.py", FILE).await?;
    let by_editor = named_link(&stage, &session, Role::Editor, "The team").await?;
    let (owner, other) = (stage.person("Olivia", &session).await?, stage.person("Edgar", &by_editor).await?);
    owner.by_role("button", "Share").click().await?;
    // What is above it has its place only when the links have come.
    owner.by_role("dialog", "Share this session").says("The team").await?;
    owner.by_role("button", "Delete this session…").click().await?;
    owner.by_role("button", "Delete for good").until("element.disabled").await?;
    owner.type_text("delete").await?;
    owner.by_role("button", "Delete for good").until("!element.disabled").await?;
    picture(&owner, "share-delete").await?;
    owner.press("Enter").await?;
    owner.by_role("button", "New session").seen_within(PATIENCE).await?;
    owner.wait("location.pathname === '/'", PATIENCE).await?;
    ensure!(owner.by_selector(".recent button").count().await? == 0, "it is not among the recent ones");
    other.by_role("heading", "This session was deleted").seen_within(PATIENCE).await?;
    stage.assert_clean(&owner).await
}

/// Where what a person may be about to press stands.
const PLACES: &str =
    "JSON.stringify(['dialog.share', '.share-new button', '.share-links h3', '.share-delete'].map((each) => {
    const { x, y, width, height } = document.querySelector(each).getBoundingClientRect();
    return [each, x, y, width, height];
}))";

#[tokio::test]
async fn nothing_moves_in_the_dialog_when_its_links_come() -> Result<()> {
    let (model, _gate) = gated();
    let stage = Stage::with_model(model).await?;
    let (session, _program) = stage.session("calc.py", FILE).await?;
    for name in ["Ada", "Bob", "Cy", "Dee", "Eve", "Fay"] {
        named_link(&stage, &session, Role::Viewer, name).await?;
    }
    let owner = stage.person("Olivia", &session).await?;
    // The answer is held back until the dialog was seen without it.
    owner
        .run(
            "globalThis.came = new Promise((resolve) => { globalThis.letItCome = resolve; });
             const ask = globalThis.fetch;
             globalThis.fetch = async (...what) => { const answer = await ask(...what); await came; return answer; };",
        )
        .await?;
    owner.press("Control+Alt+s").await?;
    owner.by_role("dialog", "Share this session").says("Asking for the links").await?;
    let before: String = owner.eval(PLACES).await?;
    picture(&owner, "share-asking").await?;
    owner.run("letItCome()").await?;
    owner.by_role("button", "Revoke Fay").seen().await?;
    let after: String = owner.eval(PLACES).await?;
    ensure!(before == after, "{before} and then {after}");
    picture(&owner, "share-many").await?;
    stage.assert_clean(&owner).await
}

#[tokio::test]
async fn one_who_looks_at_their_session_through_a_smaller_link_stays_its_owner() -> Result<()> {
    let stage = Stage::practice().await?;
    let (session, _client) = stage.session("notes.md", "one\n").await?;
    let page = stage.open(&session).await?;
    page.by_test_id("role").says("Owner").await?;
    let (_, watching) = link(stage.server.addr, &session, Role::Viewer).await?;
    let tab = stage.browser.page(&stage.server.url(&format!("/s/{}#{}", watching.id, watching.token))).await?;
    tab.by_test_id("role").says("Watching").await?;
    // The tab stays what its link made it.
    tab.reload().await?;
    tab.by_test_id("role").says("Watching").await?;
    // Everywhere else in this browser the session is one's own, without any link.
    let later = stage.browser.page(&stage.server.url(&format!("/s/{}", session.id))).await?;
    later.by_test_id("role").says("Owner").await?;
    // From the first screen the tab goes there as well.
    tab.goto(&stage.server.url("/")).await?;
    tab.by_role("heading", "Your sessions").seen().await?;
    tab.goto(&stage.server.url(&format!("/s/{}", session.id))).await?;
    tab.by_test_id("role").says("Owner").await?;
    stage.assert_clean(&tab).await
}
