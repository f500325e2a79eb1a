//! Models that cost: who may use them, and how much of them.

use anyhow::{Context, Result, ensure};
use midstream::Config;
use midstream::access::AccessCode;
use midstream::limits::LimitsConfig;
use protocol::http::{CreatedSession, Problem, Unlock};
use protocol::view::{Role, TurnStatus};
use protocol::{ClientFrame, ErrorCode, ServerFrame};
use reqwest::{Response, StatusCode};
use tests::binary::Folder;
use tests::client::Client;
use tests::gated::{Gate, gated};
use tests::links::link;
use tests::server::TestServer;

const CODE: &str = "correct horse battery";

/// A server whose model `real` costs, and the model's gate.
async fn server(configure: impl FnOnce(&mut Config)) -> Result<(TestServer, Gate)> {
    let (model, gate) = gated();
    Ok((TestServer::with_config(configure, TestServer::real_catalog(model)?).await?, gate))
}

fn coded(config: &mut Config) {
    config.access_code = AccessCode::new(CODE).expect("it is long enough");
}

async fn unlock(server: &TestServer, by: &CreatedSession, code: &str) -> Result<Response> {
    let url = server.url(&format!("/api/sessions/{}/access", by.id));
    Ok(reqwest::Client::new().post(url).bearer_auth(&by.token).json(&Unlock { code: code.to_owned() }).send().await?)
}

/// Whether the model `real` is locked, by the last word of it.
fn is_locked(client: &Client) -> bool {
    let told = client.frames.iter().rev().find_map(|frame| match frame {
        ServerFrame::Models { models } => Some(models),
        _ => None,
    });
    let models = told.unwrap_or(&client.welcome.models);
    models.iter().any(|model| model.id.as_str() == "real" && model.locked)
}

#[tokio::test]
async fn promise_11_a_model_that_costs_takes_the_access_code_once_a_session() -> Result<()> {
    let (server, mut gate) = server(coded).await?;
    let (session, other) = (server.create(None).await?, server.create(None).await?);
    let (_, by_editor) = link(server.addr, &session, Role::Editor).await?;
    let mut owner = server.join(&session).await?;
    let mut editor = server.join(&by_editor).await?;
    ensure!(is_locked(&owner) && is_locked(&editor));
    ensure!(owner.welcome.models.iter().any(|model| model.scripted && !model.locked), "practice is free");
    for (turn, client) in [("t1", &mut owner), ("t2", &mut editor)] {
        client.send(ClientFrame::ModelWarm { model: "real".into() }).await?;
        client.start_with("real", turn, "go").await?;
        ensure!(client.error().await? == ErrorCode::Locked);
    }
    // A wrong code, and one who may not spend what is the owner's.
    for (by, code, status) in [(&session, "wrong horse battery", 403), (&by_editor, CODE, 403), (&session, "", 403)] {
        ensure!(unlock(&server, by, code).await?.status() == status, "{code}");
    }
    ensure!(gate.is_idle(), "nothing was asked of the model");
    ensure!(unlock(&server, &session, CODE).await?.status() == StatusCode::NO_CONTENT);
    owner.until("the model", |c| !is_locked(c)).await?;
    editor.until("the model", |c| !is_locked(c)).await?;
    editor.start_with("real", "t3", "go").await?;
    let call = gate.call().await;
    call.text("Hello.");
    call.end();
    editor.until("the end", |c| c.status("t3") == Some(TurnStatus::Completed)).await?;
    ensure!(!is_locked(&server.join(&by_editor).await?));
    let mut elsewhere = server.join(&other).await?;
    ensure!(is_locked(&elsewhere), "each session by itself");
    elsewhere.start_with("real", "t1", "go").await?;
    ensure!(elsewhere.error().await? == ErrorCode::Locked);
    server.stop().await
}

#[tokio::test]
async fn promise_11_an_access_code_cannot_be_guessed_for_long() -> Result<()> {
    let (server, _gate) = server(|config| {
        coded(config);
        config.limits = LimitsConfig { codes_per_hour: 3, ..LimitsConfig::default() };
    })
    .await?;
    let (session, other) = (server.create(None).await?, server.create(None).await?);
    // A session of their own is no way around it.
    for (n, by) in [&session, &other, &session].into_iter().enumerate() {
        ensure!(unlock(&server, by, &format!("guess number {n}")).await?.status() == 403);
    }
    let answer = unlock(&server, &other, CODE).await?;
    ensure!(answer.status() == 429, "also the right one: {}", answer.status());
    ensure!(answer.json::<Problem>().await?.code == ErrorCode::Limit);
    ensure!(is_locked(&server.join(&other).await?));
    server.stop().await
}

