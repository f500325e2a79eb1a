//! A real Chromium, driven from Rust over its DevTools protocol.
//!
//! Owns the browser's process and its throw-away profile. A test gets pages from it and acts on them as a person
//! does: [`Page`] for keys and the whole page, [`Locator`] for one element found by role and name. Nothing here
//! knows the product, and nothing here sleeps: every wait is for a condition, looked at once per frame.

mod cdp;
mod keys;
mod locator;
mod log;
mod page;

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result};
use serde_json::json;
use tokio::io::{AsyncBufReadExt, BufReader, Lines};
use tokio::process::{Child, ChildStderr, Command};
use tokio::task::JoinSet;

pub use locator::Locator;
pub use log::Request;
pub use page::Page;

/// How long Chromium may take to start: it takes one second, and ten on a machine that builds at the same time.
const START_TIMEOUT: Duration = Duration::from_secs(60);

/// Names the program when it is not one of the usual ones.
const PROGRAM_VARIABLE: &str = "MIDSTREAM_CHROMIUM";

const FLAGS: [&str; 19] = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--no-default-browser-check",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-extensions",
    "--disable-sync",
    // A second page must go on painting while the first is in front.
    "--disable-background-timer-throttling",
    "--disable-backgrounding-occluded-windows",
    "--disable-renderer-backgrounding",
    // Screenshots are the same everywhere.
    "--force-color-profile=srgb",
    "--window-size=1440,900",
    "--password-store=basic",
    "--lang=en-US",
    "--remote-debugging-port=0",
];

/// A running Chromium. It and its profile are gone when this is dropped.
pub struct Browser {
    connection: Arc<cdp::Connection>,
    // Dropped in this order: the process before the folder that it writes to.
    _stderr: JoinSet<()>,
    _process: Process,
    _profile: Profile,
}

impl Browser {
    /// Starts a Chromium with an empty profile.
    pub async fn launch() -> Result<Browser> {
        let profile = Profile::new()?;
        let program = program();
        let mut child = Command::new(&program)
            .args(FLAGS)
            .arg(format!("--user-data-dir={}", profile.0.display()))
            .arg("about:blank")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            // A group of its own, so that the renderers can be ended with it.
            .process_group(0)
            .kill_on_drop(true)
            .spawn()
            .with_context(|| format!("could not start {}", program.display()))?;
        let stderr = child.stderr.take().context("Chromium's stderr is ours")?;
        let process = Process(child);
        let mut stderr = BufReader::new(stderr).lines();
        let url = tokio::time::timeout(START_TIMEOUT, devtools_url(&mut stderr))
            .await
            .context("Chromium did not start in time")??;
        let mut drain = JoinSet::new();
        // Unread, the pipe would fill and block the browser.
        drain.spawn(async move { while let Ok(Some(_)) = stderr.next_line().await {} });
        let connection = cdp::Connection::open(&url).await?;
        Ok(Browser { connection, _stderr: drain, _process: process, _profile: profile })
    }

    /// Opens `url` in a new window. Pages of one browser share their storage, as a person's tabs do.
    pub async fn page(&self, url: &str) -> Result<Page> {
        self.open(url, None).await
    }

    /// Opens `url` in a new window with storage of its own, as another person's browser has.
    pub async fn private_page(&self, url: &str) -> Result<Page> {
        let made = self.connection.call(None, "Target.createBrowserContext", json!({})).await?;
        let context = made.get("browserContextId").and_then(|id| id.as_str()).context("no browser context")?;
        self.open(url, Some(context)).await
    }

    async fn open(&self, url: &str, context: Option<&str>) -> Result<Page> {
        // No window yet is open to a new context; a window of its own also keeps the page visible, so that it paints.
        let mut target = json!({ "url": "about:blank", "newWindow": true });
        if let (Some(context), Some(target)) = (context, target.as_object_mut()) {
            target.insert("browserContextId".to_owned(), json!(context));
        }
        let made = self.connection.call(None, "Target.createTarget", target).await?;
        let target = made.get("targetId").and_then(|id| id.as_str()).context("no target")?;
        let page = Page::attach(self.connection.clone(), target).await?;
        page.goto(url).await?;
        Ok(page)
    }
}

/// Chromium says where it listens on stderr; waiting for that line needs no polling of its port file.
async fn devtools_url(stderr: &mut Lines<BufReader<ChildStderr>>) -> Result<String> {
    let mut said = String::new();
    while let Some(line) = stderr.next_line().await? {
        if let Some((_, url)) = line.split_once("DevTools listening on ") {
            return Ok(url.trim().to_owned());
        }
        said.push_str(&line);
        said.push('\n');
    }
    anyhow::bail!("Chromium ended at once:\n{said}")
}

fn program() -> PathBuf {
    std::env::var_os(PROGRAM_VARIABLE).map_or_else(|| PathBuf::from("chromium"), PathBuf::from)
}

/// The browser's process with its renderers.
struct Process(Child);

impl Drop for Process {
    fn drop(&mut self) {
        if let Some(id) = self.0.id() {
            // The whole group: a killed browser may leave its renderers running for a while.
            let _ = std::process::Command::new("kill").args(["-KILL", "--", &format!("-{id}")]).status();
        }
    }
}

/// A profile folder that lives as long as the browser.
struct Profile(PathBuf);

impl Profile {
    fn new() -> Result<Profile> {
        let name = format!("midstream-browser-{}-{:016x}", std::process::id(), fastrand::u64(..));
        let folder = std::env::temp_dir().join(name);
        std::fs::create_dir(&folder)?;
        Ok(Profile(folder))
    }
}

impl Drop for Profile {
    fn drop(&mut self) {
        // Best effort: what is left is in the system's folder for that.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// Where screenshots go: `screenshots/` in cargo's target folder.
fn screenshots() -> Result<PathBuf> {
    let program = std::env::current_exe()?;
    let target = program.ancestors().find(|folder| folder.join("CACHEDIR.TAG").exists());
    let folder = target.unwrap_or(Path::new("target")).join("screenshots");
    std::fs::create_dir_all(&folder)?;
    Ok(folder)
}
