//! Running the session's code: from a person's press to a program in the runner, and from its words to the console.

use std::cell::{Cell, RefCell};
use std::collections::{HashMap, HashSet, VecDeque};
use std::rc::Rc;

use gloo_timers::callback::Timeout;
use leptos::prelude::*;
use wasm_bindgen_futures::spawn_local;

use super::Client;
use crate::browser;
use crate::monaco;
use crate::preview;
use crate::run::console::{Console, Said};
use crate::run::event::Event;
use crate::run::link::{self, Compiled, Unlinked};
use crate::run::source_map::SourceMap;
use crate::run::target::{self, Kind, Language, Source, Target};
use crate::run::trace::{Files, Place};
use crate::runner;
use crate::store::run::{Outcome, Phase};

/// The most that all files of a run may hold, in bytes: they are copied into the runner at once.
const TEXTS_MAX: usize = 32 * 1024 * 1024;

/// What the client keeps of runs.
#[derive(Default)]
pub struct Runs {
    /// The number of the last run; 0 when there was none.
    pub(super) last: Cell<u32>,
    /// Events that wait for the next animation frame.
    pub(super) waiting: RefCell<VecDeque<Event>>,
    /// The batches that they came in: of the runner, and of the preview.
    pub(super) batches: Cell<(u32, u32)>,
    /// An animation frame is asked for.
    pub(super) awaiting_frame: Cell<bool>,
    /// When the last run was asked for.
    asked: Cell<f64>,
    /// How long it took from there to its end on the screen, in milliseconds.
    took: Cell<Option<f64>>,
    /// When a person asked for the end.
    pub(super) stopping: Cell<Option<f64>>,
    /// The console still shows the run before: this one has said nothing yet.
    pub(super) unheard: Cell<bool>,
    /// The last run began by itself.
    pub(super) by_itself: Cell<bool>,
    /// When one last did.
    pub(super) began_by_itself: Cell<f64>,
    /// The code is about to be looked at again.
    pub(super) auto_timer: RefCell<Option<Timeout>>,
    /// Where traces of the last run lead.
    traced: RefCell<Rc<Traced>>,
}

/// A session's files as a run takes them: path -> text. Of two files with one path, the first.
pub(super) type Texts = HashMap<String, String>;

/// How a run is asked for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Asked {
    /// By a person.
    Plainly,
    /// By itself.
    ByItself,
    /// By itself, and only if the code parses: if it does not, nothing happened.
    IfItParses,
}

impl Client {
    /// Has the runner report to this client.
    pub fn attach_runner(self: &Rc<Self>) {
        runner::attach(super::hearing::Ears { client: Rc::downgrade(self) });
    }

    /// Has pages shown in an element.
    pub fn mount_preview(self: &Rc<Self>, place: &web_sys::HtmlElement) {
        preview::create(place, super::previewing::Eyes { client: Rc::downgrade(self) });
    }

    /// Runs the open file, or what it is a part of.
    pub fn run(self: &Rc<Self>) {
        if !self.is_whole() {
            return;
        }
        let texts = self.texts();
        match target::target(&sources(&texts), self.open_path().as_deref()) {
            Some(target) => self.begin_run(target, texts),
            None => self.refuse_run("There is nothing here that runs: a Python, JavaScript, TypeScript or HTML file."),
        }
    }

    /// Runs all tests of the language of the open file, or of the one that has tests.
    pub fn run_tests(self: &Rc<Self>) {
        if !self.is_whole() {
            return;
        }
        let texts = self.texts();
        let mut tests: Vec<&String> = texts.keys().filter(|path| target::is_test(path)).collect();
        tests.sort();
        let python = |path: &str| Language::of(path) == Some(Language::Python);
        let open = self.open_path();
        let wanted = open.as_deref().filter(|open| Language::of(open).is_some()).map(python);
        let first = tests.iter().find(|path| wanted.is_none_or(|wanted| python(path) == wanted)).or(tests.first());
        let Some(entry) = first.map(|path| (**path).clone()) else {
            self.refuse_run("There are no tests: files named like test_x.py or x.test.js.");
            return;
        };
        let kind = if python(&entry) { Kind::Python } else { Kind::Script };
        self.begin_run(Target { kind, entry, tests: true }, texts);
    }

    /// Runs again what was run last, or else the open file, without being asked.
    pub(super) fn run_again(self: &Rc<Self>, if_it_parses: bool) {
        let texts = self.texts();
        let last = self.store.running.target.get_untracked().filter(|target| texts.contains_key(&target.entry));
        let target = last.or_else(|| target::target(&sources(&texts), self.open_path().as_deref()));
        // A page that is shown follows the files by itself.
        if let Some(target) = target.filter(|target| target.kind != Kind::Page) {
            self.launch(target, texts, if if_it_parses { Asked::IfItParses } else { Asked::ByItself });
        }
    }

    pub(super) fn begin_run(self: &Rc<Self>, target: Target, texts: Texts) {
        self.launch(target, texts, Asked::Plainly);
    }

