//! Other editors: the stock `yjs` and `y-websocket` packages in a Node process, beside a page's protocol, in one session.

mod stock;

use std::collections::BTreeMap;

use anyhow::{Context, Result, ensure};
use protocol::http::CreatedSession;
use protocol::view::{Cursor, Presence, Role, TurnStatus};
use protocol::{ClientFrame, CloseCode, ParticipantId, ServerFrame};
use serde_json::{Value, json};
use tests::gated::gated;
use tests::links::{link, revoke};
use tests::server::TestServer;

use self::stock::{Stock, packages};

/// Edits of the storm.
const STORM: usize = 2_000;

fn named(people: &BTreeMap<ParticipantId, Presence>, name: &str) -> Option<Presence> {
    people.values().find(|person| person.participant.name == name).cloned()
}

#[tokio::test]
async fn a_stock_client_types_with_people_and_the_model_and_all_see_each_other() -> Result<()> {
    let (model, mut gate) = gated();
    let server = TestServer::with_model(model).await?;
    let session = server.create(None).await?;
    let mut ada = server.join(&session).await?;
    ada.create_file("f1", "a.py", "one\ntwo\n").await?;
    ada.settle().await?;
    let mut stock = Stock::joined(&server, &session).await?;
    ensure!(stock.text("a.py").await? == "one\ntwo\n");

    // Typing, both ways, while the model writes in the same file.
    ada.start("t1", "go").await?;
    let call = gate.call().await;
    call.text("<edit path=\"a.py\" why=\"x\">\n<old_text>\ntwo\n</old_text>\n<new_text>\n2\n");
    ada.until("the model's line", |c| c.text("a.py").is_some_and(|text| text.contains("2\n"))).await?;
    stock.ask("insert", json!({ "path": "a.py", "at": 0, "text": "stock\n" })).await?;
    ada.until("the stock client's line", |c| c.text("a.py").is_some_and(|text| text.starts_with("stock\n"))).await?;
    ada.insert("a.py", 0, "ada\n").await?;
    stock.until_text("ada's line", "a.py", |text| text.starts_with("ada\nstock\none\n2\n")).await?;
    stock.ask("create", json!({ "id": "f2", "path": "new.py", "text": "made\n" })).await?;
    ada.until("its file", |c| c.text("new.py").as_deref() == Some("made\n")).await?;
    call.text("</new_text>\n</edit>\n");
    call.end();
    ada.until("the end", |c| c.status("t1") == Some(TurnStatus::Completed)).await?;

    // Names, colours and cursors, both ways.
    stock.ask("name", json!({ "name": "Vim", "color": "#18744b" })).await?;
    stock.ask("cursor", json!({ "path": "a.py", "from": 1, "to": 4 })).await?;
    ada.until("its cursor", |c| named(&c.people, "Vim").is_some_and(|vim| vim.cursor.is_some())).await?;
    let vim = named(&ada.people, "Vim").context("nobody")?;
    let cursor = vim.cursor.context("no cursor")?;
    ensure!((cursor.file.as_str(), vim.participant.color, vim.role) == ("f1", 2, Role::Owner), "{:?}", vim.participant);
    ensure!(ada.offset(&cursor.head) == Some(4) && ada.offset(&cursor.anchor) == Some(1), "where it is");
    let region = ada.region("a.py", 2..5)?.range.context("no range")?;
    let cursor = Cursor { file: "f1".into(), anchor: region.start, head: region.end };
    ada.send(ClientFrame::PresenceUpdate { name: Some("Ada".into()), cursor: Some(cursor), viewport: None }).await?;
    let seen = |others: &Value| {
        others.as_array().is_some_and(|all| all.len() == 1 && all[0]["name"] == "Ada" && all[0]["at"] == 5)
    };
    let others = stock.until("ada's cursor", "others", seen).await?;
    ensure!(others[0]["color"] == "#0a64ad", "{others}");

    // It comes back as who it was, with what it typed while it was away.
    stock.ask("away", json!({})).await?;
    ada.until("it went", |c| named(&c.people, "Vim").is_none()).await?;
    stock.ask("insert", json!({ "path": "a.py", "at": 0, "text": "away\n" })).await?;
    stock.ask("back", json!({})).await?;
    ada.until("what it typed", |c| c.text("a.py").is_some_and(|text| text.starts_with("away\nada\n"))).await?;
    ada.until("who it was", |c| named(&c.people, "Vim").is_some_and(|now| now.participant == vim.participant)).await?;
    server.stop().await
}

