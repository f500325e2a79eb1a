//! What requests remember of a session's files from one to the next, so that a large project is read once and not
//! once per request: sizes and outlines, by file and revision. Texts stay where they are.

use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ops::{Add, Sub};
use std::sync::Arc;

use document::{Document, FileInfo, Sheet};

use super::symbols;

/// The most text that one request reads for outlines, in bytes, the file apart that crosses it: about a millisecond.
/// What is left is listed by its path alone, until it is read in turn.
pub const SCAN_MAX: usize = 512 * 1024;
/// A file this large whose outline is out of date is left to a quiet moment, in bytes.
const RESCAN_MAX: usize = 64 * 1024;

/// Where files come from.
pub trait Source {
    /// All of them, by id.
    fn list(&self) -> Vec<FileInfo>;
    /// Another number whenever a file comes, goes or gets another path.
    fn table(&self) -> u64;
    /// The newest revision of any.
    fn last_revision(&self) -> u64;
    /// Those whose text has changed since the newest revision was this, and maybe others, each with its revision.
    fn changed_since(&self, revision: u64) -> Vec<(&str, u64)>;
    /// One's revision and text.
    fn read(&self, id: &str) -> Option<(u64, Arc<str>)>;
    /// The same, in pieces that it shares with what was read before.
    fn sheet(&self, id: &str) -> Option<(u64, Sheet)> {
        self.read(id).map(|(revision, text)| (revision, Sheet::from(text)))
    }
}

impl Source for Document {
    fn list(&self) -> Vec<FileInfo> {
        self.files()
    }

    fn table(&self) -> u64 {
        Document::table(self)
    }

    fn last_revision(&self) -> u64 {
        Document::last_revision(self)
    }

    fn changed_since(&self, revision: u64) -> Vec<(&str, u64)> {
        Document::changed_since(self, revision).collect()
    }

    fn read(&self, id: &str) -> Option<(u64, Arc<str>)> {
        self.view(id)
    }

    fn sheet(&self, id: &str) -> Option<(u64, Sheet)> {
        Document::sheet(self, id)
    }
}

/// All files, as far as they are known.
#[derive(Debug, Default)]
pub struct Project {
    /// By id.
    files: Vec<Known>,
    /// By path as it is shown.
    by_path: HashMap<String, usize>,
    /// The places of those of which not all is known as it stands.
    due: BTreeSet<usize>,
    /// The places of those that were read, smallest first.
    by_size: BTreeSet<(usize, usize)>,
    /// By folder, once somebody asks.
    folders: OnceCell<Folders>,
    /// How often it was looked at.
    visits: u64,
    /// The visit that first saw the newest file.
    newest: u64,
    /// The source's number for which files there are.
    table: Option<u64>,
    /// The source's newest revision then.
    revision: u64,
}

/// A file.
#[derive(Debug)]
pub struct Known {
    /// Its id.
    pub id: String,
    /// Its path as it is shown: `name (2)` where an earlier file has the same one.
    pub path: String,
    /// The revision of its text.
    pub revision: u64,
    /// The visit that first saw it.
    pub since: u64,
    /// What was read of it, maybe in an older revision.
    pub facts: Option<Facts>,
}

/// All folders.
#[derive(Debug, Default)]
pub struct Folders {
    /// By path.
    pub all: Vec<Folder>,
    /// The place of each file's own.
    of: Vec<usize>,
}

/// The files of one folder.
#[derive(Debug, Default)]
pub struct Folder {
    /// Its path; empty: the root.
    pub path: String,
    /// Their places, by path.
    pub files: Vec<usize>,
    /// What they take in an outline.
    pub size: Size,
}

/// What files take in an outline, in bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Size {
    /// With what they declare.
    pub full: usize,
    /// With their names alone.
    pub bare: usize,
}

/// What an outline says of a file.
#[derive(Debug)]
pub struct Facts {
    revision: u64,
    /// Its size.
    pub bytes: usize,
    /// How many lines it has.
    pub lines: u32,
    /// What it declares.
    pub names: String,
}

impl Project {
    /// Looks at the files anew. Returns the visit's number.
    pub fn visit(&mut self, source: &dyn Source) -> u64 {
        self.visits += 1;
        let table = Some(source.table());
        if self.table == table {
            for (id, revision) in source.changed_since(self.revision) {
                if let Some(at) = self.by_id(id)
                    && let Some(known) = self.files.get_mut(at)
                {
                    known.revision = revision;
                    self.due.insert(at);
                }
            }
        } else {
            self.take(source.list());
            self.table = table;
        }
        self.revision = source.last_revision();
        self.visits
    }

