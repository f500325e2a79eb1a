//! Starts the server, says where it is, and ends it on SIGTERM or Ctrl+C; or runs a command that needs none.

use std::process::ExitCode;

use anyhow::{Context, Result};
use clap::{Parser, Subcommand};
use midstream::apply::command::{self, ApplyArgs};
use midstream::config::Flags;
use midstream::{Config, Server};
use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;
use tracing_subscriber::EnvFilter;

// Without a command it serves; the words of `--help` are those of `Flags`.
#[derive(Debug, Parser)]
#[command(args_conflicts_with_subcommands = true)]
struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    flags: Flags,
}

#[derive(Debug, Subcommand)]
enum Command {
    Apply(ApplyArgs),
}

fn main() -> Result<ExitCode> {
    let cli = Cli::parse();
    match cli.command {
        Some(Command::Apply(args)) => Ok(command::run(&args).into()),
        None => serve(&cli.flags).map(|()| ExitCode::SUCCESS),
    }
}

/// Libraries that, when they are asked to tell all, tell what goes over the wire: tokens and keys with it. They never may.
const SPEAKS_OF_PAYLOADS: [&str; 8] =
    ["tungstenite", "tokio_tungstenite", "h2", "hyper", "hyper_util", "reqwest", "rustls", "sqlx"];

#[tokio::main]
async fn serve(flags: &Flags) -> Result<()> {
    let mut filter =
        EnvFilter::try_from_env("MIDSTREAM_LOG").unwrap_or_else(|_| EnvFilter::new("midstream=info,models=info"));
    for library in SPEAKS_OF_PAYLOADS {
        filter = filter.add_directive(format!("{library}=info").parse()?);
    }
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();
    let config = Config::load(flags)?;
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
