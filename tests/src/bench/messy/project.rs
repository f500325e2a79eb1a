//! The two projects: a small one, and one that is a mess. The same kinds of text, so that only the size differs.

use std::fmt::Write as _;

/// The file that is open, written and typed into.
pub const LEDGER: &str = "ledger.ts";
/// The file that a page shows first: the first one by its path, and of ordinary size.
pub const FIRST: &str = "about.ts";

/// Lines of one function of [`source`], blank line included.
const FUNCTION: usize = 5;
/// Lines of a file of the small project.
const SMALL_LINES: usize = 100;
/// Lines of an ordinary file of the messy one.
const MESSY_LINES: usize = 40;
/// Lines of its open file.
const LEDGER_LINES: usize = 50_000;
/// Its files.
const MESSY_FILES: usize = 5_000;
/// Its folders, spread over areas.
const FOLDERS: usize = 300;
const AREAS: usize = 20;
/// Earlier turns of the messy project's conversation, and what the model said in each, in bytes: together twice
/// what the model's context takes.
const TURNS: usize = 40;
const ANSWER: usize = 6 * 1024;

/// A project, before it is anywhere.
pub struct Project {
    /// For a person.
    pub name: &'static str,
    /// Paths and texts.
    pub files: Vec<(String, String)>,
    /// What the model has said before, turn by turn.
    pub history: Vec<String>,
    /// How many functions [`LEDGER`] has.
    pub functions: usize,
}

impl Project {
    /// Ten files of a hundred lines, and no conversation yet.
    pub fn small() -> Project {
        let mut files = vec![file(FIRST, 1, SMALL_LINES), file(LEDGER, 0, SMALL_LINES)];
        files.extend((2..10).map(|number| file(&format!("modules/part{number}.ts"), number, SMALL_LINES)));
        Project { name: "small", files, history: Vec::new(), functions: SMALL_LINES / FUNCTION }
    }

    /// Thousands of files, one of them huge, and more said than the model can be told again.
    pub fn messy() -> Project {
        let mut files = vec![file(FIRST, 1, MESSY_LINES), file(LEDGER, 0, LEDGER_LINES)];
        files.extend((2..MESSY_FILES).map(|number| {
            let folder = number % FOLDERS;
            let path = format!("modules/area{}/folder{folder}/part{number}.ts", folder % AREAS);
            file(&path, number, MESSY_LINES)
        }));
        let history = (0..TURNS).map(answer).collect();
        Project { name: "messy", files, history, functions: LEDGER_LINES / FUNCTION }
    }
}

fn file(path: &str, number: usize, lines: usize) -> (String, String) {
    (path.to_owned(), source(number, lines))
}

/// TypeScript of so many lines; another `file`, other names.
fn source(file: usize, lines: usize) -> String {
    (0..lines / FUNCTION).map(|number| function(file, number)).collect()
}

/// One function. Each differs from all others of its file by more than a number.
pub fn function(file: usize, number: usize) -> String {
    const WORDS: [&str; 32] = [
        "amber", "basket", "candle", "dragon", "ember", "falcon", "garden", "harbor", "island", "jungle", "kettle",
        "ladder", "meadow", "nectar", "orchard", "pepper", "quartz", "raven", "saddle", "timber", "umbrella", "valley",
        "willow", "yonder", "zephyr", "anchor", "bridge", "copper", "desert", "engine", "forest", "glacier",
    ];
    let word = |place: usize| {
        let at = (number / WORDS.len().pow(place as u32) + number * (2 * place + 1) + file) % WORDS.len();
        WORDS.get(at).copied().unwrap_or_default()
    };
    let (a, b, c) = (word(0), word(1), word(2));
    format!(
        "/** Books the {a} of the {b} with its {c}. */\n\
         export function {a}_{b}_{c}_{number}({a}: number, {b}: number): number {{\n\
         \x20 return Math.round({a} * (1 + {b} / 10_000) + {number}); // {c}\n\
         }}\n\n"
    )
}

/// What the model said in an earlier turn: prose, as long as an answer to a real question.
fn answer(turn: usize) -> String {
    let mut text = String::with_capacity(ANSWER + 128);
    let mut line = 0;
    while text.len() < ANSWER {
        line += 1;
        // A string takes whatever is written to it.
        let _ = writeln!(text, "In step {turn}.{line} the totals are read once, checked, and handed on as they were.");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn projects_have_their_sizes() {
        let lines = |text: &str| text.lines().count();
        let small = Project::small();
        assert_eq!(small.files.len(), 10);
        assert!(small.files.iter().all(|(_, text)| lines(text) == SMALL_LINES));
        let messy = Project::messy();
        assert_eq!(messy.files.len(), MESSY_FILES);
        assert_eq!(messy.files.iter().map(|(_, text)| lines(text)).max(), Some(LEDGER_LINES));
        let folders: std::collections::HashSet<_> =
            messy.files.iter().filter_map(|(path, _)| path.rsplit_once('/')).map(|(folder, _)| folder).collect();
        assert_eq!(folders.len(), FOLDERS);
        assert_eq!(messy.files.iter().map(|(path, _)| path).min().map(String::as_str), Some(FIRST));
    }
}