    fn launch(self: &Rc<Self>, target: Target, texts: Texts, asked: Asked) {
        self.end_quietly();
        let run = self.runs.last.get() + 1;
        self.runs.last.set(run);
        self.runs.asked.set(if asked == Asked::Plainly { browser::event_time() } else { browser::now() });
        self.runs.took.set(None);
        self.runs.waiting.borrow_mut().clear();
        self.runs.by_itself.set(asked != Asked::Plainly);
        self.runs.unheard.set(asked == Asked::IfItParses);
        if asked != Asked::IfItParses {
            self.clear_for(&target, &texts);
        }
        let client = Rc::clone(self);
        spawn_local(async move {
            let made = client.start(run, &target, &texts, asked).await;
            if client.runs.last.get() != run {
                return;
            }
            match made {
                Err(_) if asked == Asked::IfItParses => {}
                Err(why) => client.not_started(why),
                Ok(()) => {
                    let running = client.store.running;
                    if matches!(running.phase.get_untracked(), Phase::Starting { .. }) {
                        running.phase.set(Phase::Running);
                    }
                }
            }
        });
    }

    /// The pane is this run's from now on.
    fn clear_for(&self, target: &Target, texts: &Texts) {
        let running = self.store.running;
        running.show(true);
        running.console.set(Console::default());
        running.asks.set(None);
        running.target.set(Some(target.clone()));
        running.phase.set(Phase::Starting { loaded: None });
        self.leads_to(texts, HashMap::new());
    }

    async fn start(self: &Rc<Self>, run: u32, target: &Target, texts: &Texts, asked: Asked) -> Result<(), String> {
        if texts.values().map(String::len).sum::<usize>() > TEXTS_MAX {
            return Err(format!("A run takes {} MiB of files at most.", TEXTS_MAX / (1024 * 1024)));
        }
        let (kind, program) = match target.kind {
            Kind::Page => return self.show_page(target, texts).await,
            Kind::Script => {
                let program = self.link(&entries(target, texts), target.tests, texts).await?;
                ("script", serde_json::to_string(&program).map_err(|error| error.to_string())?)
            }
            Kind::Python => {
                let program = serde_json::json!({
                    "files": texts, "entries": entries(target, texts), "tests": target.tests,
                    "careful": asked == Asked::IfItParses,
                });
                ("python", program.to_string())
            }
        };
        if self.runs.last.get() != run {
            return Ok(());
        }
        if asked == Asked::IfItParses {
            self.store.running.target.set(Some(target.clone()));
            self.store.running.phase.set(Phase::Starting { loaded: None });
        }
        let started = runner::start(run, kind, &program).await;
        started.map_err(|why| format!("The runner could not be started: {why}."))
    }

    fn not_started(self: &Rc<Self>, why: String) {
        self.store.running.console.update(|console| {
            console.errors += 1;
            console.push(Said::Error(why));
        });
        self.ended(Outcome::Refused);
    }

    /// Compiles all modules that the entries reach, and links them.
    async fn link(&self, entries: &[String], tests: bool, texts: &Texts) -> Result<link::Program, String> {
        let mut modules = HashMap::new();
        self.compile_all(entries.to_vec(), texts, &mut modules).await.map_err(told)?;
        link::link(&modules, entries, tests).map_err(told)
    }

    /// Compiles modules and all that they import.
    pub(super) async fn compile_all(
        &self,
        mut open: Vec<String>,
        texts: &Texts,
        modules: &mut HashMap<String, Compiled>,
    ) -> Result<(), Unlinked> {
        let mut maps = HashMap::new();
        let mut seen: HashSet<String> = open.iter().cloned().collect();
        while let Some(path) = open.pop() {
            let Some(text) = texts.get(&path) else {
                continue;
            };
            let compiled = if path.ends_with(".json") {
                Compiled { code: text.clone(), ..Compiled::default() }
            } else {
                let typed = Language::of(&path) == Some(Language::TypeScript);
                let made = runner::compile(&path, text, typed).await;
                made.map_err(|message| Unlinked { path: path.clone(), message, line: 1, column: 1 })?
            };
            if let Some(problem) = compiled.problems.first() {
                let message = format!("SyntaxError: {}", problem.message);
                return Err(Unlinked { path, message, line: problem.line, column: problem.column });
            }
            if let Some(map) = &compiled.map {
                maps.insert(path.clone(), SourceMap::parse(map));
            }
            let imports = link::imported(&path, &compiled, |path| texts.contains_key(path))?;
            modules.insert(path, compiled);
            if modules.len() > link::MODULES_MAX {
                break;
            }
            open.extend(imports.into_iter().filter(|path| seen.insert(path.clone())));
        }
        self.leads_to(texts, maps);
        Ok(())
    }

    fn leads_to(&self, texts: &Texts, maps: HashMap<String, SourceMap>) {
        *self.runs.traced.borrow_mut() = Rc::new(Traced { files: texts.keys().cloned().collect(), maps });
    }

