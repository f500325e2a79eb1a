//! One case: its folder read, and run in a folder of its own.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use midstream::apply::report::{Failure, Hunk};
use midstream::apply::{FileText, Options, Source, apply, plan};
use serde_json::Value;

/// The files of a folder: path to bytes.
pub type Files = BTreeMap<String, Vec<u8>>;

/// One case.
pub struct Case {
    /// Its folder's name.
    pub name: String,
    /// What it is and where it is seen.
    pub about: String,
    /// The files that the model saw.
    pub before: Files,
    /// What the model wrote.
    pub output: String,
    /// The files that have to come of it.
    pub after: Files,
    /// What has to become of each hunk: every field that is given.
    pub hunks: Value,
    /// What has to change before the case is as it should be; it must not be so yet.
    pub awaits: Option<String>,
}

/// How the output is cut into pieces.
#[derive(Clone, Copy, Debug)]
pub enum Chunking {
    /// Not at all.
    Whole,
    /// After every character.
    Characters,
    /// About every seven bytes.
    SevenBytes,
}

/// What came of a run.
pub struct Run {
    /// The files.
    pub files: Files,
    /// The report, as `--json` prints it.
    pub report: Value,
}

/// Where the cases are.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus")
}

impl Case {
    /// All of them, by name.
    pub fn all() -> Result<Vec<Case>> {
        let mut all = Vec::new();
        for entry in fs::read_dir(root())? {
            let entry = entry?;
            if entry.file_type()?.is_dir() {
                let name = entry.file_name().to_string_lossy().into_owned();
                all.push(Case::read(&entry.path(), name.clone()).with_context(|| format!("the case {name}"))?);
            }
        }
        all.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(all)
    }

    fn read(folder: &Path, name: String) -> Result<Case> {
        for entry in fs::read_dir(folder)? {
            let part = entry?.file_name().to_string_lossy().into_owned();
            let known = ["about.md", "before", "output.md", "after", "report.json"].contains(&part.as_str());
            ensure!(known, "{part} is no part of a case");
        }
        let text = |part: &str| fs::read_to_string(folder.join(part)).with_context(|| part.to_owned());
        let before = files(&folder.join("before"))?;
        let after = if folder.join("after").exists() { files(&folder.join("after"))? } else { before.clone() };
        let mut report: Value = serde_json::from_str(&text("report.json")?).context("report.json")?;
        let hunks = report["hunks"].take();
        ensure!(hunks.is_array(), "report.json has no list of hunks");
        let awaits = report["awaits"].as_str().map(str::to_owned);
        Ok(Case { name, about: text("about.md")?, before, output: text("output.md")?, after, hunks, awaits })
    }

    /// Applies the output to the files.
    pub fn run(&self, chunking: Chunking) -> Result<Run> {
        self.run_with(chunking, Options::default())
    }

    /// The same, without writing.
    pub fn dry_run(&self) -> Result<Run> {
        self.run_with(Chunking::Whole, Options { dry_run: true, ..Options::default() })
    }

    /// What becomes of the hunks when the output ends there, in memory.
    pub fn cut_at(&self, end: usize) -> Result<Vec<Hunk>> {
        let (report, _) = plan(&Memory(&self.before), self.output.get(..end), None)?;
        Ok(report.hunks)
    }

    fn run_with(&self, chunking: Chunking, options: Options) -> Result<Run> {
        let folder = Folder::with(&self.before)?;
        let report = apply(&folder.0, chunking.cut(&self.output), &options)?;
        Ok(Run { files: files(&folder.0)?, report: serde_json::to_value(report)? })
    }
}

impl Chunking {
    fn cut(self, text: &str) -> Vec<&str> {
        let least = match self {
            Chunking::Whole => text.len(),
            Chunking::Characters => 1,
            Chunking::SevenBytes => 7,
        };
        let mut pieces = Vec::new();
        let mut rest = text;
        while !rest.is_empty() {
            let end = (least..rest.len()).find(|at| rest.is_char_boundary(*at)).unwrap_or(rest.len());
            let (piece, after) = rest.split_at(end);
            pieces.push(piece);
            rest = after;
        }
        pieces
    }
}

/// The files of a case without a disk.
struct Memory<'a>(&'a Files);

impl Source for Memory<'_> {
    fn load(&self, path: &str) -> std::result::Result<Option<FileText>, Failure> {
        Ok(self.0.get(path).and_then(|bytes| FileText::decode(bytes.clone())))
    }
}

/// A folder of its own under the system's one for such; gone when dropped.
struct Folder(PathBuf);

impl Folder {
    fn with(files: &Files) -> Result<Folder> {
        let path = std::env::temp_dir().join(format!("midstream-corpus-{:016x}", fastrand::u64(..)));
        fs::create_dir_all(&path)?;
        let folder = Folder(path);
        for (path, bytes) in files {
            let path = folder.0.join(path);
            fs::create_dir_all(path.parent().context("a file is in a folder")?)?;
            fs::write(path, bytes)?;
        }
        Ok(folder)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// All files under a folder; none when there is no such folder.
fn files(folder: &Path) -> Result<Files> {
    let mut found = Files::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop().filter(|next| next.exists()) {
        for entry in fs::read_dir(next)? {
            let path = entry?.path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let name = path.strip_prefix(folder)?.to_string_lossy().into_owned();
                found.insert(name, fs::read(&path)?);
            }
        }
    }
    Ok(found)
}
