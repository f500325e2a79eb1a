//! Which models may be asked, by this session and now.

use protocol::view::ModelView;
use protocol::{ErrorCode, ModelId};

use super::{Refusal, State};

impl State {
    /// What is on offer from now on.
    pub fn offer(&mut self, models: Vec<ModelView>) {
        self.models = models;
    }

    /// Why models that cost may not be asked any more, in words; nothing while they may.
    pub fn set_exhausted(&mut self, why: Option<&'static str>) {
        self.exhausted = why;
    }

    /// Whether the session takes as much as it may.
    pub fn set_full(&mut self, full: bool) {
        self.full = full;
    }

    /// Why nothing more may come, in words; nothing while there is room.
    pub fn is_full(&self) -> Option<&'static str> {
        self.full.then_some("This session is as large as it may be. Deleting still works, and a new session has room.")
    }

    /// Whether a model costs nothing.
    pub fn is_free(&self, model: &ModelId) -> bool {
        self.models.iter().any(|known| known.id == *model && known.scripted)
    }

    /// Whether a model may be asked, by this session and now.
    pub(super) fn may_ask(&self, model: &ModelId) -> Result<(), Refusal> {
        if let Some(message) = self.is_full() {
            return Err(Refusal { code: ErrorCode::Limit, message });
        }
        match self.models.iter().find(|known| known.id == *model) {
            None => Err(Refusal { code: ErrorCode::NotFound, message: "That model is not on offer." }),
            Some(known) if known.locked => Err(Refusal {
                code: ErrorCode::Locked,
                message: "That model takes the server's access code. The session's owner enters it once.",
            }),
            Some(known) if known.scripted => Ok(()),
            Some(_) => self.exhausted.map_or(Ok(()), |message| Err(Refusal { code: ErrorCode::Limit, message })),
        }
    }
}
