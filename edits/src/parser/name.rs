//! What a file's name looks like where models write one on a line of its own, and what they dress it in.
//!
//! Does not know which files there are.

/// The longest name, in bytes: deep paths have half of it.
pub(super) const NAME_MAX: usize = 256;
/// The longest line that a name is looked for in, in bytes.
const LINE_MAX: usize = NAME_MAX + 64;
/// The longest extension, in bytes: `properties` has as many.
const EXTENSION_MAX: usize = 10;

/// How much a name wears at most, layer by layer: a numbered, bold, quoted and announced one has six.
const LAYERS_MAX: usize = 10;

/// Words that announce a name, before a colon.
const LABELS: [&str; 16] = [
    "file",
    "filename",
    "file name",
    "filepath",
    "file path",
    "path",
    "new file",
    "create",
    "created",
    "add",
    "update",
    "updated",
    "updated file",
    "modify",
    "modified",
    "edit",
];
/// Remarks behind a name that say nothing of leaving text out.
const REMARKS: [&str; 8] = [
    "(new)",
    "(new file)",
    "(updated)",
    "(updated file)",
    "(modified)",
    "(full file)",
    "(complete)",
    "(complete file)",
];
/// Files that have no extension.
const PLAIN: [&str; 18] = [
    "makefile",
    "dockerfile",
    "license",
    "readme",
    "procfile",
    "gemfile",
    "rakefile",
    "justfile",
    "jenkinsfile",
    "vagrantfile",
    "brewfile",
    "caddyfile",
    "build",
    "workspace",
    "codeowners",
    "notice",
    "authors",
    "changelog",
];
/// Products that look like files.
const PRODUCTS: [&str; 12] = [
    "node.js",
    "next.js",
    "vue.js",
    "nuxt.js",
    "react.js",
    "express.js",
    "three.js",
    "d3.js",
    "deno.js",
    "asp.net",
    "vb.net",
    "ml.net",
];

/// A name on a line of its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Name {
    pub(super) path: String,
    /// It stands out by more than standing alone: bold, in backticks, as a heading, announced.
    pub(super) dressed: bool,
}

/// Reads a line that says a file's name and nothing else.
pub(super) fn read(line: &str) -> Option<Name> {
    if line.len() > LINE_MAX {
        return None;
    }
    let whole = line.trim();
    let mut text = whole;
    let bold;
    if text.starts_with("**") {
        bold = text.replace("**", "");
        text = bold.trim();
    }
    let mut quoted = false;
    for _ in 0..LAYERS_MAX {
        let before = text;
        text = undress(text, &mut quoted).trim();
        if text == before {
            break;
        }
    }
    let path = if quoted { quoted_path(text) } else { bare(text) }?;
    Some(Name { path: path.to_owned(), dressed: whole != text })
}

/// Takes one layer off.
fn undress<'a>(text: &'a str, quoted: &mut bool) -> &'a str {
    if let Some(inner) = text.strip_suffix(':') {
        return inner;
    }
    for (front, back) in [("`", "`"), ("\"", "\""), ("'", "'")] {
        let inner = text.strip_prefix(front).and_then(|rest| rest.strip_suffix(back));
        if let Some(inner) = inner.filter(|inner| !inner.contains(front)) {
            *quoted = true;
            return inner;
        }
    }
    for (front, back) in [("<!--", "-->"), ("/*", "*/"), ("*", "*"), ("[", "]")] {
        if let Some(inner) = text.strip_prefix(front).and_then(|rest| rest.strip_suffix(back)) {
            return inner;
        }
    }
    let unmarked = text.trim_start_matches('#');
    for rest in [unmarked, text.strip_prefix("//").unwrap_or(text), text.strip_prefix(['-', '*']).unwrap_or(text)] {
        if rest.len() < text.len() && rest.starts_with(' ') {
            return rest;
        }
    }
    if let Some((number, rest)) = text.split_once(". ")
        && !number.is_empty()
        && number.bytes().all(|byte| byte.is_ascii_digit())
    {
        return rest;
    }
    if let Some((label, rest)) = text.split_once(':')
        && LABELS.iter().any(|known| known.eq_ignore_ascii_case(label.trim()))
    {
        return rest;
    }
    if let Some(rest) = text.strip_prefix("In ").or_else(|| text.strip_prefix("in ")) {
        return rest;
    }
    REMARKS.iter().find_map(|remark| text.strip_suffix(remark)).unwrap_or(text)
}

/// A path without blanks.
pub(super) fn bare(text: &str) -> Option<&str> {
    quoted_path(text).filter(|path| !path.contains(char::is_whitespace))
}

fn quoted_path(text: &str) -> Option<&str> {
    let odd = |c: char| c.is_control() || matches!(c, '<' | '>' | '|' | '"' | '`' | '*' | '?' | ';' | '!' | '=' | ',');
    let possible = !text.is_empty() && text.len() <= NAME_MAX && !text.contains(odd) && !text.contains("://");
    let last = text.rsplit(['/', '\\']).next().unwrap_or_default();
    (possible && !is_among(&PRODUCTS, text) && (has_extension(last) || is_among(&PLAIN, last))).then_some(text)
}

fn has_extension(name: &str) -> bool {
    name.rsplit_once('.').is_some_and(|(_, extension)| {
        (1..=EXTENSION_MAX.max(if name.starts_with('.') { NAME_MAX } else { 0 })).contains(&extension.len())
            && extension.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-'))
            && extension.chars().any(|c| c.is_ascii_alphabetic())
    })
}

fn is_among(names: &[&str], text: &str) -> bool {
    names.iter().any(|name| name.eq_ignore_ascii_case(text))
}

/// Whether a line that begins so could still be a name alone, or one in a comment.
pub(super) fn may_be(start: &str) -> bool {
    let text = start.trim_start_matches(['#', '/', '*', '`', ' ', '\t', '<', '!', '-']);
    let odd = |c: char| matches!(c, '(' | ')' | '=' | ';' | ',' | '{' | '"' | '\'' | ' ');
    start.len() <= NAME_MAX && !text.trim_end().contains(odd)
}
