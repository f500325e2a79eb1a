//! What a tag line looks like. Knows single lines only, not which tag is due.

/// The most blanks in front of a tag. A line that begins with more streams as text.
const INDENT_MAX: usize = 64;
/// The longest opening tag, in bytes: a path, a one-line reason and their entities fit many times.
const OPENING_MAX: usize = 4096;
/// The longest line with any other tag, in bytes.
const OTHER_MAX: usize = 128;

/// The tags that stand between the parts of a block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tag {
    /// `<old_text>`
    OldText,
    /// `<old_text></old_text>` in one line, or `<old_text/>`.
    EmptyOldText,
    /// `</old_text>`
    OldTextEnd,
    /// `<new_text>`
    NewText,
    /// `<new_text></new_text>` in one line, or `<new_text/>`.
    EmptyNewText,
    /// `</new_text>`
    NewTextEnd,
    /// `</edit>`
    EditEnd,
    /// A closing tag that models write in the place of the right one.
    WrongEnd,
}

const TAGS: [(&str, Tag); 13] = [
    ("<old_text>", Tag::OldText),
    ("<old_text></old_text>", Tag::EmptyOldText),
    ("<old_text/>", Tag::EmptyOldText),
    ("<old_text />", Tag::EmptyOldText),
    ("</old_text>", Tag::OldTextEnd),
    ("<new_text>", Tag::NewText),
    ("<new_text></new_text>", Tag::EmptyNewText),
    ("<new_text/>", Tag::EmptyNewText),
    ("<new_text />", Tag::EmptyNewText),
    ("</new_text>", Tag::NewTextEnd),
    ("</edit>", Tag::EditEnd),
    ("</old>", Tag::WrongEnd),
    ("</new>", Tag::WrongEnd),
];

/// An opening tag's attributes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Opening {
    /// The path, if there is one.
    pub path: Option<String>,
    /// The reason, empty if there is none.
    pub why: String,
}

/// The tag that this whole line is.
pub fn read(line: &str) -> Option<Tag> {
    let line = trimmed(line)?;
    TAGS.iter().find(|(text, _)| *text == line).map(|(_, tag)| *tag)
}

/// How many blanks stand in front of the tag.
pub fn indent(line: &str) -> usize {
    line.len() - line.trim_start_matches(is_blank).len()
}

/// Whether a line that begins so could still become an opening tag.
pub fn may_open(start: &str) -> bool {
    if start.len() > OPENING_MAX || indent(start) > INDENT_MAX {
        return false;
    }
    let start = start.trim_start_matches(is_blank);
    match start.strip_prefix("<edit") {
        Some(rest) => rest.is_empty() || rest.starts_with(ends_name),
        None => "<edit".starts_with(start),
    }
}

/// Whether a line that begins so could still become a tag that ends new text.
pub fn may_end(start: &str) -> bool {
    if start.len() > OTHER_MAX || indent(start) > INDENT_MAX {
        return false;
    }
    let start = start.trim_start_matches(is_blank);
    ["</new_text>", "</edit>", "</new>", "</old>", "</old_text>"].iter().any(|tag| match start.strip_prefix(tag) {
        Some(rest) => rest.chars().all(is_blank),
        None => tag.starts_with(start),
    })
}

/// Reads an opening tag that fills the line.
pub fn open(line: &str) -> Option<Opening> {
    if !may_open(line) {
        return None;
    }
    let attributes = line.trim_matches(is_blank).strip_prefix("<edit")?.strip_suffix('>')?;
    let attributes = attributes.strip_suffix('/').unwrap_or(attributes);
    let mut opening = Opening::default();
    let mut rest = attributes.trim_start_matches(is_blank);
    while !rest.is_empty() {
        let Some((name, value, after)) = attribute(rest) else {
            // A sentence about `<edit` is no tag; a tag whose path cannot be read is a broken one.
            return attributes.contains("path").then(Opening::default);
        };
        match name {
            "path" => opening.path = Some(value.trim().to_owned()).filter(|path| !path.is_empty()),
            "why" => opening.why = value.trim().to_owned(),
            _ => {}
        }
        rest = after;
    }
    Some(opening)
}

/// The first attribute: its name, its value, and what follows.
fn attribute(text: &str) -> Option<(&str, String, &str)> {
    let (name, rest) = text.split_once('=')?;
    let name = name.trim_end_matches(is_blank);
    if !is_name(name) {
        return None;
    }
    let rest = rest.trim_start_matches(is_blank);
    let Some(quote) = rest.chars().next().filter(|first| matches!(first, '"' | '\'')) else {
        let end = rest.find(is_blank).unwrap_or(rest.len());
        let (value, after) = rest.split_at_checked(end)?;
        return Some((name, unescape(value), after.trim_start_matches(is_blank)));
    };
    let quoted = rest.strip_prefix(quote)?;
    // Models forget to escape quotes inside a reason: only a quote that the end of the tag or
    // another attribute follows closes the value.
    quoted.match_indices(quote).find_map(|(end, _)| {
        let value = quoted.get(..end)?;
        let after = quoted.get(end..)?.strip_prefix(quote)?;
        let next = after.trim_start_matches(is_blank);
        let closes =
            next.is_empty() || next.split_once('=').is_some_and(|(name, _)| is_name(name.trim_end_matches(is_blank)));
        closes.then(|| (name, unescape(value), next))
    })
}

fn unescape(value: &str) -> String {
    const ENTITIES: [(&str, &str); 6] =
        [("&quot;", "\""), ("&apos;", "'"), ("&#39;", "'"), ("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&")];
    let mut out = String::with_capacity(value.len());
    let mut rest = value;
    while let Some((before, after)) = rest.split_once('&') {
        out.push_str(before);
        let entity = rest.get(before.len()..).unwrap_or_default();
        match ENTITIES.iter().find(|(name, _)| entity.starts_with(name)) {
            Some((name, text)) => {
                out.push_str(text);
                rest = entity.get(name.len()..).unwrap_or_default();
            }
            None => {
                out.push('&');
                rest = after;
            }
        }
    }
    out.push_str(rest);
    out
}

fn trimmed(line: &str) -> Option<&str> {
    (line.len() <= OTHER_MAX && indent(line) <= INDENT_MAX).then(|| line.trim_matches(is_blank))
}

fn is_name(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-')
}

fn ends_name(c: char) -> bool {
    is_blank(c) || c == '>'
}

fn is_blank(c: char) -> bool {
    matches!(c, ' ' | '\t')
}
