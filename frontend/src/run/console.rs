//! The console: what a run said, bounded, with a count of what was dropped.

use std::collections::VecDeque;
use std::sync::Arc;

use super::event::{Event, Level, Test, TestState, Value, ValueKind};

/// Entries at most: more than anyone reads, and what the page draws without effort.
pub const ENTRIES_MAX: usize = 1_000;
/// UTF-16 units, roughly, of all entries at most.
const UNITS_MAX: usize = 1024 * 1024;
/// Pictures at most.
const IMAGES_MAX: usize = 20;

/// One thing on the console.
#[derive(Clone, Debug, PartialEq)]
pub enum Said {
    /// Values.
    Log {
        /// How loud.
        level: Level,
        /// In how many groups.
        indent: u8,
        /// The values.
        args: Vec<Value>,
    },
    /// An error that nobody caught, with its stack.
    Error(String),
    /// A test that ended.
    Test(Test),
    /// A picture.
    Image {
        /// Its name.
        name: String,
        /// Its address.
        address: String,
    },
    /// The page's own words.
    Note(String),
}

/// An entry, with what tells it from the others.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// Grows.
    pub id: u64,
    /// What.
    pub said: Said,
    /// How many times in a row.
    pub times: u32,
}

/// The tests of a run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Passed.
    pub passed: u32,
    /// Failed.
    pub failed: u32,
    /// Skipped.
    pub skipped: u32,
}

/// The console of the last run.
#[derive(Clone, Debug, Default)]
pub struct Console {
    entries: VecDeque<Arc<Entry>>,
    units: usize,
    next: u64,
    images: usize,
    /// How many things were said and are not shown.
    pub dropped: u64,
    /// The tests so far.
    pub tally: Tally,
    /// Errors that nobody caught.
    pub errors: u32,
}

impl Console {
    /// Takes in an event.
    pub fn take(&mut self, event: Event) {
        match event {
            Event::Log { level, indent, args } => self.push(Said::Log { level, indent, args }),
            Event::Error { stack, value, name, promised } => {
                self.errors = self.errors.saturating_add(1);
                self.push(Said::Error(uncaught(stack, value.as_ref(), &name, promised)));
            }
            Event::Test(test) => {
                let count = match test.state {
                    TestState::Passed => &mut self.tally.passed,
                    TestState::Failed => &mut self.tally.failed,
                    TestState::Skipped => &mut self.tally.skipped,
                };
                *count = count.saturating_add(1);
                self.push(Said::Test(test));
            }
            Event::Image { .. } if self.images >= IMAGES_MAX => self.dropped += 1,
            Event::Image { name, address } => {
                self.images += 1;
                self.push(Said::Image { name, address });
            }
            Event::Dropped { count } => self.dropped = self.dropped.saturating_add(count),
            Event::Clear => {
                self.entries.clear();
                self.units = 0;
                self.images = 0;
            }
            Event::Unparsed | Event::End { .. } => {}
        }
    }

    /// Says something; what is too much falls off at the beginning.
    pub fn push(&mut self, said: Said) {
        if let Some(last) = self.entries.back_mut()
            && last.said == said
            && matches!(said, Said::Log { .. })
        {
            let last = Arc::make_mut(last);
            last.times = last.times.saturating_add(1);
            return;
        }
        self.units += units(&said);
        self.entries.push_back(Arc::new(Entry { id: self.next, said, times: 1 }));
        self.next += 1;
        while self.entries.len() > ENTRIES_MAX || (self.units > UNITS_MAX && self.entries.len() > 1) {
            if let Some(gone) = self.entries.pop_front() {
                self.units = self.units.saturating_sub(units(&gone.said));
                self.dropped = self.dropped.saturating_add(u64::from(gone.times));
            }
        }
    }

    /// What is shown, the oldest first.
    pub fn entries(&self) -> impl DoubleEndedIterator<Item = &Arc<Entry>> {
        self.entries.iter()
    }

    /// Nothing was said.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// The last words, as plain text of so many bytes at most: for whoever reads them elsewhere.
    pub fn tail(&self, most: usize) -> String {
        let mut lines: Vec<String> = Vec::new();
        let mut size = 0;
        for entry in self.entries.iter().rev() {
            let line = words(&entry.said);
            size += line.len() + 1;
            if size > most {
                break;
            }
            lines.push(line);
        }
        lines.reverse();
        lines.join("\n")
    }
}

fn uncaught(stack: String, value: Option<&Value>, name: &str, promised: bool) -> String {
    let promised = if promised { " (in promise)" } else { "" };
    match value {
        Some(value) => format!("Uncaught{promised} {}", brief(value)),
        None if stack.is_empty() => format!("Uncaught{promised} {name}"),
        None if promised.is_empty() => stack,
        None => format!("Uncaught{promised} {stack}"),
    }
}

/// What an entry says, as plain text.
pub fn words(said: &Said) -> String {
    match said {
        Said::Log { args, .. } => args.iter().map(brief).collect::<Vec<_>>().join(" "),
        Said::Error(stack) => stack.clone(),
        Said::Test(test) => {
            let state = match test.state {
                TestState::Passed => "ok",
                TestState::Failed => "FAILED",
                TestState::Skipped => "skipped",
            };
            let error = test.error.as_ref().map(|error| format!("\n{error}")).unwrap_or_default();
            format!("{state} {}{error}", test.name)
        }
        Said::Image { name, .. } => format!("[picture {name}]"),
        Said::Note(text) => text.clone(),
    }
}

