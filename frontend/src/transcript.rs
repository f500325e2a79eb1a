//! A turn's output as it is read: commentary on one side, edit blocks on the other.
//!
//! Splits a stream however it is cut into chunks. Shows commentary at once, and holds back only what may still turn
//! out to be a tag. Knows nothing of signals; the edits themselves are the server's affair.

/// The line that begins a block starts with this.
const OPEN: &str = "<edit ";
/// The line in a block behind which its new text begins.
const NEW: &str = "<new_text>";
/// The line that ends its new text.
const NEW_END: &str = "</new_text>";
/// The line that ends one.
const CLOSE: &str = "</edit>";

/// What a stream turned out to say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Said {
    /// Commentary goes on.
    Text {
        /// Where it begins, in UTF-16 units.
        offset: u32,
        /// The text.
        text: String,
    },
    /// A block begins.
    Open {
        /// Where its tag begins, in UTF-16 units.
        offset: u32,
        /// The path that it names.
        path: String,
        /// The reason that it gives.
        why: String,
    },
    /// The block ended.
    Close,
}

/// The splitter.
#[derive(Clone, Debug, Default)]
pub struct Transcript {
    /// UTF-16 units pushed so far.
    length: u32,
    /// The beginning of a line that may be a tag.
    held: String,
    /// Whether the current line has been shown in part, and thus is no tag.
    mid_line: bool,
    /// Inside a block.
    inside: bool,
    /// Lines of the block's new text, once it has begun.
    written: Option<u32>,
}

impl Transcript {
    /// UTF-16 units so far.
    pub fn length(&self) -> u32 {
        self.length
    }

    /// Lines of new text in the block that is open, so far.
    pub fn written(&self) -> Option<u32> {
        self.written.filter(|_| self.inside)
    }

    /// The next piece of output.
    pub fn push(&mut self, text: &str) -> Vec<Said> {
        let mut said = Vec::new();
        for line in text.split_inclusive('\n') {
            self.line(line, &mut said);
        }
        said
    }

    /// The segment ended: what was held back is commentary after all, and the next segment begins outside any block.
    pub fn end_segment(&mut self) -> Vec<Said> {
        let mut said = Vec::new();
        self.release(&mut said);
        if std::mem::take(&mut self.inside) {
            said.push(Said::Close);
        }
        self.mid_line = false;
        said
    }

    /// Everything from `offset` on was taken back. A new segment begins there, outside any block.
    pub fn truncate(&mut self, offset: u32) {
        *self = Self { length: self.length.min(offset), ..Self::default() };
    }

    fn line(&mut self, part: &str, said: &mut Vec<Said>) {
        self.length += units(part);
        self.held.push_str(part);
        let whole = part.ends_with('\n');
        if self.inside {
            if whole {
                match self.held.trim() {
                    CLOSE => {
                        self.inside = false;
                        said.push(Said::Close);
                    }
                    NEW if self.written.is_none() => self.written = Some(0),
                    NEW_END => {}
                    _ => self.written = self.written.map(|lines| lines + 1),
                }
                self.held.clear();
            }
            return;
        }
        let begins = self.held.trim_start();
        if whole && !self.mid_line && begins.starts_with(OPEN) && begins.trim_end().ends_with('>') {
            let offset = self.length - units(begins);
            let tag = begins.trim_end();
            said.push(Said::Open { offset, path: attribute(tag, "path"), why: attribute(tag, "why") });
            self.held.clear();
            self.inside = true;
            self.written = None;
            return;
        }
        let may_be_tag = !whole && !self.mid_line && (OPEN.starts_with(begins) || begins.starts_with(OPEN));
        if !may_be_tag {
            self.release(said);
            self.mid_line = !whole;
        }
    }

