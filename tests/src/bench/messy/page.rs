//! A round as a person sees it, in a real Chromium: the page opens, the big file opens, keys are painted, Esc freezes.

use std::time::Duration;

use anyhow::Result;
use serde_json::json;

use super::project::{FIRST, LEDGER, function};
use super::{Figure, Lab, Room, Table};
use crate::bench::Effort;
use crate::bench::stats::quantile;
use crate::browser::{Browser, Page};
use crate::standin::Script;

/// Keys that are pressed, each while nothing else happens and while a turn writes.
const KEYS: usize = 30;
/// How far apart.
const APART: Duration = Duration::from_millis(60);
/// Tokens a second.
const RATE: f64 = 100.0;
/// More than any stream lives to make.
const ENDLESS: usize = 1_000_000;
/// A page that takes longer is a finding, not a hang.
const PATIENCE: Duration = Duration::from_secs(120);
/// How long nothing happens before keys count as pressed in a quiet moment: editors look through a file that was just
/// opened.
const REST: Duration = Duration::from_secs(3);
/// How long a person takes to find a file's row and click it. The page makes long texts ready in that time.
const FINDS: Duration = Duration::from_secs(1);
/// How often Esc is pressed: the middle one counts, for a key may come while a frame is drawn.
const ESCAPES: usize = 5;
/// How long a turn runs before Esc.
const RUNS: Duration = Duration::from_millis(1000);

/// Notes when the editor first shows a text, and when the frame with it is out.
const WATCH: &str = "addEventListener('DOMContentLoaded', () => {
    const look = () => {
        if (globalThis.midstreamTest?.text?.()?.length > 0) {
            setTimeout(() => { globalThis.benchShown = performance.now(); });
        } else requestAnimationFrame(look);
    };
    requestAnimationFrame(look); });";
/// From now on every key's time to its painting is noted.
const KEY_PROBE: &str = "globalThis.benchKeys = [];
    addEventListener('keydown', (event) => {
        const pressed = event.timeStamp;
        requestAnimationFrame(() => {
            const painted = new MessageChannel();
            painted.port1.onmessage = () => benchKeys.push(performance.now() - pressed);
            painted.port2.postMessage(0);
        });
    }, { capture: true });";

/// Measures both projects, in turns.
pub async fn rounds(lab: &Lab, effort: &Effort, mut small: Room, mut messy: Room, table: &mut Table) -> Result<()> {
    let browser = Browser::launch().await?;
    // The browser's caches are filled; nobody's figures have that in them.
    navigate(lab, &browser, &small).await?.0.close().await?;
    for number in 0..effort.page_rounds {
        eprintln!("  page, round {} of {}", number + 1, effort.page_rounds);
        table.small.push(round(lab, &browser, &mut small).await?);
        table.messy.push(round(lab, &browser, &mut messy).await?);
    }
    Ok(())
}

