//! The modules that scripts import, each under a name that holds wherever it is imported from.

use std::collections::BTreeMap;

use super::place::{Place, as_url, data_url};

/// What names of modules begin with: no project's own names do.
const PREFIX: &str = "midstream:";

/// The modules so far, by their paths: as addresses of their own.
#[derive(Default)]
pub(super) struct Modules(BTreeMap<String, String>);

impl Modules {
    /// A script with what it imports under names that the map knows; all of that goes into the map.
    pub(super) fn linked(&mut self, here: &Place<'_>, script: &str) -> String {
        let mut out = String::with_capacity(script.len());
        let mut rest = script;
        while let Some((before, quote, specifier, after)) = next(rest) {
            out.push_str(before);
            let local = specifier.starts_with("./") || specifier.starts_with("../") || specifier.starts_with('/');
            let found = here.find(specifier).filter(|_| local);
            out.push(quote);
            match found {
                Some(found) => {
                    out.push_str(PREFIX);
                    out.push_str(&found.path.replace(quote, "%22"));
                    if !self.0.contains_key(found.path) {
                        // First, since modules may import each other in a ring.
                        self.0.insert(found.path.to_owned(), String::new());
                        let url = match found.path.rsplit_once('.').map(|(_, ending)| ending) {
                            Some("js" | "mjs") => {
                                let linked = self.linked(&found.place(here.tree), &found.text());
                                as_url("text/javascript", linked.as_bytes())
                            }
                            _ => data_url(&found),
                        };
                        self.0.insert(found.path.to_owned(), url);
                    }
                }
                None => out.push_str(specifier),
            }
            out.push(quote);
            rest = after;
        }
        out.push_str(rest);
        out
    }

    /// The map, for a page; nothing when no module is imported.
    pub(super) fn map(&self) -> Option<String> {
        let entry = |(path, url): (&String, &String)| {
            format!("{}:{}", super::quoted(&format!("{PREFIX}{path}")), super::quoted(url))
        };
        let entries: Vec<String> = self.0.iter().map(entry).collect();
        (!entries.is_empty()).then(|| format!("{{\"imports\":{{{}}}}}", entries.join(",")))
    }
}

/// The next imported name: what stands in front of its quote, the quote, the name, and what follows the other quote.
/// It is a name where `from`, `import` or `import(` stand in front of it.
fn next(script: &str) -> Option<(&str, char, &str, &str)> {
    let mut from = 0;
    loop {
        let at = from + script.get(from..)?.find(['"', '\''])?;
        let quote = script.get(at..)?.chars().next()?;
        let inner = script.get(at + 1..)?;
        let end = inner.find([quote, '\n'])?;
        let before = script.get(..at)?;
        if imports(before) && inner.get(end..)?.starts_with(quote) {
            return Some((before, quote, inner.get(..end)?, inner.get(end + 1..)?));
        }
        // Past an ordinary string as a whole, so that its end is not taken for a beginning; an apostrophe in a comment
        // ends with its line.
        from = at + 1 + end + usize::from(inner.get(end..)?.starts_with(quote));
    }
}

fn imports(before: &str) -> bool {
    let before = before.trim_end();
    let before = before.strip_suffix('(').map_or(before, str::trim_end);
    let is_word = |word: &str| {
        before
            .strip_suffix(word)
            .is_some_and(|rest| !rest.ends_with(|c: char| c.is_alphanumeric() || c == '_' || c == '$' || c == '.'))
    };
    is_word("import") || is_word("from")
}
