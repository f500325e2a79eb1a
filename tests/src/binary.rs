//! The real program as a process of its own, that a test may kill.

use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};

use anyhow::{Context, Result, ensure};
use protocol::http::{CreatedSession, NewSession};

/// A running `midstream`; killed when it is dropped.
pub struct Binary {
    /// Where it listens.
    pub addr: SocketAddr,
    child: Child,
    /// Kept open: it goes on speaking.
    _stdout: BufReader<ChildStdout>,
}

impl Binary {
    /// Starts it on a data folder, with the practice model alone.
    ///
    /// # Errors
    ///
    /// When it ends before it listens, with what it said.
    pub fn start(data: &Path) -> Result<Binary> {
        Self::start_with(data, &[("MIDSTREAM_LOG", "midstream=error".to_owned())], Stdio::inherit())
    }

    /// Starts it on a data folder, with this in its environment, and its log going there.
    ///
    /// # Errors
    ///
    /// When it ends before it listens.
    pub fn start_with(data: &Path, env: &[(&str, String)], log: Stdio) -> Result<Binary> {
        let mut child = Command::new(program()?)
            .args(["--addr", "127.0.0.1:0", "--no-discover", "--data"])
            .arg(data)
            .envs(env.iter().map(|(name, value)| (name, value)))
            .current_dir(std::env::temp_dir())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(log)
            .spawn()?;
        let stdout = child.stdout.take().context("no output")?;
        let mut first = String::new();
        let mut stdout = BufReader::new(stdout);
        stdout.read_line(&mut first)?;
        let addr = first.trim().strip_prefix("Midstream is at http://").and_then(|addr| addr.strip_suffix('/'));
        let Some(addr) = addr.and_then(|addr| addr.parse().ok()) else {
            let _ = child.wait();
            anyhow::bail!("it does not listen: {first:?}");
        };
        Ok(Binary { addr, child, _stdout: stdout })
    }

    /// Makes a session.
    pub async fn create(&self, lesson: Option<&str>) -> Result<CreatedSession> {
        let body = NewSession { lesson: lesson.map(Into::into) };
        let url = format!("http://{}/api/sessions", self.addr);
        let answer = reqwest::Client::new().post(url).json(&body).send().await?;
        ensure!(answer.status() == 201, "{}", answer.text().await?);
        answer.json().await.context("the answer is not a session")
    }

    /// SIGKILL: no word of farewell.
    pub fn kill(mut self) -> Result<()> {
        self.child.kill()?;
        self.child.wait()?;
        Ok(())
    }

    /// SIGTERM, and waits until it has drained.
    pub fn stop(mut self) -> Result<()> {
        let pid = rustix::process::Pid::from_child(&self.child);
        rustix::process::kill_process(pid, rustix::process::Signal::TERM)?;
        ensure!(self.child.wait()?.success(), "it did not drain");
        Ok(())
    }
}

impl Drop for Binary {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The program that `MIDSTREAM_PROGRAM` names; else that of this build, made beside the tests, so that what both depend
/// on is built once.
fn program() -> Result<PathBuf> {
    if let Some(built) = std::env::var_os("MIDSTREAM_PROGRAM") {
        return Ok(built.into());
    }
    let profile = std::env::current_exe()?.parent().and_then(Path::parent).context("no target folder")?.to_owned();
    static BUILT: std::sync::OnceLock<bool> = std::sync::OnceLock::new();
    let built = BUILT.get_or_init(|| {
        let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".into());
        let target = profile.parent().map(Path::to_owned).unwrap_or_default();
        let build = Command::new(cargo)
            .args(["build", "--quiet", "-p", "midstream", "-p", "tests", "--bin", "midstream", "--test", "it"])
            .arg("--target-dir")
            .arg(target)
            .current_dir(env!("CARGO_MANIFEST_DIR"))
            .status();
        build.is_ok_and(|status| status.success())
    });
    ensure!(*built, "midstream could not be built");
    Ok(profile.join("midstream"))
}

/// A folder of a test's own, removed with it.
pub struct Folder(pub PathBuf);

impl Folder {
    /// A fresh one.
    pub fn new(name: &str) -> Result<Folder> {
        let path =
            std::env::temp_dir().join(format!("midstream-{name}-{}-{:08x}", std::process::id(), fastrand::u32(..)));
        std::fs::create_dir_all(&path)?;
        Ok(Folder(path))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
