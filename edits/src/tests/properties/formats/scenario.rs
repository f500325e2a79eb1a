//! Random documents, edits of them as a stream, and what they come to: told by plain searching and replacing in
//! strings, with nothing of the engine.

use std::collections::BTreeMap;
use std::ops::Range;

use proptest::prelude::*;

use super::super::line;
use crate::action::Format;

/// The document.
pub(super) const FILE: &str = "src/a.py";
/// Where a move takes it, and the file that is added.
const MOVED: &str = "src/moved.py";
const ADDED: &str = "lib/added.py";

type Files = BTreeMap<String, String>;

/// A document and a stream of edits.
#[derive(Clone, Debug)]
pub(super) struct Scenario {
    pub(super) text: String,
    pub(super) stream: String,
    /// What there is before the first hunk, and after each.
    after: Vec<Files>,
    /// Where in its file each hunk goes, in bytes.
    places: Vec<Range<usize>>,
}

impl Scenario {
    pub(super) fn files_after(&self, hunks: usize) -> &Files {
        &self.after[hunks.min(self.after.len() - 1)]
    }

    pub(super) fn hunks(&self) -> usize {
        self.places.len()
    }

    pub(super) fn place(&self, hunk: usize) -> Range<usize> {
        self.places[hunk].clone()
    }

    fn then(&mut self, place: Range<usize>, change: impl FnOnce(&mut Files)) {
        let mut files = self.files_after(usize::MAX).clone();
        change(&mut files);
        self.after.push(files);
        self.places.push(place);
    }

    fn file(&self) -> String {
        self.files_after(usize::MAX).get(FILE).cloned().unwrap_or_default()
    }

    /// Replaces lines where they stand, if they stand in one place: at the first one behind `from` otherwise. Gives
    /// where the new ones end.
    fn replace(&mut self, old: &[String], new: &[String], from: Option<usize>) -> Option<usize> {
        let text = self.file();
        let places = places(&text, old);
        let place = match places.as_slice() {
            _ if old.is_empty() => text.trim().is_empty().then_some(0..text.len()),
            [one] => Some(one.clone()),
            several => from.and_then(|from| several.iter().find(|place| place.start >= from).cloned()),
        };
        let Some(place) = place else {
            self.then(0..0, |_| {});
            return None;
        };
        let mut new: String = new.iter().map(|line| format!("{line}\n")).collect();
        if !place.is_empty() && !text[place.clone()].ends_with('\n') && !new.is_empty() {
            new.pop();
        }
        let end = place.start + new.len();
        let text = text[..place.start].to_owned() + &new + &text[place.end..];
        self.then(place, |files| drop(files.insert(FILE.to_owned(), text)));
        Some(end)
    }
}

/// Where whole lines stand in a text, in bytes.
fn places(text: &str, wanted: &[String]) -> Vec<Range<usize>> {
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    let bare = |line: &str| line.strip_suffix('\n').unwrap_or(line).to_owned();
    let start = |index: usize| lines[..index].iter().map(|line| line.len()).sum::<usize>();
    (0..lines.len())
        .filter(|at| at + wanted.len() <= lines.len() && (0..wanted.len()).all(|n| bare(lines[at + n]) == wanted[n]))
        .map(|at| start(at)..start(at + wanted.len()))
        .collect()
}

/// An edit, by random numbers: what it comes to depends on the text that it meets.
#[derive(Clone, Debug)]
struct Edit {
    format: Format,
    at: prop::sample::Index,
    len: usize,
    context: (usize, usize),
    new: Vec<String>,
    /// Choices of the syntax.
    style: u8,
    prose: &'static str,
}

const PROSE: [&str; 7] = [
    "",
    "I change this.\n",
    "So:\n\n",
    "- one\n- two\n",
    "```\ncode\n```\n",
    "`x` < y\n",
    "# Title\n\nText with 😀.\n",
];

/// A line of a file: other formats' markers too, but none that this one cannot tell.
fn any_line(format: Option<Format>) -> impl Strategy<Value = String> {
    let special = prop::sample::select(vec![
        "<edit path=\"b\">",
        "</new_text>",
        "<old_text>",
        "</edit>",
        "<<<<<<< SEARCH",
        "=======",
        ">>>>>>> REPLACE",
        "<<<<<<< HEAD",
        "*** End Patch",
        "*** Update File: b",
        "@@",
        "@@ x",
        "+x",
        "-x",
        " x",
        "\\",
        "```",
        "```js",
        "~~~",
        "    ...",
        "b.py",
        "\tx",
    ]);
    let allowed = move |line: &str| {
        let is_edit = matches!(line, "<edit path=\"b\">" | "</new_text>" | "<old_text>" | "</edit>");
        let is_search = matches!(line, "<<<<<<< SEARCH" | "=======" | ">>>>>>> REPLACE" | "<<<<<<< HEAD");
        let may = |of: Format| format.is_some_and(|format| format != of);
        let is_fence = line.starts_with("```");
        (!is_edit || may(Format::Edit))
            && (!is_search || may(Format::SearchReplace))
            && (!is_fence || may(Format::WholeFile))
    };
    prop_oneof![4 => line(), 1 => special.prop_filter("a marker of its own", move |line| allowed(line)).prop_map(str::to_owned)]
}

