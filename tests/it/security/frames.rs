//! Every frame of a client with every role: one table. A new frame does not compile until it is in [`least`], and
//! fails until there is one of its kind in [`one_of_each`].

use std::collections::BTreeSet;

use anyhow::{Context, Result, ensure};
use protocol::client::{Hello, RefusalSteer, TurnStart};
use protocol::run::{RunReport, RunStatus};
use protocol::scope::{Region, Scope};
use protocol::view::{Cursor, Role};
use protocol::{ClientFrame, CloseCode, ErrorCode, Seq, ServerFrame, VERSION, binary};
use tests::client::Client;
use tests::links::link;
use tests::server::TestServer;
use tokio_tungstenite::tungstenite::Message;

/// The definition of what a client may say.
const SOURCE: &str = include_str!("../../../protocol/src/client.rs");

/// The least role that a frame takes.
fn least(frame: &ClientFrame) -> Role {
    match frame {
        ClientFrame::Hello(_) | ClientFrame::PresenceUpdate { .. } | ClientFrame::Ping { .. } => Role::Viewer,
        ClientFrame::TurnStart(_)
        | ClientFrame::TurnSteer { .. }
        | ClientFrame::TurnInterrupt { .. }
        | ClientFrame::TurnContinue { .. }
        | ClientFrame::TurnRevert { .. }
        | ClientFrame::HunkAccept { .. }
        | ClientFrame::HunkRevert { .. }
        | ClientFrame::HunkApply { .. }
        | ClientFrame::HunkRefuse { .. }
        | ClientFrame::ScopeSet { .. }
        | ClientFrame::RunReport(_)
        | ClientFrame::PresenterSet { .. }
        | ClientFrame::ModelWarm { .. } => Role::Editor,
        ClientFrame::LockSet { .. } => Role::Owner,
    }
}

/// Whether a frame is refused without a word: nobody waits for its answer.
fn is_silent(frame: &ClientFrame) -> bool {
    matches!(frame, ClientFrame::ModelWarm { .. })
}

/// A frame of each kind, that has an effect where it may: about the turn `t0`, which stands there, and `file`.
fn one_of_each(file: &str) -> Vec<ClientFrame> {
    let (turn_id, hunk_id, shown_seq, text) = (|| "t0".into(), || "h1".into(), Seq(1_000_000), || "words".to_owned());
    let region = Region { file: file.into(), range: None };
    vec![
        ClientFrame::Hello(Hello {
            version: VERSION,
            token: String::new(),
            pace_ms: 0,
            name: Some("Mallory".into()),
            resume: None,
            opening: None,
        }),
        ClientFrame::Ping { clock: 0.25 },
        ClientFrame::PresenceUpdate {
            name: Some("Watcher".into()),
            cursor: Some(Cursor { file: file.into(), anchor: "AAE=".into(), head: "AAE=".into() }),
            viewport: None,
        },
        ClientFrame::PresenterSet { on: true },
        ClientFrame::ModelWarm { model: "practice".into() },
        ClientFrame::RunReport(Box::new(RunReport {
            entry: "a.py".into(),
            status: RunStatus::Passed,
            ms: 1.0,
            errors: Vec::new(),
            tests: None,
            output: String::new(),
        })),
        ClientFrame::ScopeSet { scope: Scope { budget: Some(7), ..Scope::default() } },
        ClientFrame::LockSet { lock_id: "l1".into(), region: Some(region) },
        ClientFrame::HunkAccept { turn_id: turn_id(), hunk_id: hunk_id() },
        ClientFrame::HunkApply { turn_id: turn_id(), hunk_id: hunk_id() },
        ClientFrame::HunkRefuse { turn_id: turn_id(), hunk_id: hunk_id(), steer: None },
        ClientFrame::HunkRefuse {
            turn_id: turn_id(),
            hunk_id: hunk_id(),
            steer: Some(RefusalSteer { steer_id: "s0".into(), shown_seq, text: text() }),
        },
        ClientFrame::HunkRevert { turn_id: turn_id(), hunk_id: hunk_id() },
        ClientFrame::TurnSteer { turn_id: turn_id(), steer_id: "s1".into(), shown_seq, text: text() },
        ClientFrame::TurnInterrupt { turn_id: turn_id(), shown_seq },
        ClientFrame::TurnContinue { turn_id: turn_id(), segment_id: "g1".into(), text: Some(text()) },
        ClientFrame::TurnInterrupt { turn_id: turn_id(), shown_seq },
        ClientFrame::TurnRevert { turn_id: turn_id() },
        ClientFrame::TurnStart(TurnStart {
            turn_id: "t1".into(),
            prompt: text(),
            model: "practice".into(),
            open_file: None,
            selection: None,
            scope: None,
            tokens_per_second: Some(1200),
        }),
    ]
}

