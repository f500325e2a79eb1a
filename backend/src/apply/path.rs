//! Which paths a model may name: plain, relative, inside the folder. Pure; links are the folder's matter.

/// The longest path, in bytes: deeper than projects go, and far below where file systems end.
pub const PATH_MAX: usize = 1024;

/// Why a path is refused. Its words end a sentence that begins with the path.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadPath {
    /// Nothing is left of it.
    #[error("is no path")]
    Empty,
    /// Past [`PATH_MAX`].
    #[error("is longer than {PATH_MAX} bytes")]
    TooLong,
    /// It begins at a root, a drive or a home folder.
    #[error("is an absolute path")]
    Absolute,
    /// It has a `..`.
    #[error("leaves the folder")]
    Leaves,
    /// It has a backslash, which some systems read as a slash.
    #[error("has a backslash")]
    Backslash,
    /// It has an unprintable character.
    #[error("has an unprintable character")]
    Control,
    /// It has an empty part or a `.` in its middle, or ends in a slash.
    #[error("has an empty part")]
    EmptyPart,
    /// It goes into a repository's own folder, where files can be commands.
    #[error("is inside .git, which is not the model's to change")]
    Git,
}

/// The path without what models put around it.
pub fn normal(written: &str) -> &str {
    let mut path = written.trim();
    while let Some(rest) = path.strip_prefix("./") {
        path = rest;
    }
    path
}

/// Checks a [`normal`] path.
pub fn check(path: &str) -> Result<(), BadPath> {
    if path.is_empty() {
        return Err(BadPath::Empty);
    }
    if path.len() > PATH_MAX {
        return Err(BadPath::TooLong);
    }
    let mut start = path.chars();
    let drive = start.next().is_some_and(|first| first.is_ascii_alphabetic()) && start.next() == Some(':');
    if drive || path.starts_with(['/', '\\']) || path == "~" || path.starts_with("~/") {
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
    for part in path.split('/') {
        match part {
            "" | "." => return Err(BadPath::EmptyPart),
            git if git.eq_ignore_ascii_case(".git") => return Err(BadPath::Git),
            _ => {}
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_plain_relative_paths_pass() {
        for good in ["a.py", "src/lib.rs", "a b/ü/文.txt", ".github/ci.yml", "a..b", "xy:z", "~a"] {
            assert_eq!(check(good), Ok(()), "{good}");
        }
        for (bad, why) in [
            ("", BadPath::Empty),
            ("/etc/passwd", BadPath::Absolute),
            ("C:/x", BadPath::Absolute),
            ("c:x", BadPath::Absolute),
            ("\\\\host\\share", BadPath::Absolute),
            ("~/.bashrc", BadPath::Absolute),
            ("../a", BadPath::Leaves),
            ("a/../b", BadPath::Leaves),
            ("a\\..\\..\\b", BadPath::Leaves),
            ("a\\b", BadPath::Backslash),
            ("a\nb", BadPath::Control),
            ("a//b", BadPath::EmptyPart),
            ("a/./b", BadPath::EmptyPart),
            ("a/", BadPath::EmptyPart),
            (".git/hooks/pre-commit", BadPath::Git),
            ("sub/.GIT/config", BadPath::Git),
        ] {
            assert_eq!(check(bad), Err(why), "{bad}");
        }
        assert_eq!(check(&"x".repeat(PATH_MAX)), Ok(()));
        assert_eq!(check(&"x".repeat(PATH_MAX + 1)), Err(BadPath::TooLong));
    }

    #[test]
    fn a_leading_dot_and_blanks_go() {
        assert_eq!(normal(" ././a/b "), "a/b");
    }
}