async fn round(lab: &Lab, browser: &Browser, room: &mut Room) -> Result<Vec<Figure>> {
    eprintln!("    {}", room.name);
    let (page, shown) = navigate(lab, browser, room).await?;
    let section = "the page";
    let mut figures = vec![Figure::millis(section, "navigation to the first file shown", shown)];
    page.wait(&format!("midstreamTest.file() === {:?}", FIRST), PATIENCE).await?;
    figures.extend(early(&page).await?);

    page.wait("midstreamTest.whole()", PATIENCE).await?;
    let whole = page.eval("performance.now()").await?;
    // It comes while one works, after the keys above: it may take as long as it is large.
    figures.push(Figure { is_wait: false, ..Figure::millis(section, "navigation to all files there", whole) });
    let row = format!("document.querySelector(`button.file-name[title={LEDGER:?}]`)");
    page.wait(&row, PATIENCE).await?;
    tokio::time::sleep(FINDS).await;
    let opened: f64 = page
        .eval(&format!(
            "new Promise((done) => {{
                const begun = performance.now();
                {row}.click();
                requestAnimationFrame(() => setTimeout(() => done(performance.now() - begun)));
            }})"
        ))
        .await?;
    page.wait(&format!("midstreamTest.text().length >= {}", room.ledger), PATIENCE).await?;
    figures.push(Figure::millis(section, "choosing the open file to its text shown", opened));

    page.by_selector(".monaco-editor textarea").focus().await?;
    page.press("Control+End").await?;
    let mut first = keys(&page).await?;
    let opened = Figure::quantiles(
        section,
        ["key to painted, just opened, p50", "key to painted, just opened, p99"],
        &mut first,
    );
    figures.extend(opened);
    tokio::time::sleep(REST).await;
    let mut idle = keys(&page).await?;
    let idle = Figure::quantiles(section, ["key to painted, idle, p50", "key to painted, idle, p99"], &mut idle);
    figures.extend(idle);

    begin(lab, &page, room).await?;
    page.by_selector(".monaco-editor textarea").focus().await?;
    page.press("Control+End").await?;
    tokio::time::sleep(RUNS).await;
    let mut busy = keys(&page).await?;
    let busy_names =
        ["key to painted, while a turn writes there, p50", "key to painted, while a turn writes there, p99"];
    figures.extend(Figure::quantiles(section, busy_names, &mut busy));

    let mut freezes = vec![escape(&page).await?];
    for _ in 1..ESCAPES {
        begin(lab, &page, room).await?;
        tokio::time::sleep(RUNS).await;
        freezes.push(escape(&page).await?);
    }
    let freeze = quantile(&mut freezes, 0.5).unwrap_or(f64::NAN);
    figures.push(Figure::millis(section, "Esc to freeze", freeze));
    page.close().await?;
    Ok(figures)
}

/// Begins a turn that writes into the open file without an end, from the prompt box.
async fn begin(lab: &Lab, page: &Page, room: &mut Room) -> Result<()> {
    let old = function(0, room.next_function());
    let head = format!("<edit path=\"{LEDGER}\" why=\"measure\">\n<old_text>\n{old}</old_text>\n<new_text>\n");
    lab.standin.set_default(Script::stamped(ENDLESS, RATE).after(head));
    page.press("Control+k").await?;
    page.type_text("write it").await?;
    // Anew, whatever was stopped before.
    page.press("Control+Enter").await?;
    page.wait("midstreamTest.turn()?.status === 'running'", PATIENCE).await
}

/// Stops it there: from the key to the frozen screen, in milliseconds.
async fn escape(page: &Page) -> Result<f64> {
    page.press("Control+k").await?;
    page.by_role("textbox", "Prompt").until("element === document.activeElement").await?;
    page.press("Escape").await?;
    page.wait("midstreamTest.turn()?.status === 'interrupted'", PATIENCE).await?;
    page.eval("midstreamTest.strip().interruptToFreezeMs").await
}

/// Keys in the first file, right after it is shown: in a large project most of that is still on its way.
async fn early(page: &Page) -> Result<[Figure; 2]> {
    page.run(KEY_PROBE).await?;
    page.by_selector(".monaco-editor textarea").focus().await?;
    let mut samples = keys(page).await?;
    let names = ["key to painted, first file just shown, p50", "key to painted, first file just shown, p99"];
    Ok(Figure::quantiles("the page", names, &mut samples))
}

/// Opens a session's page: milliseconds from the navigation's start to a file in the editor.
async fn navigate(lab: &Lab, browser: &Browser, room: &Room) -> Result<(Page, f64)> {
    let page = browser.page(&format!("http://{}/healthz", lab.server.addr)).await?;
    // Its tools would copy every frame of the socket for us, on the thread that paints.
    page.command("Network.disable", json!({})).await?;
    page.command("Page.addScriptToEvaluateOnNewDocument", json!({ "source": WATCH })).await?;
    let url = format!("http://{}/s/{}#{}", lab.server.addr, room.session.id, room.session.token);
    page.goto(&url).await?;
    page.wait("globalThis.benchShown", PATIENCE).await?;
    let shown = page.eval("benchShown").await?;
    Ok((page, shown))
}

/// Presses keys as a person does; how long each took to be painted, in milliseconds.
async fn keys(page: &Page) -> Result<Vec<f64>> {
    page.run("benchKeys.length = 0").await?;
    for _ in 0..KEYS {
        page.press("x").await?;
        tokio::time::sleep(APART).await;
    }
    page.wait(&format!("benchKeys.length >= {KEYS}"), PATIENCE).await?;
    page.eval("benchKeys").await
}
