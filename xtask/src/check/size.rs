//! No source file grows past what one can hold in mind.

use std::fs;

use anyhow::{Context, Result, bail};

use crate::place::Place;

/// Lines of one file: past this it does more than one thing.
const LONGEST: usize = 500;

/// What counts as source.
const EXTENSIONS: [&str; 3] = ["rs", "js", "css"];

/// Names every file that is too long.
pub fn check(place: &Place) -> Result<()> {
    let output = place
        .command("git")
        .args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"])
        .output()
        .context("git")?;
    anyhow::ensure!(output.status.success(), "git ls-files failed");
    let mut long = Vec::new();
    for name in String::from_utf8(output.stdout)?.split('\0') {
        let extension = name.rsplit_once('.').map_or("", |(_, extension)| extension);
        // A listed file may have been deleted since.
        if let (true, Ok(text)) = (EXTENSIONS.contains(&extension), fs::read_to_string(place.root.join(name))) {
            let lines = text.lines().count();
            if lines > LONGEST {
                long.push(format!("{name}: {lines} lines; split it, {LONGEST} is the most"));
            }
        }
    }
    if !long.is_empty() {
        bail!("{}", long.join("\n"));
    }
    Ok(())
}
