//! The loop over real sockets, with a model that the test gates token by token.

mod cut;
mod end;
mod flood;
mod guard;
mod hunks;
mod look_back;
mod mending;
mod people;
mod presence;
mod presenting;
mod random;
mod requests;
mod resume;
mod words;

use anyhow::Result;
use protocol::http::CreatedSession;
use tests::client::Client;
use tests::gated::{Gate, gated};
use tests::server::TestServer;

/// A server with a gated model, a session, and its first client, with one file in it.
struct Room {
    server: TestServer,
    session: CreatedSession,
    client: Client,
    gate: Gate,
}

const FILE: &str = "def add(a, b):\n    return a + b\n\n\ndef sub(a, b):\n    return a - b\n";

impl Room {
    async fn new() -> Result<Room> {
        let (model, gate) = gated();
        Room::on(TestServer::with_model(model).await?, gate).await
    }

    async fn on(server: TestServer, gate: Gate) -> Result<Room> {
        let session = server.create(None).await?;
        let mut client = server.join(&session).await?;
        client.create_file("f1", "calc.py", FILE).await?;
        client.settle().await?;
        Ok(Room { server, session, client, gate })
    }

    /// A second client of the session, up to date.
    async fn join(&self) -> Result<Client> {
        self.server.join(&self.session).await
    }
}

/// An edit block for the file.
fn block(old: &str, new: &str) -> String {
    format!(
        "<edit path=\"calc.py\" why=\"because\">\n<old_text>\n{old}\n</old_text>\n<new_text>\n{new}\n</new_text>\n</edit>\n"
    )
}
