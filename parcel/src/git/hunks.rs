//! What differs between two texts as the hunks of a patch: changed lines with three lines around them.

use std::ops::Range;

use imara_diff::{Algorithm, Diff, InternedInput};

/// Lines around a change: what everybody's tools write, and enough to find the place again.
const CONTEXT: usize = 3;
/// What stands behind a last line that has no newline.
const NO_NEWLINE: &[u8] = b"\\ No newline at end of file\n";

/// Writes the hunks.
pub(super) fn write(out: &mut Vec<u8>, before: &str, after: &str) {
    let input = InternedInput::new(before, after);
    let mut diff = Diff::compute(Algorithm::Histogram, &input);
    diff.postprocess_lines(&input);
    let old: Vec<&str> = before.split_inclusive('\n').collect();
    let new: Vec<&str> = after.split_inclusive('\n').collect();
    let range = |range: &Range<u32>| range.start as usize..range.end as usize;
    let changes: Vec<_> = diff.hunks().map(|hunk| (range(&hunk.before), range(&hunk.after))).collect();
    let near = |a: &(Range<usize>, Range<usize>), b: &(Range<usize>, Range<usize>)| {
        b.0.start.saturating_sub(a.0.end) <= 2 * CONTEXT
    };
    for group in changes.chunk_by(near) {
        let (Some(first), Some(last)) = (group.first(), group.last()) else { continue };
        let front = first.0.start.min(CONTEXT);
        let back = (old.len() - last.0.end).min(CONTEXT);
        header(out, first.0.start - front..last.0.end + back, first.1.start - front..last.1.end + back);
        let mut at = first.0.start - front;
        for (gone, come) in group {
            lines(out, b' ', old.get(at..gone.start));
            lines(out, b'-', old.get(gone.clone()));
            lines(out, b'+', new.get(come.clone()));
            at = gone.end;
        }
        lines(out, b' ', old.get(at..last.0.end + back));
    }
}

fn header(out: &mut Vec<u8>, old: Range<usize>, new: Range<usize>) {
    // An empty range is named by the line in front of it.
    let place = |range: &Range<usize>| {
        let start = if range.is_empty() { range.start } else { range.start + 1 };
        if range.len() == 1 { start.to_string() } else { format!("{start},{}", range.len()) }
    };
    out.extend(format!("@@ -{} +{} @@\n", place(&old), place(&new)).into_bytes());
}

fn lines(out: &mut Vec<u8>, sign: u8, lines: Option<&[&str]>) {
    for line in lines.unwrap_or_default() {
        out.push(sign);
        out.extend(line.bytes());
        if !line.ends_with('\n') {
            out.push(b'\n');
            out.extend(NO_NEWLINE);
        }
    }
}

#[cfg(test)]
mod tests {
    fn hunks(before: &str, after: &str) -> String {
        let mut out = Vec::new();
        super::write(&mut out, before, after);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn a_change_has_three_lines_around_it() {
        let before = "1\n2\n3\n4\n5\n6\n7\n8\n9\n";
        assert_eq!(hunks(before, &before.replace('5', "five")), "@@ -2,7 +2,7 @@\n 2\n 3\n 4\n-5\n+five\n 6\n 7\n 8\n");
        assert_eq!(hunks("", "a\n"), "@@ -0,0 +1 @@\n+a\n");
        assert_eq!(hunks("a", "a\n"), "@@ -1 +1 @@\n-a\n\\ No newline at end of file\n+a\n");
        assert_eq!(hunks("a\r\nb\r\n", "a\r\n"), "@@ -1,2 +1 @@\n a\r\n-b\r\n");
        assert_eq!(hunks("same", "same"), "");
    }

    #[test]
    fn far_changes_are_hunks_of_their_own() {
        let before: String = (0..40).map(|n| format!("{n}\n")).collect();
        let after = before.replace("\n3\n", "\nthree\n").replace("\n30\n", "\n").replace("\n33\n", "\nx\n");
        assert_eq!(hunks(&before, &after).matches("@@ -").count(), 2);
    }
}
