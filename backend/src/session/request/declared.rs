//! What a large text declares, kept by line as the text changes, and the outline that a request shows of it.

use std::fmt::Write as _;
use std::ops::Range;

use super::symbols::{self, Symbol};
use super::text::floor_char;

/// What stands before a name in an outline takes about so much, in bytes.
const PLACE: usize = 12;

/// A text's declarations. Those that a long outline leaves out are by themselves, so that it costs what it shows.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Declarations {
    /// Those at a line's start.
    tops: Level,
    inner: Level,
}

#[derive(Debug, Default, PartialEq, Eq)]
struct Level {
    /// In order.
    all: Vec<Declared>,
    /// What they take in an outline, in bytes, about.
    size: usize,
}

/// A declaration: its line from 0, and what is shown of it.
#[derive(Debug, PartialEq, Eq)]
struct Declared {
    line: usize,
    name: Box<str>,
}

impl Declarations {
    /// Those of a text that begins with this line.
    pub fn of(text: &str, first: usize) -> Declarations {
        let mut found = Declarations::default();
        for Symbol { line, is_top, name } in symbols::symbols(text) {
            let level = if is_top { &mut found.tops } else { &mut found.inner };
            level.size += PLACE + name.len();
            level.all.push(Declared { line: first + line as usize - 1, name: name.into() });
        }
        found
    }

    /// Puts others in place of those in some lines, of which there are `count` now.
    pub fn replace(&mut self, lines: &Range<usize>, count: usize, new: Declarations) {
        self.tops.replace(lines, count, new.tops);
        self.inner.replace(lines, count, new.inner);
    }

    /// A line each, in at most `room` bytes: if that is too little, of the top only; if it still is, evenly thinned.
    pub fn outline(&self, room: usize) -> String {
        if room == 0 {
            return String::new();
        }
        let mut out = String::new();
        let mut show = |one: &Declared, indent: &str| {
            let _ = writeln!(out, "{:>6} {indent}{}", one.line + 1, one.name);
        };
        if self.tops.size + self.inner.size <= room {
            let mut tops = self.tops.all.iter().peekable();
            for inner in &self.inner.all {
                while let Some(top) = tops.next_if(|top| top.line < inner.line) {
                    show(top, "");
                }
                show(inner, "  ");
            }
            tops.for_each(|top| show(top, ""));
        } else {
            let every = self.tops.size.div_ceil(room).max(1);
            self.tops.all.iter().step_by(every).for_each(|top| show(top, ""));
        }
        // Names differ in length, so thinning may miss by a little.
        if out.len() <= room {
            return out;
        }
        floor_char(&out, room).rsplit_once('\n').map_or_else(String::new, |(whole, _)| format!("{whole}\n"))
    }
}

impl Level {
    fn replace(&mut self, lines: &Range<usize>, count: usize, new: Level) {
        let kept = self.all.partition_point(|one| one.line < lines.start);
        let rest = self.all.partition_point(|one| one.line < lines.end);
        if count != lines.len() {
            for one in self.all.iter_mut().skip(rest) {
                one.line = one.line + count - lines.len();
            }
        }
        let gone: usize = self.all.splice(kept..rest, new.all).map(|one| PLACE + one.name.len()).sum();
        self.size = self.size + new.size - gone;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_outline_keeps_to_its_room() {
        let text: String = (0..2000).map(|i| format!("fn name_{i}() {{}}\n    fn inner_{i}() {{}}\n")).collect();
        let outline = |room| Declarations::of(&text, 0).outline(room);
        for room in [0, 10, 100, 5000, 40_000, 1_000_000] {
            assert!(outline(room).len() <= room, "{room}");
        }
        assert!(outline(5000).lines().count() > 100 && !outline(40_000).contains("inner_7"));
        let whole = outline(1_000_000);
        assert!(whole.starts_with("     1 fn name_0\n     2   fn inner_0\n     3 fn name_1\n"));
        assert!(whole.ends_with("  3999 fn name_1999\n  4000   fn inner_1999\n"));
    }

    #[test]
    fn what_replaces_some_lines_moves_those_behind_them() {
        let mut all = Declarations::of("fn a\n  fn b\nfn c\n\nfn d\n  fn e\n", 0);
        all.replace(&(1..3), 3, Declarations::of("x\nfn f\n  fn g\n", 1));
        assert_eq!(all, Declarations::of("fn a\nx\nfn f\n  fn g\n\nfn d\n  fn e\n", 0));
        all.replace(&(0..7), 0, Declarations::default());
        assert_eq!(all, Declarations::default());
    }
}
