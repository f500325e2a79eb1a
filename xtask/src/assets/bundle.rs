//! The bundles that esbuild makes: workers, glue with Monaco, styles, the wasm's module, and the boot script.
//!
//! Each stage is told the hashed names of the stage before it through `define`, so that no name is looked up
//! at run time: workers -> glue -> boot.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::mpsc;

use anyhow::{Context, Result};
use serde_json::{Value, json};

use super::hash::hashed_name;
use super::runner::{self, Standalone};
use super::{Profile, wasm::Module};
use crate::place::Place;
use crate::progress::run_quietly;
use crate::{assets::page::URL_PREFIX, npm};

/// Monaco's workers: the name that the glue knows, and the entry of the package.
const WORKERS: [(&str, &str); 5] = [
    ("editor", "editor/editor.worker"),
    ("typescript", "languages/features/typescript/ts.worker"),
    ("json", "languages/features/json/json.worker"),
    ("css", "languages/features/css/css.worker"),
    ("html", "languages/features/html/html.worker"),
];

/// What the bundler made: a folder of hashed files, and which of them play which part.
pub struct Bundles {
    /// Every file in it belongs to the page.
    pub folder: PathBuf,
    /// Part ("glue", "css", …) -> file name. The parts are the placeholders of index.html.
    pub parts: BTreeMap<String, String>,
    /// The pages beside the main one.
    pub pages: Vec<Standalone>,
}

/// Makes all bundles in `folder`.
pub fn build(
    place: &Place,
    profile: Profile,
    folder: &Path,
    module: &Module,
    note: &mpsc::Sender<String>,
) -> Result<Bundles> {
    let esbuild = Esbuild { place, profile, folder, note };
    let mut parts = BTreeMap::new();

    let mut workers = serde_json::Map::new();
    for (name, entry) in WORKERS {
        let path = place.root.join(format!("node_modules/monaco-editor/esm/vs/{entry}.js"));
        let out = esbuild.run(&path, &format!("{name}.worker-[hash]"), &[])?;
        workers.insert(name.to_owned(), json!(format!("{URL_PREFIX}{}", out.main)));
    }

    let define = format!("--define:MIDSTREAM_WORKERS={}", Value::Object(workers));
    let add_file = |stem: &str, extension: &str, bytes: &[u8]| add(folder, stem, extension, bytes);
    let python = format!("--define:MIDSTREAM_PYTHON={}", runner::python(place, add_file, URL_PREFIX)?);
    let glue =
        esbuild.run(&place.root.join("static/glue/monaco.js"), "glue-[hash]", &["--splitting", &define, &python])?;
    parts.insert("glue".to_owned(), glue.main);
    parts.insert("glue-css".to_owned(), glue.css.context("Monaco came without styles")?);

    let styles = styles_entry(place)?;
    parts.insert("css".to_owned(), esbuild.run(&styles, "app-[hash]", &[])?.main);
    parts.insert("wasm-js".to_owned(), esbuild.run(&module.js, "app-[hash]", &[])?.main);

    let wasm = fs::read(&module.wasm)?;
    parts.insert("wasm".to_owned(), add(folder, "app", "wasm", &wasm)?);
    for (name, path) in icons(place)? {
        let bytes = fs::read(&path)?;
        let stem = path.file_stem().unwrap_or_default().to_string_lossy();
        let extension = path.extension().unwrap_or_default().to_string_lossy();
        parts.insert(name, add(folder, &stem, &extension, &bytes)?);
    }

    let url = |part: &str| parts.get(part).map(|name| format!("{URL_PREFIX}{name}"));
    let page = json!({ "glue": url("glue"), "wasmJs": url("wasm-js"), "wasm": url("wasm") });
    let define = format!("--define:MIDSTREAM_PAGE={page}");
    let boot = esbuild.run(&place.root.join("static/boot.js"), "boot-[hash]", &[&define])?;
    parts.insert("boot".to_owned(), boot.main);
    let pages = runner::build(&esbuild, place)?;
    Ok(Bundles { folder: folder.to_owned(), parts, pages })
}

/// One file that imports every style sheet of `static/css`, in the order of their names.
fn styles_entry(place: &Place) -> Result<PathBuf> {
    let folder = place.root.join("static/css");
    let mut sheets: Vec<PathBuf> = fs::read_dir(&folder)
        .with_context(|| format!("{} cannot be read", folder.display()))?
        .filter_map(|entry| entry.ok().map(|entry| entry.path()))
        .filter(|path| path.extension().is_some_and(|extension| extension == "css"))
        .collect();
    sheets.sort();
    let imports: String = sheets.iter().map(|path| format!("@import {:?};\n", path.display().to_string())).collect();
    let entry = place.target.join("web-work/app.css");
    fs::write(&entry, imports)?;
    Ok(entry)
}

