//! What the model sends: steps into the document, hunks into the turn, and its end.

use std::time::{Duration, Instant};

use document::{HunkEvent, ModelOp};
use edits::{Action, HunkIndex, Place};
use models::{Cue, CueFile, EndReason, FailureKind, SegmentRequest, UpstreamFailure};
use protocol::latency::Usage;
use protocol::limits::FILES_MAX;
use protocol::server::Reason;
use protocol::view::{HunkFailure, HunkKind, HunkPlace, HunkStatus, HunkView, SegmentCause, SteerStage, TurnStatus};
use protocol::{ErrorCode, FileId, HunkId, Seq, ServerFrame};

use super::{Effect, OUTPUT_MAX, State};
use crate::base64;
use crate::session::command::{ModelStep, Seen, SegmentEnd, Stages, StepOp};
use crate::session::entry::{Body, Delta, Entry, utf16_len};
use crate::session::path;
use crate::session::request::{self, File};
use crate::session::turn::{CutCause, CutNote, Hunk, Turn, millis};

/// The practice model's speed where the learner chose none, in tokens a second: fast, and still readable.
const DEFAULT_SPEED: u32 = 120;

impl State {
    /// Whether what a segment's task sends under this number is still wanted.
    pub fn wants(&self, generation: u64) -> bool {
        self.running.is_some() && self.generation == generation
    }

    /// What the running segment asks its model.
    pub fn request(&mut self, now: Instant) -> Option<SegmentRequest> {
        let queued = self.since_received(Some(now));
        if let Some(turn) = self.turns.last_mut() {
            turn.latency.queue_ms = queued.unwrap_or_default();
        }
        let views: Vec<(String, std::sync::Arc<str>)> = self
            .doc
            .files()
            .into_iter()
            .filter_map(|f| Some((self.doc.display_path(&f.id)?, self.doc.view(&f.id)?.1)))
            .collect();
        let files: Vec<File<'_>> = views.iter().map(|(path, text)| File { path, text }).collect();
        let turn = self.turns.last()?;
        let lead = turn.open_file.as_ref().and_then(|id| self.doc.display_path(id));
        let message = request::message(turn, turn.segments.last()?, &files, lead.as_deref());
        let instructions = request::instructions(&files);
        let cue = self.cue(turn, &views);
        // Steered or stopped before their requests were built: what was said is still said.
        let unsent: Vec<String> = turn.segments.iter().map(|s| request::unsent(turn, s)).collect();
        let segments = &mut self.turns.last_mut()?.segments;
        segments.last_mut()?.message = Some(message);
        for (segment, words) in segments.iter_mut().zip(unsent) {
            segment.message.get_or_insert(words);
        }
        let mut request = request::request(instructions, &self.turns);
        request.cue = Some(cue);
        Some(request)
    }

    /// A file as it stands, for locating.
    pub fn look(&self, path: &str) -> Option<Seen> {
        let file = self.doc.find(path::normal(path))?;
        let (revision, text) = self.doc.view(&file)?;
        Some(Seen { file, revision, text })
    }

    /// Takes a piece of the running segment's output: one step.
    pub fn step(&mut self, step: ModelStep, now: Instant) {
        self.note_stages(step.stages);
        let base = self.turns.last().and_then(|t| t.segments.last()).map_or(0, |s| s.offset);
        let mut news = Vec::new();
        let mut ops = Vec::new();
        for op in step.ops {
            self.translate(op, base, &mut ops, &mut news);
        }
        let seq = self.advance();
        let applied = self.doc.apply(seq.0, &ops);
        let counts = step.counts.and_then(|(hunk, counts)| Some((self.key(hunk)?, counts)));
        let Some(turn) = self.turns.last_mut() else { return };
        let offset = turn.units;
        turn.push(seq, &step.text, counts);
        if let Some((key, counts)) = counts
            && let Some(hunk) = turn.hunk_mut(key)
        {
            (hunk.view.added, hunk.view.removed) = (counts.added, counts.removed);
        }
        let has_text = !step.text.is_empty();
        let body = if has_text { Body::Delta(Delta::new(turn.id.clone(), offset, step.text)) } else { Body::Silent };
        let message = applied.message.map(Into::into);
        if has_text || message.is_some() {
            self.effects.push(Effect::Log(Entry::new(seq, None, message, body)));
        }
        // A hunk opens, then the document speaks of it, then it ends: whatever order the operations had.
        let (opened, ended): (Vec<News>, Vec<News>) = news.into_iter().partition(|n| matches!(n, News::Opened(_)));
        let placed = applied.events.into_iter().map(News::from);
        for item in opened.into_iter().chain(placed).chain(ended) {
            self.tell_news(item, seq);
        }
        if has_text {
            self.first_token(now);
        }
        if self.turns.last().is_some_and(|t| t.output.len() > OUTPUT_MAX) {
            self.stop(ErrorCode::OutputLimit, "The turn's output is past its limit.");
        }
    }

