//! Links: who comes in by one, with which role, and for how long.

use anyhow::{Context, Result, ensure};
use protocol::http::Problem;
use protocol::links::{LINK_NAME_MAX, LINKS_MAX, LinkState, NewLink};
use protocol::view::Role;
use protocol::{CloseCode, ErrorCode};
use tests::binary::{Binary, Folder};
use tests::client::Client;
use tests::links::{link, links, make, revoke, short_link};
use tests::server::TestServer;

/// Who others see, by role.
fn seen(client: &Client) -> Vec<Role> {
    client.people.values().map(|who| who.role).collect()
}

#[tokio::test]
async fn a_revoked_link_closes_its_own_sockets_at_once_and_opens_nothing_any_more() -> Result<()> {
    let server = TestServer::practice().await?;
    let session = server.create(Some("invoice")).await?;
    let mut owner = server.join(&session).await?;
    let (viewers, by_viewer) = link(server.addr, &session, Role::Viewer).await?;
    let (_, by_editor) = link(server.addr, &session, Role::Editor).await?;
    ensure!((viewers.role, viewers.state, viewers.here) == (Role::Viewer, LinkState::Active, 0), "{viewers:?}");
    let (mut one, mut two) = (server.join(&by_viewer).await?, server.join(&by_viewer).await?);
    let mut editor = server.join(&by_editor).await?;
    ensure!(one.welcome.role == Role::Viewer && editor.welcome.role == Role::Editor);
    owner.until("all four", |c| seen(c).len() == 4).await?;
    let here: Vec<usize> = links(server.addr, &session).await?.iter().map(|link| link.here).collect();
    ensure!(here == [2, 1], "{here:?}");

    let authors = server.url(&format!("/api/sessions/{}/changes?from=start", session.id));
    let ask = || reqwest::Client::new().get(&authors).bearer_auth(&by_viewer.token).send();
    ensure!(ask().await?.status() == 200);
    ensure!(revoke(server.addr, &session, &viewers.id).await? == 204);
    ensure!(ask().await?.status() == 401, "the token opens nothing");
    ensure!(one.closed().await? == CloseCode::Revoked.code());
    ensure!(two.closed().await? == CloseCode::Revoked.code());
    owner.until("they left", |c| seen(c) == [Role::Owner, Role::Editor]).await?;
    // It cannot come back, neither new nor as who it was; and asking twice changes nothing.
    for resume in [None, Some(one.resume_point())] {
        ensure!(Client::refused(server.addr, &by_viewer, resume).await? == CloseCode::Revoked.code());
    }
    ensure!(revoke(server.addr, &session, &viewers.id).await? == 204);
    let after = links(server.addr, &session).await?;
    let states: Vec<_> = after.iter().map(|link| (link.state, link.here)).collect();
    ensure!(states == [(LinkState::Revoked, 0), (LinkState::Active, 1)], "{states:?}");
    editor.settle().await?;
    ensure!(revoke(server.addr, &session, &"nope".into()).await? == 404);
    server.stop().await
}

#[tokio::test]
async fn a_link_that_expires_closes_its_sockets_and_opens_nothing_any_more() -> Result<()> {
    let server = TestServer::practice().await?;
    let session = server.create(None).await?;
    let (view, short) = short_link(server.addr, &session, Role::Editor, 2).await?;
    ensure!(view.expires_in_s.is_some_and(|left| left <= 2), "{view:?}");
    let mut client = server.join(&short).await?;
    ensure!(client.closed().await? == CloseCode::Expired.code());
    ensure!(Client::refused(server.addr, &short, None).await? == CloseCode::Expired.code());
    let state = links(server.addr, &session).await?.first().context("no link")?.state;
    ensure!(state == LinkState::Expired);
    server.stop().await
}

#[tokio::test]
async fn who_comes_back_by_another_link_has_the_role_of_that_one() -> Result<()> {
    let server = TestServer::practice().await?;
    let session = server.create(Some("invoice")).await?;
    let (editors, by_editor) = link(server.addr, &session, Role::Editor).await?;
    let (_, by_viewer) = link(server.addr, &session, Role::Viewer).await?;
    let mut editor = server.join(&by_editor).await?;
    revoke(server.addr, &session, &editors.id).await?;
    ensure!(editor.closed().await? == CloseCode::Revoked.code());
    let id = editor.welcome.participant.id.clone();
    let mut back = editor.reconnect(server.addr, &by_viewer).await?;
    ensure!(back.welcome.participant.id == id && back.welcome.role == Role::Viewer, "{:?}", back.welcome);
    let path = back.paths().first().context("no file")?.clone();
    back.insert(&path, 0, "mine").await?;
    ensure!(back.error().await? == ErrorCode::Forbidden);
    back.start("t1", "go").await?;
    ensure!(back.error().await? == ErrorCode::Forbidden);
    server.stop().await
}

