//! What a reference in a file names, and how it is named without the file.

use std::borrow::Cow;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::{File, Tree};

/// A file that names others.
#[derive(Clone, Copy)]
pub(super) struct Place<'a> {
    pub(super) tree: &'a Tree,
    pub(super) path: &'a str,
}

/// A file that is named.
#[derive(Clone, Copy)]
pub(super) struct Found<'a> {
    pub(super) path: &'a str,
    pub(super) file: &'a File,
}

impl<'a> Place<'a> {
    /// The project's file that a reference names, if it is one of the project's.
    pub(super) fn find(&self, reference: &str) -> Option<Found<'a>> {
        let reference = reference.trim();
        let end = reference.find(['?', '#']).unwrap_or(reference.len());
        let name = decoded(reference.get(..end)?);
        if name.is_empty() || name.starts_with("//") || has_scheme(&name) {
            return None;
        }
        let folder = self.path.rsplit_once('/').map_or("", |(folder, _)| folder);
        let mut parts: Vec<&str> = if name.starts_with('/') { Vec::new() } else { folder.split('/').collect() };
        for part in name.split('/') {
            match part {
                "." => {}
                ".." => drop(parts.pop()),
                part => parts.push(part),
            }
        }
        parts.retain(|part| !part.is_empty());
        let (path, file) = self.tree.get_key_value(&parts.join("/"))?;
        Some(Found { path, file })
    }
}

impl<'a> Found<'a> {
    /// As a file that names others.
    pub(super) fn place(&self, tree: &'a Tree) -> Place<'a> {
        Place { tree, path: self.path }
    }

    pub(super) fn text(&self) -> Cow<'a, str> {
        String::from_utf8_lossy(&self.file.bytes)
    }
}

/// A file as an address of its own.
pub(super) fn data_url(found: &Found<'_>) -> String {
    as_url(kind(found.path), &found.file.bytes)
}

pub(super) fn as_url(kind: &str, bytes: &[u8]) -> String {
    format!("data:{kind};base64,{}", STANDARD.encode(bytes))
}

fn kind(path: &str) -> &'static str {
    let ending = path.rsplit_once('.').map(|(_, ending)| ending.to_ascii_lowercase()).unwrap_or_default();
    match ending.as_str() {
        "png" => "image/png",
        "jpg" | "jpeg" => "image/jpeg",
        "gif" => "image/gif",
        "webp" => "image/webp",
        "avif" => "image/avif",
        "svg" => "image/svg+xml",
        "ico" => "image/x-icon",
        "css" => "text/css",
        "js" | "mjs" => "text/javascript",
        "json" | "webmanifest" => "application/json",
        "wasm" => "application/wasm",
        "woff" => "font/woff",
        "woff2" => "font/woff2",
        "ttf" => "font/ttf",
        "otf" => "font/otf",
        "mp3" => "audio/mpeg",
        "ogg" => "audio/ogg",
        "wav" => "audio/wav",
        "mp4" => "video/mp4",
        "webm" => "video/webm",
        "html" | "htm" => "text/html",
        "txt" | "md" => "text/plain",
        _ => "application/octet-stream",
    }
}

fn has_scheme(name: &str) -> bool {
    let Some((scheme, _)) = name.split_once(':') else { return false };
    !scheme.is_empty() && scheme.chars().all(|c| c.is_ascii_alphanumeric() || "+-.".contains(c))
}

fn decoded(name: &str) -> String {
    let mut bytes = Vec::with_capacity(name.len());
    let mut rest = name.bytes();
    while let Some(byte) = rest.next() {
        let digits: Option<(u8, u8)> = (byte == b'%')
            .then(|| {
                let digit = |byte: Option<u8>| char::from(byte?).to_digit(16).and_then(|d| u8::try_from(d).ok());
                let mut ahead = rest.clone();
                Some((digit(ahead.next())?, digit(ahead.next())?))
            })
            .flatten();
        match digits {
            Some((high, low)) => {
                rest.next();
                rest.next();
                bytes.push((high << 4) | low);
            }
            None => bytes.push(byte),
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}
