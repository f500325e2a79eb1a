//! Outside every block: which line begins one.

use super::{End, Parser, fence, patch, search_replace, tag};
use crate::action::Format;

impl Parser {
    /// Whether a line that begins like the held one could still begin a block, or a fence.
    pub(super) fn may_open(&self) -> bool {
        let start = self.held.as_str();
        match start.trim_start_matches([' ', '\t']).as_bytes().first() {
            None | Some(b'<') => {
                (self.reads(Format::Edit) && tag::may_open(start))
                    || (self.reads(Format::SearchReplace) && search_replace::may_open(start))
            }
            Some(b'*') => self.reads(Format::Patch) && patch::may_open(start),
            Some(b'`' | b'~') => fence::may_be(start),
            Some(_) => false,
        }
    }

    /// Whether the stream's last line, without its newline, begins a block. A cut path must not have a file
    /// deleted.
    pub(super) fn opens(&self, line: &str, end: End) -> bool {
        let deletes = matches!(patch::marker(line), Some(patch::Marker::Delete(_)));
        self.is_opening(line) && !(deletes && end == End::Cut)
    }

    pub(super) fn line_outside(&mut self, line: &str) {
        if self.reads(Format::Edit)
            && let Some(opening) = tag::open(line)
        {
            return self.edit_begins(line, opening);
        }
        if self.reads(Format::SearchReplace) && search_replace::marker(line) == Some(search_replace::Marker::Search) {
            return self.search_begins();
        }
        if self.reads(Format::Patch)
            && let Some(marker) = patch::marker(line).filter(patch::Marker::opens)
        {
            return self.patch_marker(marker, self.line_start);
        }
        if self.reads(Format::WholeFile)
            && let Some((fence, info)) = fence::open(line)
            && let Some(path) = self.above.file_of_fence(info)
        {
            return self.named_begins(fence, path, line);
        }
        self.pass(line);
        self.pass("\n");
    }

    /// Whether the line begins a block of a syntax that is read.
    fn is_opening(&self, line: &str) -> bool {
        (self.reads(Format::Edit) && tag::open(line).is_some())
            || (self.reads(Format::SearchReplace)
                && search_replace::marker(line) == Some(search_replace::Marker::Search))
            || (self.reads(Format::Patch) && patch::marker(line).is_some_and(|marker| marker.opens()))
    }
}

/// Whether the line begins a block of any syntax: such a block inside a named fence is what the fence holds.
pub(super) fn begins_block(line: &str) -> bool {
    tag::open(line).is_some_and(|opening| opening.path.is_some())
        || search_replace::marker(line) == Some(search_replace::Marker::Search)
        || patch::marker(line).is_some_and(|marker| marker.opens())
}

/// Whether a line that begins so could still do that.
pub(super) fn may_begin_block(start: &str) -> bool {
    tag::may_open(start) || search_replace::may_open(start) || patch::may_open(start)
}
