//! Links: capabilities by which people come into a session, as their owner sees them.
//!
//! Bodies of the routes under `/api/sessions/{id}/links`. A token is told once, when its link is made.

use serde::{Deserialize, Serialize};

use crate::ids::LinkId;
use crate::view::Role;

/// The most links that a session has, ended ones with them: more than a person keeps in mind. Past it, the oldest ended
/// one makes room for a new one; when all of them open the session, a new one is refused.
pub const LINKS_MAX: usize = 100;
/// The longest name of a link, in characters.
pub const LINK_NAME_MAX: usize = 40;

/// Body of `POST /api/sessions/{id}/links`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NewLink {
    /// What it lets its holder do.
    pub role: Role,
    /// For whom or what it is, for its owner to read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// How long it opens the session, in seconds; nothing: until it is revoked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_in_s: Option<u32>,
}

/// Answer of `POST /api/sessions/{id}/links`, with status 201.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CreatedLink {
    /// The link.
    pub link: LinkView,
    /// What opens the session, told this once: the page is `/s/{id}#{token}`.
    pub token: String,
}

/// Answer of `GET /api/sessions/{id}/links`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Links {
    /// In the order of making.
    pub links: Vec<LinkView>,
}

/// A link, as its owner sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct LinkView {
    /// Names it; opens nothing.
    pub id: LinkId,
    /// What it lets its holder do.
    pub role: Role,
    /// For whom or what it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// How long ago it was made, in seconds.
    pub age_s: u64,
    /// In how many seconds it expires; nothing: never, or it has ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_in_s: Option<u64>,
    /// Whether it opens the session.
    pub state: LinkState,
    /// How many connections came in by it and are there.
    pub here: usize,
}

/// Whether a link opens its session.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum LinkState {
    /// It does.
    Active,
    /// Its time is over.
    Expired,
    /// The owner took it back.
    Revoked,
}
