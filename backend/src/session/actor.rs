//! The one task that owns a session. It never awaits a model, a viewer or a database: it takes the next input,
//! lets the state answer it, and carries out the effects.

mod enter;
mod write;

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use models::Upstream;
use protocol::server::Stall;
use protocol::{CloseCode, ErrorCode, ModelId, Seq, ServerFrame, SessionId};
use tokio::sync::{mpsc, watch};
use tokio::task::{AbortHandle, JoinSet};
use tokio_util::sync::{CancellationToken, DropGuard};

use super::command::{CaughtUp, Command, Control, FromModel, ModelEvent, Urgent};
use super::entry::Body;
use super::feed::Feed;
use super::handout::Handouts;
use super::persist::{Report, Saver};
use super::presence::Board;
use super::roster::PeerId;
use super::segment::Segment;
use super::signal::Signal;
use super::spending::Spending;
use super::state::{Effect, State};
use super::{FROM_MODEL, Models};
use crate::meters;
use crate::timeline::Note;
use crate::timeline::recorder::Recorder;

/// How long a turn goes on with nobody connected who could steer it.
pub const ABANDONED_AFTER: Duration = Duration::from_secs(60);
/// How long a session stays in memory with nobody connected. It is loaded when somebody comes.
pub const FORGOTTEN_AFTER: Duration = Duration::from_secs(10 * 60);
/// How long the last of a session may take to be written: less than a drain takes.
const FLUSH_WITHIN: Duration = Duration::from_secs(8);
/// Commands that were there before a segment's request is built, or before the server stops, are taken first, at most
/// this many: what a person typed before is in it.
const SETTLE_MAX: usize = 256;
/// How long nothing happens before what follows an answer is done: whoever was woken by the answer is given this thread,
/// and the processor it runs on, before it is taken again.
const BREATH: Duration = Duration::from_millis(1);
/// How long nothing happens before the next request is prepared: longer than between a fast typist's keys, shorter than
/// anybody needs from the editor to the prompt box.
const REST: Duration = Duration::from_millis(80);

/// What an actor is made of.
pub struct Parts {
    pub id: SessionId,
    pub state: State,
    pub models: Arc<dyn Models>,
    pub spending: Spending,
    pub urgent: mpsc::Receiver<Urgent>,
    pub inbox: mpsc::Receiver<Command>,
    pub feed: Arc<Feed>,
    pub signal: watch::Sender<Signal>,
    pub presence: Arc<Board>,
    pub saver: Saver,
    pub recorder: Recorder,
    pub shutdown: CancellationToken,
    pub ended: CancellationToken,
    pub deleted: CancellationToken,
}

/// A session's task.
pub struct Actor {
    id: SessionId,
    state: State,
    models: Arc<dyn Models>,
    /// What they cost.
    spending: Spending,
    /// Interrupts and steers.
    urgent: mpsc::Receiver<Urgent>,
    /// Everything else from connections.
    inbox: mpsc::Receiver<Command>,
    /// The running segment's steps.
    model: mpsc::Receiver<FromModel>,
    /// Kept to hand to segments.
    to_actor: mpsc::Sender<FromModel>,
    /// Where everything sequenced goes.
    feed: Arc<Feed>,
    /// Where cuts are announced.
    signal: watch::Sender<Signal>,
    /// Where those who are here are announced.
    presence: Arc<Board>,
    /// Each connection's own queue.
    peers: HashMap<PeerId, mpsc::Sender<Control>>,
    /// This session's connections to models, made on first use.
    upstreams: HashMap<ModelId, Arc<dyn Upstream>>,
    /// The segment's task, the pacer and warm-ups: all end with the actor.
    tasks: JoinSet<()>,
    /// The running segment's task.
    segment: Option<AbortHandle>,
    /// Encodes the document for those who come.
    handouts: Handouts,
    /// What those who have just come are still to get.
    owed: Vec<enter::Owed>,
    /// Writes it down.
    saver: Saver,
    /// What the saver appends to the timeline.
    recorder: Recorder,
    /// What is on disk, and why no more of it is.
    saved: (Seq, Option<Stall>),
    /// Since when no editor has been connected while a turn ran.
    abandoned_since: Option<Instant>,
    /// Since when nobody has been connected.
    empty_since: Option<Instant>,
    shutdown: CancellationToken,
    /// Fires at the end, a panic's too.
    _ended: DropGuard,
    /// Fires when its owner deletes it.
    deleted: CancellationToken,
    _meter: meters::Live,
}

