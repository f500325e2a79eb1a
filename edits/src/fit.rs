//! Fits new text to the place it goes to: its indentation, and the end of a file without a final
//! newline. Works on the text as it streams.
//!
//! **The final newline.** Old and new text are whole lines. Where the located text ends in a
//! newline, or is empty, so does the new text, and replacing one by the other replaces whole lines:
//! deleting the last lines leaves the file ending in the newline of the line before them. Where it
//! is the end of a file that has no final newline, the new text goes in without its own last one:
//! the file keeps having none, and a line added after its last line still begins on a line of its own.
//!
//! **A first blank line.** Where the old text began with a blank line that the file does not have, a
//! blank line that begins the new text goes too.

use crate::action::{Place, Reindent, Tabs, Wanted};

/// The streaming filter in front of the diff.
#[derive(Debug)]
pub struct Fit {
    reindent: Option<Reindent>,
    /// The place ends a file that has no final newline.
    no_final_newline: bool,
    /// A newline that goes unless more text comes.
    newline: bool,
    /// The blanks that begin the current line, while nothing else of it has come and they matter.
    blanks: Option<String>,
    /// The next line goes if it is blank.
    drops_blank: bool,
}

impl Fit {
    /// A filter for new text that goes to this place, or to its first part.
    pub fn new(place: &Place, part: &str, wanted: &Wanted) -> Self {
        let is_blank = |text: &str| text.lines().next().is_some_and(|line| line.trim().is_empty());
        let drops_blank = match wanted {
            Wanted::Text(old_text) => is_blank(old_text) && !is_blank(part) && !part.is_empty(),
            _ => false,
        };
        let mut fit = Self { drops_blank, ..Self::behind(place, part) };
        fit.begin_line();
        fit
    }

    /// A filter for new text that goes to a later part of this place.
    pub fn behind(place: &Place, part: &str) -> Self {
        let mut fit = Self {
            reindent: place.reindent.clone(),
            no_final_newline: !part.is_empty() && !part.ends_with('\n'),
            newline: false,
            blanks: None,
            drops_blank: false,
        };
        fit.begin_line();
        fit
    }

    /// Takes a piece of the new text and gives what is to be put in place.
    pub fn push(&mut self, text: &str) -> String {
        let mut out = String::with_capacity(text.len() + 1);
        for piece in text.split_inclusive('\n') {
            let line = piece.strip_suffix('\n');
            self.part(line.unwrap_or(piece), &mut out);
            if line.is_some() {
                self.end_line(&mut out);
            }
        }
        out
    }

    /// Takes a whole line that already has the file's indentation.
    pub fn as_it_is(&mut self, line: &str) -> String {
        let mut out = String::with_capacity(line.len() + 1);
        self.owed(&mut out);
        out.push_str(line.strip_suffix('\n').unwrap_or(line));
        (self.blanks, self.drops_blank) = (None, false);
        self.end_line(&mut out);
        out
    }

    /// The new text is complete.
    pub fn finish(&mut self) -> String {
        self.newline = false;
        self.indent(true)
    }

    fn part(&mut self, text: &str, out: &mut String) {
        if let Some(blanks) = &mut self.blanks {
            let rest = text.trim_start_matches([' ', '\t']);
            blanks.push_str(text.get(..text.len() - rest.len()).unwrap_or_default());
            if !rest.is_empty() {
                self.drops_blank = false;
                self.owed(out);
                out.push_str(&self.indent(false));
                out.push_str(rest);
            }
        } else if !text.is_empty() {
            self.owed(out);
            out.push_str(text);
        }
    }

    fn end_line(&mut self, out: &mut String) {
        if std::mem::take(&mut self.drops_blank) {
            self.begin_line();
            return;
        }
        self.owed(out);
        out.push_str(&self.indent(true));
        self.begin_line();
        self.newline = self.no_final_newline;
        if !self.newline {
            out.push('\n');
        }
    }

    fn begin_line(&mut self) {
        self.blanks = (self.reindent.is_some() || self.drops_blank).then(String::new);
    }

    /// The newline before this text was no final one.
    fn owed(&mut self, out: &mut String) {
        if std::mem::take(&mut self.newline) {
            out.push('\n');
        }
    }

    /// The current line's indentation, changed to fit.
    fn indent(&mut self, blank_line: bool) -> String {
        let Some(blanks) = self.blanks.take() else {
            return String::new();
        };
        let Some(reindent) = &self.reindent else {
            return blanks;
        };
        let blanks = reindent.tabs.map_or_else(|| blanks.clone(), |tabs| tabs.converted(&blanks));
        let kept = blanks.strip_prefix(reindent.strip.as_str()).unwrap_or(&blanks);
        if blank_line { kept.to_owned() } else { format!("{}{kept}", reindent.add) }
    }
}

impl Tabs {
    /// Indentation in the other unit; what does not make a whole unit stays.
    pub(crate) fn converted(self, indentation: &str) -> String {
        match self {
            Tabs::ToTabs { width } => indentation.replace(&" ".repeat(usize::from(width)), "\t"),
            Tabs::ToSpaces { width } => indentation.replace('\t', &" ".repeat(usize::from(width))),
        }
    }
}

/// What stands at the place once the whole new text is in: the meaning of an edit without streaming, and without
/// anything left out.
pub fn replacement(place: &Place, new_text: &str) -> String {
    let mut fit = Fit::behind(place, &place.old);
    let mut out = fit.push(new_text);
    out.push_str(&fit.finish());
    out
}
