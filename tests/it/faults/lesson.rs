//! A lesson over real sockets, caught at its mistake: it ends as its good path says, to the byte, and reverts to
//! its start.

use anyhow::{Context, Result};
use protocol::ClientFrame;
use protocol::view::TurnStatus;
use tests::server::TestServer;

/// What the lesson's good path leads to.
const GOOD: [(&str, &str); 3] = [
    ("receipts/pricing.py", include_str!("../../../models/lessons/invoice/good/receipts/pricing.py")),
    ("receipts/receipt.py", include_str!("../../../models/lessons/invoice/good/receipts/receipt.py")),
    ("tests/test_pricing.py", include_str!("../../../models/lessons/invoice/good/tests/test_pricing.py")),
];

#[tokio::test]
async fn a_lesson_that_was_caught_ends_well_and_reverts_to_its_start() -> Result<()> {
    let lesson = models::practice::lesson("invoice").context("the lesson")?;
    let server = TestServer::practice().await?;
    let session = server.create(Some("invoice")).await?;
    let mut client = server.join(&session).await?;
    client.start("t1", lesson.prompt).await?;
    client.until("the mistake", |c| c.text("receipts/pricing.py").is_some_and(|t| t.contains(lesson.mistake))).await?;
    client.interrupt("t1").await?;
    client.until("the end", |c| c.status("t1") == Some(TurnStatus::Interrupted)).await?;
    let text = Some("integer cents".to_owned());
    client.send(ClientFrame::TurnContinue { turn_id: "t1".into(), segment_id: "s1".into(), text }).await?;
    client
        .until("the good path", |c| c.text("receipts/pricing.py").is_some_and(|t| t.contains("from_cents: int")))
        .await?;
    client.steer("t1", "s2", "whole cents everywhere").await?;
    client.until("the end", |c| c.status("t1") == Some(TurnStatus::Completed)).await?;
    client.settle().await?;
    let mut fresh = server.join(&session).await?;
    fresh.settle().await?;
    for (path, good) in GOOD {
        assert_eq!(client.text(path), fresh.text(path), "{path}: everybody has the same");
        assert_eq!(client.text(path).as_deref(), Some(good), "{path}");
    }
    client.send(ClientFrame::TurnRevert { turn_id: "t1".into() }).await?;
    client.until("the revert", |c| c.turn("t1").is_some_and(|t| t.reverted)).await?;
    for file in lesson.files {
        assert_eq!(client.text(file.path).as_deref(), Some(file.text), "{} is as before", file.path);
    }
    Ok(())
}
