//! A session that goes on from what another one was: a fork, or one that came as a file.
//!
//! The conversation is carried as it was, to the byte. Who wrote what is not known of what came with it, so none of
//! that can be taken back here.

use std::collections::BTreeMap;

use document::{Document, LoadError};
use protocol::view::{HunkStatus, ModelView, SteerStage, TurnStatus, TurnView};
use protocol::{Epoch, ErrorCode, Seq, TurnId};

use super::scope::{Lock, region};
use super::{SessionLesson, State};
use crate::session::draft::Draft;
use crate::session::entry::{prefix_utf16, utf16_len};
use crate::session::history::History;
use crate::session::request::Sent;
use crate::session::turn::{CutCause, CutNote, Hunk, Segment, Steer, Turn, Written};
use crate::timeline::scene::Scene;

impl State {
    /// The session as of a scene. `load` is later than any that wrote into its document.
    ///
    /// # Errors
    ///
    /// When the document is none of files.
    pub fn adopt(
        epoch: Epoch,
        load: u64,
        models: Vec<ModelView>,
        lesson: Option<SessionLesson>,
        mut scene: Scene,
    ) -> Result<State, LoadError> {
        let mut state = State::new(epoch, load, models, None);
        (state.lesson, state.seq) = (lesson, scene.moment.0);
        state.doc = Document::adopt(load, &scene.document)?;
        state.history = History::new(&state.doc);
        state.scope = scene.session.scope;
        state.runs = scene.session.runs.into();
        let lock = |view: protocol::scope::LockView| Lock { region: view.region.range.as_ref().and_then(region), view };
        state.locks = scene.session.locks.into_iter().map(lock).collect();
        for (at, view) in scene.session.turns.into_iter().enumerate() {
            let mut turn = inherited(Seq(at as u64 + 1), view, &mut scene.said);
            for hunk in &mut turn.hunks {
                state.hunks += 1;
                hunk.key = state.hunks;
                state.owners.insert(hunk.key, turn.id.clone());
            }
            state.turns.push(turn);
        }
        // New participants must not be taken for those who are named here.
        let named = state.turns.iter().flat_map(|turn| {
            let steers = turn.steers.iter().map(|steer| &steer.view.by);
            std::iter::once(&turn.by).chain(steers)
        });
        let here = scene.session.participants.iter().map(|one| &one.participant.id);
        let numbers = named.chain(here).filter_map(|id| id.as_str().strip_prefix('p')?.parse::<u64>().ok());
        let joined = numbers.max().unwrap_or_default().min(u64::from(u32::MAX));
        state.roster.restore(joined, []);
        Ok(state)
    }
}

/// A turn as it was. One that ran is interrupted: everything up to there was seen.
fn inherited(started: Seq, view: TurnView, said: &mut BTreeMap<(TurnId, usize), String>) -> Turn {
    let status = if view.status == TurnStatus::Running { TurnStatus::Interrupted } else { view.status };
    let units = utf16_len(&view.output);
    let mut segments: Vec<Segment> = Vec::new();
    for (at, segment) in view.segments.into_iter().enumerate() {
        segments.push(Segment {
            offset: segment.offset.min(units),
            byte: prefix_utf16(&view.output, segment.offset).len(),
            cause: segment.cause,
            id: None,
            begun: Seq::ZERO,
            message: said.remove(&(view.id.clone(), at)),
            sent: Sent::default(),
            note: CutNote::default(),
        });
    }
    let mut open_block = None;
    let hunks = view.hunks.into_iter().map(|mut view| {
        match view.status {
            HunkStatus::Open => {
                open_block = view.place.is_some().then(|| view.path.clone());
                view.status = HunkStatus::Partial;
            }
            // What it would do is not known here any more.
            HunkStatus::Held => view.status = HunkStatus::Refused,
            _ => {}
        }
        let (draft, decided): (Option<Draft>, bool) = (None, false);
        Hunk { key: 0, view, opened: Seq::ZERO, placed: None, closed: Some(Seq::ZERO), draft, decided }
    });
    let hunks: Vec<Hunk> = hunks.collect();
    let steers = view.steers.into_iter().map(|mut view| {
        if view.stage == SteerStage::Applied {
            (view.stage, view.failure) = (SteerStage::Failed, Some(ErrorCode::Interrupted));
        }
        Steer { view, received: std::time::Instant::now() }
    });
    let newest = segments.last().map_or(0, |segment| segment.offset);
    let failed = hunks.iter().filter(|hunk| hunk.view.status == HunkStatus::Failed && hunk.view.offset >= newest);
    let failed = failed.map(|hunk| (hunk.view.path.clone(), hunk.view.message.clone().unwrap_or_default())).collect();
    let cause = match status {
        TurnStatus::Interrupted | TurnStatus::Running => Some(CutCause::Person),
        TurnStatus::Failed => Some(CutCause::Failure),
        TurnStatus::Completed => None,
    };
    Turn {
        id: view.id,
        prompt: view.prompt,
        model: view.model,
        by: view.by,
        status,
        tokens_per_second: None,
        open_file: None,
        output: view.output,
        units,
        steps: Vec::new(),
        segments,
        hunks,
        steers: steers.collect(),
        started,
        // No cut reaches it.
        ended: Some(Seq::ZERO),
        next_note: CutNote { cause, open_block, failed },
        reason: view.reason,
        latency: view.latency,
        usage: view.usage,
        reverted: view.reverted,
        inherited: true,
        context: view.context,
        scope: view.scope,
        selection: None,
        changes: view.changes,
        asked: None,
        cuts: view.cuts,
        written: Written::default(),
    }
}
