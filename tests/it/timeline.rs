//! The timeline: every step as a viewer without lag saw it.

mod comments;
mod file;
mod fork;
mod replay;

pub use replay::agrees;

use anyhow::Result;
use protocol::Seq;
use protocol::http::CreatedSession;
use protocol::view::TurnStatus;
use tests::client::Client;
use tests::gated::{Gate, gated};
use tests::server::TestServer;
use tests::timeline::Timeline;
use tokio::task::JoinSet;

const FILE: &str = "def add(a, b):\n    return a + b\n\n\ndef sub(a, b):\n    return a - b\n";
/// The file whose coming ends a recording.
const LAST: &str = "last.txt";

/// A session in which much happened, and what a viewer without lag saw of it.
struct Recorded {
    server: TestServer,
    session: CreatedSession,
    /// Who made it.
    client: Client,
    /// Who only watched.
    watcher: Client,
    gate: Gate,
    /// The last step.
    head: Seq,
}

impl Recorded {
    fn timeline(&self) -> Timeline {
        Timeline::of(self.server.addr, &self.session)
    }
}

fn block(old: &str, new: &str, why: &str) -> String {
    format!(
        "<edit path=\"calc.py\" why=\"{why}\">\n<old_text>\n{old}\n</old_text>\n<new_text>\n{new}\n</new_text>\n</edit>\n"
    )
}

/// Prompts, tokens, a steer and an interrupt that roll text back, typing in between, a revert, files that come and go.
async fn record() -> Result<Recorded> {
    let (model, mut gate) = gated();
    let server = TestServer::with_model(model).await?;
    let session = server.create(None).await?;
    let mut client = server.join(&session).await?;
    let mut watcher = server.join(&session).await?;
    watcher.keep_history();
    let mut watching = JoinSet::new();
    watching.spawn(async move {
        watcher.until("the last file", |c| c.paths().iter().any(|path| path == LAST)).await?;
        anyhow::Ok(watcher)
    });

    client.create_file("f1", "calc.py", FILE).await?;
    client.start("t1", "change both").await?;
    let call = gate.call().await;
    call.tokens("I will.\n");
    call.tokens(&block("    return a + b", "    return float(a) + float(b)", "floats"));
    client.until("the first hunk", |c| c.output("t1").ends_with("</edit>\n")).await?;
    let shown = client.shown;
    call.tokens(&block("    return a - b", "    return wrong wrong wrong", "a mistake"));
    client.until("the mistake", |c| c.output("t1").ends_with("</edit>\n") && c.shown > shown).await?;
    client.insert("calc.py", 0, "# mine\n").await?;
    client.steer_at("t1", "s1", "not that one", shown).await?;
    let call = gate.call().await;
    call.tokens(&block("    return a - b", "    return b - a", "the steer"));
    client.until("the steer's hunk", |c| c.text("calc.py").is_some_and(|t| t.contains("b - a"))).await?;
    let shown = client.shown;
    call.tokens(&block("def sub(a, b):", "def subtract(a, b):", "too much"));
    client.until("too much", |c| c.text("calc.py").is_some_and(|t| t.contains("subtract"))).await?;
    client.remove("calc.py", 0, 2).await?;
    client.interrupt_at("t1", shown).await?;
    client.until("the end", |c| c.status("t1") == Some(TurnStatus::Interrupted)).await?;
    client.create_file("f2", "notes.md", "").await?;
    for (at, letter) in "typed letter by letter".chars().enumerate() {
        client.insert("notes.md", at as u32, &letter.to_string()).await?;
    }
    client.start("t2", "a new file").await?;
    let call = gate.call().await;
    call.tokens(
        "<edit path=\"new.py\" why=\"w\">\n<old_text>\n</old_text>\n<new_text>\nx = \"😀\"\n</new_text>\n</edit>\n",
    );
    call.end();
    client.until("the second end", |c| c.status("t2") == Some(TurnStatus::Completed)).await?;
    client.delete_file("f2").await?;
    client.rename_file("f1", "sums.py").await?;
    client.send(protocol::ClientFrame::TurnRevert { turn_id: "t2".into() }).await?;
    client.until("the revert", |c| c.turn("t2").is_some_and(|t| t.reverted)).await?;
    client.create_file("f9", LAST, "").await?;
    client.until("all acks", Client::is_acknowledged).await?;
    let head = client.head();
    let watched = watching.join_next().await;
    let watcher = watched.ok_or_else(|| anyhow::anyhow!("nobody watched"))???;
    Ok(Recorded { server, session, client, watcher, gate, head })
}
