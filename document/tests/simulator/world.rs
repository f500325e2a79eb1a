//! The backend document, the people at it, and who made which character. Every character in a run is unique.

use std::collections::{HashMap, HashSet};

use document::{Document, Received};

use crate::Plan;
use crate::model::ModelHand;
use crate::person::Person;

/// Who typed a character.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Owner {
    Base,
    Person,
    /// The step.
    Model(u64),
}

pub struct World {
    pub rng: fastrand::Rng,
    pub document: Document,
    pub people: Vec<Person>,
    pub owner: HashMap<char, Owner>,
    /// Which steps of the model deleted a character that stood there.
    pub model_deleted: HashMap<char, Vec<u64>>,
    /// What people deleted, ever.
    pub people_deleted: HashSet<char>,
    /// What they deleted in updates that were lost on the way and came back in a full sync.
    pub deleted_offline: HashSet<char>,
    /// What they typed in such updates.
    pub typed_offline: HashSet<char>,
    /// The file that each character was written into.
    pub home: HashMap<char, String>,
    /// What has stood in the backend's document.
    pub known: HashSet<char>,
    /// Files that were away at some time.
    pub removed_once: HashSet<String>,
    /// Files that people have renamed.
    pub renamed: HashSet<String>,
    pub undone: HashSet<u64>,
    pub hand: ModelHand,
    /// Every text that anybody has seen.
    pub seen: HashSet<String>,
    plan: Plan,
    /// What was written down of the document.
    records: Vec<Vec<u8>>,
    loads: u64,
    people_renamed: u32,
    next: u32,
}

pub const FILE: &str = "f";

impl World {
    pub fn new(seed: u64, plan: Plan) -> Self {
        let mut world = Self {
            rng: fastrand::Rng::with_seed(seed),
            document: Document::new(seed % 1000),
            people: Vec::new(),
            owner: HashMap::new(),
            model_deleted: HashMap::new(),
            people_deleted: HashSet::new(),
            deleted_offline: HashSet::new(),
            typed_offline: HashSet::new(),
            home: HashMap::new(),
            known: HashSet::new(),
            removed_once: HashSet::new(),
            renamed: HashSet::new(),
            undone: HashSet::new(),
            hand: ModelHand::default(),
            seen: HashSet::new(),
            plan,
            records: Vec::new(),
            loads: seed % 1000,
            people_renamed: 0,
            next: 0,
        };
        let base = world.fresh(if plan.large { 300..600 } else { 5..30 }, Owner::Base, FILE);
        world.document.seed_file(FILE, "main.py", &base);
        for _ in 0..world.rng.usize(1..=2) {
            let person = Person::join(&mut world.document);
            world.people.push(person);
        }
        world.look();
        world
    }

    /// New characters, every fifth of them a surrogate pair.
    pub fn fresh(&mut self, count: std::ops::Range<usize>, owner: Owner, file: &str) -> String {
        (0..self.rng.usize(count))
            .map(|_| {
                self.next += 1;
                let base = if self.rng.u8(0..5) == 0 { 0x20000 } else { 0x4e00 };
                let fresh = char::from_u32(base + self.next).unwrap();
                self.owner.insert(fresh, owner);
                self.home.insert(fresh, file.to_owned());
                fresh
            })
            .collect()
    }

    pub fn text(&self, file: &str) -> String {
        self.document.text(file).map(|text| text.to_string()).unwrap_or_default()
    }

    /// A file's path, if there is the file.
    pub fn path(&self, file: &str) -> Option<String> {
        self.document.files().into_iter().find(|known| known.id == file).map(|known| known.path)
    }

    /// Notes what everybody sees.
    pub fn look(&mut self) {
        for file in self.document.files() {
            let text = self.text(&file.id);
            self.known.extend(text.chars());
            self.seen.insert(text);
        }
        for person in &self.people {
            self.seen.extend(person.texts().into_values());
        }
    }

    pub fn tell_all(&mut self, message: Option<Vec<u8>>) {
        if let Some(message) = message {
            for person in &mut self.people {
                person.inbox.push_back(message.clone());
            }
        }
        self.look();
    }

