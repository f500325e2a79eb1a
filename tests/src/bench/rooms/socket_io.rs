//! The room on socket.io: its package, its server, and how one enters.

use std::net::SocketAddr;
use std::path::PathBuf;

use anyhow::{Context, Result, ensure};
use futures_util::{SinkExt, StreamExt};
use tokio_tungstenite::tungstenite::Message;

use super::super::child::{Server, target_folder};
use super::super::line::socket;
use super::crowd::Greeting;

/// The package, installed for the bench alone.
const PACKAGE: &str = "socket.io@4.8.1";
const SERVER: &str = include_str!("socket_io.mjs");

/// How its server hands tokens on.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Pace {
    /// An event for each.
    EachToken,
    /// Joined, when they come closer than a page's pace.
    Merged,
}

fn folder() -> Result<PathBuf> {
    Ok(target_folder()?.join("bench/socket-io"))
}

/// Whether the package is there.
pub fn is_installed() -> Result<bool> {
    Ok(folder()?.join("node_modules/socket.io/package.json").exists())
}

/// Installs the package into cargo's target folder, and writes the server beside it.
pub fn install() -> Result<()> {
    let folder = folder()?;
    std::fs::create_dir_all(&folder)?;
    std::fs::write(folder.join("server.mjs"), SERVER)?;
    if is_installed()? {
        return Ok(());
    }
    // A manifest of its own: npm would look for one further up, and find the page's.
    std::fs::write(folder.join("package.json"), "{\"private\": true}\n")?;
    let mut npm = std::process::Command::new("npm");
    npm.args(["install", "--no-save", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error", PACKAGE]);
    let output = npm.current_dir(&folder).output().context("npm cannot be run")?;
    ensure!(output.status.success(), "npm: {}", String::from_utf8_lossy(&output.stderr).trim());
    Ok(())
}

/// Starts its server before the model at `upstream`.
pub async fn serve(upstream: &str, pace: Pace) -> Result<Server> {
    let pace = match pace {
        Pace::EachToken => "0",
        Pace::Merged => "16",
    };
    let script = folder()?.join("server.mjs").canonicalize()?;
    let mut command = tokio::process::Command::new("node");
    command.arg(script).args([upstream, pace]);
    Server::start(command, "").await
}

fn path(room: usize) -> String {
    format!("/socket.io/?EIO=4&transport=websocket&room=r{room}")
}

/// How somebody enters a room: Engine.IO opens, socket.io connects, and the server says that one has joined.
pub fn greeting(room: usize) -> Greeting {
    Greeting { path: path(room), says: vec!["40".to_owned()], in_when: "42[\"joined\"", ping: Some(("2", "3")) }
}

/// Has the model write into the first room, and waits for its end.
pub async fn play(addr: SocketAddr) -> Result<()> {
    let mut socket = socket(addr, &path(0)).await?;
    socket.send(Message::text("40")).await?;
    loop {
        let Message::Text(text) = socket.next().await.context("the server closed")?? else { continue };
        match text.as_str() {
            "2" => socket.send(Message::text("3")).await?,
            text if text.starts_with("42[\"joined\"") => socket.send(Message::text("42[\"start\",\"go\"]")).await?,
            text if text.starts_with("42[\"done\"") => return Ok(()),
            _ => {}
        }
    }
}
