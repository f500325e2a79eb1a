//! The page in a real Chromium while the model writes a long TypeScript file: frames that took too long, and how
//! soon Esc freezes it. Chromium, the server and the upstream share this machine.

use std::time::Duration;

use anyhow::{Context, Result, ensure};

use super::Effort;
use super::child::Server;
use super::frames::{Frames, PROBE, READ_PROBE};
use super::line::session;
use super::report::{Report, Row, Unit};
use super::stats::Spread;
use crate::browser::{Browser, Page};
use crate::standin::{Script, Standin};

/// Tokens a second: fast, and faster than any model.
const RATES: [u32; 2] = [1_000, 10_000];
/// Characters of a token.
const TOKEN: usize = 4;
/// One frame of a common display, in milliseconds.
const FRAME: f64 = 1000.0 / 60.0;
/// The page may be far behind at a rate that it cannot take: that is a finding, not a hang.
const PATIENCE: Duration = Duration::from_secs(180);
/// How long a turn runs before Esc.
const BEFORE_ESC: Duration = Duration::from_millis(1500);

const TURN_ENDED: &str = "['completed', 'interrupted', 'failed'].includes(midstreamTest.turn()?.status)";

/// Streams at each rate, whole and with interrupts.
pub async fn run(effort: &Effort, report: &mut Report) -> Result<()> {
    let standin = Standin::start(Script::say(["x"])).await?;
    let server = Server::midstream(&standin.base_url()).await?;
    let browser = Browser::launch().await?;
    let bench = Bench { standin, server, browser, client: reqwest::Client::new() };
    for rate in RATES {
        let section = format!("page, {rate} tok/s into a TypeScript file for {} s", effort.page_seconds);
        let row = |measure: &str, unit, values: &[f64]| {
            Row::new(&section, measure, unit).midstream(Spread::of(values.iter().copied()))
        };
        let (mut seen, mut freezes) = (Vec::new(), Vec::new());
        for round in 0..effort.page_rounds {
            eprintln!("  page at {rate} tok/s, round {} of {}", round + 1, effort.page_rounds);
            seen.push(bench.stream(rate, effort.page_seconds).await?);
        }
        for _ in 0..effort.escapes {
            eprintln!("  Esc at {rate} tok/s");
            freezes.push(bench.escape(rate).await?);
        }
        let of = |figure: fn(&Frames) -> f64| seen.iter().map(|(frames, _)| figure(frames)).collect::<Vec<_>>();
        let long = seen.iter().flat_map(|(frames, _)| &frames.long);
        let long: Vec<String> = long.map(|(at, took)| format!("{took:.0} ms at {at:.1} s")).collect();
        if !long.is_empty() {
            let note = format!("Long frames at {rate} tok/s: {}.", long.join(", "));
            report.notes.push(note);
        }
        #[allow(clippy::cast_precision_loss, reason = "a handful")]
        let count = of(|f| f.long.len() as f64);
        report.rows.push(row("frames over 50 ms", Unit::Count, &count).aim_at_most(0.0));
        report.rows.push(row("frames painted", Unit::Count, &of(|f| f.count)));
        report.rows.push(row("frame time, p99", Unit::Millis, &of(|f| f.p99)));
        report.rows.push(row("longest frame", Unit::Millis, &of(|f| f.worst)));
        let took: Vec<f64> = seen.iter().map(|(_, took)| *took).collect();
        report.rows.push(row("Enter to completed", Unit::Seconds, &took));
        report.rows.push(row("Esc to freeze", Unit::Millis, &freezes).aim_at_most(FRAME));
    }
    Ok(())
}

struct Bench {
    standin: Standin,
    server: Server,
    browser: Browser,
    client: reqwest::Client,
}

impl Bench {
    /// Plays a whole stream: what frames did, and seconds until it was complete on the screen.
    async fn stream(&self, rate: u32, seconds: f64) -> Result<(Frames, f64)> {
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "small and not negative")]
        let tokens = (f64::from(rate) * seconds) as usize;
        let source = source(tokens * TOKEN);
        self.standin.set_default(script(&source, rate));
        let page = self.prompt(PROBE).await?;
        let begun = std::time::Instant::now();
        page.wait(TURN_ENDED, PATIENCE).await?;
        let frames = page.eval(READ_PROBE).await?;
        let took = begun.elapsed().as_secs_f64();
        let text: Option<String> = page.eval("midstreamTest.text()").await?;
        let text = text.context("no file is open")?;
        ensure!(text == source, "the editor has {} characters, not {}", text.len(), source.len());
        page.close().await?;
        Ok((frames, took))
    }

    /// Presses Esc in a stream: milliseconds until the page froze, by its own clock.
    async fn escape(&self, rate: u32) -> Result<f64> {
        let source = source(rate as usize * TOKEN * 20);
        self.standin.set_default(script(&source, rate));
        let page = self.prompt("0").await?;
        page.wait("midstreamTest.text()?.length > 0", PATIENCE).await?;
        tokio::time::sleep(BEFORE_ESC).await;
        page.press("Escape").await?;
        page.wait("midstreamTest.strip().interruptToFreezeMs != null", PATIENCE).await?;
        let freeze = page.eval("midstreamTest.strip().interruptToFreezeMs").await?;
        page.wait(TURN_ENDED, PATIENCE).await?;
        page.close().await?;
        Ok(freeze)
    }

    /// Opens a new session's page, runs `script` there, and sends a prompt.
    async fn prompt(&self, script: &str) -> Result<Page> {
        let session = session(&self.client, self.server.addr).await?;
        let url = format!("http://{}/s/{}#{}", self.server.addr, session.id, session.token);
        let page = self.browser.page(&url).await?;
        page.by_role("textbox", "Prompt").click().await?;
        page.type_text("write it").await?;
        page.run(script).await?;
        page.press("Enter").await?;
        Ok(page)
    }
}

/// An edit block that makes a file of `source`, in tokens.
fn script(source: &str, rate: u32) -> Script {
    let block = format!(
        "<edit path=\"src/orders.ts\" why=\"measure\">\n<old_text>\n</old_text>\n<new_text>\n{source}</new_text>\n</edit>\n"
    );
    Script::text(&block).rate(f64::from(rate))
}

/// TypeScript of about `length` characters, in lines as people write them.
fn source(length: usize) -> String {
    let mut text = String::with_capacity(length + 256);
    let mut number = 0;
    while text.len() < length {
        number += 1;
        text.push_str(&format!(
            "/** Adds the {number}th order to the total, in cents. */\n\
             export function addOrder{number}(total: number, order: {{ cents: number; count: number }}): number {{\n\
             \x20 if (order.count <= 0) throw new RangeError(`order {number}: ${{order.count}}`);\n\
             \x20 const sum = order.cents * order.count;\n\
             \x20 return total + Math.round(sum * (1 + {number} / 10_000));\n\
             }}\n\n"
        ));
    }
    text
}
