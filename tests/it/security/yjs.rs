//! The socket of other editors: who comes in by it, what each of its messages takes, and what is refused.

use anyhow::{Context, Result, ensure};
use midstream::limits::LimitsConfig;
use protocol::CloseCode;
use protocol::http::CreatedSession;
use protocol::view::Role;
use tests::client::Client;
use tests::editor::{Editor, question, url};
use tests::links::{link, links};
use tests::server::TestServer;
use yrs::sync::{Message, SyncMessage};
use yrs::updates::encoder::Encode;
use yrs::{Doc, Map, ReadTxn, Text, Transact};

use super::{everyone, file};

/// As Yjs draws client ids.
const DRAWN: u64 = 3_456_789_012;

/// A kind of message: what it is, the least role that it takes, and one of its kind of a replica with the file `f1`.
type Kind = (&'static str, Role, fn(&Editor) -> Result<Vec<u8>>);

const KINDS: &[Kind] = &[
    ("a question", Role::Viewer, |_| Ok(question().encode_v1())),
    ("an answer that brings nothing", Role::Viewer, |_| Ok(vec![0, 1, 2, 0, 0])),
    ("everyone's states", Role::Viewer, |_| Ok(Message::AwarenessQuery.encode_v1())),
    ("an update", Role::Editor, |editor| {
        Ok(Message::Sync(SyncMessage::Update(editor.types("f1", 0, "updated ")?)).encode_v1())
    }),
    ("an answer", Role::Editor, |editor| {
        editor.types("f1", 0, "answered ")?;
        let all = editor.doc.transact().encode_state_as_update_v1(&yrs::StateVector::default());
        Ok(Message::Sync(SyncMessage::SyncStep2(all)).encode_v1())
    }),
];

/// A session with the file `f1`, and who made it.
async fn room(server: &TestServer) -> Result<(CreatedSession, Client)> {
    let session = server.create(None).await?;
    let mut ada = server.join(&session).await?;
    ada.create_file("f1", "a.txt", "one\n").await?;
    ada.settle().await?;
    Ok((session, ada))
}

fn is_here(client: &Client, name: &str) -> bool {
    client.people.values().any(|person| person.participant.name == name)
}

#[tokio::test]
async fn promise_11_a_stock_editor_comes_in_by_a_subprotocol_alone_and_with_its_role() -> Result<()> {
    let server = TestServer::practice().await?;
    let (session, other) = (server.create(None).await?, server.create(None).await?);
    let mut owner = server.join(&session).await?;
    for (at, caller) in everyone(server.addr, &session, &other).await?.into_iter().enumerate() {
        let shown = CreatedSession { id: session.id.clone(), token: caller.token.clone().unwrap_or_default() };
        match caller.role {
            // It opens the timeline, and nothing live.
            Some(Role::Replay) => {
                let code = Editor::refused(server.addr, &shown).await.with_context(|| caller.who)?;
                ensure!(code == CloseCode::Unauthorized.code(), "{}: {code}", caller.who);
            }
            Some(role) => {
                let client = DRAWN + at as u64;
                let mut editor = Editor::connect(server.addr, &shown, client).await?;
                editor.says(client, caller.who).await?;
                editor.synced().await.with_context(|| caller.who)?;
                owner.until("the editor", |c| is_here(c, caller.who)).await?;
                let here = owner.people.values().find(|one| one.participant.name == caller.who);
                ensure!(here.context("it went")?.role == role, "{}", caller.who);
            }
            None => {
                let code = Editor::refused(server.addr, &shown).await.with_context(|| caller.who)?;
                ensure!(code == caller.code.code(), "{}: {code}", caller.who);
            }
        }
    }
    // A token anywhere else is none.
    let query = format!("{}?token={}", url(server.addr, &session), session.token);
    let (code, _) = Editor::open(&query, "midstream.yjs", DRAWN).await?.closed().await?;
    ensure!(code == CloseCode::Unauthorized.code(), "{code}");
    let nowhere = CreatedSession { id: "nopenopenopenopenopenopenopenope".into(), ..session.clone() };
    ensure!(Editor::refused(server.addr, &nowhere).await? == CloseCode::NotFound.code());
    server.stop().await
}

#[tokio::test]
async fn promise_11_every_message_of_a_stock_editor_takes_its_role() -> Result<()> {
    let server = TestServer::practice().await?;
    for role in Role::ALL.into_iter().filter(|role| *role >= Role::Viewer) {
        let (session, mut ada) = room(&server).await?;
        let (_, by) = link(server.addr, &session, role).await?;
        for (at, (what, least, message)) in KINDS.iter().enumerate() {
            let client = DRAWN + at as u64;
            let mut editor = Editor::connect(server.addr, &by, client).await?;
            editor.says(client, what).await?;
            editor.synced().await?;
            // Who it is, everyone may say.
            ada.until("its name", |c| is_here(c, what)).await?;
            let (before, message) = (ada.text("a.txt"), message(&editor)?);
            editor.send_raw(message).await?;
            let denied = editor.synced().await.with_context(|| format!("{role:?} sends {what}"))?;
            ada.settle().await?;
            ensure!(denied.is_empty() == (role >= *least), "{role:?} sends {what}: {denied:?}");
            let changes = *least > Role::Viewer && role >= *least;
            ensure!((ada.text("a.txt") != before) == changes, "{role:?} sends {what}: {:?}", ada.text("a.txt"));
        }
        for (what, bytes) in [("nothing", vec![]), ("an unknown kind", vec![9]), ("a verdict", vec![2, 0, 0])] {
            let mut editor = Editor::connect(server.addr, &by, DRAWN + 99).await?;
            editor.send_raw(bytes).await?;
            let (code, _) = editor.closed().await.with_context(|| format!("{role:?} sends {what}"))?;
            ensure!(code == CloseCode::BadFrame.code(), "{role:?} sends {what}: {code}");
        }
    }
    server.stop().await
}

#[tokio::test]
async fn promise_11_a_stock_editor_that_claims_another_or_leaves_gaps_is_refused() -> Result<()> {
    let server = TestServer::practice().await?;
    let (session, mut ada) = room(&server).await?;
    // Neither has written anything: what is there already would not be looked at.
    let page = server.join(&session).await?.welcome.client_id;
    let mut victim = Editor::connect(server.addr, &session, DRAWN).await?;
    victim.says(DRAWN, "Victim").await?;
    victim.synced().await?;
    let own = DRAWN + 1;
    let gap = {
        let doc = Doc::with_client_id(own);
        let text = doc.get_or_insert_text("t");
        text.insert(&mut doc.transact_mut(), 0, "first");
        let half = doc.transact().state_vector();
        text.insert(&mut doc.transact_mut(), 5, "second");
        doc.transact().encode_diff_v1(&half)
    };
    let tricks = [
        ("a page's participant", file(page, "evil.txt")),
        ("another stock editor", file(DRAWN, "evil.txt")),
        ("the server itself", file(1 << 32, "evil.txt")),
        ("nobody who ever came", file(DRAWN + 1_000, "evil.txt")),
        ("a gap", gap),
        ("another root", {
            let doc = Doc::with_client_id(own);
            let root = doc.get_or_insert_map("evil");
            let mut txn = doc.transact_mut();
            root.insert(&mut txn, "a", "b");
            txn.encode_update_v1()
        }),
    ];
    for (what, update) in tricks {
        let mut mallory = Editor::connect_as(server.addr, &session, own, "mallorys").await?;
        mallory.says(own, "Mallory").await?;
        mallory.synced().await?;
        mallory.update(update).await?;
        let (code, denied) = mallory.closed().await.with_context(|| what)?;
        ensure!(code == CloseCode::BadFrame.code() && denied.len() == 1, "{what}: {code} {denied:?}");
    }
    // Nor can it come as somebody else, by what it says or by what it writes.
    let (_, by) = link(server.addr, &session, Role::Editor).await?;
    for client in [DRAWN, page, 1 << 32, (1 << 53) - 1, 0] {
        for session in [&session, &by] {
            // What is said under an id of the server's is what the server told.
            if client < 1 << 32 {
                let mut mallory = Editor::connect(server.addr, session, client).await?;
                mallory.says(client, "Mallory").await?;
                let (code, _) = mallory.closed().await.with_context(|| format!("{client} by its state"))?;
                ensure!(code == CloseCode::Replaced.code(), "{client} by its state: {code}");
            }
            let mut mallory = Editor::connect(server.addr, session, client).await?;
            mallory.update(file(client, "evil.txt")).await?;
            let (code, _) = mallory.closed().await.with_context(|| format!("{client} by what it writes"))?;
            ensure!(code == CloseCode::Replaced.code(), "{client} by what it writes: {code}");
        }
    }
    // Who was claimed goes on, and nobody has seen anything of it.
    victim.update(victim.types("f1", 0, "mine ")?).await?;
    ada.until("what it types", |c| c.text("a.txt").as_deref() == Some("mine one\n")).await?;
    ensure!(ada.paths() == ["a.txt"], "{:?}", ada.paths());
    let mut late = server.join(&session).await?;
    late.settle().await?;
    ensure!(late.paths() == ["a.txt"]);
    server.stop().await
}

#[tokio::test]
async fn promise_11_only_a_key_of_its_own_replaces_an_editor_that_is_here() -> Result<()> {
    let server = TestServer::practice().await?;
    let (session, mut ada) = room(&server).await?;
    let mut first = Editor::connect_as(server.addr, &session, DRAWN, "mine").await?;
    first.says(DRAWN, "First").await?;
    first.synced().await?;
    ada.until("it", |c| is_here(c, "First")).await?;
    let mut guess = Editor::connect_as(server.addr, &session, DRAWN, "not-mine").await?;
    guess.says(DRAWN, "Guess").await?;
    ensure!(guess.closed().await?.0 == CloseCode::Replaced.code());
    let mut second = Editor::connect_as(server.addr, &session, DRAWN, "mine").await?;
    second.says(DRAWN, "Second").await?;
    ensure!(first.closed().await?.0 == CloseCode::Replaced.code(), "never two of one client id");
    second.synced().await?;
    second.update(second.types("f1", 0, "back ")?).await?;
    ada.until("what it types", |c| c.text("a.txt").as_deref() == Some("back one\n")).await?;
    // Who is here is told beside the order of edits, and a little later.
    ada.until("nobody but it", |c| c.people.len() == 2).await?;
    server.stop().await
}

#[tokio::test]
async fn promise_9_a_stock_editor_that_does_not_read_is_let_go() -> Result<()> {
    let server = TestServer::practice().await?;
    let (session, mut ada) = room(&server).await?;
    ada.insert("a.txt", 0, &"x".repeat(200 * 1024)).await?;
    let mut editor = Editor::connect(server.addr, &session, DRAWN).await?;
    editor.says(DRAWN, "Sleeper").await?;
    ada.until("it", |c| is_here(c, "Sleeper")).await?;
    // More than the kernel holds.
    for _ in 0..100 {
        editor.send(&question()).await?;
    }
    ada.until("it is gone", |c| !is_here(c, "Sleeper")).await?;
    ada.settle().await?;
    drop(editor);
    server.stop().await
}

#[tokio::test]
async fn the_limits_of_sockets_hold_for_stock_editors() -> Result<()> {
    let limits = LimitsConfig { sockets_per_address: 2, ..LimitsConfig::default() };
    let server = TestServer::practice_with(|config| config.limits = limits).await?;
    let session = server.create(None).await?;
    let (_ada, mut one) = (server.join(&session).await?, Editor::connect(server.addr, &session, DRAWN).await?);
    one.synced().await?;
    ensure!(Editor::refused(server.addr, &session).await? == CloseCode::Crowded.code());
    server.stop().await?;

    let limits = LimitsConfig { sockets_per_session: 2, guesses_per_minute: 2, ..LimitsConfig::default() };
    let server = TestServer::practice_with(|config| config.limits = limits).await?;
    let session = server.create(None).await?;
    let (_ada, mut one) = (server.join(&session).await?, Editor::connect(server.addr, &session, DRAWN).await?);
    one.synced().await?;
    ensure!(Editor::refused(server.addr, &session).await? == CloseCode::Full.code());
    let wrong = CreatedSession { token: "wrong".to_owned(), ..session.clone() };
    for _ in 0..2 {
        ensure!(Editor::refused(server.addr, &wrong).await? == CloseCode::Unauthorized.code());
    }
    ensure!(Editor::refused(server.addr, &session).await? == CloseCode::Crowded.code(), "the right one, too");
    ensure!(links(server.addr, &session).await.is_err(), "and by HTTP alike");
    server.stop().await?;

    let limits = LimitsConfig { messages_per_second: 1, messages_at_once: 20, ..LimitsConfig::default() };
    let server = TestServer::practice_with(|config| config.limits = limits).await?;
    let session = server.create(None).await?;
    let mut editor = Editor::connect(server.addr, &session, DRAWN).await?;
    for _ in 0..30 {
        if editor.send(&Message::AwarenessQuery).await.is_err() {
            break;
        }
    }
    ensure!(editor.closed().await?.0 == CloseCode::Overloaded.code());
    server.stop().await
}
