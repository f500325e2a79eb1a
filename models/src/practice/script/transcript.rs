//! The text of one segment as it is put together, and the files as they will stand after it.
//!
//! Knows what of the turn was kept, so that it repeats nothing, and how commentary and edit blocks are laid out.

use std::fmt::Write as _;

use crate::practice::hunk::Hunk;
use crate::request::{Cue, CueFile};

/// A segment's text so far.
pub(super) struct Transcript {
    text: String,
    /// The turn's output before this segment.
    kept: String,
    /// Whether a sentence that the cut broke off may be taken up in its middle.
    resumes: bool,
    files: Vec<CueFile>,
}

impl Transcript {
    /// An empty segment at the place where the cue stands.
    pub fn new(cue: &Cue) -> Self {
        let resumes = matches!(cue.replies.last(), Some(None));
        Self { text: String::new(), kept: cue.kept.clone(), resumes, files: cue.files.clone() }
    }

    /// Says a paragraph.
    pub fn say(&mut self, paragraph: &str) {
        self.start_line();
        self.text.push_str(paragraph);
        self.text.push_str("\n\n");
    }

    /// Says a paragraph, or what of it was not yet said in this turn.
    pub fn say_once(&mut self, paragraph: &str) {
        if self.kept.contains(paragraph) {
            return;
        }
        match self.unsaid(paragraph) {
            Some(rest) if self.resumes && self.text.is_empty() => {
                self.text.push_str(rest);
                self.text.push_str("\n\n");
            }
            _ => self.say(paragraph),
        }
    }

    /// Writes an edit block.
    pub fn edit(&mut self, path: &str, why: &str, hunk: &Hunk) {
        self.start_line();
        // Writing to a string cannot fail.
        let _ = writeln!(self.text, "<edit path=\"{path}\" why=\"{why}\">\n<old_text>");
        self.lines(&hunk.old);
        self.text.push_str("</old_text>\n<new_text>\n");
        self.lines(&hunk.new);
        self.text.push_str("</new_text>\n</edit>\n\n");
    }

    /// A file as it will stand; empty if there is none.
    pub fn file(&self, path: &str) -> &str {
        self.files.iter().find(|file| file.path == path).map_or("", |file| &file.text)
    }

    /// Says how a file will stand.
    pub fn set_file(&mut self, path: &str, text: String) {
        match self.files.iter_mut().find(|file| file.path == path) {
            Some(file) => file.text = text,
            None => self.files.push(CueFile { path: path.to_owned(), text }),
        }
    }

    /// The first place of a text: the file's path and the line's number, from 1.
    pub fn find(&self, text: &str) -> Option<(&str, usize)> {
        self.files.iter().find_map(|file| {
            let line = file.text.lines().position(|line| line.contains(text))?;
            Some((file.path.as_str(), line + 1))
        })
    }

    /// The segment's text.
    pub fn finish(mut self) -> String {
        if self.text.is_empty() {
            self.say("There is nothing left to do.");
        }
        self.text.truncate(self.text.trim_end().len());
        self.text.push('\n');
        self.text
    }

    /// The rest of a paragraph of which the kept output ends in the beginning.
    fn unsaid<'a>(&self, paragraph: &'a str) -> Option<&'a str> {
        let starts = paragraph.char_indices().map(|(at, _)| at).skip(1);
        let said = starts.filter_map(|at| paragraph.split_at_checked(at));
        said.filter(|(said, _)| self.kept.ends_with(said)).map(|(_, rest)| rest).last()
    }

    /// What follows stands at the beginning of a line of the turn's output.
    fn start_line(&mut self) {
        let before = if self.text.is_empty() { &self.kept } else { &self.text };
        if !before.is_empty() && !before.ends_with('\n') {
            self.text.push('\n');
        }
    }

    fn lines(&mut self, lines: &[String]) {
        for line in lines {
            self.text.push_str(line);
            self.text.push('\n');
        }
    }
}
