//! Files that a stream is applied to, through the engine: what a caller has to do, as plainly as it can be done.

use std::collections::BTreeMap;

use super::{Applier, Impossible};
use crate::action::{Action, Counts, FileView, Format, HunkIndex, Kind, Malformed, Place, Resolution, Wanted};
use crate::engine::Engine;
use crate::locate::{Hint, Located, find};

/// Files, an engine, and what became of the hunks.
#[derive(Debug, Default)]
pub struct Folder {
    /// Texts by path.
    pub files: BTreeMap<String, String>,
    /// In the engine's order.
    pub hunks: Vec<Hunk>,
    /// Everything that the engine said.
    pub actions: Vec<Action>,
    engine: Engine,
    /// The file of the open hunk, as it stands.
    open: Option<(String, Applier)>,
    /// Where the last hunk ended: V4A searches forward from there.
    after: Option<(String, u32)>,
}

/// What is known of a hunk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hunk {
    /// Its file, as the model wrote it.
    pub path: String,
    /// Its reason.
    pub why: String,
    /// Its syntax.
    pub format: Format,
    /// What it does.
    pub kind: Kind,
    /// What became of it.
    pub outcome: Outcome,
}

/// What became of a hunk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It is still coming.
    Open,
    /// It is whole.
    Applied(Counts),
    /// It could not be read, or broke off.
    Failed(Malformed),
    /// Its old text is nowhere.
    Absent,
    /// Its old text is in several places.
    Ambiguous(u32),
    /// There is no such file.
    NoFile,
    /// It would create a file that has text.
    NotEmpty,
}

impl Folder {
    /// These files, and an engine that reads one syntax or all.
    pub fn new<'a>(files: impl IntoIterator<Item = (&'a str, &'a str)>, format: Option<Format>) -> Self {
        let files = files.into_iter().map(|(path, text)| (path.to_owned(), text.to_owned())).collect();
        Self { files, engine: Engine::with_format(format), ..Self::default() }
    }

    /// Takes a piece of a stream.
    pub fn push(&mut self, text: &str) -> Result<(), Impossible> {
        let actions = self.engine.push(text);
        self.follow(actions)
    }

    /// The stream has ended by itself.
    pub fn finish(&mut self) -> Result<(), Impossible> {
        let actions = self.engine.finish();
        self.follow(actions)
    }

    /// The stream was cut off.
    pub fn cut(&mut self) -> Result<(), Impossible> {
        let actions = self.engine.cut();
        self.follow(actions)
    }

    fn follow(&mut self, mut actions: Vec<Action>) -> Result<(), Impossible> {
        loop {
            let mut resolution = None;
            for action in actions {
                self.act(&action, &mut resolution)?;
                self.actions.push(action);
            }
            let Some(resolution) = resolution else {
                return Ok(());
            };
            actions = self.engine.resolve(resolution);
        }
    }

    fn act(&mut self, action: &Action, resolution: &mut Option<Resolution>) -> Result<(), Impossible> {
        match action {
            Action::Open { path, why, format, kind, .. } => {
                let (path, why) = (path.clone(), why.clone());
                self.hunks.push(Hunk { path, why, format: *format, kind: *kind, outcome: Outcome::Open });
            }
            Action::Locate { hunk, path, wanted } => *resolution = Some(self.locate(*hunk, path, wanted)),
            Action::Keep { .. } | Action::Delete { .. } | Action::Insert { .. } => {
                if let Some((path, applier)) = &mut self.open {
                    applier.act(action)?;
                    self.files.insert(path.clone(), applier.text());
                }
            }
            Action::Remove { .. } => {
                if let Some((path, _)) = self.open.take() {
                    self.files.remove(&path);
                }
            }
            Action::Rename { to, .. } => {
                let text = self.open.take().and_then(|(path, _)| self.files.remove(&path));
                self.files.extend(text.map(|text| (to.clone(), text)));
            }
            Action::Close { hunk, counts } => {
                self.after = self.open.take().map(|(path, applier)| (path, applier.cursor()));
                self.outcome(*hunk, Outcome::Applied(*counts));
            }
            Action::Fail { hunk, reason } => {
                self.open = None;
                self.outcome(*hunk, Outcome::Failed(*reason));
            }
        }
        Ok(())
    }

    fn locate(&mut self, hunk: HunkIndex, path: &str, wanted: &Wanted) -> Resolution {
        let creates = *wanted == Wanted::Whole || *wanted == Wanted::Text(String::new());
        let after = self.after.take().filter(|(file, _)| file == path).map(|(_, after)| after);
        let is_chunk = matches!(wanted, Wanted::Chunk { .. });
        let hint = Hint { after: after.filter(|_| is_chunk) };
        let outcome = match self.files.get(path) {
            None if creates => {
                self.files.insert(path.to_owned(), String::new());
                Ok(Place { start: 0, old: String::new(), reindent: None })
            }
            None => Err(Outcome::NoFile),
            Some(text) => match find(&FileView { text }, wanted, hint) {
                Located::Found(place) => Ok(place),
                Located::Ambiguous { count } => Err(Outcome::Ambiguous(count)),
                Located::Absent { .. } if creates => Err(Outcome::NotEmpty),
                Located::Absent { .. } => Err(Outcome::Absent),
            },
        };
        match outcome {
            Ok(place) => {
                let mut applier = Applier::new(self.files.get(path).map_or("", String::as_str));
                applier.place(&place);
                self.open = Some((path.to_owned(), applier));
                Resolution::Placed(place)
            }
            Err(outcome) => {
                self.outcome(hunk, outcome);
                Resolution::Skip
            }
        }
    }

    fn outcome(&mut self, hunk: HunkIndex, outcome: Outcome) {
        let hunk = usize::try_from(hunk).ok().and_then(|hunk| self.hunks.get_mut(hunk));
        if let Some(hunk) = hunk {
            hunk.outcome = outcome;
        }
    }
}
