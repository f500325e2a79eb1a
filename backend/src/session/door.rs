//! Who may come into a session: its owner's token and its links, as of now.
//!
//! One per live session, shared by all who ask, so that a revoke holds from the moment that it is made. Owns what a
//! token opens and when that ends; knows no database, no socket and no frame.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use protocol::LinkId;
use protocol::links::{LinkState, LinkView};
use protocol::view::Role;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::secret::Hash;
use crate::store::{self, Link};

/// How often a connection looks whether its link's time is over, beside its timer: a timer stands still while the
/// machine sleeps.
const LOOK_EVERY: Duration = Duration::from_secs(30);
/// Digits of a link's name: enough that no two of a session are alike.
const ID_DIGITS: usize = 16;

/// Who may come in.
pub struct Door {
    /// The token of whoever made the session: it has no end.
    owner: Hash,
    /// In the order of making.
    links: Mutex<Vec<Arc<Known>>>,
}

/// What a token opens.
#[derive(Clone)]
pub struct Pass {
    /// What its holder may do.
    pub role: Role,
    /// The link; nothing for the owner's token.
    link: Option<Arc<Known>>,
}

/// Why a token opens nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Denied {
    /// It is nobody's.
    Unknown,
    /// Its link was revoked.
    Revoked,
    /// Its link's time is over.
    Expired,
}

/// A link and what is known of it while it is in memory.
struct Known {
    id: LinkId,
    link: Link,
    /// When its time is over, by the clock that timers go by.
    deadline: Option<Instant>,
    /// Fires when it is revoked.
    revoked: CancellationToken,
    /// Connections that came in by it.
    here: AtomicUsize,
}

impl Door {
    /// A door that these open.
    pub fn new(owner: Hash, links: Vec<Link>) -> Door {
        Door { owner, links: Mutex::new(links.into_iter().map(Known::new).collect()) }
    }

    /// What a token opens. Looks at all of them, whatever it finds.
    pub fn authorize(&self, token: &str) -> Result<Pass, Denied> {
        let hash = Hash::of(token);
        let mut found = None;
        for link in self.lock().iter() {
            if link.link.hash.is(&hash) {
                found = Some(Arc::clone(link));
            }
        }
        if self.owner.is(&hash) {
            return Ok(Pass { role: Role::Owner, link: None });
        }
        let link = found.ok_or(Denied::Unknown)?;
        match link.state() {
            LinkState::Active => Ok(Pass { role: link.link.role, link: Some(link) }),
            LinkState::Expired => Err(Denied::Expired),
            LinkState::Revoked => Err(Denied::Revoked),
        }
    }

    /// All links, as the owner sees them.
    pub fn views(&self) -> Vec<LinkView> {
        self.lock().iter().map(|link| link.view()).collect()
    }

    /// One more link, as the owner sees it.
    pub fn add(&self, link: Link) -> LinkView {
        let known = Known::new(link);
        let view = known.view();
        self.lock().push(known);
        view
    }

    /// From now on a link opens nothing, and whoever came in by it has to go. The link, as it is kept from now on;
    /// nothing when there is none.
    pub fn revoke(&self, id: &LinkId) -> Option<Link> {
        let mut links = self.lock();
        let known = links.iter_mut().find(|known| known.id == *id)?;
        if known.link.revoked.is_none() {
            // The connections hold what was there before, and are told by its token.
            let link = Link { revoked: Some(store::now()), ..known.link.clone() };
            let before = std::mem::replace(known, Known::new(link));
            before.revoked.cancel();
        }
        Some(known.link.clone())
    }

    /// How many there are, and the oldest that opens nothing any more.
    pub fn fill(&self) -> (usize, Option<Hash>) {
        let links = self.lock();
        let ended = links.iter().find(|known| known.state() != LinkState::Active);
        (links.len(), ended.map(|known| known.link.hash))
    }

    /// Forgets a link that opens nothing any more.
    pub fn forget(&self, hash: &Hash) {
        self.lock().retain(|known| known.link.hash != *hash || known.state() == LinkState::Active);
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Arc<Known>>> {
        self.links.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Pass {
    /// Waits until it opens nothing any more; for ever, where it has no end.
    pub async fn over(&self) -> Denied {
        let Some(link) = &self.link else { return std::future::pending().await };
        loop {
            let look = Instant::now() + LOOK_EVERY;
            let wake = link.deadline.map(|deadline| deadline.min(look));
            tokio::select! {
                () = link.revoked.cancelled() => return Denied::Revoked,
                () = tokio::time::sleep_until(wake.unwrap_or(look)), if wake.is_some() => {}
            }
            if link.state() == LinkState::Expired {
                return Denied::Expired;
            }
        }
    }

    /// Counts a connection for as long as it holds the answer.
    pub fn enter(&self) -> Here {
        if let Some(link) = &self.link {
            link.here.fetch_add(1, Ordering::Relaxed);
        }
        Here(self.link.clone())
    }
}

/// A connection that is here by a link.
pub struct Here(Option<Arc<Known>>);

impl Drop for Here {
    fn drop(&mut self) {
        if let Some(link) = &self.0 {
            link.here.fetch_sub(1, Ordering::Relaxed);
        }
    }
}

impl Known {
    fn new(link: Link) -> Arc<Known> {
        let left = link.expiry.map(|expiry| Duration::from_millis(expiry.saturating_sub(store::now())));
        let revoked = CancellationToken::new();
        if link.revoked.is_some() {
            revoked.cancel();
        }
        let (id, deadline) = (name(&link.hash), left.map(|left| Instant::now() + left));
        Arc::new(Known { id, link, deadline, revoked, here: AtomicUsize::new(0) })
    }

    fn state(&self) -> LinkState {
        if self.revoked.is_cancelled() {
            return LinkState::Revoked;
        }
        // By either clock: the one of the machine may be set back, the one of timers sleeps with it.
        let is_over = self.deadline.is_some_and(|deadline| deadline <= Instant::now())
            || self.link.expiry.is_some_and(|expiry| expiry <= store::now());
        if is_over { LinkState::Expired } else { LinkState::Active }
    }

    fn view(&self) -> LinkView {
        let state = self.state();
        let left = self.deadline.map(|deadline| deadline.saturating_duration_since(Instant::now()).as_secs());
        LinkView {
            id: self.id.clone(),
            role: self.link.role,
            name: self.link.name.clone(),
            age_s: store::now().saturating_sub(self.link.made) / 1000,
            expires_in_s: left.filter(|_| state == LinkState::Active),
            state,
            here: self.here.load(Ordering::Relaxed),
        }
    }
}

/// What a link is called: the beginning of its token's hash, from which nobody comes to the token.
fn name(hash: &Hash) -> LinkId {
    let digits: String = hash.as_bytes().iter().map(|byte| format!("{byte:02x}")).take(ID_DIGITS / 2).collect();
    LinkId(digits)
}

#[cfg(test)]
mod tests;
