//! Links of sessions, live or not: what opens them, and their making and end.
//!
//! A live session's door and the database are changed under one lock, which a load also takes to read links: so what
//! is live never lags behind what is kept.

use std::sync::Arc;
use std::time::Duration;

use protocol::links::{CreatedLink, LINK_NAME_MAX, NewLink};
use protocol::{LinkId, SessionId};

use super::Registry;
use crate::secret::{self, Hash};
use crate::session::door::Door;
use crate::store::{self, Link, StoreError};

/// Why a link could not be made or changed.
#[derive(Debug, thiserror::Error)]
pub enum LinkError {
    /// There is no such session any more.
    #[error("there is no such session")]
    NoSession,
    /// There is no such link.
    #[error("there is no such link")]
    NoLink,
    /// Its name is too long.
    #[error("a link's name has at most {LINK_NAME_MAX} characters")]
    LongName,
    /// It would never open anything.
    #[error("a link must last for a second at least")]
    NoTime,
    /// There are as many as there may be.
    #[error("a session has at most {0} links; revoke one first")]
    TooMany(usize),
    /// The store did not answer.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Registry {
    /// What opens a session, live or not; nothing when there is none.
    pub async fn door(&self, id: &SessionId) -> Result<Option<Arc<Door>>, StoreError> {
        if let Some(handle) = self.find(id) {
            return Ok(Some(handle.door));
        }
        let Some(record) = self.store.find(id).await? else { return Ok(None) };
        Ok(Some(Arc::new(Door::new(record.owner, self.store.links(id).await?))))
    }

    /// Makes a link. Its token is told this once.
    pub async fn add_link(&self, id: &SessionId, wanted: NewLink) -> Result<CreatedLink, LinkError> {
        let NewLink { role, name, expires_in_s } = wanted;
        let name = name.map(|name| clean(&name)).filter(|name| !name.is_empty());
        if name.as_ref().is_some_and(|name| name.chars().count() > LINK_NAME_MAX) {
            return Err(LinkError::LongName);
        }
        if expires_in_s == Some(0) {
            return Err(LinkError::NoTime);
        }
        let _one_at_a_time = self.linking.lock().await;
        let door = self.door(id).await?.ok_or(LinkError::NoSession)?;
        let most = self.limits.links_per_session;
        while let (count, ended) = door.fill()
            && count >= most
        {
            let ended = ended.ok_or(LinkError::TooMany(most))?;
            self.store.drop_link(id, &ended).await?;
            door.forget(&ended);
        }
        let (token, made) = (secret::token(), store::now());
        let lasts = expires_in_s.map(|lasts| Duration::from_secs(lasts.into()));
        let expiry = lasts.map(|lasts| made.saturating_add(u64::try_from(lasts.as_millis()).unwrap_or(u64::MAX)));
        let link = Link { hash: Hash::of(&token), role, name, made, expiry, revoked: None };
        if !self.store.put_link(id, &link).await? {
            return Err(LinkError::NoSession);
        }
        Ok(CreatedLink { link: door.add(link), token })
    }

    /// Takes a link back: it opens nothing from now on, and whoever came in by it goes. That holds at once, also where
    /// it cannot be written down; then it is an error all the same, since it would not outlive the server.
    pub async fn revoke_link(&self, id: &SessionId, link: &LinkId) -> Result<(), LinkError> {
        let _one_at_a_time = self.linking.lock().await;
        let door = self.door(id).await?.ok_or(LinkError::NoSession)?;
        let link = door.revoke(link).ok_or(LinkError::NoLink)?;
        if !self.store.put_link(id, &link).await? {
            return Err(LinkError::NoSession);
        }
        tracing::info!(session = %id, role = link.role.name(), "a link was revoked");
        Ok(())
    }
}

/// A name as text in a line.
fn clean(name: &str) -> String {
    name.trim().chars().filter(|c| !c.is_control()).collect()
}
