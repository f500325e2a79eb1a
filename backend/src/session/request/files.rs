//! Which of the project a message brings, and how: what was asked about first, everything else as it fits.
//!
//! A file that the conversation has shown already comes again only when it has changed since.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::fmt::Write as _;
use std::ops::Range;

use protocol::context::{ContextFile, ContextHow};

use super::budget::tokens;
use super::index::{Index, Indices};
use super::outline::{OUTLINE_MAX, Outline, outline};
use super::project::{Known, Project, Source};
use super::text::Lines;
use super::{Focus, Sent, SentFile, Shown, Spot, notes, window};

/// The most of a file that does not fit whole, in bytes: about 8,000 tokens around the places that matter.
pub const WINDOW_MAX: usize = 32 * 1024;
/// Less than this is no window, in bytes.
pub const WINDOW_MIN: usize = 512;
/// The most of a large file's own outline, in bytes.
pub const FILE_OUTLINE_MAX: usize = 4 * 1024;
/// The most of a selection that is quoted, in bytes.
pub const SELECTION_MAX: usize = 8 * 1024;
/// One part in so many of the room is the outline's, and one the selection's, where there is need.
const SIDE_SHARE: usize = 6;
/// What stands around a file's text, its path apart, in bytes.
const WRAPPING: usize = 48;
/// The most that a list of such files takes, in bytes, where the room allows for it.
const LIST_MAX: usize = 2048;
/// What headings take, in bytes.
const HEADINGS: usize = 192;

/// What a message has to know to choose.
pub struct Wanted<'a> {
    pub focus: &'a Focus,
    /// Files that the words name.
    pub mentions: &'a [usize],
    /// What the carried conversation last showed of each file, by id.
    pub before: &'a HashMap<&'a str, &'a SentFile>,
    /// The visit of the newest base that is carried: the outline and the other files are there already.
    pub base: Option<u64>,
    /// This visit.
    pub visit: u64,
    /// The conventions' place, unless their rest is wanted.
    pub skip: Option<usize>,
    /// Bytes.
    pub room: usize,
}

/// What a message brings.
#[derive(Debug, Default)]
pub struct Plan {
    /// Files and outline.
    pub text: String,
    /// What is selected; goes right before the words.
    pub quote: String,
    /// What the conversation has shown with it.
    pub sent: Sent,
    /// Of which files the model knows the text, as far as they were wanted.
    pub shown: Vec<ContextFile>,
}

impl Plan {
    /// What it takes, in bytes.
    pub fn len(&self) -> usize {
        self.text.len() + self.quote.len()
    }
}

/// Chooses.
pub fn plan(project: &Project, source: &dyn Source, indices: &Indices, wanted: &Wanted<'_>) -> Plan {
    let lists = LIST_MAX.min(wanted.room / 16);
    let mut planner = Planner {
        project,
        source,
        indices,
        wanted,
        left: wanted.room.saturating_sub(3 * lists + HEADINGS),
        seen: wanted.skip.into_iter().collect(),
        unshown: Vec::new(),
        plan: Plan::default(),
        stale: Vec::new(),
        news: Vec::new(),
    };
    let quoted = planner.quote();
    let is_base = wanted.base.is_none();
    let aside = if is_base && planner.is_large() { OUTLINE_MAX.min(planner.left / SIDE_SHARE) } else { 0 };
    planner.left = planner.left.saturating_sub(aside);
    planner.asked();
    planner.changed();
    planner.others();
    if let Some(quoted) = quoted.filter(|q| !planner.plan.shown.iter().any(|s| s.path == q.path)) {
        planner.plan.shown.insert(0, quoted);
    }
    let mut tail = planner.moves(lists);
    tail.push_str(&list("Changed too, but too large to be shown again: ", &planner.stale, ", ", lists));
    tail.push_str(&list("New, but too large to be shown: ", &planner.news, ", ", lists));
    if is_base {
        let room = OUTLINE_MAX.min(planner.left + aside);
        tail.push_str(&planner.rest(room));
    }
    planner.finish(tail)
}

