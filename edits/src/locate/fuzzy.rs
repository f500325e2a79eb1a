//! The bounded fuzzy match: aligns the wanted lines with the file's at the least cost.
//!
//! Costs and thresholds are those of Zed's locator, but for the first and the last wanted line, which
//! have to pair: they say where the new text goes, and a place off by a line would double or swallow
//! one. The surroundings of rare lines that both have in common come first: mostly one of them is it.
//! Knows lines only, no offsets.

use std::collections::HashMap;
use std::ops::Range;

use super::file::{File, key};
use super::similar::{Comparer, Signs, Steps};
use crate::work;

/// A wanted line pairs with one that is only alike: decides between alignments of equal cost, whatever the number of
/// such lines.
const ALIKE: u64 = 1;
/// A wanted line stands for a line that differs from it.
const REPLACE: u64 = 1 << 32;
/// The first or the last one does: such a match is not accepted, so anything else is tried first.
const REPLACE_EDGE: u64 = 10 * REPLACE;
/// The file has a line that is not wanted.
const EXTRA: u64 = 3 * REPLACE;
/// A wanted line is missing from the file.
const MISSING: u64 = 10 * REPLACE;
/// The match counts when at least this part of the lines pair, in percent.
const PAIRED_PERCENT: usize = 80;
/// The most cells of the alignment, one byte each and some hundredths of a second in all: 40 wanted lines in a file of
/// 50,000, or some 800 around one rare line.
const CELLS_MAX: usize = 2_000_000;
/// The most wanted lines.
const WANTED_MAX: usize = 2_000;
/// A line is rare that stands in at most so many places of the file.
const RARE: usize = 8;
/// The most surroundings that are aligned.
const REGIONS_MAX: usize = 16;

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

/// Aligns `wanted` with a part of `file`: first around rare lines that both have, and then, where there is no match
/// and the file is not too long, anywhere.
pub(super) fn search(file: &File<'_>, wanted: &[&str]) -> Fuzzy {
    if file.count() == 0 || wanted.len() > WANTED_MAX || wanted.iter().all(|line| line.trim().is_empty()) {
        return Fuzzy::Nothing { closest: None };
    }
    let wanted = Wanted::new(wanted);
    let mut steps = Steps::new();
    let near_rare = aligned(file, &wanted, regions(file, &wanted), &mut steps);
    let is_small = file.count().saturating_mul(wanted.len()) <= CELLS_MAX;
    match near_rare {
        Fuzzy::Nothing { closest } => {
            let anywhere = is_small.then(|| aligned(file, &wanted, std::iter::once(0..file.count()), &mut steps));
            match anywhere {
                Some(Fuzzy::Nothing { closest: other }) => {
                    Fuzzy::Nothing { closest: other.or(closest).or_else(|| first_common_line(file, &wanted)) }
                }
                Some(found) => found,
                None => Fuzzy::Nothing { closest: closest.or_else(|| first_common_line(file, &wanted)) },
            }
        }
        found => found,
    }
}

/// The best alignments in some parts of the file.
fn aligned(
    file: &File<'_>,
    wanted: &Wanted<'_>,
    regions: impl IntoIterator<Item = Range<usize>>,
    steps: &mut Steps,
) -> Fuzzy {
    let mut tables: Vec<Table> = regions.into_iter().map(|region| Table::new(file, region, wanted, steps)).collect();
    let best = tables.iter().filter_map(Table::best).min().unwrap_or_default();
    tables.retain(|table| table.best() == Some(best));
    let mut found: Vec<Alignment> = Vec::new();
    let mut closest = None;
    for (lines, pairs) in tables.iter().flat_map(|table| table.alignments(best)) {
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
        (0, _) | (_, None) => Fuzzy::Nothing { closest },
        (several, Some(_)) => Fuzzy::Several(u32::try_from(several).unwrap_or(u32::MAX)),
    }
}

/// The wanted lines, ready to be compared.
struct Wanted<'a> {
    keys: Vec<u64>,
    comparers: Vec<Comparer<'a>>,
}

