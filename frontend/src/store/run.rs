//! Running, as the page shows it: the pane, the run that goes on, its console.

use leptos::prelude::*;
use protocol::limits::RUNS_KEPT;
use protocol::run::RunView;

use super::Store;
use crate::browser;
use crate::run::console::{Console, Entry};
use crate::run::target::{Kind, Target};

/// The pane's height where it was never changed, in pixels.
pub const HEIGHT: u32 = 240;
/// The least height: its head, and three lines.
pub const HEIGHT_MIN: u32 = 120;
/// The most: more is the editor's.
pub const HEIGHT_MAX: u32 = 900;

/// How a run stands.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Phase {
    /// Nothing was run.
    #[default]
    Idle,
    /// It is made ready: compiled, or its language is loaded.
    Starting {
        /// Bytes that are loaded, and bytes in all, where there are any to load.
        loaded: Option<(f64, f64)>,
    },
    /// It runs.
    Running,
    /// It has ended.
    Ended(Outcome),
}

/// How a run ended.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Outcome {
    /// By itself, well.
    Done {
        /// How long it took.
        ms: f64,
    },
    /// By itself, with an error or a failed test.
    Failed {
        /// How long it took.
        ms: f64,
    },
    /// By a person.
    Stopped {
        /// From the press to the end, in milliseconds.
        took_ms: f64,
    },
    /// The browser ended it: it ran out of memory.
    Crashed,
    /// It could not be started.
    Refused,
}

/// How many times failing runs may steer one turn by themselves: a model that has not mended it by then will not.
pub const AUTO_STEERS_MAX: u32 = 3;

/// When runs begin by themselves.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Auto {
    /// Never.
    #[default]
    Off,
    /// After each turn.
    AfterTurn,
    /// Also whenever the code parses while the model writes.
    WhenParses,
}

impl Auto {
    /// All, as they are offered: a name to keep, and words.
    pub const ALL: [(Auto, &str, &str); 3] = [
        (Auto::Off, "off", "Only when I run it"),
        (Auto::AfterTurn, "turn", "After each turn"),
        (Auto::WhenParses, "parses", "Whenever it parses"),
    ];

    /// By its name.
    pub fn named(name: &str) -> Auto {
        Auto::ALL.iter().find(|(_, known, _)| *known == name).map_or(Auto::Off, |(auto, _, _)| *auto)
    }
}

/// Running.
#[derive(Clone, Copy)]
pub struct Running {
    /// The pane is in the page, shown or not: from its first use on, or made ready for it.
    pub mounted: RwSignal<bool>,
    /// The pane is open. Kept.
    pub open: RwSignal<bool>,
    /// The pane's height, in pixels. Kept.
    pub height: RwSignal<u32>,
    /// What is run, or was last.
    pub target: RwSignal<Option<Target>>,
    /// How that stands.
    pub phase: RwSignal<Phase>,
    /// What it said. Changed once per animation frame at most.
    pub console: RwSignal<Console>,
    /// It waits for a line, with this prompt.
    pub asks: RwSignal<Option<String>>,
    /// When runs begin by themselves. Kept.
    pub auto: RwSignal<Auto>,
    /// A failing run of those steers the running turn. Kept.
    pub auto_steer: RwSignal<bool>,
    /// How many times that has happened in this turn.
    pub steered: RwSignal<u32>,
    /// What came of the last runs of everyone, the oldest first.
    pub reported: RwSignal<Vec<RunView>>,
}

impl Running {
    /// Nothing runs.
    pub fn new() -> Self {
        Self {
            mounted: RwSignal::new(false),
            open: RwSignal::new(false),
            height: RwSignal::new(HEIGHT),
            target: RwSignal::new(None),
            phase: RwSignal::new(Phase::Idle),
            console: RwSignal::new(Console::default()),
            asks: RwSignal::new(None),
            auto: RwSignal::new(Auto::Off),
            auto_steer: RwSignal::new(false),
            steered: RwSignal::new(0),
            reported: RwSignal::new(Vec::new()),
        }
    }

