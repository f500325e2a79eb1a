//! The project's conventions: how many there are, and which steers were said twice and want to become one.
//!
//! Two steers are of one kind when most of their telling words are the same, whatever their endings, and both ask for
//! something or both ask against it. Pure: words in, words out.

use std::collections::BTreeSet;

/// Where conventions are kept: the file that every request carries.
pub const PATH: &str = "AGENTS.md";
/// The share of the shorter steer's telling words that the longer one must have too. Two thirds: one word in three may
/// differ.
const OVERLAP_MIN: f64 = 0.66;
/// So many telling words must be shared, unless the two are the same words: one alone is a coincidence.
const SHARED_MIN: usize = 2;
/// The most characters of a line that is offered: a rule, not a story.
const RULE_MAX: usize = 200;
/// Words that tell nothing about what is wanted.
const STOP_WORDS: [&str; 88] = [
    "a",
    "about",
    "again",
    "all",
    "also",
    "always",
    "an",
    "and",
    "any",
    "are",
    "as",
    "at",
    "be",
    "but",
    "by",
    "can",
    "code",
    "could",
    "do",
    "does",
    "every",
    "everywhere",
    "for",
    "from",
    "go",
    "here",
    "i",
    "if",
    "in",
    "into",
    "is",
    "it",
    "its",
    "just",
    "keep",
    "let",
    "like",
    "make",
    "more",
    "must",
    "my",
    "now",
    "of",
    "ok",
    "on",
    "one",
    "only",
    "or",
    "other",
    "our",
    "please",
    "really",
    "said",
    "should",
    "so",
    "some",
    "still",
    "such",
    "sure",
    "than",
    "that",
    "the",
    "their",
    "them",
    "then",
    "there",
    "these",
    "they",
    "thing",
    "this",
    "those",
    "to",
    "too",
    "up",
    "use",
    "using",
    "want",
    "was",
    "way",
    "we",
    "what",
    "when",
    "where",
    "which",
    "will",
    "with",
    "you",
    "your",
];
/// Words that turn what is asked for into what is asked against.
const AGAINST: [&str; 14] = [
    "no", "not", "never", "none", "without", "avoid", "stop", "dont", "doesnt", "don", "doesn", "cannot", "cant", "nor",
];
/// Endings that do not change what a word is about, the longest first.
const ENDINGS: [&str; 10] = ["ations", "ation", "ings", "ing", "ies", "ers", "ed", "es", "er", "s"];
/// What is left of a word behind an ending has so many characters at least: shorter, and all words look alike.
const STEM_MIN: usize = 3;

/// What a steer is about.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Gist {
    words: BTreeSet<String>,
    against: bool,
}

fn gist(text: &str) -> Gist {
    let mut gist = Gist { words: BTreeSet::new(), against: false };
    // An apostrophe joins: "don't" is one word.
    let text = text.to_lowercase().replace(['\'', '’'], "");
    for word in text.split(|c: char| !c.is_alphanumeric() && c != '_').filter(|word| !word.is_empty()) {
        if AGAINST.contains(&word) {
            gist.against = true;
        } else if !STOP_WORDS.contains(&word) {
            gist.words.insert(stem(word));
        }
    }
    gist
}

/// A word without its ending.
fn stem(word: &str) -> String {
    let cut = ENDINGS.iter().find_map(|ending| {
        let stem = word.strip_suffix(ending)?;
        // "pass" is no plural.
        let whole = *ending == "s" && stem.ends_with('s');
        (stem.chars().count() >= STEM_MIN && !whole).then_some(stem)
    });
    let stem = cut.unwrap_or(word);
    let stem = stem.strip_suffix(['e', 'y']).filter(|s| s.chars().count() >= STEM_MIN).unwrap_or(stem);
    // "stopping" and "stop".
    let mut letters: Vec<char> = stem.chars().collect();
    if let [.., before, last] = letters.as_slice()
        && before == last
        && !['s', 'l'].contains(last)
        && cut.is_some()
        && letters.len() > STEM_MIN
    {
        letters.pop();
    }
    letters.into_iter().collect()
}

/// Whether two steers are of one kind.
pub fn alike(a: &str, b: &str) -> bool {
    let (a, b) = (gist(a), gist(b));
    if a.words.is_empty() || b.words.is_empty() || a.against != b.against {
        return false;
    }
    let shared = a.words.intersection(&b.words).count();
    let shorter = a.words.len().min(b.words.len());
    a.words == b.words || (shared >= SHARED_MIN && shared as f64 >= OVERLAP_MIN * shorter as f64)
}

