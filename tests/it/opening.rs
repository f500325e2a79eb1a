//! A large document comes in parts, and everything goes on meanwhile.

use anyhow::Result;
use protocol::ServerFrame;
use protocol::http::CreatedSession;
use protocol::view::{FileText, TurnStatus};
use tests::client::Client;
use tests::gated::{Gate, gated};
use tests::server::TestServer;

/// More than is sent at once: so many files, of so many bytes each.
const FILES: usize = 24;
const SIZE: usize = 64 * 1024;

/// A session with a large document, and the client that made it.
struct Room {
    server: TestServer,
    session: CreatedSession,
    client: Client,
    gate: Gate,
}

impl Room {
    async fn new() -> Result<Room> {
        let (model, gate) = gated();
        let server = TestServer::with_model(model).await?;
        let session = server.create(None).await?;
        let mut client = server.join(&session).await?;
        for number in 0..FILES {
            client.create_file(&format!("f{number:02}"), &format!("src/part{number:02}.txt"), &text(number)).await?;
        }
        client.until("the acknowledgements", Client::is_acknowledged).await?;
        Ok(Room { server, session, client, gate })
    }

    async fn enter(&self, file: Option<&str>) -> Result<(Client, Option<FileText>)> {
        Client::connect_in_parts(self.server.addr, &self.session, file).await
    }
}

/// Text that does not repeat itself: nothing comes out right by chance.
fn text(number: usize) -> String {
    let mut text = String::new();
    for line in 0.. {
        if text.len() > SIZE {
            break;
        }
        text.push_str(&format!("line {line} of {number}: é文😀\n"));
    }
    text
}

/// Every file is the same in both.
fn same(a: &Client, b: &Client) {
    assert_eq!(a.paths(), b.paths());
    for path in a.paths() {
        assert!(a.text(&path) == b.text(&path), "{path}");
    }
}

#[tokio::test]
async fn promise_12_a_large_document_is_usable_before_it_has_come() -> Result<()> {
    let room = Room::new().await?;
    let (mut comes, file) = room.enter(None).await?;
    let file = file.expect("the first file");
    assert_eq!((file.id.as_str(), file.path.as_str()), ("f00", "src/part00.txt"));
    assert_eq!(Some(file.text), room.client.text(&file.path));
    assert_eq!(comes.parts(), Some(0), "the text stands before the document");
    let opening = comes.frames.iter().position(|f| matches!(f, ServerFrame::DocumentOpening { .. }));
    let state = comes.frames.iter().position(|f| matches!(f, ServerFrame::State { .. }));
    assert!(opening < state, "nothing large before the text");
    comes.opened().await?;
    let files =
        comes.frames.iter().find_map(|f| if let ServerFrame::DocumentFiles { files } = f { Some(files) } else { None });
    assert_eq!(files.expect("the list").len(), FILES);
    assert!(comes.updates.len() >= FILES * SIZE / (64 * 1024), "{} parts", comes.updates.len());
    same(&comes, &room.client);
    Ok(())
}

#[tokio::test]
async fn one_names_the_file_that_it_wants_to_see_and_a_small_document_has_no_preview() -> Result<()> {
    let room = Room::new().await?;
    let (_, file) = room.enter(Some("f07")).await?;
    assert_eq!(file.expect("that file").path, "src/part07.txt");
    let (_, file) = room.enter(Some("gone")).await?;
    assert_eq!(file.expect("the first file").path, "src/part00.txt");
    let session = room.server.create(None).await?;
    let mut first = room.server.join(&session).await?;
    first.create_file("f1", "a.py", "x = 1\n").await?;
    first.until("the acknowledgement", Client::is_acknowledged).await?;
    let (mut second, file) = Client::connect_in_parts(room.server.addr, &session, None).await?;
    assert_eq!(file, None);
    second.opened().await?;
    same(&first, &second);
    Ok(())
}

#[tokio::test]
async fn promise_1_an_interrupt_overtakes_a_document_that_comes_in_parts() -> Result<()> {
    let mut room = Room::new().await?;
    room.client.start("t1", "go").await?;
    let call = room.gate.call().await;
    call.tokens("Before. ");
    room.client.until("the output", |c| c.output("t1") == "Before. ").await?;
    let (mut comes, _) = room.enter(None).await?;
    // What the model says now comes between the parts; the one who has just come was not shown it.
    call.tokens("After.");
    room.client.until("the rest", |c| c.output("t1") == "Before. After.").await?;
    comes.interrupt("t1").await?;
    let stopped = comes.frame("the answer", |f| matches!(f, ServerFrame::TurnStopped { .. })).await?;
    assert_eq!(stopped, ServerFrame::TurnStopped { turn_id: "t1".into(), kept_offset: 8 });
    for client in [&mut comes, &mut room.client] {
        client.until("the end", |c| c.status("t1") == Some(TurnStatus::Interrupted)).await?;
        assert_eq!(client.output("t1"), "Before. ", "what one saw is what stays");
    }
    assert_eq!(comes.parts(), None, "the end has its place behind the document");
    same(&comes, &room.client);
    Ok(())
}

#[tokio::test]
async fn steps_between_the_parts_are_neither_lost_nor_early() -> Result<()> {
    let mut room = Room::new().await?;
    let (mut comes, file) = room.enter(None).await?;
    let text = file.expect("the first file").text;
    for number in 0..20 {
        room.client.insert("src/part00.txt", 0, &format!("typed {number}\n")).await?;
    }
    room.client.create_file("new", "src/new.txt", "came between\n").await?;
    room.client.until("the acknowledgements", Client::is_acknowledged).await?;
    comes.until("some of it", |c| c.parts().is_none_or(|came| came > 2)).await?;
    // The connection breaks in the middle, and the parts that came count.
    let mut comes = comes.reconnect_in_parts(room.server.addr, &room.session).await?;
    comes.opened().await?;
    let head = room.client.head();
    comes.until("all of it", |c| c.shown >= head).await?;
    same(&comes, &room.client);
    assert!(comes.text("src/part00.txt").is_some_and(|now| now.ends_with(&text) && now.starts_with("typed 19\n")));
    Ok(())
}
