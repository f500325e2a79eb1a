//! Where a name in one file leads: relative paths, and endings that are left out.

/// What a module's import leads to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Resolved {
    /// A file of the session.
    File(String),
    /// A module that the runner brings.
    Builtin(&'static str),
    /// Nothing: why, for a person.
    Nowhere(String),
}

/// Endings that an import may leave out, in the order in which they are tried.
const ENDINGS: [&str; 7] = [".js", ".ts", ".mjs", ".mts", ".jsx", ".tsx", ".json"];

/// Where `specifier` in `from` leads.
pub fn resolve(from: &str, specifier: &str, exists: impl Fn(&str) -> bool) -> Resolved {
    match specifier {
        "node:test" | "test" => return Resolved::Builtin("test"),
        "node:assert" | "assert" => return Resolved::Builtin("assert"),
        "node:assert/strict" | "assert/strict" => return Resolved::Builtin("strict"),
        _ => {}
    }
    if !specifier.starts_with("./") && !specifier.starts_with("../") && !specifier.starts_with('/') {
        return Resolved::Nowhere(format!(
            "{from} imports “{specifier}”, which is no file of this session. Files are imported by a relative path, like “./{specifier}.js”; packages cannot be."
        ));
    }
    let Some(path) = join(from, specifier) else {
        return Resolved::Nowhere(format!("{from} imports “{specifier}”, which leads out of the session."));
    };
    match candidates(&path).find(|candidate| exists(candidate)) {
        Some(found) => Resolved::File(found),
        None => Resolved::Nowhere(format!("{from} imports “{specifier}”, but there is no file {path}.")),
    }
}

/// A path as it stands, with an ending, as a folder's index, and TypeScript's way of naming what it becomes.
fn candidates(path: &str) -> impl Iterator<Item = String> {
    let path = path.to_owned();
    let typed = [(".js", ".ts"), (".js", ".tsx"), (".mjs", ".mts"), (".jsx", ".tsx")]
        .into_iter()
        .filter_map({
            let path = path.clone();
            move |(made, source)| Some(format!("{}{source}", path.strip_suffix(made)?))
        })
        .collect::<Vec<_>>();
    let ended = ENDINGS.into_iter().map({
        let path = path.clone();
        move |ending| format!("{path}{ending}")
    });
    let index = ["/index.js", "/index.ts"].into_iter().map({
        let path = path.clone();
        move |index| format!("{path}{index}")
    });
    std::iter::once(path).chain(typed).chain(ended).chain(index)
}

/// A relative reference in a file, as a path of the session; `None` where it leads elsewhere.
pub fn join(from: &str, reference: &str) -> Option<String> {
    let reference = reference.split(['?', '#']).next().unwrap_or_default();
    let scheme = reference.split('/').next().is_some_and(|first| first.contains(':'));
    if reference.is_empty() || reference.starts_with("//") || scheme {
        return None;
    }
    let (mut parts, rest): (Vec<&str>, &str) = match reference.strip_prefix('/') {
        Some(rest) => (Vec::new(), rest),
        None => (from.rsplit_once('/').map_or(Vec::new(), |(folder, _)| folder.split('/').collect()), reference),
    };
    for part in rest.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()?),
            part => parts.push(part),
        }
    }
    (!parts.is_empty()).then(|| parts.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_are_joined_within_the_session() {
        for (from, reference, path) in [
            ("a.html", "b.js", Some("b.js")),
            ("web/a.html", "./b.js?v=1", Some("web/b.js")),
            ("web/x/a.html", "../b.js#top", Some("web/b.js")),
            ("web/a.html", "/b.js", Some("b.js")),
            ("a.html", "../b.js", None),
            ("a.html", "https://example.org/b.js", None),
            ("a.html", "//example.org/b.js", None),
            ("a.html", "data:text/plain,x", None),
            ("a.html", "#top", None),
        ] {
            assert_eq!(join(from, reference).as_deref(), path, "{reference} in {from}");
        }
    }

    #[test]
    fn imports_find_their_files() {
        let files = ["src/a.js", "src/b.ts", "src/lib/index.ts", "data.json"];
        let exists = |path: &str| files.contains(&path);
        for (specifier, path) in [
            ("./a.js", "src/a.js"),
            ("./a", "src/a.js"),
            ("./b.js", "src/b.ts"),
            ("./b", "src/b.ts"),
            ("./lib", "src/lib/index.ts"),
            ("../data.json", "data.json"),
            ("/src/a.js", "src/a.js"),
        ] {
            assert_eq!(resolve("src/main.ts", specifier, exists), Resolved::File(path.to_owned()), "{specifier}");
        }
        assert_eq!(resolve("m.js", "node:assert/strict", exists), Resolved::Builtin("strict"));
        for (specifier, says) in
            [("react", "packages cannot be"), ("./no.js", "no file src/no.js"), ("../../x", "out of")]
        {
            let Resolved::Nowhere(why) = resolve("src/main.ts", specifier, exists) else { panic!("{specifier}") };
            assert!(why.contains(says), "{why}");
        }
    }
}
