//! Running code in the page in a real Chromium: from the key press to the end, the first time and afterwards, and how
//! soon Stop ends an endless loop. Chromium and the server share this machine.

mod hostile;

use std::time::Duration;

use anyhow::{Context, Result};

use super::Effort;
use super::child::Server;
use super::line::session;
use super::report::{Report, Row, Unit};
use super::stats::Spread;
use crate::browser::{Browser, Page};
use crate::standin::{Script, Standin};

/// What a first Python run may take, in milliseconds: loading it, starting it, running.
const PYTHON_COLD: f64 = 5_000.0;
/// What a later one may.
const PYTHON_WARM: f64 = 100.0;
/// What a JavaScript run may.
const SCRIPT: f64 = 50.0;
/// What Stop may.
const STOP: f64 = 100.0;
/// Runs after the first one, per round.
const AGAIN: usize = 5;
/// How long nothing happens between the last key and a run: the editor starts the workers of a language that is seen
/// for the first time, and a person reads what they wrote.
const REST: Duration = Duration::from_secs(3);
/// A busy machine takes its time: that is a finding, not a hang.
const PATIENCE: Duration = Duration::from_secs(120);

/// Runs each language in fresh pages.
pub async fn run(effort: &Effort, report: &mut Report) -> Result<()> {
    let standin = Standin::start(Script::say(["x"])).await?;
    let server = Server::midstream(&standin.base_url()).await?;
    let client = reqwest::Client::new();
    let (mut cold, mut warm, mut first, mut script, mut stop) = (vec![], vec![], vec![], vec![], vec![]);
    for round in 0..effort.page_rounds {
        eprintln!("  run, round {} of {}", round + 1, effort.page_rounds);
        // A browser of its own: nothing is in its cache.
        let browser = Browser::launch().await?;
        let session = session(&client, server.addr).await?;
        let page = browser.page(&format!("http://{}/s/{}#{}", server.addr, session.id, session.token)).await?;
        page.by_role("textbox", "Prompt").until("!element.disabled").await?;
        write(&page, "a.py", "print(sum(range(1000)))").await?;
        cold.push(took(&page).await?);
        for _ in 0..AGAIN {
            warm.push(took(&page).await?);
        }
        write(&page, "a.js", "console.log([1, 2, 3].map((n) => n * n))").await?;
        tokio::time::sleep(REST).await;
        first.push(took(&page).await?);
        for _ in 0..AGAIN {
            script.push(took(&page).await?);
        }
        write(&page, "loop.js", "for (;;) {}").await?;
        page.press("Control+Enter").await?;
        page.wait("document.querySelector('.run-status').dataset.state === 'active'", PATIENCE).await?;
        page.run("new Promise((done) => setTimeout(done, 300)).then(() => 0)").await?;
        page.press("Control+Shift+Period").await?;
        page.wait("midstreamTest.run().stoppedMs != null", PATIENCE).await?;
        stop.push(page.eval("midstreamTest.run().stoppedMs").await?);
    }
    let row = |measure: &str, values: &[f64], aim: f64| {
        Row::new("run, in the page", measure, Unit::Millis)
            .midstream(Spread::of(values.iter().copied()))
            .aim_at_most(aim)
    };
    report.rows.push(row("Python, first run", &cold, PYTHON_COLD));
    report.rows.push(row("Python, later runs", &warm, PYTHON_WARM));
    report.rows.push(row("JavaScript, first run", &first, SCRIPT));
    report.rows.push(row("JavaScript, later runs", &script, SCRIPT));
    report.rows.push(row("Stop of an endless loop", &stop, STOP));
    hostile::run(effort, report).await
}

/// Makes a file by the keyboard and leaves the keyboard in it.
async fn write(page: &Page, path: &str, text: &str) -> Result<()> {
    page.by_role("button", "New file").click().await?;
    page.type_text(path).await?;
    page.press("Enter").await?;
    page.wait(&format!("midstreamTest.file() === {path:?}"), PATIENCE).await?;
    page.by_selector(".monaco-editor textarea").focus().await?;
    page.insert_text(text).await?;
    page.wait(&format!("midstreamTest.text() === {}", serde_json::json!(text)), PATIENCE).await
}

/// Runs the open file: milliseconds from the key press to its end on the screen, by the page's own clock.
async fn took(page: &Page) -> Result<f64> {
    let before: f64 = page.eval("midstreamTest.run().count").await?;
    page.press("Control+Enter").await?;
    page.wait(&format!("midstreamTest.run().count > {before} && midstreamTest.run().ended"), PATIENCE).await?;
    let took: Option<f64> = page.eval("midstreamTest.run().wallMs").await?;
    took.context("the page does not say how long a run took")
}
