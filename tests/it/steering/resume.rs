//! A line that is cut again and again, in the middle of a turn: what comes out is what an uncut line shows.

use std::fmt::Write as _;

use anyhow::{Context, Result, ensure};
use protocol::view::{HunkStatus, TurnStatus, TurnView};
use tests::client::{Client, Steady};
use tests::cutting::{Aim, Cutter};
use tests::gated::{Call, gated};
use tests::server::TestServer;

/// How often the lines are cut; `MIDSTREAM_CUTS` sets another number.
const CUTS: usize = 200;
/// Blocks that the model writes, one for a line each. Between two of them the lines are cut a few times.
const BLOCKS: usize = 40;
/// The most that comes before a cut, in bytes: twice of what the session's state and document grow to.
const DOWN_MAX: u64 = 40_000;
/// Where a person types, alone.
const NOTES: &str = "notes.md";
/// Where the model writes, and the person in the first line.
const CODE: &str = "code.py";

/// What is left of a run, whatever happened to its lines.
#[derive(Debug, PartialEq)]
struct Outcome {
    output: String,
    status: TurnStatus,
    hunks: Vec<(String, String, HunkStatus, u32, u32)>,
    notes: String,
    code: String,
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn promise_10_a_line_cut_at_random_bytes_in_mid_turn_shows_what_an_uncut_one_shows() -> Result<()> {
    let env = |name: &str| std::env::var(name).ok().and_then(|value| value.parse::<u64>().ok());
    let seed = env("MIDSTREAM_CUT_SEED").unwrap_or_else(|| fastrand::u64(..));
    let cuts = env("MIDSTREAM_CUTS").map_or(CUTS, |cuts| cuts as usize);
    println!("{cuts} cuts, MIDSTREAM_CUT_SEED={seed}");
    let uncut = run(seed, 0).await.context("the uncut run")?;
    let cut = run(seed, cuts).await.with_context(|| format!("MIDSTREAM_CUT_SEED={seed}"))?;
    ensure!(cut == uncut, "MIDSTREAM_CUT_SEED={seed}:\n{cut:#?}\nis not\n{uncut:#?}");
    let applied = uncut.hunks.iter().filter(|hunk| hunk.2 == HunkStatus::Applied).count();
    ensure!((uncut.status, applied) == (TurnStatus::Completed, BLOCKS), "the run itself went wrong: {uncut:#?}");
    Ok(())
}

/// A turn of many blocks, a person who types meanwhile, and one who watches, both over lines that are cut.
async fn run(seed: u64, cuts: usize) -> Result<Outcome> {
    let (model, mut gate) = gated();
    let server = TestServer::with_model(model).await?;
    let session = server.create(None).await?;
    let mut witness = Steady::connect(Aim::at(server.addr), &session, 0).await?;
    let makes_files = witness.attempt(async |client| {
        client.create_file("n1", NOTES, "").await?;
        client.create_file("c1", CODE, &code()).await?;
        client.settle().await
    });
    ensure!(makes_files.await?, "a line that nobody cut broke");

    let cutter = Cutter::start(Aim::at(server.addr), seed, cuts, DOWN_MAX).await?;
    let mut typist = Steady::connect(cutter.aim.clone(), &session, 0).await?;
    let mut watcher = Steady::connect(cutter.aim.clone(), &session, 16).await?;
    // A prompt whose answer was lost is sent again: that is a retry, and not a second turn.
    while typist.client().await?.turn("t1").is_none() {
        typist.attempt(async |client| client.start("t1", "count").await).await?;
        typist.attempt(async |client| client.settle().await).await?;
    }
    let call = gate.call().await;
    let mut typed = String::new();
    for block in 0..BLOCKS {
        call.tokens(&words(block));
        // Typed whether there is a line or not.
        let word = format!("word {block}\n");
        typist.insert(NOTES, typed.encode_utf16().count() as u32, &word).await?;
        typist.insert(CODE, 0, "#").await?;
        typed.push_str(&word);
        while cutter.made() < cuts * (block + 1) / BLOCKS {
            typist.attempt(async |client| client.settle().await).await?;
            watcher.attempt(async |client| client.settle().await).await?;
        }
    }
    finish(&call, &mut [&mut typist, &mut watcher, &mut witness]).await?;
    ensure!(cutter.made() >= cuts, "{} cuts only", cutter.made());
    let refused = [typist.refused(), watcher.refused()].concat();
    ensure!(refused.is_empty(), "refused: {refused:?}");
    println!("{cuts} cuts: the typist came back {} times, the watcher {}", typist.returns, watcher.returns);

    for client in [&mut typist, &mut witness, &mut watcher] {
        client.settle().await?;
    }
    let fresh = server.join(&session).await?;
    let expected = outcome(&fresh)?;
    ensure!(expected.notes == typed, "typing was lost or came twice: {:?}", expected.notes);
    for (who, client) in [("witness", &mut witness), ("typist", &mut typist), ("watcher", &mut watcher)] {
        let client = client.client().await?;
        let seen = outcome(client)?;
        ensure!(seen == expected, "the {who} has\n{seen:#?}\nnot\n{expected:#?}");
    }
    Ok(expected)
}

async fn finish(call: &Call, clients: &mut [&mut Steady]) -> Result<()> {
    call.end();
    for client in clients {
        client.until("the end", |c| c.status("t1") == Some(TurnStatus::Completed)).await?;
    }
    Ok(())
}

fn outcome(client: &Client) -> Result<Outcome> {
    let turn: &TurnView = client.turn("t1").context("the turn is not known")?;
    let hunks = turn.hunks.iter().map(|h| (h.id.0.clone(), h.why.clone(), h.status, h.added, h.removed)).collect();
    let text = |path| client.text(path).with_context(|| format!("no {path}"));
    Ok(Outcome { output: turn.output.clone(), status: turn.status, hunks, notes: text(NOTES)?, code: text(CODE)? })
}

/// A line for each block, and some between them.
fn code() -> String {
    let mut code = "first\n".to_owned();
    for block in 0..BLOCKS {
        let _ = write!(code, "value_{block} = 0\n# between\n");
    }
    code
}

/// What the model says of one line: words, and a change.
fn words(block: usize) -> String {
    format!(
        "Line {block} counts, 😀.\n<edit path=\"{CODE}\" why=\"count {block}\">\n<old_text>\nvalue_{block} = 0\n\
         </old_text>\n<new_text>\nvalue_{block} = {block}\nsquare_{block} = {}\n</new_text>\n</edit>\n",
        block * block
    )
}
