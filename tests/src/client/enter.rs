//! Coming in, and coming back as who one was.

use std::collections::{BTreeMap, HashMap};
use std::net::SocketAddr;

use anyhow::{Context, Result, bail};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use futures_util::{SinkExt, StreamExt};
use protocol::client::{Hello, Opening, Resume};
use protocol::http::CreatedSession;
use protocol::scope::Scope;
use protocol::server::Welcome;
use protocol::{ClientFrame, Seq, ServerFrame, VERSION};
use tokio::time::timeout;
use tokio_tungstenite::connect_async;
use tokio_tungstenite::tungstenite::Message;
use yrs::updates::decoder::Decode;
use yrs::updates::encoder::Encode;
use yrs::{Doc, OffsetKind, Options, ReadTxn, StateVector, Text, Transact, Update};

use super::{Client, Lost, PATIENCE, file};

/// What a client keeps when its connection is gone: who it is, and its replica with all that was typed.
#[derive(Clone)]
pub struct Kept {
    pub(super) welcome: Welcome,
    pub(super) shown: Seq,
    pub(super) doc: Doc,
}

impl Kept {
    /// Types into a file.
    pub(super) fn insert(&self, path: &str, at: u32, text: &str) -> Result<()> {
        let file = file(&self.doc, &self.doc.get_or_insert_map("files"), path);
        file.with_context(|| format!("no file {path}"))?.insert(&mut self.doc.transact_mut(), at, text);
        Ok(())
    }

    fn resume(&self) -> Resume {
        Resume {
            participant: self.welcome.participant.id.clone(),
            key: self.welcome.resume_key.clone(),
            epoch: self.welcome.epoch.clone(),
            seq: self.shown,
            state_vector: STANDARD.encode(self.doc.transact().state_vector().encode_v1()),
        }
    }
}

impl Client {
    /// Connects to a session and waits until it is in.
    pub async fn connect(addr: SocketAddr, session: &CreatedSession, pace_ms: u32) -> Result<Client> {
        Self::greet(addr, session, pace_ms, None, None).await?.caught_up().await
    }

    /// Comes back as who this was, with what it has.
    pub async fn reconnect(self, addr: SocketAddr, session: &CreatedSession) -> Result<Client> {
        let kept = self.keep();
        Self::come_back(addr, session, 0, kept).await?.caught_up().await
    }

    /// The same, in its place.
    pub async fn return_to(&mut self, addr: SocketAddr, session: &CreatedSession) -> Result<()> {
        let kept = Kept { welcome: self.welcome.clone(), shown: self.shown, doc: self.doc.clone() };
        *self = Self::come_back(addr, session, 0, kept).await?.caught_up().await?;
        Ok(())
    }

    /// Comes back as whoever `resume` says, with an empty replica.
    pub async fn resume(addr: SocketAddr, session: &CreatedSession, resume: Resume) -> Result<Client> {
        Self::greet(addr, session, 0, Some(resume), None).await?.caught_up().await
    }

    /// Says hello where it does not come in, and returns the close code.
    pub async fn refused(addr: SocketAddr, session: &CreatedSession, resume: Option<Resume>) -> Result<u16> {
        let (mut socket, _) = connect_async(format!("ws://{addr}/api/sessions/{}/socket", session.id)).await?;
        let hello =
            Hello { version: VERSION, token: session.token.clone(), pace_ms: 0, name: None, resume, opening: None };
        socket.send(Message::text(serde_json::to_string(&ClientFrame::Hello(hello))?)).await?;
        let closed = async {
            while let Some(message) = socket.next().await {
                match message? {
                    Message::Close(Some(frame)) => return Ok(frame.code.into()),
                    Message::Text(text) if text.contains("\"welcome\"") => bail!("it came in"),
                    _ => {}
                }
            }
            bail!("closed without a code")
        };
        timeout(PATIENCE, closed).await?
    }

    /// What it would come back with.
    pub fn resume_point(&self) -> Resume {
        Kept { welcome: self.welcome.clone(), shown: self.shown, doc: self.doc.clone() }.resume()
    }

    /// Ends the connection, and keeps the rest.
    pub fn keep(self) -> Kept {
        Kept { welcome: self.welcome, shown: self.shown, doc: self.doc }
    }

    /// Comes back with what was kept, as far as the server's welcome.
    pub(super) async fn come_back(
        addr: SocketAddr,
        session: &CreatedSession,
        pace_ms: u32,
        kept: Kept,
    ) -> Result<Client> {
        let resume = kept.resume();
        Self::greet(addr, session, pace_ms, Some(resume), Some(kept.doc)).await
    }

    pub(super) async fn greet(
        addr: SocketAddr,
        session: &CreatedSession,
        pace_ms: u32,
        resume: Option<Resume>,
        doc: Option<Doc>,
    ) -> Result<Client> {
        Self::greet_as(addr, session, pace_ms, (resume, doc), None).await
    }

    /// The same for one who may want the document in parts.
    pub(super) async fn greet_as(
        addr: SocketAddr,
        session: &CreatedSession,
        pace_ms: u32,
        (resume, doc): (Option<Resume>, Option<Doc>),
        opening: Option<Opening>,
    ) -> Result<Client> {
        let (mut socket, _) = connect_async(format!("ws://{addr}/api/sessions/{}/socket", session.id)).await?;
        let hello = Hello { version: VERSION, token: session.token.clone(), pace_ms, name: None, resume, opening };
        let text = serde_json::to_string(&ClientFrame::Hello(hello))?;
        socket.send(Message::text(text)).await?;
        let welcome = loop {
            match timeout(PATIENCE, socket.next()).await?.ok_or_else(|| Lost("before welcome".to_owned()))?? {
                Message::Text(text) => match serde_json::from_str(&text)? {
                    ServerFrame::Welcome(welcome) => break *welcome,
                    other => bail!("instead of welcome: {other:?}"),
                },
                Message::Close(frame) => bail!(Lost(format!("{frame:?}"))),
                _ => {}
            }
        };
        let doc = replica(doc, welcome.client_id)?;
        let files = doc.get_or_insert_map("files");
        Ok(Client {
            socket,
            welcome,
            doc,
            files,
            turns: HashMap::new(),
            scope: Scope::default(),
            locks: Vec::new(),
            runs: Vec::new(),
            people: BTreeMap::new(),
            connected: 0,
            presenter: None,
            units: HashMap::new(),
            shown: Seq::ZERO,
            frames: Vec::new(),
            updates: Vec::new(),
            counter: 0,
            last: None,
            asked: None,
            history: None,
            answers: false,
            parts: None,
        })
    }

    async fn caught_up(mut self) -> Result<Client> {
        self.until("the document", |c| !c.updates.is_empty()).await?;
        Ok(self)
    }
}

/// The replica to go on with under a client id.
fn replica(kept: Option<Doc>, client_id: u64) -> Result<Doc> {
    let empty = || {
        Doc::with_options(Options {
            client_id: yrs::ClientID::new(client_id),
            offset_kind: OffsetKind::Utf16,
            ..Options::default()
        })
    };
    match kept {
        Some(doc) if doc.client_id().get() == client_id => Ok(doc),
        // The session was loaded anew: the same content, under the new id.
        Some(old) => {
            let doc = empty();
            let all = old.transact().encode_state_as_update_v1(&StateVector::default());
            doc.transact_mut().apply_update(Update::decode_v1(&all)?)?;
            Ok(doc)
        }
        None => Ok(empty()),
    }
}
