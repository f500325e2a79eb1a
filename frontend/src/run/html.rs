//! A page's text, as far as a run has to look into it: what it refers to, its inline modules, and whether it is whole.
//!
//! Reads tags and raw text as browsers do in ordinary pages; builds no tree.

/// A range of bytes of the page.
pub type Span = std::ops::Range<usize>;

/// What a reference is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Use {
    /// A module.
    Module,
    /// A classic script.
    Script,
    /// A style sheet.
    Style,
    /// A picture, a sound, an icon, …
    Media,
}

/// What a page holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outline {
    /// The places of addresses, and what they are for.
    pub references: Vec<(Span, Use)>,
    /// The bodies of modules that stand in the page itself.
    pub modules: Vec<Span>,
    /// The bodies of all scripts that stand in the page itself, those modules too.
    pub scripts: Vec<Span>,
    /// The bodies of styles that stand in the page itself.
    pub styles: Vec<Span>,
    /// It ends within a tag, a comment, a script or a style, or with elements that were not closed.
    pub unfinished: bool,
}

/// Elements without an end.
const VOID: [&str; 14] =
    ["area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "track", "wbr"];
/// Elements whose end may be left out, or whose leaving open nobody sees.
const LENIENT: [&str; 15] =
    ["p", "li", "dt", "dd", "tr", "td", "th", "thead", "tbody", "tfoot", "option", "optgroup", "colgroup", "rp", "rt"];

/// Looks through a page.
pub fn outline(html: &str) -> Outline {
    let mut found = Outline::default();
    let mut open: Vec<String> = Vec::new();
    let mut at = 0;
    while let Some(begin) = find(html, at, "<") {
        if html.get(begin..).is_some_and(|rest| rest.starts_with("<!--")) {
            match find(html, begin + 4, "-->") {
                Some(end) => at = end + 3,
                None => return unfinished(found),
            }
            continue;
        }
        let Some(tag) = tag(html, begin) else {
            if html.get(begin + 1..).unwrap_or_default().is_empty() {
                return unfinished(found);
            }
            // A sign of less, not a tag; or a tag that does not end.
            if html.as_bytes().get(begin + 1).is_some_and(|byte| byte.is_ascii_alphabetic() || *byte == b'/') {
                return unfinished(found);
            }
            at = begin + 1;
            continue;
        };
        at = tag.end;
        if tag.closing {
            if let Some(place) = open.iter().rposition(|name| *name == tag.name) {
                open.truncate(place);
            }
            continue;
        }
        note(html, &tag, &mut found);
        if matches!(tag.name.as_str(), "script" | "style" | "textarea" | "title") {
            let Some(end) = find_closing(html, at, &tag.name) else {
                return unfinished(found);
            };
            body(html, &tag, at..end, &mut found);
            at = end;
            open.push(tag.name);
        } else if !VOID.contains(&tag.name.as_str()) && !tag.closed && !LENIENT.contains(&tag.name.as_str()) {
            open.push(tag.name);
        }
    }
    found.unfinished = !open.is_empty();
    found
}

fn unfinished(found: Outline) -> Outline {
    Outline { unfinished: true, ..found }
}

struct Tag {
    name: String,
    closing: bool,
    /// It ends with `/>`.
    closed: bool,
    /// Name in lower case, and the place of the value.
    attributes: Vec<(String, Span)>,
    end: usize,
}

impl Tag {
    fn attribute(&self, name: &str) -> Option<Span> {
        self.attributes.iter().find(|(known, _)| known == name).map(|(_, span)| span.clone())
    }
}

/// The tag that begins at `begin`, if one does and ends.
fn tag(html: &str, begin: usize) -> Option<Tag> {
    let bytes = html.as_bytes();
    let closing = bytes.get(begin + 1) == Some(&b'/');
    let start = begin + 1 + usize::from(closing);
    if !bytes.get(start).is_some_and(|byte| byte.is_ascii_alphabetic() || *byte == b'!') {
        return None;
    }
    let mut at = start;
    while bytes.get(at).is_some_and(|byte| !byte.is_ascii_whitespace() && !matches!(byte, b'>' | b'/')) {
        at += 1;
    }
    let name = html.get(start..at)?.to_ascii_lowercase();
    let mut attributes = Vec::new();
    loop {
        while bytes.get(at).is_some_and(|byte| byte.is_ascii_whitespace() || *byte == b'/') {
            at += 1;
        }
        match bytes.get(at)? {
            b'>' => {
                let closed = bytes.get(at - 1) == Some(&b'/');
                let closing = closing || name.starts_with('!');
                return Some(Tag { name, closing, closed, attributes, end: at + 1 });
            }
            _ => attributes.extend(attribute(html, &mut at)?),
        }
    }
}

/// The attribute at `at`; `at` comes after it. Nothing, where the page ends in it.
fn attribute(html: &str, at: &mut usize) -> Option<Option<(String, Span)>> {
    let bytes = html.as_bytes();
    let start = *at;
    // A sign of equality at the beginning is part of the name, as browsers have it.
    *at += 1;
    while bytes.get(*at).is_some_and(|byte| !byte.is_ascii_whitespace() && !matches!(byte, b'>' | b'/' | b'=')) {
        *at += 1;
    }
    let name = html.get(start..*at).unwrap_or_default().to_ascii_lowercase();
    let mut after = *at;
    while bytes.get(after).is_some_and(u8::is_ascii_whitespace) {
        after += 1;
    }
    if bytes.get(after) != Some(&b'=') {
        return Some(None);
    }
    after += 1;
    while bytes.get(after).is_some_and(u8::is_ascii_whitespace) {
        after += 1;
    }
    let value = match bytes.get(after)? {
        quote @ (b'"' | b'\'') => {
            let begin = after + 1;
            let length = bytes.get(begin..)?.iter().position(|byte| byte == quote)?;
            *at = begin + length + 1;
            begin..begin + length
        }
        _ => {
            let begin = after;
            while bytes.get(after).is_some_and(|byte| !byte.is_ascii_whitespace() && *byte != b'>') {
                after += 1;
            }
            *at = after;
            begin..after
        }
    };
    Some(Some((name, value)))
}

fn note(html: &str, tag: &Tag, found: &mut Outline) {
    let value =
        |name: &str| tag.attribute(name).and_then(|span| html.get(span)).unwrap_or_default().to_ascii_lowercase();
    let (attribute, used) = match tag.name.as_str() {
        "script" if value("type") == "module" => ("src", Use::Module),
        "script" => ("src", Use::Script),
        "link" if value("rel").split_whitespace().any(|rel| rel == "stylesheet") => ("href", Use::Style),
        "link" if value("rel").contains("icon") => ("href", Use::Media),
        "img" | "audio" | "video" | "source" | "embed" | "input" => ("src", Use::Media),
        "image" | "use" => ("href", Use::Media),
        _ => return,
    };
    found.references.extend(tag.attribute(attribute).map(|span| (span, used)));
}

fn body(html: &str, tag: &Tag, span: Span, found: &mut Outline) {
    let kind = tag.attribute("type").and_then(|kind| html.get(kind)).unwrap_or_default().to_ascii_lowercase();
    match tag.name.as_str() {
        "script" if tag.attribute("src").is_some() => {}
        "script" if kind == "module" => {
            found.modules.push(span.clone());
            found.scripts.push(span);
        }
        "script" if kind.is_empty() || kind.contains("javascript") => found.scripts.push(span),
        "style" => found.styles.push(span),
        _ => {}
    }
}

fn find(text: &str, from: usize, what: &str) -> Option<usize> {
    text.get(from..)?.find(what).map(|at| from + at)
}

/// Where `</name` begins.
fn find_closing(html: &str, from: usize, name: &str) -> Option<usize> {
    let rest = html.get(from..)?;
    rest.match_indices("</").map(|(at, _)| from + at).find(|at| {
        html.get(at + 2..at + 2 + name.len()).is_some_and(|found| found.eq_ignore_ascii_case(name))
            && find(html, *at, ">").is_some()
    })
}

/// Whether a style sheet is whole: no comment, text or block is open at its end.
pub fn is_whole_css(css: &str) -> bool {
    let mut depth = 0_i64;
    let mut rest = css;
    while let Some(sign) = rest.chars().next() {
        let skip = match sign {
            '/' if rest.starts_with("/*") => match rest.get(2..).and_then(|inner| inner.find("*/")) {
                Some(end) => end + 4,
                None => return false,
            },
            '"' | '\'' => match closing_quote(rest, sign) {
                Some(end) => end,
                None => return false,
            },
            '{' | '(' | '[' => {
                depth += 1;
                1
            }
            '}' | ')' | ']' => {
                depth -= 1;
                1
            }
            other => other.len_utf8(),
        };
        rest = rest.get(skip..).unwrap_or_default();
    }
    depth == 0
}

/// After the quote that closes a text which begins `rest`.
fn closing_quote(rest: &str, quote: char) -> Option<usize> {
    let mut escaped = false;
    for (at, sign) in rest.char_indices().skip(1) {
        match sign {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '\n' => return Some(at),
            sign if sign == quote => return Some(at + 1),
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(html: &str) -> (Vec<(&str, Use)>, Vec<&str>, bool) {
        let found = outline(html);
        let references = found.references.into_iter().map(|(span, used)| (&html[span], used));
        (references.collect(), found.modules.into_iter().map(|span| &html[span]).collect(), found.unfinished)
    }

    #[test]
    fn references_and_inline_modules_are_found() {
        let html = "<!doctype html><html><head><link rel=stylesheet href=\"a.css\"><!-- <img src=no> -->\
            <script>if (a < b) \"<img src=no>\";</script><script type='module' src = m.js></script></head>\
            <body data-src=no><img alt=\"a>b\" src='p.svg'/><script type=module>go()</script></body></html>";
        assert_eq!(
            told(html),
            (vec![("a.css", Use::Style), ("m.js", Use::Module), ("p.svg", Use::Media)], vec!["go()"], false)
        );
    }

    #[test]
    fn what_is_being_written_is_unfinished() {
        let whole = "<html><body><p>one<ul><li>x</ul><br><script>a()</script></body></html>\n";
        assert!(!told(whole).2);
        for end in [
            "<html><bo",
            "<html><body>",
            "<html><body></body></html><!-- x",
            "<script>a()",
            "<style>a{}</sty",
            "<",
            "<a href=\"x",
        ] {
            assert!(told(end).2, "{end}");
        }
        assert!(!told("a < b").2);
    }

    #[test]
    fn style_sheets_are_whole_or_not() {
        for whole in ["", "a{b:c}", "a{b:\"}\"} /* { */", "@media x{a{b:url(c)}}"] {
            assert!(is_whole_css(whole), "{whole}");
        }
        for half in ["a{", "a{b:c} /*", "a{b:\"c", "@media x{a{}"] {
            assert!(!is_whole_css(half), "{half}");
        }
    }
}
