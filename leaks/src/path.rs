//! What a file's name says of its content.

/// How a file is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    /// As any text.
    Plain,
    /// `NAME=value` lines whose values are often secrets.
    Env,
    /// An example of an environment file: its values are made up.
    Example,
    /// Made by a package manager, full of hashes: only keys with a form of their own count.
    Lock,
}

/// Lock files whose name does not end in `.lock`.
const LOCKS: [&str; 7] = [
    "package-lock.json",
    "npm-shrinkwrap.json",
    "pnpm-lock.yaml",
    "go.sum",
    "packages.lock.json",
    "deno.lock.json",
    "bun.lockb",
];
/// Endings of environment files that hold no real values.
const EXAMPLES: [&str; 5] = ["example", "sample", "template", "dist", "defaults"];

/// How the file at a path is read.
pub fn style(path: &str) -> Style {
    let name = path.rsplit('/').next().unwrap_or(path).to_ascii_lowercase();
    if name.ends_with(".lock") || LOCKS.contains(&name.as_str()) {
        return Style::Lock;
    }
    let env = name == ".env" || name.starts_with(".env.") || name.ends_with(".env") || name == ".envrc";
    match name.rsplit('.').next() {
        Some(end) if (env || name.contains(".env.")) && EXAMPLES.contains(&end) => Style::Example,
        _ if name.starts_with("example.") && env => Style::Example,
        _ if env => Style::Env,
        _ => Style::Plain,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_say_how_a_file_is_read() {
        for (path, expected) in [
            ("src/main.rs", Style::Plain),
            ("Cargo.lock", Style::Lock),
            ("web/package-lock.json", Style::Lock),
            (".env", Style::Env),
            ("deploy/.env.production", Style::Env),
            ("prod.env", Style::Env),
            (".env.example", Style::Example),
            ("environment.ts", Style::Plain),
        ] {
            assert_eq!(style(path), expected, "{path}");
        }
    }
}
