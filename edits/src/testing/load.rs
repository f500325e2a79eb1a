//! Streams and files of the sizes that figures are told for: what benches run.
//!
//! Has no clock: whoever measures brings one.

use crate::action::{Action, FileView, Resolution};
use crate::engine::Engine;
use crate::locate::{Hint, Located, find, locate};

/// A token is counted as so many bytes.
pub const TOKEN_BYTES: usize = 4;
/// Lines of the large file.
const FILE_LINES: usize = 50_000;
/// Lines of the function that is typed again, and how many lines apart it changes.
const FUNCTION_LINES: usize = 400;
const CHANGED_EVERY: usize = 150;
/// Lines that are typed at one place.
const NEW_LINES: usize = 10_000;

/// A stream and the file that it edits.
#[derive(Clone, Debug)]
pub struct Load {
    /// The file.
    pub file: String,
    /// The model's answer.
    pub stream: String,
}

/// A line of code, different for each number; every fourth is a brace.
fn line(number: usize) -> String {
    match number % 4 {
        0 => format!("    fn step_{number}(&mut self, input: &[u8]) -> usize {{\n"),
        1 => format!("        let value_{number} = self.table.get({number}).copied().unwrap_or_default();\n"),
        2 => format!("        self.total += value_{} * input.len();\n", number - 1),
        _ => "    }\n".to_owned(),
    }
}

fn lines(range: std::ops::Range<usize>) -> String {
    range.map(line).collect()
}

impl Load {
    fn edit(file: String, old: &str, new: &str) -> Self {
        let stream = format!(
            "<edit path=\"x.rs\" why=\"load\">\n<old_text>\n{old}</old_text>\n<new_text>\n{new}</new_text>\n</edit>\n"
        );
        Self { file, stream }
    }

    /// New text at a located place.
    pub fn inserting() -> Self {
        let old = line(1);
        let new = old.clone() + &lines(1_000..1_000 + NEW_LINES);
        Self::edit(lines(0..FUNCTION_LINES), &old, &new)
    }

    /// A function of 400 lines typed again, three lines of it changed.
    pub fn retyping() -> Self {
        let old = lines(0..FUNCTION_LINES);
        let new: String = (0..FUNCTION_LINES)
            .map(|number| {
                let changes = number % CHANGED_EVERY == CHANGED_EVERY / 2 - 1;
                if changes { line(number).replace("step", "next").replace("total", "sum") } else { line(number) }
            })
            .collect();
        Self::edit(old.clone(), &old, &new)
    }

    /// How many tokens the stream has.
    pub fn tokens(&self) -> usize {
        self.stream.len() / TOKEN_BYTES
    }

    /// Runs the stream through an engine, token by token; gives the number of actions. The file stays as it is.
    pub fn run(&self) -> usize {
        let mut engine = Engine::new();
        let mut count = 0;
        let mut rest = self.stream.as_str();
        while !rest.is_empty() {
            let (token, after) = rest.split_at(rest.ceil_char_boundary(TOKEN_BYTES));
            let actions = engine.push(token);
            count += actions.len() + self.resolved(&mut engine, &actions);
            rest = after;
        }
        count + engine.finish().len()
    }

    fn resolved(&self, engine: &mut Engine, actions: &[Action]) -> usize {
        let Some(Action::Locate { wanted, .. }) = actions.last() else {
            return 0;
        };
        let resolution = match find(&FileView { text: &self.file }, wanted, Hint::default()) {
            Located::Found(place) => Resolution::Placed(place),
            _ => Resolution::Skip,
        };
        engine.resolve(resolution).len()
    }
}

/// How old text differs from what stands in the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Not at all.
    None,
    /// In blanks at line ends.
    Trailing,
    /// In its indentation throughout.
    Indentation,
    /// In a letter of some lines.
    Letters,
}

/// Old text to be found in a large file.
#[derive(Clone, Debug)]
pub struct Search {
    file: String,
    old: String,
}

impl Search {
    /// Some 40 lines late in a file of 50,000.
    pub fn new(fault: Fault) -> Self {
        let place = FILE_LINES - 8_000;
        let faulty = |number: usize| {
            let line = line(number);
            match fault {
                Fault::None => line,
                Fault::Trailing => line.replace('\n', "  \n"),
                Fault::Indentation => format!("    {line}"),
                Fault::Letters if number % 10 == 5 => line.replace("value", "valeu").replace("step", "stpe"),
                Fault::Letters => line,
            }
        };
        Self { file: lines(0..FILE_LINES), old: (place..place + 40).map(faulty).collect() }
    }

    /// Whether it is found.
    pub fn run(&self) -> bool {
        matches!(locate(&self.file, &self.old), Located::Found(_))
    }
}
