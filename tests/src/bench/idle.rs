//! What an idle connection costs the server in memory.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use anyhow::{Context, Result};
use tokio::sync::Barrier;
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

use super::Effort;
use super::child::Server;
use super::line::{Member, session};
use super::machine;
use super::report::{Report, Row, Unit};
use super::stats::Spread;
use crate::standin::{Script, Standin};

/// Sessions that share the connections.
const SESSIONS: usize = 100;
/// Files that a process has open beside its connections.
const OTHER_FILES: u64 = 500;
/// Aimed at, in kilobytes.
const AIM: f64 = 10.0;
/// No frame for so long means that everybody has been told of everybody.
const QUIET: Duration = Duration::from_secs(2);
/// Longer than the server's pings are apart: an idle connection has answered one.
const A_PING: Duration = Duration::from_secs(12);
/// Joining all takes a fraction of it.
const PATIENCE: Duration = Duration::from_secs(300);

/// Joins all connections, lets them come to rest, and looks.
pub async fn run(effort: &Effort, report: &mut Report) -> Result<()> {
    let most = usize::try_from(machine::raise_open_files().saturating_sub(OTHER_FILES))?;
    let connections = effort.connections.min(most) / SESSIONS * SESSIONS;
    if connections < effort.connections {
        let note = format!("idle: {connections} connections only, for want of open files (ulimit -Hn)");
        report.notes.push(note);
    }
    let standin = Standin::start(Script::stamped(1, 0.0)).await?;
    let server = Server::midstream(&standin.base_url()).await?;
    let client = reqwest::Client::new();
    let mut sessions = Vec::new();
    for _ in 0..SESSIONS {
        sessions.push(session(&client, server.addr).await?);
    }
    let before = server.resident_kilobytes()?;
    eprintln!("  {connections} connections over {SESSIONS} sessions");
    let came = Arc::new(AtomicU64::new(0));
    let joined = Arc::new(Barrier::new(SESSIONS + 1));
    let mut tasks = JoinSet::new();
    for session in sessions {
        let (came, joined) = (Arc::clone(&came), Arc::clone(&joined));
        let addr = server.addr;
        tasks.spawn(async move {
            let mut members = JoinSet::new();
            for _ in 0..connections / SESSIONS {
                let member = Member::join(addr, &session).await?;
                let came = Arc::clone(&came);
                members.spawn(member.idle(move || {
                    came.fetch_add(1, Ordering::Relaxed);
                }));
            }
            joined.wait().await;
            members.join_next().await;
            anyhow::bail!("a connection ended")
        });
    }
    tokio::select! {
        all = timeout(PATIENCE, joined.wait()) => {
            all.context("not all could join")?;
        }
        Some(ended) = tasks.join_next() => ended??,
    }
    settle(&came).await;
    let (cpu, rest) = (server.cpu_seconds()?, A_PING);
    sleep(rest).await;
    anyhow::ensure!(tasks.try_join_next().is_none(), "a connection ended");
    let after = server.resident_kilobytes()?;
    let cpu = (server.cpu_seconds()? - cpu) / rest.as_secs_f64();
    #[allow(clippy::cast_precision_loss, reason = "a few thousand")]
    let each = (after - before) / connections as f64;
    let section = format!("{connections} idle connections over {SESSIONS} sessions");
    let row = |measure: &str, unit, value| Row::new(&section, measure, unit).midstream(Spread::of([value]));
    report.rows.push(row("server memory (RSS) per connection", Unit::Kilobytes, each).aim_at_most(AIM));
    report.rows.push(row("server memory before", Unit::Kilobytes, before));
    report.rows.push(row("server memory with them", Unit::Kilobytes, after));
    report.rows.push(row("server CPU per second", Unit::Seconds, cpu));
    Ok(())
}

/// Waits until nothing has come for a while.
async fn settle(came: &AtomicU64) {
    let mut seen = None;
    loop {
        let now = came.load(Ordering::Relaxed);
        if seen.replace(now) == Some(now) {
            return;
        }
        sleep(QUIET).await;
    }
}
