//! The pages that people's code runs under: each one file with its scripts in it, since its origin is opaque and may
//! load nothing.

use std::fs;

use anyhow::{Context, Result};
use serde_json::{Value, json};

use super::bundle::Esbuild;
use crate::place::Place;

/// Python's files, by the name that the worker knows, and where the package has them.
const PYTHON: [(&str, &str); 3] =
    [("asm", "pyodide.asm.mjs"), ("wasm", "pyodide.asm.wasm"), ("stdlib", "python_stdlib.zip")];

/// A page of its own, beside the main one.
pub struct Standalone {
    /// Where it is served.
    pub path: &'static str,
    /// Its file in the folder.
    pub file: &'static str,
    /// Its text.
    pub html: String,
}

/// Makes the pages.
pub fn build(esbuild: &Esbuild<'_>, place: &Place) -> Result<Vec<Standalone>> {
    let folder = place.root.join("static/runner");
    // What Pyodide would load where it is not in a browser.
    let worker =
        |name: &str| esbuild.text(&folder.join(name), &["--loader:.py=text", "--external:node:*", "--external:ws"]);
    let sources = json!({ "script": worker("script.js")?, "python": worker("python.js")? });
    let define = format!("--define:MIDSTREAM_RUNNER={sources}");
    let frame = esbuild.text(&folder.join("frame.js"), &[&define])?;
    let preview = esbuild.text(&folder.join("preview.js"), &[])?;
    let page = |file: &str, script: &str| inlined(&fs::read_to_string(folder.join(file))?, script);
    Ok(vec![
        Standalone { path: "/runner", file: "runner.html", html: page("runner.html", &frame)? },
        Standalone { path: "/preview", file: "preview.html", html: page("preview.html", &preview)? },
    ])
}

/// Puts a script into a page, where nothing in it can end the element that it is in.
fn inlined(html: &str, script: &str) -> Result<String> {
    let (before, after) = html.split_once("{{script}}").context("a page of the runner without {{script}}")?;
    Ok(format!("{before}{}{after}", script.replace("</script", "<\\/script").replace("<!--", "<\\!--")))
}

/// Python's files: adds them to the folder, and tells the glue where they are and how large they are in all.
pub fn python(place: &Place, add: impl Fn(&str, &str, &[u8]) -> Result<String>, prefix: &str) -> Result<Value> {
    let mut files = serde_json::Map::new();
    let mut size = 0;
    for (name, path) in PYTHON {
        let bytes = fs::read(place.root.join("node_modules/pyodide").join(path)).with_context(|| path.to_owned())?;
        let (stem, extension) = path.rsplit_once('.').context("a file has an ending")?;
        size += bytes.len();
        let extension = if extension == "mjs" { "js" } else { extension };
        files.insert(name.to_owned(), json!(format!("{prefix}{}", add(&stem.replace('.', "-"), extension, &bytes)?)));
    }
    Ok(json!({ "files": files, "size": size }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_script_stays_in_its_element() {
        let html = inlined("<script>{{script}}</script>", "x = '</script><!--'").unwrap();
        assert_eq!(html, "<script>x = '<\\/script><\\!--'</script>");
        assert!(inlined("<p>", "").is_err());
    }
}
