//! One segment's task: upstream -> parser -> edits -> the session.
//!
//! Its channel to the session holds one message. While the session is busy, what the upstream sends is merged into
//! the pending step; when the session is idle, every token leaves at once. Knows nothing of the document beyond the
//! files it asks for, and ends when it is dropped.

mod locating;

use std::sync::Arc;
use std::time::Instant;

use edits::{Action, Engine, Hint, Resolution};
use futures_util::StreamExt;
use models::{EndReason, FailureKind, SegmentEvent, SegmentStream, Stage, Upstream, UpstreamFailure, Usage};
use protocol::view::HunkFailure;
use tokio::sync::{mpsc, oneshot};

use super::command::{FromModel, Look, ModelEvent, ModelStep, Seen, SegmentEnd, StepOp};

/// The most output that waits for a busy session, in bytes. Past it the upstream is not read: backpressure.
pub const PENDING_MAX: usize = 64 * 1024;

/// One segment.
pub struct Segment {
    /// The session's number for it: what comes under an older one is dropped.
    pub generation: u64,
    /// The session's connection to the model.
    pub upstream: Arc<dyn Upstream>,
    /// The session.
    pub session: mpsc::Sender<FromModel>,
}

impl Segment {
    /// Runs it to its end. Ends early, and silently, when the session no longer wants it.
    pub async fn run(self) {
        let (reply, request) = oneshot::channel();
        if !self.send(ModelEvent::Request(reply)).await {
            return;
        }
        let Ok(request) = request.await else { return };
        let mut run = Run {
            stream: self.upstream.start(request),
            engine: Engine::new(),
            pending: ModelStep::default(),
            waits_for: None,
            usage: None,
            passed: None,
        };
        run.pending.stages.setup = Some(Instant::now());
        let outcome = loop {
            match run.next(&self.session).await {
                Event::Session(permit) => {
                    let step = run.take();
                    permit.send(self.message(ModelEvent::Step(Box::new(step))));
                }
                Event::Gone => return,
                Event::Seen(question, seen) => run.resolve(question, seen).await,
                Event::Upstream(SegmentEvent::Ended(reason)) => break Ok(reason),
                Event::Upstream(SegmentEvent::Failed(failure)) => break Err(failure),
                Event::Upstream(event) => run.take_in(event),
            }
        };
        self.finish(run, outcome).await;
    }

    /// Sends what is left, then the end.
    async fn finish(&self, mut run: Run, outcome: Result<EndReason, UpstreamFailure>) {
        if !self.answer(&mut run).await {
            return;
        }
        // Of what may have been longer nothing is applied that cannot be told from the whole.
        let is_whole = matches!(outcome, Ok(EndReason::Stop));
        let rest = if is_whole { run.engine.finish() } else { run.engine.cut() };
        run.append(rest);
        if !self.answer(&mut run).await {
            return;
        }
        if run.has_pending() && !self.send(ModelEvent::Step(Box::new(run.take()))).await {
            return;
        }
        let stages = run.pending.stages;
        let end = SegmentEnd { outcome, usage: run.usage, stages };
        self.send(ModelEvent::End(Box::new(end))).await;
    }

    /// Waits for the answers to the engine's questions; whether the session still wants the segment.
    async fn answer(&self, run: &mut Run) -> bool {
        while let Some(asked) = run.waits_for.take() {
            // The question itself may still wait in the pending step; buffered text may hold another block.
            if run.has_pending() && !self.send(ModelEvent::Step(Box::new(run.take()))).await {
                return false;
            }
            let Ok(seen) = asked.answer.await else { return false };
            run.resolve(asked.question, seen).await;
        }
        true
    }

    async fn send(&self, kind: ModelEvent) -> bool {
        self.session.send(self.message(kind)).await.is_ok()
    }

    fn message(&self, kind: ModelEvent) -> FromModel {
        FromModel { generation: self.generation, kind }
    }
}

/// A running segment.
struct Run {
    stream: SegmentStream,
    engine: Engine,
    /// What has not yet been sent.
    pending: ModelStep,
    /// The file that the engine waits for.
    waits_for: Option<Asked>,
    usage: Option<Usage>,
    /// Where the last hunk that was placed ends in its file, in UTF-16 units: chunks of one section follow each other.
    passed: Option<u32>,
}

/// A question that was put to the session.
struct Asked {
    question: Question,
    answer: oneshot::Receiver<Option<Seen>>,
}

/// What the engine wants to know.
struct Question {
    hunk: edits::HunkIndex,
    path: String,
    wanted: edits::Wanted,
}

enum Event<'a> {
    Session(mpsc::Permit<'a, FromModel>),
    Seen(Question, Option<Seen>),
    Upstream(SegmentEvent),
    /// The session no longer wants this segment.
    Gone,
}