    /// What a person sent reaches the document.
    pub fn arrive(&mut self, who: usize, message: &[u8]) {
        let client = self.people[who].client;
        match self.document.receive(client, message).unwrap() {
            Received::Nothing => {}
            Received::Reply(reply) => self.people[who].inbox.push_back(reply),
            Received::Changed { relay, back_to_author } => {
                for (at, person) in self.people.iter_mut().enumerate() {
                    if at != who {
                        person.inbox.push_back(relay.clone());
                    }
                }
                self.people[who].inbox.extend(back_to_author);
            }
        }
        self.look();
    }

    pub fn person_acts(&mut self) {
        let who = self.rng.usize(0..self.people.len());
        let texts = self.people[who].texts();
        let Some((file, text)) = texts.into_iter().nth(self.rng.usize(0..3).saturating_sub(1)) else {
            return;
        };
        let chars: Vec<char> = text.chars().collect();
        if self.plan.files && self.rng.u8(0..20) == 0 {
            self.people_renamed += 1;
            self.people[who].rename(&file, &format!("person{}.py", self.people_renamed));
            self.renamed.insert(file);
        } else if chars.is_empty() || self.rng.u8(0..10) < 6 {
            let typed = self.fresh(1..4, Owner::Person, &file);
            let at = self.rng.usize(0..=chars.len());
            self.people[who].type_at(&file, units(&chars[..at]), &typed);
        } else {
            let at = self.rng.usize(0..chars.len());
            let count = self.rng.usize(1..=4).min(chars.len() - at);
            let gone = &chars[at..at + count];
            self.people_deleted.extend(gone);
            self.people[who].delete_at(&file, units(&chars[..at]), units(gone), gone);
        }
        self.look();
    }

    /// One message arrives, in order on its connection.
    pub fn deliver_one(&mut self) {
        let who = self.rng.usize(0..self.people.len());
        if self.rng.bool() {
            if let Some(message) = self.people[who].next_out() {
                self.arrive(who, &message);
            }
        } else if self.people[who].take_in() {
            self.look();
        }
    }

    /// A person's connection breaks, or the page is reloaded, and the two sync.
    pub fn come_back(&mut self) {
        let who = self.rng.usize(0..self.people.len());
        if self.rng.bool() {
            while let Some(message) = self.people[who].next_out() {
                self.arrive(who, &message);
            }
            self.people[who] = Person::join(&mut self.document);
        } else {
            self.sync(who);
        }
        self.look();
    }

    /// A connection breaks, and the two sync.
    fn sync(&mut self, who: usize) {
        let lost = self.people[who].disconnect();
        for act in lost {
            self.deleted_offline.extend(act.deleted);
            self.typed_offline.extend(act.typed);
        }
        // The answer first: `Document::ask` says why.
        let answer = self.people[who].answer(&self.document.ask());
        let known = self.people[who].state_vector();
        let news = self.document.difference(Some(&known)).unwrap();
        self.people[who].receive(&news);
        self.arrive(who, &answer);
    }

    /// What has changed is written down.
    pub fn save(&mut self) {
        let (record, whole) = self.document.take_changes();
        if whole || self.rng.u8(0..8) == 0 {
            self.records = vec![self.document.encode()];
        } else {
            self.records.push(record);
        }
    }

    /// The document is written down and read again, and everybody comes back to it.
    pub fn restart(&mut self) {
        self.save();
        self.loads += 1;
        self.document = Document::load(self.loads, self.records.iter().map(Vec::as_slice)).unwrap();
        self.let_go();
        for who in 0..self.people.len() {
            self.sync(who);
        }
        self.look();
    }

    pub fn some_life(&mut self) {
        for _ in 0..self.rng.usize(0..10) {
            if self.rng.bool() { self.person_acts() } else { self.deliver_one() }
        }
    }

    /// Everything arrives.
    pub fn settle(&mut self) {
        loop {
            let mut quiet = true;
            for who in 0..self.people.len() {
                while let Some(message) = self.people[who].next_out() {
                    quiet = false;
                    self.arrive(who, &message);
                }
                while self.people[who].take_in() {
                    quiet = false;
                }
            }
            if quiet {
                break;
            }
        }
        self.look();
    }
}

pub fn units(chars: &[char]) -> u32 {
    chars.iter().map(|one| one.len_utf16() as u32).sum()
}