#[tokio::test]
async fn a_viewers_writes_are_refused_and_it_reads_on() -> Result<()> {
    let server = TestServer::practice().await?;
    let session = server.create(None).await?;
    let mut ada = server.join(&session).await?;
    ada.create_file("f1", "a.py", "one\n").await?;
    ada.settle().await?;
    let (view, seen) = link(server.addr, &session, Role::Viewer).await?;
    let mut stock = Stock::joined(&server, &seen).await?;
    stock.ask("insert", json!({ "path": "a.py", "at": 0, "text": "not mine\n" })).await?;
    stock.until("the refusal", "denied", |denied| denied.to_string().contains("only lets you watch")).await?;
    ada.insert("a.py", 4, "two\n").await?;
    stock.until_text("what ada types", "a.py", |text| text.contains("one\ntwo\n")).await?;
    ada.settle().await?;
    ensure!(ada.text("a.py").as_deref() == Some("one\ntwo\n"));
    let mut late = server.join(&session).await?;
    late.settle().await?;
    ensure!(late.text("a.py").as_deref() == Some("one\ntwo\n"));

    // A link that is revoked closes what came in by it, and opens nothing any more.
    revoke(server.addr, &session, &view.id).await?;
    while stock.closed.len() < 2 {
        stock.line().await?;
    }
    ensure!(stock.closed.iter().all(|code| *code == 4403), "{:?}", stock.closed);
    ada.until("it went", |c| c.people.len() <= 2).await?;
    let stranger = CreatedSession { id: session.id.clone(), token: "nobody".into() };
    let mut stranger = Stock::start(&server, &stranger).await?;
    ensure!(stranger.line().await?["closed"] == 4401);
    server.stop().await
}

#[tokio::test]
async fn a_storm_of_edits_while_a_turn_streams_and_is_interrupted_converges() -> Result<()> {
    let (model, mut gate) = gated();
    let server = TestServer::with_model(model).await?;
    let session = server.create(None).await?;
    let mut ada = server.join(&session).await?;
    ada.create_file("f1", "a.py", "start\nmiddle\nend\n").await?;
    ada.settle().await?;
    let (mut one, mut two) = (Stock::joined(&server, &session).await?, Stock::joined(&server, &session).await?);
    ada.start("t1", "go").await?;
    let call = gate.call().await;
    call.text("<edit path=\"a.py\" why=\"x\">\n<old_text>\nmiddle\n</old_text>\n<new_text>\n");
    one.send("storm", json!({ "path": "a.py", "edits": STORM / 2, "word": "x" })).await?;
    two.send("storm", json!({ "path": "a.py", "edits": STORM / 2, "word": "\u{1f642}" })).await?;
    for n in 0..200 {
        call.text(&format!("line {n} of the model\n"));
        if n == 100 {
            ada.until("half of it", |c| c.output("t1").contains("line 90")).await?;
            ada.interrupt("t1").await?;
            break;
        }
    }
    ada.until("the interrupt", |c| c.status("t1") == Some(TurnStatus::Interrupted)).await?;
    one.answer().await?;
    two.answer().await?;
    // The same text for all, and all of it has come: each marks its end behind everything else.
    one.ask("insert", json!({ "path": "a.py", "at": 0, "text": "<one>" })).await?;
    two.ask("insert", json!({ "path": "a.py", "at": 0, "text": "<two>" })).await?;
    ada.until("both ends", |c| c.text("a.py").is_some_and(|text| text.contains("<one>") && text.contains("<two>")))
        .await?;
    ada.settle().await?;
    let all = ada.text("a.py").context("no text")?;
    for stock in [&mut one, &mut two] {
        stock.until_text("the same text", "a.py", |text| text == all).await?;
    }
    let mut late = server.join(&session).await?;
    late.settle().await?;
    ensure!(late.text("a.py").as_deref() == Some(all.as_str()));
    // Whoever is faster than the session takes is told to come back, and does by itself.
    let codes: Vec<u64> = one.closed.iter().chain(&two.closed).copied().collect();
    ensure!(codes.iter().all(|code| *code == u64::from(CloseCode::Overloaded.code())), "{codes:?}");
    ensure!(ada.frames.iter().all(|frame| !matches!(frame, ServerFrame::Error { .. })));
    server.stop().await
}

#[tokio::test]
async fn the_example_of_the_readme_runs() -> Result<()> {
    let readme = include_str!("../../README.md");
    let (_, rest) = readme.split_once("```js\nimport * as Y").context("no example")?;
    let (example, _) = rest.split_once("```").context("no end of it")?;
    let server = TestServer::practice().await?;
    let session = server.create(None).await?;
    let mut ada = server.join(&session).await?;
    ada.create_file("f1", "a.py", "one\n").await?;
    ada.settle().await?;
    let example = example.replace("127.0.0.1:8787", &server.addr.to_string());
    let example = example
        .replace("/ID\"", &format!("/{}\"", session.id))
        .replace("token.TOKEN", &format!("token.{}", session.token));
    let folder = tokio::task::spawn_blocking(packages).await??;
    // A browser has a WebSocket of its own, and so have newer versions of Node.
    let script =
        format!("import {{ WebSocket }} from \"ws\";\nglobalThis.WebSocket = WebSocket;\nimport * as Y{example}");
    let mut node = tokio::process::Command::new("node");
    node.args(["--input-type=module", "--eval", &script]).current_dir(folder).kill_on_drop(true);
    let mut node = node.spawn().context("node")?;
    ada.until("what it types", |c| c.text("a.py").as_deref() == Some("hello\none\n")).await?;
    ada.until("who it is", |c| named(&c.people, "A script").is_some()).await?;
    node.kill().await?;
    server.stop().await
}
