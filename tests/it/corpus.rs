//! The corpus: what models really write, each case a folder of `tests/corpus`; its README says how to add one.
//!
//! Every case runs through `midstream::apply` in several chunkings, and a case fails on a byte that differs. Knows no
//! case by name.

mod case;
mod diff;

use std::fmt::Write;

use case::{Case, Chunking};
use midstream::apply::Kind;

/// The fewest cases that are a corpus: fewer means that folders were not found.
const CASES_MIN: usize = 60;
/// At how many places each output is cut, at most: outputs of some hundred characters, at every one.
const CUTS_MAX: usize = 300;
/// Runs the cases alone whose name contains this.
const FILTER: &str = "MIDSTREAM_CORPUS";

#[test]
fn every_model_output_gives_its_files_and_outcomes() {
    let all = Case::all().unwrap();
    assert!(all.len() >= CASES_MIN, "only {} cases in {}", all.len(), case::root().display());
    let filter = std::env::var(FILTER).unwrap_or_default();
    let wanted: Vec<&Case> = all.iter().filter(|case| case.name.contains(&filter)).collect();
    assert!(!wanted.is_empty(), "no case is named {filter}");
    let mut failures = String::new();
    for case in &wanted {
        let wrong = match (check(case), &case.awaits) {
            (Some(_), Some(awaits)) => {
                println!("{} still awaits: {awaits}", case.name);
                continue;
            }
            (None, Some(_)) => "It is as it should be now: take `awaits` out of its report.json.\n".to_owned(),
            (Some(wrong), None) => wrong,
            (None, None) => continue,
        };
        let _ = write!(failures, "\n=== {}: {}\n{wrong}", case.name, case.about.trim());
    }
    assert!(failures.is_empty(), "{failures}\nOne alone: {FILTER}=name cargo test -p tests --test it corpus\n");
}

/// What is wrong with a case, in words, on the first chunking that shows it.
fn check(case: &Case) -> Option<String> {
    let whole = case.run(Chunking::Whole).unwrap();
    let mut wrong = diff::files(&case.after, &whole.files);
    wrong.push_str(&diff::report(&case.hunks, &whole.report));
    if !wrong.is_empty() {
        return Some(wrong);
    }
    for chunking in [Chunking::Characters, Chunking::SevenBytes] {
        let run = case.run(chunking).unwrap();
        if run.files != whole.files || run.report != whole.report {
            let mut wrong = format!("{chunking:?} gives another result than the whole output at once:\n");
            wrong.push_str(&diff::files(&whole.files, &run.files));
            wrong.push_str(&diff::report(&whole.report["hunks"], &run.report));
            return Some(wrong);
        }
    }
    None
}

#[test]
fn a_dry_run_says_the_same_and_writes_nothing() {
    for case in Case::all().unwrap() {
        let (wet, dry) = (case.run(Chunking::Whole).unwrap(), case.dry_run().unwrap());
        assert_eq!(dry.files, case.before, "{}", case.name);
        assert_eq!(wet.report["hunks"], dry.report["hunks"], "{}", case.name);
        assert_eq!(wet.report["files"], dry.report["files"], "{}", case.name);
    }
}

#[test]
fn an_output_cut_anywhere_keeps_the_hunks_before_the_cut() {
    for case in Case::all().unwrap() {
        let whole = case.cut_at(case.output.len()).unwrap();
        let step = case.output.len().div_ceil(CUTS_MAX).max(1);
        for end in (0..case.output.len()).step_by(step).filter(|end| case.output.is_char_boundary(*end)) {
            let hunks = case.cut_at(end).unwrap();
            // Only the last one may have been cut; with a move behind it, when its file moves.
            let closed = hunks.iter().rposition(|hunk| hunk.kind != Kind::Move).unwrap_or(0);
            assert!(whole.len() >= closed, "{} cut at {end}: {hunks:#?}", case.name);
            assert_eq!(hunks[..closed], whole[..closed], "{} cut at {end}", case.name);
        }
    }
}
