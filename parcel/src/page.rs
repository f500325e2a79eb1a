//! A page that needs no other file: what its HTML loads from the project is put into it.
//!
//! Styles, scripts and pictures that the HTML names, what styles name in turn, and the modules that scripts import. What
//! a script asks for while it runs (`fetch`, `import.meta.url`) is not seen and stays as it is, and so does what comes
//! from elsewhere.

mod css;
mod modules;
mod place;

#[cfg(test)]
mod tests;

use std::cell::{Cell, RefCell};

use lol_html::html_content::{ContentType, Element};
use lol_html::{RewriteStrSettings, element, rewrite_str, text};

use self::modules::Modules;
use self::place::{Found, Place, data_url};
use crate::Tree;

/// The largest page, in bytes: what browsers still open without a pause.
pub const PAGE_MAX: usize = 48 * 1024 * 1024;

/// Why there is no page.
#[derive(Debug, thiserror::Error)]
pub enum BadPage {
    /// There is no such file.
    #[error("there is no file {0}")]
    Missing(String),
    /// It is no text.
    #[error("{0} is not a page")]
    NotAPage(String),
    /// Past [`PAGE_MAX`].
    #[error("the page would be larger than {} MiB", PAGE_MAX / (1024 * 1024))]
    TooLarge,
    /// Its markup is beyond reading.
    #[error("{0} cannot be read as HTML")]
    Markup(String),
}

/// The page that a project most likely begins with.
pub fn entry(tree: &Tree) -> Option<String> {
    let pages = tree.keys().filter(|path| path.ends_with(".html") || path.ends_with(".htm"));
    let rank = |path: &&String| (path.matches('/').count(), !path.ends_with("index.html"), (*path).clone());
    pages.min_by_key(rank).cloned()
}

/// The page that begins in this file.
///
/// # Errors
///
/// When it is none, or would be too large.
pub fn write(tree: &Tree, entry: &str) -> Result<Vec<u8>, BadPage> {
    let file = tree.get(entry).ok_or_else(|| BadPage::Missing(entry.to_owned()))?;
    let html = std::str::from_utf8(&file.bytes).map_err(|_| BadPage::NotAPage(entry.to_owned()))?;
    let html = html.strip_prefix('\u{feff}').unwrap_or(html);
    let writer = Writer::new(tree, entry);
    // Twice: the map of modules stands in front of the first script that may import, and is known at the end.
    writer.rewrite(html).map_err(|_| BadPage::Markup(entry.to_owned()))?;
    writer.second.set(true);
    let page = writer.rewrite(html).map_err(|_| BadPage::Markup(entry.to_owned()))?;
    if page.len() > PAGE_MAX || writer.is_full() { Err(BadPage::TooLarge) } else { Ok(page.into_bytes()) }
}

struct Writer<'a> {
    here: Place<'a>,
    modules: RefCell<Modules>,
    /// What text of the element at hand has come.
    pending: RefCell<String>,
    mapped: Cell<bool>,
    second: Cell<bool>,
    /// Bytes that were put in.
    spent: Cell<usize>,
}