fn edit(format: Option<Format>) -> impl Strategy<Value = Edit> {
    let formats = prop::sample::select(vec![Format::Edit, Format::SearchReplace, Format::Patch, Format::WholeFile]);
    (
        formats,
        any::<prop::sample::Index>(),
        0..4usize,
        (0..3usize, 0..3usize),
        prop::collection::vec(any_line(format), 0..4),
        any::<u8>(),
        prop::sample::select(PROSE.to_vec()),
    )
        .prop_map(move |(any_format, at, len, context, new, style, prose)| Edit {
            format: format.unwrap_or(any_format),
            at,
            len,
            context,
            new,
            style,
            prose,
        })
}

/// Documents and edits in one format, or in all.
pub(super) fn scenario(format: Option<Format>) -> impl Strategy<Value = Scenario> {
    let text = (prop::collection::vec(any_line(format), 0..14), any::<bool>()).prop_map(|(lines, newline)| {
        let text = lines.join("\n");
        if newline && !lines.is_empty() { text + "\n" } else { text }
    });
    (text, prop::collection::vec(edit(format), 1..4), any::<bool>()).prop_map(|(text, edits, crlf)| {
        let files = Files::from([(FILE.to_owned(), text.clone())]);
        let mut scenario = Scenario { text, stream: String::new(), after: vec![files], places: Vec::new() };
        for edit in &edits {
            scenario.stream += edit.prose;
            render(&mut scenario, edit);
        }
        if crlf {
            scenario.stream = scenario.stream.replace('\n', "\r\n");
        }
        scenario
    })
}

fn render(scenario: &mut Scenario, edit: &Edit) {
    let text = scenario.file();
    let lines: Vec<String> = text.lines().map(str::to_owned).collect();
    let start = edit.at.index(lines.len() + 1);
    let old: Vec<String> = lines.iter().skip(start).take(edit.len).cloned().collect();
    let show = |lines: &[String]| lines.iter().map(|line| format!("{line}\n")).collect::<String>();
    match edit.format {
        Format::Edit => {
            let (old_text, new_text) = (show(&old), show(&edit.new));
            scenario.stream += &format!(
                "<edit path=\"{FILE}\" why=\"w\">\n<old_text>\n{old_text}</old_text>\n<new_text>\n{new_text}</new_text>\n</edit>\n"
            );
            scenario.replace(&old, &edit.new, None);
        }
        Format::SearchReplace => {
            let marks = |mark: &str, shift: u8| mark.repeat(5 + usize::from((edit.style >> shift) % 5));
            let fence = if edit.style.is_multiple_of(2) { "" } else { "```" };
            let close = if fence.is_empty() { "" } else { "```\n" };
            let open = if fence.is_empty() { "" } else { "```python\n" };
            let (a, b, c) = (marks("<", 0), marks("=", 2), marks(">", 4));
            let (old_text, new_text) = (show(&old), show(&edit.new));
            scenario.stream += &format!("**{FILE}**\n{open}{a} SEARCH\n{old_text}{b}\n{new_text}{c} REPLACE\n{close}");
            scenario.replace(&old, &edit.new, None);
        }
        Format::WholeFile => {
            let fence = "`".repeat(4 + usize::from(edit.style % 2));
            let new: Vec<String> =
                lines[..start].iter().chain(&edit.new).chain(lines.iter().skip(start + old.len())).cloned().collect();
            if is_wrapping(&new) {
                return;
            }
            scenario.stream += &format!("### `{FILE}`\n\n{fence}python\n{}{fence}\n", show(&new));
            whole(scenario, &text, &new);
        }
        Format::Patch => patch(scenario, edit, &lines, start),
    }
}

/// A block in front makes the fence that block's; a conflict in front, nobody's.
fn is_wrapping(new: &[String]) -> bool {
    let opens = |line: Option<&String>| {
        const BLOCKS: [&str; 4] = ["<edit path=\"b\">", "<<<<<<< SEARCH", "<<<<<<< HEAD", "*** Update File: b"];
        line.is_some_and(|line| BLOCKS.contains(&line.as_str()))
    };
    opens(new.first()) || (new.first().is_some_and(|line| line == "b.py") && opens(new.get(1)))
}

