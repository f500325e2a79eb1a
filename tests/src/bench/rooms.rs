//! One room with a thousand who watch, and ten thousand sockets at rest, beside the same on socket.io.
//!
//! The servers take turns, each in a process of its own; the model's stand-in and the crowd are the same for all, in
//! this process.

mod crowd;
mod frames;
mod socket_io;
mod tally;

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use protocol::client::Hello;
use protocol::http::CreatedSession;
use protocol::{ClientFrame, VERSION};
use tokio::time::{sleep, timeout};

use self::crowd::{Crowd, Greeting};
use self::socket_io::Pace;
use super::Effort;
use super::child::Server;
use super::line::{Member, News, session};
use super::machine;
use super::report::{Report, Row, Unit};
use super::stats::Spread;
use crate::standin::{Script, Standin};

/// Tokens a second.
const RATE: f64 = 1_000.0;
/// Rooms that share the sockets at rest.
const ROOMS: usize = 100;
/// Files that a process has open beside its connections.
const OTHER_FILES: u64 = 500;
/// How long after the last token was made a token still counts as delivered.
const GRACE: Duration = Duration::from_secs(2);
/// No frame for so long means that everybody has been told of everybody.
const QUIET: Duration = Duration::from_secs(2);
/// Longer than Midstream's pings are apart: a connection at rest has answered one.
const A_PING: Duration = Duration::from_secs(12);

/// Aimed at: what is delivered, in percent; how late the last of a hundred tokens is, in milliseconds; processors; memory
/// with the room, in megabytes; memory of a connection at rest, in kilobytes.
const AIM_DELIVERED: f64 = 99.0;
const AIM_LATE: f64 = 25.0;
const AIM_CORES: f64 = 1.1;
const AIM_MEGABYTES: f64 = 150.0;
const AIM_EACH: f64 = 10.0;

/// A server that has rooms.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Midstream,
    SocketIo(Pace),
}

const KINDS: [Kind; 3] = [Kind::SocketIo(Pace::EachToken), Kind::SocketIo(Pace::Merged), Kind::Midstream];

/// Runs both.
pub async fn run(effort: &Effort, report: &mut Report) -> Result<()> {
    if let Err(error) = socket_io::install() {
        report.notes.push(format!("rooms: socket.io could not be installed, so it is left out: {error:#}"));
    }
    for code in [false, true] {
        busy(effort, code, report).await?;
    }
    rest(effort, report).await
}

/// A running server and its rooms.
struct House {
    kind: Kind,
    server: Server,
    sessions: Vec<CreatedSession>,
    _standin: Standin,
}

impl House {
    /// With so many rooms; nothing, where the kind is not installed.
    async fn open(kind: Kind, script: Script, rooms: usize) -> Result<Option<House>> {
        let standin = Standin::start(script).await?;
        let server = match kind {
            Kind::Midstream => Server::midstream(&standin.base_url()).await?,
            Kind::SocketIo(_) if !socket_io::is_installed()? => return Ok(None),
            Kind::SocketIo(pace) => socket_io::serve(&standin.base_url(), pace).await?,
        };
        let (client, mut sessions) = (reqwest::Client::new(), Vec::new());
        if kind == Kind::Midstream {
            for _ in 0..rooms {
                sessions.push(session(&client, server.addr).await?);
            }
        }
        Ok(Some(House { kind, server, sessions, _standin: standin }))
    }

    /// How somebody enters the room with this number.
    fn greeting(&self, room: usize) -> Result<Greeting> {
        match self.kind {
            Kind::Midstream => {
                let session = self.sessions.get(room).context("no such room")?;
                let token = session.token.clone();
                let hello = Hello { version: VERSION, token, pace_ms: 16, name: None, resume: None, opening: None };
                Ok(Greeting {
                    path: format!("/api/sessions/{}/socket", session.id),
                    says: vec![serde_json::to_string(&ClientFrame::Hello(hello))?],
                    in_when: "{\"type\":\"state\"",
                    ping: None,
                })
            }
            Kind::SocketIo(_) => Ok(socket_io::greeting(room)),
        }
    }

    async fn enter(&self, count: usize, rooms: usize) -> Result<Crowd> {
        let greetings: Vec<Greeting> = (0..rooms).map(|room| self.greeting(room)).collect::<Result<_>>()?;
        let greet = |number: usize| greetings.get(number % rooms).cloned();
        let first = greet(0).context("no rooms")?;
        Crowd::enter(self.server.addr, count, |number| greet(number).unwrap_or_else(|| first.clone())).await
    }

    /// Has the model write into the first room, and waits for its end.
    async fn play(&self) -> Result<()> {
        match self.kind {
            Kind::Midstream => {
                let mut member = Member::join(self.server.addr, self.sessions.first().context("no room")?).await?;
                member.start("go").await?;
                loop {
                    match member.next().await? {
                        News::Completed(status) => {
                            ensure!(status == "completed", "the turn ended as {status}");
                            return Ok(());
                        }
                        News::Text(_) | News::Stopped | News::Other => {}
                    }
                }
            }
            Kind::SocketIo(_) => socket_io::play(self.server.addr).await,
        }
    }
}

/// What a room with a crowd came to.
#[derive(Clone, Copy)]
struct Busy {
    delivered: f64,
    half: f64,
    late: f64,
    cores: f64,
    megabytes: f64,
}

