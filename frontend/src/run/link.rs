//! Linking: from the modules that a run reaches to the order and the pieces that a worker makes addresses of.
//!
//! A module's address is known only once its text is, with the addresses of its own imports in it. So modules come
//! after those that they import, and a circle has no first one.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use super::resolve::{Resolved, resolve};

/// The most modules of one run: past it a project is one that a browser should not be asked to link by hand.
pub const MODULES_MAX: usize = 500;

/// An import in a module's code. Offsets count UTF-16 units of the code.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Import(
    /// Its first unit.
    pub u32,
    /// After its last.
    pub u32,
    /// What it names.
    pub String,
    /// It is `import(…)`: its quotes are part of the place.
    pub bool,
);

/// A module as the compiler leaves it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
pub struct Compiled {
    /// What the browser is given.
    pub code: String,
    /// The way back to what the person wrote.
    pub map: Option<String>,
    /// What it imports, from the left to the right.
    pub imports: Vec<Import>,
    /// What does not parse.
    #[serde(default)]
    pub problems: Vec<Problem>,
}

/// Something that does not parse.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Problem {
    /// Counted from 1.
    pub line: u32,
    /// Counted from 1.
    pub column: u32,
    /// The compiler's words.
    pub message: String,
}

/// A linked program, as the worker reads it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Program {
    /// In an order in which every one comes after those that it imports.
    pub modules: Vec<Module>,
    /// Which are run.
    pub entries: Vec<usize>,
    /// They are tests.
    pub tests: bool,
}

/// One module of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Module {
    /// The file.
    pub path: String,
    /// It is data.
    pub json: bool,
    /// Its text, with the addresses of others in it.
    pub parts: Vec<Part>,
}

/// A part of a module's text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum Part {
    /// As it stands.
    Text(String),
    /// The address of another module of the program.
    Address(usize),
    /// The address of one that the runner brings.
    Builtin {
        /// Which.
        builtin: &'static str,
    },
}

/// Why a program cannot be linked, for a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unlinked {
    /// The file that it is about.
    pub path: String,
    /// What is wrong.
    pub message: String,
    /// Where, from 1.
    pub line: u32,
    /// Where, from 1.
    pub column: u32,
}

impl Unlinked {
    fn new(path: &str, message: String) -> Unlinked {
        Unlinked { path: path.to_owned(), message, line: 1, column: 1 }
    }
}

/// The files that a module imports.
pub fn imported(path: &str, module: &Compiled, exists: impl Fn(&str) -> bool) -> Result<Vec<String>, Unlinked> {
    let mut files = Vec::new();
    for Import(_, _, specifier, _) in &module.imports {
        match resolve(path, specifier, &exists) {
            Resolved::File(file) => files.push(file),
            Resolved::Builtin(_) => {}
            Resolved::Nowhere(message) => return Err(Unlinked::new(path, message)),
        }
    }
    Ok(files)
}

/// Orders modules and cuts them where addresses go. `modules` holds all that the entries reach.
pub fn link(modules: &HashMap<String, Compiled>, entries: &[String], tests: bool) -> Result<Program, Unlinked> {
    let mut linker = Linker { modules, order: Vec::new(), numbers: HashMap::new(), open: Vec::new() };
    let mut numbers = Vec::new();
    for entry in entries {
        numbers.push(linker.add(entry)?);
    }
    Ok(Program { modules: linker.order, entries: numbers, tests })
}

struct Linker<'a> {
    modules: &'a HashMap<String, Compiled>,
    order: Vec<Module>,
    numbers: HashMap<String, usize>,
    /// Those that are being linked, each imported by the one before it.
    open: Vec<String>,
}

