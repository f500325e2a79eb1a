//! Scope, budget and holds in words. Pure.

use protocol::FileId;
use protocol::scope::{HoldReason, Scope, Within};

use super::format;
use crate::store::FileRow;

/// Why a hunk is held, in the fewest words.
pub fn hold_title(reason: HoldReason, scope: &Scope) -> String {
    match (reason, scope.budget) {
        (HoldReason::Locked, _) => "Locked".to_owned(),
        (HoldReason::OutOfScope, _) => "Outside the scope".to_owned(),
        (HoldReason::OverBudget, Some(budget)) => format!("Over the budget of {}", lines(budget)),
        (HoldReason::OverBudget, None) => "Over the budget".to_owned(),
    }
}

/// Where the model may change something, in a few words.
pub fn within(within: &Within, files: &[FileRow]) -> String {
    match within {
        Within::Session => "whole session".to_owned(),
        Within::Files(chosen) => match chosen.as_slice() {
            [] => "no file".to_owned(),
            [one] => name(one, files),
            many => format!("{} files", many.len()),
        },
        Within::Selection(regions) => match regions.as_slice() {
            [one] => format!("lines of {}", name(&one.file, files)),
            [] => "no lines".to_owned(),
            many => format!("{} selections", many.len()),
        },
    }
}

/// The name of a file without its folder.
fn name(file: &FileId, files: &[FileRow]) -> String {
    let row = files.iter().find(|row| row.id == *file);
    row.map_or_else(|| "a file that is gone".to_owned(), |row| format::split_path(&row.display).1)
}

/// The most that may change.
pub fn budget(budget: Option<u32>) -> String {
    budget.map_or_else(|| "no limit".to_owned(), |most| format!("{} at most", lines(most)))
}

/// All of a scope in one line, for the turn that ran with it; nothing for the usual one.
pub fn scope(scope: &Scope, files: &[FileRow]) -> Option<String> {
    let mut parts = Vec::new();
    if scope.within != Within::Session {
        parts.push(within(&scope.within, files));
    }
    if scope.budget.is_some() {
        parts.push(budget(scope.budget));
    }
    if scope.stop_when_held {
        parts.push("stops when something is held".to_owned());
    }
    (!parts.is_empty()).then(|| parts.join(" · "))
}

/// `1 line`, `10 lines`.
pub fn lines(count: u32) -> String {
    if count == 1 { "1 line".to_owned() } else { format!("{count} lines") }
}

#[cfg(test)]
mod tests {
    use protocol::scope::Region;

    use super::*;

    fn files() -> Vec<FileRow> {
        let row = |id: &str, path: &str| FileRow { id: id.into(), path: path.into(), display: path.into(), kept: None };
        vec![row("f1", "src/calc.py"), row("f2", "README.md")]
    }

    fn said(within: Within, budget: Option<u32>, stop_when_held: bool) -> Option<String> {
        scope(&Scope { within, budget, stop_when_held }, &files())
    }

    #[test]
    fn the_usual_scope_is_not_worth_a_word() {
        assert_eq!(said(Within::Session, None, false), None);
    }

    #[test]
    fn a_scope_says_where_and_how_much() {
        let lines = |file: &str| Region { file: file.into(), range: None };
        let said = |within, budget, stop| said(within, budget, stop).unwrap();
        assert_eq!(said(Within::Files(vec!["f1".into()]), Some(1), false), "calc.py · 1 line at most");
        assert_eq!(said(Within::Files(vec!["f1".into(), "f2".into()]), None, false), "2 files");
        assert_eq!(
            said(Within::Selection(vec![lines("f2")]), Some(25), false),
            "lines of README.md · 25 lines at most"
        );
        assert_eq!(
            said(Within::Selection(vec![lines("f9")]), None, true),
            "lines of a file that is gone · stops when something is held"
        );
        assert_eq!(said(Within::Session, Some(10), false), "10 lines at most");
    }

    #[test]
    fn a_hold_says_why() {
        let scope = Scope { budget: Some(10), ..Scope::default() };
        assert_eq!(hold_title(HoldReason::OverBudget, &scope), "Over the budget of 10 lines");
        assert_eq!(hold_title(HoldReason::Locked, &scope), "Locked");
        assert_eq!(hold_title(HoldReason::OutOfScope, &scope), "Outside the scope");
    }
}
