//! A round as a program sees it: coming in, typing, a turn's beginning and tokens, stopping, steering.

use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use protocol::latency::Latency;
use protocol::view::TurnStatus;
use tokio::time::timeout;

use super::player::News;
use super::project::{LEDGER, function};
use super::{Figure, Lab, Room};
use crate::bench::report::Unit;
use crate::bench::stats::quantile;
use crate::standin::{Script, stamp};

/// How often a client comes in.
const OPENINGS: usize = 5;
/// Edits while nothing else happens: enough for a 99th percentile that is not the slowest one.
const EDITS: usize = 200;
/// Tokens a second, as a fast model writes them.
const RATE: f64 = 100.0;
/// Tokens of a measured stream: three seconds; whole lines of stamps.
const TOKENS: usize = 304;
/// How often a turn begins for the time to its first token, and how many tokens all but the last of them have.
const STARTS: usize = 5;
const FEW: usize = 16;
/// More than any stream lives to make.
const ENDLESS: usize = 1_000_000;
/// How far apart a person's keys are while a turn streams.
const KEYS_APART: Duration = Duration::from_millis(25);
/// Interrupts and steers.
const INTERRUPTS: usize = 5;
const STEERS: usize = 3;
/// Between the last key and a prompt, and before somebody comes in.
const PAUSE: Duration = Duration::from_millis(200);
/// How long a turn runs before it is stopped or steered.
const RUNS: Duration = Duration::from_millis(150);
/// Far beyond what it takes to see a client leave.
const PATIENCE: Duration = Duration::from_secs(30);

/// How the model quotes the text that it changes.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Quote {
    /// As it is.
    Exact,
    /// With letters swapped, so that it has to be searched for.
    Fuzzy,
}

/// Measures everything once.
pub async fn round(lab: &Lab, room: &mut Room) -> Result<Vec<Figure>> {
    eprintln!("    {}", room.name);
    let mut figures = open(lab, room).await?;
    figures.extend(typing(lab, room).await?);
    figures.extend(stream(lab, room, Quote::Exact).await?);
    figures.extend(stream(lab, room, Quote::Fuzzy).await?);
    figures.extend(interrupts(lab, room).await?);
    figures.extend(steers(lab, room).await?);
    Ok(figures)
}

async fn open(lab: &Lab, room: &mut Room) -> Result<Vec<Figure>> {
    let section = "opening, a program";
    let (mut welcome, mut file, mut document, mut kilobytes) = (Vec::new(), Vec::new(), Vec::new(), 0.0);
    for _ in 0..OPENINGS {
        // Who comes in has done something else before; and all that the last connection's end leaves to do is done.
        tokio::time::sleep(PAUSE).await;
        // Nobody read the old connection since the last round: it may have been given up.
        let opened = room.player.again(lab.server.addr, &room.session).await?;
        welcome.push(opened.welcome);
        file.push(opened.file);
        document.push(opened.document);
        kilobytes = opened.kilobytes;
    }
    let middle = |mut samples: Vec<f64>| quantile(&mut samples, 0.5).unwrap_or(f64::NAN);
    let read = Figure { section, measure: "read for it", unit: Unit::Kilobytes, value: kilobytes, is_wait: false };
    Ok(vec![
        Figure::millis(section, "hello to welcome", middle(welcome)),
        Figure::millis(section, "hello to the first file", middle(file)),
        // It comes while one works: it may take as long as it is large.
        Figure { is_wait: false, ..Figure::millis(section, "hello to all files applied", middle(document)) },
        read,
    ])
}