struct Planner<'a> {
    project: &'a Project,
    source: &'a dyn Source,
    indices: &'a Indices,
    wanted: &'a Wanted<'a>,
    left: usize,
    /// What was considered already.
    seen: HashSet<usize>,
    /// What of that had no room.
    unshown: Vec<usize>,
    plan: Plan,
    /// Paths of files that have changed and do not fit.
    stale: Vec<String>,
    /// Paths of files that came after the base and do not fit.
    news: Vec<String>,
}

impl Planner<'_> {
    /// Quotes what is selected: the first selection that is somewhere.
    fn quote(&mut self) -> Option<ContextFile> {
        let room = SELECTION_MAX.min(self.wanted.room / SIDE_SHARE);
        for Spot { file, range } in &self.wanted.focus.selections {
            let Some(known) = self.project.by_id(file).and_then(|at| self.project.get(at)) else { continue };
            let Some(((revision, text), units)) = self.source.sheet(file).zip(range.as_ref()) else { continue };
            let bytes = text.bytes_of(units);
            if bytes.is_empty() {
                continue;
            }
            let lines = if text.len() > WINDOW_MAX {
                self.indices.with(file, revision, &text, |index| index.lines().touched(&bytes))
            } else {
                Lines::of(&text).touched(&bytes)
            };
            let number = |line: usize| u32::try_from(line).unwrap_or(u32::MAX);
            let place = (number(lines.start + 1), number(lines.end));
            let quote = notes::selection(&known.path, place, &text.slice(bytes), room);
            self.left = self.left.checked_sub(quote.len())?;
            self.plan.quote.push_str(&quote);
            let (path, how) = (known.path.clone(), ContextHow::Selection);
            return Some(ContextFile { path, tokens: tokens(quote.len()), how });
        }
        None
    }

    /// Whether the project does not fit whole, or is not known well enough to tell.
    fn is_large(&self) -> bool {
        let mut all = 0;
        self.project.files().iter().any(|file| {
            all += file.facts.as_ref().map_or(self.left, |facts| facts.bytes + file.path.len() + WRAPPING);
            all > self.left
        })
    }

    /// What the person is at, what the words name, where the conversation has been: in this order.
    fn asked(&mut self) {
        let focus = self.wanted.focus;
        let at = |id: &String| self.project.by_id(id);
        let open: Vec<usize> =
            focus.open.iter().chain(focus.selections.iter().map(|s| &s.file)).filter_map(at).collect();
        let touched: Vec<usize> = focus.hunks.iter().map(|s| &s.file).filter_map(at).collect();
        for file in open {
            self.put(file, self.left / 4 * 3);
        }
        for file in self.wanted.mentions.iter().copied().chain(touched) {
            self.put(file, self.left / 2);
        }
    }

    /// What was shown before and has changed.
    fn changed(&mut self) {
        let shown = self.wanted.before.values().filter(|b| b.has_text());
        let mut changed: Vec<usize> = shown.filter_map(|b| self.project.by_id(&b.id)).collect();
        changed.sort_unstable();
        for file in changed {
            self.put(file, self.left / 2);
        }
    }

    /// Everything else as it fits, small files first. After the base, only what is new.
    fn others(&mut self) {
        let is_due = |since: u64| self.wanted.base.is_none_or(|base| since > base);
        let project = self.project;
        if !is_due(project.newest()) {
            return;
        }
        for (bytes, file) in project.by_size() {
            let Some(known) = project.get(file).filter(|known| is_due(known.since)) else { continue };
            if self.seen.contains(&file) {
                continue;
            }
            if bytes + known.path.len() + WRAPPING <= self.left {
                self.put(file, self.left);
            } else if self.wanted.base.is_some() {
                if !self.wanted.before.contains_key(known.id.as_str()) {
                    self.name(known);
                }
            } else {
                // Nothing larger fits either: the outline has them.
                return;
            }
        }
    }

    /// Only says that a file is there, once.
    fn name(&mut self, file: &Known) {
        self.news.push(file.path.clone());
        let (id, path, revision, shown) = (file.id.clone(), file.path.clone(), file.revision, Shown::Lines(Vec::new()));
        self.plan.sent.files.push(SentFile { id, path, revision, shown, bytes: 0 });
    }

    /// Brings a file, whole in `share` bytes or by the parts that matter, unless it is known as it stands.
    fn put(&mut self, at: usize, share: usize) {
        let Some(file) = self.project.get(at).filter(|_| self.seen.insert(at)) else { return };
        let before = self.wanted.before.get(file.id.as_str()).copied().filter(|b| b.has_text());
        let known = before.filter(|b| b.revision == file.revision);
        if let Some(known) = known.filter(|k| k.path != file.path) {
            // Said in a word, and not again.
            self.plan.sent.files.push(SentFile { path: file.path.clone(), ..known.clone() });
        }
        let spots = self.spots(&file.id);
        let is_plain = known.is_some_and(|k| spots.is_empty() || k.shown == Shown::Whole);
        let read = if is_plain { None } else { self.source.sheet(&file.id) };
        let part = read.and_then(|(revision, text)| {
            let places: Vec<Range<usize>> = spots.iter().map(|units| text.bytes_of(units)).collect();
            let room = share.min(self.left);
            let (body, shown) = if text.len() + file.path.len() + WRAPPING <= room {
                whole(&file.path, &text.text())
            } else {
                let part = |index: &Index| self.part(&file.path, index, &places, share, before, known.is_some());
                self.indices.with(&file.id, revision, &text, part)?
            };
            Some((revision, body, shown))
        });
        let path = file.path.clone();
        match (part, known, before) {
            (Some((revision, body, shown)), ..) => {
                let how = match shown {
                    Shown::Whole if before.is_some() => ContextHow::Changed,
                    Shown::Whole | Shown::Gone => ContextHow::Whole,
                    Shown::Lines(_) => ContextHow::Window,
                };
                self.left = self.left.saturating_sub(body.len());
                self.plan.shown.push(ContextFile { path: path.clone(), tokens: tokens(body.len()), how });
                let (id, bytes) = (file.id.clone(), body.len());
                self.plan.sent.files.push(SentFile { id, path, revision, shown, bytes });
                self.plan.text.push_str(&body);
            }
            (None, Some(known), _) => {
                let (how, tokens) = (known.how(), tokens(known.bytes));
                self.plan.shown.push(ContextFile { path, tokens, how });
            }
            (None, None, Some(_)) => self.stale.push(path),
            (None, None, None) => self.unshown.push(at),
        }
    }

    /// The parts that matter of a file that does not fit, if there is room for them, and which those are.
    fn part(
        &self,
        path: &str,
        index: &Index,
        places: &[Range<usize>],
        share: usize,
        before: Option<&SentFile>,
        is_known: bool,
    ) -> Option<(String, Shown)> {
        let room = WINDOW_MAX.min(share).checked_sub(path.len() + WRAPPING).filter(|room| *room >= WINDOW_MIN)?;
        let lines = index.lines();
        let earlier = before.map(|b| b.lines()).unwrap_or_default();
        // Parts that were shown stay shown as they change.
        let again: Vec<Range<usize>> = earlier.iter().map(|r| lines.start(r.start)..lines.start(r.end)).collect();
        let mut places = places.to_vec();
        if is_known {
            let is_covered = |bytes: &Range<usize>| {
                let touched = lines.touched(bytes);
                earlier.iter().any(|r| r.start <= touched.start && touched.end <= r.end)
            };
            places.retain(|bytes| !is_covered(bytes));
            if places.is_empty() {
                return None;
            }
        } else if places.is_empty() {
            places = again;
        }
        let names = if is_known { Cow::default() } else { index.outline(FILE_OUTLINE_MAX.min(room / 4)) };
        let shown = window::windows(&lines, &places, room - names.len());
        let mut body = format!("<file path=\"{path}\">\n{}", window::render(&lines, &shown));
        if !names.is_empty() {
            let _ = write!(body, "[outline, by line]\n{names}");
        }
        body.push_str("</file>\n\n");
        (body.len() <= self.left).then_some((body, Shown::Lines(shown)))
    }

    /// Where somebody is in a file, or the model has written; UTF-16 units, the most telling first.
    fn spots(&self, id: &str) -> Vec<Range<u32>> {
        let focus = self.wanted.focus;
        let all = focus.selections.iter().chain(&focus.carets).chain(&focus.hunks);
        all.filter(|spot| spot.file == id).filter_map(|spot| spot.range.clone()).collect()
    }

    /// Files that were shown and have another path by now, or none.
    fn moves(&mut self, room: usize) -> String {
        let mut told = Vec::new();
        let mut shown: Vec<&SentFile> = self.wanted.before.values().copied().collect();
        shown.sort_by(|a, b| a.path.cmp(&b.path));
        for before in shown.into_iter().filter(|b| b.shown != Shown::Gone) {
            match self.project.by_id(&before.id).and_then(|at| self.project.get(at)) {
                None => {
                    told.push(format!("{} is gone", before.path));
                    self.plan.sent.files.push(SentFile { shown: Shown::Gone, bytes: 0, ..before.clone() });
                }
                Some(now) if now.path != before.path => told.push(format!("{} is now {}", before.path, now.path)),
                Some(_) => {}
            }
        }
        list("", &told, "; ", room)
    }

    /// The outline of what was not brought.
    fn rest(&mut self, room: usize) -> String {
        let mut brought = self.seen.clone();
        for at in &self.unshown {
            brought.remove(at);
        }
        let near = self.wanted.focus.open.as_ref().and_then(|id| self.project.by_id(id));
        let near = near.and_then(|at| self.project.get(at)).map(|file| file.path.as_str());
        let Outline { text, named, counted } = outline(self.project, &brought, near, room);
        let sent = &mut self.plan.sent;
        (sent.base, sent.outlined, sent.left_out) = (Some(self.wanted.visit), named, counted);
        if text.is_empty() {
            return text;
        }
        format!("The rest of the project (file, lines: what it declares):\n\n{text}\n")
    }

    fn finish(mut self, tail: String) -> Plan {
        let heading = if self.project.files().len() <= self.wanted.skip.iter().len() {
            "[There are no files yet.]\n\n"
        } else if self.plan.text.is_empty() {
            ""
        } else if self.wanted.base.is_none() {
            "The files as they stand now:\n\n"
        } else {
            "Files as they stand now, in place of what was shown of them before:\n\n"
        };
        self.plan.text = [heading, &self.plan.text, &tail].concat();
        self.plan
    }
}

