//! From the edit engine's actions to the document's operations, and what clients hear of hunks.
//!
//! Every operation passes the hunk's draft first, which knows what it must not change; what follows from a breach is
//! in `hold`.

use document::{HunkEvent, ModelOp, Sheet};
use edits::{Action, Counts, DiffOp, HunkIndex, Kind, Place};
use protocol::scope::HoldReason;
use protocol::view::{HunkFailure, HunkKind, HunkPlace, HunkStatus, HunkView};
use protocol::{FileId, HunkId, Seq, ServerFrame};

use super::State;
use crate::base64;
use crate::session::command::StepOp;
use crate::session::draft::{Draft, Ending, Target};
use crate::session::entry::utf16_len;
use crate::session::path;
use crate::session::turn::Hunk;

/// How far from where it was old text is looked for first, in UTF-16 units: most of what people type meanwhile is less,
/// and a large file is not read for it.
const NEAR: u32 = 16 * 1024;

/// What one step leads to.
pub(super) struct Plan {
    /// The number that the step is about to get.
    seq: Seq,
    /// For the document.
    pub ops: Vec<ModelOp>,
    /// For clients, once the document has the operations.
    news: Vec<News>,
    /// Hunks that have to be held.
    breaches: Vec<(u64, HoldReason)>,
}

/// What clients are told of a hunk after a step.
enum News {
    Opened(u64),
    Placed {
        key: u64,
        file: FileId,
        place: HunkPlace,
    },
    Closed(u64, Counts),
    /// The block broke off: what it had applied stays.
    Cut(u64),
    Failed(u64, HunkFailure, String),
}

impl State {
    /// Reads a step's operations, in order. `base` is where the segment began in the turn's output.
    pub(super) fn plan(&mut self, step: Vec<StepOp>, base: u32) -> Plan {
        let mut plan = Plan { seq: self.seq.next(), ops: Vec::new(), news: Vec::new(), breaches: Vec::new() };
        for op in step {
            match op {
                StepOp::Edit(action) => self.act(action, base, &mut plan),
                StepOp::Place { hunk, file, revision, place } => self.place(hunk, file, revision, place, &mut plan),
                StepOp::Create { hunk, path } => self.create(hunk, path, &mut plan),
                StepOp::Fail { hunk, failure, message } => {
                    plan.news.extend(self.key(hunk).map(|key| News::Failed(key, failure, message)));
                }
            }
        }
        plan
    }

    /// Tells clients what became of hunks. A hunk opens, then the document speaks of it, then it is held, then it
    /// ends: whatever order the operations had.
    pub(super) fn announce(&mut self, plan: Plan, events: Vec<HunkEvent>, counts: Option<(u64, Counts)>) {
        let step = plan.seq;
        let (opened, ended): (Vec<News>, Vec<News>) =
            plan.news.into_iter().partition(|news| matches!(news, News::Opened(_)));
        for news in opened.into_iter().chain(events.into_iter().map(News::from)) {
            self.tell_news(news, step);
        }
        for (key, reason) in plan.breaches {
            self.hold(key, reason);
        }
        if let Some((key, counts)) = counts {
            self.mind_the_budget(key, counts);
        }
        for news in ended {
            if let News::Closed(key, counts) = &news {
                self.mind_the_budget(*key, *counts);
            }
            self.tell_news(news, step);
        }
    }

    /// The session's number for a hunk of the running segment.
    pub(super) fn key(&self, hunk: HunkIndex) -> Option<u64> {
        self.running.as_ref()?.hunks.get(&hunk).copied()
    }

