//! What a person means by "run": by the file in front of them, and by what else there is.

/// What a file is written in, as far as it can be run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    /// JavaScript.
    JavaScript,
    /// TypeScript.
    TypeScript,
    /// Python.
    Python,
    /// A page.
    Html,
    /// A style sheet: a part of a page.
    Css,
}

impl Language {
    /// By a path's ending.
    pub fn of(path: &str) -> Option<Language> {
        let (_, ending) = path.rsplit_once('.')?;
        Some(match ending.to_ascii_lowercase().as_str() {
            "js" | "mjs" | "jsx" => Language::JavaScript,
            "ts" | "mts" | "tsx" => Language::TypeScript,
            "py" => Language::Python,
            "html" | "htm" => Language::Html,
            "css" => Language::Css,
            _ => return None,
        })
    }

    /// It runs in a worker that costs next to nothing to have ready.
    pub fn is_script(self) -> bool {
        matches!(self, Language::JavaScript | Language::TypeScript)
    }
}

/// How something is run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// JavaScript and TypeScript, in a worker.
    Script,
    /// Python, in a worker.
    Python,
    /// A page, in a frame that is seen.
    Page,
}

/// What is to be run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    /// How.
    pub kind: Kind,
    /// The file that it begins with.
    pub entry: String,
    /// The file is one of tests.
    pub tests: bool,
}

/// A file as this module looks at it.
#[derive(Clone, Copy, Debug)]
pub struct Source<'a> {
    /// Its path.
    pub path: &'a str,
    /// Its text.
    pub text: &'a str,
}

/// Where a project usually begins, the likeliest first.
const ENTRIES: [&str; 16] = [
    "index.html",
    "public/index.html",
    "src/index.html",
    "main.py",
    "app.py",
    "src/main.py",
    "main.ts",
    "index.ts",
    "src/main.ts",
    "src/index.ts",
    "main.js",
    "index.js",
    "src/main.js",
    "src/index.js",
    "main.mjs",
    "index.mjs",
];

/// What to run when a person asks for it with `open` in front of them: that file, the page that it is a part of, or
/// where the project begins.
pub fn target(files: &[Source<'_>], open: Option<&str>) -> Option<Target> {
    let opened = open.and_then(|path| files.iter().find(|file| file.path == path));
    if let Some(file) = opened
        && let Some(language) = Language::of(file.path)
    {
        match language {
            Language::Html => return Some(page(file.path)),
            Language::Css => return page_with(files, file.path).or_else(|| project(files)),
            Language::JavaScript | Language::TypeScript if !is_test(file.path) => {
                if let Some(page) = page_with(files, file.path) {
                    return Some(page);
                }
            }
            _ => {}
        }
        return Some(of(file.path, language));
    }
    project(files)
}

fn project(files: &[Source<'_>]) -> Option<Target> {
    let known = ENTRIES.iter().find(|entry| files.iter().any(|file| file.path == **entry)).copied();
    let only = || {
        let mut runnable = files.iter().filter(|file| {
            !is_test(file.path) && Language::of(file.path).is_some_and(|language| language != Language::Css)
        });
        runnable.next().map(|file| file.path)
    };
    let path = known.or_else(only)?;
    Some(of(path, Language::of(path)?))
}

fn of(path: &str, language: Language) -> Target {
    let kind = match language {
        Language::JavaScript | Language::TypeScript => Kind::Script,
        Language::Python => Kind::Python,
        Language::Html | Language::Css => return page(path),
    };
    Target { kind, entry: path.to_owned(), tests: is_test(path) }
}

fn page(path: &str) -> Target {
    Target { kind: Kind::Page, entry: path.to_owned(), tests: false }
}

/// The page that names a file, if one does.
fn page_with(files: &[Source<'_>], path: &str) -> Option<Target> {
    let pages = files.iter().filter(|file| Language::of(file.path) == Some(Language::Html));
    let names = |html: &&Source<'_>| {
        super::html::outline(html.text).references.iter().any(|(span, _)| {
            let reference = html.text.get(span.clone()).unwrap_or_default();
            super::resolve::join(html.path, reference).as_deref() == Some(path)
        })
    };
    pages.into_iter().find(names).map(|html| page(html.path))
}

/// Whether a file is one of tests, by its name, as the usual runners have it.
pub fn is_test(path: &str) -> bool {
    let name = path.rsplit_once('/').map_or(path, |(_, name)| name);
    let Some((stem, _)) = name.rsplit_once('.') else {
        return false;
    };
    match Language::of(path) {
        Some(Language::Python) => stem.starts_with("test_") || stem.ends_with("_test"),
        Some(Language::JavaScript | Language::TypeScript) => {
            stem.ends_with(".test") || stem.ends_with(".spec") || stem.ends_with("_test") || stem.starts_with("test_")
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(files: &[(&str, &str)], open: Option<&str>) -> Option<(Kind, String, bool)> {
        let files: Vec<Source<'_>> = files.iter().map(|(path, text)| Source { path, text }).collect();
        target(&files, open).map(|target| (target.kind, target.entry, target.tests))
    }

    #[test]
    fn the_open_file_is_run() {
        let files = [("a.py", ""), ("b.ts", ""), ("b.test.ts", ""), ("test_a.py", ""), ("c.html", "")];
        for (open, kind, tests) in [
            ("a.py", Kind::Python, false),
            ("b.ts", Kind::Script, false),
            ("b.test.ts", Kind::Script, true),
            ("test_a.py", Kind::Python, true),
            ("c.html", Kind::Page, false),
        ] {
            assert_eq!(asked(&files, Some(open)), Some((kind, open.to_owned(), tests)));
        }
    }

    #[test]
    fn a_part_of_a_page_runs_the_page() {
        let html = "<link rel=stylesheet href=\"css/style.css\"><script type=module src='./app.js'></script>";
        let files = [("web/index.html", html), ("web/css/style.css", ""), ("web/app.js", ""), ("tool.js", "")];
        let page = Some((Kind::Page, "web/index.html".to_owned(), false));
        assert_eq!(asked(&files, Some("web/css/style.css")), page);
        assert_eq!(asked(&files, Some("web/app.js")), page);
        assert_eq!(asked(&files, Some("tool.js")), Some((Kind::Script, "tool.js".to_owned(), false)));
    }

    #[test]
    fn what_cannot_be_run_runs_the_project() {
        let files = [("README.md", ""), ("lib.py", ""), ("main.py", "")];
        assert_eq!(asked(&files, Some("README.md")), Some((Kind::Python, "main.py".to_owned(), false)));
        assert_eq!(asked(&[("x.py", ""), ("test_x.py", "")], None), Some((Kind::Python, "x.py".to_owned(), false)));
        assert_eq!(asked(&[("README.md", "")], Some("README.md")), None);
    }
}
