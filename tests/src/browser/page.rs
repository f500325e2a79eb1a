//! One page: navigation, keys, JavaScript, waiting, screenshots, and what it must not have done.

use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use base64::Engine as _;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::cdp::Connection;
use super::keys::Press;
use super::locator::Locator;
use super::log::{Log, Request};

/// How long an element or a condition may take to appear where a test names no time of its own.
pub const PATIENCE: Duration = Duration::from_secs(20);

/// How much of a page's outline a failure shows.
const OUTLINE_LINES: usize = 80;

/// Finds elements by role and name.
const FIND: &str = include_str!("find.js");

/// A page in a window of its own.
pub struct Page {
    connection: Arc<Connection>,
    session: String,
    log: Arc<Log>,
}

impl Page {
    /// Attaches to a fresh target and has its events collected.
    pub(super) async fn attach(connection: Arc<Connection>, target: &str) -> Result<Page> {
        let attach = json!({ "targetId": target, "flatten": true });
        let attached = connection.call(None, "Target.attachToTarget", attach).await?;
        let session = attached.get("sessionId").and_then(Value::as_str).context("no session")?.to_owned();
        let log = Arc::new(Log::default());
        collect(&connection, &session, &log, true);
        let page = Page { connection, session, log };
        page.command("Target.setAutoAttach", auto_attach()).await?;
        for domain in ["Page", "Runtime", "Network", "Log"] {
            page.command(&format!("{domain}.enable"), json!({})).await?;
        }
        page.command("Page.addScriptToEvaluateOnNewDocument", json!({ "source": FIND })).await?;
        // A page in the background would paint and count time less often; here every page is in front.
        page.command("Emulation.setFocusEmulationEnabled", json!({ "enabled": true })).await?;
        Ok(page)
    }

    /// Goes to an address and waits until its document and scripts have run.
    pub async fn goto(&self, url: &str) -> Result<()> {
        let answer = self.command("Page.navigate", json!({ "url": url })).await?;
        if let Some(error) = answer.get("errorText").and_then(Value::as_str) {
            anyhow::bail!("{url}: {error}");
        }
        self.loaded().await
    }

    /// Reloads as F5 does.
    pub async fn reload(&self) -> Result<()> {
        // The old document would count as loaded; the mark is gone with it.
        self.run("globalThis.midstreamOld = true").await?;
        self.command("Page.reload", json!({})).await?;
        self.wait("!globalThis.midstreamOld", PATIENCE).await?;
        self.loaded().await
    }

    /// Closes the page as a person closes a tab.
    pub async fn close(self) -> Result<()> {
        self.command("Page.close", json!({})).await.map(drop)
    }

    async fn loaded(&self) -> Result<()> {
        self.wait("document.readyState === 'complete' && location.href !== 'about:blank'", PATIENCE).await
    }

