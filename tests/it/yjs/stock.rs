//! A stock Yjs editor: the packages `yjs` and `y-websocket` in a Node process, driven line by line.

use std::path::PathBuf;
use std::process::Stdio;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, anyhow, ensure};
use protocol::http::CreatedSession;
use serde_json::{Value, json};
use tests::bench::target_folder;
use tests::server::TestServer;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader, Lines};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};
use tokio::time::timeout;

/// How long a test waits for what must come.
const PATIENCE: Duration = Duration::from_secs(60);
const MANIFEST: &str = include_str!("../../stock/package.json");
const LOCK: &str = include_str!("../../stock/package-lock.json");
const CLIENT: &str = include_str!("../../stock/client.mjs");

/// A stock client.
pub struct Stock {
    _child: Child,
    input: ChildStdin,
    output: Lines<BufReader<ChildStdout>>,
    /// Close codes that it has seen.
    pub closed: Vec<u64>,
}

/// A folder of cargo's own with the client and its packages, which are installed from their lock file when they are not.
pub fn packages() -> Result<PathBuf> {
    static ONCE: Mutex<()> = Mutex::new(());
    let _once = ONCE.lock().map_err(|_| anyhow!("another test could not install them"))?;
    let folder = target_folder()?.join("tests/stock-editor");
    std::fs::create_dir_all(&folder)?;
    std::fs::write(folder.join("client.mjs"), CLIENT)?;
    let stamp = folder.join("node_modules/.stamp");
    if std::fs::read_to_string(&stamp).is_ok_and(|known| known == LOCK) {
        return Ok(folder);
    }
    std::fs::write(folder.join("package.json"), MANIFEST)?;
    std::fs::write(folder.join("package-lock.json"), LOCK)?;
    let arguments = ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"];
    let installed = std::process::Command::new("npm").args(arguments).current_dir(&folder).output().context("npm")?;
    ensure!(installed.status.success(), "npm ci: {}", String::from_utf8_lossy(&installed.stderr));
    std::fs::write(stamp, LOCK)?;
    Ok(folder)
}

impl Stock {
    /// Starts one, which goes to the session.
    pub async fn start(server: &TestServer, session: &CreatedSession) -> Result<Stock> {
        let folder = tokio::task::spawn_blocking(packages).await??;
        let address = format!("ws://{}/api/sessions/{}", server.addr, session.id);
        let mut command = Command::new("node");
        command.arg("client.mjs").arg(address).arg(&session.token).current_dir(folder).kill_on_drop(true);
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().context("node")?;
        let input = child.stdin.take().context("its input")?;
        let output = BufReader::new(child.stdout.take().context("its output")?).lines();
        Ok(Stock { _child: child, input, output, closed: Vec::new() })
    }

    /// Starts one, and waits until it has the document.
    pub async fn joined(server: &TestServer, session: &CreatedSession) -> Result<Stock> {
        let mut stock = Stock::start(server, session).await?;
        stock.ask("synced", json!({})).await?;
        Ok(stock)
    }

    /// Has it do something.
    pub async fn send(&mut self, command: &str, options: Value) -> Result<()> {
        let mut line = options;
        line["command"] = json!(command);
        self.input.write_all(format!("{line}\n").as_bytes()).await?;
        Ok(())
    }

    /// The answer to the first of what was sent and is not answered.
    pub async fn answer(&mut self) -> Result<Value> {
        loop {
            let value = self.line().await?;
            if value.get("closed").is_some() {
                continue;
            }
            ensure!(value.get("error").is_none(), "{value}");
            return Ok(value["answer"].clone());
        }
    }

    /// The next that it says.
    pub async fn line(&mut self) -> Result<Value> {
        let line = timeout(PATIENCE, self.output.next_line()).await.context("the stock client is silent")??;
        let value: Value = serde_json::from_str(&line.context("the stock client ended")?)?;
        self.closed.extend(value["closed"].as_u64());
        Ok(value)
    }

    /// Has it do something, and waits for the answer.
    pub async fn ask(&mut self, command: &str, options: Value) -> Result<Value> {
        self.send(command, options).await?;
        self.answer().await
    }

    /// A file's text in its replica.
    pub async fn text(&mut self, path: &str) -> Result<String> {
        Ok(self.ask("texts", json!({})).await?[path].as_str().unwrap_or_default().to_owned())
    }

    /// Asks until the answer fits.
    pub async fn until(&mut self, what: &str, command: &str, fits: impl Fn(&Value) -> bool) -> Result<Value> {
        let end = Instant::now() + PATIENCE;
        let mut look = tokio::time::interval(Duration::from_millis(20));
        loop {
            let answer = self.ask(command, json!({})).await?;
            if fits(&answer) {
                return Ok(answer);
            }
            ensure!(Instant::now() < end, "not in time: {what}; {answer}");
            look.tick().await;
        }
    }

    /// Waits until a file's text fits.
    pub async fn until_text(&mut self, what: &str, path: &str, fits: impl Fn(&str) -> bool) -> Result<()> {
        self.until(what, "texts", |texts| texts[path].as_str().is_some_and(&fits)).await.map(|_| ())
    }
}
