//! Finds old text in a file (first version: exact only).

use crate::action::Place;

/// Where old text is, or why it is nowhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Located {
    /// In one place.
    Found(Place),
    /// In several.
    Ambiguous {
        /// How many.
        count: u32,
    },
    /// In none.
    Absent {
        /// The line, counted from 1, where the most similar text begins, when there is any.
        closest_line: Option<u32>,
    },
}

/// Finds `old_text`, whole lines, in a file.
pub fn locate(file_text: &str, old_text: &str) -> Located {
    let needle = old_text.strip_suffix('\n').unwrap_or(old_text);
    match file_text.find(needle) {
        Some(at) => {
            let end = (at + needle.len() + 1).min(file_text.len());
            Located::Found(Place {
                start: file_text[..at].encode_utf16().count() as u32,
                old: file_text[at..end].to_owned(),
                reindent: None,
            })
        }
        None => Located::Absent { closest_line: None },
    }
}
