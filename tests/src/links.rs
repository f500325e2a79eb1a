//! Links as an owner's program makes them, over HTTP.

use std::net::SocketAddr;

use anyhow::{Context, Result, ensure};
use protocol::LinkId;
use protocol::http::CreatedSession;
use protocol::links::{CreatedLink, LinkView, Links, NewLink};
use protocol::view::Role;
use reqwest::{Client, Response, StatusCode};

/// A link with this role, and the session as whoever has it knows it.
pub async fn link(addr: SocketAddr, owner: &CreatedSession, role: Role) -> Result<(LinkView, CreatedSession)> {
    let answer = make(addr, owner, &NewLink { role, name: None, expires_in_s: None }).await?;
    made(owner, answer).await
}

/// A link that ends after some seconds.
pub async fn short_link(
    addr: SocketAddr,
    owner: &CreatedSession,
    role: Role,
    seconds: u32,
) -> Result<(LinkView, CreatedSession)> {
    let answer = make(addr, owner, &NewLink { role, name: None, expires_in_s: Some(seconds) }).await?;
    made(owner, answer).await
}

/// Asks for a link.
pub async fn make(addr: SocketAddr, by: &CreatedSession, wanted: &NewLink) -> Result<Response> {
    Ok(Client::new().post(url(addr, by)).bearer_auth(&by.token).json(wanted).send().await?)
}

/// All links of a session.
pub async fn links(addr: SocketAddr, owner: &CreatedSession) -> Result<Vec<LinkView>> {
    let answer = Client::new().get(url(addr, owner)).bearer_auth(&owner.token).send().await?;
    ensure!(answer.status() == StatusCode::OK, "{}", answer.text().await?);
    Ok(answer.json::<Links>().await?.links)
}

/// Revokes a link.
pub async fn revoke(addr: SocketAddr, by: &CreatedSession, link: &LinkId) -> Result<StatusCode> {
    let answer = Client::new().delete(format!("{}/{link}", url(addr, by))).bearer_auth(&by.token).send().await?;
    Ok(answer.status())
}

async fn made(owner: &CreatedSession, answer: Response) -> Result<(LinkView, CreatedSession)> {
    ensure!(answer.status() == StatusCode::CREATED, "{}", answer.text().await?);
    let CreatedLink { link, token } = answer.json().await.context("the answer is not a link")?;
    Ok((link, CreatedSession { id: owner.id.clone(), token }))
}

fn url(addr: SocketAddr, session: &CreatedSession) -> String {
    format!("http://{addr}/api/sessions/{}/links", session.id)
}