#[tokio::test]
async fn promise_11_a_session_stays_unlocked_over_a_restart_and_not_over_another_code() -> Result<()> {
    let folder = Folder::new("access")?;
    let mut session = None;
    for (code, is_first, locked) in [(CODE, true, true), (CODE, false, false), ("another code of ours", false, true)] {
        let (server, _gate) = server(|config| {
            config.data.clone_from(&folder.0);
            config.access_code = AccessCode::new(code).expect("it is long enough");
        })
        .await?;
        if is_first {
            session = Some(server.create(None).await?);
        }
        let session = session.as_ref().context("no session")?;
        let mut client = server.join(session).await?;
        ensure!(is_locked(&client) == locked, "{code}");
        if is_first {
            ensure!(unlock(&server, session, code).await?.status() == 204);
            client.start("t1", "go").await?;
            client.until("saved", |c| c.status("t1").is_some() && c.saved() >= c.head()).await?;
        }
        server.stop().await?;
    }
    Ok(())
}

#[tokio::test]
async fn past_a_budget_a_turn_is_stopped_and_the_next_is_refused_and_nothing_is_lost() -> Result<()> {
    let (server, mut gate) = server(|config| config.budgets.tokens_per_session = Some(20_000)).await?;
    let (session, other) = (server.create(None).await?, server.create(None).await?);
    let mut client = server.join(&session).await?;
    client.start_with("real", "t1", "go").await?;
    let call = gate.call().await;
    call.text("It begins. ");
    client.until("some output", |c| c.output("t1") == "It begins. ").await?;
    call.text(&"word ".repeat(20_000));
    client.until("the end", |c| c.status("t1") == Some(TurnStatus::Interrupted)).await?;
    let turn = client.turn("t1").context("the turn is gone")?;
    ensure!(turn.reason.as_ref().is_some_and(|reason| reason.code == ErrorCode::Limit), "{:?}", turn.reason);
    ensure!(turn.output.starts_with("It begins. word"), "what came stays");
    call.dropped.cancelled().await;

    client.start_with("real", "t2", "go").await?;
    ensure!(client.error().await? == ErrorCode::Limit);
    let (turn_id, segment_id) = ("t1".into(), "g1".into());
    client.send(ClientFrame::TurnContinue { turn_id, segment_id, text: None }).await?;
    ensure!(client.error().await? == ErrorCode::Limit);
    client.steer("t1", "s1", "go on").await?;
    let failed = client.frame("the steer", |f| matches!(f, ServerFrame::SteerFailed { .. })).await?;
    ensure!(matches!(&failed, ServerFrame::SteerFailed { text, .. } if text == "go on"), "{failed:?}");
    // The practice model costs nothing, and another session has its own budget.
    client.start("t3", "go").await?;
    client.until("practice", |c| c.output("t3").len() > 20).await?;
    let mut elsewhere = server.join(&other).await?;
    elsewhere.start_with("real", "t1", "go").await?;
    gate.call().await.end();
    elsewhere.until("the end", |c| c.status("t1") == Some(TurnStatus::Completed)).await?;
    server.stop().await
}

#[tokio::test]
async fn a_budget_of_the_server_holds_for_all_sessions_and_over_a_restart() -> Result<()> {
    let folder = Folder::new("budget")?;
    for is_first in [true, false] {
        let (server, mut gate) = server(|config| {
            config.data.clone_from(&folder.0);
            config.budgets.tokens_in_all = Some(20_000);
        })
        .await?;
        let mut client = server.join(&server.create(None).await?).await?;
        client.start_with("real", "t1", "go").await?;
        if is_first {
            // What the upstream says counts, where it is more than was seen.
            let call = gate.call().await;
            call.event(models::SegmentEvent::Usage(models::Usage { input: 19_000, cached: 0, output: 1_000 }));
            call.end();
            client.until("the end", |c| c.status("t1") == Some(TurnStatus::Completed)).await?;
            client = server.join(&server.create(None).await?).await?;
            client.start_with("real", "t1", "go").await?;
        }
        ensure!(client.error().await? == ErrorCode::Limit);
        server.stop().await?;
    }
    Ok(())
}
