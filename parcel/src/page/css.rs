//! What a style names, put into it.

use super::place::{Place, as_url, data_url};

/// How deep styles may import styles: a ring would have no end.
const DEPTH_MAX: usize = 8;

/// A style with all that it names put in.
pub(super) fn inlined(here: &Place<'_>, style: &str, depth: usize) -> String {
    let mut out = String::with_capacity(style.len());
    let mut rest = style;
    while let Some((before, quoted, reference, after)) = next(rest) {
        out.push_str(before);
        let replaced = here.find(&reference).filter(|_| depth < DEPTH_MAX).map(|found| {
            if found.path.ends_with(".css") {
                as_url("text/css", inlined(&found.place(here.tree), &found.text(), depth + 1).as_bytes())
            } else {
                data_url(&found)
            }
        });
        match replaced {
            Some(url) => out.push_str(&format!("url(\"{url}\")")),
            None => out.push_str(quoted),
        }
        rest = after;
    }
    out.push_str(rest);
    out
}

/// The next reference: what stands in front of it, itself as it is written, what it says, and what follows.
fn next(style: &str) -> Option<(&str, &str, String, &str)> {
    const URL: &str = "url(";
    const IMPORT: &str = "@import";
    let mut from = 0;
    loop {
        let tail = style.get(from..)?;
        let at = from + [tail.find(URL), tail.find(IMPORT), tail.find("/*")].into_iter().flatten().min()?;
        let found = style.get(at..)?;
        if found.starts_with("/*") {
            from = at + found.find("*/").map_or(found.len(), |end| end + 2);
            continue;
        }
        if let Some(inner) = found.strip_prefix(URL) {
            let blanks = inner.len() - inner.trim_start().len();
            let inner = inner.trim_start();
            let (reference, len) = match inner.chars().next()? {
                quote @ ('"' | '\'') => {
                    let end = inner.get(1..)?.find(quote)?;
                    let close = inner.get(end + 2..)?.find(')')?;
                    (inner.get(1..=end)?, end + 2 + close + 1)
                }
                _ => {
                    let end = inner.find(')')?;
                    (inner.get(..end)?.trim_end(), end + 1)
                }
            };
            let end = at + URL.len() + blanks + len;
            return Some((style.get(..at)?, style.get(at..end)?, reference.to_owned(), style.get(end..)?));
        }
        // A plain string may follow; an address is found by the rule above.
        let place = at + IMPORT.len();
        let string = style.get(place..)?.trim_start();
        let start = style.len() - string.len();
        let quote = string.chars().next().filter(|c| matches!(c, '"' | '\''));
        match quote.and_then(|quote| string.get(1..)?.find(quote)) {
            Some(end) => {
                let after = start + end + 2;
                let reference = style.get(start + 1..start + 1 + end)?.to_owned();
                return Some((style.get(..start)?, style.get(start..after)?, reference, style.get(after..)?));
            }
            None => from = place,
        }
    }
}