#[tokio::test]
async fn deleting_a_session_closes_everyone_and_takes_its_links_along() -> Result<()> {
    let server = TestServer::practice().await?;
    let session = server.create(None).await?;
    let (_, by_viewer) = link(server.addr, &session, Role::Viewer).await?;
    let (_, by_owner) = link(server.addr, &session, Role::Owner).await?;
    let (mut owner, mut viewer) = (server.join(&session).await?, server.join(&by_viewer).await?);
    // An owner's link gives what the maker's token gives.
    let url = server.url(&format!("/api/sessions/{}", session.id));
    let delete = |by: &str| reqwest::Client::new().delete(&url).bearer_auth(by).send();
    ensure!(delete(&by_viewer.token).await?.status() == 403);
    ensure!(delete(&by_owner.token).await?.status() == 204);
    ensure!(owner.closed().await? == CloseCode::NotFound.code());
    ensure!(viewer.closed().await? == CloseCode::NotFound.code());
    for token in [&session, &by_viewer, &by_owner] {
        ensure!(Client::refused(server.addr, token, None).await? == CloseCode::NotFound.code());
    }
    ensure!(delete(&by_owner.token).await?.status() == 401, "to a stranger it looks like any other");
    server.stop().await
}

#[tokio::test]
async fn links_and_their_ends_outlive_the_server() -> Result<()> {
    let folder = Folder::new("links")?;
    let server = Binary::start(&folder.0)?;
    let session = server.create(Some("invoice")).await?;
    let (editors, by_editor) = link(server.addr, &session, Role::Editor).await?;
    let (viewers, by_viewer) = link(server.addr, &session, Role::Viewer).await?;
    let _in_memory = Client::connect(server.addr, &by_viewer, 0).await?;
    ensure!(revoke(server.addr, &session, &viewers.id).await? == 204);
    server.kill()?;

    let server = Binary::start(&folder.0)?;
    ensure!(Client::refused(server.addr, &by_viewer, None).await? == CloseCode::Revoked.code());
    ensure!(Client::connect(server.addr, &by_editor, 0).await?.welcome.role == Role::Editor);
    let known: Vec<_> = links(server.addr, &session).await?.into_iter().map(|link| (link.id, link.state)).collect();
    ensure!(known == [(editors.id.clone(), LinkState::Active), (viewers.id, LinkState::Revoked)], "{known:?}");
    // Revoked where nobody is in it: it is not in memory, and opens nothing all the same.
    server.stop()?;
    let server = Binary::start(&folder.0)?;
    ensure!(revoke(server.addr, &session, &editors.id).await? == 204);
    ensure!(Client::refused(server.addr, &by_editor, None).await? == CloseCode::Revoked.code());
    server.stop()
}

#[tokio::test]
async fn a_link_past_a_limit_is_refused_and_an_ended_one_makes_room() -> Result<()> {
    let server = TestServer::practice().await?;
    let session = server.create(None).await?;
    let wanted = |name: &str| NewLink { role: Role::Viewer, name: Some(name.to_owned()), expires_in_s: None };
    let long = "x".repeat(LINK_NAME_MAX);
    for n in 0..LINKS_MAX {
        let answer = make(server.addr, &session, &wanted(&long)).await?;
        ensure!(answer.status() == 201, "{n}: {}", answer.text().await?);
    }
    let answer = make(server.addr, &session, &wanted("one more")).await?;
    ensure!(answer.status() == 409);
    ensure!(answer.json::<Problem>().await?.code == ErrorCode::Limit);
    let all = links(server.addr, &session).await?;
    ensure!(all.len() == LINKS_MAX && all.iter().all(|link| link.state == LinkState::Active));
    revoke(server.addr, &session, &all[7].id).await?;
    let (newest, _) = link(server.addr, &session, Role::Editor).await?;
    let ids: Vec<_> = links(server.addr, &session).await?.into_iter().map(|link| link.id).collect();
    ensure!(ids.len() == LINKS_MAX && !ids.contains(&all[7].id) && ids.last() == Some(&newest.id));

    let answer = make(server.addr, &session, &wanted(&(long + "x"))).await?;
    ensure!(answer.status() == 400);
    ensure!(answer.json::<Problem>().await?.code == ErrorCode::Limit);
    let none = NewLink { role: Role::Viewer, name: None, expires_in_s: Some(0) };
    ensure!(make(server.addr, &session, &none).await?.status() == 400);
    server.stop().await
}
