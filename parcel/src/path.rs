//! Which paths a file from outside may have, and under which path a session's file goes out.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::limits::PATH_MAX;

/// Why a path is refused. Its words end a sentence that begins with the path.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadPath {
    /// Nothing is left of it.
    #[error("is no path")]
    Empty,
    /// Past [`PATH_MAX`].
    #[error("is longer than {PATH_MAX} bytes")]
    TooLong,
    /// It begins at a root or a drive.
    #[error("is an absolute path")]
    Absolute,
    /// It has a `..`.
    #[error("leads out of the project")]
    Leaves,
    /// It has a backslash, which some systems read as a slash.
    #[error("has a backslash")]
    Backslash,
    /// It has an unprintable character.
    #[error("has an unprintable character")]
    Control,
    /// It has an empty part, a `.` in its middle, or ends in a slash.
    #[error("has an empty part")]
    EmptyPart,
    /// It goes into a repository's own folder, where files can be commands.
    #[error("is inside .git")]
    Git,
}

/// Why two paths do not go together.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Clash {
    /// The same one twice.
    #[error("{0} is in it twice")]
    Twice(String),
    /// They are one file where case does not count.
    #[error("{0} and {1} are the same file on many systems")]
    Case(String, String),
    /// One is a file and a folder.
    #[error("{0} is a file and a folder")]
    FileAndFolder(String),
}

/// Checks a path of a file that comes in.
///
/// # Errors
///
/// Says what is wrong with it.
pub fn check(path: &str) -> Result<(), BadPath> {
    if path.is_empty() {
        return Err(BadPath::Empty);
    }
    if path.len() > PATH_MAX {
        return Err(BadPath::TooLong);
    }
    let mut start = path.chars();
    let drive = start.next().is_some_and(|first| first.is_ascii_alphabetic()) && start.next() == Some(':');
    if drive || path.starts_with(['/', '\\']) {
        return Err(BadPath::Absolute);
    }
    if path.chars().any(char::is_control) {
        return Err(BadPath::Control);
    }
    if path.split(['/', '\\']).any(|part| part == "..") {
        return Err(BadPath::Leaves);
    }
    if path.contains('\\') {
        return Err(BadPath::Backslash);
    }
    if path.split('/').any(|part| matches!(part, "" | ".")) {
        return Err(BadPath::EmptyPart);
    }
    if path.split('/').any(is_git) {
        return Err(BadPath::Git);
    }
    Ok(())
}

/// Whether a path is left out of an import without a word of alarm: what tools put beside a project's files.
pub fn is_beside(path: &str) -> bool {
    path.split('/').any(|part| is_git(part) || matches!(part, "__MACOSX" | ".DS_Store" | "Thumbs.db"))
}

/// Checks that paths can stand side by side on any system.
///
/// # Errors
///
/// Names the first two that cannot.
pub fn check_together<'a>(paths: impl IntoIterator<Item = &'a str>) -> Result<(), Clash> {
    let mut files: HashMap<String, &str> = HashMap::new();
    let mut folders: HashMap<String, &str> = HashMap::new();
    for path in paths {
        let folded = path.to_lowercase();
        for (at, _) in path.match_indices('/') {
            let folder = path.get(..at).unwrap_or_default();
            let known = *folders.entry(folder.to_lowercase()).or_insert(folder);
            if known != folder {
                return Err(Clash::Case(known.to_owned(), folder.to_owned()));
            }
        }
        match files.insert(folded, path) {
            Some(same) if same == path => return Err(Clash::Twice(path.to_owned())),
            Some(other) => return Err(Clash::Case(other.to_owned(), path.to_owned())),
            None => {}
        }
    }
    match files.iter().filter(|(folded, _)| folders.contains_key(*folded)).map(|(_, path)| path).min() {
        Some(path) => Err(Clash::FileAndFolder((*path).to_owned())),
        None => Ok(()),
    }
}

/// Whether a part of a path is a repository's own folder on any system: some ignore case, blanks and dots at the end,
/// what follows a colon, or characters that nobody sees.
fn is_git(part: &str) -> bool {
    let hidden =
        |c: char| matches!(c, '\u{200c}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{206a}'..='\u{206f}' | '\u{feff}');
    let part: String = part.chars().filter(|c| !hidden(*c)).collect();
    let part = part.split(':').next().unwrap_or_default().trim_end_matches([' ', '.']).to_ascii_lowercase();
    part == ".git" || part == "git~1"
}

