//! The model's hand in a run: hunks, steps, cuts and reverts, through the document's public interface.

use std::collections::BTreeMap;

use document::{HunkEvent, HunkKey, ModelOp};

use crate::Plan;
use crate::world::{Owner, World, units};

/// What the run knows of the model.
#[derive(Default)]
pub struct ModelHand {
    /// The step and the hunk of everything that was applied.
    pub steps: Vec<(u64, HunkKey)>,
    /// The steps that took a file away.
    pub removals: Vec<u64>,
    /// The steps that gave a file another path, by file: what it was, and what it became.
    pub renames: BTreeMap<String, Vec<(u64, String, String)>>,
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
    /// The whole file goes.
    removes: bool,
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
        let target = self.target(plan);
        if (plan.creates && self.rng.u8(0..4) == 0) || target.is_none() {
            let file = format!("g{hunk}");
            self.hand.first.push(ModelOp::Create { hunk, file: file.clone(), path: format!("new{hunk}.py") });
            self.hand.open = Some(Open { hunk, file, old: Vec::new(), at: 0, before: Vec::new(), removes: false });
        } else if let Some(file) = target {
            let removes = plan.files && self.rng.u8(0..4) == 0;
            let text: Vec<char> = self.text(&file).chars().collect();
            let longest = if plan.large { 400 } else { 12 };
            let (mut start, mut end) = (0, text.len());
            if !removes {
                start = self.rng.usize(0..=text.len());
                end = self.rng.usize(start..=text.len().min(start + longest));
            }
            let place = ModelOp::Place {
                hunk,
                file: file.clone(),
                revision: self.document.revision(&file).unwrap(),
                start: units(&text[..start]),
                len: units(&text[start..end]),
            };
            let old = text[start..end].to_vec();
            self.hand.first.push(place);
            if plan.files && self.rng.u8(0..4) == 0 {
                self.hand.first.push(ModelOp::Rename { hunk, path: format!("moved{hunk}.py") });
            }
            self.hand.open = Some(Open { hunk, file, old, at: 0, before: Vec::new(), removes });
        }
        self.model_step();
    }

    /// The file that a hunk is for, if there is any.
    fn target(&mut self, plan: Plan) -> Option<String> {
        let files = self.document.files();
        if plan.files && !files.is_empty() {
            return Some(files[self.rng.usize(0..files.len())].id.clone());
        }
        files.into_iter().map(|file| file.id).next()
    }

    /// The hunk that was open is not any more.
    pub fn let_go(&mut self) {
        self.hand.open = None;
        self.hand.first.clear();
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
        if open.removes {
            let longest = open.old.len() - open.at;
            let end = open.at + self.rng.usize(0..=longest);
            let len = units(&open.old[open.at..end]);
            open.at = end;
            ops.push(ModelOp::Delete { hunk: open.hunk, len });
            if open.at == open.old.len() {
                ops.push(ModelOp::Remove { hunk: open.hunk });
            }
        }
        for _ in 0..if open.removes { 0 } else { self.rng.usize(1..4) } {
            match self.rng.u8(0..10) {
                0..=4 => {
                    whole = self.fresh(1..4, Owner::Model(step), &open.file);
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
        let path = self.path(&open.file);
        let applied = self.document.apply(step, &ops);
        let after = self.text(&open.file);
        let renamed = ops.iter().find_map(|op| match op {
            ModelOp::Rename { path, .. } => Some(path.clone()),
            _ => None,
        });
        self.note_files(step, &open.file, path, renamed);
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

    /// Notes what a step did to its file as such. A file that goes takes along all that ever stood in it.
    fn note_files(&mut self, step: u64, file: &str, before: Option<String>, renamed: Option<String>) {
        let after = self.path(file);
        let Some(before) = before else { return };
        let renamed = if after.is_some() { after.clone() } else { renamed };
        if let Some(renamed) = renamed.filter(|renamed| *renamed != before) {
            self.hand.renames.entry(file.to_owned()).or_default().push((step, before, renamed));
        }
        if after.is_none() {
            self.removed_once.insert(file.to_owned());
            for (one, home) in &self.home {
                let steps = self.model_deleted.entry(*one).or_default();
                let away = |step: &u64| self.hand.removals.contains(step) && !self.undone.contains(step);
                if home == file && self.known.contains(one) && !steps.iter().any(away) {
                    steps.push(step);
                }
            }
            self.hand.removals.push(step);
        }
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
        let before: Vec<_> = self.document.files().into_iter().map(|file| file.id).collect();
        let rolled = self.document.rollback(&discard);
        self.removed_once.extend(before.into_iter().filter(|file| self.document.revision(file).is_none()));
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