async fn typing(lab: &Lab, room: &mut Room) -> Result<Vec<Figure>> {
    let section = "typing into the open file, a program";
    let file = room.player.file(LEDGER)?;
    let mut idle = Vec::new();
    for _ in 0..EDITS {
        let (sent, number) = room.player.type_at_end(&file, "x").await?;
        while !matches!(room.player.next().await?, News::Acknowledged(known) if known == number) {}
        idle.push(millis(sent));
    }
    lab.standin.set_default(room.script(TOKENS, Quote::Exact));
    room.player.start("write", LEDGER).await?;
    room.player.text().await?;
    let mut busy = Vec::new();
    let mut running = true;
    while running {
        let (sent, number) = room.player.type_at_end(&file, "y").await?;
        let mut waiting = true;
        let next = tokio::time::Instant::now() + KEYS_APART;
        while waiting || tokio::time::Instant::now() < next {
            let news = if waiting {
                room.player.next().await?
            } else {
                match tokio::time::timeout_at(next, room.player.next()).await {
                    Ok(news) => news?,
                    Err(_) => break,
                }
            };
            match news {
                News::Acknowledged(known) if known == number => {
                    busy.push(millis(sent));
                    waiting = false;
                }
                News::Completed(status, _) => {
                    ensure!(status == TurnStatus::Completed, "the turn ended as {status:?}");
                    running = false;
                }
                _ => {}
            }
        }
    }
    let mut figures = Vec::new();
    figures.extend(Figure::quantiles(section, ["edit to ack, idle, p50", "edit to ack, idle, p99"], &mut idle));
    let while_writing = ["edit to ack, while a turn writes there, p50", "edit to ack, while a turn writes there, p99"];
    figures.extend(Figure::quantiles(section, while_writing, &mut busy));
    Ok(figures)
}

async fn stream(lab: &Lab, room: &mut Room, quote: Quote) -> Result<Vec<Figure>> {
    let section = match quote {
        Quote::Exact => "a turn that writes into the open file, a program",
        Quote::Fuzzy => "… its old text misquoted",
    };
    let (mut firsts, mut latencies) = (Vec::new(), Vec::new());
    let mut start = |written: Written| {
        firsts.push(written.first);
        latencies.push(written.latency);
        written.added
    };
    for _ in 1..STARTS {
        start(write(lab, room, FEW, quote).await?);
    }
    let mut added = start(write(lab, room, TOKENS, quote).await?);
    ensure!(added.len() >= TOKENS, "{} of {TOKENS} tokens came", added.len());
    let first = quantile(&mut firsts, 0.5).unwrap_or(f64::NAN);
    let mut figures = vec![Figure::millis(section, "turn/start to the first token", first)];
    if quote == Quote::Exact {
        figures.extend(stages(section, &latencies));
    }
    figures.extend(Figure::quantiles(
        section,
        ["token made to arrived, p50", "token made to arrived, p99"],
        &mut added,
    ));
    Ok(figures)
}

/// What was seen of a turn that ran to its end.
struct Written {
    /// From its start to its first token, in milliseconds.
    first: f64,
    /// From each token's making to its arrival, in milliseconds.
    added: Vec<f64>,
    latency: Latency,
}

/// A turn that writes so many tokens.
async fn write(lab: &Lab, room: &mut Room, tokens: usize, quote: Quote) -> Result<Written> {
    let script = room.script(tokens, quote);
    let mut head = script.head.len();
    lab.standin.set_default(script);
    pause(room).await?;
    let sent = room.player.start("write", LEDGER).await?;
    let mut first = None;
    let (mut text, mut added) = (String::new(), Vec::new());
    loop {
        match room.player.next().await? {
            News::Text(piece) => {
                let now = stamp::epoch().elapsed();
                first.get_or_insert_with(|| millis(sent));
                text.push_str(&piece);
                if text.len() < head {
                    continue;
                }
                text.drain(..std::mem::take(&mut head));
                let whole = text.len() - text.len() % stamp::WIDTH;
                let made = stamp::parse(text.get(..whole).unwrap_or_default());
                added.extend(made.map(|made| now.saturating_sub(made).as_secs_f64() * 1000.0));
                text.drain(..whole);
            }
            News::Completed(status, latency) => {
                ensure!(status == TurnStatus::Completed, "the turn ended as {status:?}");
                return Ok(Written { first: first.context("no token")?, added, latency });
            }
            _ => {}
        }
    }
}

/// The server's own stages of a turn's beginning, each by itself: what the middle one of these took.
fn stages(section: &'static str, latencies: &[Latency]) -> Vec<Figure> {
    let stage = |measure: &'static str, end: fn(&Latency) -> Option<f64>, begin: fn(&Latency) -> Option<f64>| {
        let mut took: Vec<f64> = latencies.iter().filter_map(|latency| Some(end(latency)? - begin(latency)?)).collect();
        let middle = quantile(&mut took, 0.5).unwrap_or(f64::NAN);
        Figure { is_wait: false, ..Figure::millis(section, measure, middle) }
    };
    vec![
        stage("  of it: waiting for the session", |l| Some(l.queue_ms), |_| Some(0.0)),
        stage("  of it: the request", |l| l.setup_ms, |l| Some(l.queue_ms)),
        stage("  of it: the upstream", |l| l.first_token_ms, |l| l.setup_ms),
        stage("  of it: relaying", |l| l.relayed_ms, |l| l.first_token_ms),
    ]
}

