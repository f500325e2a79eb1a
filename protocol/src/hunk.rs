//! What becomes known of a hunk after it opened.

use serde::{Deserialize, Serialize};

use crate::view::{HunkKind, HunkView};

/// What a hunk turned out to do to its file, which often is known only after it opened: that an edit makes its file, or
/// where a move leads.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct HunkOutcome {
    /// As [`HunkView::kind`], where that is no edit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<HunkKind>,
    /// As [`HunkView::moved_to`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub moved_to: Option<String>,
}

impl HunkView {
    /// What is known of that by now.
    pub fn outcome(&self) -> HunkOutcome {
        HunkOutcome { kind: (!self.kind.is_edit()).then_some(self.kind), moved_to: self.moved_to.clone() }
    }

    /// Takes it in; what it does not say stays as it was.
    pub fn learn(&mut self, outcome: HunkOutcome) {
        self.kind = outcome.kind.unwrap_or(self.kind);
        self.moved_to = outcome.moved_to.or(self.moved_to.take());
    }
}
