//! The session as it is written down: what has changed since it was written down last, or all of it, in one form.
//!
//! A record names what it changes by upserts: a turn with what came to its output, its steps and its segments, a
//! participant, the scope. To read a session is to fold its records in order, a whole one first. The document's own
//! record goes beside it: `document::Document::take_changes`.

use std::collections::{BTreeSet, HashMap};
use std::time::Instant;

use document::Document;
use protocol::run::RunView;
use protocol::scope::{LockView, Scope};
use protocol::view::ModelView;
use protocol::{Epoch, ErrorCode, Seq, ServerFrame, TurnId};
use serde::{Deserialize, Serialize};

use super::import::SavedImport;
use super::scope::Lock;
use super::{Effect, SessionLesson, State};
use crate::session::entry::Body;
use crate::session::history::History;
use crate::session::roster::SavedMember;
use crate::session::saved::SavedTurn;
use crate::session::turn::Written;
use crate::timeline::Note;
use crate::timeline::recorder::Recorded;

/// The version of a record's form.
const VERSION: u32 = 1;

/// What is not written down yet, beside what the document, the roster and the turns know themselves.
#[derive(Debug, Default)]
pub(super) struct Unwritten {
    /// Turns that something has happened to.
    turns: BTreeSet<TurnId>,
    /// A run was reported.
    pub(super) runs: bool,
    /// The last number when something was written down; nothing was, when there is none.
    seq: Option<Seq>,
}

/// What is written down of a session, beside its document.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Record {
    version: u32,
    seq: Seq,
    hunks: u64,
    cuts: u64,
    joined: u64,
    scope: Scope,
    locks: Vec<LockView>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    runs: Option<Vec<RunView>>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    imports: Vec<SavedImport>,
    members: Vec<SavedMember>,
    turns: Vec<SavedTurn>,
}

/// Both parts of what is written down at once.
#[derive(Clone, Debug)]
pub struct Export {
    /// Everything up to this step is in it, or was before.
    pub seq: Seq,
    /// It says all, and what came before it is not needed any more.
    pub whole: bool,
    /// The session, beside its document.
    pub state: Record,
    /// The document's record.
    pub document: Vec<u8>,
    /// What is appended to the timeline with it.
    pub timeline: Vec<Recorded>,
}

