//! Fits new text to the place it goes to: its indentation, and the end of a file without a final
//! newline. Works on the text as it streams.
//!
//! **The final newline.** Old and new text are whole lines. Where the located text ends in a
//! newline, or is empty, so does the new text, and replacing one by the other replaces whole lines:
//! deleting the last lines leaves the file ending in the newline of the line before them. Where it
//! is the end of a file that has no final newline, the new text goes in without its own last one:
//! the file keeps having none, and a line added after its last line still begins on a line of its own.

use crate::action::{Place, Reindent};

/// The streaming filter in front of the diff.
#[derive(Debug)]
pub struct Fit {
    reindent: Option<Reindent>,
    /// The place ends a file that has no final newline.
    no_final_newline: bool,
    /// A newline that goes unless more text comes.
    newline: bool,
    /// The blanks that begin the current line, while nothing else of it has come.
    blanks: Option<String>,
}

impl Fit {
    /// A filter for new text that goes to this place.
    pub fn new(place: &Place) -> Self {
        Self {
            reindent: place.reindent.clone(),
            no_final_newline: !place.old.is_empty() && !place.old.ends_with('\n'),
            newline: false,
            blanks: Some(String::new()),
        }
    }

    /// Takes a piece of the new text and gives what is to be put in place.
    pub fn push(&mut self, text: &str) -> String {
        let mut out = String::with_capacity(text.len() + 1);
        for piece in text.split_inclusive('\n') {
            if std::mem::take(&mut self.newline) {
                out.push('\n');
            }
            let line = piece.strip_suffix('\n');
            self.part(line.unwrap_or(piece), &mut out);
            if line.is_some() {
                out.push_str(&self.indent(true));
                self.blanks = Some(String::new());
                self.newline = self.no_final_newline;
                if !self.newline {
                    out.push('\n');
                }
            }
        }
        out
    }

    /// The new text is complete.
    pub fn finish(&mut self) -> String {
        self.newline = false;
        self.indent(true)
    }

    fn part(&mut self, text: &str, out: &mut String) {
        if let (Some(blanks), Some(_)) = (&mut self.blanks, &self.reindent) {
            let rest = text.trim_start_matches([' ', '\t']);
            blanks.push_str(text.get(..text.len() - rest.len()).unwrap_or_default());
            if !rest.is_empty() {
                out.push_str(&self.indent(false));
                out.push_str(rest);
            }
        } else {
            out.push_str(text);
        }
    }

    /// The current line's indentation, changed to fit.
    fn indent(&mut self, blank_line: bool) -> String {
        let (Some(blanks), Some(reindent)) = (self.blanks.take(), &self.reindent) else {
            return String::new();
        };
        let kept = blanks.strip_prefix(reindent.strip.as_str()).unwrap_or(&blanks);
        if blank_line { kept.to_owned() } else { format!("{}{kept}", reindent.add) }
    }
}

/// What stands at the place once the whole new text is in: the meaning of an edit without streaming.
pub fn replacement(place: &Place, new_text: &str) -> String {
    let mut fit = Fit::new(place);
    let mut out = fit.push(new_text);
    out.push_str(&fit.finish());
    out
}