/// Nothing in the fence is nothing to apply.
fn whole(scenario: &mut Scenario, text: &str, new: &[String]) {
    if new.is_empty() {
        return;
    }
    let mut new: String = new.iter().map(|line| format!("{line}\n")).collect();
    if !text.is_empty() && !text.ends_with('\n') {
        new.pop();
    }
    scenario.then(0..text.len(), |files| drop(files.insert(FILE.to_owned(), new)));
}

fn patch(scenario: &mut Scenario, edit: &Edit, lines: &[String], start: usize) {
    scenario.stream += "*** Begin Patch\n";
    scenario.stream += &format!("*** Update File: {FILE}\n");
    let moves = edit.style.is_multiple_of(8);
    if moves {
        scenario.stream += &format!("*** Move to: {MOVED}\n");
    }
    let mut from = None;
    // Two chunks of the same lines: the second one looks behind the first.
    for again in 0..1 + edit.style / 128 {
        let chunk = Chunk::new(edit, lines, start);
        if again > 0 && places(&scenario.file(), &chunk.old).is_empty() {
            // It might stand somewhere with other blanks.
            break;
        }
        scenario.stream += if again == 0 && edit.style % 4 == 1 { "@@ -1,2 +1,3 @@\n" } else { "@@\n" };
        scenario.stream += &chunk.shown;
        if chunk.old.is_empty() && chunk.new.is_empty() {
            scenario.then(0..0, |_| {});
            break;
        } else if chunk.old.is_empty() {
            let text = scenario.file();
            let (end, ends) = (text.len(), text.is_empty() || text.ends_with('\n'));
            let last = if ends { end } else { text.rfind('\n').map_or(0, |newline| newline + 1) };
            let new = chunk.new.join("\n");
            let text = text + if ends { "" } else { "\n" } + &new + if ends { "\n" } else { "" };
            from = Some(text.len());
            scenario.then(last..end, |files| drop(files.insert(FILE.to_owned(), text)));
        } else {
            from = scenario.replace(&chunk.old, &chunk.new, from);
        }
    }
    if moves {
        scenario.then(0..0, |files| {
            let text = files.remove(FILE).unwrap_or_default();
            files.insert(MOVED.to_owned(), text);
        });
        // Back again, so that what follows finds its file.
        scenario.stream += &format!("*** Update File: {MOVED}\n*** Move to: {FILE}\n");
        scenario.then(0..0, |files| {
            let text = files.remove(MOVED).unwrap_or_default();
            files.insert(FILE.to_owned(), text);
        });
    }
    if edit.style % 8 == 3 {
        let new: String = edit.new.iter().map(|line| format!("{line}\n")).collect();
        let shown: String = edit.new.iter().map(|line| format!("+{line}\n")).collect();
        scenario.stream += &format!("*** Add File: {ADDED}\n{shown}*** Delete File: {ADDED}\n");
        scenario.then(0..0, |files| drop(files.insert(ADDED.to_owned(), new)));
        scenario.then(0..0, |files| drop(files.remove(ADDED)));
    }
    scenario.stream += "*** End Patch\n";
}

/// A chunk with context around some lines.
struct Chunk {
    shown: String,
    old: Vec<String>,
    new: Vec<String>,
}

impl Chunk {
    fn new(edit: &Edit, lines: &[String], start: usize) -> Self {
        let before = &lines[start.saturating_sub(edit.context.0)..start];
        let gone: &[String] = lines.get(start..(start + edit.len).min(lines.len())).unwrap_or_default();
        let after: Vec<&String> = lines.iter().skip(start + gone.len()).take(edit.context.1).collect();
        let mut shown = String::new();
        let context = |line: &String, last: bool| {
            let bare = line.is_empty() && !last && edit.style.is_multiple_of(3);
            if bare { "\n".to_owned() } else { format!(" {line}\n") }
        };
        shown.extend(before.iter().map(|line| context(line, gone.is_empty() && edit.new.is_empty())));
        shown.extend(gone.iter().map(|line| format!("-{line}\n")));
        shown.extend(edit.new.iter().map(|line| format!("+{line}\n")));
        shown.extend(after.iter().map(|line| context(line, true)));
        let with = |middle: &[String]| {
            before.iter().chain(middle).cloned().chain(after.iter().map(|line| (*line).clone())).collect()
        };
        Chunk { shown, old: with(gone), new: with(&edit.new) }
    }
}