    /// An element by its ARIA role and accessible name.
    pub fn by_role(&self, role: &str, name: &str) -> Locator<'_> {
        Locator::new(self, format!("{role} {name:?}"), format!("byRole({}, {})", json!(role), json!(name)))
    }

    /// An element by its role alone.
    pub fn by_any_name(&self, role: &str) -> Locator<'_> {
        Locator::new(self, role.to_owned(), format!("byRole({}, null)", json!(role)))
    }

    /// An element by its `data-testid`, where no role tells it from others.
    pub fn by_test_id(&self, id: &str) -> Locator<'_> {
        self.by_selector(&format!("[data-testid={}]", json!(id)))
    }

    /// An element by a CSS selector, for what is not ours to name (Monaco's own).
    pub fn by_selector(&self, selector: &str) -> Locator<'_> {
        Locator::new(self, selector.to_owned(), format!("bySelector({})", json!(selector)))
    }

    /// Presses and releases a key: `Enter`, `Escape`, `Control+Period`, `a`.
    pub async fn press(&self, key: &str) -> Result<()> {
        for event in Press::parse(key)?.events() {
            self.command("Input.dispatchKeyEvent", event).await?;
        }
        Ok(())
    }

    /// Types key by key into whatever has the focus. Characters that no key has come as an input method's would.
    pub async fn type_text(&self, text: &str) -> Result<()> {
        for character in text.chars() {
            match character {
                '\n' => self.press("Enter").await?,
                ' ' => self.press("Space").await?,
                _ if character.is_ascii_graphic() => self.press(&character.to_string()).await?,
                _ => self.insert_text(&character.to_string()).await?,
            }
        }
        Ok(())
    }

    /// Inserts a text at once, as a paste or an input method does.
    pub async fn insert_text(&self, text: &str) -> Result<()> {
        self.command("Input.insertText", json!({ "text": text })).await.map(drop)
    }

    /// The value of a JavaScript expression; a promise is awaited.
    pub async fn eval<T: DeserializeOwned>(&self, expression: &str) -> Result<T> {
        Ok(serde_json::from_value(self.evaluate(expression).await?)?)
    }

    /// Runs JavaScript for its effect.
    pub async fn run(&self, script: &str) -> Result<()> {
        self.evaluate(script).await.map(drop)
    }

    /// Waits until a JavaScript expression is truthy, looking once per frame.
    pub async fn wait(&self, condition: &str, patience: Duration) -> Result<()> {
        self.until(condition, condition, patience).await.map(drop)
    }

    /// Waits for an expression to be truthy and returns its value. A failure shows what the page looked like.
    pub(super) async fn until(&self, what: &str, condition: &str, patience: Duration) -> Result<Value> {
        let deadline = Instant::now() + patience;
        loop {
            let left = deadline.saturating_duration_since(Instant::now()).as_millis();
            match self.evaluate(&poll(condition, left)).await {
                Ok(Value::Null) => return Err(self.failure(what, patience).await),
                Ok(value) => return Ok(value),
                // The document that was looked at went away: look at the next one.
                Err(error) if was_replaced(&error) && Instant::now() < deadline => {}
                Err(error) => return Err(error.context(format!("waiting for {what}"))),
            }
        }
    }

    /// All text that a person could read.
    pub async fn text(&self) -> Result<String> {
        self.eval("document.body.innerText").await
    }

    /// Saves what the page looks like as `name.png` in the target folder's `screenshots/`.
    pub async fn screenshot(&self, name: &str) -> Result<()> {
        let answer = self.command("Page.captureScreenshot", json!({ "format": "png" })).await?;
        let data = answer.get("data").and_then(Value::as_str).context("no picture")?;
        let png = base64::engine::general_purpose::STANDARD.decode(data)?;
        std::fs::write(super::screenshots()?.join(format!("{name}.png")), png)?;
        Ok(())
    }

    /// Pretends that the person prefers a dark or a light page.
    pub async fn set_dark(&self, dark: bool) -> Result<()> {
        let scheme = if dark { "dark" } else { "light" };
        let media = json!({ "features": [{ "name": "prefers-color-scheme", "value": scheme }] });
        self.command("Emulation.setEmulatedMedia", media).await.map(drop)
    }

    /// Sets the size of the window's content in CSS pixels.
    pub async fn set_viewport(&self, width: u32, height: u32) -> Result<()> {
        let metrics = json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": false });
        self.command("Emulation.setDeviceMetricsOverride", metrics).await.map(drop)
    }

    /// Cuts the page off from the network, or connects it again. Open sockets are cut too.
    pub async fn set_offline(&self, offline: bool) -> Result<()> {
        let conditions = json!({ "offline": offline, "latency": 0, "downloadThroughput": -1, "uploadThroughput": -1 });
        self.command("Network.emulateNetworkConditions", conditions).await.map(drop)
    }

    /// Errors on the console and uncaught exceptions so far.
    pub async fn errors(&self) -> Result<Vec<String>> {
        // Events come in order with answers: after this answer all earlier errors are in.
        self.run("0").await?;
        Ok(self.log.errors())
    }

    /// Fails if the page has logged an error or thrown one.
    pub async fn assert_no_errors(&self) -> Result<()> {
        let errors = self.errors().await?;
        anyhow::ensure!(errors.is_empty(), "the page reported errors:\n{}", errors.join("\n"));
        Ok(())
    }

    /// Forgets the errors so far, where a test has provoked them.
    pub fn forget_errors(&self) {
        self.log.forget_errors();
    }

    /// Every request that the page has made.
    pub async fn requests(&self) -> Result<Vec<Request>> {
        self.run("0").await?;
        Ok(self.log.requests())
    }

    /// Fails if a request went anywhere but to `origin` (`http://127.0.0.1:8787`).
    pub async fn assert_only_requests_to(&self, origin: &str) -> Result<()> {
        let (_, host) = origin.split_once("://").context("an origin has a scheme")?;
        for request in self.requests().await? {
            let Some((scheme, rest)) = request.url.split_once("://") else {
                continue;
            };
            let local = matches!(scheme, "http" | "https" | "ws" | "wss");
            let there = rest.split(['/', '?', '#']).next().unwrap_or_default();
            anyhow::ensure!(!local || there == host, "a request left {origin}: {}", request.url);
        }
        Ok(())
    }

    /// Any command of the DevTools protocol, for what has no method here.
    pub async fn command(&self, method: &str, params: Value) -> Result<Value> {
        self.connection.call(Some(&self.session), method, params).await
    }

    async fn evaluate(&self, expression: &str) -> Result<Value> {
        let params = json!({
            "expression": expression, "awaitPromise": true, "returnByValue": true, "userGesture": true,
        });
        let answer = self.command("Runtime.evaluate", params).await?;
        if let Some(details) = answer.get("exceptionDetails") {
            let description = details.pointer("/exception/description").or(details.get("text"));
            anyhow::bail!("{expression}: {}", description.and_then(Value::as_str).unwrap_or("threw"));
        }
        Ok(answer.pointer("/result/value").cloned().unwrap_or_default())
    }

    async fn failure(&self, what: &str, patience: Duration) -> anyhow::Error {
        let outline: String = self.eval("midstreamFind.outline()").await.unwrap_or_default();
        let outline: Vec<&str> = outline.lines().take(OUTLINE_LINES).collect();
        let picture = format!("failure-{}-{:08x}", std::process::id(), fastrand::u32(..));
        let pictured = self.screenshot(&picture).await.map_or(String::new(), |()| format!("\nseen: {picture}.png"));
        anyhow::anyhow!(
            "not within {} s: {what}\non the page:\n{}\nerrors:\n{}{pictured}",
            patience.as_secs_f32(),
            outline.join("\n"),
            self.log.errors().join("\n"),
        )
    }
}