    fn act(&mut self, action: Action, base: u32, plan: &mut Plan) {
        match action {
            Action::Open { hunk, offset, path, why, kind, .. } => {
                plan.news.push(News::Opened(self.open_hunk(hunk, base + offset, path, why, kind)));
            }
            Action::Locate { .. } => {}
            Action::Keep { hunk, len } => self.change(hunk, DiffOp::Keep(len), plan),
            Action::Delete { hunk, len } => self.change(hunk, DiffOp::Delete(len), plan),
            Action::Insert { hunk, text } => self.change(hunk, DiffOp::Insert(text), plan),
            Action::Remove { hunk } => self.end_file(hunk, Ending::Remove, plan),
            Action::Rename { hunk, to } => self.rename(hunk, &to, plan),
            Action::Close { hunk, counts } => {
                let Some(key) = self.key(hunk) else { return };
                if let Some(Err(reason)) = self.draft(key).map(Draft::finish) {
                    plan.breaches.push((key, reason));
                }
                plan.ops.push(ModelOp::Close { hunk: key });
                plan.news.push(News::Closed(key, counts));
            }
            Action::Fail { hunk, reason } => {
                let Some(key) = self.key(hunk) else { return };
                if let Some(Err(reason)) = self.draft(key).map(Draft::finish) {
                    plan.breaches.push((key, reason));
                }
                plan.ops.push(ModelOp::Close { hunk: key });
                let placed = self.running.as_ref().is_some_and(|r| r.placed.contains(&key));
                plan.news.push(if placed {
                    News::Cut(key)
                } else {
                    News::Failed(key, HunkFailure::Malformed, malformed_words(reason).to_owned())
                });
            }
        }
    }

    fn change(&mut self, hunk: HunkIndex, op: DiffOp, plan: &mut Plan) {
        let Some(key) = self.key(hunk) else { return };
        let held = plan.holds(key) || self.status(key) != Some(HunkStatus::Open);
        let Some(draft) = self.draft(key) else { return };
        match draft.push(plan.seq, &op) {
            Err(reason) => plan.breaches.push((key, reason)),
            Ok(()) if held => {}
            Ok(()) => plan.ops.push(model_op(key, op)),
        }
    }

    fn end_file(&mut self, hunk: HunkIndex, ending: Ending, plan: &mut Plan) {
        let Some(key) = self.key(hunk) else { return };
        let held = plan.holds(key) || self.status(key) != Some(HunkStatus::Open);
        let Some(draft) = self.draft(key) else { return };
        match draft.end_with(ending.clone()) {
            Err(reason) => plan.breaches.push((key, reason)),
            Ok(()) if held => {}
            Ok(()) => plan.ops.push(ending_op(key, ending)),
        }
    }

    fn rename(&mut self, hunk: HunkIndex, to: &str, plan: &mut Plan) {
        let Some(key) = self.key(hunk) else { return };
        let to = path::normal(to).to_owned();
        let taken = self.doc.find(&to).is_some() || self.doc.is_kept(&to);
        let refused = match path::check(&to) {
            Err(reason) => Some((HunkFailure::Limit, reason.to_owned())),
            Ok(()) if taken => Some((HunkFailure::FileNotEmpty, format!("There is a file {to} already."))),
            Ok(()) => None,
        };
        if let Some((failure, message)) = refused {
            return plan.news.push(News::Failed(key, failure, message));
        }
        if let Some(hunk) = self.turns.last_mut().and_then(|turn| turn.hunk_mut(key)) {
            hunk.view.moved_to = Some(to.clone());
        }
        self.end_file(hunk, Ending::Rename(to), plan);
    }

    /// A place that was found in an older revision is found anew: only people can have moved it.
    fn place(&mut self, hunk: HunkIndex, file: String, revision: u64, place: Place, plan: &mut Plan) {
        let Some(key) = self.key(hunk) else { return };
        let Some(now) = self.doc.revision(&file) else {
            return plan.news.push(News::Failed(key, HunkFailure::NoSuchFile, "The file is gone.".to_owned()));
        };
        let anew = || self.nearest(&file, &place.old, place.start);
        let start = if now == revision { Some(place.start) } else { anew() };
        let Some(start) = start else {
            let message = "Its place was edited meanwhile.".to_owned();
            return plan.news.push(News::Failed(key, HunkFailure::PlaceGone, message));
        };
        let zones = self.zones_at(&file, start, &place.old);
        let len = utf16_len(&place.old);
        plan.ops.push(ModelOp::Place { hunk: key, file: file.clone(), revision: now, start, len });
        self.drafted(key, Draft::new(Target::File(file), place.old, zones));
    }