    /// A run is under way. Tracks.
    pub fn is_active(&self) -> bool {
        self.phase.with(|phase| matches!(phase, Phase::Starting { .. } | Phase::Running))
    }

    /// Restores what this browser keeps.
    pub fn restore(&self) {
        if let Some(height) = browser::kept("run.height").and_then(|height| height.parse::<u32>().ok()) {
            self.height.set(height.clamp(HEIGHT_MIN, HEIGHT_MAX));
        }
        let open = browser::kept("run.open").as_deref() == Some("true");
        self.mounted.set(open);
        self.open.set(open);
        self.auto.set(Auto::named(&browser::kept("run.auto").unwrap_or_default()));
        self.auto_steer.set(browser::kept("run.steer").as_deref() == Some("true"));
    }

    /// Chooses when runs begin by themselves.
    pub fn set_auto(&self, name: &str) {
        self.auto.set(Auto::named(name));
        browser::keep("run.auto", name);
    }

    /// Chooses whether failing ones steer.
    pub fn set_auto_steer(&self, steer: bool) {
        self.auto_steer.set(steer);
        browser::keep("run.steer", if steer { "true" } else { "false" });
    }

    /// Takes in a run of somebody's.
    pub fn report(&self, run: RunView) {
        self.reported.update(|runs| {
            let surplus = (runs.len() + 1).saturating_sub(RUNS_KEPT);
            runs.drain(..surplus);
            runs.push(run);
        });
    }

    /// Shows or hides the pane.
    pub fn show(&self, open: bool) {
        self.mounted.maybe_update(|mounted| open && !std::mem::replace(mounted, true));
        self.open.set(open);
        browser::keep("run.open", if open { "true" } else { "false" });
    }

    /// Another height.
    pub fn resize(&self, height: u32) {
        let height = height.clamp(HEIGHT_MIN, HEIGHT_MAX);
        self.height.set(height);
        browser::keep("run.height", &height.to_string());
    }
}

/// What a person does.
impl Store {
    /// Runs the open file, or the project; a run that goes on is ended first.
    pub fn run(&self) {
        if let Some(client) = self.client() {
            client.run();
        }
    }

    /// Runs all tests of the session.
    pub fn run_tests(&self) {
        if let Some(client) = self.client() {
            client.run_tests();
        }
    }

    /// Ends the run.
    pub fn stop_run(&self) {
        if let Some(client) = self.client() {
            client.stop_run();
        }
    }

    /// Gives the program the line that it waits for.
    pub fn answer_run(&self, line: &str) {
        if let Some(client) = self.client() {
            client.answer_run(line);
        }
    }

    /// Shows or hides the pane. A page that is shown ends with it.
    pub fn show_run_pane(&self, open: bool) {
        if !open && untrack(|| self.shows_a_page()) {
            self.stop_run();
        }
        self.running.show(open);
        if !open && browser::is_focus_within("[data-pane=run]") {
            crate::monaco::focus();
        }
    }

    /// Empties the console.
    pub fn clear_console(&self) {
        self.running.console.set(Console::default());
    }

    /// Opens a file at a place.
    pub fn go_to(&self, path: &str, line: u32, column: u32) {
        if let Some(client) = self.client() {
            client.go_to(path, line, column);
        }
    }

    /// Makes the runner ready, before it is asked for.
    pub fn warm_runner(&self) {
        crate::runner::warm();
    }

    /// Makes all that a run takes ready, when the page has nothing better to do.
    pub fn prepare_to_run(&self) {
        crate::runner::warm_when_idle();
        let mounted = self.running.mounted;
        if !mounted.get_untracked() {
            request_idle_callback(move || mounted.set(true));
        }
    }

    /// A page is shown. Tracks.
    pub fn shows_a_page(&self) -> bool {
        let page = self.running.target.with(|target| target.as_ref().is_some_and(|target| target.kind == Kind::Page));
        page && self.running.is_active()
    }

    /// Has the model mend what an entry says.
    pub fn fix(&self, entry: &Entry) {
        if let Some(client) = self.client() {
            client.fix(entry);
        }
    }
}
