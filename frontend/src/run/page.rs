//! A page with everything that it refers to, as the preview's frame takes it.

use std::collections::HashMap;

use serde::Serialize;

use super::html::{Outline, Use};
use super::link::{Compiled, Import, Module, Part, Program, Unlinked, link};
use super::resolve::join;
use super::target::Language;

/// A page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Page {
    /// Its file.
    pub path: String,
    /// Its text, with addresses in it.
    pub html: Vec<Part>,
    /// What it refers to, each after what it refers to itself.
    pub files: Vec<File>,
    /// How many lines of the page stand before each of its own scripts. Each is given the name [`SCRIPT_NAME`] with its
    /// number, so that a trace tells them apart.
    pub lines: Vec<usize>,
}

/// What the scripts that stand in a page are called in traces.
const SCRIPT_NAME: &str = "midstream-inline-";

/// A file of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct File {
    /// Its path.
    pub path: String,
    /// Its media type.
    #[serde(rename = "type")]
    pub kind: &'static str,
    /// Its text, with addresses in it.
    pub parts: Vec<Part>,
}

/// The name under which an inline module of a page is compiled: no file has it, since it ends with a slash.
pub fn inline_name(path: &str, number: usize) -> String {
    format!("{path}#{number}/")
}

/// The modules that a page begins with: those that it refers to, and those that stand in it.
pub fn entries(path: &str, html: &str, outline: &Outline, exists: impl Fn(&str) -> bool) -> Vec<String> {
    let files = outline.references.iter().filter(|(_, used)| *used == Use::Module).filter_map(|(span, _)| {
        let file = join(path, html.get(span.clone())?)?;
        exists(&file).then_some(file)
    });
    let inline = (0..outline.modules.len()).map(|number| inline_name(path, number));
    files.chain(inline).collect()
}

/// Puts a page together. `modules` holds all that its entries reach; `texts` all files. Returns what it refers to and
/// the session does not have, too.
pub fn assemble(
    path: &str,
    html: &str,
    outline: &Outline,
    modules: &HashMap<String, Compiled>,
    texts: &HashMap<String, String>,
) -> Result<(Page, Vec<String>), Unlinked> {
    let wanted = entries(path, html, outline, |file| modules.contains_key(file));
    let Program { modules: linked, .. } = link(modules, &wanted, false)?;
    let mut files = Files { list: Vec::new(), numbers: HashMap::new(), texts, modules };
    for Module { path, json, parts } in linked {
        files.numbers.insert((path.clone(), true), files.list.len());
        let kind = if json { "application/json" } else { "text/javascript" };
        files.list.push(File { path, kind, parts });
    }
    let mut missing = Vec::new();
    let mut places: Vec<(std::ops::Range<usize>, Vec<Part>)> = Vec::new();
    for (span, used) in &outline.references {
        let reference = html.get(span.clone()).unwrap_or_default();
        let Some(file) = join(path, reference) else {
            continue;
        };
        match files.number(&file, *used == Use::Module) {
            Some(number) => places.push((span.clone(), vec![Part::Address(number)])),
            None => missing.push(reference.to_owned()),
        }
    }
    for (number, span) in outline.modules.iter().enumerate() {
        if let Some(file) = files.numbers.get(&(inline_name(path, number), true)).and_then(|at| files.list.get(*at)) {
            places.push((span.clone(), file.parts.clone()));
        }
    }
    let mut lines = Vec::new();
    for (number, span) in outline.scripts.iter().enumerate() {
        let name = Part::Text(format!("\n//# sourceURL={SCRIPT_NAME}{number}"));
        places.push((span.end..span.end, vec![name]));
        lines.push(html.get(..span.start).unwrap_or_default().matches('\n').count());
    }
    for span in &outline.styles {
        let css = html.get(span.clone()).unwrap_or_default();
        places.push((span.clone(), files.css(path, css)));
    }
    places.sort_by_key(|(span, _)| span.start);
    let page = Page { path: path.to_owned(), html: spliced(html, places), files: files.list, lines };
    Ok((page, missing))
}

struct Files<'a> {
    list: Vec<File>,
    /// Path, and whether it is a module -> its place in the list.
    numbers: HashMap<(String, bool), usize>,
    texts: &'a HashMap<String, String>,
    modules: &'a HashMap<String, Compiled>,
}

impl Files<'_> {
    /// The number of a file, taken in if it was not.
    fn number(&mut self, path: &str, module: bool) -> Option<usize> {
        if let Some(number) = self.numbers.get(&(path.to_owned(), module)) {
            return Some(*number);
        }
        let texts = self.texts;
        let text = texts.get(path)?;
        // Taken for there already: a style sheet that names itself has to end.
        self.numbers.insert((path.to_owned(), module), usize::MAX);
        let parts = match Language::of(path) {
            Some(Language::Css) => self.css(path, text),
            Some(Language::TypeScript) => {
                vec![Part::Text(self.modules.get(path).map_or(text, |compiled| &compiled.code).clone())]
            }
            _ => vec![Part::Text(text.clone())],
        };
        let number = self.list.len();
        self.list.push(File { path: path.to_owned(), kind: kind(path), parts });
        self.numbers.insert((path.to_owned(), module), number);
        Some(number)
    }

    /// A style sheet with the addresses of what it names by `url(…)` and `@import`.
    fn css(&mut self, path: &str, css: &str) -> Vec<Part> {
        let mut places = Vec::new();
        for span in named_in_css(css) {
            let file = css.get(span.clone()).and_then(|reference| join(path, reference));
            if let Some(number) = file.and_then(|file| self.number(&file, false)).filter(|number| *number != usize::MAX)
            {
                places.push((span, vec![Part::Address(number)]));
            }
        }
        spliced(css, places)
    }
}

