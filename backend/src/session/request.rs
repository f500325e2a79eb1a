//! What the model is told: the system prompt, the conversation, and the message that begins each segment. Pure.
//!
//! A request carries what matters within the model's context: what the person is at, what the words name, what the
//! conversation has changed, the conventions, then the rest as it fits. The conversation only ever grows at its end,
//! byte for byte, so that an upstream's cache and its incremental input stay valid; when it has to be shortened, it is
//! shortened by half at once. What the model has written in the running turn is always carried as it stands.

pub mod failure;
pub mod notes;

mod declared;
mod files;
mod history;
mod index;
mod instructions;
mod mention;
mod outline;
mod project;
mod symbols;
mod window;

mod budget;
mod text;

use std::collections::HashMap;
use std::ops::Range;

use models::{SegmentRequest, Terms};
use protocol::context::{CONTEXT_FILES_MAX, ContextConventions, ContextFile, ContextView};

use self::budget::Budget;
use self::files::{Plan, Wanted};
use self::history::Carried;
use self::index::Indices;
use self::mention::Mentions;
use self::notes::{LineRange, News, ScopeNote};
use self::project::{Project, SCAN_MAX};
use self::text::Lines;

pub use self::project::Source;

/// The file that holds a session's conventions.
pub const CONVENTIONS: &str = "AGENTS.md";
/// The most of the conventions that a request carries, in bytes: about 4,000 tokens, far more than a team keeps to.
pub const CONVENTIONS_MAX: usize = 16 * 1024;

/// What requests of a session remember from one to the next. Losing it costs time, and nothing else.
#[derive(Debug, Default)]
pub struct Memory {
    project: Project,
    /// The first turn that requests to a model still carry, by the model. Never goes back: what was dropped stays
    /// dropped, or prefixes would change with every request.
    first: HashMap<String, usize>,
    /// Large texts, as far as they were read.
    indices: Indices,
}

/// What a request is made of, files apart.
#[derive(Debug, Default)]
pub struct Ask<'a> {
    /// Who is asked.
    pub model: &'a str,
    /// What the request has to keep to.
    pub terms: Terms,
    /// The conversation, oldest turn first; the last one runs.
    pub turns: Vec<Exchange<'a>>,
    /// What happened to what the model did, oldest first.
    pub news: Vec<News>,
    /// Where the person is.
    pub focus: Focus,
    /// What the turn may change now. Told with its first message, and again when it is another.
    pub scope: ScopeNote,
}

/// One turn.
#[derive(Debug, Default)]
pub struct Exchange<'a> {
    /// Its segments, oldest first.
    pub pieces: Vec<Piece<'a>>,
}

/// One segment: what the model was told, and what of its answer stands.
#[derive(Debug, Default)]
pub struct Piece<'a> {
    /// The message as it was sent; none where no request was built.
    pub message: Option<&'a str>,
    /// What the message had shown.
    pub sent: Option<&'a Sent>,
    /// What the server says before the words. Only of the running turn's segments.
    pub note: String,
    /// A person's words. Only of the running turn's segments.
    pub words: &'a str,
    /// The answer.
    pub output: &'a str,
}

/// Where the person who asks is, and where the model has been. A file may come several times.
#[derive(Clone, Debug, Default)]
pub struct Focus {
    /// The file in the person's editor, by id.
    pub open: Option<String>,
    /// What is selected: quoted.
    pub selections: Vec<Spot>,
    /// Where carets are.
    pub carets: Vec<Spot>,
    /// Where the conversation's hunks are, newest first.
    pub hunks: Vec<Spot>,
}

/// A place in a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spot {
    /// The file's id.
    pub file: String,
    /// UTF-16 units of its text; none where only the file is known.
    pub range: Option<Range<u32>>,
}

