//! What a new link would show to people who could not see it before: places of files and words that look like secrets.
//!
//! Pure. The looking itself is `leaks`.

use std::collections::HashSet;

use leaks::Finding;
use protocol::timeline::{Leak, LeakPlace};
use protocol::{FileId, TurnId};

use crate::store::FileRow;
use crate::utf16::units;

/// One place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exposed {
    /// What it looks like.
    pub what: String,
    /// What may be shown of it.
    pub preview: String,
    /// Where it is.
    pub place: Spot,
}

/// Where something is exposed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Spot {
    /// In a file.
    File {
        /// The file.
        file: FileId,
        /// Its name, as the list shows it.
        name: String,
        /// The line, from 1.
        line: u32,
        /// Where it begins, in UTF-16 units of the text.
        offset: u32,
    },
    /// In what a person said to the model.
    Words {
        /// In this turn.
        turn: TurnId,
        /// How the words begin.
        words: String,
    },
    /// In the session's history: it may be gone by now, and a replay shows it.
    Then {
        /// What it was written into.
        place: LeakPlace,
        /// When, in milliseconds from the session's start.
        at_ms: u64,
    },
}

/// How much of a prompt tells which one it is, in characters.
const WORDS_SHOWN: usize = 48;

/// What a file exposes.
pub fn in_file(row: &FileRow, text: &str) -> Vec<Exposed> {
    let spot = |finding: &Finding| Spot::File {
        file: row.id.clone(),
        name: row.display.clone(),
        line: finding.line,
        offset: text.get(..finding.range.start).map_or(0, units),
    };
    leaks::scan_file(&row.path, text).into_iter().map(|finding| exposed(&finding, spot(&finding))).collect()
}

/// What the words of a person expose: a prompt, a steer.
pub fn in_words(turn: &TurnId, text: &str) -> Vec<Exposed> {
    let mut words = text.to_owned();
    let findings = leaks::scan(text);
    // The words are shown to say which they are: without what was found in them.
    for finding in findings.iter().rev() {
        words.replace_range(finding.range.clone(), "•••");
    }
    let words: String = words.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(WORDS_SHOWN).collect();
    let spot = || Spot::Words { turn: turn.clone(), words: words.clone() };
    findings.iter().map(|finding| exposed(finding, spot())).collect()
}

/// What the session's history exposes beside what is known already.
pub fn in_history(leaks: Vec<Leak>, known: &[Exposed]) -> Vec<Exposed> {
    let mut seen: HashSet<(String, String)> = known.iter().map(|one| (one.what.clone(), one.preview.clone())).collect();
    let leaks = leaks.into_iter().filter(|leak| seen.insert((leak.what.clone(), leak.preview.clone())));
    let then = |leak: Leak| Exposed {
        what: leak.what,
        preview: leak.preview,
        place: Spot::Then { place: leak.place, at_ms: leak.moment.at_ms },
    };
    leaks.map(then).collect()
}

fn exposed(finding: &Finding, place: Spot) -> Exposed {
    Exposed { what: finding.kind.words().to_owned(), preview: finding.preview.clone(), place }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A token's form with a body that is made here: none that anybody was given.
    fn token() -> String {
        format!("ghp_{}", "q7Rk2mZx9PvT4nLwB8sD".repeat(2).get(..36).unwrap())
    }

    #[test]
    fn a_place_in_a_file_counts_as_the_editor_does() {
        let row = FileRow {
            id: FileId("f1".to_owned()),
            path: "a.py".to_owned(),
            display: "a.py (2)".to_owned(),
            kept: None,
        };
        let text = format!("# 😀\nkey = \"{}\"\n", token());
        let found = in_file(&row, &text);
        let [Exposed { place: Spot::File { name, line, offset, .. }, .. }] = found.as_slice() else {
            panic!("{found:?}");
        };
        assert_eq!((name.as_str(), *line, *offset), ("a.py (2)", 2, 5 + 7));
    }

    #[test]
    fn words_are_named_without_their_secret() {
        let found = in_words(&TurnId("t1".to_owned()), &format!("use {}   for the upload", token()));
        let [Exposed { place: Spot::Words { words, .. }, preview, .. }] = found.as_slice() else { panic!("{found:?}") };
        assert_eq!(words, "use ••• for the upload");
        assert!(!preview.contains(&token()));
    }

    #[test]
    fn the_history_tells_what_is_not_known_already_and_each_once() {
        let known = in_words(&TurnId("t1".to_owned()), &format!("use {}", token()));
        let leak = |what: &str, preview: &str, at_ms| Leak {
            moment: protocol::timeline::Moment { seq: protocol::Seq(at_ms), at_ms },
            place: LeakPlace::File,
            what: what.to_owned(),
            preview: preview.to_owned(),
        };
        let same = leak(&known[0].what, &known[0].preview, 5);
        let found = in_history(vec![same, leak("a password", "hun•••", 7), leak("a password", "hun•••", 9)], &known);
        let [Exposed { place: Spot::Then { place: LeakPlace::File, at_ms: 7 }, .. }] = found.as_slice() else {
            panic!("{found:?}");
        };
    }
}
