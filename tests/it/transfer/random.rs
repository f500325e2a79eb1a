//! Random sessions: what goes out as a patch, git applies to the original, and that is the session. `MIDSTREAM_PATCH_ROUNDS` sets
//! how many, `MIDSTREAM_PATCH_SEED` where they begin.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, ensure};
use parcel::{File, Tree};
use tests::binary::Folder;
use tests::client::Client;
use tests::server::TestServer;
use tests::transfer::Transfer;

use super::{begun, unzip};

/// Rounds in an ordinary run.
const ROUNDS: u64 = 20;
const PARTS: [&str; 12] = [
    "a",
    "b c",
    "\u{fc}",
    "\u{65e5}\u{672c}",
    "q\"uote",
    "x y z",
    "-n",
    "\u{1f642}",
    "e\u{301}",
    "a.b",
    "'s",
    "trail ",
];
const LINES: [&str; 8] = ["one", "two", "", "  blank", "\u{fc}\u{1f642}", "+plus", "\\ No newline", "@@ -1 +1 @@"];

fn name(rng: &mut fastrand::Rng) -> String {
    let parts: Vec<&str> = (0..rng.usize(1..4)).map(|_| PARTS[rng.usize(0..PARTS.len())]).collect();
    parts.join("/")
}

fn content(rng: &mut fastrand::Rng) -> Vec<u8> {
    if rng.u8(0..6) == 0 {
        return (0..rng.usize(1..300)).map(|_| rng.u8(..)).chain([0]).collect();
    }
    let mut text = if rng.u8(0..8) == 0 { "\u{feff}".to_owned() } else { String::new() };
    let endings = ["\n", "\r\n", "\r"];
    let usual = endings[rng.usize(0..2)];
    for _ in 0..rng.usize(0..20) {
        text.push_str(LINES[rng.usize(0..LINES.len())]);
        text.push_str(if rng.u8(0..10) == 0 { endings[rng.usize(0..3)] } else { usual });
    }
    if rng.bool() {
        text.push_str("last");
    }
    text.into_bytes()
}

fn project(rng: &mut fastrand::Rng) -> Tree {
    let mut tree = Tree::new();
    for _ in 0..rng.usize(1..8) {
        let name = name(rng);
        if parcel::path::check_together(tree.keys().map(String::as_str).chain([name.as_str()])).is_ok() {
            tree.insert(name, File { bytes: content(rng).into(), executable: rng.u8(0..5) == 0 });
        }
    }
    tree
}

/// What people do in a session.
async fn edit(client: &mut Client, rng: &mut fastrand::Rng) -> Result<()> {
    for (id, path) in client.ids() {
        let length = client.text(&path).map(|text| text.encode_utf16().count());
        match (rng.u8(0..8), length) {
            (0, _) => {
                client.delete_file(&id).await?;
            }
            (1, _) => {
                let to = format!("{} {}", name(rng), rng.u16(..));
                client.rename_file(&id, &to).await?;
            }
            (2..=4, Some(_)) => {
                let line = format!("{}\n", LINES[rng.usize(0..LINES.len())]);
                client.insert(&path, 0, &line).await?;
            }
            (5, Some(length)) if length > 0 => {
                client.insert(&path, u32::try_from(length)?, "end").await?;
            }
            _ => {}
        }
    }
    let made = format!("new {}", rng.u16(..));
    client.create_file(&format!("n{}", rng.u64(..)), &made, "made\n").await?;
    client.settle().await
}

fn put(folder: &Path, tree: &Tree) -> Result<()> {
    for (path, file) in tree {
        let path = folder.join(path);
        fs::create_dir_all(path.parent().context("a parent")?)?;
        fs::write(&path, &file.bytes)?;
        fs::set_permissions(&path, fs::Permissions::from_mode(if file.executable { 0o755 } else { 0o644 }))?;
    }
    Ok(())
}

fn read(root: &Path, folder: &Path, tree: &mut Tree) -> Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.ends_with(".git") {
            continue;
        }
        if path.is_dir() {
            read(root, &path, tree)?;
            continue;
        }
        let executable = fs::metadata(&path)?.permissions().mode() & 0o100 != 0;
        let name = path.strip_prefix(root)?.to_str().context("UTF-8")?.to_owned();
        tree.insert(name, File { bytes: fs::read(&path)?.into(), executable });
    }
    Ok(())
}

fn git(folder: &Path, args: &[&str]) -> Result<()> {
    let mut command = Command::new("git");
    command.args(args).current_dir(folder).env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_CONFIG_SYSTEM", "/dev/null");
    let output = command.output()?;
    ensure!(output.status.success(), "git {args:?}: {}", String::from_utf8_lossy(&output.stderr));
    Ok(())
}

#[tokio::test]
async fn git_applies_what_goes_out_and_that_is_the_session() -> Result<()> {
    let seed = std::env::var("MIDSTREAM_PATCH_SEED").ok().and_then(|seed| seed.parse().ok());
    let rounds = std::env::var("MIDSTREAM_PATCH_ROUNDS").ok().and_then(|n| n.parse().ok()).unwrap_or(ROUNDS);
    let first = seed.unwrap_or_else(|| fastrand::u64(..u64::from(u32::MAX)));
    let server = TestServer::practice().await?;
    for seed in first..first + rounds {
        println!("MIDSTREAM_PATCH_SEED={seed}");
        let rng = &mut fastrand::Rng::with_seed(seed);
        let original = project(rng);
        let (session, _) = begun(&server, &original).await?;
        let transfer = Transfer { addr: server.addr, session: &session };
        ensure!(unzip(&transfer.export("zip").await?)? == original, "what came in");
        let mut ada = server.join(&session).await?;
        // A turn of nothing marks the point that the patch goes from.
        ada.start("t1", "hello").await?;
        ada.until("its end", |c| c.status("t1").is_some_and(|status| status != protocol::view::TurnStatus::Running))
            .await?;
        let before = unzip(&transfer.export("zip?at=turn:t1:after").await?)?;
        edit(&mut ada, rng).await?;
        let (patch, after) =
            (transfer.export("patch?from=turn:t1:after").await?, unzip(&transfer.export("zip").await?)?);
        let folder = Folder::new(&format!("patch-{seed}"))?;
        put(&folder.0, &before)?;
        git(&folder.0, &["init", "-q"])?;
        fs::write(folder.0.join(".git/session.patch"), &patch)?;
        git(&folder.0, &["apply", "--whitespace=nowarn", ".git/session.patch"])?;
        let mut found = BTreeMap::new();
        read(&folder.0, &folder.0, &mut found)?;
        ensure!(found == after, "{}", String::from_utf8_lossy(&patch));
        // The same patch brought into a session with the original makes that session, too.
        let (other, _) = begun(&server, &before).await?;
        let other = Transfer { addr: server.addr, session: &other };
        other.import("text/x-patch", patch).await?;
        ensure!(unzip(&other.export("zip").await?)? == after, "what a patch brings in");
    }
    server.stop().await
}