/// What a message has shown of the project: kept with its segment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sent {
    /// Files, as they were.
    files: Vec<SentFile>,
    /// News, by their keys.
    news: Vec<u64>,
    /// What the turn may change, in words.
    scope: String,
    /// The visit of the project in which it was laid out as a whole, if this message did that.
    base: Option<u64>,
    /// Files of that layout that were shown by name.
    outlined: u32,
    /// Files of that layout that were only counted.
    left_out: u32,
}

/// A file as a message has shown it.
#[derive(Clone, Debug, PartialEq, Eq)]
struct SentFile {
    id: String,
    path: String,
    revision: u64,
    shown: Shown,
    /// What it took in the message.
    bytes: usize,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Shown {
    Whole,
    /// These lines, from 0.
    Lines(Vec<Range<usize>>),
    /// It was said that the file is gone.
    Gone,
}

/// A request, and what its session keeps of it.
#[derive(Debug)]
pub struct Built {
    /// The request.
    pub request: SegmentRequest,
    /// The messages of the running turn's segments: to be kept with them, and sent again byte for byte.
    pub messages: Vec<String>,
    /// What the newest of them has shown.
    pub sent: Sent,
    /// Whether the earlier ones no longer show any file, and have to forget what they had sent.
    pub is_shortened: bool,
    /// For people.
    pub context: ContextView,
}

impl Memory {
    /// Reads a file that the next request will probably show a part of, in a moment in which nothing else happens.
    pub fn prepare(&self, source: &dyn Source, id: &str) {
        if let Some((revision, text)) = source.sheet(id).filter(|(_, text)| text.len() > files::WINDOW_MAX) {
            self.indices.with(id, revision, &text, |index| drop(index.outline(files::FILE_OUTLINE_MAX)));
        }
    }

    /// The first turn of which requests to a model still carry anything.
    pub fn first_turn(&self, model: &str) -> usize {
        self.first.get(model).copied().unwrap_or_default()
    }

    /// A place in a file as a person names it; nothing where the file is gone.
    pub fn lines(&self, source: &dyn Source, spot: &Spot, path: &str) -> Option<LineRange> {
        let (revision, text) = source.sheet(&spot.file)?;
        let Some(units) = &spot.range else { return Some(LineRange::whole(path)) };
        let bytes = text.bytes_of(units);
        let name = |lines: &Lines<'_>| notes::lines(path, lines, &bytes);
        let is_large = text.len() > files::WINDOW_MAX;
        Some(if is_large {
            self.indices.with(&spot.file, revision, &text, |index| name(&index.lines()))
        } else {
            name(&Lines::of(&text))
        })
    }

