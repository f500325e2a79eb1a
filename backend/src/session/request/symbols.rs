//! What a text declares, found line by line in any language that has a word for it. A hint for the model, no parse:
//! what has no such word (a C function, a Java method) is not found, and a sentence may look like a declaration.

use std::fmt::Write as _;

use document::Sheet;

use super::text::floor_char;

/// The deepest indentation at which a declaration is looked for: a class's own methods.
const INDENT_MAX: usize = 4;
/// The longest declaration that is shown, in bytes.
const NAME_MAX: usize = 60;
/// The most that a file's names take in the outline of a project, in bytes: about a dozen.
const NAMES_MAX: usize = 160;
/// How much of a large text is looked through for them, in bytes.
const FRONT: usize = 128 * 1024;

/// One declaration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Symbol<'a> {
    /// Its line, from 1.
    pub line: u32,
    /// Whether it stands at the line's start.
    pub is_top: bool,
    /// The word that declares, and the name.
    pub name: &'a str,
}

/// A text's declarations, in order.
pub fn symbols(text: &str) -> impl Iterator<Item = Symbol<'_>> {
    text.split('\n').zip(1..).filter_map(|(text, line)| {
        let (indent, rest) = indent(text)?;
        Some(Symbol { line, is_top: indent == 0, name: declared(rest)? })
    })
}

/// How many lines a text has, and what it declares at the top, in a line.
pub fn summary(text: &str) -> (u32, String) {
    (lines(std::iter::once(text)), names(text))
}

/// The same of a large text: what it declares far from its beginning is not looked for.
pub fn summary_of(text: &Sheet) -> (u32, String) {
    let mut front = String::with_capacity(FRONT);
    for piece in text.pieces() {
        if front.len() + piece.len() > FRONT {
            break;
        }
        front.push_str(piece);
    }
    (lines(text.pieces()), names(&front))
}

fn lines<'a>(pieces: impl Iterator<Item = &'a str>) -> u32 {
    let (mut newlines, mut is_open) = (0, false);
    for piece in pieces.filter(|piece| !piece.is_empty()) {
        newlines += piece.as_bytes().iter().filter(|b| **b == b'\n').count();
        is_open = !piece.ends_with('\n');
    }
    u32::try_from(newlines + usize::from(is_open)).unwrap_or(u32::MAX)
}

fn names(text: &str) -> String {
    let mut names = String::new();
    for symbol in symbols(text).filter(|s| s.is_top) {
        if names.len() + symbol.name.len() + 2 > NAMES_MAX {
            names.push_str(", …");
            break;
        }
        let comma = if names.is_empty() { "" } else { ", " };
        let _ = write!(names, "{comma}{}", symbol.name);
    }
    names
}

/// The indentation, if it is small and what follows can begin a declaration.
fn indent(line: &str) -> Option<(usize, &str)> {
    let bytes = line.as_bytes();
    let mut width = 0;
    for (at, byte) in bytes.iter().enumerate() {
        match byte {
            b' ' => width += 1,
            b'\t' => width += INDENT_MAX,
            b'a'..=b'z' => return Some((width, line.get(at..)?)),
            _ => return None,
        }
        if width > INDENT_MAX {
            return None;
        }
    }
    None
}

fn declared(line: &str) -> Option<&str> {
    let mut rest = line;
    let mut is_exported = false;
    loop {
        let len = rest.bytes().take_while(|b| b.is_ascii_lowercase() || *b == b'_').count();
        let (word, behind) = rest.split_at_checked(len)?;
        match meaning(word) {
            Meaning::Declares => return name(rest, word, behind),
            Meaning::Constant if is_exported && !behind.starts_with(" enum") => return name(rest, word, behind),
            Meaning::Constant | Meaning::Modifies => is_exported |= word == "export",
            Meaning::Nothing => return None,
        }
        // `pub(crate)`, `extern "C"`.
        let behind = behind.strip_prefix('(').and_then(|b| b.split_once(')')).map_or(behind, |(_, b)| b);
        let behind = behind.trim_start_matches(' ');
        rest = behind.strip_prefix('"').and_then(|b| b.split_once("\" ")).map_or(behind, |(_, b)| b);
    }
}

/// What a word at a line's front means.
enum Meaning {
    /// A name follows.
    Declares,
    /// A name follows where it is exported: in JavaScript. Elsewhere it modifies.
    Constant,
    /// Another word follows.
    Modifies,
    Nothing,
}

