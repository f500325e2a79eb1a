//! What every story needs: a server, a Chromium, pages in a session, and the few things that a person does and sees
//! again and again.
//!
//! Reads `globalThis.midstreamTest`, the hooks that the page exposes for this. Knows nothing of any one story.

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result};
use models::Provider;
use protocol::http::CreatedSession;
use protocol::links::{CreatedLink, NewLink};
use protocol::view::Role;
use tests::browser::{Browser, Page};
use tests::client::Client;
use tests::links::make;
use tests::server::TestServer;

/// How long a story waits for what must come: a page, a turn. Long, since the machine may be busy.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// A server and a browser.
pub struct Stage {
    pub server: TestServer,
    pub browser: Browser,
}

impl Stage {
    /// With that one model.
    pub async fn with_model(model: Arc<dyn Provider>) -> Result<Stage> {
        Ok(Stage { server: TestServer::with_model(model).await?, browser: Browser::launch().await? })
    }

    /// With the practice model.
    pub async fn practice() -> Result<Stage> {
        Ok(Stage { server: TestServer::practice().await?, browser: Browser::launch().await? })
    }

    /// A session with one file, and a client in it.
    pub async fn session(&self, path: &str, text: &str) -> Result<(CreatedSession, Client)> {
        let session = self.server.create(None).await?;
        let mut client = self.server.join(&session).await?;
        client.create_file("f1", path, text).await?;
        client.settle().await?;
        Ok((session, client))
    }

    /// A page in a session, ready to be used.
    pub async fn open(&self, session: &CreatedSession) -> Result<Page> {
        let page = self.browser.page(&self.server.url(&format!("/s/{}#{}", session.id, session.token))).await?;
        ready(&page).await?;
        Ok(page)
    }

    /// The page of a person with a browser of their own, in a session by whatever token it has.
    pub async fn person(&self, name: &str, session: &CreatedSession) -> Result<Page> {
        let page = self.browser.private_page(&self.server.url("/")).await?;
        page.run(&format!("localStorage.setItem('midstream.name', {})", serde_json::json!(name))).await?;
        page.goto(&self.server.url(&format!("/s/{}#{}", session.id, session.token))).await?;
        page.by_test_id("role").seen_within(PATIENCE).await?;
        Ok(page)
    }

    /// Fails if a page has reported an error, or asked anybody but the server.
    pub async fn assert_clean(&self, page: &Page) -> Result<()> {
        page.assert_no_errors().await?;
        page.assert_only_requests_to(&self.server.url("")).await
    }
}

/// A link with a name, and the session as whoever has it knows it.
pub async fn named_link(stage: &Stage, owner: &CreatedSession, role: Role, name: &str) -> Result<CreatedSession> {
    let wanted = NewLink { role, name: Some(name.to_owned()), expires_in_s: None };
    let CreatedLink { token, .. } = make(stage.server.addr, owner, &wanted).await?.json().await?;
    Ok(CreatedSession { id: owner.id.clone(), token })
}

/// Has the page in light or dark, with all colours as they stay: they follow the system's with the next frame, some of
/// them by a transition.
pub async fn dressed(page: &Page, dark: bool) -> Result<()> {
    page.set_dark(dark).await?;
    page.run("new Promise((next) => requestAnimationFrame(() => requestAnimationFrame(next))).then(() => 0)").await?;
    page.wait("!document.getAnimations().some((each) => each instanceof CSSTransition)", PATIENCE).await
}

/// Takes a picture of the page, light and dark.
pub async fn picture(page: &Page, name: &str) -> Result<()> {
    for (scheme, dark) in [("light", false), ("dark", true)] {
        dressed(page, dark).await?;
        page.screenshot(&format!("{name}-{scheme}")).await?;
    }
    page.set_dark(false).await
}

/// Waits until the page is in its session.
pub async fn ready(page: &Page) -> Result<()> {
    page.by_role("textbox", "Prompt").until("!element.disabled").await
}

/// Types into the prompt box, from wherever the keyboard is, and presses a key there.
pub async fn say(page: &Page, text: &str, key: &str) -> Result<()> {
    page.press("Control+k").await?;
    page.by_role("textbox", "Prompt").until("element === document.activeElement").await?;
    page.type_text(text).await?;
    page.by_role("textbox", "Prompt").until(&format!("element.value.endsWith({text:?})")).await?;
    page.press(key).await
}

