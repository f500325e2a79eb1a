//! What strangers, and holders of a smaller role, can do: nothing that they may not. Over real sockets.

mod access;
mod frames;
mod holds;
mod limits;
mod routes;
mod secrets;
mod updates;
mod yjs;

use std::net::SocketAddr;

use anyhow::{Result, ensure};
use protocol::CloseCode;
use protocol::http::CreatedSession;
use protocol::view::Role;
use tests::client::Client;
use tests::links::{link, revoke, short_link};
use yrs::{Doc, Map, MapPrelim, TextPrelim, Transact};

/// Someone who asks, and the most that they may do; nothing: they have no business there.
struct Caller {
    who: &'static str,
    /// What they show.
    token: Option<String>,
    role: Option<Role>,
    /// What their `hello` is closed with, if they have no business there.
    code: CloseCode,
}

/// A file with this path, written under a client id.
fn file(client_id: u64, path: &str) -> Vec<u8> {
    let doc = Doc::with_client_id(client_id);
    let files = doc.get_or_insert_map("files");
    let mut txn = doc.transact_mut();
    let file = files.insert(&mut txn, "evil", MapPrelim::default());
    file.insert(&mut txn, "path", path);
    file.insert(&mut txn, "text", TextPrelim::new("evil"));
    txn.encode_update_v1()
}

/// Everyone who may come to a session's door: strangers of all sorts, and every role.
async fn everyone(addr: SocketAddr, owner: &CreatedSession, other: &CreatedSession) -> Result<Vec<Caller>> {
    let (revoked, by_revoked) = link(addr, owner, Role::Owner).await?;
    ensure!(revoke(addr, owner, &revoked.id).await? == 204);
    let (_, by_expired) = short_link(addr, owner, Role::Owner, 1).await?;
    ensure!(Client::connect(addr, &by_expired, 0).await?.closed().await? == CloseCode::Expired.code());
    let stranger = |who, token: &str| {
        let (token, code) = (Some(token.to_owned()), CloseCode::Unauthorized);
        Caller { who, token, role: None, code }
    };
    let mut all = vec![
        Caller { token: None, ..stranger("nobody", "") },
        stranger("an empty token", ""),
        stranger("a guess", "abcdefghijkmnpqrstuvwxyz23456789"),
        stranger("the token with a letter behind", &format!("{}a", owner.token)),
        stranger("half the token", &owner.token[..16]),
        stranger("the name of a link", revoked.id.as_str()),
        stranger("the owner of another session", &other.token),
        Caller { code: CloseCode::Revoked, ..stranger("a revoked link", &by_revoked.token) },
        Caller { code: CloseCode::Expired, ..stranger("an expired link", &by_expired.token) },
        Caller { role: Some(Role::Owner), ..stranger("the maker", &owner.token) },
    ];
    for role in Role::ALL {
        let (_, by) = link(addr, owner, role).await?;
        all.push(Caller { role: Some(role), ..stranger(role.name(), &by.token) });
    }
    Ok(all)
}
