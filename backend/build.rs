//! Embeds the page: turns the folder that `cargo xtask` built into a table of bytes.
//!
//! Knows the folder's manifest only, not how the page is made. With no page built yet the table is empty, and the
//! server says how to build one. One file is watched, the manifest: it changes exactly when the page does.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};
use std::{env, fs, io};

/// Names the folder when it is not `web/` in cargo's target folder.
const FOLDER_VARIABLE: &str = "MIDSTREAM_WEB_DIR";

fn main() -> io::Result<()> {
    let out = PathBuf::from(env::var_os("OUT_DIR").ok_or_else(|| io::Error::other("cargo sets OUT_DIR"))?);
    let web = match env::var_os(FOLDER_VARIABLE) {
        Some(named) => PathBuf::from(named),
        None => target_folder(&out)?.join("web"),
    };
    let manifest = web.join("manifest.json");
    if !manifest.exists() {
        // Cargo would run this script for every build while a watched file is missing; so there is one, of no
        // files and of an age that does not count as a change.
        fs::create_dir_all(&web)?;
        fs::write(&manifest, "[]")?;
        let long_ago = SystemTime::UNIX_EPOCH + Duration::from_secs(1);
        fs::File::options().write(true).open(&manifest)?.set_modified(long_ago)?;
    }
    println!("cargo::rerun-if-env-changed={FOLDER_VARIABLE}");
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed={}", manifest.display());
    let entries: Vec<serde_json::Value> = serde_json::from_slice(&fs::read(&manifest)?)?;
    fs::write(out.join("assets.rs"), table(&web, &entries)?)
}

/// Cargo's target folder: the one above `OUT_DIR` that cargo tagged as a cache.
fn target_folder(out: &Path) -> io::Result<&Path> {
    out.ancestors()
        .filter(|folder| folder.join("CACHEDIR.TAG").exists() || folder.join(".rustc_info.json").exists())
        .last()
        .ok_or_else(|| io::Error::other(format!("no target folder above OUT_DIR; set {FOLDER_VARIABLE}")))
}

/// The source of the table, an expression of type `&[Asset]`.
fn table(web: &Path, entries: &[serde_json::Value]) -> io::Result<String> {
    let mut source = String::from("&[\n");
    for entry in entries {
        let text = |name: &str| {
            let value = entry.get(name).and_then(serde_json::Value::as_str);
            value.ok_or_else(|| io::Error::other(format!("manifest.json: an entry without {name}")))
        };
        let file = web.join(text("file")?);
        let encoded = |extension: &str| match entry.get(extension) {
            Some(serde_json::Value::Number(_)) => {
                format!("Some(include_bytes!({:?}))", format!("{}.{extension}", file.display()))
            }
            _ => "None".to_owned(),
        };
        let written = writeln!(
            source,
            "Asset {{ path: {:?}, content_type: {:?}, hash: {:?}, identity: include_bytes!({:?}), br: {}, gz: {} }},",
            text("path")?,
            text("content_type")?,
            text("hash")?,
            file.display().to_string(),
            encoded("br"),
            encoded("gz"),
        );
        written.map_err(io::Error::other)?;
    }
    source.push(']');
    Ok(source)
}
