//! Stack traces: the places in them that are lines of the session's files.

/// A place in a file.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Place {
    /// The file.
    pub path: String,
    /// Counted from 1.
    pub line: u32,
    /// Counted from 1.
    pub column: u32,
}

/// A piece of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Piece {
    /// As it stands.
    Text(String),
    /// A place that one can go to, by these words.
    Link(String, Place),
}

/// What finds a trace's places: which files there are, and where a place of compiled code was written.
pub trait Files {
    /// Whether there is such a file.
    fn has(&self, path: &str) -> bool;
    /// Where a place of what the browser ran was written.
    fn written(&self, place: Place) -> Place {
        place
    }
}

/// A text, cut at the places in it.
pub fn pieces(text: &str, files: &impl Files) -> Vec<Piece> {
    let mut pieces = Vec::new();
    for (number, line) in text.split('\n').enumerate() {
        let newline = if number == 0 { "" } else { "\n" };
        match place_in(line, files) {
            Some((start, end, place)) => {
                let place = files.written(place);
                let words = if line.get(start..end).is_some_and(|words| words.contains('"')) {
                    line.get(start..end).unwrap_or_default().to_owned()
                } else {
                    format!("{}:{}:{}", place.path, place.line, place.column)
                };
                push_text(&mut pieces, &format!("{newline}{}", line.get(..start).unwrap_or_default()));
                pieces.push(Piece::Link(words, place));
                push_text(&mut pieces, line.get(end..).unwrap_or_default());
            }
            None => push_text(&mut pieces, &format!("{newline}{line}")),
        }
    }
    pieces
}

fn push_text(pieces: &mut Vec<Piece>, text: &str) {
    match pieces.last_mut() {
        _ if text.is_empty() => {}
        Some(Piece::Text(last)) => last.push_str(text),
        _ => pieces.push(Piece::Text(text.to_owned())),
    }
}

/// The place that an error is about: the innermost line of the session's. JavaScript names it first, Python last.
pub fn place_of(trace: &str, files: &impl Files) -> Option<Place> {
    let is_python = trace.contains("  File \"");
    let mut found = trace.split('\n').filter_map(|line| place_in(line, files));
    let found = if is_python { found.last() } else { found.next() };
    found.map(|(_, _, place)| files.written(place))
}

/// The first line of an error: what it is.
pub fn headline(trace: &str) -> &str {
    let mut lines = trace.lines().filter(|line| !line.trim().is_empty());
    if trace.contains("  File \"") { lines.next_back() } else { lines.next() }.unwrap_or(trace).trim()
}

fn place_in(line: &str, files: &impl Files) -> Option<(usize, usize, Place)> {
    in_python(line, files).or_else(|| in_javascript(line, files))
}

/// `File "src/a.py", line 3, in f`.
fn in_python(line: &str, files: &impl Files) -> Option<(usize, usize, Place)> {
    let start = line.find("File \"")?;
    let rest = line.get(start + 6..)?;
    let (path, rest) = rest.split_once("\", line ")?;
    let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
    let number = rest.get(..digits)?.parse().ok()?;
    let end = start + 6 + path.len() + 8 + digits;
    files.has(path).then(|| (start, end, Place { path: path.to_owned(), line: number, column: 1 }))
}

/// `at f (src/a.js:3:5)`, `at src/a.js:3:5`.
fn in_javascript(line: &str, files: &impl Files) -> Option<(usize, usize, Place)> {
    let trimmed = line.trim_start();
    if !trimmed.starts_with("at ") {
        return None;
    }
    let whole = line.trim_end();
    let end = whole.strip_suffix(')').map_or(whole.len(), str::len);
    let (rest, column) = whole.get(..end)?.rsplit_once(':')?;
    let (rest, number) = rest.rsplit_once(':')?;
    let (column, number) = (column.parse().ok()?, number.parse().ok()?);
    // A path may hold blanks and brackets: the longest that is a file is meant.
    let begin = line.len() - trimmed.len() + 3;
    let starts = std::iter::once(begin).chain(rest.match_indices(['(', ' ']).map(|(at, sign)| at + sign.len()));
    starts.filter(|start| *start >= begin).find_map(|start| {
        let path = rest.get(start..)?;
        files.has(path).then(|| (start, end, Place { path: path.to_owned(), line: number, column }))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Known;

    impl Files for Known {
        fn has(&self, path: &str) -> bool {
            ["src/a.js", "b.py", "my (odd) file.js", "t.ts"].contains(&path)
        }

        fn written(&self, place: Place) -> Place {
            let line = if place.path == "t.ts" { place.line + 10 } else { place.line };
            Place { line, ..place }
        }
    }

    fn told(text: &str) -> String {
        let told = pieces(text, &Known).into_iter().map(|piece| match piece {
            Piece::Text(text) => text,
            Piece::Link(words, place) => format!("[{words}|{}:{}:{}]", place.path, place.line, place.column),
        });
        told.collect()
    }

    #[test]
    fn javascript_places_are_links() {
        let trace = "Error: at sea\n    at f (src/a.js:3:5)\n    at async src/a.js:9:1\n    at new Odd (my (odd) file.js:2:4)\n    at x (other.js:1:1)";
        assert_eq!(
            told(trace),
            "Error: at sea\n    at f ([src/a.js:3:5|src/a.js:3:5])\n    at async [src/a.js:9:1|src/a.js:9:1]\n    at new Odd ([my (odd) file.js:2:4|my (odd) file.js:2:4])\n    at x (other.js:1:1)"
        );
        assert_eq!(place_of(trace, &Known).map(|place| (place.path, place.line)), Some(("src/a.js".to_owned(), 3)));
        assert_eq!(headline(trace), "Error: at sea");
    }

    #[test]
    fn compiled_places_lead_to_what_was_written() {
        assert_eq!(told("E\n at t.ts:1:2"), "E\n at [t.ts:11:2|t.ts:11:2]");
    }

    #[test]
    fn python_places_are_links_and_the_last_one_counts() {
        let trace = "Traceback (most recent call last):\n  File \"b.py\", line 7, in <module>\n    f()\n  File \"/lib/x.py\", line 1, in f\nValueError: no";
        assert!(told(trace).contains("  [File \"b.py\", line 7|b.py:7:1], in <module>\n"));
        assert_eq!(place_of(trace, &Known).map(|place| place.line), Some(7));
        assert_eq!(headline(trace), "ValueError: no");
    }

    #[test]
    fn other_words_are_left_alone() {
        for text in ["at noon: 12:30", "nothing", "", "at src/a.js", "a src/a.js:1:1", "File \"b.py\", line x"] {
            assert_eq!(told(text), text);
        }
    }
}
