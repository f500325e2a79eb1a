//! The bounded fuzzy match: aligns the wanted lines with the file's at the least cost.
//!
//! Costs and thresholds are those of Zed's locator, but for the first and the last wanted line, which
//! have to pair: they say where the new text goes, and a place off by a line would double or swallow
//! one. Knows lines only, no offsets.

use std::ops::Range;

/// A wanted line stands for a line that differs from it.
const REPLACE: u32 = 1;
/// The first or the last one does: such a match is not accepted, so anything else is tried first.
const REPLACE_EDGE: u32 = 10;
/// The file has a line that is not wanted.
const EXTRA: u32 = 3;
/// A wanted line is missing from the file.
const MISSING: u32 = 10;
/// Lines pair when their normalised Levenshtein similarity is at least this, in percent.
const SIMILAR_PERCENT: usize = 80;
/// The match counts when at least this part of the lines pair, in percent.
const PAIRED_PERCENT: usize = 80;
/// The most cells of the alignment, one byte each: 40 wanted lines in a file of 50,000. Beyond it
/// nothing is searched.
const CELLS_MAX: usize = 2_000_000;
/// The most steps of comparing characters, some tenths of a second. Once they are spent, lines pair only
/// when they are equal.
const STEPS_MAX: usize = 50_000_000;

/// What was found.
pub(super) enum Fuzzy {
    /// One best place, and which wanted line pairs with which line of the file.
    Found { lines: Range<usize>, pairs: Vec<(usize, usize)> },
    /// This many, equally good.
    Several(u32),
    /// None good enough; the line where the best one begins, if anything pairs.
    Nothing { closest: Option<usize> },
}

/// Lines of the file, and which wanted line pairs with which of them.
type Alignment = (Range<usize>, Vec<(usize, usize)>);

#[derive(Clone, Copy, PartialEq, Eq)]
enum Move {
    Pair,
    Replace,
    Extra,
    Missing,
}

/// Aligns `wanted` with a part of `file`.
pub(super) fn search(file: &[&str], wanted: &[&str]) -> Fuzzy {
    let cells = file.len().saturating_mul(wanted.len());
    let anything = wanted.iter().any(|line| !line.trim().is_empty());
    if cells == 0 || cells > CELLS_MAX || !anything {
        return Fuzzy::Nothing { closest: first_common_line(file, wanted) };
    }
    let (costs, moves) = align(file, wanted);
    let best = costs.iter().skip(1).min().copied().unwrap_or_default();
    let ends = costs.iter().enumerate().skip(1).filter(|(_, cost)| **cost == best).map(|(end, _)| end);
    let mut found: Vec<Alignment> = Vec::new();
    let mut closest = None;
    for end in ends {
        let (lines, pairs) = trace(&moves, file.len(), wanted.len(), end);
        let needed = wanted.len().max(lines.len()) * PAIRED_PERCENT;
        let holds_edges =
            pairs.first().is_some_and(|(at, _)| *at == 0) && pairs.last().is_some_and(|(at, _)| at + 1 == wanted.len());
        if holds_edges && pairs.len() * 100 >= needed {
            found.push((lines, pairs));
        } else if !pairs.is_empty() {
            closest = closest.or(Some(lines.start));
        }
    }
    match (found.len(), found.pop()) {
        (1, Some((lines, pairs))) => Fuzzy::Found { lines, pairs },
        (0, _) | (_, None) => Fuzzy::Nothing { closest: closest.or_else(|| first_common_line(file, wanted)) },
        (several, Some(_)) => Fuzzy::Several(u32::try_from(several).unwrap_or(u32::MAX)),
    }
}