impl Run {
    /// What happens next. Sending comes first, so that a token leaves as soon as the session can take it.
    async fn next<'a>(&mut self, session: &'a mpsc::Sender<FromModel>) -> Event<'a> {
        let has_pending = self.has_pending();
        let has_room = self.pending.text.len() < PENDING_MAX;
        tokio::select! {
            biased;
            permit = session.reserve(), if has_pending => permit.map_or(Event::Gone, Event::Session),
            seen = answer(&mut self.waits_for) => match (self.waits_for.take(), seen) {
                (Some(asked), Ok(seen)) => Event::Seen(asked.question, seen),
                _ => Event::Gone,
            },
            event = self.stream.next(), if has_room => Event::Upstream(event.unwrap_or_else(unmarked_end)),
            () = session.closed() => Event::Gone,
        }
    }

    fn take_in(&mut self, event: SegmentEvent) {
        let stages = &mut self.pending.stages;
        match event {
            SegmentEvent::Stage(Stage::Connected { warm }) => {
                stages.connected = Some(Instant::now());
                stages.warm = warm;
            }
            SegmentEvent::Stage(Stage::FirstByte) => stages.first_byte = Some(Instant::now()),
            SegmentEvent::Usage(usage) => self.usage = Some(usage),
            SegmentEvent::Text(text) => {
                stages.first_token.get_or_insert_with(Instant::now);
                let actions = self.engine.push(&text);
                self.pending.text.push_str(&text);
                self.append(actions);
            }
            SegmentEvent::Thinking | SegmentEvent::Ended(_) | SegmentEvent::Failed(_) => {}
        }
    }

    /// Adds what follows from the output, and puts the engine's question, if it has one.
    fn append(&mut self, actions: Vec<Action>) {
        for action in actions {
            if let Action::Locate { hunk, path, wanted } = action {
                let (reply, answer) = oneshot::channel();
                self.pending.look = Some(Look { path: path.clone(), reply });
                self.waits_for = Some(Asked { question: Question { hunk, path, wanted }, answer });
            } else {
                self.pass(&action);
                self.pending.ops.push(StepOp::Edit(action));
            }
        }
        self.pending.counts = self.engine.open_counts();
    }

    /// The session answered: find the place, and go on with what was buffered meanwhile.
    async fn resolve(&mut self, question: Question, seen: Option<Seen>) {
        let hunk = question.hunk;
        let hint = Hint { after: self.passed };
        let found = locating::locate(question.path, question.wanted, seen, hint).await;
        let resolution = match found {
            locating::Found::Place { file, revision, place } => {
                self.passed = Some(place.start);
                let resolution = Resolution::Placed(place.clone());
                self.pending.ops.push(StepOp::Place { hunk, file, revision, place });
                resolution
            }
            locating::Found::Create { path } => {
                self.pending.ops.push(StepOp::Create { hunk, path });
                Resolution::Placed(edits::Place { start: 0, old: String::new(), reindent: None })
            }
            locating::Found::Nowhere { failure, message } => {
                self.pending.ops.push(StepOp::Fail { hunk, failure, message });
                Resolution::Skip
            }
        };
        let actions = self.engine.resolve(resolution);
        self.append(actions);
    }

    /// Follows the hunk that is written to its end.
    fn pass(&mut self, action: &Action) {
        let len = match action {
            Action::Keep { len, .. } => *len,
            Action::Insert { text, .. } => super::entry::utf16_len(text),
            _ => return,
        };
        self.passed = self.passed.map(|passed| passed.saturating_add(len));
    }

    fn has_pending(&self) -> bool {
        !self.pending.text.is_empty() || !self.pending.ops.is_empty() || self.pending.look.is_some()
    }

    fn take(&mut self) -> ModelStep {
        std::mem::take(&mut self.pending)
    }
}

async fn answer(asked: &mut Option<Asked>) -> Result<Option<Seen>, oneshot::error::RecvError> {
    match asked {
        Some(asked) => (&mut asked.answer).await,
        None => std::future::pending().await,
    }
}

/// A stream that ends without saying so breaks its own contract; it counts as cut off.
fn unmarked_end() -> SegmentEvent {
    SegmentEvent::Failed(UpstreamFailure {
        kind: FailureKind::Truncated,
        message: "The model's answer ended unexpectedly.".to_owned(),
        detail: "the segment stream ended without a terminal event".to_owned(),
        retry_after: None,
    })
}

/// A failure to apply, with words.
pub(crate) fn failure_words(failure: HunkFailure) -> &'static str {
    match failure {
        HunkFailure::Unresolved => "its old text is not in the file",
        HunkFailure::Ambiguous => "its old text is in the file more than once",
        HunkFailure::NoSuchFile => "there is no such file",
        HunkFailure::FileNotEmpty => "its old text is empty, but the file is not",
        HunkFailure::PlaceGone => "its place was edited away",
        HunkFailure::Malformed => "the block is malformed",
        HunkFailure::Limit => "it is past a limit",
    }
}
