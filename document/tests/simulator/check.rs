//! What has to hold at the end of a run, and the stated edges that are counted instead.

use std::collections::{BTreeMap, HashMap, HashSet};

use crate::person::Person;
use crate::world::{Owner, World};

/// Runs in which a stated edge was met.
#[derive(Clone, Copy, Debug, Default)]
pub struct Edges {
    /// Text typed into text that the model had just deleted stands beside it after a roll-back.
    pub order: u64,
    /// The same in a file of the model's, which a roll-back may have taken away and a person's typing in flight
    /// brought back.
    pub revived_order: u64,
    /// The model and a person deleted the same text, the person's deletion came in a full sync, and the roll-back
    /// brought the text back; or the file with the text was taken away meanwhile, and came back.
    pub whose_deletion: u64,
    /// Text typed into a file that a roll-back took away, whose update was lost with its connection after the page
    /// had taken in that the file is gone: the replica has forgotten the text, and nobody else has seen it.
    pub lost_file: u64,
}

impl Edges {
    pub fn add(&mut self, other: &Edges) {
        self.order += other.order;
        self.revived_order += other.revived_order;
        self.whose_deletion += other.whose_deletion;
        self.lost_file += other.lost_file;
    }
}

impl World {
    pub fn check(&mut self) -> Edges {
        let mut edges = Edges::default();
        let texts: BTreeMap<String, String> =
            self.document.files().into_iter().map(|file| (file.id.clone(), self.text(&file.id))).collect();
        for person in &self.people {
            assert_eq!(person.texts(), texts, "a replica diverged");
        }
        let newcomer = Person::join(&mut self.document);
        assert_eq!(newcomer.texts(), texts, "a newcomer sees something else");
        self.check_paths(&newcomer);

        let found: Vec<char> = texts.values().flat_map(|text| text.chars()).collect();
        let there: HashSet<char> = found.iter().copied().collect();
        assert_eq!(found.len(), there.len(), "something is there twice");
        for (one, owner) in &self.owner {
            let expected = self.expected(*one, *owner);
            let away_once = self.removed_once.contains(&self.home[one]);
            let came_back = self.deleted_offline.contains(one) && (self.model_deleted.contains_key(one) || away_once);
            match (expected, there.contains(one)) {
                (true, false) if self.typed_offline.contains(one) && away_once => edges.lost_file = 1,
                (true, false) => panic!("lost {one:?} of {owner:?} in {}: {texts:?}", self.home[one]),
                (false, true) if came_back => edges.whose_deletion = 1,
                (false, true) => {
                    let deleted = (self.model_deleted.get(one), self.people_deleted.contains(one));
                    panic!("left over {one:?} of {owner:?}, deleted by {deleted:?} less {:?}: {texts:?}", self.undone)
                }
                _ => {}
            }
        }
        let (revived, mains) = texts.into_iter().partition(|(file, _)| self.removed_once.contains(file));
        edges.order = u64::from(self.out_of_order(&mains));
        edges.revived_order = u64::from(self.out_of_order(&revived));
        edges
    }

    /// Everybody sees the same paths, and those that only the model set are as its kept steps left them.
    fn check_paths(&self, newcomer: &Person) {
        let paths: BTreeMap<String, String> =
            self.document.files().into_iter().map(|file| (file.id, file.path)).collect();
        for person in self.people.iter().chain([newcomer]) {
            assert_eq!(person.paths(), paths, "a replica has other paths");
        }
        for (file, renames) in self.hand.renames.iter().filter(|(file, _)| !self.renamed.contains(*file)) {
            let Some(path) = paths.get(file) else { continue };
            let kept = renames.iter().rfind(|(step, ..)| !self.undone.contains(step));
            let expected = kept.map_or(&renames[0].1, |(_, _, after)| after);
            assert_eq!(path, expected, "{renames:?} less {:?}", self.undone);
        }
    }

    fn expected(&self, one: char, owner: Owner) -> bool {
        let undone = |step: &u64| self.undone.contains(step);
        let discarded = matches!(owner, Owner::Model(step) if undone(&step));
        let deleted = self.model_deleted.get(&one).is_some_and(|steps| !steps.iter().all(undone));
        !discarded && !deleted && !self.people_deleted.contains(&one)
    }

    /// Whether two characters stand in another order than somebody has seen them in.
    fn out_of_order(&self, texts: &BTreeMap<String, String>) -> bool {
        texts.values().any(|text| {
            let at: HashMap<char, usize> = text.chars().enumerate().map(|(at, one)| (one, at)).collect();
            self.seen.iter().any(|seen| {
                let places: Vec<usize> = seen.chars().filter_map(|one| at.get(&one).copied()).collect();
                !places.is_sorted()
            })
        })
    }
}