    /// Where old text stands in a file now, the nearest place to where it was.
    pub(super) fn nearest(&self, file: &str, old: &str, was: u32) -> Option<u32> {
        nearest(&self.doc.sheet(file)?.1, old, was)
    }

    fn create(&mut self, hunk: HunkIndex, path: String, plan: &mut Plan) {
        let Some(key) = self.key(hunk) else { return };
        if self.doc.files().len() + self.doc.kept_files().len() >= self.limits.files_max {
            let message = "The session has too many files.".to_owned();
            return plan.news.push(News::Failed(key, HunkFailure::Limit, message));
        }
        if self.doc.is_kept(&path) {
            let message = format!("{path} is no text: it is kept as it is.");
            return plan.news.push(News::Failed(key, HunkFailure::FileNotEmpty, message));
        }
        let zones = self.zones_of_a_new_file();
        if let Some(zone) = zones.first() {
            plan.breaches.push((key, zone.reason));
        } else {
            plan.ops.push(ModelOp::Create { hunk: key, file: crate::secret::token(), path: path.clone() });
        }
        if let Some(hunk) = self.turns.last_mut().and_then(|turn| turn.hunk_mut(key)) {
            hunk.view.kind = HunkKind::Create;
        }
        self.drafted(key, Draft::new(Target::New(path), String::new(), zones));
    }

    fn drafted(&mut self, key: u64, draft: Draft) {
        if let Some(running) = &mut self.running {
            running.placed.insert(key);
        }
        if let Some(hunk) = self.turns.last_mut().and_then(|turn| turn.hunk_mut(key)) {
            hunk.draft = Some(draft);
        }
    }

    fn draft(&mut self, key: u64) -> Option<&mut Draft> {
        self.turns.last_mut()?.hunk_mut(key)?.draft.as_mut()
    }

    fn status(&mut self, key: u64) -> Option<HunkStatus> {
        Some(self.turns.last_mut()?.hunk_mut(key)?.view.status)
    }

    fn open_hunk(&mut self, index: HunkIndex, offset: u32, path: String, why: String, kind: Kind) -> u64 {
        self.hunks += 1;
        let key = self.hunks;
        if let Some(running) = &mut self.running {
            running.hunks.insert(index, key);
        }
        let kind = match kind {
            Kind::Edit => HunkKind::Edit,
            Kind::Create => HunkKind::Create,
            Kind::Delete => HunkKind::Delete,
            Kind::Move => HunkKind::Move,
        };
        let view = HunkView {
            id: HunkId(format!("h{key}")),
            offset,
            path,
            why,
            status: HunkStatus::Open,
            kind,
            moved_to: None,
            file_id: None,
            place: None,
            added: 0,
            removed: 0,
            failure: None,
            message: None,
            hold: None,
            proposal: None,
            note: None,
        };
        if let Some(turn) = self.turns.last_mut() {
            self.owners.insert(key, turn.id.clone());
            turn.hunks.push(Hunk::new(key, view));
        }
        key
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
                ServerFrame::HunkPlaced { seq, turn_id, hunk_id, file_id: file, place, outcome: view.outcome() }
            }
            News::Closed(key, _) if view.status == HunkStatus::Held => return self.close_held(key, step, true),
            News::Cut(key) if view.status == HunkStatus::Held => return self.close_held(key, step, false),
            // One that failed or was taken back has had its last word.
            _ if view.status != HunkStatus::Open => {
                hunk.closed.get_or_insert(step);
                return;
            }
            News::Closed(_, counts) => {
                (hunk.closed, hunk.draft) = (Some(step), None);
                (view.status, view.added, view.removed) = (HunkStatus::Applied, counts.added, counts.removed);
                hunk.closed_frame(seq, turn_id)
            }
            News::Cut(_) => {
                (hunk.closed, hunk.draft) = (Some(step), None);
                view.status = HunkStatus::Partial;
                hunk.closed_frame(seq, turn_id)
            }
            News::Failed(_, reason, message) => {
                (hunk.closed, hunk.draft) = (Some(step), None);
                (view.status, view.failure, view.message) = (HunkStatus::Failed, Some(reason), Some(message.clone()));
                ServerFrame::HunkFailed { seq, turn_id, hunk_id, reason, message, outcome: view.outcome() }
            }
        };
        let seq = self.advance();
        self.log(seq, frame);
    }
}

