//! Held hunks: what would touch what it must not is taken back whole, kept as a proposal, and waits for a decision.

use bytes::Bytes;
use document::{HunkEvent, ModelOp, Region};
use edits::{Counts, Zone, replace_ops};
use protocol::scope::{HoldReason, Proposal, Within};
use protocol::server::Reason;
use protocol::view::{HunkFailure, HunkPlace, HunkStatus};
use protocol::{ErrorCode, FileId, HunkId, Seq, ServerFrame, TurnId};

use super::hunks::{ending_op, model_op};
use super::{Refusal, State};
use crate::base64;
use crate::session::draft::{Draft, Target};
use crate::session::entry::utf16_len;
use crate::session::turn::Hunk;

/// A proposal that could not be put in.
struct NotPutIn {
    failure: HunkFailure,
    message: &'static str,
}

/// A region in units of a hunk's old text, and whether it begins and ends there.
type Placed = (std::ops::Range<u32>, bool, bool);

/// A proposal in the document.
struct PutIn {
    seq: Seq,
    message: Option<Vec<u8>>,
    /// The file and the hunk's place in it.
    place: Option<(FileId, HunkPlace)>,
}

impl State {
    /// Takes an open hunk back whole, and keeps what it writes as a proposal from now on.
    pub(super) fn hold(&mut self, key: u64, reason: HoldReason) {
        let Some(turn) = self.turns.last_mut() else { return };
        let (turn_id, budget, stop) = (turn.id.clone(), turn.scope.budget, turn.scope.stop_when_held);
        let Some(hunk) = turn.hunk_mut(key).filter(|hunk| hunk.view.status == HunkStatus::Open) else { return };
        let message = words(reason, budget);
        let view = &mut hunk.view;
        (view.status, view.hold, view.message) = (HunkStatus::Held, Some(reason), Some(message));
        let rolled_back = self.doc.rollback(&|_, hunk| hunk == key);
        let seq = self.advance();
        let Some(hunk) = self.turns.last_mut().and_then(|turn| turn.hunk_mut(key)) else { return };
        let frame = hunk.held_frame(seq, turn_id, reason);
        self.log_with(seq, rolled_back.message, frame);
        if stop {
            self.stops_at_held.get_or_insert(key);
        }
    }

    /// Holds a hunk with which the turn would change more lines than its budget.
    pub(super) fn mind_the_budget(&mut self, key: u64, counts: Counts) {
        if self.is_over_budget(key, counts) {
            self.hold(key, HoldReason::OverBudget);
        }
    }

    /// The block of a held hunk ended; `whole`: by its own end. What in the end changes nothing that is protected is
    /// let through by itself.
    pub(super) fn close_held(&mut self, key: u64, step: Seq, whole: bool) {
        let Some(turn) = self.turns.last_mut() else { return };
        let turn_id = turn.id.clone();
        let Some(hunk) = turn.hunk_mut(key) else { return };
        hunk.closed = Some(step);
        self.protect_where_it_goes(&turn_id, key);
        let Some(hunk) = self.hunk_mut(&turn_id, key) else { return };
        let settled = hunk.draft.as_ref().filter(|_| whole).and_then(|draft| draft.settle().ok());
        if let Some(counts) = settled
            && !self.is_over_budget(key, counts)
            && let Ok(put_in) = self.put_in(&turn_id, key)
        {
            return self.let_through(&turn_id, key, put_in, counts, HunkStatus::Applied);
        }
        self.propose(&turn_id, key);
    }

    /// People may have moved the place of a held hunk meanwhile, and others like it may be protected: what counts is
    /// where it would go now.
    fn protect_where_it_goes(&mut self, id: &TurnId, key: u64) {
        let hunk = self.turn(id).and_then(|turn| turn.hunks.iter().rev().find(|hunk| hunk.key == key));
        let Some((hunk, draft)) = hunk.and_then(|hunk| Some((hunk, hunk.draft.as_ref()?))) else { return };
        let Target::File(file) = &draft.target else { return };
        let Some(start) = self.start_of(hunk, file, &draft.old) else { return };
        let zones = self.zones_at(file, start, &draft.old);
        if let Some(draft) = self.hunk_mut(id, key).and_then(|hunk| hunk.draft.as_mut()) {
            draft.protect(zones);
        }
    }

    /// Where a held hunk's old text stands now.
    fn start_of(&self, hunk: &Hunk, file: &str, old: &str) -> Option<u32> {
        let was = hunk.view.place.as_ref().and_then(|place| self.doc.region(file, &region_of(place)?));
        self.nearest(file, old, was.map_or(0, |range| range.start))
    }