/// Why a session cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum RestoreError {
    /// The document cannot be.
    #[error(transparent)]
    Document(#[from] document::LoadError),
    /// The rest cannot be.
    #[error("the session is damaged: {0}")]
    Damaged(&'static str),
    /// It was written by a newer version.
    #[error("the session is of version {0}, which is newer than this program")]
    Newer(u32),
}

impl State {
    /// Whether anything has happened that is not written down.
    pub fn is_unwritten(&self) -> bool {
        self.unwritten.seq != Some(self.seq) || self.roster.is_unwritten()
    }

    /// The number that is on disk when a load begins.
    pub fn saved(&self) -> Seq {
        self.unwritten.seq.unwrap_or_default()
    }

    /// What models were sent so far, as the timeline keeps it.
    pub fn said(&self) -> Vec<Note> {
        let said = self.turns.iter().flat_map(|turn| {
            turn.segments.iter().enumerate().filter_map(|(segment, one)| {
                let (turn, message) = (turn.id.clone(), one.message.clone()?);
                Some(Note::Said { turn, segment, message })
            })
        });
        said.collect()
    }

    /// What has happened since the last call; all there is, when `whole` says so or nothing was written down before.
    pub fn export(&mut self, whole: bool) -> Export {
        let (mut document, overflown) = self.doc.take_changes();
        let whole = whole || overflown || self.unwritten.seq.is_none();
        if whole && !overflown {
            document = self.doc.encode();
        }
        let touched = std::mem::take(&mut self.unwritten.turns);
        let runs = std::mem::take(&mut self.unwritten.runs) || whole;
        self.unwritten.seq = Some(self.seq);
        let newest = self.turns.last().map(|turn| turn.id.clone());
        let wanted = |id: &TurnId| whole || touched.contains(id) || newest.as_ref() == Some(id);
        let mut turns = Vec::new();
        for turn in self.turns.iter_mut().filter(|turn| wanted(&turn.id)) {
            if whole {
                turn.written = Written::default();
            }
            turns.push(SavedTurn::of(turn));
        }
        let state = Record {
            version: VERSION,
            seq: self.seq,
            hunks: self.hunks,
            cuts: self.cuts,
            scope: self.scope.clone(),
            locks: self.locks.iter().map(|lock| lock.view.clone()).collect(),
            runs: runs.then(|| self.runs.iter().cloned().collect()),
            imports: self.imports.iter().map(SavedImport::of).collect(),
            members: self.roster.to_write(whole),
            joined: self.roster.joined(),
            turns,
        };
        Export { seq: self.seq, whole, state, document, timeline: Vec::new() }
    }

    /// The session that was written down. A turn that ran is interrupted, with all of it that was written.
    ///
    /// # Errors
    ///
    /// When it cannot be read: never an empty session instead.
    ///
    /// That a turn was interrupted is an effect like any other: nobody is there to be told, but the timeline.
    pub fn restore<'a>(
        epoch: Epoch,
        load: u64,
        models: Vec<ModelView>,
        lesson: Option<SessionLesson>,
        records: Vec<Record>,
        documents: impl IntoIterator<Item = &'a [u8]>,
    ) -> Result<State, RestoreError> {
        let doc = Document::load(load, documents)?;
        let mut state = State::new(epoch, load, models, None);
        state.lesson = lesson;
        state.doc = doc;
        state.history = History::new(&state.doc);
        let now = Instant::now();
        let mut members = HashMap::new();
        for record in records {
            state.fold(record, &mut members, now)?;
        }
        state.roster.restore(state.roster.joined(), members.into_values());
        for turn in &state.turns {
            state.owners.extend(turn.hunks.iter().map(|hunk| (hunk.key, turn.id.clone())));
        }
        state.unwritten.seq = Some(state.seq);
        state.stop(ErrorCode::Shutdown, "The server was restarted. You can go on from here.");
        state.settle();
        Ok(state)
    }

    fn fold(
        &mut self,
        record: Record,
        members: &mut HashMap<protocol::ParticipantId, SavedMember>,
        now: Instant,
    ) -> Result<(), RestoreError> {
        if record.version != VERSION {
            return Err(RestoreError::Newer(record.version));
        }
        (self.seq, self.hunks, self.cuts) = (record.seq, record.hunks, record.cuts);
        self.scope = record.scope;
        let region = |view: &LockView| view.region.range.as_ref().and_then(super::scope::region);
        self.locks = record.locks.into_iter().map(|view| Lock { region: region(&view), view }).collect();
        if let Some(runs) = record.runs {
            self.runs = runs.into();
        }
        self.imports.clear();
        for saved in record.imports {
            let import = saved.load().ok_or(RestoreError::Damaged("an import"))?;
            self.remember(import);
        }
        self.roster.restore(record.joined, []);
        members.extend(record.members.into_iter().map(|member| (member.id().clone(), member)));
        for saved in record.turns {
            let known = self.turns.iter().position(|turn| turn.id == *saved.id());
            let before = known.map(|at| self.turns.remove(at));
            let at = known.unwrap_or(self.turns.len());
            let turn = saved.over(before, now).ok_or(RestoreError::Damaged("a turn with a gap"))?;
            self.turns.insert(at, turn);
        }
        Ok(())
    }

    /// Notes which turns the effects that are about to be carried out tell of.
    pub(super) fn note_unwritten(&mut self) {
        for effect in &self.effects {
            let turn = match effect {
                Effect::Log(entry) => match &entry.body {
                    Body::Delta(delta) => Some(&delta.turn),
                    Body::Frame(frame) => turn_of(frame),
                    Body::Silent => None,
                },
                _ => None,
            };
            if let Some(turn) = turn.filter(|turn| !self.unwritten.turns.contains(*turn)) {
                self.unwritten.turns.insert(turn.clone());
            }
        }
    }
}

/// The turn that a sequenced frame tells of.
fn turn_of(frame: &ServerFrame) -> Option<&TurnId> {
    use ServerFrame as F;
    match frame {
        F::TurnStarted { turn_id, .. }
        | F::TurnContinued { turn_id, .. }
        | F::TurnMending { turn_id, .. }
        | F::TurnContext { turn_id, .. }
        | F::TurnDelta { turn_id, .. }
        | F::TurnCompleted { turn_id, .. }
        | F::TurnMeasured { turn_id, .. }
        | F::TurnReverted { turn_id, .. }
        | F::SteerApplied { turn_id, .. }
        | F::HunkOpened { turn_id, .. }
        | F::HunkPlaced { turn_id, .. }
        | F::HunkClosed { turn_id, .. }
        | F::HunkHeld { turn_id, .. }
        | F::HunkDropped { turn_id, .. }
        | F::HunkFailed { turn_id, .. }
        | F::HunkAccepted { turn_id, .. } => Some(turn_id),
        _ => None,
    }
}
