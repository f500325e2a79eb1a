//! Files in and out of a session over HTTP, as a program that has a token does it.

use std::net::SocketAddr;

use anyhow::{Result, ensure};
use protocol::ErrorCode;
use protocol::files::{ImportAnswer, ImportView};
use protocol::http::{CreatedSession, Problem};
use reqwest::multipart::{Form, Part};
use reqwest::{Method, RequestBuilder, StatusCode};

/// A session's routes.
pub struct Transfer<'a> {
    /// Where the server listens.
    pub addr: SocketAddr,
    /// The session, and a token that opens it.
    pub session: &'a CreatedSession,
}

impl Transfer<'_> {
    /// A request of a route under the session.
    pub fn request(&self, method: Method, route: &str) -> RequestBuilder {
        let url = format!("http://{}/api/sessions/{}/{route}", self.addr, self.session.id);
        reqwest::Client::new().request(method, url).bearer_auth(&self.session.token)
    }

    /// What a route of `export/` gives.
    pub async fn export(&self, route: &str) -> Result<Vec<u8>> {
        let answer = self.request(Method::GET, &format!("export/{route}")).send().await?;
        ensure!(answer.status().is_success(), "{route}: {}", answer.text().await?);
        Ok(answer.bytes().await?.to_vec())
    }

    /// Brings a body in.
    pub async fn import(&self, kind: &str, body: Vec<u8>) -> Result<ImportAnswer> {
        let request = self.request(Method::POST, "import?name=test").header("content-type", kind).body(body);
        let answer = request.send().await?;
        ensure!(answer.status().is_success(), "{}", answer.text().await?);
        Ok(answer.json().await?)
    }

    /// Brings a body in that is refused.
    pub async fn refused(&self, kind: &str, body: Vec<u8>) -> Result<(StatusCode, ErrorCode, String)> {
        let request = self.request(Method::POST, "import?name=test").header("content-type", kind).body(body);
        refusal(request).await
    }

    /// Brings files in, as a page does.
    pub fn files(&self, files: &[(&str, &[u8])]) -> Result<RequestBuilder> {
        let paths: Vec<&str> = files.iter().map(|(path, _)| *path).collect();
        let mut form = Form::new().text("paths", serde_json::to_string(&paths)?);
        for (_, bytes) in files {
            form = form.part("file", Part::bytes(bytes.to_vec()).file_name("file"));
        }
        Ok(self.request(Method::POST, "import?name=files").multipart(form))
    }

    /// Takes an import back.
    pub async fn take_back(&self, import: &ImportView) -> Result<StatusCode> {
        Ok(self.request(Method::DELETE, &format!("imports/{}", import.id)).send().await?.status())
    }
}

/// How a request is refused.
pub async fn refusal(request: RequestBuilder) -> Result<(StatusCode, ErrorCode, String)> {
    let answer = request.send().await?;
    let status = answer.status();
    ensure!(!status.is_success(), "it was taken");
    let problem: Problem = answer.json().await?;
    Ok((status, problem.code, problem.message))
}
