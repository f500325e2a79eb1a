//! Imports while a model writes.

use anyhow::{Context, Result, ensure};
use tests::gated::gated;
use tests::server::TestServer;
use tests::transfer::Transfer;

use super::{begun, tree, unzip};

#[tokio::test]
async fn an_import_during_a_turn_is_not_the_turns_and_stays_when_that_is_taken_back() -> Result<()> {
    let (model, mut gate) = gated();
    let server = TestServer::with_model(model).await?;
    let (session, _) = begun(&server, &tree(&[("a.py", b"one\r\ntwo\r\n"), ("i.png", b"\0")])).await?;
    let transfer = Transfer { addr: server.addr, session: &session };
    let mut ada = server.join(&session).await?;
    ada.start("t1", "go").await?;
    let call = gate.call().await;
    call.text("<edit path=\"a.py\" why=\"x\">\n<old_text>\none\n</old_text>\n<new_text>\n1\n");
    ada.until("the model's line", |c| c.text("a.py").is_some_and(|text| text.contains('1'))).await?;
    let answer = transfer
        .import("application/zip", parcel::zip::write(&tree(&[("b.py", b"new\n"), ("j.png", b"\0j")]))?)
        .await?;
    ensure!(answer.import.is_some_and(|import| import.added == 2));
    call.text("</new_text>\n</edit>\nAnd an image.\n<edit path=\"i.png\" why=\"x\">\n<old_text>\n</old_text>\n<new_text>\ntext\n</new_text>\n</edit>\n");
    call.end();
    ada.until("the end", |c| c.status("t1").is_some_and(|status| status != protocol::view::TurnStatus::Running))
        .await?;
    let turn = ada.turn("t1").context("no turn")?;
    let refused = turn.hunks.iter().find(|hunk| hunk.path == "i.png").context("no hunk")?;
    ensure!(refused.status == protocol::view::HunkStatus::Failed, "what is not text is not the model's: {refused:?}");
    ada.send(protocol::ClientFrame::TurnRevert { turn_id: "t1".into() }).await?;
    ada.until("the revert", |c| c.turn("t1").is_some_and(|turn| turn.reverted)).await?;
    let out = unzip(&transfer.export("zip").await?)?;
    let wanted = [("a.py", b"one\r\ntwo\r\n".as_slice()), ("b.py", b"new\n"), ("i.png", b"\0"), ("j.png", b"\0j")];
    ensure!(out == tree(&wanted), "{out:?}");
    // What the turn changed is a patch by itself.
    let patch = String::from_utf8(transfer.export("patch?from=turn:t1:before&to=turn:t1:after").await?)?;
    ensure!(patch.contains("-one\r\n+1\r\n") && patch.contains("b/b.py"), "{patch}");
    server.stop().await
}
