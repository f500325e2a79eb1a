//! Whether two lines are much alike: by their Levenshtein distance, after cheaper signs that they are not.

use crate::work;

/// Lines pair when their normalised Levenshtein similarity is at least this, in percent.
pub(super) const SIMILAR_PERCENT: usize = 80;
/// How many steps of comparing characters there are in all, some hundredths of a second. Once they are spent, lines
/// pair only when they are equal.
const STEPS_MAX: usize = 10_000_000;
/// The longest line that is compared a word at a time, in characters: a word's bits.
const BITS: usize = 128;
/// Characters are counted in so many groups.
const GROUPS: usize = 16;
/// The longest line whose counts fit, in bytes.
const COUNTED_MAX: usize = 255;

/// A line, ready to be compared.
#[derive(Clone, Copy, Debug)]
pub(super) struct Signs<'a> {
    text: &'a str,
    /// Its length in characters.
    len: usize,
    /// How many of its bytes are in which group; nothing for a line past [`COUNTED_MAX`] or not in ASCII.
    groups: Option<[u8; GROUPS]>,
}

impl<'a> Signs<'a> {
    /// The signs of a line, without the blanks around it.
    pub(super) fn of(line: &'a str) -> Self {
        let text = line.trim();
        let is_counted = text.len() <= COUNTED_MAX && text.is_ascii();
        if !is_counted {
            return Self { text, len: text.chars().count(), groups: None };
        }
        let mut groups = [0u8; GROUPS];
        for byte in text.bytes() {
            if let Some(group) = groups.get_mut(usize::from(byte) % GROUPS) {
                *group = group.saturating_add(1);
            }
        }
        Self { text, len: text.len(), groups: Some(groups) }
    }

    /// Whether the lengths and the counts leave a distance of `allowed` possible: every change of a character changes
    /// at most two counts by one.
    fn may_be_within(&self, other: &Self, allowed: usize) -> bool {
        if self.len.abs_diff(other.len) > allowed {
            return false;
        }
        let (Some(a), Some(b)) = (&self.groups, &other.groups) else {
            return true;
        };
        let apart: u16 = a.iter().zip(b).map(|(a, b)| u16::from(a.abs_diff(*b))).sum();
        usize::from(apart) <= 2 * allowed
    }
}

/// Compares one line with many.
#[derive(Debug)]
pub(super) struct Comparer<'a> {
    signs: Signs<'a>,
    /// For each ASCII character, where in the line it stands; for a line of at most [`BITS`] ASCII characters.
    bits: Option<Box<[u128; 128]>>,
    chars: Vec<char>,
}

/// The steps that are left.
#[derive(Debug)]
pub(super) struct Steps(usize);

impl Steps {
    pub(super) fn new() -> Self {
        Self(STEPS_MAX)
    }
}

impl<'a> Comparer<'a> {
    pub(super) fn new(line: &'a str) -> Self {
        let signs = Signs::of(line);
        let fits = signs.text.is_ascii() && (1..=BITS).contains(&signs.len);
        let bits = fits.then(|| {
            let mut bits = Box::new([0u128; 128]);
            for (at, byte) in signs.text.bytes().enumerate() {
                if let Some(bits) = bits.get_mut(usize::from(byte)) {
                    *bits |= 1 << at;
                }
            }
            bits
        });
        Self { signs, bits, chars: signs.text.chars().collect() }
    }

    pub(super) fn is_blank(&self) -> bool {
        self.signs.text.is_empty()
    }

    /// Whether another line is at least [`SIMILAR_PERCENT`] alike.
    pub(super) fn is_like(&self, other: &Signs<'_>, steps: &mut Steps) -> bool {
        let longer = self.signs.len.max(other.len);
        let allowed = longer * (100 - SIMILAR_PERCENT) / 100;
        if allowed == 0 || !self.signs.may_be_within(other, allowed) {
            return self.signs.text == other.text;
        }
        let band = if self.bits.is_some() { other.len } else { (2 * allowed + 1) * self.signs.len };
        let Some(left) = steps.0.checked_sub(band) else {
            return self.signs.text == other.text;
        };
        steps.0 = left;
        work::count(band);
        match &self.bits {
            Some(bits) => distance(bits, self.signs.len, other.text) <= allowed,
            None => within(&self.chars, &other.text.chars().collect::<Vec<_>>(), allowed),
        }
    }
}

/// The Levenshtein distance to a line of `len` ASCII characters, at most [`BITS`]: Myers' algorithm in Hyyrö's form, a
/// column of the table at a time in the bits of a word.
fn distance(bits: &[u128; 128], len: usize, other: &str) -> usize {
    let last = 1u128 << (len - 1);
    let (mut more, mut less) = (u128::MAX, 0u128);
    let mut distance = len;
    for c in other.chars() {
        let equal = usize::try_from(u32::from(c)).ok().and_then(|c| bits.get(c)).copied().unwrap_or_default();
        let vertical = equal | less;
        let horizontal = ((equal & more).wrapping_add(more) ^ more) | equal;
        let mut rise = less | !(horizontal | more);
        let mut fall = more & horizontal;
        distance += usize::from(rise & last != 0);
        distance -= usize::from(fall & last != 0);
        rise = (rise << 1) | 1;
        fall <<= 1;
        more = fall | !(vertical | rise);
        less = rise & vertical;
    }
    distance
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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn plain(a: &str, b: &str) -> usize {
        let b: Vec<char> = b.chars().collect();
        let mut row: Vec<usize> = (0..=b.len()).collect();
        for (i, from) in a.chars().enumerate() {
            let mut diagonal = std::mem::replace(&mut row[0], i + 1);
            for j in 0..b.len() {
                let through = diagonal + usize::from(from != b[j]);
                diagonal = row[j + 1];
                row[j + 1] = through.min(row[j] + 1).min(diagonal + 1);
            }
        }
        row[b.len()]
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 10_000, ..ProptestConfig::default() })]

        #[test]
        fn likeness_is_the_plain_distance(a in "[abcé]{0,150}", cut in 0..150usize, b in "[abc]{0,6}") {
            let at = a.floor_char_boundary(cut.min(a.len()));
            let b = format!("{}{b}{}", &a[..at], a[at..].chars().skip(3).collect::<String>());
            let allowed = a.chars().count().max(b.chars().count()) / 5;
            let alike = Comparer::new(&a).is_like(&Signs::of(&b), &mut Steps::new());
            prop_assert_eq!(alike, a == b || plain(&a, &b) <= allowed);
        }
    }
}