/// The places of what a style sheet names.
fn named_in_css(css: &str) -> Vec<std::ops::Range<usize>> {
    let mut places = Vec::new();
    for opening in ["url(", "@import "] {
        for (at, _) in css.match_indices(opening) {
            let rest = css.get(at + opening.len()..).unwrap_or_default();
            let begin = at + opening.len() + rest.len() - rest.trim_start().len();
            let rest = rest.trim_start();
            let (begin, value) = match rest.chars().next() {
                Some(quote @ ('"' | '\'')) => (begin + 1, rest.get(1..).and_then(|inner| inner.split(quote).next())),
                _ if opening == "url(" => (begin, rest.split(')').next().map(str::trim_end)),
                _ => continue,
            };
            if let Some(value) = value {
                places.push(begin..begin + value.len());
            }
        }
    }
    places.sort_by_key(|span| span.start);
    places
}

fn spliced(text: &str, places: Vec<(std::ops::Range<usize>, Vec<Part>)>) -> Vec<Part> {
    let mut parts = Vec::new();
    let mut at = 0;
    for (span, inner) in places {
        if span.start < at {
            continue;
        }
        parts.push(Part::Text(text.get(at..span.start).unwrap_or_default().to_owned()));
        parts.extend(inner);
        at = span.end;
    }
    parts.push(Part::Text(text.get(at..).unwrap_or_default().to_owned()));
    parts.retain(|part| *part != Part::Text(String::new()));
    parts
}

/// What a module that stands in a page imports is written relative to the page.
pub fn relative_to_page(path: &str, module: Compiled) -> Compiled {
    let imports = module.imports.into_iter().map(|Import(start, end, specifier, dynamic)| {
        let absolute = specifier.starts_with('.').then(|| join(path, &specifier)).flatten();
        Import(start, end, absolute.map_or(specifier, |absolute| format!("/{absolute}")), dynamic)
    });
    Compiled { imports: imports.collect(), ..module }
}

/// A file's media type.
fn kind(path: &str) -> &'static str {
    match path.rsplit_once('.').map(|(_, ending)| ending.to_ascii_lowercase()).as_deref() {
        Some("js" | "mjs" | "jsx" | "ts" | "mts" | "tsx") => "text/javascript",
        Some("css") => "text/css",
        Some("svg") => "image/svg+xml",
        Some("json") => "application/json",
        Some("html" | "htm") => "text/html",
        _ => "text/plain",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::run::html::outline;

    #[test]
    fn a_page_is_put_together() {
        let html = "<link rel=stylesheet href=css/a.css><img src=gone.png><script type=module src=app.js></script>\
            <script type=module>import \"./lib.js\"; go()</script>";
        let own = |path: &str, text: &str| (path.to_owned(), text.to_owned());
        let texts = HashMap::from([
            own("web/css/a.css", "@import \"b.css\"; i { background: url(../x.svg) }"),
            own("web/css/b.css", "b {}"),
            own("web/x.svg", "<svg/>"),
            own("web/app.js", "import \"./lib.js\""),
            own("web/lib.js", "lib"),
        ]);
        let found = outline(html);
        let module =
            |code: &str, imports: Vec<Import>| Compiled { code: code.to_owned(), imports, ..Compiled::default() };
        let import = |start: u32, path: &str| Import(start, start + 8, path.to_owned(), false);
        let inline = inline_name("web/index.html", 0);
        assert_eq!(
            entries("web/index.html", html, &found, |path| texts.contains_key(path)),
            ["web/app.js", inline.as_str()]
        );
        let body = &html[found.modules[0].clone()];
        let modules = HashMap::from([
            ("web/app.js".to_owned(), module("import \"./lib.js\"", vec![import(8, "./lib.js")])),
            ("web/lib.js".to_owned(), module("lib", Vec::new())),
            (inline, relative_to_page("web/index.html", module(body, vec![import(8, "./lib.js")]))),
        ]);
        let (page, missing) = assemble("web/index.html", html, &found, &modules, &texts).unwrap();
        assert_eq!(missing, ["gone.png"]);
        let name = |part: &Part| match part {
            Part::Text(text) => text.clone(),
            Part::Address(number) => format!("<{}>", page.files[*number].path),
            Part::Builtin { builtin } => (*builtin).to_owned(),
        };
        let text = |parts: &[Part]| parts.iter().map(name).collect::<String>();
        assert_eq!(
            text(&page.html),
            "<link rel=stylesheet href=<web/css/a.css>><img src=gone.png><script type=module src=<web/app.js>></script>\
             <script type=module>import \"<web/lib.js>\"; go()\n//# sourceURL=midstream-inline-0</script>"
        );
        let css = page.files.iter().find(|file| file.path == "web/css/a.css").unwrap();
        assert_eq!(text(&css.parts), "@import \"<web/css/b.css>\"; i { background: url(<web/x.svg>) }");
        assert_eq!(css.kind, "text/css");
    }

    #[test]
    fn a_style_sheet_that_names_itself_ends() {
        let texts = HashMap::from([("a.css".to_owned(), "@import \"a.css\";".to_owned())]);
        let html = "<link rel=stylesheet href=a.css>";
        let (page, _) = assemble("i.html", html, &outline(html), &HashMap::new(), &texts).unwrap();
        assert_eq!(page.files.len(), 1);
    }
}