/// The costs of having aligned all wanted lines, by the line of the file behind the last; and the moves
/// that lead there, row by row.
fn align(file: &[&str], wanted: &[&str]) -> (Vec<u32>, Vec<Move>) {
    let mut steps = STEPS_MAX;
    let mut moves = Vec::with_capacity(file.len() * wanted.len());
    let file: Vec<Vec<char>> = file.iter().map(|line| line.trim().chars().collect()).collect();
    // The match may begin behind any line.
    let mut above = vec![0; file.len() + 1];
    for (at, line) in wanted.iter().enumerate() {
        let edge = at == 0 || at + 1 == wanted.len();
        let replace = if edge { REPLACE_EDGE } else { REPLACE };
        let line: Vec<char> = line.trim().chars().collect();
        let mut row = Vec::with_capacity(above.len());
        let mut left = above.first().copied().unwrap_or_default() + MISSING;
        row.push(left);
        for (standing, pair) in file.iter().zip(above.windows(2)) {
            let &[diagonal, over] = pair else { continue };
            let alike = similar(&line, standing, &mut steps);
            let through = if alike { (diagonal, Move::Pair) } else { (diagonal + replace, Move::Replace) };
            let options = [through, (left + EXTRA, Move::Extra), (over + MISSING, Move::Missing)];
            let (cost, step) = options.into_iter().min_by_key(|(cost, _)| *cost).unwrap_or(through);
            left = cost;
            row.push(cost);
            moves.push(step);
        }
        above = row;
    }
    (above, moves)
}

/// Walks back from the end of an alignment.
fn trace(moves: &[Move], width: usize, height: usize, end: usize) -> Alignment {
    let (mut at, mut index) = (height, end);
    let mut pairs = Vec::new();
    while at > 0 && index > 0 {
        match moves.get((at - 1) * width + index - 1) {
            Some(Move::Pair) => {
                (at, index) = (at - 1, index - 1);
                pairs.push((at, index));
            }
            Some(Move::Replace) => (at, index) = (at - 1, index - 1),
            Some(Move::Extra) => index -= 1,
            Some(Move::Missing) | None => at -= 1,
        }
    }
    pairs.reverse();
    (index..end, pairs)
}

fn first_common_line(file: &[&str], wanted: &[&str]) -> Option<usize> {
    let first = wanted.iter().map(|line| line.trim()).find(|line| !line.is_empty())?;
    file.iter().position(|line| line.trim() == first)
}

/// Whether two lines are at least [`SIMILAR_PERCENT`] alike.
fn similar(a: &[char], b: &[char], steps: &mut usize) -> bool {
    if a == b {
        return true;
    }
    let longer = a.len().max(b.len());
    let allowed = longer * (100 - SIMILAR_PERCENT) / 100;
    if a.len().abs_diff(b.len()) > allowed {
        return false;
    }
    let band = (2 * allowed + 1) * a.len();
    let Some(left) = steps.checked_sub(band) else {
        return false;
    };
    *steps = left;
    within(a, b, allowed)
}

/// Whether the Levenshtein distance is at most `allowed`, looking only at the band where it can be.
fn within(a: &[char], b: &[char], allowed: usize) -> bool {
    let mut above: Vec<usize> = (0..=b.len()).collect();
    let mut row = vec![usize::MAX; b.len() + 1];
    for (i, from) in a.iter().enumerate() {
        let first = (i + 1).saturating_sub(allowed);
        let last = (i + 1 + allowed).min(b.len());
        let mut least = usize::MAX;
        for j in first..=last {
            let cost =
                |cells: &[usize], at: Option<usize>| at.and_then(|at| cells.get(at)).copied().unwrap_or(usize::MAX);
            let before = j.checked_sub(1);
            let same = before.and_then(|at| b.get(at)) == Some(from);
            let through = cost(&above, before).saturating_add(usize::from(!same));
            let over = if j > i + allowed { usize::MAX } else { cost(&above, Some(j)) };
            let left = if j == first { usize::MAX } else { cost(&row, before) };
            let value = if j == 0 { i + 1 } else { through.min(over.saturating_add(1)).min(left.saturating_add(1)) };
            if let Some(cell) = row.get_mut(j) {
                *cell = value;
            }
            least = least.min(value);
        }
        if least > allowed {
            return false;
        }
        std::mem::swap(&mut above, &mut row);
    }
    above.last().is_some_and(|distance| *distance <= allowed)
}
