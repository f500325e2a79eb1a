//! The least that reads tokens out of a Chat Completions stream: what the direct client and the bare relay share.

use std::borrow::Cow;

use anyhow::{Result, ensure};
use reqwest::{Client, Response};
use serde::Deserialize;

/// Asks an upstream for a stream.
pub async fn ask(client: &Client, upstream: &str, prompt: &str) -> Result<Tokens> {
    let body = serde_json::json!({"model": "m", "stream": true, "messages": [{"role": "user", "content": prompt}]});
    let response = client.post(format!("{upstream}/chat/completions")).json(&body).send().await?;
    ensure!(response.status().is_success(), "the upstream answered {}", response.status());
    Ok(Tokens { response, buffer: Vec::new() })
}

/// A stream's tokens as they come.
pub struct Tokens {
    response: Response,
    /// What was read of an event that is not whole yet.
    buffer: Vec<u8>,
}

#[derive(Deserialize)]
struct Chunk<'a> {
    #[serde(borrow)]
    choices: Vec<Choice<'a>>,
}

#[derive(Deserialize)]
struct Choice<'a> {
    #[serde(borrow)]
    delta: Delta<'a>,
}

#[derive(Deserialize)]
struct Delta<'a> {
    #[serde(borrow, default)]
    content: Cow<'a, str>,
}

impl Tokens {
    /// Hands on the tokens of what comes next. False at the end.
    pub async fn next(&mut self, mut take: impl FnMut(&str)) -> Result<bool> {
        let Some(bytes) = self.response.chunk().await? else {
            return Ok(false);
        };
        self.buffer.extend_from_slice(&bytes);
        let mut read = 0;
        while let Some(rest) = self.buffer.get(read..)
            && let Some(end) = rest.windows(2).position(|two| two == b"\n\n")
        {
            let event = rest.get(..end).unwrap_or_default();
            if let Some(data) = event.strip_prefix(b"data: ")
                && data != b"[DONE]"
            {
                let chunk: Chunk<'_> = serde_json::from_slice(data)?;
                for choice in chunk.choices.iter().filter(|choice| !choice.delta.content.is_empty()) {
                    take(&choice.delta.content);
                }
            }
            read += end + 2;
        }
        self.buffer.drain(..read);
        Ok(true)
    }
}
