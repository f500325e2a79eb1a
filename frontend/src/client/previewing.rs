//! Showing a page of the session: put together from the files as they are, and anew as they change.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::rc::Rc;

use leptos::prelude::*;
use wasm_bindgen_futures::spawn_local;

use super::Client;
use super::running::{Texts, told};
use crate::preview;
use crate::run::console::Said;
use crate::run::event::{Event, Level};
use crate::run::html::{self, Outline, Use};
use crate::run::link::{Compiled, Unlinked};
use crate::run::page;
use crate::run::resolve::join;
use crate::run::target::{Kind, Language, Target};
use crate::runner;
use crate::store::run::Phase;

/// What the client keeps of the page that is shown.
#[derive(Default)]
pub struct Previews {
    /// It is being put together, or loads.
    busy: Cell<bool>,
    /// The files changed meanwhile.
    stale: Cell<bool>,
    /// What loads takes the place of an earlier state.
    again: Cell<bool>,
    /// An animation frame is asked for.
    awaiting_frame: Cell<bool>,
    /// The texts that are shown, or were last tried: what is the same is not shown again.
    tried: RefCell<Vec<(String, String)>>,
}

impl Client {
    /// Shows a page because the person asked for it.
    pub(super) async fn show_page(self: &Rc<Self>, target: &Target, texts: &Texts) -> Result<(), String> {
        self.previews.busy.set(true);
        self.previews.stale.set(false);
        self.previews.again.set(false);
        let made = self.page(&target.entry, texts).await;
        match made {
            Ok((page, missing)) => {
                self.note_missing(&target.entry, &missing);
                *self.previews.tried.borrow_mut() = used(&page, texts);
                show(&page, false)
            }
            Err(unlinked) => {
                self.previews.busy.set(false);
                Err(told(unlinked))
            }
        }
    }

    /// Some text changed: the page that is shown follows, with the next animation frame in which it is not busy.
    pub(super) fn refresh_page(self: &Rc<Self>) {
        if !self.shows_a_page() {
            return;
        }
        self.previews.stale.set(true);
        if self.previews.busy.get() || self.previews.awaiting_frame.replace(true) {
            return;
        }
        let client = Rc::clone(self);
        request_animation_frame(move || {
            client.previews.awaiting_frame.set(false);
            if client.previews.stale.replace(false) && client.shows_a_page() {
                spawn_local(async move { client.refresh().await });
            }
        });
    }

    async fn refresh(self: Rc<Self>) {
        let Some(target) = self.store.running.target.get_untracked() else {
            return;
        };
        self.previews.busy.set(true);
        self.previews.again.set(true);
        let texts = self.texts();
        let whole = texts.get(&target.entry).is_some_and(|html| !html::outline(html).unfinished);
        let made = if whole { self.page(&target.entry, &texts).await.ok() } else { None };
        // What is half-written stays behind the last state that was whole.
        let made = made.filter(|(page, _)| {
            let styles = page.files.iter().filter(|file| file.kind == "text/css");
            styles.filter_map(|file| texts.get(&file.path)).all(|css| html::is_whole_css(css))
        });
        let shown = made.is_some_and(|(page, _)| {
            let now = used(&page, &texts);
            let fresh = *self.previews.tried.borrow() != now;
            fresh && {
                *self.previews.tried.borrow_mut() = now;
                show(&page, true).is_ok()
            }
        });
        if !shown {
            self.page_settled("same");
        }
    }

    /// The page that was to be shown has loaded, or was given up.
    pub(super) fn page_settled(self: &Rc<Self>, how: &str) {
        self.previews.busy.set(false);
        if self.previews.again.get() && (how == "shown" || how == "late") {
            // What the state before it said is no longer so.
            self.store.running.console.update(|console| {
                console.take(Event::Clear);
                console.errors = 0;
            });
        }
        if self.previews.stale.get() {
            self.refresh_page();
        }
    }

    /// A link of the page was followed.
    pub(super) fn follow_page_link(self: &Rc<Self>, leads: &str) {
        let target = self.store.running.target.get_untracked();
        let there = target.and_then(|target| join(&target.entry, leads));
        let files = self.texts();
        match there.filter(|path| files.contains_key(path) && Language::of(path) == Some(Language::Html)) {
            Some(entry) => self.begin_run(Target { kind: Kind::Page, entry, tests: false }, files),
            None => self.store.running.console.update(|console| {
                console.push(Said::Note(format!("A link leads to “{leads}”, which is no page of this session.")));
            }),
        }
    }