/// A room with a crowd, while the model writes.
async fn busy(effort: &Effort, code: bool, report: &mut Report) -> Result<()> {
    let kind_of_text = if code { ", writing a file" } else { "" };
    let section = format!("one room, {} watch, {RATE} tok/s{kind_of_text}", effort.viewers);
    let mut found: [Vec<Busy>; 3] = Default::default();
    for round in 0..effort.rounds.min(3) {
        for at in 0..KINDS.len() {
            let turn = (at + round) % KINDS.len();
            let (Some(kind), Some(found)) = (KINDS.get(turn), found.get_mut(turn)) else { continue };
            eprintln!("  {section}, round {}, {}", round + 1, kind.name());
            found.extend(once(*kind, effort, code).await?);
        }
    }
    let [each, merged, ours] = &found;
    let spread = |figures: &[Busy], of: &dyn Fn(&Busy) -> f64| Spread::of(figures.iter().map(of));
    let row = |measure: &str, unit, of: &dyn Fn(&Busy) -> f64| {
        Row::new(&section, measure, unit).socket_io(spread(each, of), spread(merged, of)).midstream(spread(ours, of))
    };
    let rows = &mut report.rows;
    rows.push(row("tokens delivered, of 100", Unit::Hundredths, &|b| b.delivered).aim_at_least(AIM_DELIVERED));
    rows.push(row("token made to arrived, p50", Unit::Millis, &|b| b.half));
    rows.push(row("token made to arrived, p99", Unit::Millis, &|b| b.late).aim_at_most(AIM_LATE));
    rows.push(row("processors", Unit::Hundredths, &|b| b.cores).aim_at_most(AIM_CORES));
    rows.push(row("server memory (RSS), MB", Unit::Hundredths, &|b| b.megabytes).aim_at_most(AIM_MEGABYTES));
    Ok(())
}

#[allow(clippy::cast_precision_loss, clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "counts")]
async fn once(kind: Kind, effort: &Effort, code: bool) -> Result<Option<Busy>> {
    let tokens = (RATE * effort.seconds) as usize;
    let script = Script::stamped(tokens, RATE).after(if code { super::round::BLOCK } else { "" });
    let Some(house) = House::open(kind, script, 1).await? else { return Ok(None) };
    let mut crowd = house.enter(effort.viewers, 1).await?;
    settle(&crowd).await;
    let cpu = house.server.cpu_seconds()?;
    let length = Duration::from_secs_f64(effort.seconds);
    let watch = async {
        sleep(length).await;
        let cpu = house.server.cpu_seconds();
        sleep(GRACE).await;
        cpu
    };
    // A server that is behind by then is not waited for: what it has not delivered is not delivered.
    let (played, after) = tokio::join!(timeout(length + GRACE, house.play()), watch);
    played.unwrap_or(Ok(()))?;
    let cpu = after? - cpu;
    ensure!(crowd.len() == effort.viewers, "{} of {} are left", crowd.len(), effort.viewers);
    let made = tokens * effort.viewers;
    Ok(Some(Busy {
        delivered: crowd.tally.count() as f64 / made as f64 * 100.0,
        half: crowd.tally.quantile(0.5),
        late: crowd.tally.quantile(0.99),
        cores: cpu / length.as_secs_f64(),
        megabytes: house.server.resident_kilobytes()? / 1024.0,
    }))
}

/// Sockets over many rooms in which nothing happens.
async fn rest(effort: &Effort, report: &mut Report) -> Result<()> {
    let most = usize::try_from(machine::raise_open_files().saturating_sub(OTHER_FILES))?;
    let sockets = effort.connections.min(most) / ROOMS * ROOMS;
    if sockets < effort.connections {
        report.notes.push(format!("rooms: {sockets} sockets only, for want of open files (ulimit -Hn)"));
    }
    let section = format!("{sockets} sockets at rest, over {ROOMS} rooms");
    let mut found = Vec::new();
    for kind in [Kind::SocketIo(Pace::EachToken), Kind::Midstream] {
        eprintln!("  {section}, {}", kind.name());
        let Some(house) = House::open(kind, Script::stamped(1, 0.0), ROOMS).await? else {
            found.push(None);
            continue;
        };
        let before = house.server.resident_kilobytes()?;
        let mut crowd = house.enter(sockets, ROOMS).await?;
        settle(&crowd).await;
        let cpu = house.server.cpu_seconds()?;
        sleep(A_PING).await;
        let cpu = (house.server.cpu_seconds()? - cpu) / A_PING.as_secs_f64();
        let with = house.server.resident_kilobytes()?;
        ensure!(crowd.len() == sockets, "{} of {sockets} are left", crowd.len());
        #[allow(clippy::cast_precision_loss, reason = "a few thousand")]
        found.push(Some(((with - before) / sockets as f64, with / 1024.0, cpu)));
    }
    let [theirs, ours] = found.as_slice() else { return Ok(()) };
    let figure =
        |of: &dyn Fn(&(f64, f64, f64)) -> f64, found: &Option<(f64, f64, f64)>| Spread::of(found.iter().map(of));
    let row = |measure: &str, unit, of: &dyn Fn(&(f64, f64, f64)) -> f64| {
        Row::new(&section, measure, unit).socket_io(figure(of, theirs), None).midstream(figure(of, ours))
    };
    let rows = &mut report.rows;
    rows.push(row("server memory (RSS) per connection", Unit::Kilobytes, &|f| f.0).aim_at_most(AIM_EACH));
    rows.push(row("server memory (RSS), MB", Unit::Hundredths, &|f| f.1));
    rows.push(row("processors", Unit::Hundredths, &|f| f.2));
    Ok(())
}

/// Waits until nothing has come for a while.
async fn settle(crowd: &Crowd) {
    let mut seen = None;
    loop {
        let now = crowd.came();
        if seen.replace(now) == Some(now) {
            return;
        }
        sleep(QUIET).await;
    }
}

impl Kind {
    fn name(self) -> &'static str {
        match self {
            Kind::Midstream => "Midstream",
            Kind::SocketIo(Pace::EachToken) => "socket.io",
            Kind::SocketIo(Pace::Merged) => "socket.io, merged",
        }
    }
}