    fn release(&mut self, said: &mut Vec<Said>) {
        if self.inside || self.held.is_empty() {
            self.held.clear();
            return;
        }
        let text = std::mem::take(&mut self.held);
        let offset = self.length - units(&text);
        match said.last_mut() {
            Some(Said::Text { text: last, .. }) => last.push_str(&text),
            _ => said.push(Said::Text { offset, text }),
        }
    }
}

/// UTF-16 units of a text.
pub fn units(text: &str) -> u32 {
    u32::try_from(text.encode_utf16().count()).unwrap_or(u32::MAX)
}

/// The byte at which `units` UTF-16 units end; inside a surrogate pair, the byte before it.
pub fn byte_at(text: &str, units: u32) -> usize {
    let mut left = units as usize;
    for (at, c) in text.char_indices() {
        if left < c.len_utf16() {
            return at;
        }
        left -= c.len_utf16();
    }
    text.len()
}

fn attribute(tag: &str, name: &str) -> String {
    tag.split_once(&format!("{name}=\""))
        .and_then(|(_, after)| after.split_once('"'))
        .map(|(value, _)| value.to_owned())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    const OUTPUT: &str = "I will é\n<edit path=\"a.py\" why=\"money\">\n<old_text>\nx\n</old_text>\n<new_text>\n</new_text>\n</edit>\nDone, a <edit in prose.\n<b";

    /// Folds what was said into one line for each thing.
    fn fold(chunks: &[&str]) -> Vec<Said> {
        let mut transcript = Transcript::default();
        let mut all = Vec::<Said>::new();
        let said = chunks.iter().flat_map(|c| transcript.push(c)).collect::<Vec<_>>();
        for one in said.into_iter().chain(transcript.end_segment()) {
            match (all.last_mut(), one) {
                (Some(Said::Text { text, .. }), Said::Text { text: more, .. }) => text.push_str(&more),
                (_, one) => all.push(one),
            }
        }
        all
    }

    #[test]
    fn the_split_does_not_depend_on_the_chunks() {
        let whole = fold(&[OUTPUT]);
        assert_eq!(
            whole,
            [
                Said::Text { offset: 0, text: "I will é\n".into() },
                Said::Open { offset: 9, path: "a.py".into(), why: "money".into() },
                Said::Close,
                Said::Text { offset: 96, text: "Done, a <edit in prose.\n<b".into() },
            ]
        );
        let chars: Vec<String> = OUTPUT.chars().map(String::from).collect();
        for size in 1..20 {
            let chunks: Vec<String> = chars.chunks(size).map(|c| c.concat()).collect();
            assert_eq!(fold(&chunks.iter().map(String::as_str).collect::<Vec<_>>()), whole, "chunks of {size}");
        }
    }

    #[test]
    fn a_cut_inside_a_block_ends_it() {
        let mut transcript = Transcript::default();
        transcript.push("<edit path=\"a\" why=\"b\">\n<old");
        transcript.truncate(20);
        assert_eq!(transcript.length(), 20);
        assert_eq!(transcript.push("Now "), [Said::Text { offset: 20, text: "Now ".into() }]);
    }

    #[test]
    fn lines_of_new_text_are_counted_while_they_come() {
        let mut transcript = Transcript::default();
        transcript.push("<edit path=\"a\" why=\"b\">\n<old_text>\nx\n</old_text>\n");
        assert_eq!(transcript.written(), None);
        transcript.push("<new_text>\none\ntw");
        assert_eq!(transcript.written(), Some(1));
        transcript.push("o\n</new_text>\n");
        assert_eq!(transcript.written(), Some(2));
        transcript.push("</edit>\n");
        assert_eq!(transcript.written(), None);
    }

    #[test]
    fn bytes_are_found_by_utf16_units() {
        assert_eq!(byte_at("a🙂b", 1), 1);
        assert_eq!(byte_at("a🙂b", 2), 1);
        assert_eq!(byte_at("a🙂b", 3), 5);
        assert_eq!(byte_at("a", 9), 1);
    }
}
