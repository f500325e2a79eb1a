//! Finds a run of lines in a file, in time linear in both.
//!
//! Keys find the places of the most lenient step, which are those of every stricter one too (Knuth, Morris and
//! Pratt's search); the lines themselves then say which step they belong to.

use super::file::{File, key};
use super::fold;
use crate::work;

/// How many bytes are compared to tell the steps apart: beyond, in a file that repeats itself thousands of times,
/// only the most lenient step is told.
const COMPARED_MAX: usize = 20_000_000;

type Equal = fn(&str, &str) -> bool;

/// What makes lines equal, step by step.
const STEPS: [Equal; 4] =
    [|a, b| a == b, |a, b| a.trim_end() == b.trim_end(), |a, b| a.trim() == b.trim(), fold::alike];

/// The lines where `wanted` begins, in the first step that finds any; places may overlap.
pub(super) fn places(file: &File<'_>, wanted: &[&str]) -> Vec<usize> {
    let mut folded = String::new();
    let keys: Vec<u64> = wanted.iter().map(|line| key(line, &mut folded)).collect();
    let found = runs(file.keys(), &keys);
    let mut left = COMPARED_MAX;
    for equal in STEPS {
        let mut places = Vec::new();
        for place in &found {
            let holds = wanted.iter().enumerate().all(|(at, line)| {
                left = left.saturating_sub(line.len() + 1);
                work::count(line.len() + 1);
                equal(file.line(place + at), line)
            });
            if left == 0 {
                return found;
            }
            if holds {
                places.push(*place);
            }
        }
        if !places.is_empty() {
            return places;
        }
    }
    Vec::new()
}

/// Where a run of keys begins, overlapping places included.
fn runs(keys: &[u64], wanted: &[u64]) -> Vec<usize> {
    let borders = borders(wanted);
    let mut places = Vec::new();
    let mut matched = 0;
    for (index, key) in keys.iter().enumerate() {
        matched = extended(wanted, &borders, matched, *key);
        if matched == wanted.len() && matched > 0 {
            places.push(index + 1 - matched);
        }
    }
    places
}

/// For each front of `wanted`, how long its longest proper front is that it also ends with.
fn borders(wanted: &[u64]) -> Vec<usize> {
    let mut borders = vec![0];
    let mut matched = 0;
    for key in wanted.iter().skip(1) {
        matched = extended(wanted, &borders, matched, *key);
        borders.push(matched);
    }
    borders
}

/// How much of `wanted` has been matched after one more key.
fn extended(wanted: &[u64], borders: &[usize], mut matched: usize, key: u64) -> usize {
    loop {
        work::count(1);
        if wanted.get(matched) == Some(&key) {
            return matched + 1;
        }
        let Some(last) = matched.checked_sub(1) else {
            return 0;
        };
        matched = borders.get(last).copied().unwrap_or_default();
    }
}
