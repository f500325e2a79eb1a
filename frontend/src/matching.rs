//! Finding a file by a few of its letters, and what of a prompt is such a search. Pure.

use std::ops::Range;

/// The most rows that are offered at once: more is not read, but searched further.
pub const ROWS: usize = 8;
/// What a letter is worth where it begins a part of a path, where it follows the last one found, and in the name
/// itself.
const BEGINS: i32 = 8;
const FOLLOWS: i32 = 5;
const IN_NAME: i32 = 3;

/// The paths that a search finds, the best first; all of them, in their order, for an empty one.
pub fn best<'a, T>(files: &'a [T], path: impl Fn(&T) -> &str, search: &str) -> Vec<&'a T> {
    let search: Vec<char> = search.chars().flat_map(char::to_lowercase).collect();
    let mut found: Vec<(i32, usize, &T)> = files
        .iter()
        .filter_map(|file| {
            let path = path(file);
            score(path, &search).map(|score| (score, path.len(), file))
        })
        .collect();
    // Of equals the shorter path, and then the one that comes first.
    found.sort_by(|a, b| b.0.cmp(&a.0).then_with(|| if search.is_empty() { a.1.cmp(&a.1) } else { a.1.cmp(&b.1) }));
    found.into_iter().take(ROWS).map(|(.., file)| file).collect()
}

/// How well a path fits; `None` where the letters are not in it in this order. The name is tried before the path.
fn score(path: &str, search: &[char]) -> Option<i32> {
    let name = path.rfind('/').map_or(0, |at| at + 1);
    let in_name =
        path.get(name..).and_then(|n| walk(n, search)).map(|s| s + IN_NAME * i32::try_from(search.len()).unwrap_or(0));
    in_name.max(walk(path, search))
}

fn walk(text: &str, search: &[char]) -> Option<i32> {
    let mut wanted = search.iter().copied().peekable();
    let (mut sum, mut before, mut hit) = (0, '/', false);
    for letter in text.chars() {
        let Some(next) = wanted.peek() else { break };
        let begins = !before.is_alphanumeric() || (before.is_lowercase() && letter.is_uppercase());
        if letter.to_lowercase().eq([*next]) {
            sum += 1 + if begins { BEGINS } else { 0 } + if hit { FOLLOWS } else { 0 };
            wanted.next();
            hit = true;
        } else {
            hit = false;
        }
        before = letter;
    }
    wanted.peek().is_none().then_some(sum)
}

/// The `@…` that ends at the caret: what it searches for, and its bytes with the `@`.
pub fn mention(text: &str, caret: usize) -> Option<(String, Range<usize>)> {
    let before = text.get(..caret)?;
    let at = before.rfind('@')?;
    let search = before.get(at + 1..)?;
    // An address like a@b is no mention.
    let begins = before.get(..at)?.chars().next_back().is_none_or(|c| c.is_whitespace() || "([{\"'".contains(c));
    (begins && !search.contains(char::is_whitespace)).then(|| (search.to_owned(), at..caret))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn find<'a>(files: &'a [&'a str], search: &str) -> Vec<&'a str> {
        best(files, |file| file, search).into_iter().copied().collect()
    }

    #[test]
    fn letters_in_order_find_a_file_and_its_name_counts_most() {
        let files = ["src/invoice/total.rs", "src/total/invoice.rs", "README.md", "src/io.rs"];
        assert_eq!(find(&files, "inv"), ["src/total/invoice.rs", "src/invoice/total.rs"]);
        assert_eq!(find(&files, "READ"), ["README.md"]);
        assert_eq!(find(&files, "s/io")[0], "src/io.rs");
        assert_eq!(find(&files, "xyz"), Vec::<&str>::new());
    }

    #[test]
    fn an_empty_search_keeps_the_order_and_the_rows_are_few() {
        let files: Vec<String> = (0..5_000).map(|n| format!("src/part_{n}/file_{n}.rs")).collect();
        let all = best(&files, |file| file, "");
        assert_eq!(all.len(), ROWS);
        assert_eq!(all[0], "src/part_0/file_0.rs");
        assert_eq!(best(&files, |file| file, "file_4321")[0], "src/part_4321/file_4321.rs");
    }

    #[test]
    fn a_mention_ends_at_the_caret() {
        assert_eq!(mention("look at @src/li", 15), Some(("src/li".into(), 8..15)));
        assert_eq!(mention("@", 1), Some((String::new(), 0..1)));
        assert_eq!(mention("look at @a then", 15), None);
        assert_eq!(mention("me@example", 10), None);
        assert_eq!(mention("(@a", 3), Some(("a".into(), 1..3)));
        assert_eq!(mention("é@", 1), None, "inside a character");
    }
}
