//! `cargo xtask bench`: runs the bench of the `tests` package, optimised.

use anyhow::Result;

use crate::assets::{self, Profile};
use crate::place::Place;
use crate::progress::Steps;

/// Options of `bench`.
#[derive(clap::Args)]
pub struct Args {
    /// Arguments for the bench
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    args: Vec<String>,
}

/// Builds the page and the bench, and runs it.
pub fn run(args: Args) -> Result<()> {
    let place = Place::find()?;
    let mut steps = Steps::new(assets::STEPS + 1);
    assets::build(&place, Profile::Release, &mut steps)?;
    let bench = ["--release", "--package", "tests", "--bin", "bench"];
    // The bench starts the server's own program, which cargo puts beside it.
    let server = ["--package", "midstream", "--bin", "midstream"];
    steps.command("building the server and the bench (release)", place.cargo(&["build"]).args(bench).args(server))?;
    let status = place.cargo(&["run", "--quiet"]).args(bench).arg("--").args(args.args).status()?;
    anyhow::ensure!(status.success(), "the bench failed ({status})");
    Ok(())
}
