//! The npm packages: installed from the lock file, and only when it changed.

use std::fs;
use std::path::PathBuf;
use std::process::Command;
use std::sync::mpsc;

use anyhow::{Context, Result};

use crate::assets::hash::sha256;
use crate::place::Place;
use crate::progress::run_quietly;
use crate::tools;

/// Installs the packages that package-lock.json names, unless the installed ones came from this very file.
pub fn ensure(place: &Place, note: &mpsc::Sender<String>) -> Result<()> {
    tools::ensure_node()?;
    let lock = fs::read(place.root.join("package-lock.json")).context("package-lock.json cannot be read")?;
    let hash = sha256(&lock);
    // Inside node_modules, so that removing that folder removes the stamp with it.
    let stamp = place.root.join("node_modules/.midstream-lock");
    if fs::read_to_string(&stamp).is_ok_and(|installed| installed == hash) {
        return Ok(());
    }
    // No install scripts: esbuild's binary comes as a package of its own, and nothing else needs one.
    let mut command = place.command("npm");
    command.args(["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]);
    run_quietly(&mut command, note)?;
    fs::write(&stamp, hash)?;
    Ok(())
}

/// A program that a package brought, by the name that npm gives it.
pub fn program(place: &Place, name: &str) -> Command {
    let path: PathBuf = place.root.join("node_modules/.bin").join(name);
    place.command(path)
}
