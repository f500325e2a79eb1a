//! `cargo xtask test`: the page once, then every test there is, with one total at the end.
//!
//! The test programs' own output is passed through as it comes; only their result lines are read.

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

use anyhow::{Context, Result};

use crate::assets::{self, Profile};
use crate::place::Place;
use crate::progress::Steps;
use crate::tools;

/// What is built and tested together: everything but the frontend, whose features must not unify with the backend's.
const PACKAGES: [&str; 3] = ["--workspace", "--exclude", "frontend"];
/// The frontend's own tests, of what has no DOM, run natively and by themselves.
const PAGE: [&str; 2] = ["--package", "frontend"];

/// Where the tests that need a browser live, as a prefix of their names.
const BROWSER_TESTS: &str = "browser::";

/// Options of `test`.
#[derive(clap::Args)]
pub struct Args {
    /// Leaves out the tests that drive a real Chromium
    #[arg(long)]
    no_browser: bool,
    /// Runs only the tests whose name contains this
    filter: Option<String>,
}

/// Builds and runs all tests.
pub fn run(args: Args) -> Result<()> {
    let place = Place::find()?;
    let mut steps = Steps::new(assets::STEPS + 2 + usize::from(!args.no_browser));
    // The browser is looked for first: a person should learn at once that it is missing, not after the build.
    let chromium = match args.no_browser {
        true => None,
        false => Some(steps.step("finding Chromium", |_| tools::ensure_chromium())?),
    };
    assets::build(&place, Profile::Release, &mut steps)?;
    steps.command("building the page's tests", place.cargo(&["test", "--no-run"]).args(PAGE))?;
    steps.command("building the tests", place.cargo(&["test", "--no-run"]).args(PACKAGES))?;

    let mut page = place.cargo(&["test", "--no-fail-fast"]);
    page.args(PAGE).args(&args.filter);
    let (mut total, page_ended_well) = stream(&mut page)?;

    let mut command = place.cargo(&["test", "--no-fail-fast"]);
    // A failed test tells where it waited; the stack of every error would bury that.
    command.env("RUST_LIB_BACKTRACE", "0");
    // Built with the tests: the program's own have it run.
    command.env("MIDSTREAM_PROGRAM", place.target.join("debug").join("midstream"));
    command.args(PACKAGES).args(&args.filter).arg("--");
    match chromium {
        Some(chromium) => command.env("MIDSTREAM_CHROMIUM", chromium),
        None => command.args(["--skip", BROWSER_TESTS]),
    };
    let (rest, ended_well) = stream(&mut command)?;
    total.add(&rest);
    let ended_well = ended_well && page_ended_well;
    println!();
    if !ended_well && total.failed == 0 {
        println!("a test program did not build or ended without a result; see above");
    }
    println!("{}", total.line());
    anyhow::ensure!(ended_well && total.failed == 0, "the tests failed");
    anyhow::ensure!(total.passed > 0, "no test ran");
    Ok(())
}

/// Runs a command, passes its output through, and adds up what the test programs report.
fn stream(command: &mut Command) -> Result<(Total, bool)> {
    let mut child = command.stdout(Stdio::piped()).spawn().context("could not start cargo")?;
    let mut total = Total::default();
    let stdout = child.stdout.take().context("cargo's output is ours")?;
    for line in BufReader::new(stdout).split(b'\n') {
        // A test may print what is not UTF-8.
        let line = String::from_utf8_lossy(&line?).into_owned();
        println!("{line}");
        total.read(&line);
    }
    Ok((total, child.wait()?.success()))
}

/// The sum over all test programs.
#[derive(Debug, Default, PartialEq, Eq)]
struct Total {
    passed: u64,
    failed: u64,
    skipped: u64,
}

impl Total {
    /// Takes in a line such as `test result: ok. 8 passed; 0 failed; 1 ignored; …`; others are none of its business.
    fn read(&mut self, line: &str) {
        let Some((_, result)) = line.split_once("test result: ") else {
            return;
        };
        let counts = result.split_once(". ").map_or(result, |(_, counts)| counts);
        for count in counts.split(';') {
            let Some((number, what)) = count.trim().split_once(' ') else {
                continue;
            };
            let Ok(number) = number.parse::<u64>() else {
                continue;
            };
            match what {
                "passed" => self.passed += number,
                "failed" => self.failed += number,
                "ignored" => self.skipped += number,
                _ => {}
            }
        }
    }

    fn add(&mut self, other: &Self) {
        self.passed += other.passed;
        self.failed += other.failed;
        self.skipped += other.skipped;
    }

    fn line(&self) -> String {
        match self.skipped {
            0 => format!("{} passed, {} failed", self.passed, self.failed),
            skipped => format!("{} passed, {} failed, {skipped} skipped", self.passed, self.failed),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_of_several_programs_add_up() {
        let mut total = Total::default();
        total.read("test result: ok. 8 passed; 0 failed; 1 ignored; 0 measured; 5 filtered out; finished in 0.00s");
        total.read("test a::b ... ok");
        total.read("test result: FAILED. 2 passed; 3 failed; 0 ignored; 0 measured; 0 filtered out; finished in 1.00s");
        assert_eq!(total, Total { passed: 10, failed: 3, skipped: 1 });
        assert_eq!(total.line(), "10 passed, 3 failed, 1 skipped");
        total.add(&Total { passed: 1, failed: 0, skipped: 0 });
        assert_eq!(total.line(), "11 passed, 3 failed, 1 skipped");
    }
}
