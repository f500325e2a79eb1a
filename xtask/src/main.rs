//! The developer's one entry: `cargo xtask run`, `test`, `bench`, `check`, `build`.
//!
//! Owns the command line only; each subcommand is a module of its own, and what they share is how the page
//! is built ([`assets`]), how progress is told ([`progress`]) and which tools are needed ([`tools`]).

mod assets;
mod bench;
mod check;
mod npm;
mod place;
mod progress;
mod run;
mod test;
mod tools;

use clap::{Parser, Subcommand};

/// Build, run, test, measure and check Midstream.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Build everything and serve it (release; http://127.0.0.1:8787 unless told otherwise)
    Run(run::Args),
    /// Build everything and run all tests, those in a real browser included
    Test(test::Args),
    /// Measure latency, throughput and memory against a stand-in model
    Bench(bench::Args),
    /// Formatting, lints, documents, file sizes, types of the glue: what a reviewer should not have to say
    Check,
    /// Build the page only, into the target folder's web/
    Build {
        /// Faster to build, larger to load
        #[arg(long)]
        dev: bool,
    },
}

fn main() -> anyhow::Result<()> {
    match Cli::parse().command {
        Command::Run(args) => run::run(args),
        Command::Test(args) => test::run(args),
        Command::Bench(args) => bench::run(args),
        Command::Check => check::run(),
        Command::Build { dev } => {
            let place = place::Place::find()?;
            let mut steps = progress::Steps::new(assets::STEPS);
            assets::build(&place, assets::Profile::from_dev(dev), &mut steps)
        }
    }
}
