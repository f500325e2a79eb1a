//! From an interrupt's sending to the upstream's seeing its client leave, one at a time while all sessions stream.

use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinSet;
use tokio::time::timeout;

use super::Effort;
use super::lab::Lab;
use super::line::{Member, News};
use super::report::{Report, Row, Unit};
use super::stats::{Spread, quantile};
use crate::standin::Script;

/// Sessions, each with a stream.
const SESSIONS: usize = 100;
/// Tokens a second of each.
const RATE: f64 = 100.0;
/// More tokens than any stream lives to make.
const ENDLESS: usize = 10_000_000;
/// Aimed at for the 99th percentile, in microseconds.
const AIM: f64 = 1_000.0;
/// Far beyond what any answer takes.
const PATIENCE: Duration = Duration::from_secs(30);
/// How often the record is looked at; the times in it are exact.
const LOOK_EVERY: Duration = Duration::from_millis(1);

/// What a session's task is asked to do.
enum Ask {
    /// Begin a turn; answered at its first text.
    Start(oneshot::Sender<()>),
    /// Interrupt it; answered at its end.
    Interrupt(oneshot::Sender<Times>),
}

/// One interrupt, as its client saw it.
struct Times {
    sent: Instant,
    stopped: Instant,
}

/// Interrupts turns here and there, and begins them anew, for as long as it takes.
pub async fn run(effort: &Effort, report: &mut Report) -> Result<()> {
    let lab = Lab::new(Script::stamped(ENDLESS, RATE)).await?;
    let mut members = JoinSet::new();
    let mut lines = Vec::new();
    for _ in 0..SESSIONS {
        let (ask, asks) = mpsc::channel(1);
        members.spawn(take_part(lab.member().await?, asks));
        // Calls are in the order of their beginnings, and these begin one by one: so a stream's call is known.
        let call = start(&lab, &ask).await?;
        lines.push((ask, call));
    }
    let (mut left, mut stopped) = (Vec::new(), Vec::new());
    for number in 0..effort.interrupts {
        if number % 100 == 0 {
            eprintln!("  interrupt {number} of {}", effort.interrupts);
        }
        tokio::time::sleep(Duration::from_secs_f64(fastrand::f64() / RATE)).await;
        let Some((ask, call)) = lines.get_mut(number % SESSIONS) else {
            continue;
        };
        let (reply, answer) = oneshot::channel();
        ask.send(Ask::Interrupt(reply)).await.ok().context("a session's task ended")?;
        let times = timeout(PATIENCE, answer).await?.context("a session's task ended")?;
        let seen = seen_leaving(&lab, *call).await?;
        left.push(seen.saturating_duration_since(times.sent).as_secs_f64() * 1e6);
        stopped.push(times.stopped.duration_since(times.sent).as_secs_f64() * 1e6);
        *call = start(&lab, ask).await?;
    }
    let section = format!("interrupts at {SESSIONS} x {RATE} tok/s ({} of them)", effort.interrupts);
    let row = |measure: &str, samples: &mut [f64], q: f64| {
        let figure = quantile(samples, q).and_then(|value| Spread::of([value]));
        Row::new(&section, measure, Unit::Micros).midstream(figure)
    };
    report.rows.push(row("sent to upstream closed, p50", &mut left, 0.5));
    report.rows.push(row("sent to upstream closed, p99", &mut left, 0.99).aim_at_most(AIM));
    report.rows.push(row("sent to turn/stopped received, p50", &mut stopped, 0.5));
    report.rows.push(row("sent to turn/stopped received, p99", &mut stopped, 0.99));
    Ok(())
}

/// Has a turn begin, and returns the number of its call.
async fn start(lab: &Lab, ask: &mpsc::Sender<Ask>) -> Result<usize> {
    let (reply, answer) = oneshot::channel();
    ask.send(Ask::Start(reply)).await.ok().context("a session's task ended")?;
    timeout(PATIENCE, answer).await?.context("a session's task ended")?;
    lab.standin.look(|record| record.calls.len()).checked_sub(1).context("no call came")
}

/// When the stand-in saw the client of a call leave.
async fn seen_leaving(lab: &Lab, call: usize) -> Result<Instant> {
    let deadline = Instant::now() + PATIENCE;
    while Instant::now() < deadline {
        let seen = lab.standin.look(|record| record.calls.get(call).and_then(|call| call.client_left_at));
        if let Some(seen) = seen {
            return Ok(seen);
        }
        tokio::time::sleep(LOOK_EVERY).await;
    }
    bail!("the upstream was not closed")
}

/// One session's client: reads all the time, and does as it is asked.
async fn take_part(mut member: Member, mut asks: mpsc::Receiver<Ask>) -> Result<()> {
    let mut first_text: Option<oneshot::Sender<()>> = None;
    let mut interrupted: Option<(oneshot::Sender<Times>, Instant)> = None;
    let mut stopped = None;
    loop {
        tokio::select! {
            biased;
            ask = asks.recv() => match ask {
                Some(Ask::Start(reply)) => {
                    member.start("go").await?;
                    first_text = Some(reply);
                }
                Some(Ask::Interrupt(reply)) => {
                    let sent = Instant::now();
                    member.interrupt().await?;
                    interrupted = Some((reply, sent));
                }
                None => return Ok(()),
            },
            news = member.next() => match news? {
                News::Text(_) => {
                    // Nobody may wait for it any more; the bench has failed elsewhere then.
                    let _ = first_text.take().map(|reply| reply.send(()));
                }
                News::Stopped => stopped = Some(Instant::now()),
                News::Completed(_) => {
                    if let (Some((reply, sent)), Some(stopped)) = (interrupted.take(), stopped.take()) {
                        let _ = reply.send(Times { sent, stopped });
                    }
                }
                News::Other => {}
            },
        }
    }
}
