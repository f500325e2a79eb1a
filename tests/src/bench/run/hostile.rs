//! Programs that do their worst while a turn writes: how soon Stop ends each, and whether the page goes on painting.

use std::time::Duration;

use anyhow::Result;

use super::super::child::Server;
use super::super::frames::{Frames, PROBE, READ_PROBE};
use super::super::line::session;
use super::super::report::{Report, Row, Unit};
use super::super::stats::Spread;
use super::{Effort, PATIENCE, REST, STOP, write};
use crate::browser::{Browser, Page};
use crate::standin::{Script, Standin};

/// What each is called, its file and its text. Each says that it has begun.
const PROGRAMS: [(&str, &str, &str); 6] = [
    ("an endless loop", "loop.js", "console.log(\"begun\"); for (;;) {}"),
    (
        "an endless chain of promises",
        "chain.js",
        "console.log(\"begun\"); const again = () => Promise.resolve().then(again); await again();",
    ),
    (
        "a memory bomb",
        "bomb.js",
        "console.log(\"begun\"); const held = []; for (;;) held.push(new Array(1000).fill(held.length));",
    ),
    ("a flood of words", "words.js", "console.log(\"begun\"); for (let n = 0; ; n++) console.log(\"word\", n);"),
    (
        "a flood of messages",
        "messages.js",
        "console.log(\"begun\"); const large = \"x\".repeat(1e6); setInterval(() => { for (let n = 0; n < 100; n++) postMessage(large); }, 0);",
    ),
    (
        "a loop that swallows KeyboardInterrupt",
        "stubborn.py",
        "print('begun'); exec('while True:\\n try:\\n  while True: pass\\n except BaseException: pass')",
    ),
];
/// Tokens a second of the turn that writes meanwhile.
const RATE: f64 = 100.0;
/// More than any stream lives to make.
const ENDLESS: usize = 1_000_000;
/// How long each does its worst.
const RUNS: Duration = Duration::from_millis(1000);

/// Runs and stops each of them.
pub async fn run(effort: &Effort, report: &mut Report) -> Result<()> {
    let head = "<edit path=\"written.txt\" why=\"measure\">\n<old_text>\n</old_text>\n<new_text>\n";
    let standin = Standin::start(Script::stamped(ENDLESS, RATE).after(head)).await?;
    let server = Server::midstream(&standin.base_url()).await?;
    let client = reqwest::Client::new();
    let browser = Browser::launch().await?;
    let mut long = Vec::new();
    for (name, file, text) in PROGRAMS {
        let mut took = Vec::new();
        for round in 0..effort.page_rounds {
            eprintln!("  Stop of {name}, round {} of {}", round + 1, effort.page_rounds);
            let session = session(&client, server.addr).await?;
            let page = browser.page(&format!("http://{}/s/{}#{}", server.addr, session.id, session.token)).await?;
            page.by_role("textbox", "Prompt").until("!element.disabled").await?;
            write(&page, file, text).await?;
            // Python is there, as it is from the second run on.
            if file.ends_with(".py") {
                stopped(&page).await?;
            }
            stream(&page, file).await?;
            tokio::time::sleep(REST).await;
            page.run(PROBE).await?;
            took.push(stopped(&page).await?);
            let frames: Frames = page.eval(READ_PROBE).await?;
            #[allow(clippy::cast_precision_loss, reason = "a handful")]
            long.push(frames.long.len() as f64);
            let told: Vec<String> = frames.long.iter().map(|(at, took)| format!("{took:.0} ms at {at:.1} s")).collect();
            if !told.is_empty() {
                report.notes.push(format!("Long frames around {name}: {}.", told.join(", ")));
            }
            page.close().await?;
        }
        let row = Row::new("Stop, while a turn writes", name, Unit::Millis);
        report.rows.push(row.midstream(Spread::of(took)).aim_at_most(STOP));
    }
    let row = Row::new("Stop, while a turn writes", "frames over 50 ms, in any of them", Unit::Count);
    report.rows.push(row.midstream(Spread::of(long)).aim_at_most(0.0));
    Ok(())
}

/// Begins a turn that writes without an end, and goes back to the file.
async fn stream(page: &Page, file: &str) -> Result<()> {
    page.by_role("textbox", "Prompt").click().await?;
    page.type_text("write").await?;
    page.press("Enter").await?;
    page.wait("midstreamTest.file() === 'written.txt' && midstreamTest.text().length > 100", PATIENCE).await?;
    page.by_selector(&format!("button.file-name[title={file:?}]")).click().await?;
    page.wait(&format!("midstreamTest.file() === {file:?}"), PATIENCE).await?;
    page.by_selector(".monaco-editor textarea").focus().await
}

/// Runs the open file, lets it do its worst for a while, and stops it: milliseconds, by the page's own clock.
async fn stopped(page: &Page) -> Result<f64> {
    page.press("Control+Enter").await?;
    page.wait("document.querySelector('.console')?.textContent.includes('begun')", PATIENCE).await?;
    tokio::time::sleep(RUNS).await;
    page.press("Control+Shift+Period").await?;
    page.wait("document.querySelector('.run-status').dataset.state !== 'active'", PATIENCE).await?;
    page.wait("midstreamTest.run().stoppedMs != null", PATIENCE).await?;
    page.eval("midstreamTest.run().stoppedMs").await
}
