//! index.html: its placeholders become the hashed names.

use std::fs;

use anyhow::{Context, Result, bail};

use super::bundle::Bundles;
use crate::place::Place;

/// Where the backend serves hashed files.
pub const URL_PREFIX: &str = "/assets/";

/// Reads `static/index.html` and fills it in.
pub fn render(place: &Place, bundles: &Bundles) -> Result<String> {
    let template = fs::read_to_string(place.root.join("static/index.html")).context("static/index.html")?;
    if !template.contains("{{boot}}") {
        bail!("static/index.html must load the page by <script type=\"module\" src=\"{{{{boot}}}}\"></script>");
    }
    fill(&template, |part| bundles.parts.get(part).map(|name| format!("{URL_PREFIX}{name}")))
}

/// Replaces each `{{part}}`. An unknown part is an error, not an empty text.
fn fill(template: &str, url: impl Fn(&str) -> Option<String>) -> Result<String> {
    let mut filled = String::with_capacity(template.len());
    let mut rest = template;
    while let Some((before, after)) = rest.split_once("{{") {
        let (part, after) = after.split_once("}}").context("index.html: {{ without }}")?;
        let part = part.trim();
        filled.push_str(before);
        filled.push_str(&url(part).with_context(|| format!("index.html names an unknown part: {part}"))?);
        rest = after;
    }
    filled.push_str(rest);
    Ok(filled)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn placeholders_become_urls() {
        let url = |part: &str| (part == "css").then(|| "/assets/app-1.css".to_owned());
        assert_eq!(fill("<a {{css}} b>", url).unwrap(), "<a /assets/app-1.css b>");
        assert!(fill("{{nothing}}", url).is_err());
        assert!(fill("{{css", url).is_err());
    }
}
