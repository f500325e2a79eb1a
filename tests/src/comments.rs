//! Comments on a timeline over HTTP, as tests ask for them.

use std::net::SocketAddr;

use anyhow::{Context, Result, ensure};
use protocol::CommentId;
use protocol::Seq;
use protocol::comments::{COMMENT_KEY_HEADER, Comment, Comments, CreatedComment, NewComment};
use protocol::http::CreatedSession;
use reqwest::{Client, Response, StatusCode};

/// What somebody called Ada says at a step.
pub fn said(seq: Seq, text: &str) -> NewComment {
    NewComment { seq, text: text.to_owned(), name: Some("Ada".to_owned()), color: None }
}

/// Asks for a comment to be kept.
pub async fn ask(addr: SocketAddr, by: &CreatedSession, wanted: &NewComment) -> Result<Response> {
    Ok(Client::new().post(url(addr, by)).bearer_auth(&by.token).json(wanted).send().await?)
}

/// Pins a comment.
pub async fn pin(addr: SocketAddr, by: &CreatedSession, seq: Seq, text: &str) -> Result<CreatedComment> {
    let answer = ask(addr, by, &said(seq, text)).await?;
    ensure!(answer.status() == StatusCode::CREATED, "{}", answer.text().await?);
    answer.json().await.context("the answer is not a comment")
}

/// All of a session.
pub async fn comments(addr: SocketAddr, by: &CreatedSession) -> Result<Vec<Comment>> {
    let answer = Client::new().get(url(addr, by)).bearer_auth(&by.token).send().await?;
    ensure!(answer.status() == StatusCode::OK, "{}", answer.text().await?);
    Ok(answer.json::<Comments>().await?.comments)
}

/// Asks for a comment to be deleted, with a key.
pub async fn remove(addr: SocketAddr, by: &CreatedSession, comment: &CommentId, key: &str) -> Result<StatusCode> {
    let url = format!("{}/{comment}", url(addr, by));
    let answer = Client::new().delete(url).bearer_auth(&by.token).header(COMMENT_KEY_HEADER, key).send().await?;
    Ok(answer.status())
}

fn url(addr: SocketAddr, session: &CreatedSession) -> String {
    format!("http://{addr}/api/sessions/{}/timeline/comments", session.id)
}