impl<'a> Wanted<'a> {
    fn new(lines: &[&'a str]) -> Self {
        let mut folded = String::new();
        Self {
            keys: lines.iter().map(|line| key(line, &mut folded)).collect(),
            comparers: lines.iter().map(|line| Comparer::new(line)).collect(),
        }
    }

    fn len(&self) -> usize {
        self.keys.len()
    }
}

/// The parts of the file around rare lines; they do not overlap.
fn regions(file: &File<'_>, wanted: &Wanted<'_>) -> Vec<Range<usize>> {
    let mut cells = CELLS_MAX;
    let mut regions: Vec<Range<usize>> = Vec::new();
    for region in surroundings(file, wanted) {
        let size = region.len().saturating_mul(wanted.len());
        let is_new = regions.iter().all(|other| other.end <= region.start || region.end <= other.start);
        if is_new && size <= cells && regions.len() < REGIONS_MAX {
            cells -= size;
            regions.push(region);
        }
    }
    regions
}

/// Where rare lines are that both have, the surroundings with the most of them first.
fn surroundings(file: &File<'_>, wanted: &Wanted<'_>) -> Vec<Range<usize>> {
    // Extra or missing lines move a place by no more than this, where a match can still be accepted.
    let slack = wanted.len() / 4 + 1;
    let mut rare: HashMap<u64, (usize, Vec<usize>)> = HashMap::new();
    for (at, key) in wanted.keys.iter().enumerate() {
        let entry = rare.entry(*key).or_insert((at, Vec::new()));
        if entry.0 != at {
            // Twice in the old text: it votes for the wrong place too.
            entry.1 = vec![0; RARE + 1];
        }
    }
    for (index, key) in file.keys().iter().enumerate() {
        if let Some((_, places)) = rare.get_mut(key)
            && places.len() <= RARE
        {
            places.push(index);
        }
    }
    let mut votes: HashMap<usize, usize> = HashMap::new();
    for (at, places) in rare.into_values().filter(|(_, places)| places.len() <= RARE) {
        for place in places {
            *votes.entry(place.saturating_sub(at) / slack).or_default() += 1;
        }
    }
    let mut order: Vec<(usize, usize)> = votes
        .iter()
        .map(|(bucket, count)| (count + votes.get(&(bucket + 1)).copied().unwrap_or_default(), *bucket))
        .collect();
    order.sort_unstable_by_key(|(count, bucket)| (std::cmp::Reverse(*count), *bucket));
    let around = |bucket: usize| {
        let start = (bucket * slack).saturating_sub(slack);
        start..(start + 4 * slack + wanted.len()).min(file.count())
    };
    order.into_iter().map(|(_, bucket)| around(bucket)).filter(|region| !region.is_empty()).collect()
}

/// One alignment's table.
struct Table {
    region: Range<usize>,
    height: usize,
    /// The costs of having aligned all wanted lines, by the line of the region behind the last.
    costs: Vec<u64>,
    /// The moves that lead there, row by row.
    moves: Vec<Move>,
}

impl Table {
    fn new(file: &File<'_>, region: Range<usize>, wanted: &Wanted<'_>, steps: &mut Steps) -> Self {
        let signs: Vec<Signs<'_>> = region.clone().map(|index| Signs::of(file.line(index))).collect();
        let keys = file.keys().get(region.clone()).unwrap_or_default();
        let mut moves = Vec::with_capacity(region.len() * wanted.len());
        work::count(region.len() * wanted.len());
        // The match may begin behind any line.
        let mut costs = vec![0; region.len() + 1];
        for (at, (key, comparer)) in wanted.keys.iter().zip(&wanted.comparers).enumerate() {
            let edge = at == 0 || at + 1 == wanted.len();
            let replace = if edge { REPLACE_EDGE } else { REPLACE };
            // The row above is overwritten from the left.
            let Some(first) = costs.first_mut() else { continue };
            let mut diagonal = *first;
            *first += MISSING;
            let mut left = *first;
            for ((standing, standing_key), cell) in signs.iter().zip(keys).zip(costs.iter_mut().skip(1)) {
                let over = *cell;
                let (mut cost, mut step) = if standing_key == key {
                    (diagonal, Move::Pair)
                } else if comparer.is_like(standing, steps) {
                    (diagonal + ALIKE, Move::Pair)
                } else {
                    (diagonal + replace, Move::Replace)
                };
                if left + EXTRA < cost {
                    (cost, step) = (left + EXTRA, Move::Extra);
                }
                if over + MISSING < cost {
                    (cost, step) = (over + MISSING, Move::Missing);
                }
                diagonal = over;
                left = cost;
                *cell = cost;
                moves.push(step);
            }
        }
        Self { region, height: wanted.len(), costs, moves }
    }

    fn best(&self) -> Option<u64> {
        self.costs.iter().skip(1).min().copied()
    }

    /// The alignments of this cost.
    fn alignments(&self, cost: u64) -> impl Iterator<Item = Alignment> + '_ {
        let ends = self.costs.iter().enumerate().skip(1).filter(move |(_, found)| **found == cost);
        ends.map(|(end, _)| self.trace(end))
    }

    /// Walks back from the end of an alignment.
    fn trace(&self, end: usize) -> Alignment {
        let (mut at, mut index) = (self.height, end);
        let offset = self.region.start;
        let mut pairs = Vec::new();
        while at > 0 && index > 0 {
            match self.moves.get((at - 1) * self.region.len() + index - 1) {
                Some(Move::Pair) => {
                    (at, index) = (at - 1, index - 1);
                    pairs.push((at, offset + index));
                }
                Some(Move::Replace) => (at, index) = (at - 1, index - 1),
                Some(Move::Extra) => index -= 1,
                Some(Move::Missing) | None => at -= 1,
            }
        }
        pairs.reverse();
        (offset + index..offset + end, pairs)
    }
}

fn first_common_line(file: &File<'_>, wanted: &Wanted<'_>) -> Option<usize> {
    let said = wanted.comparers.iter().zip(&wanted.keys);
    let (_, first) = said.into_iter().find(|(comparer, _)| !comparer.is_blank())?;
    file.keys().iter().position(|key| key == first)
}