async fn interrupts(lab: &Lab, room: &mut Room) -> Result<Vec<Figure>> {
    let section = "stopping a turn, a program";
    let (mut stopped, mut closed) = (Vec::new(), Vec::new());
    for _ in 0..INTERRUPTS {
        run_into(lab, room).await?;
        let call = lab.standin.look(|record| record.calls.len()).checked_sub(1).context("no call came")?;
        let sent = room.player.interrupt().await?;
        while !matches!(room.player.next().await?, News::Stopped) {}
        stopped.push(millis(sent));
        room.player.ended().await?;
        let left = left(lab, call).await?;
        closed.push(left.saturating_duration_since(sent).as_secs_f64() * 1000.0);
    }
    let middle = |samples: &mut Vec<f64>| quantile(samples, 0.5).unwrap_or(f64::NAN);
    Ok(vec![
        Figure::millis(section, "interrupt to turn/stopped", middle(&mut stopped)),
        Figure::millis(section, "interrupt to the upstream closed", middle(&mut closed)),
    ])
}

async fn steers(lab: &Lab, room: &mut Room) -> Result<Vec<Figure>> {
    let section = "steering a turn, a program";
    let (mut applied, mut answered) = (Vec::new(), Vec::new());
    for _ in 0..STEERS {
        run_into(lab, room).await?;
        lab.standin.set_default(Script::stamped(ENDLESS, RATE));
        let sent = room.player.steer("another way").await?;
        while !matches!(room.player.next().await?, News::Applied) {}
        applied.push(millis(sent));
        room.player.text().await?;
        answered.push(millis(sent));
        room.player.interrupt().await?;
        room.player.ended().await?;
    }
    let middle = |samples: &mut Vec<f64>| quantile(samples, 0.5).unwrap_or(f64::NAN);
    Ok(vec![
        Figure::millis(section, "steer to applied", middle(&mut applied)),
        Figure::millis(section, "steer to the first new token", middle(&mut answered)),
    ])
}

/// What passes between a person's last key in the editor and the prompt that follows: half of what a quick one takes.
async fn pause(room: &mut Room) -> Result<()> {
    let until = tokio::time::Instant::now() + PAUSE;
    while let Ok(news) = tokio::time::timeout_at(until, room.player.next()).await {
        news?;
    }
    Ok(())
}

/// Begins a turn that writes without an end, and lets it run for a while.
async fn run_into(lab: &Lab, room: &mut Room) -> Result<()> {
    lab.standin.set_default(room.script(ENDLESS, Quote::Exact));
    room.player.start("write", LEDGER).await?;
    room.player.text().await?;
    let until = tokio::time::Instant::now() + RUNS;
    while let Ok(news) = tokio::time::timeout_at(until, room.player.next()).await {
        news?;
    }
    Ok(())
}

/// When the upstream saw the client of a call leave.
async fn left(lab: &Lab, call: usize) -> Result<Instant> {
    let seen = |record: &crate::standin::Record| record.calls.get(call).and_then(|call| call.client_left_at);
    let record = timeout(PATIENCE, lab.standin.until(|record| seen(record).is_some())).await??;
    seen(&record).context("it was seen")
}

impl Room {
    /// A turn that replaces a function of the open file by stamps.
    fn script(&mut self, tokens: usize, quote: Quote) -> Script {
        let mut old = function(0, self.next_function());
        if quote == Quote::Fuzzy {
            old = old.replace("Books", "Boosk").replace("return", "retrun");
        }
        let head = format!(
            "This one changes.\n<edit path=\"{LEDGER}\" why=\"measure\">\n<old_text>\n{old}</old_text>\n<new_text>\n"
        );
        Script::stamped(tokens, RATE).after(head).before("</new_text>\n</edit>\n")
    }
}

fn millis(since: Instant) -> f64 {
    since.elapsed().as_secs_f64() * 1000.0
}
