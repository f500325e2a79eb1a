//! A session as a file: written here, read on another server, and files that are none.

use anyhow::{Context, Result, ensure};
use protocol::Seq;
use protocol::http::{CreatedSession, Problem};
use protocol::view::TurnStatus;
use sha2::{Digest, Sha256};
use tests::gated::gated;
use tests::server::TestServer;
use tests::timeline::Timeline;

use super::record;

pub async fn read(server: &TestServer, file: Vec<u8>) -> Result<reqwest::Response> {
    Ok(reqwest::Client::new().post(server.url("/api/sessions/file")).body(file).send().await?)
}

#[tokio::test]
async fn a_session_that_was_written_and_read_elsewhere_has_the_same_timeline_and_goes_on() -> Result<()> {
    let recorded = record().await?;
    let theirs = recorded.timeline();
    theirs.until(recorded.head).await?;
    let answer = theirs.ask("file").await?;
    ensure!(answer.status() == 200);
    let file = answer.bytes().await?.to_vec();
    let text = String::from_utf8_lossy(&file);
    ensure!(!text.contains(&recorded.session.token), "no token goes with it");
    ensure!(!text.contains(&recorded.client.welcome.resume_key), "no resume key goes with it");

    let (model, mut gate) = gated();
    let server = TestServer::with_model(model).await?;
    let answer = read(&server, file).await?;
    ensure!(answer.status() == 201, "{}", answer.text().await?);
    let session: CreatedSession = answer.json().await?;
    let ours = Timeline::of(server.addr, &session);
    let (index, expected) = (ours.until(recorded.head).await?, theirs.until(recorded.head).await?);
    ensure!(index == expected, "{index:?}\nnot {expected:?}");
    ensure!(ours.steps(Seq(0)).await? == theirs.steps(Seq(0)).await?);
    for seq in (0..=recorded.head.0).step_by(5) {
        let (ours, theirs) = (ours.at(Seq(seq)).await?, theirs.at(Seq(seq)).await?);
        ensure!(ours.session == theirs.session && ours.moment == theirs.moment, "at {seq}");
        ensure!(tests::timeline::texts(&ours.document)? == tests::timeline::texts(&theirs.document)?, "at {seq}");
    }

    // It is a session like any other, and its timeline goes on.
    let mut client = server.join(&session).await?;
    ensure!(client.texts() == recorded.server.join(&recorded.session).await?.texts());
    client.insert("sums.py", 0, "# here\n").await?;
    client.start("t7", "go on").await?;
    let call = gate.call().await;
    ensure!(call.request.messages.iter().any(|message| message.text.contains("change both")));
    call.tokens("Well.\n");
    call.end();
    client.until("the end", |c| c.status("t7") == Some(TurnStatus::Completed)).await?;
    let fresh = server.join(&session).await?;
    super::agrees(&server, &session, &fresh).await?;
    server.stop().await?;
    recorded.server.stop().await
}

/// With the sum that belongs to it.
pub fn summed(mut body: Vec<u8>) -> Vec<u8> {
    let sum = Sha256::digest(&body);
    body.extend_from_slice(&sum);
    body
}

#[tokio::test]
async fn hostile_files_get_a_clear_error_and_change_nothing() -> Result<()> {
    let recorded = record().await?;
    recorded.timeline().until(recorded.head).await?;
    let file = recorded.timeline().ask("file").await?.bytes().await?.to_vec();
    let server = TestServer::practice().await?;
    let body = &file[..file.len() - 32];
    let magic = b"MIDSTREAM SESSION\n".len();
    let header_end = magic + 1 + usize::from(file[magic]);

    let newer = {
        let header = br#"{"version":3}"#;
        [&file[..magic], &[header.len() as u8], header, &[0]].concat()
    };
    let huge = [&file[..header_end], &[1, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f]].concat();
    // One chunk, which claims a document of a terabyte in a struct count.
    let update = [0u8, 2, 6, 0xff, 0xff, 0xff, 0xff, 0xff, 0x0f];
    let step = [&[1u8, 0, 0, 2, update.len() as u8][..], &update].concat();
    let bad_update = [&file[..header_end], &[1, step.len() as u8], &step, &[0, 0]].concat();
    let mut mixed = body.to_vec();
    let at = body
        .windows(9)
        .position(|window| window == b"turn_id\"".as_slice() || window == b"\"turnId\":")
        .context("no turn")?;
    mixed[at + 10] = b'\\';
    let cases: Vec<(&str, Vec<u8>, &str)> = vec![
        ("something else", b"a letter to my aunt".to_vec(), "not a session"),
        ("nothing", Vec::new(), "not a session"),
        ("another version", summed(newer), "newer"),
        ("cut short", file[..file.len() / 2].to_vec(), "cut short"),
        ("a huge length", summed(huge), "damaged"),
        ("a bad update", summed(bad_update), "damaged"),
        ("no end", summed(body[..body.len() - 1].to_vec()), "damaged"),
        ("changed on its way", mixed.iter().chain(&file[file.len() - 32..]).copied().collect(), "changed on its way"),
        ("changed on purpose", summed(mixed), "cannot be"),
        ("bytes behind the end", [file.clone(), vec![0]].concat(), "damaged"),
    ];
    for (what, hostile, says) in cases {
        let answer = read(&server, hostile).await?;
        ensure!(answer.status() == 400, "{what}: {}", answer.status());
        let problem: Problem = answer.json().await?;
        ensure!(problem.message.contains(says), "{what}: {}", problem.message);
    }
    for seed in 0..200u64 {
        let mut rng = fastrand::Rng::with_seed(seed);
        let mut hostile = body.to_vec();
        for _ in 0..rng.usize(1..4) {
            let at = rng.usize(header_end..hostile.len());
            hostile[at] = rng.u8(..);
        }
        let answer = read(&server, summed(hostile)).await?;
        ensure!(matches!(answer.status().as_u16(), 201 | 400 | 413), "seed {seed}: {}", answer.status());
    }
    server.stop().await?;
    recorded.server.stop().await
}
