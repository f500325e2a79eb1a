//! A client that comes back by itself, whatever ends its connection, as a page does.
//!
//! It keeps what was typed while there is no connection; the sync on return brings it in.

use std::time::Duration;

use anyhow::{Context, Result};
use protocol::ServerFrame;
use protocol::http::CreatedSession;
use tokio::time::{sleep, timeout};

use super::{Client, Kept, is_lost};
use crate::cutting::Aim;

/// How long it waits between attempts: the server may just be starting.
const AGAIN_AFTER: Duration = Duration::from_millis(5);
/// How long it tries.
const TRIES_FOR: Duration = Duration::from_secs(60);

/// A client and the way back.
pub struct Steady {
    session: CreatedSession,
    to: Aim,
    pace_ms: u32,
    /// The connection, while there is one.
    client: Option<Client>,
    /// What is left of the last one, while there is none; nothing before the first.
    kept: Option<Kept>,
    /// How often it came back.
    pub returns: usize,
    /// What was refused on earlier connections.
    errors: Vec<ServerFrame>,
}

impl Steady {
    /// Connects, as often as it takes.
    pub async fn connect(to: Aim, session: &CreatedSession, pace_ms: u32) -> Result<Steady> {
        let session = CreatedSession { id: session.id.clone(), token: session.token.clone() };
        let (client, kept, errors) = (None, None, Vec::new());
        let mut steady = Steady { session, to, pace_ms, client, kept, returns: 0, errors };
        steady.client().await?;
        steady.returns = 0;
        Ok(steady)
    }

    /// The connection, made anew if it is gone.
    pub async fn client(&mut self) -> Result<&mut Client> {
        if self.client.is_none() {
            let client = timeout(TRIES_FOR, self.come_back()).await.context("it does not get in")??;
            self.returns += 1;
            self.client = Some(client);
        }
        self.client.as_mut().context("it is there")
    }

    async fn come_back(&mut self) -> Result<Client> {
        loop {
            let greeted = match self.kept.clone() {
                Some(kept) => Client::come_back(self.to.get(), &self.session, self.pace_ms, kept).await,
                None => Client::greet(self.to.get(), &self.session, self.pace_ms, None, None).await,
            };
            let ended = match greeted {
                Ok(mut client) => {
                    client.answers = true;
                    match client.until("the document", |c| !c.updates.is_empty()).await {
                        Ok(()) => return Ok(client),
                        Err(error) => {
                            self.kept = Some(client.keep());
                            error
                        }
                    }
                }
                Err(error) => error,
            };
            only_lost(ended)?;
            sleep(AGAIN_AFTER).await;
        }
    }

    /// Ends the connection, if there is one.
    pub fn hang_up(&mut self) {
        if let Some(client) = self.client.take() {
            self.errors.extend(client.frames.iter().filter(|f| matches!(f, ServerFrame::Error { .. })).cloned());
            self.kept = Some(client.keep());
        }
    }

    /// Types. What cannot be sent is sent when it is back.
    pub async fn insert(&mut self, path: &str, at: u32, text: &str) -> Result<()> {
        let sent = match (&mut self.client, &self.kept) {
            (Some(client), _) => client.insert(path, at, text).await,
            (None, Some(kept)) => return kept.insert(path, at, text),
            (None, None) => anyhow::bail!("it was never in"),
        };
        self.outcome(sent).map(|_| ())
    }

    /// Whether it has a connection, as far as it knows.
    pub fn is_in(&self) -> bool {
        self.client.is_some()
    }

    /// Tries to come back, for so long.
    pub async fn try_back(&mut self, within: Duration) -> Result<()> {
        if self.client.is_none()
            && let Ok(client) = timeout(within, self.come_back()).await
        {
            self.client = Some(client?);
            self.returns += 1;
        }
        Ok(())
    }

    /// Does something with the connection, if there is one. Whether it came to its end before the connection broke.
    pub async fn now(&mut self, act: impl AsyncFnOnce(&mut Client) -> Result<()>) -> Result<bool> {
        if self.client.is_none() { Ok(false) } else { self.attempt(act).await }
    }

    /// Does something with the connection, made anew if it is gone. Whether it came to its end before the connection broke.
    pub async fn attempt(&mut self, act: impl AsyncFnOnce(&mut Client) -> Result<()>) -> Result<bool> {
        let client = self.client().await?;
        let done = act(client).await;
        Ok(self.outcome(done)?.is_some())
    }

    /// Reads until something holds, over as many connections as it takes.
    pub async fn until(&mut self, what: &str, mut holds: impl FnMut(&Client) -> bool) -> Result<()> {
        let reads = async {
            while !holds(self.client().await?) {
                self.attempt(async |client| client.read().await).await?;
            }
            anyhow::Ok(())
        };
        timeout(TRIES_FOR, reads).await.with_context(|| format!("waited too long for {what}"))?
    }

    /// Reads until the server has all that was typed and this has all that the server had, over as many connections
    /// as it takes.
    pub async fn settle(&mut self) -> Result<()> {
        let settled = async |client: &mut Client| {
            client.until("all acks", Client::is_acknowledged).await?;
            client.settle().await
        };
        while !self.attempt(settled).await? {}
        Ok(())
    }

    /// What the server refused, on any of the connections.
    pub fn refused(&self) -> Vec<&ServerFrame> {
        let now =
            self.client.iter().flat_map(|client| &client.frames).filter(|f| matches!(f, ServerFrame::Error { .. }));
        self.errors.iter().chain(now).collect()
    }

    /// Nothing when the connection broke over it, which is no failure.
    fn outcome<T>(&mut self, result: Result<T>) -> Result<Option<T>> {
        match result {
            Ok(value) => Ok(Some(value)),
            Err(error) => {
                only_lost(error)?;
                self.hang_up();
                Ok(None)
            }
        }
    }
}

/// A lost connection is to be expected; the server's mistakes are not.
fn only_lost(error: anyhow::Error) -> Result<()> {
    if is_lost(&error) { Ok(()) } else { Err(error) }
}