impl Plan {
    fn holds(&self, key: u64) -> bool {
        self.breaches.iter().any(|(held, _)| *held == key)
    }
}

impl News {
    fn key(&self) -> u64 {
        match self {
            News::Opened(key)
            | News::Closed(key, _)
            | News::Cut(key)
            | News::Failed(key, ..)
            | News::Placed { key, .. } => *key,
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

/// An operation over a hunk's old text, as one of the document's.
pub(super) fn model_op(hunk: u64, op: DiffOp) -> ModelOp {
    match op {
        DiffOp::Keep(len) => ModelOp::Keep { hunk, len },
        DiffOp::Delete(len) => ModelOp::Delete { hunk, len },
        DiffOp::Insert(text) => ModelOp::Insert { hunk, text },
    }
}

/// What happens to a hunk's file itself, as one of the document's.
pub(super) fn ending_op(hunk: u64, ending: Ending) -> ModelOp {
    match ending {
        Ending::Remove => ModelOp::Remove { hunk },
        Ending::Rename(path) => ModelOp::Rename { hunk, path },
    }
}

/// The one place of `old` in `text`, or of several the nearest to where it was; UTF-16 units.
fn nearest(text: &Sheet, old: &str, was: u32) -> Option<u32> {
    if old.is_empty() {
        return text.is_empty().then_some(0);
    }
    let (from, to) = (was.saturating_sub(NEAR), was.saturating_add(utf16_len(old)).saturating_add(NEAR));
    let around = text.bytes_of(&(from..to));
    if around.len() == text.len() {
        return nearest_of(&text.text(), old, was);
    }
    // A place that is no farther than this begins and ends in it.
    let begin = if around.start == 0 { 0 } else { from };
    let near = nearest_of(&text.slice(around), old, was - begin).filter(|at| *at > 0 || begin == 0);
    let near = near.map(|at| begin + at).filter(|at| at.abs_diff(was) < NEAR);
    near.or_else(|| nearest_of(&text.text(), old, was))
}

fn nearest_of(text: &str, old: &str, was: u32) -> Option<u32> {
    text.match_indices(old)
        .filter(|(at, _)| *at == 0 || text.as_bytes().get(at - 1) == Some(&b'\n'))
        .map(|(at, _)| utf16_len(text.get(..at).unwrap_or_default()))
        .min_by_key(|start| start.abs_diff(was))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn old_text_is_found_where_it_is_nearest_without_a_look_at_all() {
        let mut random = fastrand::Rng::with_seed(1);
        for _ in 0..300 {
            let size = random.usize(1..4) * NEAR as usize;
            let mut text = String::new();
            while text.len() < size {
                let rare = random.u32(..(size as u32 / 60)) == 0;
                text.push_str(if rare {
                    "the old é😀\nlines\n"
                } else {
                    ["some other text\n", "the old\n"][random.usize(..2)]
                });
            }
            let was = random.u32(..=utf16_len(&text) + 5);
            let old = "the old é😀\nlines\n";
            let distance = |at: Option<u32>| at.map(|at| at.abs_diff(was));
            let found = nearest(&text.as_str().into(), old, was);
            assert_eq!(distance(found), distance(nearest_of(&text, old, was)));
        }
        assert_eq!(nearest(&"x the old\nthe old\n".into(), "the old\n", 0), Some(10));
        assert_eq!((nearest(&"".into(), "", 0), nearest(&"a".into(), "", 0)), (Some(0), None));
    }
}