/// The paths that files go out under, by their ids: their own, as far as every tool takes it. A part that no tool takes
/// is left out or renamed, and of two files that would stand in each other's way the later one gets a number.
pub fn outside<'a>(files: impl IntoIterator<Item = (&'a str, &'a str)>) -> BTreeMap<String, String> {
    let wanted: Vec<(&str, String)> = files.into_iter().map(|(id, path)| (id, plain(path))).collect();
    let folders: BTreeSet<String> = wanted
        .iter()
        .flat_map(|(_, path)| path.match_indices('/').map(|(at, _)| path.get(..at).unwrap_or_default().to_owned()))
        .collect();
    // Those whose own path is free keep it, whoever comes first.
    let taken: BTreeSet<String> = wanted.iter().map(|(_, path)| path.clone()).collect();
    let mut used = BTreeSet::new();
    let mut names = BTreeMap::new();
    for (id, path) in wanted {
        let name = if folders.contains(&path) || used.contains(&path) {
            let free = |name: &String| !folders.contains(name) && !taken.contains(name) && !used.contains(name);
            (2..).map(|number| format!("{path} ({number})")).find(free).unwrap_or_else(|| path.clone())
        } else {
            path
        };
        used.insert(name.clone());
        names.insert(id.to_owned(), name);
    }
    names
}

fn plain(path: &str) -> String {
    let parts = path.split('/').filter(|part| !matches!(*part, "" | "." | ".."));
    let parts: Vec<&str> = parts.map(|part| if is_git(part) { "dot-git" } else { part }).collect();
    if parts.is_empty() { "unnamed".to_owned() } else { parts.join("/") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_plain_relative_paths_come_in() {
        for good in ["a.py", "src/lib.rs", "a b/ü/文.txt", ".github/ci.yml", "a..b", "xy:z", "~a", "\"q\"", "a\u{301}"]
        {
            assert_eq!(check(good), Ok(()), "{good}");
        }
        for (bad, why) in [
            ("", BadPath::Empty),
            ("/etc/passwd", BadPath::Absolute),
            ("C:/x", BadPath::Absolute),
            ("\\\\host\\share", BadPath::Absolute),
            ("../a", BadPath::Leaves),
            ("a/../b", BadPath::Leaves),
            ("a\\..\\..\\b", BadPath::Leaves),
            ("a\\b", BadPath::Backslash),
            ("a\nb", BadPath::Control),
            ("a\0b", BadPath::Control),
            ("a//b", BadPath::EmptyPart),
            ("a/./b", BadPath::EmptyPart),
            ("a/", BadPath::EmptyPart),
            (".git/hooks/pre-commit", BadPath::Git),
            ("sub/.GIT/config", BadPath::Git),
            ("sub/.git ./config", BadPath::Git),
            ("GIT~1/config", BadPath::Git),
            (".gi\u{200c}t/config", BadPath::Git),
            (".git::$INDEX_ALLOCATION/config", BadPath::Git),
        ] {
            assert_eq!(check(bad), Err(why), "{bad}");
        }
        assert_eq!(check(&"x".repeat(PATH_MAX)), Ok(()));
        assert_eq!(check(&"x".repeat(PATH_MAX + 1)), Err(BadPath::TooLong));
    }

    #[test]
    fn paths_that_are_one_on_some_system_do_not_go_together() {
        let case = |a: &str, b: &str| Err(Clash::Case(a.into(), b.into()));
        assert_eq!(check_together(["a", "b/a", "b/c"]), Ok(()));
        assert_eq!(check_together(["a", "b", "a"]), Err(Clash::Twice("a".into())));
        assert_eq!(check_together(["README", "readme"]), case("README", "readme"));
        assert_eq!(check_together(["Ü", "ü"]), case("Ü", "ü"));
        assert_eq!(check_together(["Src/a", "src/b"]), case("Src", "src"));
        assert_eq!(check_together(["a/b", "a"]), Err(Clash::FileAndFolder("a".into())));
    }

    #[test]
    fn every_file_goes_out_under_a_path_of_its_own() {
        let names = |paths: &[&str]| {
            let ids: Vec<String> = (0..paths.len()).map(|id| format!("{id:03}")).collect();
            let names = outside(ids.iter().map(String::as_str).zip(paths.iter().copied()));
            names.into_values().collect::<Vec<_>>()
        };
        assert_eq!(names(&["a", "b/c"]), ["a", "b/c"]);
        assert_eq!(names(&["a//b", "./a", "a/b", "."]), ["a/b", "a (2)", "a/b (2)", "unnamed"]);
        assert_eq!(names(&[".git/config", "x/.Git"]), ["dot-git/config", "x/dot-git"]);
        assert_eq!(names(&["a", "a/b", "a (2)"]), ["a (3)", "a/b", "a (2)"]);
    }
}
