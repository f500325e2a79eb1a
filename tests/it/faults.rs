//! The loop over real upstream APIs against the stand-in, without a browser: what goes wrong, and what must not.

mod each;
mod kept;
mod lesson;

use anyhow::{Context, Result};
use protocol::http::CreatedSession;
use protocol::view::TurnStatus;
use protocol::{ClientFrame, ServerFrame};
use tests::api::Api;
use tests::client::Client;
use tests::server::TestServer;
use tests::standin::{Script, Standin};

/// A session with one file, whose model is the stand-in, asked by one of the APIs.
struct Room {
    api: Api,
    standin: Standin,
    /// Kept for its life alone, as is the session.
    _server: TestServer,
    _session: CreatedSession,
    client: Client,
}

const FILE: &str = "def add(a, b):\n    return a + b\n";

/// What the model writes: commentary, a block that is cut inside its new text, and the rest.
const OPENING: &str = "I will.\n<edit path=\"calc.py\" why=\"naïve 🦀\">\n<old_text>\n    return a + b\n</old_text>\n<new_text>\n    total = a + b\n";
const ENDING: &str = "    return total\n</new_text>\n</edit>\nDone.\n";

impl Room {
    async fn new(api: Api) -> Result<Room> {
        let standin = Standin::start(Script::say(["unasked"])).await?;
        let server = TestServer::with_model(api.model(&standin)).await?;
        Room::on(api, standin, server).await
    }

    /// As [`Room::new`], with a model that gives a silent upstream up soon.
    async fn impatient(api: Api) -> Result<Room> {
        let standin = Standin::start(Script::say(["unasked"])).await?;
        let server = TestServer::with_model(api.impatient(&standin)).await?;
        Room::on(api, standin, server).await
    }

    async fn on(api: Api, standin: Standin, server: TestServer) -> Result<Room> {
        let session = server.create(None).await?;
        let mut client = server.join(&session).await?;
        client.create_file("f1", "calc.py", FILE).await?;
        client.settle().await?;
        Ok(Room { api, standin, _server: server, _session: session, client })
    }

    /// Waits until a turn has ended so.
    async fn ended(&mut self, turn: &str, status: TurnStatus) -> Result<()> {
        let what = format!("{turn} to be {status:?}");
        self.client.until(&what, |c| c.status(turn).is_some_and(|s| s != TurnStatus::Running)).await?;
        let ended = self.client.turn(turn).context("a turn")?;
        anyhow::ensure!(ended.status == status, "{turn}: {:?}, {:?}", ended.status, ended.reason);
        Ok(())
    }

    /// Has a turn go on, and waits until it does.
    async fn go_on(&mut self, turn: &str, segment: &str, text: Option<&str>) -> Result<()> {
        let (turn_id, segment_id) = (turn.into(), segment.into());
        self.client.send(ClientFrame::TurnContinue { turn_id, segment_id, text: text.map(str::to_owned) }).await?;
        self.client.frame("going on", |f| matches!(f, ServerFrame::TurnContinued { .. })).await.map(drop)
    }

    /// The conversation that the last request carried.
    fn asked(&self) -> Result<Vec<(String, String)>> {
        let record = self.standin.record();
        let body = record.bodies().last().copied().cloned().context("nothing was asked")?;
        Ok(self.api.messages(&body))
    }
}
