//! What turns may touch, and what people have locked against the model.

use document::Region;
use protocol::limits::{LOCKS_MAX, SCOPE_MAX};
use protocol::scope::{LockView, RegionRange, Scope, Within};
use protocol::view::Role;
use protocol::{ErrorCode, FileId, LockId, ServerFrame};

use super::start::check_id;
use super::{Asker, Refusal, State};
use crate::base64;
use crate::session::roster::PeerId;

/// A locked region.
pub(super) struct Lock {
    /// What clients see.
    pub view: LockView,
    /// Where it is, as the document takes it; nothing: the whole file.
    pub region: Option<Region>,
}

impl State {
    /// `scope/set`: from the next turn on.
    pub(super) fn set_scope(&mut self, asker: &Asker, scope: Scope) {
        if let Err(refusal) = self.check_scope(&scope) {
            return self.refuse(asker.peer, None, refusal.code, refusal.message);
        }
        if self.scope == scope {
            return;
        }
        self.scope = scope.clone();
        let seq = self.advance();
        self.log(seq, ServerFrame::ScopeChanged { seq, scope, by: asker.id.clone() });
    }

    /// `lock/set`: at once, for the running turn too.
    pub(super) fn set_lock(&mut self, peer: PeerId, id: LockId, region: Option<protocol::scope::Region>) {
        let Some(asker) = self.editor(peer, Some(id.as_str())) else { return };
        if self.role(peer) < Some(Role::Owner) {
            let message = "Only owners lock and unlock.";
            return self.refuse(peer, Some(id.as_str()), ErrorCode::Forbidden, message);
        }
        let changed = match region {
            Some(region) => self.lock(&asker, &id, region),
            None => Ok(self.unlock(&id)),
        };
        match changed {
            Err(refusal) => self.refuse(peer, Some(id.as_str()), refusal.code, refusal.message),
            Ok(false) => {}
            Ok(true) => {
                self.protect_anew();
                let lock = self.locks.iter().find(|lock| lock.view.id == id).map(|lock| lock.view.clone());
                let seq = self.advance();
                self.log(seq, ServerFrame::LockChanged { seq, lock_id: id, lock, by: asker.id });
            }
        }
    }

    /// Whether a scope can be read, and names what is there.
    pub(super) fn check_scope(&self, scope: &Scope) -> Result<(), Refusal> {
        let (files, regions): (&[FileId], &[protocol::scope::Region]) = match &scope.within {
            Within::Session => (&[], &[]),
            Within::Files(files) => (files, &[]),
            Within::Selection(regions) => (&[], regions),
        };
        if files.len().max(regions.len()) > SCOPE_MAX {
            return Err(Refusal { code: ErrorCode::Limit, message: "That scope names too much." });
        }
        if files.iter().any(|file| self.doc.revision(&file.0).is_none()) {
            return Err(NO_FILE);
        }
        regions.iter().try_for_each(|region| self.check_region(region).map(|_| ()))
    }

    fn lock(&mut self, asker: &Asker, id: &LockId, view: protocol::scope::Region) -> Result<bool, Refusal> {
        check_id(id.as_str())?;
        let region = self.check_region(&view)?;
        let lock = Lock { view: LockView { id: id.clone(), region: view, by: asker.id.clone() }, region };
        let full = self.locks.len() >= LOCKS_MAX;
        match self.locks.iter_mut().find(|known| known.view.id == *id) {
            Some(known) if known.view.region == lock.view.region => Ok(false),
            Some(known) => {
                *known = lock;
                Ok(true)
            }
            None if full => Err(Refusal { code: ErrorCode::Limit, message: "There are too many locks." }),
            None => {
                self.locks.push(lock);
                Ok(true)
            }
        }
    }

    fn unlock(&mut self, id: &LockId) -> bool {
        let before = self.locks.len();
        self.locks.retain(|lock| lock.view.id != *id);
        self.locks.len() < before
    }

    fn check_region(&self, view: &protocol::scope::Region) -> Result<Option<Region>, Refusal> {
        if self.doc.revision(&view.file.0).is_none() {
            return Err(NO_FILE);
        }
        let Some(range) = &view.range else { return Ok(None) };
        let region = region(range).filter(|region| self.doc.region(&view.file.0, region).is_some());
        region.map(Some).ok_or(Refusal { code: ErrorCode::BadFrame, message: "That region cannot be read." })
    }
}

const NO_FILE: Refusal = Refusal { code: ErrorCode::BadFrame, message: "There is no such file." };

/// A region's ends as the document takes them.
pub(super) fn region(range: &RegionRange) -> Option<Region> {
    Some(Region { start: base64::decode(&range.start).ok()?, end: base64::decode(&range.end).ok()? })
}
