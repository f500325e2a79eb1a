//! Running the session's code: from a person's press to a program in the runner, and from its words to the console.

use std::cell::{Cell, RefCell};
use std::collections::{HashMap, HashSet, VecDeque};
use std::rc::Rc;

use leptos::prelude::*;
use wasm_bindgen_futures::spawn_local;

use super::Client;
use crate::browser;
use crate::monaco;
use crate::run::console::{Console, Said};
use crate::run::event::{self, Event};
use crate::run::link::{self, Compiled, Unlinked};
use crate::run::source_map::SourceMap;
use crate::run::target::{self, Kind, Language, Source, Target};
use crate::run::trace::{Files, Place};
use crate::runner;
use crate::store::run::{Outcome, Phase};

/// What the client keeps of runs.
#[derive(Default)]
pub struct Runs {
    /// The number of the last run; 0 when there was none.
    last: Cell<u32>,
    /// Events that wait for the next animation frame, and how many batches they came in.
    waiting: RefCell<(VecDeque<Event>, u32)>,
    /// An animation frame is asked for.
    awaiting_frame: Cell<bool>,
    /// When a person asked for the end.
    stopping: Cell<Option<f64>>,
    /// Where traces of the last run lead.
    traced: RefCell<Rc<Traced>>,
}

/// A session's files as a run takes them: path -> text. Of two files with one path, the first.
type Texts = HashMap<String, String>;

impl Client {
    /// Has the runner report to this client.
    pub fn attach_runner(self: &Rc<Self>) {
        runner::attach(Ears { client: Rc::downgrade(self) });
    }

    /// Runs the open file, or what it is a part of.
    pub fn run(self: &Rc<Self>) {
        let texts = self.texts();
        let open = self.open_path();
        let files: Vec<Source<'_>> = sources(&texts);
        match target::target(&files, open.as_deref()) {
            Some(target) => self.begin_run(target, texts),
            None => self.refuse_run("There is nothing here that runs: a Python, JavaScript, TypeScript or HTML file."),
        }
    }

