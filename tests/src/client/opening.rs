//! A client that has the document opened in parts: what builds on parts that have not come waits until all have.

use anyhow::{Context, Result};
use protocol::client::Opening;
use protocol::http::CreatedSession;
use protocol::view::FileText;
use protocol::{Seq, ServerFrame};

use super::Client;

/// The parts on their way.
#[derive(Default)]
pub struct Parts {
    /// What they are as of.
    seq: Seq,
    /// How many have come.
    came: usize,
    /// Frames that stand behind the document, in order.
    held: Vec<Held>,
}

enum Held {
    Update(Vec<u8>),
    Frame(Box<ServerFrame>),
}

impl Client {
    /// Connects, and returns as soon as the server has said what comes: no part was read yet.
    pub async fn connect_in_parts(
        addr: std::net::SocketAddr,
        session: &CreatedSession,
        file: Option<&str>,
    ) -> Result<(Client, Option<FileText>)> {
        let opening = Some(Opening { file: file.map(Into::into) });
        let mut client = Self::greet_as(addr, session, 0, (None, None), opening).await?;
        client.until("the state", |c| c.frames.iter().any(|f| matches!(f, ServerFrame::State { .. }))).await?;
        let file = client.frames.iter().find_map(|frame| match frame {
            ServerFrame::DocumentOpening { file, .. } => Some(file.clone()),
            _ => None,
        });
        Ok((client, file.context("no opening")?))
    }

    /// Comes back as who this was, with the parts that it has.
    pub async fn reconnect_in_parts(self, addr: std::net::SocketAddr, session: &CreatedSession) -> Result<Client> {
        let (resume, opening) = (Some(self.resume_point()), Some(Opening::default()));
        drop(self.socket);
        let mut client = Self::greet_as(addr, session, 0, (resume, Some(self.doc)), opening).await?;
        client.until("the state", |c| c.frames.iter().any(|f| matches!(f, ServerFrame::State { .. }))).await?;
        Ok(client)
    }

    /// How many parts of the document have come, while they come.
    pub fn parts(&self) -> Option<usize> {
        self.parts.as_ref().map(|parts| parts.came)
    }

    /// Reads until the document is whole.
    pub async fn opened(&mut self) -> Result<()> {
        self.until("the whole document", |c| c.parts.is_none()).await
    }

    /// Whether a frame waits for the document. It is kept then.
    pub(super) fn waits(&mut self, frame: &ServerFrame) -> bool {
        let Some(parts) = self.parts.as_mut().filter(|_| !overtakes(frame)) else { return false };
        parts.held.push(Held::Frame(Box::new(frame.clone())));
        true
    }

    /// The same for an update.
    pub(super) fn update_waits(&mut self, bytes: &[u8], is_part: bool) -> bool {
        match self.parts.as_mut() {
            Some(parts) if is_part => {
                parts.came += 1;
                false
            }
            Some(parts) => {
                parts.held.push(Held::Update(bytes.to_vec()));
                true
            }
            None => false,
        }
    }

    pub(super) fn begin_opening(&mut self, seq: Seq) {
        self.parts = Some(Parts { seq, ..Parts::default() });
    }

    /// All parts are in: what stood behind them is next.
    pub(super) fn end_opening(&mut self) -> Result<()> {
        let parts = self.parts.take().context("opened, and never opening")?;
        self.see(parts.seq);
        for held in parts.held {
            match held {
                Held::Update(bytes) => self.update(&bytes)?,
                Held::Frame(frame) => self.fold(&frame)?,
            }
        }
        Ok(())
    }
}

/// Whether a frame does not wait for the document.
fn overtakes(frame: &ServerFrame) -> bool {
    use ServerFrame as F;
    matches!(
        frame,
        F::Welcome(_)
            | F::State { .. }
            | F::DocumentOpening { .. }
            | F::DocumentFiles { .. }
            | F::DocumentOpened { .. }
            | F::TurnStopped { .. }
            | F::SteerAccepted { .. }
            | F::SteerAnswered { .. }
            | F::SteerFailed { .. }
            | F::EditAck { .. }
            | F::Saved { .. }
            | F::Presence(_)
            | F::Models { .. }
            | F::Pong { .. }
            | F::Draining
            | F::Error { .. }
    )
}
