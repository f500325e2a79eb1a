//! Hunks that do not apply: the model is asked once, by itself, to mend them.

use anyhow::Result;
use protocol::ServerFrame;
use protocol::view::{HunkStatus, SegmentCause, TurnStatus};
use tests::gated::gated;
use tests::server::TestServer;

use super::{FILE, block};

#[tokio::test]
async fn the_model_is_asked_once_to_mend_what_did_not_apply() -> Result<()> {
    let (model, mut gate) = gated();
    let server = TestServer::with_real_model(model).await?;
    let session = server.create(None).await?;
    let mut client = server.join(&session).await?;
    client.create_file("f1", "calc.py", FILE).await?;
    client.settle().await?;
    client.start_with("real", "t1", "go").await?;
    let call = gate.call().await;
    call.tokens(&block("    return a plus b", "    return b + a"));
    call.end();
    let call = gate.call().await;
    let asked = &call.request.messages.last().unwrap().text;
    assert!(asked.contains("calc.py was not applied"), "{asked}");
    client
        .until("the mending", |c| c.frames.iter().any(|f| matches!(f, ServerFrame::TurnMending { failed: 1, .. })))
        .await?;
    assert_eq!(client.status("t1"), Some(TurnStatus::Running));
    call.tokens(&block("    return a + b", "    return b + a"));
    // It fails again elsewhere: nobody asks twice.
    call.tokens(&block("nowhere", "x"));
    call.end();
    client.until("the end", |c| c.status("t1") == Some(TurnStatus::Completed)).await?;
    let statuses: Vec<_> = client.turn("t1").unwrap().hunks.iter().map(|hunk| hunk.status).collect();
    assert_eq!(statuses, [HunkStatus::Failed, HunkStatus::Applied, HunkStatus::Failed]);
    assert_eq!(client.text("calc.py").unwrap(), FILE.replace("a + b", "b + a"));
    let again = server.join(&session).await?;
    let causes: Vec<_> = again.turn("t1").unwrap().segments.iter().map(|segment| segment.cause.clone()).collect();
    assert_eq!(causes, [SegmentCause::Prompt, SegmentCause::Mend]);
    Ok(())
}
