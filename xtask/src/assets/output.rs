//! The finished folder: every file in up to three encodings, and the manifest that the backend's build reads.
//!
//! `manifest.json` is rewritten only when it differs, because it is the one file that the backend's build watches.

use std::collections::HashSet;
use std::fs;
use std::path::Path;
use std::sync::Mutex;

use anyhow::{Context, Result};
use serde::Serialize;

use super::bundle::Bundles;
use super::compress::{Compressed, compress};
use super::hash::sha256;
use super::{Profile, page::URL_PREFIX};
use crate::place::Place;

/// One file of the page, as the backend's build script reads it.
#[derive(Serialize)]
struct Entry {
    /// Where it is served: `/assets/name`, or `/` for the page itself.
    path: String,
    /// Its name in the folder; the encodings are beside it, with `.br` and `.gz`.
    file: String,
    content_type: &'static str,
    /// SHA-256 of the content.
    hash: String,
    size: usize,
    /// Sizes of the encodings that pay.
    br: Option<usize>,
    gz: Option<usize>,
}

/// Compresses all files and writes the folder.
pub fn write(place: &Place, profile: Profile, bundles: &Bundles, index: String) -> Result<()> {
    let web = place.web();
    let cache = place.target.join("web-cache");
    fs::create_dir_all(&web)?;
    fs::create_dir_all(&cache)?;

    let mut files = vec![("/".to_owned(), "index.html".to_owned(), index.into_bytes())];
    for page in &bundles.pages {
        files.push((page.path.to_owned(), page.file.to_owned(), page.html.clone().into_bytes()));
    }
    for entry in fs::read_dir(&bundles.folder)? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        files.push((format!("{URL_PREFIX}{name}"), name, fs::read(entry.path())?));
    }
    // The largest first, so that the last thread is not left alone with it.
    files.sort_by_key(|(_, _, bytes)| std::cmp::Reverse(bytes.len()));

    let queue = Mutex::new(files.into_iter());
    let next = || queue.lock().ok()?.next();
    let workers = std::thread::available_parallelism().map_or(1, usize::from);
    let mut entries: Vec<Entry> = std::thread::scope(|scope| {
        let work = || -> Result<Vec<Entry>> {
            let mut done = Vec::new();
            while let Some((path, name, bytes)) = next() {
                done.push(write_file(&web, &cache, profile, path, name, &bytes)?);
            }
            Ok(done)
        };
        let threads: Vec<_> = (0..workers).map(|_| scope.spawn(work)).collect();
        let mut entries = Vec::new();
        for thread in threads {
            entries.extend(thread.join().map_err(|_| anyhow::anyhow!("compression panicked"))??);
        }
        anyhow::Ok(entries)
    })?;
    entries.sort_by(|a, b| a.path.cmp(&b.path));

    let manifest = serde_json::to_vec_pretty(&entries)?;
    write_if_changed(&web.join("manifest.json"), &manifest)?;
    remove_stale(&web, &entries)
}

fn write_file(web: &Path, cache: &Path, profile: Profile, path: String, name: String, bytes: &[u8]) -> Result<Entry> {
    let content_type = content_type(&name).with_context(|| format!("{name}: what content type is that?"))?;
    let Compressed { br, gz } = compress(cache, profile, bytes)?;
    write_if_changed(&web.join(&name), bytes)?;
    for (encoded, extension) in [(&br, "br"), (&gz, "gz")] {
        if let Some(encoded) = encoded {
            write_if_changed(&web.join(format!("{name}.{extension}")), encoded)?;
        }
    }
    Ok(Entry {
        path,
        file: name,
        content_type,
        hash: sha256(bytes),
        size: bytes.len(),
        br: br.map(|encoded| encoded.len()),
        gz: gz.map(|encoded| encoded.len()),
    })
}

fn content_type(name: &str) -> Option<&'static str> {
    Some(match name.rsplit('.').next()? {
        "html" => "text/html; charset=utf-8",
        "js" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "wasm" => "application/wasm",
        "ttf" => "font/ttf",
        "woff2" => "font/woff2",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "ico" => "image/x-icon",
        "zip" => "application/zip",
        "json" | "webmanifest" => "application/json",
        _ => return None,
    })
}

fn write_if_changed(path: &Path, bytes: &[u8]) -> Result<()> {
    if fs::read(path).is_ok_and(|old| old == bytes) {
        return Ok(());
    }
    fs::write(path, bytes).with_context(|| path.display().to_string())
}

/// Removes what earlier builds left: the folder holds exactly what the manifest names.
fn remove_stale(web: &Path, entries: &[Entry]) -> Result<()> {
    let mut keep: HashSet<String> = HashSet::from(["manifest.json".to_owned()]);
    for entry in entries {
        keep.insert(entry.file.clone());
        keep.extend(entry.br.map(|_| format!("{}.br", entry.file)));
        keep.extend(entry.gz.map(|_| format!("{}.gz", entry.file)));
    }
    for entry in fs::read_dir(web)? {
        let entry = entry?;
        if !keep.contains(entry.file_name().to_string_lossy().as_ref()) {
            fs::remove_file(entry.path())?;
        }
    }
    Ok(())
}