impl Linker<'_> {
    fn add(&mut self, path: &str) -> Result<usize, Unlinked> {
        if let Some(number) = self.numbers.get(path) {
            return Ok(*number);
        }
        let unlinked = |message: String| Unlinked::new(path, message);
        if let Some(at) = self.open.iter().position(|open| open == path) {
            let mut circle: Vec<&str> = self.open.iter().skip(at).map(String::as_str).collect();
            circle.push(path);
            return Err(unlinked(format!("These files import each other in a circle: {}.", circle.join(" → "))));
        }
        if self.order.len() + self.open.len() >= MODULES_MAX {
            return Err(unlinked(format!("A run has {MODULES_MAX} modules at most.")));
        }
        let modules = self.modules;
        let module = modules.get(path).ok_or_else(|| unlinked(format!("There is no file {path}.")))?;
        self.open.push(path.to_owned());
        let parts = self.parts(path, module)?;
        self.open.pop();
        let number = self.order.len();
        self.order.push(Module { path: path.to_owned(), json: path.ends_with(".json"), parts });
        self.numbers.insert(path.to_owned(), number);
        Ok(number)
    }

    fn parts(&mut self, path: &str, module: &Compiled) -> Result<Vec<Part>, Unlinked> {
        let units: Vec<u16> = module.code.encode_utf16().collect();
        let piece = |from: usize, to: usize| String::from_utf16_lossy(units.get(from..to).unwrap_or_default());
        let mut parts = Vec::new();
        let mut at = 0;
        for Import(start, end, specifier, dynamic) in &module.imports {
            let (start, end) = (*start as usize, *end as usize);
            let address = match resolve(path, specifier, |file| self.modules.contains_key(file)) {
                Resolved::File(file) => Part::Address(self.add(&file)?),
                Resolved::Builtin(builtin) => Part::Builtin { builtin },
                Resolved::Nowhere(message) => return Err(Unlinked::new(path, message)),
            };
            let quote = if *dynamic { "\"" } else { "" };
            parts.push(Part::Text(piece(at, start) + quote));
            parts.push(address);
            parts.push(Part::Text(quote.to_owned()));
            at = end;
        }
        parts.push(Part::Text(piece(at, units.len())));
        parts.retain(|part| *part != Part::Text(String::new()));
        Ok(parts)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A module that imports with one line for each, and the rest of its code.
    fn module(imports: &[&str], rest: &str) -> Compiled {
        let mut code = "🙂;".to_owned();
        let mut found = Vec::new();
        for specifier in imports {
            code += "import \"";
            let start = code.encode_utf16().count() as u32;
            code += specifier;
            found.push(Import(start, start + specifier.len() as u32, (*specifier).to_owned(), false));
            code += "\";\n";
        }
        Compiled { code: code + rest, imports: found, ..Compiled::default() }
    }

    fn linked(modules: &[(&str, Compiled)], entry: &str) -> Result<Vec<(String, String)>, String> {
        let modules = modules.iter().map(|(path, module)| ((*path).to_owned(), module.clone())).collect();
        let program = link(&modules, &[entry.to_owned()], false).map_err(|unlinked| unlinked.message)?;
        assert_eq!(program.entries, [program.modules.len() - 1]);
        let text = |module: &Module| {
            let parts = module.parts.iter().map(|part| match part {
                Part::Text(text) => text.clone(),
                Part::Address(number) => format!("<{}>", program.modules[*number].path),
                Part::Builtin { builtin } => format!("<<{builtin}>>"),
            });
            parts.collect::<String>()
        };
        Ok(program.modules.iter().map(|module| (module.path.clone(), text(module))).collect())
    }

    #[test]
    fn modules_come_after_what_they_import() {
        let modules = [
            ("main.js", module(&["./a.js", "./lib/b", "node:test"], "go()")),
            ("a.js", module(&["./lib/b.js"], "")),
            ("lib/b.js", module(&[], "b")),
        ];
        let own = |path: &str, text: &str| (path.to_owned(), text.to_owned());
        assert_eq!(
            linked(&modules, "main.js").unwrap(),
            [
                own("lib/b.js", "🙂;b"),
                own("a.js", "🙂;import \"<lib/b.js>\";\n"),
                own("main.js", "🙂;import \"<a.js>\";\nimport \"<lib/b.js>\";\nimport \"<<test>>\";\ngo()"),
            ]
        );
    }

    #[test]
    fn a_dynamic_import_keeps_its_quotes() {
        let code = "import(`./b.js`)".to_owned();
        let imports = vec![Import(7, 15, "./b.js".to_owned(), true)];
        let modules = [("a.js", Compiled { code, imports, ..Compiled::default() }), ("b.js", module(&[], ""))];
        assert_eq!(linked(&modules, "a.js").unwrap()[1].1, "import(\"<b.js>\")");
    }

    #[test]
    fn circles_and_missing_files_are_told() {
        let circle = [("a.js", module(&["./b.js"], "")), ("b.js", module(&["./a.js"], ""))];
        assert_eq!(
            linked(&circle, "a.js").unwrap_err(),
            "These files import each other in a circle: a.js → b.js → a.js."
        );
        assert!(linked(&[("a.js", module(&["./x.js"], ""))], "a.js").unwrap_err().contains("no file x.js"));
        let many: Vec<(String, Compiled)> =
            (0..=MODULES_MAX).map(|n| (format!("m{n}.js"), module(&[&format!("./m{}.js", n + 1)], ""))).collect();
        let many: Vec<(&str, Compiled)> = many.iter().map(|(path, module)| (path.as_str(), module.clone())).collect();
        assert!(linked(&many, "m0.js").unwrap_err().contains("500 modules at most"));
    }
}
