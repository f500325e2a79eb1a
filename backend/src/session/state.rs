//! The session itself: its document, turns, people and sequence numbers.
//!
//! No I/O, no task, no clock: inputs are values with their time of arrival, outputs are [`Effect`]s in order, which
//! the actor carries out. Everything that a promise is made about happens here.

mod adopt;
mod context;
mod cut;
mod decide;
mod edit;
mod hold;
mod hunks;
mod import;
mod join;
mod model;
mod named;
mod offer;
mod open;
mod present;
mod review;
mod runs;
mod save;
mod scope;
mod start;
mod visit;

use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use document::Document;
use models::Terms;
use protocol::latency::Latency;
use protocol::limits::Limits;
use protocol::presence::PresenceChange;
use protocol::run::RunView;
use protocol::scope::Scope;
use protocol::server::Reason;
use protocol::view::{LessonView, ModelView, Role, SessionView, TurnStatus};
use protocol::{CloseCode, Epoch, ErrorCode, ModelId, ParticipantId, Seq, ServerFrame, TurnId};

use super::command::{Command, Import, LookBack, Steering, UrgentKind};
use super::entry::Entry;
use super::history::{History, Point};
use super::request::Memory;
use super::roster::{PeerId, Roster};
use super::signal::Cut;
use super::turn::Turn;

pub use cut::Begun;
pub use import::ImportRefusal;
pub use open::{Listing, Preview};
pub use present::{CURSOR_MAX, PRESENTER_KEPT};
pub use save::{Export, Record, RestoreError};

/// The most output that one turn may have, in bytes: far more than any model's own limit, and still a state that a
/// client takes in one frame.
pub const OUTPUT_MAX: usize = 4 * 1024 * 1024;
/// How long an interrupt or a steer for a turn that is not yet known is kept: Esc right after Enter overtakes
/// the prompt, but never by longer than a slow connection delays it.
pub const EARLY_KEPT: Duration = Duration::from_secs(5);
/// The most of those at once, per session.
const EARLY_MAX: usize = 64;
/// The most turns begun in a minute: far above a person's pace, far below what a loop could spend.
pub const TURNS_PER_MINUTE: usize = 60;

/// What the actor has to do.
#[derive(Debug)]
pub enum Effect {
    /// Append to the feed.
    Log(Entry),
    /// Tell one connection, ahead of the log.
    Tell(PeerId, Box<ServerFrame>),
    /// Send one connection a document message, ahead of the log.
    Message(PeerId, Bytes),
    /// Send one connection what it lacks of the document: it has what this state vector says.
    Answer(PeerId, Vec<u8>),
    /// Tell a stock editor's connection who it is.
    You(PeerId, ParticipantId),
    /// Close one connection.
    Close(PeerId, CloseCode),
    /// Announce a cut, ahead of everything.
    Cut(Cut),
    /// Who is here has changed.
    Presence(PresenceChange),
    /// For the timeline: what goes to connections ahead of the log.
    Told(Box<ServerFrame>),
    /// For the timeline: what the model is sent for a turn's segment.
    Said {
        /// The turn.
        turn: TurnId,
        /// Which of its segments, from 0.
        segment: usize,
        /// The message.
        message: String,
    },
    /// End the running segment's task.
    Cancel,
    /// Start a segment's task.
    Run {
        /// Its number.
        generation: u64,
        /// The model.
        model: ModelId,
    },
    /// Have a model's connection ready.
    Warm(ModelId),
    /// For the meters: a turn ended like this, and its last segment's stages cost that.
    TurnEnded(TurnStatus, Latency),
    /// For the meters: from an interrupt's arrival to its cut.
    InterruptTook(Duration),
}

/// A file that a lesson puts back at the start of each turn.
#[derive(Clone, Debug)]
pub struct LessonFile {
    /// Its path.
    pub path: String,
    /// Its text.
    pub text: String,
}

/// A session's lesson.
#[derive(Clone, Debug)]
pub struct SessionLesson {
    /// What clients see.
    pub view: LessonView,
    /// Its files.
    pub files: Vec<LessonFile>,
}

