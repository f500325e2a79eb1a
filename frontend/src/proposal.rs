//! What a held hunk would do, as the rows of a compact diff. Pure.

use protocol::scope::Proposal;

/// Unchanged lines shown on each side of a change: enough to see where one is.
const AROUND: usize = 1;
/// The most pairs of lines that are compared: a moment's work. Past it everything goes, and everything comes.
const PAIRS_MAX: usize = 250_000;

/// One row.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Row {
    /// What happens to the line.
    pub kind: Kind,
    /// The line, without its break; for a gap, how many are left out.
    pub text: String,
}

/// What happens to a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// It stays.
    Same,
    /// It goes.
    Removed,
    /// It comes.
    Added,
    /// Lines that stay, left out.
    Gap,
}

/// The rows of a proposal: what changes, and a little around it.
pub fn rows(proposal: &Proposal) -> Vec<Row> {
    let old: Vec<&str> = proposal.old.lines().collect();
    let new: Vec<&str> = proposal.new.lines().collect();
    let front = old.iter().zip(&new).take_while(|(a, b)| a == b).count();
    let rest = old.len().min(new.len()) - front;
    let back = old.iter().rev().zip(new.iter().rev()).take(rest).take_while(|(a, b)| a == b).count();
    let mut all: Vec<(Kind, &str)> = old.iter().take(front).map(|line| (Kind::Same, *line)).collect();
    all.extend(changed(
        old.get(front..old.len() - back).unwrap_or_default(),
        new.get(front..new.len() - back).unwrap_or_default(),
    ));
    all.extend(old.iter().skip(old.len() - back).map(|line| (Kind::Same, *line)));
    compact(&all)
}

/// Two texts that differ in their first and their last line, by a longest common subsequence.
fn changed<'a>(old: &[&'a str], new: &[&'a str]) -> Vec<(Kind, &'a str)> {
    if old.len().saturating_mul(new.len()) > PAIRS_MAX {
        let gone = old.iter().map(|line| (Kind::Removed, *line));
        return gone.chain(new.iter().map(|line| (Kind::Added, *line))).collect();
    }
    let width = new.len() + 1;
    // How many lines the rests of both texts have in common, from each pair of places on.
    let mut common = vec![0u32; (old.len() + 1) * width];
    let at = |common: &[u32], i: usize, j: usize| common.get(i * width + j).copied().unwrap_or(0);
    for (i, gone) in old.iter().enumerate().rev() {
        for (j, comes) in new.iter().enumerate().rev() {
            let longest = if gone == comes {
                at(&common, i + 1, j + 1) + 1
            } else {
                at(&common, i + 1, j).max(at(&common, i, j + 1))
            };
            if let Some(cell) = common.get_mut(i * width + j) {
                *cell = longest;
            }
        }
    }
    let (mut i, mut j) = (0, 0);
    let mut found = Vec::with_capacity(old.len() + new.len());
    loop {
        match (old.get(i), new.get(j)) {
            (Some(gone), Some(comes)) if gone == comes => {
                found.push((Kind::Same, *gone));
                (i, j) = (i + 1, j + 1);
            }
            (Some(gone), comes) if comes.is_none() || at(&common, i + 1, j) >= at(&common, i, j + 1) => {
                found.push((Kind::Removed, *gone));
                i += 1;
            }
            (_, Some(comes)) => {
                found.push((Kind::Added, *comes));
                j += 1;
            }
            (_, None) => return found,
        }
    }
}

/// Leaves out what stays and is not near a change.
fn compact(all: &[(Kind, &str)]) -> Vec<Row> {
    let changes = |range: std::ops::Range<usize>| all.get(range).unwrap_or_default().iter().any(|r| r.0 != Kind::Same);
    let mut rows = Vec::new();
    let mut left_out = 0usize;
    let flush = |left_out: &mut usize, rows: &mut Vec<Row>| {
        if *left_out > 0 && !rows.is_empty() {
            rows.push(Row { kind: Kind::Gap, text: left_out.to_string() });
        }
        *left_out = 0;
    };
    for (at, (kind, line)) in all.iter().enumerate() {
        let near = at.saturating_sub(AROUND)..(at + AROUND + 1).min(all.len());
        if *kind == Kind::Same && !changes(near) {
            left_out += 1;
            continue;
        }
        flush(&mut left_out, &mut rows);
        rows.push(Row { kind: *kind, text: (*line).to_owned() });
    }
    rows
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(old: &str, new: &str, expected: &[&str]) {
        let rows = rows(&Proposal { old: old.into(), new: new.into() });
        let sign = |kind| match kind {
            Kind::Same => " ",
            Kind::Removed => "-",
            Kind::Added => "+",
            Kind::Gap => "~",
        };
        let shown: Vec<String> = rows.iter().map(|row| format!("{}{}", sign(row.kind), row.text)).collect();
        assert_eq!(shown, expected);
    }

    #[test]
    fn what_stays_is_shown_only_beside_a_change() {
        check("a\nb\nc\nd\n", "a\nb\nC\nd\n", &[" b", "-c", "+C", " d"]);
        check("a\nb\nc\nd\ne\nf\ng\n", "A\nb\nc\nd\ne\nf\nG\n", &["-a", "+A", " b", "~3", " f", "-g", "+G"]);
    }

    #[test]
    fn a_new_file_comes_and_a_gone_one_goes() {
        check("", "a\nb\n", &["+a", "+b"]);
        check("a\nb", "", &["-a", "-b"]);
        check("same\n", "same\n", &[]);
    }

    #[test]
    fn lines_in_common_stay() {
        check("x\nkeep\ny\n", "one\nkeep\ntwo\nthree\n", &["-x", "+one", " keep", "-y", "+two", "+three"]);
        check("a\na\n", "a\na\na\n", &[" a", "+a"]);
    }

    #[test]
    fn past_the_limit_everything_goes_and_comes() {
        let text = |name: &str, count: usize| (0..count).map(|n| format!("{name}{n}\n")).collect::<String>();
        let (old, new) = (text("a", 600), format!("x\n{}y\n", text("a", 600)));
        let new = new.replace("a0\n", "b\n");
        let shown = rows(&Proposal { old, new });
        assert_eq!(shown.len(), 600 + 602);
    }
}
