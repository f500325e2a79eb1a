//! A history at random, against a model that keeps every text of every point whole: files that are edited, come, go,
//! come back as something else and get other paths; points that are forgotten, the oldest and any of the same name.

use document::{FileChange, ModelOp, NewFile};
use edits::smallest;
use fastrand::Rng;

use super::*;

const SEEDS: u64 = 300;
const STEPS: usize = 60;
const IDS: [&str; 4] = ["a", "b", "c", "d"];
/// Characters of one byte to four, some alike in their first bytes or their last; many newlines.
const CHARACTERS: [char; 12] = ['a', 'b', '\n', '\n', 'é', 'è', 'Ã', '文', '斆', '😀', '😁', '𝄞'];

struct Model {
    random: Rng,
    doc: Document,
    hunk: u64,
    history: History,
    start: Files,
    /// All points that were marked, oldest first, without those of a later one's name.
    points: Vec<(Point, Files)>,
}

impl Model {
    fn new(seed: u64) -> Model {
        let mut random = Rng::with_seed(seed);
        let mut doc = Document::new(1);
        let text = some_text(&mut random, 60);
        doc.seed_file("a", "a.txt", &text);
        doc.seed_file("b", "b.txt", "");
        let mut history = History::new(&doc);
        history.limits.points = random.usize(2..12);
        if random.bool() {
            history.limits.bytes = random.usize(1_000..6_000);
        }
        Model { random, start: now(&doc), doc, hunk: 0, history, points: Vec::new() }
    }

    fn step(&mut self) {
        let id = IDS[self.random.usize(..IDS.len())];
        let is_kept = self.doc.kept_files().iter().any(|file| file.id == id);
        let path = format!("{id}{}.txt", self.random.u8(..3));
        match (self.doc.text(id), self.random.u8(..10)) {
            (_, 7..) => self.mark(),
            (Some(text), 0) => self.remove(id, &text),
            (Some(_), 1) => self.hunk_in(id, 0, |hunk| vec![ModelOp::Rename { hunk, path }]),
            (Some(_), 2) => {
                let form = Form { executable: self.random.bool(), ..Form::default() };
                self.import(&[], FileChange::Form { id: id.into(), form });
            }
            (Some(text), _) => self.edit(id, &text),
            (None, 0..=2) if is_kept => self.import(&[], FileChange::Drop { id: id.into() }),
            (None, 3..) if !is_kept => {
                let text = some_text(&mut self.random, 40);
                let file = NewFile { id: id.into(), path, text, form: Form::default() };
                self.import(&[file], None);
            }
            (None, _) => {
                let blob = BlobRef { hash: format!("{:02x}", self.random.u8(..4)).repeat(32), size: 1 };
                self.import(&[], FileChange::Keep { id: id.into(), path: Some(path), blob, executable: false });
            }
        }
    }

    fn edit(&mut self, id: &str, text: &str) {
        let bounds: Vec<usize> = text.char_indices().map(|(at, _)| at).chain([text.len()]).collect();
        let from = self.random.usize(..bounds.len());
        let to = (from + self.random.usize(..6)).min(bounds.len() - 1);
        let new = some_text(&mut self.random, 5);
        self.hunk += 1;
        replace(&mut self.doc, self.hunk, id, bounds[from]..bounds[to], &new);
    }

    fn remove(&mut self, id: &str, text: &str) {
        let len = text.encode_utf16().count() as u32;
        self.hunk_in(id, len, |hunk| {
            let delete = (len > 0).then_some(ModelOp::Delete { hunk, len });
            delete.into_iter().chain([ModelOp::Remove { hunk }]).collect()
        });
        assert_eq!(self.doc.text(id), None);
    }

    fn hunk_in(&mut self, id: &str, len: u32, ops: impl FnOnce(u64) -> Vec<ModelOp>) {
        self.hunk += 1;
        let (hunk, revision) = (self.hunk, self.doc.revision(id).unwrap());
        let mut all = vec![ModelOp::Place { hunk, file: id.into(), revision, start: 0, len }];
        all.extend(ops(hunk));
        all.push(ModelOp::Close { hunk });
        self.doc.apply(hunk, &all);
    }

    fn import(&mut self, files: &[NewFile], change: impl Into<Option<FileChange>>) {
        self.hunk += 1;
        let changes: Vec<FileChange> = change.into().into_iter().collect();
        assert!(self.doc.import(self.hunk, self.hunk, files, &[], &changes).message.is_some() || files.is_empty());
    }

    fn mark(&mut self) {
        let point = segment(self.random.usize(..16));
        self.history.mark(point.clone(), &self.doc);
        self.points.retain(|(known, _)| *known != point);
        self.points.push((point, now(&self.doc)));
        self.check();
    }

    fn check(&mut self) {
        let kept = self.history.points.len();
        let limits = &self.history.limits;
        assert!(kept == 1 || (kept <= limits.points && self.history.bytes <= limits.bytes));
        assert_eq!(self.history.bytes, self.history.tracks.values().map(Track::weight).sum::<usize>());
        let forgotten = self.points.len() - kept;
        for (point, _) in self.points.drain(..forgotten) {
            assert_eq!(self.history.at(&point), None);
        }
        let all: Vec<(&Point, &Files)> = [(&Point::Start, &self.start)]
            .into_iter()
            .chain(self.points.iter().map(|(at, files)| (at, files)))
            .collect();
        for (point, files) in &all {
            assert_eq!(self.history.at(point).as_ref(), Some(*files));
        }
        for _ in 0..4 {
            let [from, to] = [(); 2].map(|()| all[self.random.usize(..all.len())]);
            assert_eq!(self.history.differences(from.0, to.0), Some(differences(from.1, to.1)));
            for id in IDS {
                let text = |files: &Files| files.get(id).map_or_else(String::new, |saved| saved.text.to_string());
                let (old, new) = (text(from.1), text(to.1));
                let changed = self.history.changed_between(from.0, to.0, id).unwrap();
                let (was, is) = changed.first().cloned().unwrap_or_default();
                assert_eq!((smallest(&was, &is), changed.len() <= 1), (smallest(&old, &new), true));
            }
        }
    }
}

fn some_text(random: &mut Rng, most: usize) -> String {
    (0..random.usize(..=most)).map(|_| CHARACTERS[random.usize(..CHARACTERS.len())]).collect()
}

#[test]
fn every_point_that_is_kept_is_what_it_was() {
    for seed in 0..SEEDS {
        // Shown when it fails.
        println!("seed {seed}");
        let mut model = Model::new(seed);
        for _ in 0..STEPS {
            model.step();
        }
    }
}
