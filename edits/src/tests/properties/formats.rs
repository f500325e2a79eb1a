//! Properties of every format: random documents and edits, in streams that are chunked and cut anywhere, against a
//! plain replacement in strings.

mod scenario;

use proptest::prelude::*;

use super::{config, cuts, pieces};
use crate::action::{Action, Format, Malformed};
use crate::testing::{Folder, Hunk, Outcome};
use scenario::{FILE, Scenario, scenario};

/// A run, whole or cut off.
fn run<'a>(scenario: &Scenario, pieces: impl IntoIterator<Item = &'a str>, cut: bool) -> Folder {
    let mut folder = Folder::new([(FILE, scenario.text.as_str())], None);
    for piece in pieces {
        folder.push(piece).unwrap();
    }
    if cut {
        folder.cut().unwrap()
    } else {
        folder.finish().unwrap()
    }
    folder
}

fn joined(actions: &[Action]) -> Vec<Action> {
    super::stream::joined(actions.to_vec())
}

/// The operations of one hunk.
fn ops(actions: &[Action], index: usize) -> Vec<Action> {
    let of_hunk = |action: &&Action| match action {
        Action::Keep { hunk, .. } | Action::Delete { hunk, .. } | Action::Insert { hunk, .. } => {
            *hunk as usize == index
        }
        _ => false,
    };
    joined(&actions.iter().filter(of_hunk).cloned().collect::<Vec<_>>())
}

fn is_cut(hunk: &Hunk) -> bool {
    matches!(hunk.outcome, Outcome::Failed(Malformed::Unterminated))
}

fn an_uninterrupted_run_equals_the_plain_replacement(scenario: &Scenario) -> Result<(), TestCaseError> {
    let folder = run(scenario, [scenario.stream.as_str()], false);
    prop_assert_eq!(&folder.files, scenario.files_after(usize::MAX), "{}\n{:?}", scenario.stream, folder.hunks);
    prop_assert_eq!(folder.hunks.len(), scenario.hunks(), "{}", scenario.stream);
    Ok(())
}

fn chunking_never_matters(scenario: &Scenario, cuts: &[prop::sample::Index]) -> Result<(), TestCaseError> {
    let whole = run(scenario, [scenario.stream.as_str()], false);
    let split = run(scenario, pieces(&scenario.stream, cuts), false);
    prop_assert_eq!(&split.hunks, &whole.hunks);
    prop_assert_eq!(&split.files, &whole.files);
    prop_assert_eq!(joined(&split.actions), joined(&whole.actions));
    Ok(())
}

/// The text after a cut is that of all closed hunks, with the open hunk's front and the rest of its old text.
fn a_cut_leaves_closed_hunks_and_the_front_of_the_open_one(
    scenario: &Scenario,
    at: prop::sample::Index,
) -> Result<(), TestCaseError> {
    let bounds: Vec<usize> = scenario.stream.char_indices().map(|(at, _)| at).chain([scenario.stream.len()]).collect();
    let stream = &scenario.stream[..bounds[at.index(bounds.len())]];
    let folder = run(scenario, [stream], true);
    let open = folder.hunks.iter().position(is_cut);
    prop_assert!(open.is_none_or(|open| open + 1 == folder.hunks.len()), "{:?}", folder.hunks);
    let closed = open.unwrap_or(folder.hunks.len());
    let before = scenario.files_after(closed);
    let done = open.map_or_else(Vec::new, |open| ops(&folder.actions, open));
    if done.is_empty() {
        // An open hunk may have made its file.
        let made = |path: &String, text: &String| text.is_empty() && !before.contains_key(path);
        let files = folder.files.iter().filter(|(path, text)| !made(path, text));
        prop_assert!(files.eq(before.iter()), "{:?} is not {:?}\n{}", folder.files, before, stream);
        return Ok(());
    }
    let whole = run(scenario, [scenario.stream.as_str()], false);
    prop_assert!(super::stream::is_front(&done, &ops(&whole.actions, closed)), "{:?}", done);
    let path = &folder.hunks[closed].path;
    let old = scenario.place(closed);
    let (text, now) = (before.get(path).cloned().unwrap_or_default(), &folder.files[path]);
    let passed: usize = done
        .iter()
        .map(|op| if let Action::Keep { len, .. } | Action::Delete { len, .. } = op { *len as usize } else { 0 })
        .sum();
    let rest: String = String::from_utf16(&text[old.start..].encode_utf16().skip(passed).collect::<Vec<_>>()).unwrap();
    prop_assert!(now.starts_with(&text[..old.start]) && now.ends_with(&rest), "{now:?} keeps not {rest:?}");
    Ok(())
}

macro_rules! properties_of {
    ($($module:ident: $format:expr),*) => { $(
        mod $module {
            use super::*;

            proptest! {
                #![proptest_config(config())]

                #[test]
                fn uninterrupted(scenario in scenario($format)) {
                    an_uninterrupted_run_equals_the_plain_replacement(&scenario)?;
                }

                #[test]
                fn chunked(scenario in scenario($format), cuts in cuts()) {
                    chunking_never_matters(&scenario, &cuts)?;
                }

                #[test]
                fn cut(scenario in scenario($format), at in any::<prop::sample::Index>()) {
                    a_cut_leaves_closed_hunks_and_the_front_of_the_open_one(&scenario, at)?;
                }
            }
        }
    )* };
}

properties_of! {
    edit: Some(Format::Edit),
    search_replace: Some(Format::SearchReplace),
    patch: Some(Format::Patch),
    whole_file: Some(Format::WholeFile),
    mixed: None
}