enum Event {
    Urgent(Urgent),
    Command(Command),
    Model(FromModel),
    /// What was answered is on its way.
    Breath,
    /// Nothing has happened for a moment.
    Rest,
    /// A task ended, well or by a panic.
    TaskEnded {
        panicked: bool,
    },
    Saving(Report),
    Tick,
    Shutdown,
    Delete,
}

impl Actor {
    pub fn new(parts: Parts) -> Actor {
        let (to_actor, model) = mpsc::channel(FROM_MODEL);
        let saved = (parts.state.saved(), None);
        let mut tasks = JoinSet::new();
        tasks.spawn(Arc::clone(&parts.feed).run_pacer());
        tasks.spawn(Arc::clone(&parts.presence).run_pacer());
        Actor {
            id: parts.id,
            state: parts.state,
            models: parts.models,
            spending: parts.spending,
            urgent: parts.urgent,
            inbox: parts.inbox,
            model,
            to_actor,
            feed: parts.feed,
            signal: parts.signal,
            presence: parts.presence,
            peers: HashMap::new(),
            upstreams: HashMap::new(),
            tasks,
            segment: None,
            handouts: Handouts::new(),
            owed: Vec::new(),
            saver: parts.saver,
            recorder: parts.recorder,
            saved,
            abandoned_since: None,
            empty_since: Some(Instant::now()),
            shutdown: parts.shutdown,
            _ended: parts.ended.drop_guard(),
            deleted: parts.deleted,
            _meter: meters::Live::session(),
        }
    }