    /// Tells clients what a held hunk would do.
    pub(super) fn propose(&mut self, turn: &TurnId, key: u64) {
        let seq = self.seq.next();
        let Some(hunk) = self.hunk_mut(turn, key) else { return };
        let Some(draft) = &hunk.draft else { return };
        let proposal = draft.proposal();
        let counts = edits::smallest(&proposal.old, &proposal.new);
        (hunk.view.added, hunk.view.removed) = (counts.added, counts.removed);
        hunk.view.proposal = Some(proposal);
        let reason = hunk.view.hold.unwrap_or(HoldReason::OutOfScope);
        let frame = hunk.held_frame(seq, turn.clone(), reason);
        let seq = self.advance();
        self.log(seq, frame);
    }

    /// A person lets a held hunk through. No cut takes it back.
    pub(super) fn apply_hunk(&mut self, id: &TurnId, hunk_id: &HunkId) -> Result<(), Refusal> {
        let hunk = self.held(id, hunk_id)?;
        match hunk.view.status {
            HunkStatus::Held if hunk.closed.is_none() => {
                return Err(Refusal { code: ErrorCode::TurnRunning, message: "The hunk is still being written." });
            }
            HunkStatus::Held => {}
            HunkStatus::Accepted => return Ok(()),
            _ => return Err(NOT_HELD),
        }
        let key = hunk.key;
        let Proposal { old, new } = hunk.view.proposal.clone().unwrap_or_default();
        match self.put_in(id, key) {
            Ok(put_in) => {
                let counts = edits::smallest(&old, &new);
                self.let_through(id, key, put_in, counts, HunkStatus::Accepted);
                if let Some(hunk) = self.hunk_mut(id, key) {
                    hunk.decided = true;
                }
            }
            Err(NotPutIn { failure, message }) => {
                let seq = self.advance();
                let Some(hunk) = self.hunk_mut(id, key) else { return Ok(()) };
                let view = &mut hunk.view;
                (view.status, view.failure, view.message) =
                    (HunkStatus::Failed, Some(failure), Some(message.to_owned()));
                (view.proposal, hunk.draft) = (None, None);
                let outcome = view.outcome();
                let (turn_id, hunk_id, reason, message) = (id.clone(), hunk_id.clone(), failure, message.to_owned());
                self.log(seq, ServerFrame::HunkFailed { seq, turn_id, hunk_id, reason, message, outcome });
            }
        }
        Ok(())
    }

    /// A person does not want a held hunk. What its block still says goes nowhere.
    pub(super) fn refuse_hunk(&mut self, id: &TurnId, hunk_id: &HunkId) -> Result<(), Refusal> {
        let hunk = self.held(id, hunk_id)?;
        match hunk.view.status {
            HunkStatus::Held => {}
            HunkStatus::Refused => return Ok(()),
            _ => return Err(NOT_HELD),
        }
        let key = hunk.key;
        let seq = self.advance();
        let Some(hunk) = self.hunk_mut(id, key) else { return Ok(()) };
        let view = &mut hunk.view;
        (view.status, view.message, view.proposal, hunk.draft) = (HunkStatus::Refused, None, None, None);
        let frame = hunk.closed_frame(seq, id.clone());
        self.log(seq, frame);
        Ok(())
    }

    /// Interrupts the turn when its scope says so and a hunk of the last step was held, and not let through again.
    pub(super) fn stop_at_held(&mut self) {
        let Some(key) = self.stops_at_held.take() else { return };
        let hunk = self.running_turn().and_then(|turn| turn.hunk_mut(key));
        if hunk.is_some_and(|hunk| hunk.view.status == HunkStatus::Held) {
            let message = "A change was held, and this turn stops at the first one.".to_owned();
            self.cut_off(Reason { code: ErrorCode::Held, message, retry_after_ms: None });
        }
    }

    /// What a hunk over old text at `start` of a file must not change, in units of the old text.
    pub(super) fn zones_at(&self, file: &str, start: u32, old: &str) -> Vec<Zone<HoldReason>> {
        let len = utf16_len(old);
        let end = start.saturating_add(len);
        self.zones(file, old, &|region| {
            let range = self.doc.region(file, region)?;
            let touches = range.start < end && range.end > start || range.is_empty() && range.start == start;
            let clamped = range.start.clamp(start, end) - start..range.end.clamp(start, end) - start;
            touches.then_some((clamped, range.start >= start, range.end <= end))
        })
    }

