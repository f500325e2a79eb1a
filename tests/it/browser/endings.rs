//! Where a page cannot go on: a page of its own for each reason, and the way on where there is one.

use anyhow::Result;
use protocol::CloseCode;
use protocol::client::Resume;
use protocol::view::Role;
use protocol::{Epoch, Seq};
use serde_json::json;
use tests::client::Client;
use tests::links::short_link;

use super::stage::{PATIENCE, Stage, picture, ready};

/// A socket that closes at once, with the code that stands where a token would: what the page makes of each code.
const CLOSING: &str = "
    const code = Number(location.hash.slice(1));
    globalThis.WebSocket = class extends EventTarget {
        static OPEN = 1;
        readyState = 0;
        constructor() {
            super();
            setTimeout(() => { this.readyState = 3; this.onclose?.(new CloseEvent('close', { code })); });
        }
        send() {}
        close() {}
    };";

#[tokio::test]
async fn every_reason_has_its_page() -> Result<()> {
    let stage = Stage::practice().await?;
    let page = stage.browser.page(&stage.server.url("/")).await?;
    page.command("Page.addScriptToEvaluateOnNewDocument", json!({ "source": CLOSING })).await?;
    for (code, heading, way) in [
        (CloseCode::Revoked, "This link was taken back", "New session"),
        (CloseCode::Expired, "This link has expired", "New session"),
        (CloseCode::Unauthorized, "This link opens nothing", "New session"),
        (CloseCode::NotFound, "There is no such session", "New session"),
        (CloseCode::Replaced, "You have this open elsewhere", "Use it here"),
        (CloseCode::VersionMismatch, "Midstream was updated", "Reload the page"),
        (CloseCode::TooLarge, "That was too large", "Reload the page"),
        (CloseCode::BadFrame, "This page and the server disagree", "Reload the page"),
        (CloseCode::Full, "This session is full", "Try now"),
    ] {
        page.goto(&stage.server.url(&format!("/s/some-session#{}", code.code()))).await?;
        page.by_role("heading", heading).seen_within(PATIENCE).await?;
        page.by_role("button", way).seen().await?;
        page.by_selector("main [role=alert]").seen().await?;
        picture(&page, &format!("ended-{}", code.code())).await?;
        // The next address differs in its fragment alone: without this it would not be loaded anew.
        page.goto(&stage.server.url("/")).await?;
    }
    stage.assert_clean(&page).await
}

#[tokio::test]
async fn a_link_that_expires_under_ones_hands_says_so() -> Result<()> {
    let stage = Stage::practice().await?;
    let session = stage.server.create(None).await?;
    let (_, short) = short_link(stage.server.addr, &session, Role::Viewer, 4).await?;
    let page = stage.browser.private_page(&stage.server.url(&format!("/s/{}#{}", short.id, short.token))).await?;
    page.by_role("heading", "This link has expired").seen_within(PATIENCE).await?;
    stage.assert_clean(&page).await
}

#[tokio::test]
async fn who_went_on_elsewhere_can_come_back_here_and_a_reload_is_the_same_person() -> Result<()> {
    let stage = Stage::practice().await?;
    let session = stage.server.create(None).await?;
    let page = stage.person("Olivia", &session).await?;
    ready(&page).await?;
    // What the page keeps for a reload of itself, as another program would use it.
    page.run("dispatchEvent(new Event('pagehide'))").await?;
    let slot = format!("JSON.parse(sessionStorage.getItem('midstream.parked.{}'))", session.id);
    let kept: serde_json::Value = page.eval(&slot).await?;
    let text = |name: &str| kept.get(name).and_then(|v| v.as_str()).unwrap_or_default().to_owned();
    let me = text("participant");
    let resume = Resume {
        participant: me.as_str().into(),
        key: text("key"),
        epoch: Epoch(String::new()),
        seq: Seq::ZERO,
        state_vector: "AA==".to_owned(),
    };
    let elsewhere = Client::resume(stage.server.addr, &session, resume).await?;
    assert_eq!(elsewhere.welcome.participant.id.as_str(), me);
    page.by_role("heading", "You have this open elsewhere").seen_within(PATIENCE).await?;
    page.by_role("button", "Use it here").click().await?;
    ready(&page).await?;
    page.reload().await?;
    ready(&page).await?;
    page.run("dispatchEvent(new Event('pagehide'))").await?;
    let again: serde_json::Value = page.eval(&slot).await?;
    assert_eq!(again.get("participant").and_then(|v| v.as_str()), Some(me.as_str()), "a reload is the same person");
    stage.assert_clean(&page).await
}
