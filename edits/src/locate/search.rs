//! Finds a run of lines in lines, in time linear in both: Knuth, Morris and Pratt's search.
//!
//! Knows nothing of how lines are made comparable.

use std::borrow::Cow;

/// The numbers of the lines where `wanted` begins, overlapping places included. `line` gives one of the
/// `count` lines, ready to compare.
pub(super) fn places<'a>(count: usize, line: impl Fn(usize) -> Cow<'a, str>, wanted: &[Cow<'_, str>]) -> Vec<usize> {
    let borders = borders(wanted);
    let mut places = Vec::new();
    let mut matched = 0;
    for index in 0..count {
        let line = line(index);
        matched = extended(wanted, &borders, matched, &line);
        if matched == wanted.len() && matched > 0 {
            places.push(index + 1 - matched);
        }
    }
    places
}

/// For each front of `wanted`, how long its longest proper front is that it also ends with.
fn borders(wanted: &[Cow<'_, str>]) -> Vec<usize> {
    let mut borders = vec![0];
    let mut matched = 0;
    for line in wanted.iter().skip(1) {
        matched = extended(wanted, &borders, matched, line);
        borders.push(matched);
    }
    borders
}

/// How much of `wanted` has been matched after one more line.
fn extended(wanted: &[Cow<'_, str>], borders: &[usize], mut matched: usize, line: &str) -> usize {
    loop {
        if wanted.get(matched).is_some_and(|next| next == line) {
            return matched + 1;
        }
        let Some(last) = matched.checked_sub(1) else {
            return 0;
        };
        matched = borders.get(last).copied().unwrap_or_default();
    }
}
