//! The engine's actions, hunk by hunk, on files in memory.
//!
//! Owns what a hunk may do to which file and what is said of it. Knows nothing of the disk.

use edits::testing::Impossible;
use edits::{Action, Engine, FileView, Format, Hint, Located, Resolution, Wanted};

use super::draft::Draft;
use super::files::{Files, Source};
use super::path;
use super::report::{Failure, Hunk, Kind, Outcome, Reason, Report, Syntax};
use super::text::FileText;

/// A run over one output.
pub struct Run<'s, S> {
    engine: Engine,
    files: Files<'s, S>,
    hunks: Vec<Hunk>,
    /// The hunk that is being applied, from its place on.
    open: Option<Open>,
    /// How far the patch has come in its file: chunks come in the file's order.
    passed: Option<Passed>,
}

/// A hunk with its place.
struct Open {
    path: String,
    /// The file as the hunks before it left it.
    text: FileText,
    draft: Draft,
    start: u32,
    then: Then,
}

/// What becomes of the file once the hunk is whole.
enum Then {
    Write,
    Remove,
    Rename(String),
}

struct Passed {
    path: String,
    /// UTF-16 units.
    end: u32,
}

impl<'s, S: Source> Run<'s, S> {
    /// A run over the files of a source.
    pub fn new(source: &'s S, format: Option<Format>) -> Self {
        Run {
            engine: Engine::with_format(format),
            files: Files::new(source),
            hunks: Vec::new(),
            open: None,
            passed: None,
        }
    }

    /// Takes the next piece of the output.
    pub fn push(&mut self, piece: &str) -> Result<(), Impossible> {
        let actions = self.engine.push(piece);
        self.follow(actions)
    }

    /// The output is complete.
    pub fn finish(mut self) -> Result<(Report, Files<'s, S>), Impossible> {
        let actions = self.engine.finish();
        self.follow(actions)?;
        Ok((Report::new(self.hunks), self.files))
    }

    fn follow(&mut self, mut actions: Vec<Action>) -> Result<(), Impossible> {
        loop {
            let mut resolution = None;
            for action in actions {
                match action {
                    Action::Locate { path, wanted, .. } => resolution = Some(self.locate(&path, &wanted)?),
                    action => self.act(action)?,
                }
            }
            let Some(resolution) = resolution else { return Ok(()) };
            actions = self.engine.resolve(resolution);
        }
    }

    fn act(&mut self, action: Action) -> Result<(), Impossible> {
        match action {
            Action::Open { offset, path, why, format, kind, .. } => {
                let file = path::normal(&path).to_owned();
                if format != Format::Patch || self.passed.as_ref().is_some_and(|passed| passed.path != file) {
                    self.passed = None;
                }
                self.hunks.push(opened(offset, file, why, format, kind));
            }
            Action::Keep { len, .. } => self.draft()?.keep(len)?,
            Action::Delete { len, .. } => self.draft()?.delete(len)?,
            Action::Insert { text, .. } => self.draft()?.insert(&text),
            Action::Remove { .. } => self.then(Then::Remove),
            Action::Rename { to, .. } => self.then(Then::Rename(path::normal(&to).to_owned())),
            Action::Close { counts, .. } => {
                let Some(mut open) = self.open.take() else { return Ok(()) };
                open.draft.finish();
                let applied = self.close(open);
                let Some(hunk) = self.hunks.last_mut() else { return Ok(()) };
                match applied {
                    Ok(outcome) => {
                        (hunk.outcome, hunk.reason, hunk.message) = (outcome, None, None);
                        (hunk.added, hunk.removed) = (counts.added, counts.removed);
                    }
                    Err(failure) => hunk.fail(failure),
                }
            }
            Action::Fail { reason, .. } => {
                self.open = None;
                self.fail(Failure::malformed(reason));
            }
            Action::Locate { .. } => {}
        }
        Ok(())
    }

    /// Puts a whole hunk's result in place of what it was made from.
    fn close(&mut self, mut open: Open) -> Result<Outcome, Failure> {
        let changed = open.draft.changed();
        let place = open.draft.place();
        let mut outcome = Outcome::Applied;
        match open.then {
            Then::Remove => self.files.remove(&open.path),
            Then::Rename(to) => {
                self.files.rename(&open.path, &to);
                self.passed = None;
                return Ok(outcome);
            }
            Then::Write => {
                let creates = self.hunks.last().is_some_and(|hunk| hunk.kind == Kind::Create);
                if changed || creates {
                    open.text.splice(&open.draft);
                    self.files.put(&open.path, open.text)?;
                } else {
                    outcome = Outcome::Unchanged;
                }
                let is_chunk = self.hunks.last().is_some_and(|hunk| hunk.format == Syntax::Patch);
                self.passed = is_chunk.then(|| Passed { end: open.draft.end(open.start), path: open.path });
            }
        }
        if let Some(hunk) = self.hunks.last_mut() {
            hunk.place = Some(place);
        }
        Ok(outcome)
    }

