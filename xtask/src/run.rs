//! `cargo xtask run`: builds the page and the server, then becomes the server.

use std::os::unix::process::CommandExt;

use anyhow::Result;

use crate::assets::{self, Profile};
use crate::place::Place;
use crate::progress::Steps;

/// Options of `run`.
#[derive(clap::Args)]
pub struct Args {
    /// Builds faster, runs slower: for work on Midstream itself
    #[arg(long)]
    dev: bool,
    /// Arguments for the server, after `--` (try `-- --help`)
    #[arg(last = true)]
    args: Vec<String>,
}

/// Builds and serves.
pub fn run(args: Args) -> Result<()> {
    let place = Place::find()?;
    let mut steps = Steps::new(assets::STEPS + 1);
    assets::build(&place, Profile::from_dev(args.dev), &mut steps)?;
    let (profile, folder) = if args.dev { ("dev", "debug") } else { ("release", "release") };
    steps.command(
        &format!("building the server ({profile})"),
        &mut place.cargo(&["build", "--package", "midstream", "--profile", profile]),
    )?;
    // The server takes this process's place, so that Ctrl-C and SIGTERM reach it and it can drain.
    let error = place.command(place.target.join(folder).join("midstream")).args(args.args).exec();
    Err(error.into())
}