    /// Reads what is not yet known of the project, some of it: for a moment in which nothing else happens. Returns
    /// whether all is known.
    pub fn survey(&mut self, source: &dyn Source) -> bool {
        self.project.visit(source);
        self.project.read(source, SCAN_MAX, true)
    }
}

/// The system prompt, with the conventions as far as they go.
pub fn instructions(source: &dyn Source, terms: &Terms) -> String {
    let file = source.list().into_iter().find(|file| file.path == CONVENTIONS);
    let text = file.and_then(|file| source.read(&file.id));
    let text = text.as_ref().map(|(_, text)| &**text);
    instructions::instructions(terms.format, text, Budget::of(terms).conventions).0
}

/// Builds the request for the running turn's newest segment. Nothing without one.
pub fn build(memory: &mut Memory, source: &dyn Source, ask: &Ask<'_>) -> Option<Built> {
    let visit = memory.project.visit(source);
    memory.project.read(source, SCAN_MAX, false);
    let (project, indices) = (&memory.project, &memory.indices);
    let (newest, older) = ask.turns.split_last()?;
    let budget = Budget::of(&ask.terms);

    let rules = project.at_path(CONVENTIONS);
    let text = rules.and_then(|at| source.read(&project.get(at)?.id));
    let text = text.as_ref().map(|(_, text)| &**text);
    let (instructions, conventions) = instructions::instructions(ask.terms.format, text, budget.conventions);

    let mut mentions = Mentions::default();
    let (asked, earlier) = newest.pieces.split_last()?;
    for piece in earlier.iter().filter(|piece| piece.message.is_none()).chain([asked]) {
        mentions.add(piece.words, project);
    }
    let is_cut = conventions.is_some_and(|c| c.cut);
    let wants_rules = |at: &usize| {
        let is_open = project.get(*at).is_some_and(|file| ask.focus.open.as_ref() == Some(&file.id));
        is_cut && (is_open || mentions.files.contains(at))
    };
    let skip = rules.filter(|at| !wants_rules(at));
    let limits = notes::scope(&ask.scope);

    let first = memory.first.entry(ask.model.to_owned()).or_default();
    *first = (*first).min(older.len());
    let mut is_shortened = false;
    loop {
        let carried = Carried::of(&ask.turns, *first, is_shortened)?;
        let (news, news_keys) = notes::news(&ask.news, *first, &carried.told);
        let scope = match carried.scope {
            Some(told) if told == limits => "",
            Some(_) if limits.is_empty() => notes::NO_LIMITS,
            _ => &limits,
        };
        let fixed = instructions.len() + carried.bytes + news.len() + scope.len();
        let bring = |room: usize| -> Plan {
            let (focus, mentions, before) = (&ask.focus, mentions.files.as_slice(), &carried.before);
            let base = carried.base.and_then(|sent| sent.base);
            files::plan(project, source, indices, &Wanted { focus, mentions, before, base, visit, skip, room })
        };
        let mut plan = bring(budget.message);
        if fixed + plan.len() > budget.limit {
            if *first < older.len() {
                let others = fixed - carried.older_bytes + budget.message;
                let room = (budget.limit / budget::KEPT_AFTER_DROP).saturating_sub(others);
                *first = history::shortened(older, *first, room);
                continue;
            }
            if !is_shortened && carried.can_be_shortened {
                is_shortened = true;
                continue;
            }
            // What the model has written itself may be too long: that stays, and the files still have some room.
            let free = budget.limit.saturating_sub(fixed);
            let besides = budget.limit.saturating_sub(fixed - carried.output_bytes);
            plan = bring(budget.message.min(free.max(besides / 8)));
        }
        let parts = [asked.note.as_str(), &news, &plan.text, scope, &plan.quote, asked.words];
        let message = parts.concat();
        (plan.sent.news, plan.sent.scope) = (news_keys, limits);
        let used = fixed + plan.len();
        let context = context(&budget, used, conventions, &carried, &plan, (*first, older.len()), mentions.missing);
        return Some(finish(instructions, carried, message, plan.sent, is_shortened, context));
    }
}

fn finish(
    instructions: String,
    carried: Carried<'_>,
    message: String,
    sent: Sent,
    is_shortened: bool,
    context: ContextView,
) -> Built {
    let Carried { mut messages, mut own, .. } = carried;
    messages.push(history::said(message.clone()));
    own.push(message);
    let request = SegmentRequest { instructions, messages, cue: None };
    Built { request, messages: own, sent, is_shortened, context }
}

fn context(
    budget: &Budget,
    used: usize,
    conventions: Option<ContextConventions>,
    carried: &Carried<'_>,
    plan: &Plan,
    (first, older): (usize, usize),
    missing: Vec<String>,
) -> ContextView {
    let count = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
    let mut files: Vec<ContextFile> = plan.shown.clone();
    let more_files = count(files.len().saturating_sub(CONTEXT_FILES_MAX));
    files.truncate(CONTEXT_FILES_MAX);
    let layout = if plan.sent.base.is_some() { Some(&plan.sent) } else { carried.base };
    ContextView {
        limit_tokens: budget::tokens(budget.limit),
        used_tokens: budget::tokens(used),
        conventions,
        files,
        more_files,
        outlined: layout.map_or(0, |sent| sent.outlined),
        left_out: layout.map_or(0, |sent| sent.left_out),
        history_turns: count(older - first),
        dropped_turns: count(first),
        missing,
    }
}

#[cfg(test)]
mod tests;
