//! Which paths a file may have. Knows nothing of the document.

use crate::limits::PATH_MAX;
use crate::op::Refused;

/// A path is relative, uses `/`, and cannot climb out of the folder that a session is exported to.
pub(crate) fn check(path: &str) -> Result<(), Refused> {
    let refuse = |why| Err(Refused::BadPath(why));
    if path.is_empty() {
        return refuse("empty");
    }
    if path.len() > PATH_MAX {
        return refuse("too long");
    }
    if path.starts_with('/') {
        return refuse("absolute");
    }
    if path.contains('\\') {
        return refuse("backslash");
    }
    if path.chars().any(char::is_control) {
        return refuse("control character");
    }
    if path.split('/').any(|part| part == "..") {
        return refuse("climbs out");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ordinary_paths_pass_and_the_others_say_why() {
        for good in ["a", "src/lib.rs", "a..b", "日本/語.py", &"x".repeat(PATH_MAX)] {
            assert_eq!(check(good), Ok(()), "{good}");
        }
        for (bad, why) in [
            ("", "empty"),
            ("/etc/passwd", "absolute"),
            ("a/../b", "climbs out"),
            ("..", "climbs out"),
            ("a\\b", "backslash"),
            ("a\0b", "control character"),
            ("a\nb", "control character"),
            (&"x".repeat(PATH_MAX + 1), "too long"),
        ] {
            assert_eq!(check(bad), Err(Refused::BadPath(why)), "{bad}");
        }
    }
}
