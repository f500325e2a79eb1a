//! A whole file in a fence.
//!
//! The fence's info line names the file, or the line above does, alone; a fence without a name is commentary. A
//! block of another syntax at its front makes the fence that block's wrapping. The fence and what it holds begin
//! at the front of their lines. A fence with nothing in it is commentary: it would empty the file. So is one that begins
//! like a unified diff or like a merge conflict: whatever it is, it is no file.
//!
//! A file that leaves text out (`# ... rest of the code unchanged ...`) is no whole file: the engine fails its hunk at
//! that line, if the old file does not have it. What came before it stays applied, and so does the rest of the old
//! text (see `elision`).

use super::fence::Fence;
use super::{Parser, State as Outer, Token, name, outside, search_replace};
use crate::action::{Format, Kind, Wanted};

/// A fence with a file's name, before it is known what it holds.
#[derive(Debug)]
pub(super) struct Named {
    fence: Fence,
    path: String,
    offset: u32,
    /// The fence line.
    line: String,
    /// The first line in it, when it may be the name that belongs to a SEARCH/REPLACE block under it.
    inner: Option<String>,
}

/// In a file.
#[derive(Debug)]
pub(super) struct State {
    fence: Fence,
    /// How many fences with a language are open in the file itself: as many bare ones belong to them.
    depth: u32,
}

/// How a unified diff begins.
const DIFF_HEADS: [&str; 4] = ["--- a/", "--- /dev/null", "diff --git ", "@@ -"];
/// How a conflict begins, or a SEARCH/REPLACE block in somebody's own dialect: some of these, and a word.
const CONFLICT: char = '<';
const CONFLICT_MIN: usize = 4;
/// The longest such line, in bytes.
const HEAD_MAX: usize = 128;

/// Whether no file begins with this line.
fn is_no_file(line: &str) -> bool {
    let word = line.trim_start_matches(CONFLICT);
    DIFF_HEADS.iter().any(|head| line.starts_with(head))
        || (line.len() <= HEAD_MAX && line.len() - word.len() >= CONFLICT_MIN && word.starts_with(' '))
}

/// Whether a line that begins so could still be one that no file begins with.
fn may_be_no_file(start: &str) -> bool {
    let word = start.trim_start_matches(CONFLICT);
    DIFF_HEADS.iter().any(|head| head.starts_with(start) || start.starts_with(head))
        || (start.len() <= HEAD_MAX && start.starts_with(CONFLICT) && (word.is_empty() || word.starts_with(' ')))
}

impl Named {
    pub(super) fn withholds(&self, start: &str) -> bool {
        super::fence::may_be(start)
            || if self.inner.is_none() {
                outside::may_begin_block(start) || name::may_be(start) || may_be_no_file(start)
            } else {
                search_replace::may_open(start)
            }
    }
}

impl State {
    pub(super) fn withholds(&self, start: &str) -> bool {
        super::fence::may_be(start)
    }

    pub(super) fn closes(&self, line: &str) -> bool {
        self.depth == 0 && self.fence.closes(line)
    }
}

impl Parser {
    pub(super) fn named_begins(&mut self, fence: Fence, path: String, line: &str) {
        let named = Named { fence, path, offset: self.line_start, line: line.to_owned(), inner: None };
        self.state = Outer::Named(named);
    }

    pub(super) fn line_in_named(&mut self, line: String, mut named: Named) {
        let is_block = match named.inner {
            None => outside::begins_block(&line),
            Some(_) => search_replace::marker(&line) == Some(search_replace::Marker::Search),
        };
        if is_block {
            let path = named.path.clone();
            let has_inner = named.inner.is_some();
            self.named_is_commentary(named);
            if !has_inner {
                self.above.says(path);
            }
            return self.line_outside(&line);
        }
        if named.inner.is_none() {
            if named.fence.closes(&line) || is_no_file(&line) {
                self.named_is_commentary(named);
                return self.line_outside(&line);
            }
            if name::read(&line).is_some() {
                named.inner = Some(line);
                self.state = Outer::Named(named);
                return;
            }
        }
        self.state = Outer::Named(named);
        self.whole_begins();
        self.line(line);
    }

    /// The fence holds no file.
    pub(super) fn named_is_commentary(&mut self, named: Named) {
        self.state = Outer::Outside;
        for line in [Some(named.line), named.inner].into_iter().flatten() {
            self.commentary(&line);
            self.commentary("\n");
        }
    }

    /// The fence holds a file.
    pub(super) fn whole_begins(&mut self) {
        let Outer::Named(named) = std::mem::take(&mut self.state) else { return };
        let why = self.above.why();
        self.above.close_fence();
        self.open(named.offset, Some(named.path), why, Format::WholeFile, Kind::Edit);
        self.tokens.push(Token::Wanted(Wanted::Whole));
        self.state = Outer::Whole(State { fence: named.fence, depth: 0 });
        if let Some(line) = named.inner {
            self.piece(&line);
            self.piece("\n");
        }
    }

    pub(super) fn line_in_whole(&mut self, line: &str, mut state: State) {
        if state.closes(line) {
            self.tokens.push(Token::NewEnd);
            self.tokens.push(Token::Close);
            return;
        }
        if state.fence.closes(line) {
            state.depth = state.depth.saturating_sub(1);
        } else if state.fence.nests(line) {
            state.depth = state.depth.saturating_add(1);
        }
        self.piece(line);
        self.piece("\n");
        self.state = Outer::Whole(state);
    }
}
