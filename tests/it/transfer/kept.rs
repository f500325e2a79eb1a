//! Files that are kept and not edited, and originals of mixed line endings, in forks and in sessions from a file.

use anyhow::{Context, Result, ensure};
use protocol::http::{CreatedSession, Problem};
use protocol::{ErrorCode, Seq};
use sha2::{Digest, Sha256};
use tests::binary::Folder;
use tests::gated::gated;
use tests::server::TestServer;
use tests::timeline::Timeline;
use tests::transfer::Transfer;

use super::{begun, project, tree, unzip};

const SUM: usize = 32;

async fn fork(timeline: &Timeline, seq: Seq) -> Result<CreatedSession> {
    let answer = timeline.post("fork", format!("{{\"seq\":{seq}}}")).await?;
    ensure!(answer.status() == 201, "{}", answer.text().await?);
    Ok(answer.json().await?)
}

async fn read(server: &TestServer, file: Vec<u8>) -> Result<reqwest::Response> {
    Ok(reqwest::Client::new().post(server.url("/api/sessions/file")).body(file).send().await?)
}

async fn all_of(server: &TestServer, session: &CreatedSession) -> Result<parcel::Tree> {
    unzip(&Transfer { addr: server.addr, session }.export("zip").await?)
}

/// The end of a session's timeline, once all that its files are is in it.
async fn end(server: &TestServer, session: &CreatedSession) -> Result<(Timeline, Seq)> {
    let client = server.join(session).await?;
    let timeline = Timeline::of(server.addr, session);
    let end = timeline.until(client.shown).await?.to.seq;
    Ok((timeline, end))
}

#[tokio::test]
async fn a_fork_has_the_bytes_as_of_its_moment_also_when_its_origin_is_gone() -> Result<()> {
    let folder = Folder::new("forked")?;
    let (model, _gate) = gated();
    let server = TestServer::kept_in(&folder.0, model).await?;
    let (session, _) = begun(&server, &project()).await?;
    let (timeline, then) = end(&server, &session).await?;
    let other = b"\x89PNG another\0".as_slice();
    let transfer = Transfer { addr: server.addr, session: &session };
    transfer.import("application/zip", parcel::zip::write(&tree(&[("assets/logo.png", other)]))?).await?;
    let (_, now) = end(&server, &session).await?;

    let (before, after) = (fork(&timeline, then).await?, fork(&timeline, now).await?);
    ensure!(all_of(&server, &before).await? == project());
    ensure!(&*all_of(&server, &after).await?["assets/logo.png"].bytes == other);
    // It is a session like any other: it keeps further bytes, and is forked again.
    let transfer = Transfer { addr: server.addr, session: &before };
    transfer.import("application/zip", parcel::zip::write(&tree(&[("b.bin", b"\0b")]))?).await?;
    let (timeline, last) = end(&server, &before).await?;
    let again = fork(&timeline, last).await?;

    let gone = transfer_delete(&server, &session).await?;
    ensure!(gone == 204, "{gone}");
    server.stop().await?;
    let (model, _gate) = gated();
    let server = TestServer::kept_in(&folder.0, model).await?;
    let mut wanted = project();
    wanted.insert("b.bin".into(), parcel::File::plain(*b"\0b"));
    ensure!(all_of(&server, &again).await? == wanted, "what it shares outlives the first");
    ensure!(&*all_of(&server, &after).await?["assets/logo.png"].bytes == other);
    for session in [&before, &after, &again] {
        ensure!(transfer_delete(&server, session).await? == 204);
    }
    server.stop().await
}

async fn transfer_delete(server: &TestServer, session: &CreatedSession) -> Result<u16> {
    let url = server.url(&format!("/api/sessions/{}", session.id));
    Ok(reqwest::Client::new().delete(url).bearer_auth(&session.token).send().await?.status().as_u16())
}

#[tokio::test]
async fn a_sessions_file_has_the_bytes_that_its_files_name_at_the_end() -> Result<()> {
    let server = TestServer::practice().await?;
    let (session, _) = begun(&server, &project()).await?;
    let gone = b"\0gone again, and not to be carried".as_slice();
    let transfer = Transfer { addr: server.addr, session: &session };
    let came = transfer.import("application/zip", parcel::zip::write(&tree(&[("gone.bin", gone)]))?).await?;
    ensure!(transfer.take_back(&came.import.context("nothing came")?).await? == 204);
    let (timeline, _) = end(&server, &session).await?;
    let file = timeline.ask("file").await?.bytes().await?.to_vec();
    ensure!(!file.windows(gone.len()).any(|window| window == gone), "no file names it any more");

    let elsewhere = TestServer::practice().await?;
    let answer = read(&elsewhere, file.clone()).await?;
    ensure!(answer.status() == 201, "{}", answer.text().await?);
    let came: CreatedSession = answer.json().await?;
    ensure!(all_of(&elsewhere, &came).await? == project());
    // And on from there.
    let (timeline, _) = end(&elsewhere, &came).await?;
    let again = read(&server, timeline.ask("file").await?.bytes().await?.to_vec()).await?;
    ensure!(all_of(&server, &again.json().await?).await? == project());

    hostile(&elsewhere, &file).await?;
    elsewhere.stop().await?;
    server.stop().await
}

/// Bytes that the file should not have, or should have once.
async fn hostile(server: &TestServer, file: &[u8]) -> Result<()> {
    let rest = file.get(..file.len() - SUM - 1).context("a short file")?;
    let logo = project()["assets/logo.png"].bytes.to_vec();
    let part = |bytes: &[u8]| [&[3, bytes.len() as u8], bytes].concat();
    let with = |parts: &[u8]| {
        let body = [rest, parts, &[0]].concat();
        [body.as_slice(), &Sha256::digest(&body)].concat()
    };
    ensure!(read(server, with(&[])).await?.status() == 201, "it is the file");
    for (what, parts, says) in [
        ("bytes that nobody names", part(b"\0stowaway"), "bytes that no file names"),
        ("bytes that came already", part(&logo), "bytes that no file names"),
        ("no bytes", part(b""), "bytes that no file names"),
        ("a length past the end", vec![3, 0xff, 0xff, 0x7f], "cut short"),
        ("comments behind them", vec![2, 2, b'[', b']'], "unknown part"),
    ] {
        let answer = read(server, with(&parts)).await?;
        ensure!(answer.status() == 400, "{what}: {}", answer.status());
        let problem: Problem = answer.json().await?;
        ensure!(problem.code == ErrorCode::BadFrame && problem.message.contains(says), "{what}: {}", problem.message);
    }
    Ok(())
}