    /// Runs until the server drains or nobody has come for long.
    pub async fn run(mut self) {
        /// How often waits are looked at: early commands, abandoned turns, empty sessions.
        const TICK: Duration = Duration::from_secs(1);
        let mut tick = tokio::time::interval(TICK);
        tick.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Skip);
        // The inbox and the model take turns at being polled first, so that neither can starve the other.
        let mut inbox_first = false;
        self.carry_out();
        if self.recorder.wants_base() {
            self.record_base();
        }
        loop {
            inbox_first = !inbox_first;
            let event = tokio::select! {
                biased;
                Some(urgent) = self.urgent.recv() => Event::Urgent(urgent),
                () = self.shutdown.cancelled() => Event::Shutdown,
                event = next(&mut self.inbox, &mut self.model, inbox_first) => event,
                Some(ended) = self.tasks.join_next() => {
                    Event::TaskEnded { panicked: ended.is_err_and(|error| error.is_panic()) }
                }
                report = self.saver.report() => Event::Saving(report),
                () = self.deleted.cancelled() => Event::Delete,
                _ = tick.tick() => Event::Tick,
                () = tokio::time::sleep(BREATH), if self.is_behind() => Event::Breath,
                () = tokio::time::sleep(REST), if self.state.is_unprepared() => Event::Rest,
            };
            match &event {
                // It changes no file, so it does not wait until the files are remembered as they are.
                Event::Model(FromModel { kind: ModelEvent::Request(_), .. }) => self.pay(),
                // They change nothing.
                Event::TaskEnded { panicked: false } | Event::Saving(_) => {}
                _ => self.follow_up(),
            }
            self.state.set_full(self.saver.is_full());
            match event {
                Event::Urgent(Urgent { peer, received, kind }) => {
                    self.state.set_exhausted(self.spending.exhausted());
                    if let Some(begun) = self.state.urgent(peer, kind, received, Instant::now()) {
                        self.carry_out();
                        // Whom the cut woke is given this thread first.
                        tokio::task::yield_now().await;
                        self.state.finish(begun);
                    }
                }
                Event::Command(command) => self.command(command),
                Event::Model(message) => self.model(message),
                Event::Breath => continue,
                Event::Rest => {
                    self.state.prepare();
                    continue;
                }
                Event::TaskEnded { panicked: false } => continue,
                Event::TaskEnded { panicked: true } => {
                    tracing::error!(session = %self.id, "a task of the session panicked");
                    self.state.stop(ErrorCode::Internal, "Something broke in the server. You can go on from here.");
                }
                Event::Saving(report) => self.saving(report),
                Event::Tick => {
                    if self.tick(Instant::now()) {
                        break;
                    }
                }
                Event::Shutdown => {
                    // What had come by then is written down with the rest.
                    self.read_on();
                    self.state.stop(ErrorCode::Shutdown, "The server is stopping.");
                    self.carry_out();
                    break;
                }
                Event::Delete => return self.delete().await,
            }
            self.carry_out();
            let is_behind = self.is_behind();
            if is_behind && !self.state.is_light() {
                continue;
            }
            if is_behind || self.is_save_due() {
                // Whom the answer woke is given this thread first.
                tokio::task::yield_now().await;
                self.follow_up();
            }
            self.save();
        }
        self.close().await;
    }

    /// Whether something follows what was answered last: what is written down about it, or what comes after a welcome.
    fn is_behind(&self) -> bool {
        self.state.is_unsettled() || !self.owed.is_empty()
    }

    /// Does what follows the last answer, which has to come before any other change.
    fn follow_up(&mut self) {
        if self.is_behind() {
            self.pay();
            self.state.settle();
            self.carry_out();
            self.save();
        }
    }

    fn command(&mut self, command: Command) {
        match command {
            Command::Join(join) => self.join(*join),
            Command::CatchUp { peer: _, pace, in_parts, reply } => {
                // The effects of what came before are in the feed already, so state and cursor agree. The whole
                // document, since nobody knows what the viewer has of it.
                let (state, document) = self.owe(Some((None, in_parts)));
                let (subscription, presence) = (self.feed.subscribe(pace), self.presence.watch());
                let _ = reply.send(CaughtUp { seq: self.state.seq(), state, document, subscription, presence });
            }
            Command::Offer(models) => {
                self.state.offer(models.clone());
                let peers: Vec<PeerId> = self.peers.keys().copied().collect();
                for peer in peers {
                    self.tell(peer, Control::Frame(Box::new(ServerFrame::Models { models: models.clone() })));
                }
            }
            command => {
                if let Command::Start { .. } | Command::Continue { .. } = &command {
                    self.state.set_exhausted(self.spending.exhausted());
                }
                if let Command::Leave { peer, .. } = &command {
                    self.peers.remove(peer);
                }
                self.state.command(command, Instant::now());
            }
        }
    }

    /// Takes in what waits in the inbox, up to a limit.
    fn read_on(&mut self) {
        for _ in 0..SETTLE_MAX {
            let Ok(command) = self.inbox.try_recv() else { break };
            self.follow_up();
            self.command(command);
            self.carry_out();
        }
    }

    fn model(&mut self, message: FromModel) {
        if !self.state.wants(message.generation) {
            return;
        }
        match message.kind {
            ModelEvent::Request(reply) => {
                // Whoever was told something last may be on this machine, a browser or a proxy, and waiting for this
                // processor: nobody sees whether the request is built a moment later.
                std::thread::yield_now();
                self.read_on();
                if let Some(request) =
                    self.state.wants(message.generation).then(|| self.state.request(Instant::now())).flatten()
                {
                    self.spending.asked(&request);
                    let _ = reply.send(request);
                }
            }
            ModelEvent::Step(mut step) => {
                let look = step.look.take();
                self.spending.bytes(step.text.len());
                self.state.step(*step, Instant::now());
                if let Some(why) = self.spending.must_stop().or(self.state.is_full()) {
                    self.state.stop(ErrorCode::Limit, why);
                }
                if let Some(look) = look {
                    let _ = look.reply.send(self.state.look(&look.path));
                }
            }
            ModelEvent::End(end) => {
                self.spending.end(end.usage);
                self.state.end(*end, Instant::now());
            }
        }
    }

    /// Whether the session should end.
    fn tick(&mut self, now: Instant) -> bool {
        self.state.expire(now);
        self.state.survey();
        let abandoned = self.state.is_abandoned();
        self.abandoned_since = abandoned.then(|| self.abandoned_since.unwrap_or(now));
        if self.abandoned_since.is_some_and(|since| now.duration_since(since) >= ABANDONED_AFTER) {
            self.state.stop(ErrorCode::Abandoned, "Nobody was there to steer it.");
        }
        self.empty_since = self.state.is_empty().then(|| self.empty_since.unwrap_or(now));
        self.empty_since.is_some_and(|since| now.duration_since(since) >= FORGOTTEN_AFTER)
    }

    fn carry_out(&mut self) {
        for effect in self.state.take_effects() {
            match effect {
                Effect::Log(entry) => {
                    if matches!(entry.body, Body::Delta(_)) {
                        meters::token();
                    }
                    let entry = Arc::new(entry);
                    self.recorder.step(Arc::clone(&entry));
                    self.feed.push(entry);
                }
                Effect::Told(frame) => self.recorder.told(*frame),
                Effect::Said { turn, segment, message } => {
                    self.recorder.said(Note::Said { turn, segment, message });
                }
                Effect::Tell(peer, frame) => self.tell(peer, Control::Frame(frame)),
                Effect::Message(peer, message) => self.tell(peer, Control::Message(message)),
                Effect::Answer(peer, known) => self.answer(peer, known),
                Effect::You(peer, id) => self.tell(peer, Control::You(id)),
                Effect::Close(peer, code) => {
                    self.tell(peer, Control::Close(code));
                    self.peers.remove(&peer);
                }
                Effect::Cut(cut) => {
                    if cut.stopped {
                        let (turn_id, kept_offset) = (cut.turn.clone(), cut.kept);
                        self.recorder.told(ServerFrame::TurnStopped { turn_id, kept_offset });
                    }
                    self.signal.send_modify(|signal| signal.add(cut));
                }
                Effect::Presence(change) => {
                    self.recorder.people(&change);
                    self.presence.put(change);
                }
                Effect::Cancel => self.cancel_segment(),
                Effect::Run { generation, model } => self.run_segment(generation, &model),
                Effect::Warm(model) => self.warm(&model),
                Effect::TurnEnded(status, latency) => meters::turn_ended(status, &latency),
                Effect::InterruptTook(took) => meters::interrupt(took),
            }
        }
    }

    fn cancel_segment(&mut self) {
        if let Some(segment) = self.segment.take() {
            segment.abort();
        }
    }

    /// Puts something into a connection's own queue. One whose queue is full does not read: it is let go, and comes
    /// back by itself.
    fn tell(&mut self, peer: PeerId, control: Control) {
        let Some(queue) = self.peers.get(&peer) else { return };
        if queue.try_send(control).is_err() {
            // Dropping the queue tells its writer.
            self.peers.remove(&peer);
        }
    }

    fn run_segment(&mut self, generation: u64, model: &ModelId) {
        let Some(upstream) = self.upstream(model) else {
            tracing::error!(session = %self.id, %model, "a model on offer could not be opened");
            return self.state.stop(ErrorCode::NotFound, "That model is not on offer any more.");
        };
        self.spending.begin(!self.state.is_free(model));
        let segment = Segment { generation, upstream, session: self.to_actor.clone() };
        self.segment = Some(self.tasks.spawn(segment.run()));
    }

    fn warm(&mut self, model: &ModelId) {
        let Some(upstream) = self.upstream(model) else { return };
        let instructions = self.state.instructions(model.as_str());
        self.tasks.spawn(async move { upstream.warm(&instructions).await });
    }

    fn upstream(&mut self, model: &ModelId) -> Option<Arc<dyn Upstream>> {
        if let Some(upstream) = self.upstreams.get(model) {
            return Some(Arc::clone(upstream));
        }
        let upstream = self.models.open(model)?;
        self.upstreams.insert(model.clone(), Arc::clone(&upstream));
        Some(upstream)
    }

    /// Everything is written down before anybody may load it again.
    async fn close(mut self) {
        for queue in self.peers.values() {
            let _ = queue.try_send(Control::Close(CloseCode::Draining));
        }
        let is_unwritten = self.state.is_unwritten() || self.recorder.is_pending();
        let last = is_unwritten.then(|| self.export(false));
        if tokio::time::timeout(FLUSH_WITHIN, self.saver.finish(last)).await.is_err() {
            tracing::error!(session = %self.id, "the end of a session could not be saved in time");
        }
        tracing::debug!(session = %self.id, "the session left memory");
    }

    /// It is deleted for good: nothing of it is written any more.
    async fn delete(self) {
        for queue in self.peers.values() {
            let _ = queue.try_send(Control::Close(CloseCode::NotFound));
        }
        let _ = tokio::time::timeout(FLUSH_WITHIN, self.saver.finish(None)).await;
    }
}

async fn next(inbox: &mut mpsc::Receiver<Command>, model: &mut mpsc::Receiver<FromModel>, inbox_first: bool) -> Event {
    if inbox_first {
        tokio::select! {
            biased;
            Some(command) = inbox.recv() => Event::Command(command),
            Some(message) = model.recv() => Event::Model(message),
            else => std::future::pending().await,
        }
    } else {
        tokio::select! {
            biased;
            Some(message) = model.recv() => Event::Model(message),
            Some(command) = inbox.recv() => Event::Command(command),
            else => std::future::pending().await,
        }
    }
}
