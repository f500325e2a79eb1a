//! What the commentary says of the next block: its file, and why.
//!
//! Reads commentary as it streams; withholds nothing. Does not know what becomes of it.

use super::fence::{self, Fence};
use super::name::{self, Name};

/// How much of a line of commentary is remembered, in bytes: names and reasons are shorter.
const LINE_MAX: usize = 1024;
/// How many blank lines may stand between a name and what it names. Headings have one.
const GAP_MAX: u32 = 1;

/// The commentary so far.
#[derive(Debug, Default)]
pub(super) struct Above {
    /// The current line, up to [`LINE_MAX`].
    line: String,
    /// The file's name that the last line with text outside a fence, or in its first line, said alone.
    name: Option<Name>,
    /// How many blank lines have come since that line.
    gap: u32,
    /// The last line with text that is neither a name nor in a fence.
    why: String,
    /// A fence that holds no file is open.
    fence: Option<Fence>,
    /// A block has begun in it: it is that block's wrapping, and models forget to close it.
    wraps: bool,
    /// The file of the block before.
    path: Option<String>,
}

impl Above {
    /// More commentary.
    pub(super) fn read(&mut self, text: &str) {
        for piece in text.split_inclusive('\n') {
            let line = piece.strip_suffix('\n');
            let room = LINE_MAX.saturating_sub(self.line.len());
            let part = line.unwrap_or(piece);
            self.line.push_str(part.get(..part.floor_char_boundary(room)).unwrap_or_default());
            if line.is_some() {
                let line = std::mem::take(&mut self.line);
                self.line(&line);
            }
        }
    }

    fn line(&mut self, line: &str) {
        if let Some((fence, info)) = fence::open(line) {
            match self.fence {
                Some(open) if open.closes(line) => {
                    self.close_fence();
                    self.name = None;
                }
                Some(_) if !self.wraps || info.is_empty() => {}
                _ => (self.fence, self.wraps) = (Some(fence), false),
            }
        } else if line.trim().is_empty() {
            self.gap = self.gap.saturating_add(1);
        } else {
            self.name = name::read(line);
            self.gap = 0;
            if self.name.is_none() && (self.fence.is_none() || self.wraps) {
                self.why = plain(line).to_owned();
            }
        }
    }

    /// The last line with text, the one with the file's name apart.
    pub(super) fn why(&self) -> String {
        self.why.clone()
    }

    /// The file of a block that begins here and does not name it.
    pub(super) fn file_of_block(&self) -> Option<String> {
        let name = self.name.as_ref().filter(|_| self.gap <= GAP_MAX);
        name.map(|name| name.path.clone()).or_else(|| self.path.clone())
    }

    /// The file that a fence with this info line holds as a whole. A fence inside a fence holds none, unless the
    /// outer one wrapped a block and was not closed.
    pub(super) fn file_of_fence(&self, info: &str) -> Option<String> {
        if self.fence.is_some() && (!self.wraps || info.is_empty()) {
            return None;
        }
        let above = || {
            let gap = self.gap;
            let name = self.name.as_ref();
            name.filter(|name| gap == 0 || (name.dressed && gap <= GAP_MAX)).map(|name| name.path.clone())
        };
        let path = fence::file(info).or_else(above)?;
        let is_difference = path.ends_with(".diff") || path.ends_with(".patch");
        (fence::may_hold_file(info) || is_difference).then_some(path)
    }

    /// The next block is about this file.
    pub(super) fn says(&mut self, path: String) {
        self.name = Some(Name { path, dressed: true });
        self.gap = 0;
    }

    /// No fence is open.
    pub(super) fn close_fence(&mut self) {
        (self.fence, self.wraps) = (None, false);
    }

    /// A block has begun.
    pub(super) fn opened(&mut self, path: Option<&str>) {
        self.name = None;
        self.line.clear();
        self.wraps = self.fence.is_some();
        if let Some(path) = path {
            self.path = Some(path.to_owned());
        }
    }
}

/// A line of commentary without what makes it a heading, a list's or a quotation.
fn plain(line: &str) -> &str {
    let line = line.trim().trim_start_matches('#').trim_start();
    ["- ", "* ", "> "].iter().find_map(|mark| line.strip_prefix(mark)).unwrap_or(line).trim()
}
