//! The server as a value: made, listening, shut down. What `main` and the tests both run.

use std::io;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use axum::serve::ListenerExt;
use models::discover::{PATIENCE, discover};
use models::practice::PracticeProvider;
use models::{Catalog, ModelsConfig};
use socket2::SockRef;
use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::budget::Budgets;
use crate::config::{Config, IN_MEMORY};
use crate::http::{self, Allowed, App};
use crate::limits::Gate;
use crate::meters;
use crate::offers::Offers;
use crate::registry::Registry;
use crate::store::{MemoryStore, OpenError, SqliteStore, Store, StoreError};

/// How long a drain may take before the process ends all the same.
const DRAIN_WITHIN: Duration = Duration::from_secs(10);
/// What the kernel may hold unsent for a socket: an interrupt cannot overtake it.
const NOT_SENT_MAX: u32 = 16 * 1024;

/// A server that is bound and not yet serving.
pub struct Server {
    listener: TcpListener,
    app: App,
    shutdown: CancellationToken,
}

/// Why the server could not start.
#[derive(Debug, thiserror::Error)]
pub enum ServerError {
    /// The address is not to be had.
    #[error("cannot listen on {addr}: {source}")]
    Bind {
        /// The address.
        addr: SocketAddr,
        /// Why.
        source: io::Error,
    },
    /// The meters could not be set up.
    #[error("cannot set up metrics: {0}")]
    Meters(#[from] metrics_exporter_prometheus::BuildError),
    /// A model is configured in a way that cannot work.
    #[error("{0}")]
    Models(#[from] models::config::ConfigError),
    /// Sessions cannot be kept.
    #[error(transparent)]
    Store(#[from] OpenError),
    /// What was kept cannot be read.
    #[error(transparent)]
    Kept(#[from] StoreError),
    /// Serving failed.
    #[error("serving failed: {0}")]
    Serve(#[from] io::Error),
}

impl Server {
    /// Binds, and gets everything ready. Looks for local models unless the configuration says no.
    pub async fn new(config: Config) -> Result<Server, ServerError> {
        let catalog = catalog(&config).await?;
        Self::with_catalog(config, catalog).await
    }

    /// Binds with a catalog of models that the caller made.
    pub async fn with_catalog(config: Config, catalog: Catalog) -> Result<Server, ServerError> {
        let addr = config.addr;
        let bind_error = |source| ServerError::Bind { addr, source };
        let listener = TcpListener::bind(addr).await.map_err(bind_error)?;
        let bound = listener.local_addr().map_err(bind_error)?;
        let shutdown = CancellationToken::new();
        let offers = Arc::new(Offers::new(catalog, config.access_code.is_some()));
        let store: Arc<dyn Store> = if config.data == Path::new(IN_MEMORY) {
            Arc::new(MemoryStore::default())
        } else {
            Arc::new(SqliteStore::open(&config.data).await?)
        };
        let budgets = Budgets::new(config.all_budgets(), store.spent().await?);
        let access = config.access_code.clone();
        let limits = config.limits.clone();
        let registry = Registry::new(store, Arc::clone(&offers), access, budgets, limits, shutdown.clone());
        let registry = Arc::new(registry);
        registry.keep_books();
        if let Some(days) = config.retention_days {
            registry.sweep(days);
        }
        let app = App {
            registry,
            offers,
            sockets: TaskTracker::new(),
            prometheus: meters::install()?,
            gate: Arc::new(Gate::new(config.limits)),
            trusted_proxies: config.trusted_proxies.into(),
            allowed: Arc::new(Allowed::new(bound, &config.public_hosts)),
        };
        Ok(Server { listener, app, shutdown })
    }

    /// Where it listens.
    pub fn local_addr(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }

    /// The models on offer, for the operator to read.
    pub fn models(&self) -> Vec<protocol::view::ModelView> {
        self.app.offers.views(true)
    }

    /// Cancel it, and [`Server::listen`] drains and returns.
    pub fn shutdown_token(&self) -> CancellationToken {
        self.shutdown.clone()
    }

    /// Serves until the shutdown token fires; then stops accepting, interrupts turns, tells clients, and waits for
    /// sessions and sockets under a deadline.
    pub async fn listen(self) -> Result<(), ServerError> {
        let (registry, sockets) = (Arc::clone(&self.app.registry), self.app.sockets.clone());
        let router = http::router(self.app).into_make_service_with_connect_info::<SocketAddr>();
        let listener = self.listener.tap_io(tune);
        let shutdown = self.shutdown.clone();
        let serve = axum::serve(listener, router).with_graceful_shutdown(async move { shutdown.cancelled().await });
        let overdue = async {
            self.shutdown.cancelled().await;
            tokio::time::sleep(DRAIN_WITHIN).await;
        };
        let drained = async {
            serve.await?;
            registry.drained().await;
            // A socket ends by itself once it has told its client.
            sockets.close();
            sockets.wait().await;
            io::Result::Ok(())
        };
        tokio::select! {
            drained = drained => drained?,
            () = overdue => tracing::warn!("some connections did not end in time"),
        }
        Ok(())
    }
}

/// Small frames leave at once, and little waits where nothing can overtake it.
fn tune(stream: &mut TcpStream) {
    let tuned = stream.set_nodelay(true).and_then(|()| SockRef::from(&*stream).set_tcp_notsent_lowat(NOT_SENT_MAX));
    if let Err(error) = tuned {
        tracing::debug!(%error, "a socket could not be tuned");
    }
}

/// The configured models, the local ones that run, and the practice model.
async fn catalog(config: &Config) -> Result<Catalog, ServerError> {
    let practice = Arc::new(PracticeProvider::new());
    if !config.offers_real_models() {
        tracing::warn!(addr = %config.addr, "strangers may come and there is no MIDSTREAM_ACCESS_CODE: only the practice model is offered");
        return Ok(Catalog::build(&ModelsConfig::default(), |_| None, practice)?);
    }
    let mut catalog =
        Catalog::build(&ModelsConfig { models: config.models.clone() }, |name| std::env::var(name).ok(), practice)?;
    if config.discover {
        catalog.add_found(&discover(PATIENCE).await);
    }
    Ok(catalog)
}