/// Frames of another process and workers are targets of their own: they are held until they are listened to.
fn auto_attach() -> Value {
    json!({ "autoAttach": true, "waitForDebuggerOnStart": true, "flatten": true })
}

/// Has a target's events taken into the log; of what is within the page, only what it asks the network for.
fn collect(connection: &Arc<Connection>, session: &str, log: &Arc<Log>, whole: bool) {
    let (weak, log) = (Arc::downgrade(connection), log.clone());
    let listener = move |method: &str, params: &Value| {
        if whole || method.starts_with("Network.") {
            log.take(method, params);
        }
        let within = params.get("sessionId").and_then(Value::as_str).filter(|_| method == "Target.attachedToTarget");
        if let (Some(within), Some(connection)) = (within, weak.upgrade()) {
            collect(&connection, within, &log, false);
            connection.post(within, "Network.enable", json!({}));
            connection.post(within, "Target.setAutoAttach", auto_attach());
            connection.post(within, "Runtime.runIfWaitingForDebugger", json!({}));
        }
    };
    connection.listen(session, Arc::new(listener));
}

/// A promise of the condition's value, or of null after `left` ms. Looks once per frame; where a page paints no
/// frames the timer beside it looks instead.
fn poll(condition: &str, left: u128) -> String {
    format!(
        "new Promise((resolve, reject) => {{
            const end = performance.now() + {left};
            const look = () => {{
                let value;
                try {{ value = ({condition}); }} catch (error) {{ return reject(error); }}
                if (value) return resolve(value);
                if (performance.now() > end) return resolve(null);
                let looked = false;
                const once = () => {{ if (!looked) {{ looked = true; look(); }} }};
                requestAnimationFrame(once);
                setTimeout(once, 100);
            }};
            look();
        }})"
    )
}

/// Whether an evaluation failed because the page went on to another document.
fn was_replaced(error: &anyhow::Error) -> bool {
    let text = format!("{error:#}");
    ["context was destroyed", "navigated or closed", "Cannot find context", "midstreamFind is not defined"]
        .iter()
        .any(|sign| text.contains(sign))
}