/// The newest of these words that repeats an earlier one, oldest first, and that no convention says already.
///
/// Give it words that took effect alone: words that failed and were sent anew were said once.
pub fn said_twice<'a>(said: &'a [String], conventions: &str) -> Option<&'a str> {
    let repeats = |at: usize, words: &str| said.iter().take(at).any(|earlier| alike(earlier, words));
    let known = |words: &str| conventions.lines().any(|line| alike(line, words));
    said.iter()
        .enumerate()
        .rev()
        .map(|(at, words)| (at, words.as_str()))
        .find(|(at, words)| repeats(*at, words) && !known(words))
        .map(|(_, words)| words)
}

/// Words as a rule: one line, with a capital.
pub fn rule(words: &str) -> String {
    let line = words.split_whitespace().collect::<Vec<_>>().join(" ");
    let line = crate::review::cut(line.trim_start_matches(['-', '*', ' ']), RULE_MAX);
    let mut letters = line.chars();
    letters.next().into_iter().flat_map(char::to_uppercase).chain(letters).collect()
}

/// What is to be added to the end of the file for a rule to be a line of its own.
pub fn addition(file: &str, rule: &str) -> String {
    let gap = if file.is_empty() || file.ends_with('\n') { "" } else { "\n" };
    format!("{gap}- {rule}\n")
}

/// How many rules a file has: its lists' lines, or, where there is no list, its lines that say something.
pub fn count(file: &str) -> usize {
    let lines = || file.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
    let items = lines().filter(|line| is_item(line)).count();
    if items > 0 { items } else { lines().count() }
}

fn is_item(line: &str) -> bool {
    let numbered = || {
        let rest = line.trim_start_matches(|c: char| c.is_ascii_digit());
        rest.len() < line.len() && (rest.starts_with(". ") || rest.starts_with(") "))
    };
    ["- ", "* ", "+ "].iter().any(|mark| line.starts_with(mark)) || numbered()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_kind_of_steer_is_recognised() {
        for (a, b) in [
            ("use integer cents", "integers, in cents please!"),
            ("don't rename functions", "never rename a function"),
            ("add type hints", "please add type hints to this one too"),
            ("keep the tests passing", "tests must pass"),
            ("shorter names", "Shorter names!"),
            ("tabs", "use tabs"),
            ("Kommentare auf Deutsch", "kommentare bitte auf deutsch"),
            ("stop adding comments", "no more added comments"),
        ] {
            assert!(alike(a, b), "{a:?} and {b:?}");
            assert!(alike(b, a), "{b:?} and {a:?}");
        }
    }

    #[test]
    fn unrelated_steers_are_not_taken_for_one_kind() {
        for (a, b) in [
            ("use integer cents", "whole cents everywhere"),
            ("use tabs", "don't use tabs"),
            ("only ints", "only strings"),
            ("make it shorter", "make it faster"),
            ("rename total to sum", "add a docstring to total"),
            ("use a dict for the prices", "use a list for the orders"),
            ("no", "stop"),
            ("please do it again", "please do this"),
            ("", ""),
        ] {
            assert!(!alike(a, b), "{a:?} and {b:?}");
        }
    }

    fn said(words: &[&str]) -> Vec<String> {
        words.iter().map(|w| (*w).to_owned()).collect()
    }

    #[test]
    fn the_newest_repeated_words_are_offered_once() {
        let all = said(&["use integer cents", "add a docstring", "integers, in cents!"]);
        assert_eq!(said_twice(&all, ""), Some("integers, in cents!"));
        assert_eq!(said_twice(&all[..2], ""), None);
        assert_eq!(said_twice(&all, "# House rules\n- Use integer cents for money.\n"), None, "it is a rule already");
    }

    #[test]
    fn a_rule_is_a_line_of_its_own() {
        assert_eq!(rule("  use integer\n cents "), "Use integer cents");
        assert_eq!(rule("- élan"), "Élan");
        assert!(rule(&"word ".repeat(100)).chars().count() <= RULE_MAX + 1);
        assert_eq!(addition("", "A"), "- A\n");
        assert_eq!(addition("# Rules", "A"), "\n- A\n");
        assert_eq!(addition("- B\n", "A"), "- A\n");
    }

    #[test]
    fn rules_are_counted() {
        assert_eq!(count(""), 0);
        assert_eq!(count("# Rules\n\n- one\n- two\n  more of two\n3. three\n"), 3);
        assert_eq!(count("Use tabs.\n\nNo floats.\n"), 2);
    }
}