    /// A new file has no place in any selection, and is none of the files that a scope can name.
    pub(super) fn zones_of_a_new_file(&self) -> Vec<Zone<HoldReason>> {
        match self.turns.last().map(|turn| &turn.scope.within) {
            None | Some(Within::Session) => Vec::new(),
            Some(Within::Files(_) | Within::Selection(_)) => edits::guard::outside("", &[], HoldReason::OutOfScope),
        }
    }

    /// Locks have changed: what the running turn's hunk has not written yet is bound by them.
    pub(super) fn protect_anew(&mut self) {
        let Some(turn) = self.turns.last() else { return };
        let mut anew = Vec::new();
        for hunk in turn.hunks.iter().filter(|hunk| hunk.closed.is_none()) {
            let Some(Draft { target: Target::File(file), old, .. }) = &hunk.draft else { continue };
            let len = utf16_len(old);
            let zones = if hunk.view.status == HunkStatus::Open {
                self.zones(file, old, &|region| {
                    let range = self.doc.within(hunk.key, self.doc.region(file, region)?)?;
                    let (above, below) = (range.start > 0, range.end < len);
                    Some((range, above, below))
                })
            } else {
                let start = hunk.view.place.as_ref().and_then(|place| self.doc.region(file, &region_of(place)?));
                self.zones_at(file, start.map_or(0, |range| range.start), old)
            };
            anew.push((hunk.key, zones));
        }
        for (key, zones) in anew {
            if let Some(draft) = self.turns.last_mut().and_then(|turn| turn.hunk_mut(key)?.draft.as_mut()) {
                draft.protect(zones);
            }
        }
    }

    /// Locks and scope over one file. `place` says where a region is in units of the old text, if it touches it, and
    /// whether it begins and ends there.
    fn zones(&self, file: &str, old: &str, place: &dyn Fn(&Region) -> Option<Placed>) -> Vec<Zone<HoldReason>> {
        let len = utf16_len(old);
        let placed = |region: &Region| {
            let (mut range, above, below) = place(region)?;
            // The newline behind the last line is nobody's.
            if below && range.end > range.start && ends_line(old, range.end) {
                range.end -= 1;
            }
            Some((range, above, below))
        };
        let mut zones = Vec::new();
        for lock in self.locks.iter().filter(|lock| lock.view.region.file.0 == file) {
            let zone = match &lock.region {
                None => Some((0..len, false, false)),
                Some(region) => placed(region).filter(|(range, ..)| !range.is_empty()),
            };
            zones.extend(zone.map(|(range, above, below)| Zone { range, above, below, reason: HoldReason::Locked }));
        }
        match self.turns.last().map(|turn| &turn.scope.within) {
            None | Some(Within::Session) => {}
            Some(Within::Files(files)) if files.iter().any(|id| id.0 == file) => {}
            Some(Within::Files(_)) => zones.extend(edits::guard::outside(old, &[], HoldReason::OutOfScope)),
            Some(Within::Selection(regions)) => {
                let mine = regions.iter().filter(|region| region.file.0 == file);
                let ranges = mine.filter_map(|region| match &region.range {
                    None => Some(0..len),
                    Some(range) => placed(&super::scope::region(range)?).map(|(range, ..)| range),
                });
                let mut ranges: Vec<_> = ranges.collect();
                ranges.sort_by_key(|range| range.start);
                zones.extend(edits::guard::outside(old, &ranges, HoldReason::OutOfScope));
            }
        }
        zones
    }

    fn is_over_budget(&self, key: u64, counts: Counts) -> bool {
        let Some(turn) = self.turns.last() else { return false };
        let Some(budget) = turn.scope.budget else { return false };
        let others = turn.hunks.iter().filter(|hunk| hunk.key != key && hunk.view.status.is_in_the_document());
        let used: u32 = others.map(|hunk| hunk.view.added.max(hunk.view.removed)).sum();
        used.saturating_add(counts.added.max(counts.removed)) > budget
    }

    fn held(&self, id: &TurnId, hunk_id: &HunkId) -> Result<&Hunk, Refusal> {
        self.turn(id).ok_or(super::decide::NO_TURN)?.hunk(hunk_id).ok_or(super::decide::NO_HUNK)
    }