    /// The running segment ended.
    pub fn end(&mut self, end: SegmentEnd, now: Instant) {
        self.note_stages(end.stages);
        let total = self.since_received(Some(now));
        self.running = None;
        self.generation += 1;
        let Some(turn) = self.turns.last_mut() else { return };
        turn.latency.total_ms = total;
        if let Some(usage) = end.usage {
            let before = turn.usage.unwrap_or_default();
            turn.usage = Some(Usage {
                input_tokens: before.input_tokens + usage.input,
                cached_tokens: before.cached_tokens + usage.cached,
                output_tokens: before.output_tokens + usage.output,
                estimated: before.estimated,
            });
        }
        let cause = if end.outcome.is_ok() { CutCause::Limit } else { CutCause::Failure };
        let reason = match end.outcome {
            Ok(EndReason::Stop) => None,
            Ok(EndReason::Length) => Some(reason(ErrorCode::OutputLimit, "The model reached its output limit.", None)),
            Ok(EndReason::ContentFilter) => {
                Some(reason(ErrorCode::ContentFilter, "The provider withheld the rest of the answer.", None))
            }
            Err(failure) => {
                tracing::warn!(%failure, "a segment failed");
                Some(failure_reason(failure))
            }
        };
        turn.status = if reason.is_some() { TurnStatus::Failed } else { TurnStatus::Completed };
        turn.reason = reason;
        if turn.status == TurnStatus::Failed {
            let open_block =
                turn.hunks.last().filter(|h| h.view.status == HunkStatus::Partial).map(|h| h.view.path.clone());
            turn.next_note = CutNote { cause: Some(cause), open_block, ..turn.failed_blocks() };
        }
        let (status, latency) = (turn.status, turn.latency);
        let seq = self.advance();
        let Some(turn) = self.turns.last_mut() else { return };
        turn.ended = Some(seq);
        let frame = turn.completed(seq);
        self.log(seq, frame);
        self.effects.push(Effect::TurnEnded(status, latency));
    }

    /// What the model must still be told of the turn before: blocks that were not applied.
    pub(super) fn failed_since_last_message(&self) -> CutNote {
        self.turns.iter().rev().nth(1).map(Turn::failed_blocks).unwrap_or_default()
    }

    fn cue(&self, turn: &Turn, views: &[(String, std::sync::Arc<str>)]) -> Cue {
        let reply = |cause: &SegmentCause| match cause {
            SegmentCause::Prompt | SegmentCause::Mend => None,
            SegmentCause::Steer(id) => turn.steer(id).map(|s| s.view.text.clone()),
            SegmentCause::Continue(words) => words.clone(),
        };
        Cue {
            lesson: self.lesson.as_ref().map(|l| l.view.id.0.clone()),
            prompt: turn.prompt.clone(),
            tokens_per_second: turn.tokens_per_second.unwrap_or(DEFAULT_SPEED),
            kept: turn.output.clone(),
            replies: turn.segments.iter().skip(1).map(|s| reply(&s.cause)).collect(),
            files: views.iter().map(|(path, text)| CueFile { path: path.clone(), text: text.to_string() }).collect(),
        }
    }

    /// One operation of a step: for the document, and what clients hear of it after the step.
    fn translate(&mut self, op: StepOp, base: u32, ops: &mut Vec<ModelOp>, news: &mut Vec<News>) {
        match op {
            StepOp::Edit(Action::Open { hunk, offset, path, why, .. }) => {
                news.push(News::Opened(self.open_hunk(hunk, base + offset, path, why)));
            }
            StepOp::Edit(Action::Locate { .. } | Action::Remove { .. } | Action::Rename { .. }) => {}
            StepOp::Edit(Action::Keep { hunk, len }) => {
                ops.extend(self.key(hunk).map(|hunk| ModelOp::Keep { hunk, len }));
            }
            StepOp::Edit(Action::Delete { hunk, len }) => {
                ops.extend(self.key(hunk).map(|hunk| ModelOp::Delete { hunk, len }));
            }
            StepOp::Edit(Action::Insert { hunk, text }) => {
                ops.extend(self.key(hunk).map(|hunk| ModelOp::Insert { hunk, text }));
            }
            StepOp::Edit(Action::Close { hunk, counts }) => {
                let Some(key) = self.key(hunk) else { return };
                ops.push(ModelOp::Close { hunk: key });
                news.push(News::Closed(key, HunkStatus::Applied, Some(counts)));
            }
            StepOp::Edit(Action::Fail { hunk, reason }) => {
                let Some(key) = self.key(hunk) else { return };
                ops.push(ModelOp::Close { hunk: key });
                let placed = self.running.as_ref().is_some_and(|r| r.placed.contains(&key));
                news.push(if placed {
                    News::Closed(key, HunkStatus::Partial, None)
                } else {
                    News::Failed(key, HunkFailure::Malformed, malformed_words(reason).to_owned())
                });
            }
            StepOp::Place { hunk, file, revision, place } => self.place(hunk, file, revision, &place, ops, news),
            StepOp::Create { hunk, path } => {
                let Some(key) = self.key(hunk) else { return };
                if self.doc.files().len() >= FILES_MAX {
                    return news.push(News::Failed(
                        key,
                        HunkFailure::Limit,
                        "The session has too many files.".to_owned(),
                    ));
                }
                self.placed(key);
                ops.push(ModelOp::Create { hunk: key, file: crate::secret::token(), path });
            }
            StepOp::Fail { hunk, failure, message } => {
                news.extend(self.key(hunk).map(|key| News::Failed(key, failure, message)));
            }
        }
    }