impl<'a> Writer<'a> {
    fn new(tree: &'a Tree, entry: &'a str) -> Writer<'a> {
        Writer {
            here: Place { tree, path: entry },
            modules: RefCell::default(),
            pending: RefCell::default(),
            mapped: Cell::new(false),
            second: Cell::new(false),
            spent: Cell::new(0),
        }
    }

    fn rewrite(&self, html: &str) -> Result<String, lol_html::errors::RewritingError> {
        self.mapped.set(false);
        self.spent.set(0);
        let settings = RewriteStrSettings::new()
            .append_element_content_handler(element!("link[href]", |el| {
                self.link(el);
                Ok(())
            }))
            .append_element_content_handler(element!("script", |el| {
                self.script(el);
                Ok(())
            }))
            .append_element_content_handler(element!("*", |el| {
                self.any(el);
                Ok(())
            }))
            .append_element_content_handler(text!("style, script[type=module]:not([src])", |chunk| {
                self.pending.borrow_mut().push_str(chunk.as_str());
                if chunk.last_in_text_node() {
                    let source = self.pending.take();
                    chunk.replace(&self.inner(&source), ContentType::Html);
                } else {
                    chunk.remove();
                }
                Ok(())
            }));
        rewrite_str(html, settings)
    }

    fn is_full(&self) -> bool {
        self.spent.get() > PAGE_MAX
    }

    fn find(&self, reference: &str) -> Option<Found<'a>> {
        let found = self.here.find(&reference.replace("&amp;", "&"))?;
        self.spent.set(self.spent.get().saturating_add(found.file.bytes.len()));
        (!self.is_full()).then_some(found)
    }

    fn link(&self, el: &mut Element<'_, '_>) {
        let (Some(rel), Some(href)) = (el.get_attribute("rel"), el.get_attribute("href")) else { return };
        let rel: Vec<String> = rel.split_ascii_whitespace().map(str::to_ascii_lowercase).collect();
        let Some(found) = self.find(&href) else { return };
        if rel.iter().any(|word| word == "stylesheet") {
            let style = css::inlined(&found.place(self.here.tree), &found.text(), 0);
            let media = el.get_attribute("media").map(|media| format!(" media=\"{}\"", media.replace('"', "&quot;")));
            let style = style.replace("</", "<\\/");
            el.replace(&format!("<style{}>{style}</style>", media.unwrap_or_default()), ContentType::Html);
        } else if rel.iter().any(|word| word.ends_with("preload")) {
            el.remove();
        } else {
            let _ = el.set_attribute("href", &data_url(&found));
        }
    }

    fn script(&self, el: &mut Element<'_, '_>) {
        let is_module = el.get_attribute("type").is_some_and(|kind| kind.eq_ignore_ascii_case("module"));
        if is_module && !self.mapped.replace(true) && self.second.get() {
            let map = self.modules.borrow().map();
            if let Some(map) = map {
                el.before(&format!("<script type=\"importmap\">{map}</script>"), ContentType::Html);
            }
        }
        let Some(found) = el.get_attribute("src").and_then(|src| self.find(&src)) else { return };
        let source = if is_module {
            self.modules.borrow_mut().linked(&found.place(self.here.tree), &found.text())
        } else {
            found.text().into_owned()
        };
        el.remove_attribute("src");
        el.remove_attribute("integrity");
        // Without a source of its own it would no longer wait for the page: at the end of it nothing is missing.
        if !is_module && el.has_attribute("defer") {
            el.remove_attribute("defer");
            let waits =
                format!("document.addEventListener(\"DOMContentLoaded\",()=>{{(0,eval)({})}})", quoted(&source));
            el.set_inner_content(&waits, ContentType::Html);
            return;
        }
        el.set_inner_content(&closed(&source), ContentType::Html);
    }

    /// Pictures and sounds, wherever they are named.
    fn any(&self, el: &mut Element<'_, '_>) {
        let tag = el.tag_name();
        if matches!(tag.as_str(), "script" | "link" | "a" | "iframe") {
            return;
        }
        for name in ["src", "poster", "href", "xlink:href", "data"] {
            let wanted = match name {
                "href" | "xlink:href" => matches!(tag.as_str(), "image" | "use"),
                "data" => tag == "object",
                _ => true,
            };
            if let Some(found) = el.get_attribute(name).filter(|_| wanted).and_then(|value| self.find(&value)) {
                let _ = el.set_attribute(name, &data_url(&found));
            }
        }
        if let Some(set) = el.get_attribute("srcset") {
            let one = |candidate: &str| {
                let candidate = candidate.trim();
                let (url, size) = candidate.split_once(char::is_whitespace).unwrap_or((candidate, ""));
                let url = self.find(url).map_or_else(|| url.to_owned(), |found| data_url(&found));
                format!("{url} {size}").trim_end().to_owned()
            };
            let _ = el.set_attribute("srcset", &set.split(',').map(one).collect::<Vec<_>>().join(", "));
        }
        if let Some(style) = el.get_attribute("style").filter(|style| style.contains("url(")) {
            let _ = el.set_attribute("style", &css::inlined(&self.here, &style.replace("&quot;", "'"), 0));
        }
    }

    /// The text of a style or of a module that stands in the page: whichever it is, the other's rules find nothing in it.
    fn inner(&self, source: &str) -> String {
        let styled = css::inlined(&self.here, source, 0);
        closed(&self.modules.borrow_mut().linked(&self.here, &styled))
    }
}

/// A script's text that does not end its element.
fn closed(source: &str) -> String {
    source.replace("</script", "<\\/script").replace("</SCRIPT", "<\\/SCRIPT").replace("<!--", "<\\!--")
}

/// A text as a literal of JavaScript, inside HTML.
fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '<' | '\u{2028}' | '\u{2029}' => out.push_str(&format!("\\u{:04x}", u32::from(c))),
            c if c.is_control() => out.push_str(&format!("\\u{:04x}", u32::from(c))),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}
