//! Everything that a person waits for, once in a small project and once in one that is a mess: thousands of files,
//! one of them huge and open, and a conversation that no longer fits the model's context.
//!
//! Owns the order of things and the table; the projects are in [`project`], what a program sees of a session in
//! [`program`], what a person sees of a page in [`page`]. Both projects live on one server at the same time and take
//! turns within a round, so that ratios hold on a busy machine too.

mod page;
mod player;
mod program;
mod project;

use anyhow::{Context, Result, ensure};

use self::player::{News, Player};
use self::project::{LEDGER, Project};
use super::child::Server;
use super::line::session;
use super::report::{Report, Row, Unit};
use super::stats::Spread;
use super::{Effort, machine};
use crate::standin::{Script, Standin};
use protocol::http::CreatedSession;

/// The messy project's figures to the small one's.
const AIM: f64 = 1.5;
/// What the model takes, in tokens: small, so that a conversation of a person's length fills it.
const CONTEXT: u32 = 32_000;

/// A figure of one round.
pub struct Figure {
    section: &'static str,
    measure: &'static str,
    unit: Unit,
    value: f64,
    /// Whether it is a time that a person waits.
    is_wait: bool,
}

impl Figure {
    fn millis(section: &'static str, measure: &'static str, value: f64) -> Figure {
        Figure { section, measure, unit: Unit::Millis, value, is_wait: true }
    }

    /// The middle and the slowest but one in a hundred.
    fn quantiles(section: &'static str, measures: [&'static str; 2], samples: &mut [f64]) -> [Figure; 2] {
        let [p50, p99] = measures;
        [(p50, 0.5), (p99, 0.99)].map(|(measure, q)| {
            Figure::millis(section, measure, super::stats::quantile(samples, q).unwrap_or(f64::NAN))
        })
    }
}

/// What all parts work with.
pub struct Lab {
    standin: Standin,
    server: Server,
    client: reqwest::Client,
}

/// A project in a session, with a client that stays.
pub struct Room {
    name: &'static str,
    session: CreatedSession,
    player: Player,
    /// How many functions there are to write into, and which was written into last.
    functions: usize,
    used: usize,
    /// The text of the open file as it was brought in.
    ledger: usize,
}

/// Measures both projects, round by round.
pub async fn run(effort: &Effort, report: &mut Report) -> Result<()> {
    let standin = Standin::start(Script::say(["x"])).await?;
    let server = Server::midstream_with_context(&standin.base_url(), CONTEXT).await?;
    let lab = Lab { standin, server, client: reqwest::Client::new() };
    eprintln!("  bringing the messy project in");
    let mut messy = lab.room(Project::messy()).await?;
    report.condition("messy", "5,000 files of 40 lines in 300 folders, one of 50,000 lines open, 40 earlier turns");
    report.condition("small", format!("10 files of 100 lines; a model with {CONTEXT} tokens of context for both"));
    let mut program = Table::default();
    for round in 0..effort.rounds {
        eprintln!("  program, round {} of {}, load {}", round + 1, effort.rounds, machine::load());
        // A new session: after some rounds the small one's conversation would fill the context as well.
        let mut small = lab.room(Project::small()).await?;
        // They take turns at being first, so that what the machine does meanwhile hits both alike.
        if round % 2 == 0 {
            program.small.push(program::round(&lab, &mut small).await?);
            program.messy.push(program::round(&lab, &mut messy).await?);
        } else {
            program.messy.push(program::round(&lab, &mut messy).await?);
            program.small.push(program::round(&lab, &mut small).await?);
        }
    }
    program.tell(report);
    let small = lab.room(Project::small()).await?;
    let mut pages = Table::default();
    match page::rounds(&lab, effort, small, messy, &mut pages).await {
        Ok(()) => {}
        Err(error) => report.notes.push(format!("Messy, page: {error:#}")),
    }
    pages.tell(report);
    Ok(())
}

impl Lab {
    /// A project in a new session, with the conversation that it had.
    async fn room(&self, project: Project) -> Result<Room> {
        let session = session(&self.client, self.server.addr).await?;
        let (mut player, _) = Player::join(self.server.addr, &session).await?;
        player.bring(&project.files).await?;
        let asked = project.history.len();
        for (number, answer) in project.history.iter().enumerate() {
            self.standin.queue(Script::text(answer));
            player.start("What is done here, step by step?", LEDGER).await?;
            let mut dropped = 0;
            loop {
                match player.next().await? {
                    News::Context(context) => dropped = context.dropped_turns,
                    News::Completed(..) => break,
                    _ => {}
                }
            }
            ensure!(number + 1 < asked || dropped > 0, "the conversation fits the context");
        }
        let ledger = project.files.iter().find(|(path, _)| path == LEDGER).context("a file to open")?.1.len();
        Ok(Room { name: project.name, session, player, functions: project.functions, used: 0, ledger })
    }
}

impl Room {
    /// A function that no turn has written into, about the middle of the file and on.
    fn next_function(&mut self) -> usize {
        self.used += 1;
        (self.functions / 2 + self.used) % self.functions
    }
}

/// The figures of all rounds, the same ones in the same order in each.
#[derive(Default)]
pub struct Table {
    small: Vec<Vec<Figure>>,
    messy: Vec<Vec<Figure>>,
}

impl Table {
    fn tell(&self, report: &mut Report) {
        for (at, figure) in self.messy.first().into_iter().flatten().enumerate() {
            let over = |rounds: &[Vec<Figure>]| {
                Spread::of(rounds.iter().filter_map(|round| round.get(at)).map(|figure| figure.value))
            };
            let row = Row::new(figure.section, figure.measure, figure.unit);
            let row = row.small(over(&self.small)).midstream(over(&self.messy));
            report.rows.push(if figure.is_wait { row.aim_ratio(AIM) } else { row });
        }
    }
}
