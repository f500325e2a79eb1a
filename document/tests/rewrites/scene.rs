//! The document, two people at it, and what has to hold. Every character of a person is unique, and no one else's.

use std::collections::HashSet;

use document::{Document, ModelOp, Received};

use crate::person::Person;
use crate::units;

pub const FILE: &str = "f";
/// What the model and the seed are written with; people write CJK characters.
const WORDS: [&str; 12] =
    ["def ", "value", " = ", "return ", "    ", "compute(", ")", ":", "é", "😀", "x", "# a longer comment "];

pub struct Scene {
    pub rng: fastrand::Rng,
    pub document: Document,
    pub step: u64,
    /// The text before each step, less people's characters.
    pub before: Vec<String>,
    /// The text after the hunk that goes on, less people's characters.
    pub expected: String,
    people: Vec<Person>,
    /// People delete, too: what is left of the rest is then not known.
    deletes: bool,
    typed: HashSet<char>,
    deleted: HashSet<char>,
    /// What the model deleted of old text that it had been shown, to type it again: it may, and a cut may come between.
    pub retyped: HashSet<char>,
}

impl Scene {
    pub fn new(seed: u64) -> Self {
        let mut rng = fastrand::Rng::with_seed(seed);
        let deletes = rng.bool();
        let mut document = Document::new(seed % 1000);
        let text: String = (0..rng.usize(0..25)).map(|_| line(&mut rng)).collect();
        document.seed_file(FILE, "main.py", &text);
        let people = (0..rng.usize(1..=2)).map(|_| Person::join(&mut document)).collect();
        Self {
            rng,
            document,
            step: 0,
            before: Vec::new(),
            expected: String::new(),
            people,
            deletes,
            typed: HashSet::new(),
            deleted: HashSet::new(),
            retyped: HashSet::new(),
        }
    }

    pub fn text(&self) -> String {
        self.document.text(FILE).unwrap().to_string()
    }

    /// Lines as a model writes them anew: some stay, some go, some change, some come. What holds people's characters
    /// stays, or the model would have been asked to delete it.
    pub fn rewritten(&mut self, lines: &[&str]) -> String {
        let mut new = String::new();
        for old in lines {
            if self.rng.u8(0..6) == 0 {
                new += &line(&mut self.rng);
            }
            match self.rng.u8(0..6) {
                _ if strip(old) != *old => new += old,
                0 => {}
                1 => new += &line(&mut self.rng),
                2 => {
                    let chars: Vec<char> = old.chars().collect();
                    let at = self.rng.usize(0..chars.len());
                    new.extend(&chars[..at]);
                    new += WORDS[self.rng.usize(0..WORDS.len())];
                    new.extend(&chars[(at + self.rng.usize(0..3)).min(chars.len() - 1)..]);
                }
                _ => new += old,
            }
        }
        if self.rng.u8(0..4) == 0 {
            new += &line(&mut self.rng);
        }
        new
    }

    pub fn retyped(&mut self, deleted: &str) {
        self.retyped.extend(deleted.chars().filter(|one| is_persons(*one)));
    }

    pub fn step(&mut self, ops: &[ModelOp]) {
        self.before.push(strip(&self.text()));
        self.step += 1;
        let applied = self.document.apply(self.step, ops);
        self.tell_all(applied.message);
    }

    pub fn take_back(&mut self, discard: impl Fn(u64, u64) -> bool) {
        let rolled = self.document.rollback(&discard);
        self.tell_all(rolled.message);
        assert_eq!(self.document.rollback(&discard).message, None, "a second time does nothing");
    }

    /// What stands there now, people's characters apart.
    pub fn expect(&self, expected: &str) {
        if !self.deletes {
            assert_eq!(strip(&self.text()), strip(expected));
        }
    }

    pub fn check_hunk(&self, hunk: u64) {
        if !self.deletes {
            assert_eq!(strip(&self.text()), self.expected, "hunk {hunk}");
        }
    }