    fn shows_a_page(&self) -> bool {
        let running = self.store.running;
        running.target.with_untracked(|target| target.as_ref().is_some_and(|target| target.kind == Kind::Page))
            && running.phase.with_untracked(|phase| *phase == Phase::Running)
    }

    async fn page(&self, entry: &str, texts: &Texts) -> Result<(page::Page, Vec<String>), Unlinked> {
        let html = texts.get(entry).map(String::as_str).unwrap_or_default();
        let outline = html::outline(html);
        let modules = self.page_modules(entry, html, &outline, texts).await?;
        page::assemble(entry, html, &outline, &modules, texts)
    }

    async fn page_modules(
        &self,
        entry: &str,
        html: &str,
        outline: &Outline,
        texts: &Texts,
    ) -> Result<HashMap<String, Compiled>, Unlinked> {
        let mut modules = HashMap::new();
        for (number, span) in outline.modules.iter().enumerate() {
            let name = page::inline_name(entry, number);
            let body = html.get(span.clone()).unwrap_or_default();
            let before = html.get(..span.start).unwrap_or_default().matches('\n').count();
            let before = u32::try_from(before).unwrap_or(0);
            let module = compiled(entry, runner::compile(&name, body, false).await, before)?;
            modules.insert(name, page::relative_to_page(entry, module));
        }
        let mut open = page::entries(entry, html, outline, |path| texts.contains_key(path));
        open.retain(|path| texts.contains_key(path));
        // Classic scripts in TypeScript are compiled, too; they import nothing.
        for (span, _) in outline.references.iter().filter(|(_, used)| *used == Use::Script) {
            let path = html.get(span.clone()).and_then(|reference| join(entry, reference));
            open.extend(path.filter(|path| Language::of(path) == Some(Language::TypeScript)));
        }
        let inline: Vec<String> =
            modules.values().flat_map(|module: &Compiled| &module.imports).map(|i| i.2.clone()).collect();
        open.extend(inline.into_iter().filter_map(|specifier| {
            match crate::run::resolve::resolve(entry, &specifier, |path| texts.contains_key(path)) {
                crate::run::resolve::Resolved::File(path) => Some(path),
                _ => None,
            }
        }));
        self.compile_all(open, texts, &mut modules).await?;
        Ok(modules)
    }

    fn note_missing(&self, entry: &str, missing: &[String]) {
        if missing.is_empty() {
            return;
        }
        self.store.running.console.update(|console| {
            for reference in missing {
                let text = format!("{entry} refers to “{reference}”, which is not in this session.");
                console.push(Said::Log { level: Level::Warn, indent: 0, args: vec![crate::run::console::text(text)] });
            }
        });
    }
}

/// An inline module; before its first line stand `first_line` others of the page.
fn compiled(entry: &str, made: Result<Compiled, String>, first_line: u32) -> Result<Compiled, Unlinked> {
    let path = entry.to_owned();
    let made = made.map_err(|message| Unlinked { path: path.clone(), message, line: 1, column: 1 })?;
    match made.problems.first() {
        Some(problem) => {
            let message = format!("SyntaxError: {}", problem.message);
            Err(Unlinked { path, message, line: first_line + problem.line, column: problem.column })
        }
        None => Ok(made),
    }
}

fn show(page: &page::Page, careful: bool) -> Result<(), String> {
    let json = serde_json::to_string(page).map_err(|error| error.to_string())?;
    preview::show(&json, careful);
    Ok(())
}

/// The texts that a page is made of.
fn used(page: &page::Page, texts: &Texts) -> Vec<(String, String)> {
    let paths = std::iter::once(&page.path).chain(page.files.iter().map(|file| &file.path));
    paths.filter_map(|path| Some((path.clone(), texts.get(path)?.clone()))).collect()
}

/// What the preview reports to.
pub(super) struct Eyes {
    pub client: std::rc::Weak<Client>,
}

impl preview::Viewer for Eyes {
    fn batch(&self, events: String, dropped: f64) {
        if let Some(client) = self.client.upgrade() {
            client.hear_page(&events, dropped.max(0.0) as u64);
        }
    }

    fn settled(&self, how: String) {
        if let Some(client) = self.client.upgrade() {
            client.page_settled(&how);
        }
    }

    fn go(&self, leads: String) {
        if let Some(client) = self.client.upgrade() {
            client.follow_page_link(&leads);
        }
    }
}