/// A file's whole text for the message.
fn whole(path: &str, text: &str) -> (String, Shown) {
    let newline = if text.is_empty() || text.ends_with('\n') { "" } else { "\n" };
    (format!("<file path=\"{path}\">\n{text}{newline}</file>\n\n"), Shown::Whole)
}

/// A bracketed list in about `room` bytes; what does not fit is counted.
fn list(heading: &str, all: &[String], comma: &str, room: usize) -> String {
    let mut named = String::new();
    let mut left = room.saturating_sub(heading.len() + HEADINGS / 4);
    let mut count = 0;
    for one in all {
        let Some(rest) = left.checked_sub(one.len() + comma.len()) else { break };
        left = rest;
        named.push_str(if count == 0 { "" } else { comma });
        named.push_str(one);
        count += 1;
    }
    match (count, all.len() - count) {
        (0, _) => String::new(),
        (_, 0) => format!("[{heading}{named}.]\n\n"),
        (_, more) => format!("[{heading}{named}{comma}and {more} more.]\n\n"),
    }
}

impl SentFile {
    /// How it was brought, for a person.
    pub fn how(&self) -> ContextHow {
        if matches!(self.shown, Shown::Lines(_)) { ContextHow::Window } else { ContextHow::Whole }
    }

    /// Whether any of its text was shown.
    fn has_text(&self) -> bool {
        match &self.shown {
            Shown::Whole => true,
            Shown::Lines(lines) => !lines.is_empty(),
            Shown::Gone => false,
        }
    }

    fn lines(&self) -> &[Range<usize>] {
        match &self.shown {
            Shown::Lines(lines) => lines,
            Shown::Whole | Shown::Gone => &[],
        }
    }
}
