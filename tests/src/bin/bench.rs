//! The program behind `cargo xtask bench`: options in, [`tests::bench`] does the rest.

use anyhow::Result;
use clap::{Parser, ValueEnum};
use tests::bench::{self, Effort, Part};

/// Measures what Midstream costs between a model and a person.
#[derive(Debug, Parser)]
struct Options {
    /// Runs only these parts
    #[arg(long, value_delimiter = ',', value_name = "PART")]
    only: Vec<Part>,
    /// A short look instead of figures to quote
    #[arg(long)]
    quick: bool,
    /// Name of the file in target/bench
    #[arg(long, default_value = "latest")]
    name: String,
    /// Is the bare relay to this upstream: how the bench starts it
    #[arg(long, hide = true, value_name = "URL")]
    relay_to: Option<String>,
}

#[tokio::main]
async fn main() -> Result<()> {
    let options = Options::parse();
    if let Some(upstream) = options.relay_to {
        return bench::relay::serve(upstream).await;
    }
    let effort = if options.quick { Effort::QUICK } else { Effort::FULL };
    let parts = if options.only.is_empty() { Part::value_variants() } else { &options.only };
    bench::run(parts, &effort, &options.name).await
}