    /// Reads what is not yet known, as far as `most` bytes go; with `thorough`, large files that changed as well.
    /// Returns whether all is known.
    pub fn read(&mut self, source: &dyn Source, most: usize, thorough: bool) -> bool {
        let mut read = 0;
        let mut due = std::mem::take(&mut self.due).into_iter();
        let mut is_whole = true;
        for at in due.by_ref() {
            let Some(file) = self.files.get_mut(at) else { continue };
            if file.facts.as_ref().is_some_and(|facts| facts.revision == file.revision) {
                continue;
            }
            let is_large = file.facts.as_ref().is_some_and(|facts| facts.bytes > RESCAN_MAX);
            if is_large && !thorough {
                self.due.insert(at);
                continue;
            }
            if read >= most {
                self.due.insert(at);
                is_whole = false;
                break;
            }
            let facts = if is_large { Facts::of_sheet(source, &file.id) } else { Facts::of_text(source, &file.id) };
            read += facts.as_ref().map_or(1, |facts| facts.bytes.max(1));
            self.know(at, facts);
        }
        self.due.extend(due);
        is_whole
    }

    /// Takes down what was read of a file.
    fn know(&mut self, at: usize, facts: Option<Facts>) {
        let Some(file) = self.files.get_mut(at) else { return };
        let before = (file.facts.as_ref().map(|facts| facts.bytes), file.size());
        file.facts = facts;
        if let Some(bytes) = before.0 {
            self.by_size.remove(&(bytes, at));
        }
        self.by_size.extend(file.facts.as_ref().map(|facts| (facts.bytes, at)));
        if let Some(folder) = self.folders.get_mut().and_then(|folders| folders.all.get_mut(*folders.of.get(at)?)) {
            folder.size = folder.size - before.1 + file.size();
        }
    }

    /// All files by folder, in the order of their paths.
    pub fn folders(&self) -> &Folders {
        self.folders.get_or_init(|| {
            let mut by_path: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
            for (at, file) in self.files.iter().enumerate() {
                by_path.entry(file.folder()).or_default().push(at);
            }
            let mut folders = Folders { all: Vec::new(), of: vec![0; self.files.len()] };
            for (path, mut files) in by_path {
                files.sort_by_key(|at| self.files.get(*at).map(|file| file.path.as_str()));
                let mut size = Size::default();
                for at in &files {
                    size = size + self.files.get(*at).map(Known::size).unwrap_or_default();
                    if let Some(of) = folders.of.get_mut(*at) {
                        *of = folders.all.len();
                    }
                }
                folders.all.push(Folder { path: path.to_owned(), files, size });
            }
            folders
        })
    }

    /// The places of those that were read with their sizes, smallest first.
    pub fn by_size(&self) -> impl Iterator<Item = (usize, usize)> {
        self.by_size.iter().copied()
    }

    /// The visit that first saw the newest file.
    pub fn newest(&self) -> u64 {
        self.newest
    }

    /// All files, by id.
    pub fn files(&self) -> &[Known] {
        &self.files
    }

    /// A file by its place.
    pub fn get(&self, at: usize) -> Option<&Known> {
        self.files.get(at)
    }

    /// The place of a file by its id.
    pub fn by_id(&self, id: &str) -> Option<usize> {
        self.files.binary_search_by(|file| file.id.as_str().cmp(id)).ok()
    }

    /// The place of the file of exactly that path.
    pub fn at_path(&self, path: &str) -> Option<usize> {
        self.by_path.get(path).copied()
    }

    /// The place of the file of that path, or of the only one whose path ends with it.
    pub fn named(&self, name: &str) -> Option<usize> {
        if name.is_empty() {
            return None;
        }
        if let Some(at) = self.at_path(name) {
            return Some(at);
        }
        let ends = |file: &Known| file.path.strip_suffix(name).is_some_and(|folder| folder.ends_with('/'));
        let mut found = self.files.iter().enumerate().filter(|(_, file)| ends(file)).map(|(at, _)| at);
        let first = found.next()?;
        found.next().is_none().then_some(first)
    }