/// A session.
pub struct State {
    pub(super) doc: Document,
    epoch: Epoch,
    lesson: Option<SessionLesson>,
    models: Vec<ModelView>,
    /// Why models that cost may not be asked any more, in words.
    exhausted: Option<&'static str>,
    /// It takes as much as it may: nothing comes that makes it larger.
    full: bool,
    /// The last number given.
    seq: Seq,
    /// Oldest first; only the last one can be running.
    turns: Vec<Turn>,
    roster: Roster,
    /// Which run of a segment is the current one. Moves on with every start and every cut.
    generation: u64,
    /// The current segment's clock and its hunks.
    running: Option<Running>,
    /// Hunks made so far, in the whole session.
    hunks: u64,
    /// The turns of all hunks.
    owners: HashMap<u64, TurnId>,
    /// The hunk of the current step that was held, where the turn's scope says that it stops there.
    stops_at_held: Option<u64>,
    /// The files as they stood at points that people compare.
    history: History,
    /// Points that were passed and are not in it yet.
    passed: Vec<Point>,
    /// Cuts made so far.
    cuts: u64,
    /// Interrupts and steers that came before their turn.
    early: VecDeque<Early>,
    /// What the next turn may touch.
    scope: Scope,
    /// What people have locked, in the order of locking.
    locks: Vec<scope::Lock>,
    /// What came of the last runs, at most `RUNS_KEPT`, the oldest first.
    runs: VecDeque<RunView>,
    /// Stock editors' connections.
    visitors: HashMap<PeerId, visit::Visitor>,
    /// What people brought in at once, oldest first.
    imports: Vec<import::Import>,
    /// When turns began in the last minute.
    recent_starts: VecDeque<Instant>,
    /// What the current input leads to.
    effects: Vec<Effect>,
    /// What requests to each model have to keep to.
    terms: HashMap<String, Terms>,
    /// What requests remember of the project.
    memory: Memory,
    /// The number up to which all of the project is known there.
    surveyed: Option<Seq>,
    /// The newest revision of any file when those that are worked in were last read for requests.
    prepared: u64,
    /// What is not written down yet.
    unwritten: save::Unwritten,
    /// The list of files as it was last sent.
    listing: Option<(u64, Arc<Listing>)>,
    /// What it may hold, as clients are told.
    limits: Limits,
}

/// The segment that runs.
struct Running {
    /// When the frame that asked for it arrived: latencies count from here.
    received: Instant,
    /// The engine's hunk numbers, as the session's.
    hunks: HashMap<edits::HunkIndex, u64>,
    /// Those that have a place: what they wrote is in the document.
    placed: HashSet<u64>,
    /// Whether its first step was relayed.
    relayed: bool,
}

/// An urgent command that waits for its turn to begin.
struct Early {
    peer: PeerId,
    received: Instant,
    kind: UrgentKind,
}

/// Who asks, once it is known that it may.
#[derive(Clone)]
struct Asker {
    peer: PeerId,
    id: ParticipantId,
}

/// Why a command was refused.
struct Refusal {
    code: ErrorCode,
    message: &'static str,
}

impl State {
    /// A session with its first files.
    pub fn new(epoch: Epoch, load: u64, models: Vec<ModelView>, lesson: Option<SessionLesson>) -> State {
        let mut doc = Document::new(load);
        for file in lesson.iter().flat_map(|l| &l.files) {
            doc.seed_file(&crate::secret::token(), &file.path, &file.text);
        }
        let history = History::new(&doc);
        State {
            doc,
            epoch,
            lesson,
            models,
            exhausted: None,
            full: false,
            seq: Seq::ZERO,
            turns: Vec::new(),
            roster: Roster::default(),
            generation: 0,
            running: None,
            hunks: 0,
            owners: HashMap::new(),
            stops_at_held: None,
            history,
            passed: Vec::new(),
            cuts: 0,
            early: VecDeque::new(),
            scope: Scope::default(),
            locks: Vec::new(),
            runs: VecDeque::new(),
            visitors: HashMap::new(),
            imports: Vec::new(),
            recent_starts: VecDeque::new(),
            effects: Vec::new(),
            terms: HashMap::new(),
            memory: Memory::default(),
            surveyed: None,
            prepared: 0,
            unwritten: save::Unwritten::default(),
            listing: None,
            limits: Limits::default(),
        }
    }

    /// With what requests to each model have to keep to, by the model's id.
    #[must_use]
    pub fn with_terms(self, terms: HashMap<String, Terms>) -> State {
        State { terms, ..self }
    }

