//! Document updates that nobody's page would send, over real sockets: refused whole, and seen by nobody.

use anyhow::{Context, Result, ensure};
use protocol::limits::PATH_MAX;
use protocol::{ErrorCode, binary};
use tests::client::Client;
use tests::server::TestServer;
use tokio_tungstenite::tungstenite::Message;
use yrs::updates::encoder::Encode;
use yrs::{Doc, ReadTxn, StateVector, Text, Transact};

use super::file;

/// Sends an update as it is.
async fn send(client: &mut Client, update: &[u8]) -> Result<()> {
    let mut message = vec![0, 2];
    let mut len = update.len();
    while len >= 0x80 {
        message.push(u8::try_from(len & 0x7f)? | 0x80);
        len >>= 7;
    }
    message.push(u8::try_from(len)?);
    message.extend(update);
    client.send_raw(Message::binary(binary::encode(1, &message))).await
}

#[tokio::test]
async fn promise_11_updates_that_claim_another_or_leave_gaps_are_refused() -> Result<()> {
    let server = TestServer::practice().await?;
    let session = server.create(Some("invoice")).await?;
    let mut witness = server.join(&session).await?;
    let before = witness.paths();
    let victim = witness.welcome.client_id;
    let mut mallory = server.join(&session).await?;
    let own = mallory.welcome.client_id;
    // The second half of what it types, without the first: the document would wait for it for ever.
    let gap = {
        let doc = Doc::with_client_id(own);
        let text = doc.get_or_insert_text("t");
        text.insert(&mut doc.transact_mut(), 0, "first");
        let half = doc.transact().state_vector();
        text.insert(&mut doc.transact_mut(), 5, "second");
        let update = doc.transact().encode_diff_v1(&half);
        ensure!(half != StateVector::default() && !half.encode_v1().is_empty());
        update
    };
    let tricks = [
        ("another participant", file(victim, "a.txt")),
        ("the server itself", file(1, "a.txt")),
        ("nobody who ever came", file(4_000_000, "a.txt")),
        ("a gap", gap),
    ];
    for (what, update) in tricks {
        send(&mut mallory, &update).await?;
        ensure!(mallory.error().await.context(what)? == ErrorCode::BadUpdate, "{what}");
    }
    witness.settle().await?;
    ensure!(witness.paths() == before, "{:?}", witness.paths());
    // Who was claimed goes on writing under its own id.
    witness.create_file("mine", "mine.txt", "mine").await?;
    let mut late = server.join(&session).await?;
    late.until("the file", |c| c.text("mine.txt").as_deref() == Some("mine")).await?;
    ensure!(!late.paths().contains(&"a.txt".to_owned()));
    server.stop().await
}

#[tokio::test]
async fn promise_11_paths_that_lead_elsewhere_are_refused() -> Result<()> {
    let server = TestServer::practice().await?;
    let session = server.create(None).await?;
    let mut witness = server.join(&session).await?;
    witness.create_file("f1", "fine.txt", "fine").await?;
    let mut mallory = server.join(&session).await?;
    let long = "x".repeat(PATH_MAX + 1);
    let tricks = [
        "",
        "/etc/passwd",
        "..",
        "../up",
        "a/../../up",
        "a/..",
        "C:\\windows",
        "a\\b",
        "a\0b",
        "a\nb",
        "\u{7f}",
        long.as_str(),
    ];
    for path in tricks {
        let update = file(mallory.welcome.client_id, path);
        send(&mut mallory, &update).await?;
        ensure!(mallory.error().await.with_context(|| format!("{path:?}"))? == ErrorCode::BadUpdate, "{path:?}");
    }
    // A rename is no way around it.
    let mut renamer = server.join(&session).await?;
    renamer.rename_file("f1", "../up").await?;
    ensure!(renamer.error().await? == ErrorCode::BadUpdate);
    witness.settle().await?;
    ensure!(witness.paths() == ["fine.txt"], "{:?}", witness.paths());
    server.stop().await
}
