//! What came of runs: reported by whoever ran the code, kept for those who come later.

use protocol::limits::{RUN_ERRORS_MAX, RUN_MESSAGE_MAX, RUN_OUTPUT_MAX, RUNS_KEPT};
use protocol::run::{RunReport, RunView};
use protocol::{ErrorCode, ServerFrame};

use super::{Asker, State};

impl State {
    /// `run/report`.
    pub(super) fn report_run(&mut self, asker: &Asker, report: RunReport) {
        if !is_bounded(&report) {
            return self.refuse(asker.peer, None, ErrorCode::Limit, "That run says too much to be shown.");
        }
        let run = RunView { by: asker.id.clone(), report };
        if self.runs.len() >= RUNS_KEPT {
            self.runs.pop_front();
        }
        self.runs.push_back(run.clone());
        self.unwritten.runs = true;
        let seq = self.advance();
        self.log(seq, ServerFrame::RunReported { seq, run });
    }
}

fn is_bounded(report: &RunReport) -> bool {
    let short = |text: &String| text.len() <= RUN_MESSAGE_MAX;
    short(&report.entry)
        && report.ms.is_finite()
        && report.output.len() <= RUN_OUTPUT_MAX
        && report.errors.len() <= RUN_ERRORS_MAX
        && report.errors.iter().all(|error| {
            short(&error.message) && error.path.as_ref().is_none_or(short) && error.test.as_ref().is_none_or(short)
        })
}
