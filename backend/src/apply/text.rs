//! A file's bytes as LF text, and back: the BOM, the line endings and a missing final newline stay as they were.
//!
//! A file that mixes line endings keeps each line's own; new lines get the more frequent one. Pure.

use super::draft::Draft;

const BOM: &str = "\u{FEFF}";

/// A file's text, and how it becomes bytes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FileText {
    bom: bool,
    /// LF inside.
    text: String,
    endings: Endings,
}

/// How the lines of a file end.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Endings {
    All(Ending),
    /// One for each newline of the text, and the one for new lines.
    Each(Vec<Ending>, Ending),
}

/// How a line ends.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Ending {
    #[default]
    Lf,
    CrLf,
}

impl Default for Endings {
    fn default() -> Self {
        Endings::All(Ending::Lf)
    }
}

impl FileText {
    /// The text of a file's bytes, unless they are not UTF-8.
    pub fn decode(bytes: Vec<u8>) -> Option<FileText> {
        let all = String::from_utf8(bytes).ok()?;
        let (bom, raw) = match all.strip_prefix(BOM) {
            Some(rest) => (true, rest),
            None => (false, all.as_str()),
        };
        let newlines = raw.matches('\n').count();
        let windows = raw.matches("\r\n").count();
        let endings = match windows {
            0 => Endings::All(Ending::Lf),
            all if all == newlines => Endings::All(Ending::CrLf),
            some => {
                let usual = if some * 2 > newlines { Ending::CrLf } else { Ending::Lf };
                Endings::Each(raw.split_inclusive('\n').filter_map(ending).collect(), usual)
            }
        };
        let text = if windows == 0 { raw.to_owned() } else { raw.replace("\r\n", "\n") };
        Some(FileText { bom, text, endings })
    }

    /// The bytes.
    pub fn encode(&self) -> Vec<u8> {
        let mut out = String::with_capacity(self.text.len() + BOM.len());
        if self.bom {
            out.push_str(BOM);
        }
        match &self.endings {
            Endings::All(Ending::Lf) => out.push_str(&self.text),
            Endings::All(Ending::CrLf) => out.push_str(&self.text.replace('\n', "\r\n")),
            Endings::Each(each, usual) => {
                let mut each = each.iter();
                for line in self.text.split_inclusive('\n') {
                    let Some(text) = line.strip_suffix('\n') else {
                        out.push_str(line);
                        break;
                    };
                    out.push_str(text);
                    out.push_str(each.next().unwrap_or(usual).as_str());
                }
            }
        }
        out.into_bytes()
    }

    /// The text, LF inside.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// What each newline from the `first`-th on is, when they differ.
    pub(super) fn endings_from(&self, first: usize) -> Option<(&[Ending], Ending)> {
        match &self.endings {
            Endings::All(_) => None,
            Endings::Each(each, usual) => Some((each.get(first..).unwrap_or_default(), *usual)),
        }
    }

    /// Puts rewritten text in its place.
    pub(super) fn splice(&mut self, draft: &Draft) {
        let rewritten = draft.rewritten();
        if self.text.get(rewritten.bytes.clone()).is_none() {
            return;
        }
        self.text.replace_range(rewritten.bytes, rewritten.text);
        if let Endings::Each(each, _) = &mut self.endings {
            let end = rewritten.newlines.end.min(each.len());
            let start = rewritten.newlines.start.min(end);
            each.splice(start..end, rewritten.endings.iter().copied());
        }
    }
}

impl Ending {
    fn as_str(self) -> &'static str {
        match self {
            Ending::Lf => "\n",
            Ending::CrLf => "\r\n",
        }
    }
}

fn ending(line: &str) -> Option<Ending> {
    let text = line.strip_suffix('\n')?;
    Some(if text.ends_with('\r') { Ending::CrLf } else { Ending::Lf })
}
