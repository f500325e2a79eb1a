//! Indentation of another depth, or in another unit.

use crate::action::{Reindent, Tabs};

/// How many spaces a tab may stand for, the most usual first.
const WIDTHS: [u8; 4] = [4, 2, 8, 3];

/// The shift that gives every pair of lines (as wanted, as it stands) the same indentation; `None` when there is
/// none, or none is needed.
///
/// Where the file has tabs and the old text spaces, or the reverse, the unit changes: by the width with which the
/// depths are the same, or else by the first with which they differ uniformly.
pub(super) fn reindent<'a>(pairs: impl Iterator<Item = (&'a str, &'a str)> + Clone) -> Option<Reindent> {
    let pairs = pairs
        .filter(|(wanted, _)| !wanted.trim().is_empty())
        .map(|(wanted, found)| (indentation(wanted), indentation(found)));
    let has = |blank: char, text: &str| text.contains(blank);
    let to_tabs = pairs.clone().any(|(wanted, found)| has(' ', wanted) && has('\t', found) && !has('\t', wanted));
    let to_spaces = pairs.clone().any(|(wanted, found)| has('\t', wanted) && has(' ', found) && !has('\t', found));
    if to_tabs != to_spaces {
        let units = WIDTHS.map(|width| if to_tabs { Tabs::ToTabs { width } } else { Tabs::ToSpaces { width } });
        let shifts: Vec<Reindent> = units.into_iter().filter_map(|unit| shift(pairs.clone(), Some(unit))).collect();
        let same_depth = shifts.iter().find(|shift| shift.strip == shift.add);
        if let Some(found) = same_depth.or(shifts.first()) {
            return Some(found.clone());
        }
    }
    shift(pairs, None).filter(|shift| shift.strip != shift.add)
}

/// The uniform shift, once the unit has changed.
fn shift<'a>(pairs: impl Iterator<Item = (&'a str, &'a str)>, tabs: Option<Tabs>) -> Option<Reindent> {
    let mut shift: Option<Reindent> = None;
    for (wanted, found) in pairs {
        let wanted = tabs.map_or_else(|| wanted.to_owned(), |tabs| tabs.converted(wanted));
        if tabs.is_some_and(|tabs| matches!(tabs, Tabs::ToTabs { .. }) && wanted.contains(' ') && !found.contains(' '))
        {
            return None;
        }
        let Reindent { strip, add, .. } = shift.get_or_insert_with(|| {
            let common = wanted.bytes().rev().zip(found.bytes().rev()).take_while(|(a, b)| a == b).count();
            let front = |text: &str| text.get(..text.len() - common).unwrap_or_default().to_owned();
            Reindent { tabs, strip: front(&wanted), add: front(found) }
        });
        let rest = wanted.strip_prefix(strip.as_str())?;
        if found.strip_prefix(add.as_str())? != rest {
            return None;
        }
    }
    shift
}

/// The blanks a line begins with: ASCII ones, so that bytes are characters.
fn indentation(line: &str) -> &str {
    line.get(..line.len() - line.trim_start_matches([' ', '\t']).len()).unwrap_or_default()
}
