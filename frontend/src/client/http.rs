//! Questions to the server that no frame answers: the routes under a session.

use gloo_net::http::{Method, Request, RequestBuilder, Response};
use protocol::http::Problem;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::Client;

/// What a person is told when nothing comes back.
const SILENT: &str = "The server did not answer. Is it still running?";

impl Client {
    /// Asks a route of this session. A failure is said for a person.
    pub(super) fn ask<T: DeserializeOwned>(&self, route: &str) -> impl Future<Output = Result<T, String>> + use<T> {
        let address = self.link.borrow().address();
        let request = address.map(|(session, token)| {
            Request::get(&format!("/api/sessions/{session}/{route}"))
                .header("Authorization", &format!("Bearer {token}"))
        });
        async move {
            let answer = request.ok_or(SILENT)?.send().await.map_err(|_| SILENT)?;
            if answer.ok() {
                return answer.json().await.map_err(|_| "The server's answer could not be read.".to_owned());
            }
            Err(refusal(&answer).await)
        }
    }

    /// Has a route of this session do something. What it answers, if it answers anything. A failure is said for a
    /// person.
    pub(super) fn order<T: DeserializeOwned, B: Serialize>(
        &self,
        method: Method,
        route: &str,
        body: Option<&B>,
    ) -> impl Future<Output = Result<Option<T>, String>> + use<T, B> {
        self.order_with(method, route, body, None)
    }

    /// The same, with a header.
    pub(super) fn order_with<T: DeserializeOwned, B: Serialize>(
        &self,
        method: Method,
        route: &str,
        body: Option<&B>,
        header: Option<(&str, String)>,
    ) -> impl Future<Output = Result<Option<T>, String>> + use<T, B> {
        let request = self.link.borrow().address().and_then(|(session, token)| {
            let request = RequestBuilder::new(&format!("/api/sessions/{session}{route}"))
                .method(method)
                .header("Authorization", &format!("Bearer {token}"));
            let request = match &header {
                Some((name, value)) => request.header(name, value),
                None => request,
            };
            match body {
                Some(body) => request.json(body).ok(),
                None => request.build().ok(),
            }
        });
        async move {
            let answer = request.ok_or(SILENT)?.send().await.map_err(|_| SILENT)?;
            if answer.ok() {
                return Ok(answer.json().await.ok());
            }
            Err(refusal(&answer).await)
        }
    }
}

/// Why a route did not do it.
async fn refusal(answer: &Response) -> String {
    let problem = answer.json::<Problem>().await;
    problem.map_or_else(|_| format!("The server refused: {}", answer.status()), |p| p.message)
}
