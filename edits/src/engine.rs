//! Turns the parsed stream into actions, one hunk at a time.
//!
//! Owns the order of things: what waits while a hunk is located, and which layer new text goes
//! through. Knows nothing of files, and does not locate: its caller does, with [`locate`](crate::locate()).

use std::collections::VecDeque;

use crate::action::{Action, Counts, Format, HunkIndex, Malformed, Resolution, Wanted};
use crate::apply::Applying;
use crate::diff::{DiffOp, utf16_len};
use crate::parser::{Parser, Token};

/// The streaming edit engine.
#[derive(Debug, Default)]
pub struct Engine {
    parser: Parser,
    /// What has been parsed and not acted upon: fills while a hunk is being located.
    queue: VecDeque<Token>,
    stage: Stage,
    /// The number of the next hunk.
    next: HunkIndex,
    /// The stream has ended, maybe while a hunk was being located.
    finished: bool,
}

/// What the current hunk is at.
#[derive(Debug, Default)]
enum Stage {
    /// Outside every block.
    #[default]
    Outside,
    /// Its old text is coming.
    Opened { hunk: HunkIndex, path: String },
    /// Waits for `resolve`.
    Locating { hunk: HunkIndex, wanted: Wanted },
    /// New text goes into the file.
    Applying { hunk: HunkIndex, applying: Box<Applying> },
    /// The new text is complete.
    Applied { hunk: HunkIndex, counts: Counts },
    /// Not applied: everything up to the block's end is swallowed.
    Skipping,
}

impl Engine {
    /// An engine at the start of a stream that reads every syntax.
    pub fn new() -> Self {
        Self::default()
    }

    /// An engine that reads one syntax alone, and takes the others for commentary; `None`: all.
    pub fn with_format(format: Option<Format>) -> Self {
        Self { parser: Parser::with_format(format), ..Self::default() }
    }

    /// Takes the next piece of the model's output. While the engine is [waiting](Self::waiting) it
    /// only buffers.
    pub fn push(&mut self, text: &str) -> Vec<Action> {
        self.queue.extend(self.parser.push(text));
        self.run()
    }

    /// Says what became of the last [`Action::Locate`]; what was pushed meanwhile is processed.
    /// Does nothing when the engine is not waiting.
    pub fn resolve(&mut self, resolution: Resolution) -> Vec<Action> {
        let Stage::Locating { hunk, wanted } = std::mem::take(&mut self.stage) else {
            return Vec::new();
        };
        let mut actions = Vec::new();
        self.stage = match (resolution, wanted) {
            (Resolution::Placed(place), Wanted::Delete) => {
                let len = utf16_len(&place.old);
                actions.extend((len > 0).then_some(Action::Delete { hunk, len }));
                actions.push(Action::Remove { hunk });
                let removed = u32::try_from(place.old.lines().count()).unwrap_or(u32::MAX);
                Stage::Applied { hunk, counts: Counts { added: 0, removed } }
            }
            (Resolution::Placed(_), Wanted::Move { to }) => {
                actions.push(Action::Rename { hunk, to });
                Stage::Applied { hunk, counts: Counts::default() }
            }
            (Resolution::Placed(place), wanted) => {
                Stage::Applying { hunk, applying: Box::new(Applying::new(&wanted, place)) }
            }
            (Resolution::Skip, _) => Stage::Skipping,
        };
        actions.extend(self.run());
        actions
    }

    /// Whether an [`Action::Locate`] waits for [`resolve`](Self::resolve).
    pub fn waiting(&self) -> bool {
        matches!(self.stage, Stage::Locating { .. })
    }

    /// The model's output has ended by itself: an open block fails, and what it had applied stays. When
    /// the engine is waiting, the rest comes from `resolve`.
    pub fn finish(&mut self) -> Vec<Action> {
        if !std::mem::replace(&mut self.finished, true) {
            self.queue.extend(self.parser.finish());
        }
        self.run()
    }

