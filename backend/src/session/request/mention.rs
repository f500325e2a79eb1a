//! Files that words name: `@src/a.py`, `@a.py`, `@"with blanks.md"`.

use super::project::Project;
use crate::session::path;

/// The most mentions of one message that count: more is a pasted text.
const MENTIONS_MAX: usize = 16;
/// What may stand right before a mention, beside blanks; after a letter it is an e-mail address.
const OPENING: &[char] = &['(', '[', '{', '<', '"', '\'', '`', ',', ';', ':'];
/// What a sentence puts behind a mention.
const CLOSING: &[char] = &['.', ',', ';', ':', '!', '?', ')', ']', '}', '>', '"', '\'', '`'];

/// What words name.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Mentions {
    /// Files, by their place in the project, in the order of the words.
    pub files: Vec<usize>,
    /// What is not there, or is there more than once.
    pub missing: Vec<String>,
}

impl Mentions {
    /// Adds what `words` name.
    pub fn add(&mut self, words: &str, project: &Project) {
        for mention in mentions(words) {
            if self.files.len() + self.missing.len() >= MENTIONS_MAX {
                return;
            }
            match find(&mention, project) {
                Some(file) if !self.files.contains(&file) => self.files.push(file),
                Some(_) => {}
                None if !self.missing.contains(&mention.name) => self.missing.push(mention.name),
                None => {}
            }
        }
    }
}

struct Mention {
    name: String,
    /// Whether what ends it is clear.
    is_quoted: bool,
}

fn mentions(words: &str) -> impl Iterator<Item = Mention> {
    words.match_indices('@').filter_map(|(at, _)| {
        let before = words.get(..at)?.chars().next_back();
        if before.is_some_and(|c| !c.is_whitespace() && !OPENING.contains(&c)) {
            return None;
        }
        let rest = words.get(at + 1..)?;
        if let Some(quoted) = rest.strip_prefix('"') {
            let (name, _) = quoted.split_once('"')?;
            let is_name = !name.trim().is_empty() && !name.contains('\n');
            return is_name.then(|| Mention { name: name.to_owned(), is_quoted: true });
        }
        let name = rest.split(char::is_whitespace).next()?.trim_end_matches(CLOSING);
        (!name.is_empty()).then(|| Mention { name: name.to_owned(), is_quoted: false })
    })
}

/// The file of exactly this path, or the only one whose path ends so. A name that is not there may have more of its
/// sentence behind it.
fn find(mention: &Mention, project: &Project) -> Option<usize> {
    let whole = project.named(path::normal(&mention.name));
    if whole.is_some() || mention.is_quoted {
        return whole;
    }
    let ends = mention.name.match_indices(CLOSING).map(|(at, _)| at).collect::<Vec<_>>();
    ends.into_iter().rev().find_map(|at| project.named(path::normal(mention.name.get(..at)?)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(words: &str, files: &[&str], missing: &[&str]) {
        let project = Project::of(&["src/a.py", "lib/a.py", "src/deep/b.py", "my notes.md", "Makefile", "a.b/c.rs"]);
        let mut found = Mentions::default();
        found.add(words, &project);
        let paths: Vec<&str> = found.files.iter().map(|at| project.files()[*at].path.as_str()).collect();
        assert_eq!(
            (paths, found.missing),
            (files.to_vec(), missing.iter().map(|m| (*m).to_owned()).collect()),
            "{words}"
        );
    }

    #[test]
    fn mentions_are_found_by_path_by_suffix_and_by_name() {
        check("look at @src/a.py, and @./lib/a.py.", &["src/a.py", "lib/a.py"], &[]);
        check("@b.py (see @deep/b.py)", &["src/deep/b.py"], &[]);
        check("@\"my notes.md\" says", &["my notes.md"], &[]);
        check("@Makefile's rule, `@c.rs`", &["Makefile", "a.b/c.rs"], &[]);
        check("@c.rs!? @c.rs:12", &["a.b/c.rs"], &[]);
    }

    #[test]
    fn what_is_not_there_or_there_twice_is_missing() {
        check("@a.py and @nope.py", &[], &["a.py", "nope.py"]);
        check("@\"nope nope.md\"", &[], &["nope nope.md"]);
        // Not the end of a name.
        check("@file", &[], &["file"]);
    }

    #[test]
    fn not_every_at_is_a_mention() {
        check("me@example.org @ , a@b @\"open", &[], &[]);
        check("", &[], &[]);
    }

    #[test]
    fn a_pasted_text_does_not_name_hundreds() {
        let words: String = (0..100).map(|i| format!("@x{i} ")).collect();
        let mut found = Mentions::default();
        found.add(&words, &Project::of(&[]));
        assert_eq!(found.missing.len(), MENTIONS_MAX);
    }
}