/// The files of `static/icons`, by their placeholder (`icons/name.ext`).
fn icons(place: &Place) -> Result<Vec<(String, PathBuf)>> {
    let Ok(entries) = fs::read_dir(place.root.join("static/icons")) else {
        return Ok(Vec::new());
    };
    let mut icons = Vec::new();
    for entry in entries {
        let entry = entry?;
        if entry.file_type()?.is_file() {
            icons.push((format!("icons/{}", entry.file_name().to_string_lossy()), entry.path()));
        }
    }
    Ok(icons)
}

fn add(folder: &Path, stem: &str, extension: &str, bytes: &[u8]) -> Result<String> {
    let name = hashed_name(stem, extension, bytes);
    fs::write(folder.join(&name), bytes)?;
    Ok(name)
}

/// What one run of the bundler made.
struct Made {
    main: String,
    css: Option<String>,
}

/// The bundler, as one build uses it.
pub struct Esbuild<'a> {
    place: &'a Place,
    profile: Profile,
    folder: &'a Path,
    note: &'a mpsc::Sender<String>,
}

impl Esbuild<'_> {
    /// Bundles `entry` into one classic script, and returns its text.
    pub fn text(&self, entry: &Path, extra: &[&str]) -> Result<String> {
        let out = self.place.target.join("web-work/inline.js");
        let mut command: Command = npm::program(self.place, "esbuild");
        command
            .arg(entry)
            .args(["--bundle", "--format=iife", "--target=es2022", "--log-level=warning", "--legal-comments=none"])
            .arg(format!("--outfile={}", out.display()))
            .args(extra);
        if self.profile == Profile::Release {
            command.arg("--minify");
        }
        run_quietly(&mut command, self.note).with_context(|| format!("bundling {}", entry.display()))?;
        Ok(fs::read_to_string(&out)?)
    }

    /// Bundles `entry` into the folder under `name`, and finds out how the result is called.
    fn run(&self, entry: &Path, name: &str, extra: &[&str]) -> Result<Made> {
        let metafile = self.place.target.join("web-work/meta.json");
        let mut command: Command = npm::program(self.place, "esbuild");
        command
            .arg(entry)
            .args(["--bundle", "--format=esm", "--target=es2022", "--log-level=warning", "--legal-comments=none"])
            .args(["--loader:.ttf=file", "--loader:.svg=file", "--loader:.woff2=file", "--asset-names=[name]-[hash]"])
            .arg(format!("--public-path={}", URL_PREFIX.trim_end_matches('/')))
            .arg(format!("--outdir={}", self.folder.display()))
            .arg(format!("--entry-names={name}"))
            .arg("--chunk-names=[name]-[hash]")
            .arg(format!("--metafile={}", metafile.display()))
            .args(extra);
        if self.profile == Profile::Release {
            command.arg("--minify");
        }
        run_quietly(&mut command, self.note).with_context(|| format!("bundling {}", entry.display()))?;
        made(&serde_json::from_slice(&fs::read(&metafile)?)?)
    }
}

/// Reads the bundler's report: of its outputs, the one that belongs to the entry itself.
fn made(report: &Value) -> Result<Made> {
    let outputs = report.get("outputs").and_then(Value::as_object).context("esbuild reported no outputs")?;
    // A dynamic import is an entry point for esbuild too; ours is the one that nothing imports dynamically.
    let dynamic: Vec<&str> = outputs
        .values()
        .filter_map(|output| output.get("imports")?.as_array())
        .flatten()
        .filter(|import| import.get("kind").is_some_and(|kind| kind == "dynamic-import"))
        .filter_map(|import| import.get("path")?.as_str())
        .collect();
    let (path, output) = outputs
        .iter()
        .find(|(path, output)| output.get("entryPoint").is_some() && !dynamic.contains(&path.as_str()))
        .context("esbuild reported no entry")?;
    let css = output.get("cssBundle").and_then(Value::as_str).map(file_name);
    Ok(Made { main: file_name(path), css })
}

fn file_name(path: &str) -> String {
    path.rsplit('/').next().unwrap_or(path).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_entry_is_found_among_lazy_chunks() {
        let report = json!({"outputs": {
            "x/abap-1.js": {"entryPoint": "abap.js", "imports": []},
            "x/glue-2.js": {"entryPoint": "glue.js", "cssBundle": "x/glue-3.css",
                "imports": [{"path": "x/abap-1.js", "kind": "dynamic-import"}]},
            "x/glue-3.css": {"imports": []},
        }});
        let made = made(&report).unwrap();
        assert_eq!((made.main.as_str(), made.css.as_deref()), ("glue-2.js", Some("glue-3.css")));
    }
}
