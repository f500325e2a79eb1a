//! Frames that nobody should send.

use anyhow::{Context, Result};
use futures_util::{SinkExt, StreamExt};
use protocol::limits::CLIENT_FRAME_MAX;
use protocol::{CloseCode, ErrorCode, VERSION, binary};
use tests::client::Client;
use tokio_tungstenite::connect_async;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;

use super::Room;

#[tokio::test]
async fn bad_frames_get_a_code_and_disturb_nobody() -> Result<()> {
    let mut room = Room::new().await?;
    let mut other = room.join().await?;
    for text in [
        "",
        "{",
        "[]",
        "{\"type\":\"no/such\"}",
        "{\"type\":\"turn/start\"}",
        "{\"type\":\"hello\",\"version\":1,\"token\":\"x\"}",
    ] {
        other.send_raw(Message::text(text)).await?;
        assert_eq!(other.error().await.with_context(|| text.to_owned())?, ErrorCode::BadFrame, "{text}");
    }
    other.send_raw(Message::binary(vec![1, 2, 3])).await?;
    assert_eq!(other.error().await?, ErrorCode::BadFrame);
    // Five bytes that claim millions of structs, in an update, in a step 2, and as a state vector; and garbage.
    let huge: &[&[u8]] = &[
        &[0, 2, 5, 0xff, 0xff, 0xff, 0xff, 0x0f],
        &[0, 1, 5, 0xff, 0xff, 0xff, 0xff, 0x0f],
        &[0, 0, 5, 0xff, 0xff, 0xff, 0xff, 0x0f],
        &[0, 2, 6, 0, 0xff, 0xff, 0xff, 0xff, 0x0f],
        &[1, 5, 0xff, 0xff, 0xff, 0xff, 0x0f],
        &[0, 2, 200],
        &[9, 9, 9, 9],
        &[],
    ];
    for message in huge {
        other.send_raw(Message::binary(binary::encode(1, message))).await?;
        let code = other.error().await.with_context(|| format!("{message:?}"))?;
        assert_eq!(code, ErrorCode::BadUpdate, "{message:?}");
    }
    // An update that writes as somebody else.
    let silent = room.join().await?;
    let foreign = {
        use yrs::{Doc, Map, Transact};
        let doc = Doc::with_client_id(silent.welcome.client_id);
        let files = doc.get_or_insert_map("files");
        let mut txn = doc.transact_mut();
        files.insert(&mut txn, "x", "y");
        let update = txn.encode_update_v1();
        let mut message = vec![0u8, 2, u8::try_from(update.len())?];
        message.extend(update);
        message
    };
    other.send_raw(Message::binary(binary::encode(2, &foreign))).await?;
    assert_eq!(other.error().await?, ErrorCode::BadUpdate);
    room.client.insert("calc.py", 0, "# fine\n").await?;
    other.until("the edit", |c| c.text("calc.py").is_some_and(|t| t.starts_with("# fine"))).await?;
    Ok(())
}

#[tokio::test]
async fn a_frame_past_the_limit_closes_its_own_socket_only() -> Result<()> {
    let mut room = Room::new().await?;
    let mut other = room.join().await?;
    other.send_raw(Message::text("x".repeat(CLIENT_FRAME_MAX + 1))).await?;
    assert_eq!(other.closed().await?, CloseCode::TooLarge.code());
    room.client.settle().await?;
    Ok(())
}

#[tokio::test]
async fn a_hello_is_checked() -> Result<()> {
    let room = Room::new().await?;
    let url = format!("ws://{}/api/sessions/{}/socket", room.server.addr, room.session.id);
    let nowhere = format!("ws://{}/api/sessions/nope/socket", room.server.addr);
    let token = &room.session.token;
    for (url, first, code) in [
        (
            &url,
            Message::text(format!("{{\"type\":\"hello\",\"version\":{},\"token\":\"{token}\"}}", VERSION + 1)),
            CloseCode::VersionMismatch,
        ),
        (
            &url,
            Message::text(format!("{{\"type\":\"hello\",\"version\":{VERSION},\"token\":\"guess\"}}")),
            CloseCode::Unauthorized,
        ),
        (
            &url,
            Message::text(format!("{{\"type\":\"hello\",\"version\":{VERSION},\"token\":\"\"}}")),
            CloseCode::Unauthorized,
        ),
        (&url, Message::text(format!("{{\"type\":\"hello\",\"version\":{VERSION}}}")), CloseCode::BadFrame),
        (&url, Message::text("{\"type\":\"ping\",\"clock\":1}"), CloseCode::BadFrame),
        (&url, Message::binary(vec![0; 16]), CloseCode::BadFrame),
        (&nowhere, Message::text("{}"), CloseCode::NotFound),
    ] {
        let (mut socket, _) = connect_async(url).await?;
        socket.send(first).await?;
        let closed = loop {
            match socket.next().await {
                Some(Ok(Message::Close(Some(frame)))) => break u16::from(frame.code),
                Some(Ok(_)) => {}
                other => anyhow::bail!("{other:?}"),
            }
        };
        assert_eq!(closed, code.code());
    }
    Ok(())
}

#[tokio::test]
async fn promise_11_other_hosts_and_other_pages_are_refused() -> Result<()> {
    let room = Room::new().await?;
    let url = format!("ws://{}/api/sessions/{}/socket", room.server.addr, room.session.id);
    for (name, value, status) in [("origin", "https://evil.example", 403), ("host", "evil.example", 421)] {
        let mut request = url.as_str().into_client_request()?;
        request.headers_mut().insert(name, value.parse()?);
        match connect_async(request).await {
            Err(tokio_tungstenite::tungstenite::Error::Http(answer)) => assert_eq!(answer.status(), status),
            other => anyhow::bail!("{name}: {other:?}"),
        }
        let answer = reqwest::Client::new().post(room.server.url("/api/sessions")).header(name, value).send().await?;
        assert_eq!(answer.status(), status, "{name}");
    }
    let health = reqwest::get(room.server.url("/healthz")).await?;
    assert_eq!(health.status(), 200);
    let metrics = reqwest::get(room.server.url("/metrics")).await?.text().await?;
    assert!(metrics.contains("midstream_sessions"), "{metrics}");
    Ok(())
}

#[tokio::test]
async fn a_participant_that_comes_back_replaces_its_old_connection() -> Result<()> {
    let room = Room::new().await?;
    let mut old = room.join().await?;
    let resume = protocol::client::Resume {
        participant: old.welcome.participant.id.clone(),
        key: old.welcome.resume_key.clone(),
        epoch: old.welcome.epoch.clone(),
        seq: old.shown,
        state_vector: "AA==".to_owned(),
    };
    let again = Client::resume(room.server.addr, &room.session, resume).await?;
    assert_eq!(again.welcome.participant.id, old.welcome.participant.id);
    assert_eq!(old.closed().await?, CloseCode::Replaced.code());
    Ok(())
}