/// Presses `key` until what has the focus fits a condition over `element`.
pub async fn walk_to(page: &Page, key: &str, condition: &str) -> Result<()> {
    /// Far more stops than the page has.
    const STOPS: usize = 60;
    for _ in 0..STOPS {
        page.press(key).await?;
        if page.eval::<bool>(&format!("((element) => Boolean({condition}))(document.activeElement)")).await? {
            return Ok(());
        }
    }
    anyhow::bail!("{key} never leads to {condition}")
}

/// Puts the keyboard into the editor, at the beginning of the file.
pub async fn into_the_editor(page: &Page) -> Result<()> {
    walk_to(page, "F6", "element.closest('.monaco-editor')").await?;
    page.press("Control+Home").await
}

/// Waits until the last turn stands so.
pub async fn turn_is(page: &Page, status: &str) -> Result<()> {
    page.wait(&format!("midstreamTest.turn()?.status === {status:?}"), PATIENCE).await
}

/// Waits until the editor shows `text` somewhere.
pub async fn shows(page: &Page, text: &str) -> Result<()> {
    page.wait(&format!("midstreamTest.text()?.includes({})", serde_json::json!(text)), PATIENCE).await
}

/// Waits until the editor shows exactly `text`.
pub async fn shows_exactly(page: &Page, text: &str) -> Result<()> {
    page.wait(&format!("midstreamTest.text() === {}", serde_json::json!(text)), PATIENCE).await
}

/// All of the editor's text.
pub async fn editor(page: &Page) -> Result<String> {
    page.eval::<Option<String>>("midstreamTest.text()").await?.context("no file is open")
}

/// From now on the page remembers what the editor shows when Esc is pressed, and every text that it shows afterwards
/// that is another one.
pub async fn watch_the_freeze(page: &Page) -> Result<()> {
    page.run(
        "globalThis.frozen = { at: null, moved: [] };
         addEventListener('keydown', (event) => {
           if (event.key !== 'Escape' || frozen.at !== null) return;
           frozen.at = midstreamTest.text();
           const look = () => {
             if (midstreamTest.text() !== frozen.at) frozen.moved.push(midstreamTest.text());
             if (midstreamTest.turn().status === 'running') requestAnimationFrame(look);
           };
           requestAnimationFrame(look);
         }, { capture: true });",
    )
    .await
}

/// What [`watch_the_freeze`] has seen, once the turn is interrupted: the text at the key press, which never moved.
pub async fn assert_frozen(page: &Page) -> Result<String> {
    turn_is(page, "interrupted").await?;
    // What the answer brings is painted with it; one frame more shows what follows.
    page.run("new Promise((next) => requestAnimationFrame(() => requestAnimationFrame(next))).then(() => 0)").await?;
    let moved: Vec<String> = page.eval("frozen.moved").await?;
    anyhow::ensure!(moved.is_empty(), "the screen moved after the key press, to:\n{}", moved.join("\n----\n"));
    let at = page.eval::<Option<String>>("frozen.at").await?.context("Esc was not seen")?;
    assert_eq!(editor(page).await?, at, "what was shown is what stays");
    let took: Option<f64> = page.eval("midstreamTest.strip().interruptToFreezeMs").await?;
    anyhow::ensure!(took.is_some_and(|ms| ms >= 0.0), "the strip does not say how long the freeze took: {took:?}");
    Ok(at)
}

/// Waits until words of ours stand behind a line with that text. The style sheet draws them, so no text of the page has
/// them: they have their width, though.
pub async fn stands_behind(page: &Page, look: &str, line: &str, words: &str) -> Result<()> {
    let (line, words) = (serde_json::json!(line), serde_json::json!(words));
    let script = format!(
        "[...document.querySelectorAll('.view-line {look}')].some((element) =>
            element.closest('.view-line').innerText.replaceAll('\\u00a0', ' ').includes({line})
            && getComputedStyle(element, '::after').content.replace(/\\\\(.)/g, '$1').includes({words})
            && element.getBoundingClientRect().width > 4 * {words}.length)"
    );
    page.wait(&script, PATIENCE).await
}