    /// With what the session may hold.
    #[must_use]
    pub fn with_limits(self, limits: Limits) -> State {
        let bounds = document::Limits {
            file_max: u32::try_from(limits.file_max).unwrap_or(u32::MAX),
            files_max: limits.files_max,
        };
        State { doc: self.doc.with_limits(bounds), limits, ..self }
    }

    /// What an input led to, in order.
    pub fn take_effects(&mut self) -> Vec<Effect> {
        self.note_unwritten();
        std::mem::take(&mut self.effects)
    }

    /// Takes an urgent command: a cut has begun then, if it led to one.
    pub fn urgent(&mut self, peer: PeerId, kind: UrgentKind, received: Instant, now: Instant) -> Option<Begun> {
        let asker = self.editor(peer, Some(kind.id()))?;
        match kind {
            UrgentKind::Interrupt { turn, shown } => self.interrupt(&asker, &turn, shown, received, now),
            UrgentKind::Steer(steering) => self.steer(&asker, steering, received, now),
        }
    }

    /// Takes any other command but joining, which answers.
    pub fn command(&mut self, command: Command, now: Instant) {
        match command {
            // Both answer with a subscription and are the actor's.
            Command::Join(_) | Command::CatchUp { .. } | Command::Offer(_) => {}
            Command::Leave { peer, for_good } => self.leave(peer, for_good, now),
            Command::Presence { peer, name, cursor, viewport } => self.moved(peer, name.as_deref(), cursor, viewport),
            Command::Present { peer, on } => {
                let Some(asker) = self.editor(peer, None) else { return };
                self.present(&asker, on);
            }
            Command::Edit { peer, counter, message } => self.edit(peer, counter, &message),
            Command::Start { peer, received, start } => {
                let Some(asker) = self.editor(peer, Some(start.turn_id.as_str())) else { return };
                self.start(&asker, start, received, now);
            }
            Command::Continue { peer, received, turn, segment, text } => {
                let Some(asker) = self.editor(peer, Some(segment.as_str())) else { return };
                self.go_on(&asker, &turn, segment, text, received);
            }
            Command::Decide { peer, turn, decision } => {
                let Some(asker) = self.editor(peer, Some(turn.as_str())) else { return };
                self.decide(&asker, &turn, decision);
            }
            Command::LookBack(LookBack::Changes { from, to, reply }) => {
                let _ = reply.send(self.differences(&from, &to));
            }
            Command::LookBack(LookBack::Authors { file, reply }) => {
                let _ = reply.send(self.authors(&file));
            }
            Command::Visit { peer, said } => self.visit(peer, &said),
            Command::LookBack(LookBack::Files { point, reply }) => {
                let _ = reply.send(self.files_at(&point));
            }
            Command::LookBack(LookBack::Snapshot { reply }) => {
                let _ = reply.send(self.snapshot());
            }
            Command::Import(Import::Do { plan, name, by, reply }) => {
                let by = by.and_then(|(id, key)| self.who(&id, &key));
                let _ = reply.send(self.import(&plan, &name, by));
            }
            Command::Import(Import::TakeBack { id, by, reply }) => {
                let by = by.and_then(|(id, key)| self.who(&id, &key));
                let _ = reply.send(self.take_back(&id, by));
            }
            Command::Scope { peer, scope } => {
                let Some(asker) = self.editor(peer, None) else { return };
                self.set_scope(&asker, scope);
            }
            Command::Lock { peer, lock, region } => self.set_lock(peer, lock, region),
            Command::Run { peer, report } => {
                let Some(asker) = self.editor(peer, None) else { return };
                self.report_run(&asker, *report);
            }
            Command::Warm { peer, model } => {
                if self.role(peer) >= Some(Role::Editor) && self.may_ask(&model).is_ok() {
                    self.effects.push(Effect::Warm(model));
                }
            }
        }
    }

    /// Gives up early commands whose turn did not come, and a presenter who did not come back.
    pub fn expire(&mut self, now: Instant) {
        self.expire_presenter(now);
        while self.early.front().is_some_and(|e| now.duration_since(e.received) >= EARLY_KEPT) {
            let Some(Early { peer, kind, .. }) = self.early.pop_front() else { break };
            match kind {
                // It was for a turn that never was: there is nothing to stop.
                UrgentKind::Interrupt { .. } => {}
                UrgentKind::Steer(Steering { turn, steer, text, .. }) => {
                    self.steer_failed(peer, turn, steer, text, ErrorCode::NotFound, "There is no such turn.");
                }
            }
        }
    }

