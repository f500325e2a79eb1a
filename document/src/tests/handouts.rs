//! What those who come in are handed, in parts.

use super::*;
use crate::{Handout, wire};

/// A document that two people and the model have written in, with deletions, and with what those came to who took
/// news of it now and then.
struct World {
    document: Document,
    people: Vec<Replica>,
    handout: Handout,
    random: fastrand::Rng,
    step: u64,
}

impl World {
    fn new(seed: u64) -> World {
        let mut document = document("first line\nsecond line\n");
        for number in 0..6 {
            document.seed_file(&format!("g{number}"), &format!("src/g{number}.py"), &"text 😀\n".repeat(number * 7));
        }
        let people = (0..2).map(|_| Replica::join(&mut document)).collect();
        World { document, people, handout: Handout::default(), random: fastrand::Rng::with_seed(seed), step: 0 }
    }

    fn act(&mut self) {
        let who = self.random.usize(..self.people.len());
        let length = u32::try_from(text(&self.document).encode_utf16().count()).unwrap();
        let at = self.random.u32(..=length);
        match self.random.u32(..5) {
            0 if length > 0 => {
                let at = at.min(length - 1);
                let message = self.people[who].deletes(at, self.random.u32(1..=(length - at).min(9)));
                self.told(who, &message);
            }
            1 => {
                self.step += 1;
                let len = (length - at).min(3);
                let hunk = self.step;
                let piece = "m".repeat(self.random.usize(1..90));
                let ops = [place(&self.document, hunk, at, len), delete(hunk, len), insert(hunk, &piece)];
                let message = self.document.apply(hunk, &ops).message;
                for person in &mut self.people {
                    message.iter().for_each(|message| person.receive(message));
                }
            }
            2 => self.handout.take_in(&self.document.news()),
            _ => {
                let what = ["x", "ab\n", "é文😀", &"long ".repeat(40)][self.random.usize(..4)].to_owned();
                let message = self.people[who].types(at, &what);
                self.told(who, &message);
            }
        }
    }

    /// Everybody is told of what somebody did.
    fn told(&mut self, who: usize, message: &[u8]) {
        let Ok(Received::Changed { relay, back_to_author }) = self.document.receive(self.people[who].client, message)
        else {
            return;
        };
        for (at, person) in self.people.iter_mut().enumerate() {
            if at != who {
                person.receive(&relay);
            } else if let Some(back) = &back_to_author {
                person.receive(back);
            }
        }
    }

    fn parts(&mut self, known: Option<&[u8]>, most: usize) -> crate::Parts {
        self.handout.take_in(&self.document.news());
        self.handout.parts(known, most).unwrap()
    }
}

fn texts(replica: &Replica) -> Vec<(String, String)> {
    let txn = replica.doc.transact();
    let mut all: Vec<(String, String)> = replica
        .files
        .iter(&txn)
        .map(|(id, file)| {
            let text = file.cast::<MapRef>().unwrap().get(&txn, "text").unwrap().cast::<TextRef>().unwrap();
            (id.to_owned(), text.get_string(&txn))
        })
        .collect();
    all.sort();
    all
}

/// Takes parts in one by one, and looks after each that nothing waits for what has not come.
fn take_in(replica: &mut Replica, parts: &[Vec<u8>]) {
    for part in parts {
        replica.receive(part);
        let txn = replica.doc.transact_mut();
        assert!(!crate::replica::pending(&txn), "a part builds on a later one");
    }
}

#[test]
fn parts_taken_in_one_by_one_are_the_whole() {
    for seed in 0..300 {
        let mut world = World::new(seed);
        for _ in 0..world.random.usize(1..60) {
            world.act();
        }
        let most = [40, 64, 200, 4096][world.random.usize(..4)];
        let known = world.people[0].doc.transact().state_vector().encode_v1();
        let parts = world.parts(None, most);
        let size: usize = parts.iter().map(Vec::len).sum();
        assert!(most > 200 || parts.len() > size / (4 * most), "{} parts of {size} bytes by {most}", parts.len());
        let mut comes = Replica::blank(99);
        take_in(&mut comes, &parts);
        let expected: Vec<(String, String)> = world
            .document
            .files()
            .iter()
            .map(|f| (f.id.clone(), world.document.text(&f.id).unwrap().to_string()))
            .collect();
        assert_eq!(texts(&comes), expected, "seed {seed}");
        // One who was there, and missed what follows.
        for _ in 0..world.random.usize(1..20) {
            world.act();
        }
        let mut back = Replica::blank(98);
        take_in(&mut back, &parts);
        assert!(back.doc.transact().state_vector().encode_v1().len() >= known.len());
        let known = back.doc.transact().state_vector().encode_v1();
        take_in(&mut back, &world.parts(Some(&known), most));
        take_in(&mut comes, &world.parts(None, most));
        assert_eq!(texts(&back), texts(&comes), "seed {seed}");
    }
}

#[test]
fn a_handout_is_what_the_document_itself_would_send() {
    for seed in 0..50 {
        let mut world = World::new(1000 + seed);
        for _ in 0..40 {
            world.act();
        }
        let (mut a, mut b) = (Replica::blank(98), Replica::blank(99));
        a.receive(&world.document.difference(None).unwrap());
        take_in(&mut b, &world.parts(None, usize::MAX));
        assert_eq!(texts(&a), texts(&b));
    }
}

#[test]
fn news_that_were_not_handed_on_come_again_and_deleted_text_is_in_no_part() {
    let mut document = document("key = \n");
    let mut person = Replica::join(&mut document);
    let pasted = person.types(6, "hunter2-secret");
    document.receive(person.client, &pasted).unwrap();
    let news = document.news();
    let deleted = person.deletes(6, 14);
    document.receive(person.client, &deleted).unwrap();
    document.put_back(news);
    let mut handout = Handout::default();
    handout.take_in(&document.news());
    assert_eq!(document.news_bytes(), 0);
    let parts = handout.parts(None, 16).unwrap();
    assert!(!parts.iter().any(|part| part.windows(7).any(|window| window == b"hunter2")));
    let mut anew = Handout::default();
    anew.take_in(&document.all_news());
    let (mut a, mut b) = (Replica::blank(98), Replica::blank(99));
    take_in(&mut a, &parts);
    take_in(&mut b, &anew.parts(None, usize::MAX).unwrap());
    assert_eq!(texts(&a), texts(&b));
}

#[test]
fn a_long_text_is_cut_between_characters() {
    let mut document = document(&"😀é文x".repeat(5_000));
    let mut handout = Handout::default();
    handout.take_in(&document.news());
    let parts = handout.parts(None, 1000).unwrap();
    assert!(parts.len() > 40 && parts.iter().all(|part| part.len() < 1200));
    let mut comes = Replica::blank(9);
    take_in(&mut comes, &parts);
    assert_eq!(texts(&comes)[0].1, text(&document));
}

#[test]
fn structs_that_build_on_each_other_are_refused() {
    // Two clients, each with one character left of the other's.
    let mut update = vec![2];
    for (client, other) in [(5u8, 6u8), (6, 5)] {
        update.extend([1, client, 0, 0x84, other, 0, 1, b'x']);
    }
    update.push(0);
    assert!(wire::walk(&update).is_ok());
    assert!(crate::parts::parts(&update, 4).is_err());
}
