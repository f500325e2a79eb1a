//! A model that costs, on a server with an access code: its owner enters the code once, where the model is chosen.

use anyhow::{Result, ensure};
use midstream::access::AccessCode;
use protocol::http::CreatedSession;
use protocol::view::Role;
use tests::browser::{Browser, Page};
use tests::gated::gated;
use tests::links::link;
use tests::server::TestServer;

use super::stage::{Stage, dressed, say, turn_is};

const CODE: &str = "correct horse battery";

async fn choose_the_real_one(page: &Page) -> Result<()> {
    page.by_role("combobox", "Model").focus().await?;
    page.press("Home").await?;
    page.by_role("combobox", "Model").until("element.value === 'real'").await
}

#[tokio::test]
async fn promise_11_an_owner_unlocks_a_session_and_everyone_in_it_goes_on() -> Result<()> {
    let (model, mut gate) = gated();
    let configure = |config: &mut midstream::Config| {
        config.access_code = AccessCode::new(CODE).expect("it is long enough");
    };
    let server = TestServer::with_config(configure, TestServer::real_catalog(model)?).await?;
    let stage = Stage { server, browser: Browser::launch().await? };
    let (session, _client) = stage.session("calc.py", "one\n").await?;
    let (_, by_editor): (_, CreatedSession) = link(stage.server.addr, &session, Role::Editor).await?;
    let page = stage.open(&session).await?;
    let other =
        stage.browser.private_page(&stage.server.url(&format!("/s/{}#{}", by_editor.id, by_editor.token))).await?;
    super::stage::ready(&other).await?;
    // Practice is chosen for who comes in: it can be used at once.
    page.by_role("combobox", "Model").until("element.value === 'practice'").await?;
    ensure!(page.by_role("group", "Access code").count().await? == 0);
    for (page, has_field) in [(&page, 1), (&other, 0)] {
        choose_the_real_one(page).await?;
        page.by_role("group", "Access code").says("Real takes this server's access code").await?;
        ensure!(page.by_selector("input[aria-label='Access code']").count().await? == has_field);
    }
    page.screenshot("unlock-light").await?;
    dressed(&page, true).await?;
    page.screenshot("unlock-dark").await?;
    dressed(&page, false).await?;

    let field = page.by_selector("input[aria-label='Access code']");
    field.click().await?;
    page.type_text("a wrong one of mine").await?;
    page.press("Enter").await?;
    page.by_selector("#unlock-refused").says("not the access code").await?;
    page.screenshot("unlock-refused").await?;
    // The failed answer is an error of the network to the browser, and expected.
    page.forget_errors();
    field.until("element === document.activeElement && element.value === ''").await?;
    page.type_text(CODE).await?;
    page.press("Enter").await?;
    for page in [&page, &other] {
        page.by_role("group", "Access code").gone().await?;
    }
    page.by_role("textbox", "Prompt").until("element === document.activeElement").await?;
    ensure!(!page.eval::<String>("JSON.stringify({ ...localStorage, ...sessionStorage })").await?.contains(CODE));
    say(&other, "go", "Enter").await?;
    let call = gate.call().await;
    call.text("Hello.");
    call.end();
    turn_is(&other, "completed").await?;
    stage.assert_clean(&page).await?;
    stage.assert_clean(&other).await
}
