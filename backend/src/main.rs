//! Starts the server, says where it is, and ends it on SIGTERM or Ctrl+C.

use anyhow::{Context, Result};
use clap::Parser;
use midstream::config::Flags;
use midstream::{Config, Server};
use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;
use tracing_subscriber::EnvFilter;

#[tokio::main]
async fn main() -> Result<()> {
    let filter =
        EnvFilter::try_from_env("MIDSTREAM_LOG").unwrap_or_else(|_| EnvFilter::new("midstream=info,models=info"));
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();
    let config = Config::load(&Flags::parse())?;
    let server = Server::new(config).await?;
    println!("Midstream is at http://{}/", server.local_addr()?);
    let models: Vec<String> = server.models().into_iter().map(|m| m.label).collect();
    println!("Models: {}", models.join(", "));
    end_on_signals(server.shutdown_token())?;
    server.listen().await?;
    Ok(())
}

/// Fires `shutdown` at the first signal; a second one ends the process at once.
fn end_on_signals(shutdown: CancellationToken) -> Result<()> {
    let mut term = signal(SignalKind::terminate()).context("cannot listen for SIGTERM")?;
    let mut int = signal(SignalKind::interrupt()).context("cannot listen for SIGINT")?;
    #[allow(clippy::disallowed_methods)] // Lives as long as the process.
    tokio::spawn(async move {
        let mut asked = false;
        loop {
            tokio::select! {
                _ = term.recv() => {}
                _ = int.recv() => {}
            }
            if asked {
                std::process::exit(130);
            }
            asked = true;
            eprintln!("Stopping: telling everyone, interrupting turns …");
            shutdown.cancel();
        }
    });
    Ok(())
}
