//! The tools that the build needs besides cargo: found, installed where that is ours to do, or explained.

use std::path::PathBuf;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

use crate::place::Place;

/// The target of the page.
pub const WASM_TARGET: &str = "wasm32-unknown-unknown";

/// Makes sure that Rust can build for the browser; rustup adds the target in seconds.
pub fn ensure_wasm_target(place: &Place) -> Result<()> {
    // A toolchain without rustup (a distribution's) has the target or not: its own folder tells.
    let sysroot = output(place.command("rustc").args(["--print", "sysroot"]))?;
    if PathBuf::from(sysroot.trim()).join("lib/rustlib").join(WASM_TARGET).is_dir() {
        return Ok(());
    }
    eprintln!("Adding Rust's target {WASM_TARGET} (rustup) …");
    let added = place.command("rustup").args(["target", "add", WASM_TARGET]).status();
    match added {
        Ok(status) if status.success() => Ok(()),
        _ => bail!(
            "Rust cannot build for the browser yet. Install Rust with rustup (https://rustup.rs), then run:\n\
             \n    rustup target add {WASM_TARGET}\n"
        ),
    }
}

/// Makes sure that Node and npm are there.
pub fn ensure_node() -> Result<()> {
    for tool in ["node", "npm"] {
        if !works(tool) {
            bail!(
                "{tool} is missing; the page's editor is bundled with it. Install Node 18 or later:\n\
                 \n    Debian, Ubuntu:  sudo apt-get install nodejs npm\
                 \n    macOS:           brew install node\
                 \n    others:          https://nodejs.org/en/download\n"
            );
        }
    }
    Ok(())
}

/// Finds Chromium or installs it (Debian's package, when we may), and returns the program's path.
pub fn ensure_chromium() -> Result<PathBuf> {
    if let Some(found) = find_chromium() {
        return Ok(found);
    }
    if works("apt-get") && is_root() {
        eprintln!("Installing Chromium (apt-get install chromium) …");
        run_apt(&["update"])?;
        run_apt(&["install", "-y", "--no-install-recommends", "chromium"])?;
        if let Some(found) = find_chromium() {
            return Ok(found);
        }
    }
    bail!(
        "Chromium is missing; the browser tests drive a real one. Install it:\n\
         \n    Debian:  sudo apt-get install chromium\
         \n    macOS:   brew install --cask chromium\n\
         \nor name one by MIDSTREAM_CHROMIUM=/path/to/chrome, or leave those tests out: cargo xtask test --no-browser\n"
    )
}

fn find_chromium() -> Option<PathBuf> {
    if let Some(named) = std::env::var_os("MIDSTREAM_CHROMIUM") {
        return Some(named.into());
    }
    let path = std::env::var_os("PATH")?;
    let names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
    let folders: Vec<PathBuf> = std::env::split_paths(&path).collect();
    names.iter().flat_map(|name| folders.iter().map(move |folder| folder.join(name))).find(|path| path.is_file())
}

fn run_apt(args: &[&str]) -> Result<()> {
    let status = Command::new("apt-get")
        .args(args)
        .env("DEBIAN_FRONTEND", "noninteractive")
        .stdout(Stdio::null())
        .status()
        .context("could not start apt-get")?;
    anyhow::ensure!(status.success(), "apt-get {} failed", args.join(" "));
    Ok(())
}

fn is_root() -> bool {
    output(Command::new("id").arg("-u")).is_ok_and(|id| id.trim() == "0")
}

fn works(tool: &str) -> bool {
    Command::new(tool)
        .arg("--version")
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}

fn output(command: &mut Command) -> Result<String> {
    let name = command.get_program().to_string_lossy().into_owned();
    let output = command.output().with_context(|| format!("could not start {name}"))?;
    anyhow::ensure!(output.status.success(), "{name} failed: {}", String::from_utf8_lossy(&output.stderr));
    Ok(String::from_utf8(output.stdout)?)
}
