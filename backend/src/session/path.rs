//! Paths as a model or a person may write them. Pure.

use protocol::limits::PATH_MAX;

/// Without a leading `./` and surrounding blanks.
pub fn normal(path: &str) -> &str {
    let path = path.trim();
    path.strip_prefix("./").unwrap_or(path)
}

/// Whether a file may have this path: relative, inside the project, printable.
pub fn check(path: &str) -> Result<(), &'static str> {
    let path = normal(path);
    if path.is_empty() {
        return Err("The path is empty.");
    }
    if path.len() > PATH_MAX {
        return Err("The path is too long.");
    }
    if path.starts_with('/') || path.contains('\\') || path.chars().any(char::is_control) {
        return Err("The path is not a plain relative path.");
    }
    if path.split('/').any(|part| part.is_empty() || part == "." || part == "..") {
        return Err("The path has an empty part, or leaves the project.");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_plain_relative_paths_pass() {
        for good in ["a.py", "src/lib.rs", "./a", "ünïcode/文.txt", "a b/c"] {
            assert_eq!(check(good), Ok(()), "{good}");
        }
        for bad in ["", " ", "/etc/passwd", "../a", "a/../b", "a//b", "a\\b", "a\nb", "a/./b"] {
            assert!(check(bad).is_err(), "{bad}");
        }
        assert_eq!(check(&"x".repeat(PATH_MAX)), Ok(()));
        assert!(check(&"x".repeat(PATH_MAX + 1)).is_err());
    }
}
