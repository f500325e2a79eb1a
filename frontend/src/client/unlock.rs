//! Unlocking the session for models that cost, with the server's access code.

use std::rc::Rc;

use gloo_net::http::Request;
use protocol::http::{Problem, Unlock};

use super::Client;

/// What a person is told when nothing comes back.
const SILENT: &str = "The server did not answer. Is it still running?";

impl Client {
    /// Shows the server the code. That the models are free then, a frame says to everyone.
    pub async fn show_code(self: Rc<Self>, code: String) -> Result<(), String> {
        let address = self.link.borrow().address();
        let (session, token) = address.ok_or(SILENT)?;
        let request = Request::post(&format!("/api/sessions/{session}/access"))
            .header("Authorization", &format!("Bearer {token}"))
            .json(&Unlock { code });
        let answer = request.map_err(|_| SILENT)?.send().await.map_err(|_| SILENT)?;
        if answer.ok() {
            return Ok(());
        }
        let problem = answer.json::<Problem>().await;
        Err(problem.map_or_else(|_| format!("The server refused: {}", answer.status()), |p| p.message))
    }
}
