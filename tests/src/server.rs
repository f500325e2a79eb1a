//! The real server on a port of its own, with models that the test chooses.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;

use anyhow::{Context, Result, ensure};
use midstream::{Config, Server, ServerError};
use models::{Catalog, ModelsConfig, Offer, Provider, Terms};
use protocol::http::{CreatedSession, NewSession};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::client::Client;

/// A running server; it drains when it is dropped.
pub struct TestServer {
    /// Where it listens.
    pub addr: SocketAddr,
    shutdown: CancellationToken,
    serving: Option<JoinHandle<Result<(), ServerError>>>,
}

impl TestServer {
    /// A server whose only model is `model`, under the id `practice`.
    pub async fn with_model(model: Arc<dyn Provider>) -> Result<TestServer> {
        Self::with_catalog(Catalog::build(&ModelsConfig::default(), |_| None, model)?).await
    }

    /// A server whose default model is `model`, under the id `real`: one that follows no script.
    pub async fn with_real_model(model: Arc<dyn Provider>) -> Result<TestServer> {
        Self::with_catalog(Self::real_catalog(model)?).await
    }

    /// A catalog whose default model is `model`, under the id `real`, beside the practice model.
    pub fn real_catalog(model: Arc<dyn Provider>) -> Result<Catalog> {
        let practice = Arc::new(models::practice::PracticeProvider::new());
        let offer = Offer { id: "real".into(), label: "Real".into(), provider: "test".into(), scripted: false };
        let catalog = Catalog::build(&ModelsConfig::default(), |_| None, practice)?;
        Ok(catalog.with(offer, Terms::default(), model))
    }

    /// A server with the models of a configuration and an environment, and the practice model.
    pub async fn with_environment(models: &ModelsConfig, env: &[(&str, &str)]) -> Result<TestServer> {
        let practice = Arc::new(models::practice::PracticeProvider::new());
        let env = |name: &str| env.iter().find(|(n, _)| *n == name).map(|(_, value)| (*value).to_owned());
        Self::with_catalog(Catalog::build(models, env, practice)?).await
    }

    /// A server with the practice model.
    pub async fn practice() -> Result<TestServer> {
        Self::with_model(Arc::new(models::practice::PracticeProvider::new())).await
    }

    /// A server with the practice model and a configuration of the test's own.
    pub async fn practice_with(configure: impl FnOnce(&mut Config)) -> Result<TestServer> {
        let practice = Arc::new(models::practice::PracticeProvider::new());
        let catalog = Catalog::build(&ModelsConfig::default(), |_| None, practice)?;
        Self::with_config(configure, catalog).await
    }

    /// A server with a catalog.
    pub async fn with_catalog(catalog: Catalog) -> Result<TestServer> {
        Self::with_config(|_| {}, catalog).await
    }

    /// A server whose only model is `model`, and whose sessions are kept in a folder.
    pub async fn kept_in(data: &Path, model: Arc<dyn Provider>) -> Result<TestServer> {
        let catalog = Catalog::build(&ModelsConfig::default(), |_| None, model)?;
        Self::with_config(|config| config.data = data.into(), catalog).await
    }

    /// A server with a catalog and a configuration of the test's own.
    pub async fn with_config(configure: impl FnOnce(&mut Config), catalog: Catalog) -> Result<TestServer> {
        let mut config =
            Config { addr: "127.0.0.1:0".parse()?, discover: false, data: ":memory:".into(), ..Config::default() };
        // All tests come from one address.
        config.limits.sessions_per_hour = 100_000;
        configure(&mut config);
        let server = Server::with_catalog(config, catalog).await?;
        let addr = server.local_addr()?;
        let shutdown = server.shutdown_token();
        #[allow(clippy::disallowed_methods)] // Held, and waited for in `stop`.
        let serving = tokio::spawn(server.listen());
        Ok(TestServer { addr, shutdown, serving: Some(serving) })
    }

    /// A URL on it.
    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.addr)
    }

    /// Makes a session.
    pub async fn create(&self, lesson: Option<&str>) -> Result<CreatedSession> {
        let body = NewSession { lesson: lesson.map(Into::into) };
        let answer = reqwest::Client::new().post(self.url("/api/sessions")).json(&body).send().await?;
        ensure!(answer.status() == 201, "{}", answer.text().await?);
        answer.json().await.context("the answer is not a session")
    }

    /// A client of a session, that wants every step by itself.
    pub async fn join(&self, session: &CreatedSession) -> Result<Client> {
        Client::connect(self.addr, session, 0).await
    }

    /// Drains it and waits for its end.
    pub async fn stop(mut self) -> Result<()> {
        self.end().await
    }

    /// The same, in its place: nobody can reach it any more.
    pub async fn end(&mut self) -> Result<()> {
        self.shutdown.cancel();
        if let Some(serving) = self.serving.take() {
            serving.await??;
        }
        Ok(())
    }
}

impl Drop for TestServer {
    fn drop(&mut self) {
        self.shutdown.cancel();
    }
}
