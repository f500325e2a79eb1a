//! Looking at any moment of a long session: asked for by a program, and scrubbed to in the page of a real Chromium.
//! The session is a real one: turns of thousands of tokens, written into files as fast as they are taken.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use protocol::Seq;
use protocol::http::CreatedSession;

use super::Effort;
use super::child::Server;
use super::line::{Line, Member, session};
use super::report::{Report, Row, Unit};
use super::stats::{Spread, quantile};
use crate::browser::{Browser, Page};
use crate::standin::{Script, Standin};
use crate::timeline::Timeline;

/// What looking at a moment may take, in milliseconds.
const AIM: f64 = 100.0;
/// Tokens of a turn.
const A_TURN: usize = 5_000;
/// Tokens a second: fast, and slow enough that most tokens are steps of their own.
const RATE: f64 = 4_000.0;
/// Moments that are looked at.
const MOMENTS: usize = 50;
/// In the page, where each is waited for.
const SCRUBS: usize = 20;
/// A moment that takes longer is a finding, not a hang.
const PATIENCE: Duration = Duration::from_secs(60);
/// Milliseconds from a press on the track until its moment is painted.
const PROBE: &str = "globalThis.benchScrubs = []; globalThis.benchPresses = 0; {
    const track = document.querySelector('.track');
    track.addEventListener('pointerdown', (event) => {
        const pressed = event.timeStamp;
        const before = track.dataset.shown;
        const look = () => {
            const waits = track.dataset.loading === 'true' || track.dataset.shown === before;
            // In a pause the step is the same: that counts for nothing.
            if (waits && performance.now() - pressed > 5000) return void benchPresses++;
            if (waits) return requestAnimationFrame(look);
            const painted = new MessageChannel();
            painted.port1.onmessage = () => { benchPresses++; benchScrubs.push(performance.now() - pressed); };
            painted.port2.postMessage(0);
        };
        requestAnimationFrame(look);
    }, { capture: true }); }";

/// From now on each step that the page comes to is noted with when that was.
const SHOWN_PROBE: &str = "globalThis.benchShown = [];
    new MutationObserver(() => benchShown.push([Number(document.querySelector('.track').dataset.shown), performance.now()]))
        .observe(document.querySelector('.track'), { attributes: true, attributeFilter: ['data-shown'] });";
/// How long is played.
const PLAYS: Duration = Duration::from_secs(3);
/// One frame of a common display, in milliseconds.
const FRAME: f64 = 1000.0 / 60.0;

/// Records a session and looks at it.
pub async fn run(effort: &Effort, report: &mut Report) -> Result<()> {
    let standin = Standin::start(Script::say(["x"])).await?;
    let server = Server::midstream(&standin.base_url()).await?;
    let client = reqwest::Client::new();
    let recorded = session(&client, server.addr).await?;
    let turns = effort.recorded_tokens.div_ceil(A_TURN);
    let mut line = Line::Midstream(Box::new(Member::join(server.addr, &recorded).await?));
    for turn in 0..turns {
        eprintln!("  recording, turn {} of {turns}", turn + 1);
        let head = format!("<edit path=\"file{}.txt\" why=\"measure\">\n<old_text>\n</old_text>\n<new_text>\n", turn);
        standin.set_default(Script::stamped(A_TURN, RATE).after(head).before("</new_text>\n</edit>\n"));
        line.play("write", |_| {}).await?;
    }
    let Line::Midstream(member) = &line else { anyhow::bail!("a line of another kind") };
    let timeline = Timeline::of(server.addr, &recorded);
    let index = timeline.until(member.shown).await?;
    report.condition("timeline", format!("{} tokens in {turns} turns, {} steps", turns * A_TURN, index.to.seq));
    let section = "looking at a moment";
    let row = |measure: &str, samples: &mut [f64], q: f64| -> Result<Row> {
        let value = quantile(samples, q).context("no samples")?;
        Ok(Row::new(section, measure, Unit::Millis).midstream(Spread::of([value])).aim_at_most(AIM))
    };
    let mut asked = Vec::new();
    for _ in 0..MOMENTS {
        let seq = Seq(fastrand::u64(index.from.seq.0..=index.to.seq.0));
        let begun = Instant::now();
        let state = timeline.at(seq).await?;
        asked.push(begun.elapsed().as_secs_f64() * 1000.0);
        ensure!(state.moment.seq == seq, "another moment: {}", state.moment.seq);
    }
    report.rows.push(row("asked for by a program, p50", &mut asked, 0.5)?);
    report.rows.push(row("asked for by a program, p99", &mut asked, 0.99)?);
    let browser = Browser::launch().await?;
    let page = replay(&browser, &server, &recorded).await?;
    let mut scrubbed = scrubs(&page).await?;
    report.rows.push(row("pressed on the track to painted, p50", &mut scrubbed, 0.5)?);
    report.rows.push(row("pressed on the track to painted, the slowest", &mut scrubbed, 1.0)?);
    let mut late = played(&page, &timeline).await?;
    let late = quantile(&mut late, 0.99).context("nothing was shown")?;
    let row = Row::new("playing at the original speed", "shown later than recorded, p99", Unit::Millis);
    report.rows.push(row.midstream(Spread::of([late])).aim_at_most(FRAME));
    Ok(())
}

/// The page of a timeline.
async fn replay(browser: &Browser, server: &Server, session: &CreatedSession) -> Result<Page> {
    let url = format!("http://{}/s/{}/replay#{}", server.addr, session.id, session.token);
    let page = browser.page(&url).await?;
    page.by_role("slider", "Moment").until("element.dataset.loading === 'false'").await?;
    Ok(page)
}

/// Plays the beginning at the original speed: how much later than the soonest of them each frame's last step was shown,
/// in milliseconds, by the session's clock.
async fn played(page: &Page, timeline: &Timeline) -> Result<Vec<f64>> {
    let at: HashMap<u64, f64> =
        timeline.steps(Seq(0)).await?.iter().map(|step| (step.moment.seq.0, as_float(step.moment.at_ms))).collect();
    page.by_role("checkbox", "Skip idle").click().await?;
    page.run(SHOWN_PROBE).await?;
    page.by_role("slider", "Moment").focus().await?;
    page.press("Home").await?;
    page.wait("document.querySelector('.track').dataset.shown === '0'", PATIENCE).await?;
    page.press("Space").await?;
    tokio::time::sleep(PLAYS).await;
    page.press("Space").await?;
    let shown: Vec<(u64, f64)> = page.eval("benchShown.splice(0).slice(2)").await?;
    let late = |(seq, when): &(u64, f64)| at.get(seq).map(|at| when - at);
    let late: Vec<f64> = shown.iter().filter_map(late).collect();
    let soonest = late.iter().copied().fold(f64::INFINITY, f64::min);
    Ok(late.into_iter().map(|late| late - soonest).collect())
}

#[allow(clippy::cast_precision_loss, reason = "milliseconds of an hour")]
fn as_float(ms: u64) -> f64 {
    ms as f64
}

async fn scrubs(page: &Page) -> Result<Vec<f64>> {
    let track = page.by_role("slider", "Moment");
    page.run(PROBE).await?;
    for number in 0..SCRUBS {
        track.click_along(0.02 + 0.96 * fastrand::f64()).await?;
        page.wait(&format!("benchPresses > {number}"), PATIENCE).await?;
    }
    page.eval("benchScrubs").await
}
