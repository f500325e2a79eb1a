//! The parts of a large file that matter: the lines around where somebody is, or where the model last wrote.

use std::fmt::Write as _;
use std::ops::Range;

use super::text::{Lines, floor_char};

/// The most places that a window shows.
const PLACES_MAX: usize = 4;
/// The longest line that is shown whole, in bytes: one that is longer was made by a program.
const LINE_MAX: usize = 2000;

/// The lines to show, in `room` bytes at most unless one line has more: around each place (in bytes), the first
/// places before all others; of a file without places, its beginning.
pub fn windows(lines: &Lines<'_>, places: &[Range<usize>], room: usize) -> Vec<Range<usize>> {
    if lines.count() == 0 {
        return Vec::new();
    }
    let places = places.get(..places.len().min(PLACES_MAX)).unwrap_or_default();
    let share = room / places.len().max(1);
    let mut shown: Vec<Range<usize>> = places.iter().map(|p| around(lines, lines.touched(p), share)).collect();
    if shown.is_empty() {
        shown.push(around(lines, 0..1, share));
    }
    shown.sort_by_key(|r| (r.start, r.end));
    let mut merged: Vec<Range<usize>> = Vec::new();
    for range in shown {
        match merged.last_mut() {
            Some(last) if range.start <= last.end => last.end = last.end.max(range.end),
            _ => merged.push(range),
        }
    }
    merged
}

/// Text of those lines, each part marked with where it is.
pub fn render(lines: &Lines<'_>, shown: &[Range<usize>]) -> String {
    let mut out = String::new();
    for range in shown {
        let _ = writeln!(out, "[lines {}-{} of {}]", range.start + 1, range.end, lines.count());
        for line in lines.slice(range).split_inclusive('\n') {
            let text = line.trim_end_matches('\n');
            let part = floor_char(text, LINE_MAX);
            out.push_str(part);
            if part.len() < text.len() {
                let _ = write!(out, " [… {} more bytes in this line]", text.len() - part.len());
            }
            out.push('\n');
        }
    }
    out
}

/// As many lines as fit around those of a place, above and below in turn; its first ones, if it does not fit itself.
fn around(lines: &Lines<'_>, place: Range<usize>, room: usize) -> Range<usize> {
    let size = |line: usize| lines.bytes(&(line..line + 1)).min(LINE_MAX + 48);
    let mut taken = size(place.start);
    let mut shown = place.start..place.start + 1;
    while shown.end < place.end && taken + size(shown.end) <= room {
        taken += size(shown.end);
        shown.end += 1;
    }
    loop {
        let above = shown.start.checked_sub(1).filter(|line| taken + size(*line) <= room);
        if let Some(line) = above {
            taken += size(line);
            shown.start = line;
        }
        let below = Some(shown.end).filter(|line| *line < lines.count() && taken + size(*line) <= room);
        if let Some(line) = below {
            taken += size(line);
            shown.end = line + 1;
        }
        if above.is_none() && below.is_none() {
            return shown;
        }
    }
}

#[cfg(test)]
mod tests {
    use document::Sheet;

    use super::*;

    fn numbered(count: usize) -> String {
        (1..=count).map(|i| format!("line {i:05}\n")).collect()
    }

    /// Lines from 1, inclusive, of a file of 11 bytes a line.
    fn shown(count: usize, places: &[usize], room: usize) -> Vec<(usize, usize)> {
        let text = numbered(count);
        let places: Vec<Range<usize>> = places.iter().map(|line| (line - 1) * 11..(line - 1) * 11 + 5).collect();
        windows(&Lines::of(&text.as_str().into()), &places, room).into_iter().map(|r| (r.start + 1, r.end)).collect()
    }

    #[test]
    fn a_window_lies_around_its_place() {
        assert_eq!(shown(1000, &[500], 110), [(495, 504)]);
        assert_eq!(shown(1000, &[1], 110), [(1, 10)]);
        assert_eq!(shown(1000, &[1000], 110), [(991, 1000)]);
        assert_eq!(shown(1000, &[], 110), [(1, 10)]);
        assert_eq!(shown(5, &[3], 1000), [(1, 5)]);
    }

    #[test]
    fn places_share_the_room_and_near_ones_are_one_window() {
        assert_eq!(shown(1000, &[100, 900], 110), [(98, 102), (898, 902)]);
        assert_eq!(shown(1000, &[103, 100], 110), [(98, 105)]);
        assert_eq!(shown(1000, &[10, 20, 30, 40, 50, 60], 0), [(10, 10), (20, 20), (30, 30), (40, 40)]);
    }

    #[test]
    fn a_place_that_does_not_fit_is_shown_from_its_start() {
        let text = Sheet::from(numbered(1000).as_str());
        let all = windows(&Lines::of(&text), std::slice::from_ref(&(1100..9000)), 110);
        assert_eq!(all, vec![100..110]);
    }

    #[test]
    fn a_line_without_end_is_cut_and_says_so() {
        let text = Sheet::from(format!("a\n{}\nb\n", "x".repeat(100_000)).as_str());
        let lines = Lines::of(&text);
        let shown = windows(&lines, std::slice::from_ref(&(5..6)), 1000);
        let out = render(&lines, &shown);
        assert!(
            out.starts_with("[lines 2-2 of 3]\nxxx") && out.ends_with("x [… 98000 more bytes in this line]\n"),
            "{out}"
        );
        assert!(windows(&Lines::of(&Sheet::default()), &[], 100).is_empty());
    }
}
