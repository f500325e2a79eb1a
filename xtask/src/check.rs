//! `cargo xtask check`: what a machine can say before a reviewer has to.
//!
//! All checks run even when one fails, so that one run tells everything.

mod protocol;
mod size;

use anyhow::{Result, bail};

use crate::npm;
use crate::place::Place;
use crate::progress::Steps;
use crate::tools::{self, WASM_TARGET};

/// How many steps there are.
const STEPS: usize = 7;

/// Runs all checks.
pub fn run() -> Result<()> {
    let place = Place::find()?;
    tools::ensure_wasm_target(&place)?;
    let mut steps = Steps::new(STEPS);
    let native = ["--workspace", "--exclude", "frontend"];
    let strict = ["--", "-D", "warnings"];

    let results = [
        steps.command("formatting", &mut place.cargo(&["fmt", "--all", "--check"])),
        steps.command("lints (native)", place.cargo(&["clippy", "--all-targets"]).args(native).args(strict)),
        steps.command(
            "lints (the page)",
            place.cargo(&["clippy", "--package", "frontend", "--target", WASM_TARGET]).args(strict),
        ),
        steps.command(
            "documents of the code",
            place.cargo(&["doc", "--no-deps"]).args(native).env("RUSTDOCFLAGS", "-D warnings"),
        ),
        steps.step("types of the glue (tsc)", |note| {
            npm::ensure(&place, note)?;
            let mut tsc = npm::program(&place, "tsc");
            crate::progress::run_quietly(tsc.args(["--project", "static/jsconfig.json"]), note)
        }),
        steps.step("sizes of files", |_| size::check(&place)),
        steps.step("the protocol's document", |_| protocol::check(&place)),
    ];
    let failures: Vec<String> =
        results.into_iter().filter_map(|result| result.err().map(|error| format!("{error:#}"))).collect();
    if !failures.is_empty() {
        bail!("{} of {STEPS} checks failed:\n{}", failures.len(), failures.join("\n"));
    }
    Ok(())
}
