//! Code runs in the page: what it says, where its errors lead, and how it is ended.

mod fix;
mod hostile;
mod kill;
mod page;
mod python;
mod script;

use anyhow::Result;
use protocol::http::CreatedSession;
use tests::browser::Page;
use tests::client::Client;

use super::stage::{Stage, into_the_editor};

/// A session with these files, the first of them open in a page.
pub async fn opened(stage: &Stage, files: &[(&str, &str)]) -> Result<(CreatedSession, Client, Page)> {
    let session = stage.server.create(None).await?;
    let mut client = stage.server.join(&session).await?;
    for (number, (path, text)) in files.iter().enumerate() {
        client.create_file(&format!("f{number}"), path, text).await?;
    }
    client.settle().await?;
    let page = stage.open(&session).await?;
    if let Some((path, _)) = files.first() {
        open(&page, path).await?;
    }
    Ok((session, client, page))
}

/// Opens a file by the list of files.
pub async fn open(page: &Page, path: &str) -> Result<()> {
    let row = format!("[data-pane=files] [title={path:?}]");
    page.by_selector(&row).click().await?;
    page.wait(&format!("midstreamTest.file() === {path:?}"), super::stage::PATIENCE).await
}

/// Runs the open file with the keyboard.
pub async fn run(page: &Page) -> Result<()> {
    into_the_editor(page).await?;
    page.press("Control+Enter").await
}

/// Waits until the run stands so: `active`, `done`, `failed`, `stopped`.
pub async fn stands(page: &Page, state: &str) -> Result<()> {
    page.wait(&format!("document.querySelector('.run-status')?.dataset.state === {state:?}"), super::stage::PATIENCE)
        .await
}

/// Waits until the console says something.
pub async fn says(page: &Page, words: &str) -> Result<()> {
    let said = format!("document.querySelector('.console')?.innerText.includes({})", serde_json::json!(words));
    page.wait(&said, super::stage::PATIENCE).await
}