    /// Runs all tests of the language of the open file, or of the one that has tests.
    pub fn run_tests(self: &Rc<Self>) {
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

    fn begin_run(self: &Rc<Self>, target: Target, texts: Texts) {
        let running = self.store.running;
        self.end_quietly();
        let run = self.runs.last.get() + 1;
        self.runs.last.set(run);
        *self.runs.waiting.borrow_mut() = Default::default();
        *self.runs.traced.borrow_mut() =
            Rc::new(Traced { files: texts.keys().cloned().collect(), ..Traced::default() });
        running.show(true);
        running.console.set(Console::default());
        running.asks.set(None);
        running.target.set(Some(target.clone()));
        running.phase.set(Phase::Starting { loaded: None });
        let client = Rc::clone(self);
        spawn_local(async move {
            let made = client.program(&target, &texts).await;
            if client.runs.last.get() != run {
                return;
            }
            let started = match made {
                Ok((kind, program)) => {
                    let started = runner::start(run, kind, &program).await;
                    started.map_err(|why| format!("The runner could not be started: {why}."))
                }
                Err(why) => Err(why),
            };
            if client.runs.last.get() != run {
                return;
            }
            match started {
                Ok(()) if matches!(running.phase.get_untracked(), Phase::Starting { .. }) => {
                    running.phase.set(Phase::Running);
                }
                Ok(()) => {}
                Err(why) => {
                    running.console.update(|console| {
                        console.errors += 1;
                        console.push(Said::Error(why));
                    });
                    running.phase.set(Phase::Ended(Outcome::Refused));
                }
            }
        });
    }

    /// What the runner is given.
    async fn program(&self, target: &Target, texts: &Texts) -> Result<(&'static str, String), String> {
        match target.kind {
            Kind::Script => {
                let entries = entries(target, texts);
                let program = self.link(&entries, target.tests, texts).await?;
                let json = serde_json::to_string(&program).map_err(|error| error.to_string())?;
                Ok(("script", json))
            }
            Kind::Python | Kind::Page => Err("This cannot be run yet.".to_owned()),
        }
    }

    /// Compiles all modules that the entries reach, and links them.
    async fn link(&self, entries: &[String], tests: bool, texts: &Texts) -> Result<link::Program, String> {
        let mut modules: HashMap<String, Compiled> = HashMap::new();
        let mut maps = HashMap::new();
        let mut open: Vec<String> = entries.to_vec();
        let mut seen: HashSet<String> = open.iter().cloned().collect();
        while let Some(path) = open.pop() {
            let Some(text) = texts.get(&path) else {
                continue;
            };
            let compiled = if path.ends_with(".json") {
                Compiled { code: text.clone(), ..Compiled::default() }
            } else {
                runner::compile(&path, text, Language::of(&path) == Some(Language::TypeScript)).await?
            };
            if let Some(problem) = compiled.problems.first() {
                return Err(format!(
                    "SyntaxError: {}\n    at {path}:{}:{}",
                    problem.message, problem.line, problem.column
                ));
            }
            if let Some(map) = &compiled.map {
                maps.insert(path.clone(), SourceMap::parse(map));
            }
            let imports = link::imported(&path, &compiled, |path| texts.contains_key(path)).map_err(told)?;
            modules.insert(path, compiled);
            if modules.len() > link::MODULES_MAX {
                break;
            }
            open.extend(imports.into_iter().filter(|path| seen.insert(path.clone())));
        }
        let files = texts.keys().cloned().collect();
        *self.runs.traced.borrow_mut() = Rc::new(Traced { files, maps });
        link::link(&modules, entries, tests).map_err(told)
    }

    /// Ends the run, whatever it does.
    pub fn stop_run(self: &Rc<Self>) {
        let running = self.store.running;
        match running.phase.get_untracked() {
            Phase::Starting { .. } | Phase::Running => {}
            Phase::Idle | Phase::Ended(_) => return,
        }
        self.runs.stopping.set(Some(browser::event_time()));
        let python = running.target.with_untracked(|target| target.as_ref().is_some_and(|t| t.kind == Kind::Python));
        let run = self.runs.last.get();
        if matches!(running.phase.get_untracked(), Phase::Starting { .. }) {
            // Nothing runs yet: what comes of it later is not this run's any more.
            self.runs.last.set(run + 1);
            runner::stop(run, false);
            self.ended(Outcome::Stopped { took_ms: 0.0 });
            return;
        }
        runner::stop(run, python);
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
        self.runs.stopping.set(None);
    }

    fn refuse_run(&self, why: &str) {
        let running = self.store.running;
        running.show(true);
        running.console.set(Console::default());
        running.console.update(|console| console.push(Said::Note(why.to_owned())));
        running.phase.set(Phase::Ended(Outcome::Refused));
    }

    fn ended(&self, outcome: Outcome) {
        self.store.running.asks.set(None);
        self.store.running.phase.set(Phase::Ended(outcome));
        self.runs.stopping.set(None);
    }

    /// Events of the run: drawn with the next animation frame, and only then asked for more.
    fn hear_run(self: &Rc<Self>, run: u32, batch: &str, dropped: u64) {
        if run != self.runs.last.get() {
            runner::more();
            return;
        }
        let (events, strange) = event::read(batch);
        {
            let mut waiting = self.runs.waiting.borrow_mut();
            waiting.0.extend(events);
            if dropped + strange > 0 {
                waiting.0.push_back(Event::Dropped { count: dropped + strange });
            }
            waiting.1 += 1;
        }
        if !self.runs.awaiting_frame.replace(true) {
            let client = Rc::clone(self);
            request_animation_frame(move || client.draw_events());
        }
    }

    fn draw_events(self: &Rc<Self>) {
        self.runs.awaiting_frame.set(false);
        let (events, batches) = std::mem::take(&mut *self.runs.waiting.borrow_mut());
        let mut end = None;
        self.store.running.console.update(|console| {
            for event in events {
                if let Event::End { ok, ms } = event {
                    end = Some(if ok { Outcome::Done { ms } } else { Outcome::Failed { ms } });
                }
                console.take(event);
            }
        });
        for _ in 0..batches {
            runner::more();
        }
        if let Some(outcome) = end {
            self.ended(outcome);
        }
    }

    /// Opens a file at a place.
    pub fn go_to(self: &Rc<Self>, path: &str, line: u32, column: u32) {
        let file = self.store.files.with_untracked(|files| files.iter().find(|f| f.path == path).map(|f| f.id.clone()));
        if let Some(file) = file {
            self.open(file);
            monaco::go_to(line, column);
        }
    }

    /// What finds the places of the last run's traces.
    pub fn traced(&self) -> Rc<Traced> {
        Rc::clone(&self.runs.traced.borrow())
    }

    /// All texts, as they are on the screen.
    fn texts(&self) -> Texts {
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
        self.store.files.with_untracked(|files| files.iter().find(|f| f.id == open).map(|f| f.path.clone()))
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

fn told(unlinked: Unlinked) -> String {
    format!("{}\n    at {}:1:1", unlinked.message, unlinked.path)
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

/// What the runner reports to.
struct Ears {
    client: std::rc::Weak<Client>,
}

impl runner::Host for Ears {
    fn batch(&self, run: u32, events: String, dropped: f64, _last: bool) {
        if let Some(client) = self.client.upgrade() {
            client.hear_run(run, &events, dropped.max(0.0) as u64);
        }
    }

    fn stopped(&self, run: u32, crashed: bool) {
        let Some(client) = self.client.upgrade().filter(|client| client.runs.last.get() == run) else {
            return;
        };
        client.draw_events();
        let asked = client.runs.stopping.get();
        let outcome = match asked {
            Some(asked) if !crashed => Outcome::Stopped { took_ms: (browser::now() - asked).max(0.0) },
            _ => Outcome::Crashed,
        };
        client.ended(outcome);
    }

    fn ask(&self, run: u32, prompt: String) {
        if let Some(client) = self.client.upgrade().filter(|client| client.runs.last.get() == run) {
            client.store.running.asks.set(Some(prompt));
        }
    }

    fn loading(&self, done: f64, total: f64) {
        if let Some(client) = self.client.upgrade()
            && matches!(client.store.running.phase.get_untracked(), Phase::Starting { .. })
        {
            client.store.running.phase.set(Phase::Starting { loaded: (done < total).then_some((done, total)) });
        }
    }
}