    /// A proposal that is in the document by now.
    fn let_through(&mut self, id: &TurnId, key: u64, put_in: PutIn, counts: Counts, status: HunkStatus) {
        let PutIn { seq, message, place } = put_in;
        let Some(hunk) = self.hunk_mut(id, key) else { return };
        let view = &mut hunk.view;
        (view.status, view.added, view.removed) = (status, counts.added, counts.removed);
        (view.message, view.proposal, hunk.draft) = (None, None, None);
        if status == HunkStatus::Applied {
            // A cut before this step takes it back. No cut does that to a decision, which says nothing of how much of
            // the output anybody has been shown: there its block's own end goes on to count.
            hunk.closed = Some(seq);
        }
        let frame = hunk.closed_frame(seq, id.clone());
        self.log_with(seq, message, frame);
        if let Some((file_id, place)) = place {
            let seq = self.advance();
            let Some(hunk) = self.hunk_mut(id, key) else { return };
            (hunk.view.file_id, hunk.view.place) = (Some(file_id.clone()), Some(place.clone()));
            let (turn_id, hunk_id, outcome) = (id.clone(), hunk.view.id.clone(), hunk.view.outcome());
            self.log(seq, ServerFrame::HunkPlaced { seq, turn_id, hunk_id, file_id, place, outcome });
        }
    }

    /// Puts a held hunk's proposal into the document, in one step.
    fn put_in(&mut self, id: &TurnId, key: u64) -> Result<PutIn, NotPutIn> {
        let hunk = self.turn(id).and_then(|turn| turn.hunks.iter().find(|hunk| hunk.key == key));
        let Some((hunk, draft)) = hunk.and_then(|hunk| Some((hunk, hunk.draft.as_ref()?))) else {
            return Err(NotPutIn { failure: HunkFailure::PlaceGone, message: "There is nothing to apply." });
        };
        let Proposal { old, new } = draft.proposal();
        let mut ops = match &draft.target {
            Target::New(path) if self.doc.find(path).is_some() => {
                let message = "There is such a file by now.";
                return Err(NotPutIn { failure: HunkFailure::FileNotEmpty, message });
            }
            Target::New(path) => {
                vec![ModelOp::Create { hunk: key, file: crate::secret::token(), path: path.clone() }]
            }
            Target::File(file) => {
                let Some(revision) = self.doc.revision(file) else {
                    return Err(NotPutIn { failure: HunkFailure::NoSuchFile, message: "The file is gone." });
                };
                let Some(start) = self.start_of(hunk, file, &old) else {
                    let message = "Its place was edited away.";
                    return Err(NotPutIn { failure: HunkFailure::PlaceGone, message });
                };
                vec![ModelOp::Place { hunk: key, file: file.clone(), revision, start, len: utf16_len(&old) }]
            }
        };
        ops.extend(replace_ops(&old, &new).into_iter().map(|op| model_op(key, op)));
        ops.extend(draft.ending.clone().map(|ending| ending_op(key, ending)));
        ops.push(ModelOp::Close { hunk: key });
        let seq = self.advance();
        let applied = self.doc.apply(seq.0, &ops);
        let refused = applied.message.is_none() && applied.events.iter().any(|e| matches!(e, HunkEvent::Gone { .. }));
        if refused {
            let message = "The session has too many files.";
            return Err(NotPutIn { failure: HunkFailure::Limit, message });
        }
        let placed = applied.events.into_iter().find_map(|event| match event {
            HunkEvent::Placed { file, start, end, .. } => {
                Some((FileId(file), HunkPlace { start: base64::encode(&start), end: base64::encode(&end) }))
            }
            HunkEvent::Gone { .. } => None,
        });
        Ok(PutIn { seq, message: applied.message, place: placed })
    }

    pub(super) fn log_with(&mut self, seq: Seq, message: Option<Vec<u8>>, frame: ServerFrame) {
        let body = crate::session::entry::Body::Frame(Box::new(frame));
        let entry = crate::session::entry::Entry::new(seq, None, message.map(Bytes::from), body);
        self.effects.push(super::Effect::Log(entry));
    }
}

const NOT_HELD: Refusal = Refusal { code: ErrorCode::TurnNotActive, message: "The hunk is not held." };

/// A hunk's place as the document takes it.
fn region_of(place: &HunkPlace) -> Option<Region> {
    Some(Region { start: base64::decode(&place.start).ok()?, end: base64::decode(&place.end).ok()? })
}

/// Whether the unit before `at` is a newline.
fn ends_line(text: &str, at: u32) -> bool {
    crate::session::entry::prefix_utf16(text, at).ends_with('\n')
}

/// Why a hunk is held, for a person.
pub(super) fn words(reason: HoldReason, budget: Option<u32>) -> String {
    match (reason, budget) {
        (HoldReason::Locked, _) => "It would change locked lines.".to_owned(),
        (HoldReason::OutOfScope, _) => "It would change what is outside this turn’s scope.".to_owned(),
        (HoldReason::OverBudget, Some(budget)) => {
            format!("With it the turn would change more than {budget} lines.")
        }
        (HoldReason::OverBudget, None) => "With it the turn would change too many lines.".to_owned(),
    }
}