/// A text as a value.
pub fn text(text: String) -> Value {
    Value { kind: ValueKind::Text, text, entries: Vec::new(), list: false, more: 0 }
}

/// How deep a value in one line goes, and how many entries of each level it names.
const BRIEF_DEPTH: usize = 2;
const BRIEF_ENTRIES: usize = 8;

/// A value in one line.
pub fn brief(value: &Value) -> String {
    briefly(value, 0)
}

fn briefly(value: &Value, depth: usize) -> String {
    match value.kind {
        ValueKind::Text if depth == 0 => value.text.clone(),
        ValueKind::Text => format!("{:?}", value.text),
        ValueKind::Plain | ValueKind::Error => value.text.clone(),
        ValueKind::Object if depth >= BRIEF_DEPTH => format!("{} …", value.text),
        ValueKind::Object => {
            let shown = value.entries.iter().take(BRIEF_ENTRIES).map(|(key, inner)| {
                let inner = briefly(inner, depth + 1);
                if value.list { inner } else { format!("{key}: {inner}") }
            });
            let mut shown: Vec<String> = shown.collect();
            if value.entries.len() > BRIEF_ENTRIES || value.more > 0 {
                shown.push("…".to_owned());
            }
            let inside = shown.join(", ");
            let name = if value.text == "Object" { String::new() } else { format!("{} ", value.text) };
            match (value.list, inside.is_empty()) {
                (true, _) => format!("{name}[{inside}]"),
                (false, true) => format!("{name}{{}}"),
                (false, false) => format!("{name}{{ {inside} }}"),
            }
        }
    }
}

/// Roughly how much an entry holds.
fn units(said: &Said) -> usize {
    fn of(value: &Value) -> usize {
        value.text.len() + value.entries.iter().map(|(key, inner)| key.len() + of(inner) + 16).sum::<usize>()
    }
    16 + match said {
        Said::Log { args, .. } => args.iter().map(of).sum(),
        Said::Error(text) | Said::Note(text) => text.len(),
        Said::Test(test) => test.name.len() + test.error.as_ref().map_or(0, String::len),
        // A picture is not text; how many there are is limited by itself.
        Said::Image { name, .. } => name.len(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(words: &str) -> Value {
        super::text(words.to_owned())
    }

    fn log(words: &str) -> Event {
        Event::Log { level: Level::Log, indent: 0, args: vec![text(words)] }
    }

    #[test]
    fn a_flood_keeps_its_end_and_is_counted() {
        let mut console = Console::default();
        for n in 0..ENTRIES_MAX + 50 {
            console.take(log(&n.to_string()));
        }
        assert_eq!((console.entries().count(), console.dropped), (ENTRIES_MAX, 50));
        assert!(console.tail(20).ends_with("1049"));
        console.take(Event::Dropped { count: 7 });
        assert_eq!(console.dropped, 57);
    }

    #[test]
    fn much_text_pushes_the_oldest_out() {
        let mut console = Console::default();
        for n in 0..40 {
            console.take(log(&format!("{n}{}", "x".repeat(40_000))));
        }
        let kept = console.entries().count();
        assert!(kept < 30 && kept as u64 + console.dropped == 40, "{kept}");
    }

    #[test]
    fn what_repeats_is_one_entry() {
        let mut console = Console::default();
        for words in ["a", "a", "a", "b", "a"] {
            console.take(log(words));
        }
        let times: Vec<u32> = console.entries().map(|entry| entry.times).collect();
        assert_eq!(times, [3, 1, 1]);
    }

    #[test]
    fn values_have_a_line() {
        let number = |n: &str| Value { kind: ValueKind::Plain, ..text(n) };
        let list = Value {
            kind: ValueKind::Object,
            entries: vec![("0".into(), number("1")), ("1".into(), text("x"))],
            list: true,
            ..text("Array(2)")
        };
        let object = Value { kind: ValueKind::Object, entries: vec![("a".into(), list.clone())], ..text("Object") };
        assert_eq!(brief(&list), "Array(2) [1, \"x\"]");
        assert_eq!(brief(&object), "{ a: Array(2) [1, \"x\"] }");
        assert_eq!(brief(&Value { kind: ValueKind::Object, ..text("Object") }), "{}");
    }

    #[test]
    fn errors_and_tests_are_counted() {
        let mut console = Console::default();
        let error =
            |promised, stack: &str, value| Event::Error { promised, name: "X".into(), stack: stack.into(), value };
        console.take(error(false, "X: no\n at a.js:1:1", None));
        console.take(error(true, "", Some(text("thrown"))));
        for state in [TestState::Passed, TestState::Failed, TestState::Skipped, TestState::Passed] {
            console.take(Event::Test(Test { file: "t.js".into(), name: "t".into(), state, ms: 1.0, error: None }));
        }
        assert_eq!((console.errors, console.tally), (2, Tally { passed: 2, failed: 1, skipped: 1 }));
        assert!(console.tail(1000).contains("Uncaught (in promise) thrown"));
    }
}
