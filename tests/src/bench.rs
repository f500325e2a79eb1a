//! The bench: what Midstream costs between a model and a person, against the stand-in, beside a client at the
//! upstream itself and beside a bare relay, in one run.
//!
//! Owns the parts and their order, the table and the file. The servers run in processes of their own; the stand-in
//! and all clients run in this one, so that one clock times both ends. No figure gates anything: the bench fails only
//! when it cannot run.

mod child;
mod engine;
mod first_token;
mod frames;
mod idle;
mod interrupt;
mod lab;
mod line;
mod machine;
mod messy;
mod page;
pub mod relay;
mod report;
mod rooms;
mod round;
mod run;
mod sse;
mod stats;
mod streaming;
mod timeline;

use std::path::PathBuf;

use anyhow::{Context, Result};

pub use self::child::target_folder;
use self::report::Report;

/// A part of the bench.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Part {
    /// The edit engine alone, on one core
    Engine,
    /// Added latency, throughput and processor time of streams
    Relay,
    /// Interrupt to upstream closed
    Interrupt,
    /// Time to the first token
    First,
    /// Memory of idle connections
    Idle,
    /// A thousand in one room, and ten thousand sockets, beside socket.io
    Rooms,
    /// Frames and Esc in the page, in a real Chromium
    Page,
    /// Everything that a person waits for, in a small project and in a messy one
    Messy,
    /// Running code in the page, in a real Chromium
    Run,
    /// Looking at any moment of a long session, by a program and in the page
    Timeline,
}

/// How much is done.
#[derive(Clone, Copy, Debug)]
pub struct Effort {
    /// Rounds of each way.
    rounds: usize,
    /// Length of a round.
    seconds: f64,
    /// How many interrupts.
    interrupts: usize,
    /// Sessions for the time to the first token.
    sessions: usize,
    /// Idle connections.
    connections: usize,
    /// Who watch one room.
    viewers: usize,
    /// Whole streams into the page, per rate.
    page_rounds: usize,
    /// Their length.
    page_seconds: f64,
    /// Presses of Esc, per rate.
    escapes: usize,
    /// Tokens of the session whose timeline is looked at.
    recorded_tokens: usize,
}

impl Effort {
    /// What the documents quote.
    pub const FULL: Effort = Effort {
        rounds: 5,
        seconds: 5.0,
        interrupts: 500,
        sessions: 100,
        connections: 10_000,
        viewers: 1_000,
        page_rounds: 3,
        page_seconds: 10.0,
        escapes: 5,
        recorded_tokens: 200_000,
    };
    /// A look that takes a minute or two.
    pub const QUICK: Effort = Effort {
        rounds: 1,
        seconds: 2.5,
        interrupts: 100,
        sessions: 20,
        connections: 2_000,
        viewers: 1_000,
        page_rounds: 1,
        page_seconds: 4.0,
        escapes: 2,
        recorded_tokens: 20_000,
    };
}

/// Runs the parts, prints the table, and writes `bench/<name>.json` in cargo's target folder.
pub async fn run(parts: &[Part], effort: &Effort, name: &str) -> Result<()> {
    let mut report = Report::default();
    report.condition("machine", format!("{} processors, shared by all that is measured", machine::processors()));
    report.condition("before", format!("load {}", machine::load()));
    if machine::is_busy() {
        report.notes.push("The machine was busy with other work: figures are worse than they should be.".to_owned());
    }
    report.condition("files", format!("{} open at most", machine::raise_open_files()));
    for part in parts {
        eprintln!("{part:?} …");
        let ran = match part {
            Part::Engine => engine::run(effort, &mut report),
            Part::Relay => streaming::run(effort, &mut report).await,
            Part::Interrupt => interrupt::run(effort, &mut report).await,
            Part::First => first_token::run(effort, &mut report).await,
            Part::Idle => idle::run(effort, &mut report).await,
            Part::Rooms => rooms::run(effort, &mut report).await,
            Part::Page => page::run(effort, &mut report).await,
            Part::Messy => messy::run(effort, &mut report).await,
            Part::Run => run::run(effort, &mut report).await,
            Part::Timeline => timeline::run(effort, &mut report).await,
        };
        if let Err(error) = ran {
            // The other parts' figures are worth having all the same.
            report.notes.push(format!("{part:?} could not run: {error:#}"));
        }
    }
    report.condition("after", format!("load {}", machine::load()));
    report.notes.push(
        "Figures are medians over rounds; min..max are Midstream's. Ways take turns within a round, and what is \
         added is the difference to the direct way in the same round. Ratios are to the bare relay."
            .to_owned(),
    );
    report.notes.push(
        "The upstream, its clients and the servers share one machine: figures at full load show the machine's \
         limits as well."
            .to_owned(),
    );
    println!("\n{}", report.table());
    let file = write(&report, name)?;
    println!("written to {}", file.display());
    anyhow::ensure!(!report.rows.is_empty(), "no part could run");
    Ok(())
}

fn write(report: &Report, name: &str) -> Result<PathBuf> {
    let folder = child::target_folder()?.join("bench");
    std::fs::create_dir_all(&folder)?;
    let file = folder.join(format!("{name}.json"));
    std::fs::write(&file, serde_json::to_vec_pretty(report)?).with_context(|| file.display().to_string())?;
    Ok(file)
}