    /// Ends the run, whatever it does.
    pub fn stop_run(self: &Rc<Self>) {
        let running = self.store.running;
        if !untrack(|| running.is_active()) {
            return;
        }
        let pressed = browser::event_time();
        self.runs.stopping.set(Some(pressed));
        let kind = running.target.with_untracked(|target| target.as_ref().map(|target| target.kind));
        let run = self.runs.last.get();
        let starting = matches!(running.phase.get_untracked(), Phase::Starting { .. });
        if kind != Some(Kind::Page) && !starting {
            runner::stop(run, kind == Some(Kind::Python));
            return;
        }
        // Nothing runs yet, or a page is shown: what comes of it later is not this run's any more.
        self.runs.last.set(run + 1);
        runner::stop(run, false);
        preview::close();
        self.ended(Outcome::Stopped { took_ms: (browser::now() - pressed).max(0.0) });
    }

    /// Gives the program the line that it waits for.
    pub fn answer_run(&self, line: &str) {
        self.store.running.asks.set(None);
        runner::line(line);
    }

    fn end_quietly(&self) {
        if untrack(|| self.store.running.is_active()) {
            runner::stop(self.runs.last.get(), false);
        }
        preview::close();
        self.runs.stopping.set(None);
    }

    fn refuse_run(&self, why: &str) {
        let running = self.store.running;
        running.show(true);
        running.target.set(None);
        running.console.set(Console::default());
        running.console.update(|console| console.push(Said::Note(why.to_owned())));
        running.phase.set(Phase::Ended(Outcome::Refused));
    }

    pub(super) fn ended(self: &Rc<Self>, outcome: Outcome) {
        self.store.running.asks.set(None);
        self.store.running.phase.set(Phase::Ended(outcome));
        self.runs.stopping.set(None);
        self.runs.took.set(Some((browser::now() - self.runs.asked.get()).max(0.0)));
        self.report_run(outcome);
    }

    /// Opens a file at a place.
    pub fn go_to(self: &Rc<Self>, path: &str, line: u32, column: u32) {
        let file = self.store.files.with_untracked(|files| files.iter().find(|f| f.path == path).map(|f| f.id.clone()));
        if let Some(file) = file {
            self.open(file);
            monaco::go_to(line, column);
        }
    }

    /// The lines of the open file that the last run failed at.
    pub(super) fn show_run_marks(&self) {
        let open = self.open_path();
        let marks = self.store.running.reported.with_untracked(|runs| {
            let errors = runs.last().map(|run| run.report.errors.clone()).unwrap_or_default();
            let here = errors.into_iter().filter(|error| error.path.is_some() && error.path == open);
            here.filter_map(|error| Some((error.line?, error.message))).collect::<Vec<_>>()
        });
        monaco::show_run_marks(&marks);
    }

    /// How many runs there were, and how long the last one took from the press to its end, in milliseconds.
    pub fn measured_run(&self) -> (u32, Option<f64>) {
        (self.runs.last.get(), self.runs.took.get())
    }

    /// What finds the places of the last run's traces.
    pub fn traced(&self) -> Rc<Traced> {
        Rc::clone(&self.runs.traced.borrow())
    }

    /// All texts, as they are on the screen.
    pub(super) fn texts(&self) -> Texts {
        let replica = self.replica.borrow();
        let Some(replica) = replica.as_ref() else {
            return Texts::new();
        };
        let mut texts = Texts::new();
        for file in self.store.files.get_untracked() {
            if let Some(text) = replica.text(&file.id) {
                texts.entry(file.path).or_insert(text);
            }
        }
        texts
    }

    fn open_path(&self) -> Option<String> {
        let open = self.store.open_file.get_untracked()?;
        self.path_of(&open)
    }
}

fn sources(texts: &Texts) -> Vec<Source<'_>> {
    let mut files: Vec<Source<'_>> = texts.iter().map(|(path, text)| Source { path, text }).collect();
    files.sort_by_key(|file| file.path);
    files
}

/// The file itself; of tests, all of the session's that run in the same way.
fn entries(target: &Target, texts: &Texts) -> Vec<String> {
    let alone = vec![target.entry.clone()];
    if !target.tests {
        return alone;
    }
    let same = |path: &&String| {
        target::is_test(path) && (Language::of(path) == Some(Language::Python)) == (target.kind == Kind::Python)
    };
    let mut all: Vec<String> = texts.keys().filter(same).cloned().collect();
    all.sort();
    if all.is_empty() { alone } else { all }
}

/// Why something cannot be linked, as a trace with its place.
pub(super) fn told(unlinked: Unlinked) -> String {
    format!("{}\n    at {}:{}:{}", unlinked.message, unlinked.path, unlinked.line, unlinked.column)
}

/// The files that a run had, and the maps of what was compiled for it.
#[derive(Default)]
pub struct Traced {
    files: HashSet<String>,
    maps: HashMap<String, SourceMap>,
}

impl Files for Traced {
    fn has(&self, path: &str) -> bool {
        self.files.contains(path)
    }

    fn written(&self, place: Place) -> Place {
        let written = self.maps.get(&place.path).and_then(|map| map.written(place.line, place.column));
        match written {
            Some((line, column)) => Place { line, column, ..place },
            None => place,
        }
    }
}
