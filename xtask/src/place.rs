//! Where things are: the root of the workspace and cargo's target folder.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

/// The two folders that everything else is relative to.
pub struct Place {
    /// The root of the workspace.
    pub root: PathBuf,
    /// Cargo's target folder, wherever `CARGO_TARGET_DIR` or the configuration puts it.
    pub target: PathBuf,
}

impl Place {
    /// Asks cargo, so that every way of setting the target folder is honoured.
    pub fn find() -> Result<Place> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().context("xtask stands in a workspace")?;
        let output = Command::new(cargo())
            .args(["metadata", "--no-deps", "--format-version", "1"])
            .current_dir(root)
            .output()
            .context("could not start cargo")?;
        anyhow::ensure!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let metadata: serde_json::Value = serde_json::from_slice(&output.stdout)?;
        let target = metadata
            .get("target_directory")
            .and_then(|v| v.as_str())
            .context("cargo metadata names no target folder")?;
        Ok(Place { root: root.to_owned(), target: target.into() })
    }

    /// The finished page, which the backend embeds.
    pub fn web(&self) -> PathBuf {
        self.target.join("web")
    }

    /// A command of cargo's, run at the root.
    pub fn cargo(&self, args: &[&str]) -> Command {
        let mut command = self.command(cargo());
        command.args(args);
        command
    }

    /// Any other command, run at the root.
    pub fn command(&self, program: impl AsRef<std::ffi::OsStr>) -> Command {
        let mut command = Command::new(program);
        command.current_dir(&self.root);
        command
    }
}

/// The cargo that runs us, so that a toolchain chosen by `cargo +name` stays chosen.
fn cargo() -> String {
    std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned())
}