    /// A place that was found in an older revision is found anew: only people can have moved it.
    fn place(
        &mut self,
        hunk: HunkIndex,
        file: String,
        revision: u64,
        place: &Place,
        ops: &mut Vec<ModelOp>,
        news: &mut Vec<News>,
    ) {
        let Some(hunk) = self.key(hunk) else { return };
        let len = utf16_len(&place.old);
        let Some((now, text)) = self.doc.view(&file) else {
            return news.push(News::Failed(hunk, HunkFailure::NoSuchFile, "The file is gone.".to_owned()));
        };
        let start = if now == revision { Some(place.start) } else { nearest(&text, &place.old, place.start) };
        match start {
            Some(start) => {
                self.placed(hunk);
                ops.push(ModelOp::Place { hunk, file, revision: now, start, len });
            }
            None => news.push(News::Failed(hunk, HunkFailure::PlaceGone, "Its place was edited meanwhile.".to_owned())),
        }
    }

    fn placed(&mut self, key: u64) {
        if let Some(running) = &mut self.running {
            running.placed.insert(key);
        }
    }

    fn open_hunk(&mut self, index: HunkIndex, offset: u32, path: String, why: String) -> u64 {
        self.hunks += 1;
        let key = self.hunks;
        if let Some(running) = &mut self.running {
            running.hunks.insert(index, key);
        }
        let view = HunkView {
            id: HunkId(format!("h{key}")),
            offset,
            path,
            why,
            status: HunkStatus::Open,
            file_id: None,
            place: None,
            added: 0,
            removed: 0,
            failure: None,
            message: None,
            kind: HunkKind::Edit,
            moved_to: None,
            hold: None,
            proposal: None,
            note: None,
        };
        if let Some(turn) = self.turns.last_mut() {
            // Its number follows when it is announced.
            turn.hunks.push(Hunk { key, view, opened: Seq::ZERO, placed: None, closed: None });
        }
        key
    }

    fn key(&self, hunk: HunkIndex) -> Option<u64> {
        self.running.as_ref()?.hunks.get(&hunk).copied()
    }

    /// Tells clients what became of a hunk, each under a number of its own, right after the step that did it.
    /// For a cut the step's own number counts: whoever was shown the step was shown what it did.
    fn tell_news(&mut self, news: News, step: Seq) {
        let seq = self.seq.next();
        let Some(turn) = self.turns.last_mut() else { return };
        let turn_id = turn.id.clone();
        let Some(hunk) = turn.hunk_mut(news.key()) else { return };
        let view = &mut hunk.view;
        let hunk_id = view.id.clone();
        let frame = match news {
            News::Opened(_) => {
                hunk.opened = step;
                ServerFrame::HunkOpened { seq, turn_id, hunk: view.clone() }
            }
            News::Placed { file, place, .. } => {
                hunk.placed = Some(step);
                view.file_id = Some(file.clone());
                view.place = Some(place.clone());
                ServerFrame::HunkPlaced { seq, turn_id, hunk_id, file_id: file, place }
            }
            // One that failed has had its last word.
            _ if view.status != HunkStatus::Open => return,
            News::Closed(_, status, counts) => {
                hunk.closed = Some(step);
                view.status = status;
                if let Some(counts) = counts {
                    (view.added, view.removed) = (counts.added, counts.removed);
                }
                let (added, removed) = (view.added, view.removed);
                ServerFrame::HunkClosed { seq, turn_id, hunk_id, status, added, removed, note: None }
            }
            News::Failed(_, reason, message) => {
                hunk.closed = Some(step);
                (view.status, view.failure, view.message) = (HunkStatus::Failed, Some(reason), Some(message.clone()));
                ServerFrame::HunkFailed { seq, turn_id, hunk_id, reason, message }
            }
        };
        let seq = self.advance();
        self.log(seq, frame);
    }