    fn tell_all(&mut self, message: Option<Vec<u8>>) {
        for person in &mut self.people {
            person.inbox.extend(message.clone());
        }
    }

    /// People act, and messages arrive.
    pub fn life(&mut self) {
        for _ in 0..self.rng.usize(0..4) {
            let who = self.rng.usize(0..self.people.len());
            match self.rng.u8(0..5) {
                0 => self.acts(who),
                1 | 2 => {
                    self.people[who].take_in();
                }
                _ => {
                    if let Some(message) = self.people[who].next_out() {
                        self.arrive(who, &message);
                    }
                }
            }
        }
    }

    fn acts(&mut self, who: usize) {
        let chars: Vec<char> = self.people[who].texts()[FILE].chars().collect();
        let at = self.rng.usize(0..=chars.len());
        let before: String = chars[..at].iter().collect();
        if self.deletes && self.rng.bool() {
            let count = self.rng.usize(0..6).min(chars.len() - at);
            let gone = &chars[at..at + count];
            if count > 0 {
                self.deleted.extend(gone);
                self.people[who].delete_at(FILE, units(&before), units(&gone.iter().collect::<String>()), gone);
            }
            return;
        }
        let typed: String = (0..self.rng.usize(1..4)).map(|_| self.fresh()).collect();
        self.people[who].type_at(FILE, units(&before), &typed);
    }

    fn fresh(&mut self) -> char {
        let next = self.typed.len() as u32;
        let fresh = char::from_u32(if next.is_multiple_of(5) { 0x20000 + next } else { 0x4e00 + next }).unwrap();
        self.typed.insert(fresh);
        fresh
    }

    fn arrive(&mut self, who: usize, message: &[u8]) {
        let client = self.people[who].client;
        match self.document.receive(client, message).unwrap() {
            Received::Nothing => {}
            Received::Reply(_) => panic!("nobody asked"),
            Received::Changed { relay, back_to_author } => {
                for (at, person) in self.people.iter_mut().enumerate() {
                    person.inbox.extend(if at == who { back_to_author.clone() } else { Some(relay.clone()) });
                }
            }
        }
    }

    /// Everything arrives.
    pub fn settle(&mut self) {
        for _ in 0..3 {
            for who in 0..self.people.len() {
                while let Some(message) = self.people[who].next_out() {
                    self.arrive(who, &message);
                }
            }
            for person in &mut self.people {
                while person.take_in() {}
            }
        }
    }

    pub fn check(&mut self) {
        let text = self.text();
        assert!(!text.contains('\u{FFFD}'), "a broken character: {text}");
        let newcomer = Person::join(&mut self.document);
        for person in self.people.iter().chain([&newcomer]) {
            assert_eq!(person.texts()[FILE], text, "a replica diverged");
        }
        let counts = |one: &char| !self.retyped.contains(one);
        let mut found: Vec<char> = text.chars().filter(|one| is_persons(*one)).filter(counts).collect();
        let mut expected: Vec<char> = self.typed.difference(&self.deleted).copied().filter(counts).collect();
        found.sort_unstable();
        expected.sort_unstable();
        assert_eq!(found, expected, "people's characters in {text}");
        let authors = self.document.authors(FILE).unwrap();
        assert_eq!(authors.iter().map(|(len, _)| len).sum::<u32>(), units(&text));
    }
}

/// A text less people's characters.
pub fn strip(text: &str) -> String {
    text.chars().filter(|one| !is_persons(*one)).collect()
}

fn is_persons(one: char) -> bool {
    (0x4e00..0x9fff).contains(&(one as u32)) || (0x20000..0x2ffff).contains(&(one as u32))
}

fn line(rng: &mut fastrand::Rng) -> String {
    let mut line: String = (0..rng.usize(0..5)).map(|_| WORDS[rng.usize(0..WORDS.len())]).collect();
    line.push('\n');
    line
}
