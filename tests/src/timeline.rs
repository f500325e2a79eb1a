//! A session's timeline over HTTP, as tests ask for it.

use std::collections::BTreeMap;
use std::net::SocketAddr;

use anyhow::{Context, Result, ensure};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use protocol::Seq;
use protocol::http::CreatedSession;
use protocol::timeline::{TimelineIndex, TimelineState, TimelineStep, TimelineSteps};
use serde::de::DeserializeOwned;
use yrs::updates::decoder::Decode;
use yrs::{Doc, GetString, Map, MapRef, OffsetKind, Options, TextRef, Transact, Update};

/// Asks for one session's timeline.
pub struct Timeline {
    base: String,
    token: String,
    http: reqwest::Client,
}

impl Timeline {
    /// Of a session.
    pub fn of(addr: SocketAddr, session: &CreatedSession) -> Timeline {
        let base = format!("http://{addr}/api/sessions/{}", session.id);
        Timeline { base, token: session.token.clone(), http: reqwest::Client::new() }
    }

    /// What is in it, once it leads to a step.
    pub async fn until(&self, seq: Seq) -> Result<TimelineIndex> {
        loop {
            let index: TimelineIndex = self.get("timeline").await?;
            if index.to.seq >= seq {
                return Ok(index);
            }
            tokio::task::yield_now().await;
        }
    }

    /// The session as of a step.
    pub async fn at(&self, seq: Seq) -> Result<TimelineState> {
        self.get(&format!("timeline/at/{seq}")).await
    }

    /// All steps behind one.
    pub async fn steps(&self, mut from: Seq) -> Result<Vec<TimelineStep>> {
        let mut all = Vec::new();
        loop {
            let TimelineSteps { steps, more } = self.get(&format!("timeline/steps?from={from}")).await?;
            let last = steps.last().map(|step| step.moment.seq);
            all.extend(steps);
            match last {
                Some(last) if more => from = last,
                _ => return Ok(all),
            }
        }
    }

    /// The answer to a question under the session.
    pub async fn ask(&self, route: &str) -> Result<reqwest::Response> {
        Ok(self.http.get(format!("{}/{route}", self.base)).bearer_auth(&self.token).send().await?)
    }

    /// Posts a body under the session.
    pub async fn post(&self, route: &str, body: String) -> Result<reqwest::Response> {
        Ok(self.http.post(format!("{}/{route}", self.base)).bearer_auth(&self.token).body(body).send().await?)
    }

    async fn get<T: DeserializeOwned>(&self, route: &str) -> Result<T> {
        let answer = self.ask(route).await?;
        ensure!(answer.status() == 200, "{route}: {} {}", answer.status(), answer.text().await?);
        Ok(answer.json().await?)
    }
}

/// Every file's text by its path, in a document that came as an update.
pub fn texts(document: &str) -> Result<BTreeMap<String, String>> {
    let doc = Doc::with_options(Options { offset_kind: OffsetKind::Utf16, ..Options::default() });
    let files = doc.get_or_insert_map("files");
    doc.transact_mut().apply_update(Update::decode_v1(&STANDARD.decode(document)?)?)?;
    let txn = doc.transact();
    let file = |(_, file): (&str, yrs::Out)| {
        let file = file.cast::<MapRef>().ok()?;
        let text = file.get(&txn, "text")?.cast::<TextRef>().ok()?.get_string(&txn);
        Some((file.get(&txn, "path")?.to_string(&txn), text))
    };
    files.iter(&txn).map(|entry| file(entry).context("a file without path or text")).collect()
}
