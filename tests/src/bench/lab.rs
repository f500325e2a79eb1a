//! What a part of the bench works with: a stand-in upstream here, and the two servers in processes of their own.

use anyhow::Result;
use reqwest::Client;

use super::child::Server;
use super::line::{Line, Member, Way, session, socket};
use crate::standin::{Script, Standin};

/// An upstream and two ways to it beside the direct one. Made anew for each part, so that parts do not add up.
pub struct Lab {
    /// The upstream.
    pub standin: Standin,
    /// The real server.
    pub midstream: Server,
    /// The bare relay.
    pub relay: Server,
    /// For everything over HTTP; the direct lines share its pool.
    pub client: Client,
}

impl Lab {
    /// Starts everything.
    pub async fn new(script: Script) -> Result<Lab> {
        let standin = Standin::start(script).await?;
        let upstream = standin.base_url();
        let midstream = Server::midstream(&upstream).await?;
        let relay = Server::relay(&upstream).await?;
        Ok(Lab { standin, midstream, relay, client: Client::new() })
    }

    /// The server on a way, where there is one.
    pub fn server(&self, way: Way) -> Option<&Server> {
        match way {
            Way::Direct => None,
            Way::Relay => Some(&self.relay),
            Way::Midstream => Some(&self.midstream),
        }
    }

    /// A line; through Midstream, to a session of its own.
    pub async fn open(&self, way: Way) -> Result<Line> {
        Ok(match way {
            Way::Direct => Line::Direct { client: self.client.clone(), upstream: self.standin.base_url() },
            Way::Relay => Line::Relay(socket(self.relay.addr, "/socket").await?),
            Way::Midstream => Line::Midstream(Box::new(self.member().await?)),
        })
    }

    /// A participant of a session of its own.
    pub async fn member(&self) -> Result<Member> {
        let session = session(&self.client, self.midstream.addr).await?;
        Member::join(self.midstream.addr, &session).await
    }
}
