//! The session as of a step: the log folded up to there, by the rules that clients follow.
//!
//! Pure. Knows nothing of where the log is kept.

mod fold;

use std::collections::BTreeMap;

use bytes::Bytes;
use document::{Refused, Viewer};
use protocol::timeline::People;
use protocol::view::{Presence, SessionView};
use protocol::{Seq, ServerFrame, SteerId, TurnId};
use serde::{Deserialize, Serialize};

use super::chunk::ChunkError;
use super::{Note, Step};

/// Updates that are integrated at once. Of the pieces of a text that come with one, each is moved with all that come
/// behind it: of thousands that takes longer than all the rest.
const AT_ONCE: usize = 64;

/// A session as a viewer without lag saw it.
#[derive(Default)]
pub struct Scene {
    /// The last step in it, and its time in milliseconds on the session's clock.
    pub moment: (Seq, u64),
    /// All but the document.
    pub session: SessionView,
    /// The document.
    pub document: Viewer,
    /// What models were sent, by turn and segment.
    pub said: BTreeMap<(TurnId, usize), String>,
    /// How long steers took to be accepted that were not yet applied.
    accepted: BTreeMap<SteerId, f64>,
    /// Document messages that were not integrated yet: many at once cost far less than one by one.
    waiting: Vec<Bytes>,
}

/// Why a timeline cannot be followed.
#[derive(Debug, thiserror::Error)]
pub enum SceneError {
    /// A part of it is none.
    #[error(transparent)]
    Chunk(#[from] ChunkError),
    /// A frame of it is none.
    #[error("a frame cannot be read: {0}")]
    Frame(serde_json::Error),
    /// A document update of it is none.
    #[error("a document update cannot be read: {0}")]
    Update(#[from] Refused),
    /// It tells of what was never there.
    #[error("it tells of {0} that was never there")]
    Unknown(&'static str),
    /// Numbers or times that run backwards.
    #[error("its steps are out of order")]
    Order,
}

/// All but the document, as a keyframe keeps it.
#[derive(Serialize, Deserialize)]
struct Kept {
    session: SessionView,
    said: Vec<(TurnId, usize, String)>,
    accepted: Vec<(SteerId, f64)>,
}

impl Scene {
    /// The scene that a keyframe holds.
    ///
    /// # Errors
    ///
    /// When it holds none.
    pub fn restore(moment: (Seq, u64), state: &[u8], document: &[u8]) -> Result<Scene, SceneError> {
        let Kept { session, said, accepted } = serde_json::from_slice(state).map_err(SceneError::Frame)?;
        let said = said.into_iter().map(|(turn, segment, message)| ((turn, segment), message)).collect();
        let accepted = accepted.into_iter().collect();
        Ok(Scene { moment, session, document: Viewer::of(document)?, said, accepted, waiting: Vec::new() })
    }

    /// As a keyframe keeps it: the state and the document.
    ///
    /// # Errors
    ///
    /// When a document update could not be read.
    pub fn keep(&mut self) -> Result<(Vec<u8>, Vec<u8>), SceneError> {
        self.settle()?;
        let said = self.said.iter().map(|((turn, segment), text)| (turn.clone(), *segment, text.clone())).collect();
        let accepted = self.accepted.clone().into_iter().collect();
        let kept = Kept { session: self.session.clone(), said, accepted };
        Ok((serde_json::to_vec(&kept).map_err(SceneError::Frame)?, self.document.encode()))
    }

    /// Takes a step in. [`Scene::settle`] has to follow the last one.
    ///
    /// # Errors
    ///
    /// When it cannot follow what is here.
    pub fn step(&mut self, step: &Step) -> Result<(), SceneError> {
        if step.seq < self.moment.0 || step.at < self.moment.1 {
            return Err(SceneError::Order);
        }
        self.moment = (step.seq, step.at);
        let frame = step.frame.as_deref().map(serde_json::from_slice::<ServerFrame>);
        let frame = frame.transpose().map_err(SceneError::Frame)?;
        if let Some(ServerFrame::State { session, .. }) = frame {
            // A new beginning, its document too.
            self.session = *session;
            (self.document, self.waiting) = (Viewer::default(), Vec::new());
            self.said.clear();
            self.accepted.clear();
        } else if let Some(frame) = frame {
            self.fold(frame)?;
        }
        self.waiting.extend(step.message.clone());
        match &step.note {
            Some(Note::People(change)) => self.people(change),
            Some(Note::Said { turn, segment, message }) => {
                self.said.insert((turn.clone(), *segment), message.clone());
            }
            Some(Note::Gap) | None => {}
        }
        Ok(())
    }

    /// Brings the document up to the last step.
    ///
    /// # Errors
    ///
    /// When an update of it cannot be read. The scene is not to be used any more then.
    pub fn settle(&mut self) -> Result<(), SceneError> {
        let waiting = std::mem::take(&mut self.waiting);
        if waiting.is_empty() {
            return Ok(());
        }
        for group in waiting.chunks(AT_ONCE) {
            self.document.apply(group.iter().map(|message| &message[..]))?;
        }
        Ok(())
    }

    fn people(&mut self, change: &People) {
        let here = &mut self.session.participants;
        match change {
            People::Joined { participant, role } => {
                let known = here.iter_mut().find(|one| one.participant.id == participant.id);
                let presence = Presence { participant: participant.clone(), role: *role, cursor: None, viewport: None };
                match known {
                    Some(known) => *known = presence,
                    None => here.push(presence),
                }
            }
            People::Left { id } => here.retain(|one| one.participant.id != *id),
        }
        self.session.connected = u32::try_from(self.session.participants.len()).unwrap_or(u32::MAX);
    }
}
