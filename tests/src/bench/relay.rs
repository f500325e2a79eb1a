//! The bare relay, for comparison: a prompt in as one text frame, one text frame per token out, an empty one at the
//! end. No session, no document, no order, no interrupt: the least that a WebSocket in front of a model can cost.

use anyhow::{Context, Result};
use axum::Router;
use axum::extract::State;
use axum::extract::ws::{Message, Utf8Bytes, WebSocket, WebSocketUpgrade};
use axum::response::Response;
use axum::routing::get;
use axum::serve::ListenerExt;
use futures_util::SinkExt;
use reqwest::Client;
use tokio::net::TcpListener;

use super::sse;

#[derive(Clone)]
struct Upstream {
    client: Client,
    url: String,
}

/// Serves until the process is ended. Says on stdout where.
pub async fn serve(upstream: String) -> Result<()> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    println!("The relay is at http://{}/", listener.local_addr()?);
    let listener = listener.tap_io(|stream| {
        // Without it frames would wait for acknowledgements; a socket that is gone already is no matter.
        let _ = stream.set_nodelay(true);
    });
    let upstream = Upstream { client: Client::new(), url: upstream };
    let router = Router::new().route("/socket", get(accept)).with_state(upstream);
    axum::serve(listener, router).await.context("the relay failed")
}

async fn accept(State(upstream): State<Upstream>, upgrade: WebSocketUpgrade) -> Response {
    upgrade.on_upgrade(async move |socket| {
        if let Err(error) = relay(socket, upstream).await {
            eprintln!("the relay: {error:#}");
        }
    })
}

async fn relay(mut socket: WebSocket, upstream: Upstream) -> Result<()> {
    while let Some(Ok(message)) = socket.recv().await {
        let Message::Text(prompt) = message else {
            continue;
        };
        let mut tokens = sse::ask(&upstream.client, &upstream.url, &prompt).await?;
        let mut due: Vec<Utf8Bytes> = Vec::new();
        while tokens.next(|token| due.push(token.into())).await? {
            for token in due.drain(..) {
                socket.feed(Message::Text(token)).await?;
            }
            socket.flush().await?;
        }
        socket.send(Message::Text(Utf8Bytes::default())).await?;
    }
    Ok(())
}