    /// Finds the hunk's place, or says why it has none.
    fn locate(&mut self, path: &str, wanted: &Wanted) -> Result<Resolution, Impossible> {
        match self.find(path, wanted) {
            Ok((path, text, place)) => {
                let draft = Draft::new(&text, &place)?;
                self.open = Some(Open { path, text, draft, start: place.start, then: Then::Write });
                Ok(Resolution::Placed(place))
            }
            Err(failure) => {
                self.fail(failure);
                Ok(Resolution::Skip)
            }
        }
    }

    fn find(&mut self, path: &str, wanted: &Wanted) -> Result<(String, FileText, edits::Place), Failure> {
        if !matches!(wanted, Wanted::Chunk { follows: true, .. }) {
            self.passed = None;
        }
        let hint = Hint { after: self.passed.as_ref().map(|passed| passed.end) };
        let (name, file) = self.files.get(path)?;
        let name = name.to_owned();
        let Some(text) = file.cloned() else {
            let creates = matches!(wanted, Wanted::Whole) || matches!(wanted, Wanted::Text(old) if old.is_empty());
            if !creates {
                return Err(Failure { reason: Reason::NoSuchFile, message: format!("There is no file {name}.") });
            }
            self.is(Kind::Create);
            return Ok((name, FileText::default(), edits::Place { start: 0, old: String::new(), reindent: None }));
        };
        match wanted {
            Wanted::Move { to } => self.may_move_to(&name, to)?,
            Wanted::Delete => self.is(Kind::Delete),
            Wanted::Text(_) | Wanted::Whole | Wanted::Chunk { .. } => self.is(Kind::Edit),
        }
        let fills = matches!(wanted, Wanted::Text(old) if old.is_empty());
        if fills && !text.text().trim().is_empty() {
            let message = format!("{name} has text already, and the old text is empty.");
            return Err(Failure { reason: Reason::FileNotEmpty, message });
        }
        match edits::find(&FileView { text: text.text() }, wanted, hint) {
            Located::Found(place) => Ok((name, text, place)),
            Located::Ambiguous { count } => Err(Failure {
                reason: Reason::Ambiguous,
                message: format!("The old text is in {name} {count} times; more lines would tell which."),
            }),
            Located::Absent { closest_line } => {
                let closest = closest_line.map(|line| format!("; the closest is at line {line}")).unwrap_or_default();
                let message = format!("The old text is not in {name}{closest}.");
                Err(Failure { reason: Reason::Unresolved, message })
            }
        }
    }

    fn may_move_to(&mut self, from: &str, to: &str) -> Result<(), Failure> {
        self.is(Kind::Move);
        if let Some(hunk) = self.hunks.last_mut() {
            hunk.moved_to = Some(path::normal(to).to_owned());
        }
        let (to, there) = self.files.get(to)?;
        if to == from {
            let message = format!("{from} would be moved to where it is.");
            return Err(Failure { reason: Reason::BadPath, message });
        }
        match there.filter(|there| !there.text().is_empty()) {
            Some(_) => {
                Err(Failure { reason: Reason::FileNotEmpty, message: format!("{to} is there already, and has text.") })
            }
            None => Ok(()),
        }
    }

    fn draft(&mut self) -> Result<&mut Draft, Impossible> {
        self.open.as_mut().map(|open| &mut open.draft).ok_or(Impossible::PastEnd)
    }

    fn then(&mut self, then: Then) {
        if let Some(open) = &mut self.open {
            open.then = then;
        }
    }

    fn is(&mut self, kind: Kind) {
        if let Some(hunk) = self.hunks.last_mut() {
            hunk.kind = kind;
        }
    }

    fn fail(&mut self, failure: Failure) {
        if let Some(hunk) = self.hunks.last_mut() {
            hunk.fail(failure);
        }
    }
}

/// A hunk of which nothing is known but its opening: one that never gets further has no end.
fn opened(offset: u32, file: String, why: String, format: Format, kind: edits::Kind) -> Hunk {
    let mut hunk = Hunk {
        offset,
        format: format.into(),
        file,
        kind: kind.into(),
        moved_to: None,
        why,
        outcome: Outcome::Failed,
        reason: None,
        message: None,
        added: 0,
        removed: 0,
        place: None,
    };
    hunk.fail(Failure::malformed(edits::Malformed::Unterminated));
    hunk
}