    fn take(&mut self, listing: Vec<FileInfo>) {
        let mut before: HashMap<String, Known> = self.files.drain(..).map(|f| (f.id.clone(), f)).collect();
        let mut seen: HashMap<String, u32> = HashMap::new();
        for info in listing {
            let namesakes = seen.entry(info.path.clone()).or_default();
            *namesakes += 1;
            let path = if *namesakes > 1 { format!("{} ({namesakes})", info.path) } else { info.path };
            let (since, facts) = before.remove(&info.id).map_or((self.visits, None), |f| (f.since, f.facts));
            self.files.push(Known { id: info.id, path, revision: info.revision, since, facts });
        }
        self.files.sort_by(|a, b| a.id.cmp(&b.id));
        self.by_path = self.files.iter().enumerate().map(|(at, file)| (file.path.clone(), at)).collect();
        self.due = (0..self.files.len()).collect();
        let sized = |(at, file): (usize, &Known)| Some((file.facts.as_ref()?.bytes, at));
        self.by_size = self.files.iter().enumerate().filter_map(sized).collect();
        self.newest = self.files.iter().map(|file| file.since).max().unwrap_or_default();
        self.folders = OnceCell::new();
    }
}

impl Known {
    /// The folder it is in; empty: the root.
    pub fn folder(&self) -> &str {
        self.path.rsplit_once('/').map_or("", |(folder, _)| folder)
    }

    /// Its name in its folder.
    pub fn name(&self) -> &str {
        self.path.rsplit_once('/').map_or(&self.path, |(_, name)| name)
    }
}

impl Folders {
    /// A file's own, by place.
    pub fn of(&self, file: usize) -> Option<usize> {
        self.of.get(file).copied()
    }
}

impl Add for Size {
    type Output = Size;

    fn add(self, other: Size) -> Size {
        Size { full: self.full + other.full, bare: self.bare + other.bare }
    }
}

impl Sub for Size {
    type Output = Size;

    fn sub(self, other: Size) -> Size {
        Size { full: self.full - other.full, bare: self.bare - other.bare }
    }
}

impl Facts {
    fn of_text(source: &dyn Source, id: &str) -> Option<Facts> {
        let (revision, text) = source.read(id)?;
        let (lines, names) = symbols::summary(&text);
        Some(Facts { revision, bytes: text.len(), lines, names })
    }

    fn of_sheet(source: &dyn Source, id: &str) -> Option<Facts> {
        let (revision, text) = source.sheet(id)?;
        let (lines, names) = symbols::summary_of(&text);
        Some(Facts { revision, bytes: text.len(), lines, names })
    }
}

#[cfg(test)]
impl Project {
    /// A project of empty files, the path as id.
    pub fn of(paths: &[&str]) -> Project {
        let mut project = Project::default();
        let info = |path: &&str| FileInfo { id: (*path).to_owned(), path: (*path).to_owned(), revision: 1 };
        project.take(paths.iter().map(info).collect());
        project
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::Disk;
    use super::*;

    #[test]
    fn a_text_is_read_once_per_revision_and_large_ones_in_turn() {
        let mut disk = Disk::of(&[("a", "fn a() {}\n"), ("b", &"x\n".repeat(RESCAN_MAX))]);
        let mut project = Project::default();
        project.visit(&disk);
        assert!(!project.read(&disk, 1, false), "the second one waits");
        assert!(project.read(&disk, 1, false));
        assert_eq!(disk.reads(), 2);
        project.visit(&disk);
        assert!(project.read(&disk, 1, false));
        assert_eq!(disk.reads(), 2, "nothing changed");
        disk.write("a", "fn b() {}\n");
        disk.write("b", &"y\n".repeat(RESCAN_MAX));
        project.visit(&disk);
        assert!(project.read(&disk, SCAN_MAX, false));
        assert_eq!(disk.reads(), 3, "the large one waits for a quiet moment");
        assert_eq!(project.files()[0].facts.as_ref().unwrap().names, "fn b");
        assert!(project.read(&disk, SCAN_MAX, true));
        assert_eq!(disk.reads(), 4);
    }

    #[test]
    fn files_of_one_path_are_told_apart_and_new_ones_are_known_as_new() {
        let mut disk = Disk::of(&[("1", "")]);
        disk.rename("1", "a");
        let mut project = Project::default();
        assert_eq!(project.visit(&disk), 1);
        disk.write("2", "");
        disk.rename("2", "a");
        assert_eq!(project.visit(&disk), 2);
        let shown: Vec<(&str, u64)> = project.files().iter().map(|f| (f.path.as_str(), f.since)).collect();
        assert_eq!(shown, [("a", 1), ("a (2)", 2)]);
        assert_eq!((project.named("a (2)"), project.by_id("2"), project.by_id("3")), (Some(1), Some(1), None));
    }
}