    /// The first output of a segment: receipts of the steers that it answers, and the relay's time.
    fn first_token(&mut self, now: Instant) {
        let relayed = self.since_received(Some(now));
        let Some(running) = self.running.as_mut().filter(|r| !r.relayed) else { return };
        running.relayed = true;
        let Some(turn) = self.turns.last_mut() else { return };
        turn.latency.relayed_ms = relayed;
        let turn_id = turn.id.clone();
        let mut answered = Vec::new();
        for steer in turn.unanswered() {
            let took = millis(now.duration_since(steer.received));
            (steer.view.stage, steer.view.first_token_ms) = (SteerStage::Answered, Some(took));
            answered.push((steer.view.id.clone(), took));
        }
        if answered.is_empty() {
            return;
        }
        for peer in self.roster.peers() {
            for (steer_id, first_token_ms) in answered.clone() {
                let turn_id = turn_id.clone();
                self.tell(peer, ServerFrame::SteerAnswered { turn_id, steer_id, first_token_ms });
            }
        }
    }

    fn note_stages(&mut self, stages: Stages) {
        let setup = self.since_received(stages.setup);
        let connected = self.since_received(stages.connected);
        let first_byte = self.since_received(stages.first_byte);
        let first_token = self.since_received(stages.first_token);
        let Some(turn) = self.turns.last_mut() else { return };
        let latency = &mut turn.latency;
        latency.warm |= stages.warm;
        latency.setup_ms = latency.setup_ms.or(setup);
        latency.connected_ms = latency.connected_ms.or(connected);
        latency.first_byte_ms = latency.first_byte_ms.or(first_byte);
        latency.first_token_ms = latency.first_token_ms.or(first_token);
    }

    /// Milliseconds since the frame that asked for the running segment arrived.
    fn since_received(&self, at: Option<Instant>) -> Option<f64> {
        let running = self.running.as_ref()?;
        Some(millis(at?.saturating_duration_since(running.received)))
    }
}

/// What clients are told of a hunk after a step.
enum News {
    Opened(u64),
    Placed { key: u64, file: FileId, place: HunkPlace },
    Closed(u64, HunkStatus, Option<edits::Counts>),
    Failed(u64, HunkFailure, String),
}

impl News {
    fn key(&self) -> u64 {
        match self {
            News::Opened(key) | News::Closed(key, ..) | News::Failed(key, ..) | News::Placed { key, .. } => *key,
        }
    }
}

impl From<HunkEvent> for News {
    fn from(event: HunkEvent) -> News {
        match event {
            HunkEvent::Placed { hunk, file, start, end } => {
                let place = HunkPlace { start: base64::encode(&start), end: base64::encode(&end) };
                News::Placed { key: hunk, file: FileId(file), place }
            }
            HunkEvent::Gone { hunk } => {
                News::Failed(hunk, HunkFailure::PlaceGone, "Its place was edited away.".to_owned())
            }
        }
    }
}

/// The one place of `old` in `text`, or of several the nearest to where it was; UTF-16 units.
fn nearest(text: &str, old: &str, was: u32) -> Option<u32> {
    if old.is_empty() {
        return text.is_empty().then_some(0);
    }
    text.match_indices(old)
        .filter(|(at, _)| *at == 0 || text.as_bytes().get(at - 1) == Some(&b'\n'))
        .map(|(at, _)| utf16_len(text.get(..at).unwrap_or_default()))
        .min_by_key(|start| start.abs_diff(was))
}

fn failure_reason(failure: UpstreamFailure) -> Reason {
    let code = match failure.kind {
        FailureKind::Unreachable => ErrorCode::UpstreamUnreachable,
        FailureKind::Unauthorized => ErrorCode::UpstreamUnauthorized,
        FailureKind::RateLimited => ErrorCode::UpstreamRateLimited,
        FailureKind::Rejected => ErrorCode::UpstreamRejected,
        FailureKind::Failed => ErrorCode::UpstreamFailed,
        FailureKind::Stalled => ErrorCode::UpstreamStalled,
        FailureKind::Truncated => ErrorCode::UpstreamTruncated,
    };
    reason(code, &failure.message, failure.retry_after)
}

fn reason(code: ErrorCode, message: &str, retry_after: Option<Duration>) -> Reason {
    let retry_after_ms = retry_after.and_then(|d| u64::try_from(d.as_millis()).ok());
    Reason { code, message: message.to_owned(), retry_after_ms }
}

fn malformed_words(reason: edits::Malformed) -> &'static str {
    match reason {
        edits::Malformed::NoPath => "The block names no file.",
        edits::Malformed::MissingOldText => "The block has no old text.",
        edits::Malformed::MissingNewText => "The block has no new text.",
        edits::Malformed::Unterminated => "The block was cut off.",
        edits::Malformed::Elided => "The block leaves text out.",
    }
}