    /// Ends the running turn for the server's own reason, at the last applied step.
    pub fn stop(&mut self, code: ErrorCode, message: &str) {
        let reason = Reason { code, message: message.to_owned(), retry_after_ms: None };
        if self.running_turn().is_some() {
            self.cut_off(reason);
        }
    }

    /// Whether a turn runs that nobody who could steer it watches.
    pub fn is_abandoned(&self) -> bool {
        self.running.is_some() && !self.roster.has_editor()
    }

    /// Whether nobody is connected.
    pub fn is_empty(&self) -> bool {
        self.roster.is_empty()
    }

    /// The last number given.
    pub fn seq(&self) -> Seq {
        self.seq
    }

    /// What a client needs that is not in the document.
    pub fn state_frame(&self) -> ServerFrame {
        let participants = self.roster.presence();
        let session = SessionView {
            named: self.named(&participants),
            lesson: self.lesson.as_ref().map(|l| l.view.clone()),
            turns: self.turns.iter().map(Turn::view).collect(),
            scope: self.scope.clone(),
            locks: self.locks.iter().map(|lock| lock.view.clone()).collect(),
            runs: self.runs.iter().cloned().collect(),
            imports: self.imports.iter().map(|import| import.view.clone()).collect(),
            participants,
            connected: self.roster.connected(),
            presenter: self.roster.presenter().cloned(),
        };
        ServerFrame::State { seq: self.seq, session: Box::new(session) }
    }

    fn advance(&mut self) -> Seq {
        self.seq = self.seq.next();
        self.seq
    }

    fn log(&mut self, seq: Seq, frame: ServerFrame) {
        self.effects.push(Effect::Log(Entry::frame(seq, frame)));
    }

    fn tell(&mut self, peer: PeerId, frame: ServerFrame) {
        self.effects.push(Effect::Tell(peer, Box::new(frame)));
    }

    fn refuse(&mut self, peer: PeerId, answers: Option<&str>, code: ErrorCode, message: &str) {
        let frame = ServerFrame::Error { code, message: message.to_owned(), answers: answers.map(str::to_owned) };
        self.tell(peer, frame);
    }

    fn tell_presence(&mut self) {
        self.effects.extend(self.roster.presence_change().map(Effect::Presence));
    }

    fn role(&self, peer: PeerId) -> Option<Role> {
        self.roster.member(peer).map(|m| m.role)
    }

    /// Who asks, if it may do what editors do; otherwise it is told.
    fn editor(&mut self, peer: PeerId, answers: Option<&str>) -> Option<Asker> {
        let member = self.roster.member(peer)?;
        let asker = Asker { peer, id: member.participant.id.clone() };
        if member.role >= Role::Editor {
            return Some(asker);
        }
        self.refuse(peer, answers, ErrorCode::Forbidden, "This link only lets you watch.");
        None
    }

    fn turn(&self, id: &TurnId) -> Option<&Turn> {
        self.turns.iter().rev().find(|t| t.id == *id)
    }

    fn running_turn(&mut self) -> Option<&mut Turn> {
        self.turns.last_mut().filter(|t| t.status == TurnStatus::Running)
    }
}

/// Whether a step in a hunk is a turn's own: by its hunk, wherever the step stands in the order.
fn is_of(turn: &Turn, owners: &HashMap<u64, TurnId>, step: u64, hunk: u64) -> bool {
    owners.get(&hunk).map_or_else(|| turn.owns(step), |owner| *owner == turn.id)
}

impl UrgentKind {
    /// The id that an answer names.
    fn id(&self) -> &str {
        match self {
            UrgentKind::Interrupt { turn, .. } => turn.as_str(),
            UrgentKind::Steer(steering) => steering.steer.as_str(),
        }
    }

    fn turn(&self) -> &TurnId {
        match self {
            UrgentKind::Interrupt { turn, .. } => turn,
            UrgentKind::Steer(steering) => &steering.turn,
        }
    }
}

#[cfg(test)]
mod tests;
