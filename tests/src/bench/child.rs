//! A server in a process of its own, so that its processor time and memory are its own.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context, Result};
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, ChildStdout, Command};
use tokio::time::timeout;

use super::machine;

/// How long a server may take to say where it listens.
const START_WITHIN: Duration = Duration::from_secs(30);

/// All of the bench comes from one address, and sends as fast as it can.
const UNLIMITED: &str = "[limits]\nsessions_per_hour = 1000000\nsockets_per_session = 1000000\n\
    sockets_per_address = 1000000\nmessages_per_second = 1000000\nmessages_at_once = 1000000\n";

/// A running server. It ends when this is dropped.
pub struct Server {
    /// Where it listens.
    pub addr: SocketAddr,
    pid: u32,
    _process: Child,
    /// Kept open: a server that writes to a closed pipe would fail.
    _stdout: BufReader<ChildStdout>,
    _folder: Folder,
}

impl Server {
    /// The real server, with one model: the upstream at `upstream`.
    pub async fn midstream(upstream: &str) -> Result<Server> {
        Self::midstream_with(&[("OPENAI_BASE_URL", upstream)], "").await
    }

    /// The real server, with a model that takes `context` tokens: the upstream at `upstream`.
    pub async fn midstream_with_context(upstream: &str, context: u32) -> Result<Server> {
        let file =
            format!("[[models]]\nid = \"small\"\nbase_url = {upstream:?}\nmodel = \"m\"\ncontext_tokens = {context}\n");
        Self::midstream_with(&[], &file).await
    }

    async fn midstream_with(env: &[(&str, &str)], file: &str) -> Result<Server> {
        let program = beside_us("midstream")?;
        anyhow::ensure!(
            program.exists(),
            "there is no {}: build it in the same profile, or run `cargo xtask bench`",
            program.display()
        );
        let mut command = Command::new(program);
        command.args(["--addr", "127.0.0.1:0", "--no-discover"]);
        command.envs(env.iter().copied()).env("MIDSTREAM_LOG", "warn");
        Self::start(command, file).await
    }

    /// The bare relay.
    pub async fn relay(upstream: &str) -> Result<Server> {
        let mut command = Command::new(std::env::current_exe()?);
        command.args(["--relay-to", upstream]);
        Self::start(command, "").await
    }

    /// Starts it in a folder of its own, with `file` as the configuration that it finds there.
    pub async fn start(mut command: Command, file: &str) -> Result<Server> {
        let folder = Folder::new()?;
        std::fs::write(folder.0.join("midstream.toml"), format!("{file}\n{UNLIMITED}"))?;
        // No key, configuration or data of the person who runs the bench gets in.
        for (name, _) in std::env::vars() {
            if name.ends_with("_API_KEY") || (name.starts_with("MIDSTREAM_") && name != "MIDSTREAM_LOG") {
                command.env_remove(name);
            }
        }
        let name = command.as_std().get_program().display().to_string();
        let mut process = command
            .current_dir(&folder.0)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .with_context(|| format!("could not start {name}"))?;
        let pid = process.id().context("it ended at once")?;
        let stdout = process.stdout.take().context("its output is ours")?;
        let mut stdout = BufReader::new(stdout);
        let addr = timeout(START_WITHIN, said_address(&mut stdout))
            .await
            .with_context(|| format!("{name} does not say where it listens"))??;
        Ok(Server { addr, pid, _process: process, _stdout: stdout, _folder: folder })
    }

    /// Processor seconds that it has used.
    pub fn cpu_seconds(&self) -> Result<f64> {
        machine::cpu_seconds(self.pid)
    }

    /// Its resident memory, in kilobytes.
    pub fn resident_kilobytes(&self) -> Result<f64> {
        machine::resident_kilobytes(self.pid)
    }
}

/// Waits for a line with `http://ADDRESS/` in it.
async fn said_address(stdout: &mut BufReader<ChildStdout>) -> Result<SocketAddr> {
    let mut line = String::new();
    while stdout.read_line(&mut line).await? > 0 {
        if let Some((_, rest)) = line.split_once("http://") {
            let address = rest.trim().split('/').next().unwrap_or_default();
            return address.parse().context("an odd address");
        }
        line.clear();
    }
    anyhow::bail!("it ended")
}

/// A program that cargo built beside this one.
fn beside_us(name: &str) -> Result<PathBuf> {
    let us = std::env::current_exe()?;
    let folder = us.parent().context("a program lies in a folder")?;
    // Test programs lie one deeper.
    let folder = if folder.ends_with("deps") { folder.parent().unwrap_or(folder) } else { folder };
    Ok(folder.join(name))
}

/// Cargo's target folder, for results.
pub fn target_folder() -> Result<PathBuf> {
    let us = std::env::current_exe()?;
    let tagged = us.ancestors().find(|folder| folder.join("CACHEDIR.TAG").exists());
    Ok(tagged.unwrap_or(Path::new("target")).to_owned())
}

/// An empty folder to run in.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Result<Folder> {
        let name = format!("midstream-bench-{}-{:016x}", std::process::id(), fastrand::u64(..));
        let folder = std::env::temp_dir().join(name);
        std::fs::create_dir(&folder)?;
        Ok(Folder(folder))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // Best effort: what is left is in the system's folder for that.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