/// The `type` of a frame.
fn kind(frame: &ClientFrame) -> Result<String> {
    let json = serde_json::to_value(frame)?;
    Ok(json["type"].as_str().context("no type")?.to_owned())
}

/// Waits until the session has answered all that was sent before: it answers a question for the document in its order.
async fn answered(client: &mut Client) -> Result<()> {
    let before = client.updates.len();
    // Sync step 1, with the state vector of one who has nothing.
    client.send_raw(Message::binary(binary::encode(0, &[0, 0, 1, 0]))).await?;
    client.until("the answer to a question", |c| c.updates.iter().skip(before).any(|seq| *seq == 0)).await
}

#[test]
fn the_table_has_every_frame() -> Result<()> {
    let defined = SOURCE.split("#[serde(rename = \"").skip(1).filter_map(|rest| rest.split_once('"'));
    let defined: BTreeSet<String> = defined.map(|(name, _)| name.to_owned()).collect();
    let tried = one_of_each("f").iter().map(kind).collect::<Result<BTreeSet<String>>>()?;
    ensure!(defined.len() > 10, "the source is not written as this test expects");
    ensure!(defined == tried, "not in the table: {:?}", defined.symmetric_difference(&tried).collect::<Vec<_>>());
    Ok(())
}

#[tokio::test]
async fn promise_11_every_frame_takes_its_role() -> Result<()> {
    let server = TestServer::practice().await?;
    for role in Role::ALL {
        let session = server.create(Some("invoice")).await?;
        let mut owner = server.join(&session).await?;
        owner.start("t0", "go").await?;
        owner.until("some output", |c| c.output("t0").len() > 60).await?;
        owner.interrupt("t0").await?;
        owner.until("the end", |c| c.status("t0").is_some_and(|s| s != protocol::view::TurnStatus::Running)).await?;
        let (_, by) = link(server.addr, &session, role).await?;
        if role < Role::Viewer {
            // Nothing live: it comes to say nothing at all.
            let code = Client::refused(server.addr, &by, None).await?;
            ensure!(code == CloseCode::Unauthorized.code(), "{role:?}: {code}");
            continue;
        }
        let mut client = server.join(&by).await?;
        ensure!(client.welcome.role == role);
        let path = owner.paths().into_iter().next().context("no file")?;
        let file = owner.file_id(&path).context("no file")?;
        let before = (owner.turns.len(), owner.output("t0").to_owned(), owner.text(&path));
        for frame in one_of_each(&file) {
            let seen = client.frames.len();
            client.send(frame.clone()).await?;
            answered(&mut client).await?;
            let forbidden = client
                .frames
                .iter()
                .skip(seen)
                .any(|answer| matches!(answer, ServerFrame::Error { code: ErrorCode::Forbidden, .. }));
            let expected = role < least(&frame) && !is_silent(&frame);
            ensure!(forbidden == expected, "{role:?} says {frame:?}: {:?}", &client.frames[seen..]);
        }
        // An edit is a binary frame.
        let seen = client.frames.len();
        client.insert(&path, 0, "typed").await?;
        answered(&mut client).await?;
        let codes = client.frames[seen..].iter().filter_map(|answer| match answer {
            ServerFrame::Error { code, .. } => Some(*code),
            _ => None,
        });
        let codes: Vec<_> = codes.collect();
        let expected: &[ErrorCode] = if role < Role::Editor { &[ErrorCode::Forbidden] } else { &[] };
        ensure!(codes == expected, "{role:?} types: {codes:?}");
        // And nothing that was refused has had an effect.
        answered(&mut owner).await?;
        let now = (owner.turns.len(), owner.output("t0").to_owned(), owner.text(&path));
        ensure!((now == before) == (role < Role::Editor), "{role:?}: {now:?}");
        let presents = owner.presenter.as_ref() == Some(&client.welcome.participant.id);
        ensure!(presents == (role >= Role::Editor), "{role:?}: {:?}", owner.presenter);
        ensure!((owner.scope == Scope::default()) == (role < Role::Editor), "{role:?}: {:?}", owner.scope);
        ensure!(owner.locks.is_empty() == (role < Role::Owner), "{role:?}: {:?}", owner.locks);
    }
    server.stop().await
}