fn meaning(word: &str) -> Meaning {
    // Most lines begin with no such word: their length or their first letter says so.
    if !(2..=11).contains(&word.len()) || word.starts_with(['l', 'r', 'v', 'w', 'b', 'g', 'h']) {
        return Meaning::Nothing;
    }
    match word {
        "fn" | "def" | "class" | "struct" | "enum" | "trait" | "impl" | "function" | "interface" | "type" | "func"
        | "module" | "mod" | "namespace" | "object" | "protocol" | "fun" | "union" | "macro_rules" => Meaning::Declares,
        "const" => Meaning::Constant,
        "pub" | "async" | "export" | "default" | "static" | "public" | "private" | "protected" | "abstract"
        | "final" | "unsafe" | "extern" | "inline" | "internal" | "sealed" | "open" | "data" | "override"
        | "declare" => Meaning::Modifies,
        _ => Meaning::Nothing,
    }
}

/// `word` with the name behind it, as one piece of the line.
fn name<'a>(line: &'a str, word: &str, behind: &str) -> Option<&'a str> {
    if word == "impl" {
        let end = line.find([';', '{']).unwrap_or(line.len());
        return Some(floor_char(line.get(..end)?.trim_end(), NAME_MAX));
    }
    let gap = behind.strip_prefix(['*', '!']).unwrap_or(behind);
    let mut rest = gap.strip_prefix(' ')?.trim_start_matches(' ');
    // Go's methods have their receiver first.
    if word == "func" && rest.starts_with('(') {
        rest = rest.split_once(')')?.1.trim_start_matches(' ');
    }
    let len = rest.find(|c: char| !c.is_alphanumeric() && !"_$:.".contains(c)).unwrap_or(rest.len());
    let ident = rest.get(..len)?.trim_end_matches([':', '.']);
    let begins = |c: char| c.is_alphabetic() || c == '_' || c == '$';
    if !ident.starts_with(begins) {
        return None;
    }
    let end = line.len() - rest.len() + ident.len();
    Some(floor_char(line.get(..end)?, NAME_MAX))
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;

    fn check(text: &str, expect: Expect) {
        let found: Vec<String> =
            symbols(text).map(|s| format!("{}{} {}", if s.is_top { "" } else { "  " }, s.line, s.name)).collect();
        expect.assert_eq(&found.join("\n"));
    }

    #[test]
    fn declarations_of_many_languages_are_found() {
        check(
            "pub(crate) async fn total(x: u32) {\n    let fn_like = 1;\n    fn inner() {}\n        fn deep() {}\n\
             impl<T> Foo for Bar<T> {\ndef add(a, b):\nclass App(Base):\n    def run(self):\nexport const LIMIT = 3;\n\
             const hidden = 4;\nexport default async function main() {\nfunc (r *Repo) Find(id int) error {\n\
             type Point struct {\ntype = 3\nfunctional thing\npublic final class Main {\nextern \"C\" fn c_api() {}\n\
             macro_rules! check {\n\tdef tabbed\nclasses\nenum Größe {",
            expect![[r#"
                1 fn total
                  3 fn inner
                5 impl<T> Foo for Bar<T>
                6 def add
                7 class App
                  8 def run
                9 const LIMIT
                11 function main
                12 func (r *Repo) Find
                13 type Point
                16 class Main
                17 fn c_api
                18 macro_rules! check
                  19 def tabbed
                21 enum Größe"#]],
        );
    }

    #[test]
    fn nothing_hostile_breaks_it() {
        for text in
            ["", "fn", "fn ", "pub(", "func (", "impl", "extern \"", "fn 1", "export const enum", "def é", "\t\t"]
        {
            symbols(text).for_each(drop);
        }
        assert_eq!(symbols(&format!("fn {}", "x".repeat(1000))).next().map(|s| s.name.len()), Some(NAME_MAX));
    }

    #[test]
    fn a_summary_is_a_line() {
        let text: String = (0..2000).map(|i| format!("fn name_{i}() {{}}\n    fn inner_{i}() {{}}\n")).collect();
        let (lines, names) = summary(&text);
        assert_eq!(lines, 4000);
        assert!(names.starts_with("fn name_0, fn name_1") && names.ends_with('…') && names.len() < NAMES_MAX + 8);
        for text in ["", "fn a() {}", "fn a() {}\n\n", &text] {
            assert_eq!(summary_of(&text.into()), summary(text));
        }
        let late = format!("{}fn late() {{}}\n", "x\n".repeat(FRONT));
        assert_eq!(summary_of(&late.as_str().into()).1, "");
    }
}
