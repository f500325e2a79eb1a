//! What a session's running segment costs: estimated as it streams, set right when the upstream says.
//!
//! A segment that was cut keeps its estimate: no upstream tells what it cost.

use std::sync::Arc;

use models::{SegmentRequest, Usage};
use protocol::SessionId;

use crate::budget::Budgets;

/// Bytes that count as a token, as in all estimates of ours.
const BYTES_A_TOKEN: usize = 4;

/// A session's end of the budgets.
pub struct Spending {
    budgets: Arc<Budgets>,
    session: SessionId,
    /// Whether the running segment's model costs anything.
    counts: bool,
    /// Tokens of the running segment that were counted.
    counted: u64,
    /// Bytes that are no whole token yet.
    rest: usize,
}

impl Spending {
    /// Nothing runs yet.
    pub fn new(budgets: Arc<Budgets>, session: SessionId) -> Spending {
        Spending { budgets, session, counts: false, counted: 0, rest: 0 }
    }

    /// A segment begins.
    pub fn begin(&mut self, counts: bool) {
        (self.counts, self.counted, self.rest) = (counts, 0, 0);
    }

    /// It is sent this.
    pub fn asked(&mut self, request: &SegmentRequest) {
        self.bytes(request.instructions.len() + request.messages.iter().map(|m| m.text.len()).sum::<usize>());
    }

    /// It brought so much output.
    pub fn bytes(&mut self, bytes: usize) {
        if !self.counts {
            return;
        }
        let all = self.rest + bytes;
        self.rest = all % BYTES_A_TOKEN;
        self.count(u64::try_from(all / BYTES_A_TOKEN).unwrap_or(u64::MAX));
    }

    /// It ended, and cost this, if the upstream said.
    pub fn end(&mut self, usage: Option<Usage>) {
        if let Some(usage) = usage.filter(|_| self.counts) {
            // What was counted too much stays counted: it is little, and a budget does not run backwards.
            self.count((usage.input + usage.output).saturating_sub(self.counted));
        }
        self.begin(false);
    }

    /// What was run into, in words; nothing while it may go on.
    pub fn exhausted(&self) -> Option<&'static str> {
        self.budgets.exhausted(&self.session)
    }

    /// The same of the running segment alone: one whose model costs nothing goes on.
    pub fn must_stop(&self) -> Option<&'static str> {
        if self.counts { self.exhausted() } else { None }
    }

    fn count(&mut self, tokens: u64) {
        self.counted += tokens;
        self.budgets.spend(&self.session, tokens);
    }
}
