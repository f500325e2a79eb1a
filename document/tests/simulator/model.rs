//! The model's hand in a run: hunks, steps, cuts and reverts, through the document's public interface.

use document::{HunkEvent, HunkKey, ModelOp};

use crate::Plan;
use crate::world::{FILE, Owner, World, units};

/// What the run knows of the model.
#[derive(Default)]
pub struct ModelHand {
    /// The step and the hunk of everything that was applied.
    pub steps: Vec<(u64, HunkKey)>,
    open: Option<Open>,
    last_step: u64,
    last_hunk: HunkKey,
    /// Operations that go in front of the next step's own.
    first: Vec<ModelOp>,
}

struct Open {
    hunk: HunkKey,
    file: String,
    old: Vec<char>,
    at: usize,
    /// Where the hunk was before each of its steps.
    before: Vec<(u64, usize)>,
}

impl World {
    pub fn begin_hunk(&mut self, plan: Plan) {
        self.hand.last_hunk += 1;
        let hunk = self.hand.last_hunk;
        // Some hunks end, some are just left.
        if let Some(open) = &self.hand.open
            && self.rng.bool()
        {
            self.hand.first.push(ModelOp::Close { hunk: open.hunk });
        }
        if plan.creates && self.rng.u8(0..4) == 0 {
            let file = format!("g{hunk}");
            self.hand.first.push(ModelOp::Create { hunk, file: file.clone(), path: format!("new{hunk}.py") });
            self.hand.open = Some(Open { hunk, file, old: Vec::new(), at: 0, before: Vec::new() });
        } else {
            let text: Vec<char> = self.text(FILE).chars().collect();
            let start = self.rng.usize(0..=text.len());
            let end = self.rng.usize(start..=text.len().min(start + 12));
            let place = ModelOp::Place {
                hunk,
                file: FILE.to_owned(),
                revision: self.document.revision(FILE).unwrap(),
                start: units(&text[..start]),
                len: units(&text[start..end]),
            };
            let old = text[start..end].to_vec();
            self.hand.first.push(place);
            self.hand.open = Some(Open { hunk, file: FILE.to_owned(), old, at: 0, before: Vec::new() });
        }
        self.model_step();
    }

    pub fn model_step(&mut self) {
        let Some(mut open) = self.hand.open.take() else {
            return;
        };
        self.hand.last_step += 1;
        let step = self.hand.last_step;
        open.before.push((step, open.at));
        let mut ops = std::mem::take(&mut self.hand.first);
        let mut whole = String::new();
        for _ in 0..self.rng.usize(1..4) {
            match self.rng.u8(0..10) {
                0..=4 => {
                    whole = self.fresh(1..4, Owner::Model(step));
                    ops.push(ModelOp::Insert { hunk: open.hunk, text: whole.clone() });
                }
                kind => {
                    let end = (open.at + self.rng.usize(1..4)).min(open.old.len());
                    let len = units(&open.old[open.at..end]);
                    open.at = end;
                    ops.push(match kind {
                        5..=8 => ModelOp::Delete { hunk: open.hunk, len },
                        _ => ModelOp::Keep { hunk: open.hunk, len },
                    });
                }
            }
        }
        let before = self.text(&open.file);
        let applied = self.document.apply(step, &ops);
        let after = self.text(&open.file);
        for gone in before.chars().filter(|one| !after.contains(*one)) {
            self.model_deleted.entry(gone).or_default().push(step);
        }
        let stopped = applied.events.contains(&HunkEvent::Gone { hunk: open.hunk });
        assert!(stopped || after.contains(&whole), "what was inserted stands together");
        if stopped {
            // What it did not insert was never there.
            self.owner.retain(|one, owner| *owner != Owner::Model(step) || after.contains(*one));
        }
        self.hand.steps.push((step, open.hunk));
        if !stopped {
            self.hand.open = Some(open);
        }
        self.tell_all(applied.message);
    }

    /// Everything from some step on is taken back; the hunk goes on from there, if it was open by then.
    pub fn cut(&mut self) {
        let from = self.rng.u64(self.hand.last_step.saturating_sub(8)..=self.hand.last_step + 1);
        self.take_back(|step, _| step >= from);
    }

    /// One hunk, or all, taken back.
    pub fn revert(&mut self) {
        let hunk = self.rng.u64(1..=self.hand.last_hunk);
        let all = self.rng.u8(0..4) == 0;
        self.take_back(|_, other| all || other == hunk);
    }

    fn take_back(&mut self, discard: impl Fn(u64, HunkKey) -> bool) {
        let rolled = self.document.rollback(&discard);
        let discarded = |step: &(u64, HunkKey)| discard(step.0, step.1);
        self.undone.extend(self.hand.steps.iter().filter(|step| discarded(step)).map(|(step, _)| *step));
        if let Some(open) = &mut self.hand.open {
            while let Some((_, at)) = open.before.pop_if(|(step, _)| discard(*step, open.hunk)) {
                open.at = at;
            }
            if open.before.is_empty() {
                self.hand.open = None;
            }
        }
        self.tell_all(rolled.message);
        assert_eq!(self.document.rollback(&discard).message, None, "a second time does nothing");
    }
}
