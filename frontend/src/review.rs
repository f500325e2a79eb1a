//! Going through changes: which one comes next, how much of a reason is shown, and how a turn's changes are summed up.
//!
//! Pure. Knows nothing of signals and of the editor.

use std::borrow::Cow;

use protocol::view::{Changes, HunkStatus, HunkView};

/// The most characters of a reason in view: two lines of a card. The rest is in its title, and there once the card is
/// open.
pub const WHY_SHOWN: usize = 90;
/// From this ratio on to the smallest diff a turn says so: below it, the difference is a line or two of a large turn.
const RATIO_SHOWN: f64 = 1.05;

/// A reason as it is shown on a closed card: one line, and cut behind a word where it is too long.
pub fn short_why(why: &str) -> Cow<'_, str> {
    cut(why, WHY_SHOWN)
}

/// The first characters of a text, cut behind a word if there is one.
pub fn cut(text: &str, most: usize) -> Cow<'_, str> {
    let Some((end, _)) = text.char_indices().nth(most) else {
        return Cow::Borrowed(text);
    };
    let kept = text.get(..end).unwrap_or_default();
    let word = kept.rfind(char::is_whitespace).filter(|at| *at > end / 2);
    let kept = word.and_then(|at| kept.get(..at)).unwrap_or(kept);
    Cow::Owned(format!("{}…", kept.trim_end_matches([' ', ',', ';', ':', '.'])))
}

/// The next one that fits, `by` after the current one, round and round. Without a current one, the first or the last.
pub fn step<T: Clone + PartialEq>(all: &[T], current: Option<&T>, by: isize, fits: impl Fn(&T) -> bool) -> Option<T> {
    let count = isize::try_from(all.len()).ok()?;
    let at = current.and_then(|current| all.iter().position(|one| one == current));
    let before = at.and_then(|at| isize::try_from(at).ok()).unwrap_or(if by < 0 { count } else { -1 });
    (1..=count)
        .filter_map(|nth| all.get(usize::try_from((before + nth * by.signum()).rem_euclid(count)).ok()?))
        .find(|one| fits(one))
        .cloned()
}

/// Whether one can go to a hunk: it has a place in a file, and is something there or waits to be.
pub fn can_be_visited(hunk: &HunkView) -> bool {
    hunk.file_id.is_some() && (hunk.status.is_in_the_document() || hunk.status == HunkStatus::Held)
}

/// Whether a person can still say that it stays.
pub fn can_be_kept(hunk: &HunkView) -> bool {
    matches!(hunk.status, HunkStatus::Applied | HunkStatus::Partial)
}

/// Whether it can be taken back.
pub fn can_be_reverted(hunk: &HunkView) -> bool {
    hunk.status.is_in_the_document()
}

/// `1 change`, `5 changes`.
pub fn count(changes: usize) -> String {
    if changes == 1 { "1 change".to_owned() } else { format!("{changes} changes") }
}

/// How many times the smallest diff a turn changed, where that is worth a word.
pub fn ratio(changes: &Changes) -> Option<f64> {
    let smallest = f64::from(changes.smallest);
    let ratio = f64::from(changes.added + changes.removed) / smallest;
    (smallest > 0.0 && ratio > RATIO_SHOWN).then_some(ratio)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_why_is_cut_behind_a_word_and_a_short_one_is_not() {
        assert_eq!(short_why("avoid float money"), "avoid float money");
        let long = "word, ".repeat(40);
        let cut = short_why(&long);
        assert!(cut.chars().count() <= WHY_SHOWN + 1 && cut.ends_with("word…"), "{cut}");
        let solid = "é".repeat(WHY_SHOWN + 1);
        assert_eq!(short_why(&solid).chars().count(), WHY_SHOWN + 1);
        assert_eq!(short_why(&"x".repeat(WHY_SHOWN)).len(), WHY_SHOWN);
    }

    #[test]
    fn steps_go_round() {
        let all = ["a", "b", "c"];
        let step = |current: Option<&'static str>, by| step(&all, current.as_ref(), by, |_| true);
        assert_eq!(step(None, 1), Some("a"));
        assert_eq!(step(None, -1), Some("c"));
        assert_eq!(step(Some("a"), 1), Some("b"));
        assert_eq!(step(Some("c"), 1), Some("a"));
        assert_eq!(step(Some("a"), -1), Some("c"));
        assert_eq!(step(Some("gone"), 1), Some("a"));
    }

    #[test]
    fn a_step_passes_what_cannot_be_visited() {
        let all = [1, 2, 3, 4];
        let even = |n: &i32| n % 2 == 0;
        assert_eq!(step(&all, Some(&3), 1, even), Some(4));
        assert_eq!(step(&all, Some(&4), 1, even), Some(2));
        assert_eq!(step(&all, Some(&2), -1, even), Some(4));
        assert_eq!(step(&all, None, 1, |n| *n > 9), None);
        assert_eq!(step::<i32>(&[], None, 1, |_| true), None);
    }

    #[test]
    fn only_a_ratio_that_tells_something_is_told() {
        let changes = |added, removed, smallest| Changes { added, removed, smallest };
        assert_eq!(ratio(&changes(3, 3, 5)), Some(1.2));
        assert_eq!(ratio(&changes(3, 3, 6)), None);
        assert_eq!(ratio(&changes(52, 52, 100)), None);
        assert_eq!(ratio(&changes(1, 0, 0)), None);
    }
}
