//! Finds model servers that run on this machine.
//!
//! Owns where to look and what to believe. Asks on loopback only, all at once, and waits no longer than told: it
//! runs before the page is served. Finding nothing is not an error.

use std::time::Duration;

use futures_util::future::join_all;
use serde::Deserialize;

use crate::chat::dialect::{Dialect, LLAMA_CPP, LM_STUDIO, OLLAMA};

/// How long a server on loopback may take to name its models.
pub const PATIENCE: Duration = Duration::from_millis(300);

/// Models taken from one server: a list in a page has to stay readable.
pub const MAX_MODELS_PER_SERVER: usize = 50;

/// The largest list of models that is read.
const MAX_LIST_BYTES: usize = 1024 * 1024;

/// A server that answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// What it is.
    pub dialect: Dialect,
    /// Its address for Chat Completions.
    pub base_url: String,
    /// Its models.
    pub models: Vec<String>,
}

/// Where one kind of server may be.
#[derive(Clone, Copy, Debug)]
pub struct Place {
    /// The kind.
    pub dialect: Dialect,
    /// The port on 127.0.0.1.
    pub port: u16,
}

/// The default ports.
pub const PLACES: &[Place] = &[
    Place { dialect: OLLAMA, port: 11434 },
    Place { dialect: LM_STUDIO, port: 1234 },
    Place { dialect: LLAMA_CPP, port: 9931 },
    // Where llama.cpp was before; anything else may be there as well, so it is asked for more than its models.
    Place { dialect: LLAMA_CPP, port: 8080 },
];

/// Looks at the default ports.
pub async fn discover(timeout: Duration) -> Vec<Found> {
    discover_at(PLACES, timeout).await
}

/// Looks at those places; what it finds keeps their order.
pub async fn discover_at(places: &[Place], timeout: Duration) -> Vec<Found> {
    // Loopback goes through no proxy.
    let built =
        reqwest::Client::builder().no_proxy().timeout(timeout).redirect(reqwest::redirect::Policy::none()).build();
    let Ok(client) = built else {
        return Vec::new();
    };
    let asked = join_all(places.iter().map(|place| ask(&client, *place))).await;
    asked.into_iter().flatten().filter(|found| !found.models.is_empty()).collect()
}

async fn ask(client: &reqwest::Client, Place { dialect, port }: Place) -> Option<Found> {
    let root = format!("http://127.0.0.1:{port}");
    let names: Vec<String> = if dialect == OLLAMA {
        let tags: Tags = get(client, format!("{root}/api/tags")).await?;
        tags.models.into_iter().map(|model| model.name).collect()
    } else {
        if dialect == LLAMA_CPP {
            let health: Health = get(client, format!("{root}/health")).await?;
            (health.status == "ok").then_some(())?;
        }
        let list: List = get(client, format!("{root}/v1/models")).await?;
        list.data.into_iter().map(|model| model.id).collect()
    };
    let models = names
        .into_iter()
        // Embedding models have names like this and cannot answer.
        .filter(|name| !name.is_empty() && !name.contains("embed"))
        .take(MAX_MODELS_PER_SERVER)
        .collect();
    Some(Found { dialect, base_url: format!("{root}/v1"), models })
}

async fn get<T: for<'de> Deserialize<'de>>(client: &reqwest::Client, url: String) -> Option<T> {
    let mut response = client.get(url).send().await.ok()?.error_for_status().ok()?;
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.ok()? {
        body.extend_from_slice(&chunk);
        (body.len() <= MAX_LIST_BYTES).then_some(())?;
    }
    serde_json::from_slice(&body).ok()
}

/// Ollama's list.
#[derive(Deserialize)]
struct Tags {
    models: Vec<Tag>,
}

#[derive(Deserialize)]
struct Tag {
    name: String,
}

/// The list of everybody else.
#[derive(Deserialize)]
struct List {
    data: Vec<Listed>,
}

#[derive(Deserialize)]
struct Listed {
    id: String,
}

/// llama.cpp's state.
#[derive(Deserialize)]
struct Health {
    status: String,
}