    /// The model's output was cut off. As [`finish`](Self::finish), but a syntax that is lenient about its end
    /// (V4A) is not: of a chunk that may have been longer nothing is applied.
    pub fn cut(&mut self) -> Vec<Action> {
        if !std::mem::replace(&mut self.finished, true) {
            self.queue.extend(self.parser.cut());
        }
        self.run()
    }

    /// Lines added and removed so far by the hunk that is being applied.
    pub fn open_counts(&self) -> Option<(HunkIndex, Counts)> {
        match &self.stage {
            Stage::Applying { hunk, applying } => Some((*hunk, applying.counts())),
            Stage::Applied { hunk, counts } => Some((*hunk, *counts)),
            Stage::Outside | Stage::Opened { .. } | Stage::Locating { .. } | Stage::Skipping => None,
        }
    }

    fn run(&mut self) -> Vec<Action> {
        let mut actions = Vec::new();
        while !self.waiting() {
            let Some(token) = self.queue.pop_front() else {
                break;
            };
            self.act(token, &mut actions);
        }
        actions
    }

    fn act(&mut self, token: Token, actions: &mut Vec<Action>) {
        self.stage = match (std::mem::take(&mut self.stage), token) {
            (_, Token::Open { offset, path, why, format, kind }) => {
                let hunk = self.next;
                self.next = self.next.saturating_add(1);
                let path = path.unwrap_or_default();
                actions.push(Action::Open { hunk, offset, path: path.clone(), why, format, kind });
                Stage::Opened { hunk, path }
            }
            (Stage::Opened { hunk, path }, Token::Wanted(wanted)) => {
                actions.push(Action::Locate { hunk, path, wanted: wanted.clone() });
                Stage::Locating { hunk, wanted }
            }
            (Stage::Applying { hunk, mut applying }, Token::New(text)) => {
                let mut ops = Vec::new();
                let outcome = applying.push(&text, &mut ops);
                emit(hunk, ops, actions);
                match outcome {
                    Ok(()) => Stage::Applying { hunk, applying },
                    Err(reason) => fail(hunk, reason, actions),
                }
            }
            (Stage::Applying { hunk, mut applying }, Token::Same { line, text }) => {
                let mut ops = Vec::new();
                applying.same(line, &text, &mut ops);
                emit(hunk, ops, actions);
                Stage::Applying { hunk, applying }
            }
            (Stage::Applying { hunk, mut applying }, Token::NewEnd) => {
                let mut ops = Vec::new();
                let outcome = applying.finish(&mut ops);
                emit(hunk, ops, actions);
                match outcome {
                    Ok(()) => Stage::Applied { hunk, counts: applying.counts() },
                    Err(reason) => fail(hunk, reason, actions),
                }
            }
            (Stage::Applied { hunk, counts }, Token::Close) => {
                actions.push(Action::Close { hunk, counts });
                Stage::Outside
            }
            (
                Stage::Opened { hunk, .. }
                | Stage::Locating { hunk, .. }
                | Stage::Applying { hunk, .. }
                | Stage::Applied { hunk, .. },
                Token::Fail(reason),
            ) => {
                actions.push(Action::Fail { hunk, reason });
                Stage::Outside
            }
            (_, Token::Close | Token::Fail(_)) => Stage::Outside,
            (stage, Token::Commentary(_) | Token::Wanted(_) | Token::New(_) | Token::Same { .. } | Token::NewEnd) => {
                stage
            }
        };
    }
}

/// The hunk fails in the middle of its new text: the rest of the block is swallowed.
fn fail(hunk: HunkIndex, reason: Malformed, actions: &mut Vec<Action>) -> Stage {
    actions.push(Action::Fail { hunk, reason });
    Stage::Skipping
}

fn emit(hunk: HunkIndex, ops: Vec<DiffOp>, actions: &mut Vec<Action>) {
    actions.extend(ops.into_iter().map(|op| match op {
        DiffOp::Keep(len) => Action::Keep { hunk, len },
        DiffOp::Delete(len) => Action::Delete { hunk, len },
        DiffOp::Insert(text) => Action::Insert { hunk, text },
    }));
}
