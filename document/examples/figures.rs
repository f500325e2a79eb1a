//! What each operation costs in a large, messy session: `cargo run -p document --example figures`.
//!
//! A project of 5,000 files and a file of 50,000 lines, once as one block and once after 5,000 edits of people. Knows
//! the document's public interface alone.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a measurement may end in a panic")]

use std::time::{Duration, Instant};

use document::{Document, ModelOp, Region};
use yrs::sync::{Message, SyncMessage};
use yrs::updates::decoder::Decode;
use yrs::updates::encoder::Encode;
use yrs::{Assoc, ClientID, Doc, IndexedSequence, Map, MapRef, OffsetKind, Options, Text, TextRef, Transact, Update};

const FILES: usize = 5_000;
const LINES: u32 = 50_000;
const EDITS: usize = 5_000;
const LINE: &str = "    value = compute(value, 12345) # line\n";
const BIG: &str = "big";

fn main() {
    println!("{:<44} {:>10} {:>10} {:>10}", "milliseconds (median of some)", "small", "one block", "messy");
    let mut columns = [column(Scene::small()), column(Scene::large()), column(Scene::messy())].map(Vec::into_iter);
    while let [Some(small), Some(large), Some(messy)] = columns.each_mut().map(Iterator::next) {
        let [a, b, c] = [small.1, large.1, messy.1].map(|time| format!("{:.3}", time.as_secs_f64() * 1e3));
        println!("{:<44} {a:>10} {b:>10} {c:>10}", small.0);
    }
}

/// A document and a participant's replica of it.
struct Scene {
    document: Document,
    person: Person,
    lines: u32,
    step: u64,
    hunk: u64,
    rng: fastrand::Rng,
    seeding: Duration,
}

impl Scene {
    fn of(files: usize, lines: u32) -> Self {
        let mut document = Document::new(1);
        document.seed_file(BIG, "src/big.py", &LINE.repeat(lines as usize));
        let start = Instant::now();
        for file in 1..files {
            document.seed_file(&format!("file{file}"), &format!("src/module{file}.py"), &LINE.repeat(20));
        }
        let seeding = start.elapsed();
        let person = Person::join(&mut document);
        Self { document, person, lines, step: 0, hunk: 0, rng: fastrand::Rng::with_seed(1), seeding }
    }

    fn small() -> Self {
        Self::of(3, 2_000)
    }

    fn large() -> Self {
        Self::of(FILES, LINES)
    }

    fn messy() -> Self {
        let mut scene = Self::large();
        for edit in 0..EDITS {
            let at = scene.rng.u32(0..scene.units());
            let message = match edit % 3 {
                0 => scene.person.act(|text, txn| text.remove_range(txn, at, 4)),
                _ => scene.person.act(|text, txn| text.insert(txn, at, "typed")),
            };
            scene.document.receive(scene.person.client, &message).unwrap();
        }
        scene
    }

    fn units(&self) -> u32 {
        (self.lines - 2) * LINE.len() as u32
    }

    fn step(&mut self, ops: &[ModelOp]) -> Option<Vec<u8>> {
        self.step += 1;
        self.document.apply(self.step, ops).message
    }

    fn apply(&mut self, ops: &[ModelOp]) {
        if let Some(message) = self.step(ops) {
            self.person.receive(&message);
        }
    }

    fn place(&mut self, start: u32, len: u32) -> ModelOp {
        self.hunk += 1;
        let revision = self.document.revision(BIG).unwrap();
        ModelOp::Place { hunk: self.hunk, file: BIG.to_owned(), revision, start, len }
    }

    fn place_anywhere(&mut self, lines: u32) -> ModelOp {
        let at = self.rng.u32(0..self.units() / 2);
        self.place(at, lines * LINE.len() as u32)
    }

    /// The median of some runs, each after `before`, which is not measured.
    fn time<T>(&mut self, before: impl Fn(&mut Self) -> T, act: impl Fn(&mut Self, T) -> Option<Vec<u8>>) -> Duration {
        let mut times: Vec<Duration> = (0..21)
            .map(|_| {
                let given = before(self);
                let start = Instant::now();
                let message = act(self, given);
                let time = start.elapsed();
                if let Some(message) = message {
                    self.person.receive(&message);
                }
                time
            })
            .collect();
        times.sort_unstable();
        times[times.len() / 2]
    }
}

fn column(mut scene: Scene) -> Vec<(&'static str, Duration)> {
    let mut rows = vec![("seeding all other files", scene.seeding)];
    let mut row = |name, time| rows.push((name, time));
    row("listing of all files", scene.time(|_| (), |scene, ()| none(scene.document.listing())));
    row("find by path", scene.time(|_| (), |scene, ()| none(scene.document.find("src/module1.py").unwrap())));
    let received = scene.time(typed, |scene, message| none(scene.document.receive(scene.person.client, &message)));
    row("a person types (receive)", received);
    let renamed = scene.time(rename, |scene, message| none(scene.document.receive(scene.person.client, &message)));
    row("a person renames (receive)", renamed);
    row("view after a change", scene.time(change, |scene, ()| none(scene.document.view(BIG).unwrap())));
    let place = |scene: &mut Scene| {
        change(scene);
        [scene.place_anywhere(20)]
    };
    row("Place of 20 lines", scene.time(place, |scene, ops| scene.step(&ops)));
    let new_place = |scene: &mut Scene| {
        change(scene);
        [scene.place_anywhere(0), insert(scene.hunk, "def f():\n")]
    };
    row("Place and first Insert", scene.time(new_place, |scene, ops| scene.step(&ops)));
    row("Insert of a token", scene.time(|scene| [insert(scene.hunk, "token")], |scene, ops| scene.step(&ops)));
    let after_typing = |scene: &mut Scene| {
        change(scene);
        [insert(scene.hunk, "token")]
    };
    row("Insert of a token after a person typed", scene.time(after_typing, |scene, ops| scene.step(&ops)));
    let delete = |scene: &mut Scene| [ModelOp::Delete { hunk: scene.hunk, len: 20 * LINE.len() as u32 }];
    let placed = |scene: &mut Scene| {
        let place = scene.place_anywhere(20);
        scene.apply(&[place]);
        delete(scene)
    };
    row("Delete of 20 lines", scene.time(placed, |scene, ops| scene.step(&ops)));
    let in_the_middle = |scene: &mut Scene| {
        let start = scene.units() / 2;
        let place = scene.place(start, 20 * LINE.len() as u32);
        scene.apply(&[place]);
        start
    };
    let within = |scene: &mut Scene, at| none(scene.document.within(scene.hunk, at..at + 10).unwrap());
    row("within after that", scene.time(in_the_middle, within));
    let six_locks = |scene: &mut Scene, at| {
        let found = (0..6).filter_map(|lock| scene.document.within(scene.hunk, at + lock..at + 10));
        none(found.collect::<Vec<_>>())
    };
    row("within for six locks", scene.time(in_the_middle, six_locks));
    let insertion = |scene: &mut Scene, _| none(scene.document.insertion(scene.hunk, 30).unwrap());
    row("insertion", scene.time(in_the_middle, insertion));
    let region = |scene: &mut Scene| {
        let middle = scene.units() / 2;
        Region { start: scene.person.anchor(middle), end: scene.person.anchor(middle + 400) }
    };
    row("region", scene.time(region, |scene, region| none(scene.document.region(BIG, &region).unwrap())));
    row("authors", scene.time(change, |scene, ()| none(scene.document.authors(BIG).unwrap())));
    let cut = |scene: &mut Scene, from| scene.document.rollback(&|step, _| step >= from).message;
    row("cut of 50 tokens", scene.time(fifty_tokens, cut));
    let rewritten = |scene: &mut Scene, lines| {
        let place = scene.place_anywhere(lines);
        let len = lines * LINE.len() as u32;
        scene.apply(&[place, ModelOp::Delete { hunk: scene.hunk, len }, insert(scene.hunk, "new\n")]);
        scene.hunk
    };
    let revert = |scene: &mut Scene, hunk| scene.document.rollback(&|_, other| other == hunk).message;
    row("revert of a hunk that rewrote 20 lines", scene.time(|scene| rewritten(scene, 20), revert));
    row("revert of a hunk that rewrote 400 lines", scene.time(|scene| rewritten(scene, 400), revert));
    row("authors after that", scene.time(change, |scene, ()| none(scene.document.authors(BIG).unwrap())));
    rows
}

fn none<T>(_: T) -> Option<Vec<u8>> {
    None
}

fn typed(scene: &mut Scene) -> Vec<u8> {
    let at = scene.rng.u32(0..scene.units());
    scene.person.act(|text, txn| text.insert(txn, at, "x"))
}

fn insert(hunk: u64, text: &str) -> ModelOp {
    ModelOp::Insert { hunk, text: text.to_owned() }
}

fn rename(scene: &mut Scene) -> Vec<u8> {
    scene.step += 1;
    let path = format!("src/big{}.py", scene.step);
    scene.person.rename(&path)
}

fn change(scene: &mut Scene) {
    let message = typed(scene);
    scene.document.receive(scene.person.client, &message).unwrap();
}

fn fifty_tokens(scene: &mut Scene) -> u64 {
    let place = scene.place_anywhere(0);
    scene.apply(&[place, insert(scene.hunk, "first")]);
    let from = scene.step + 1;
    for _ in 0..50 {
        scene.apply(&[insert(scene.hunk, "token ")]);
    }
    from
}

/// A participant's replica.
struct Person {
    client: u64,
    doc: Doc,
    text: TextRef,
    file: MapRef,
}

impl Person {
    fn join(document: &mut Document) -> Self {
        let client = document.assign_client();
        let mut options = Options::with_client_id(ClientID::new(client));
        options.offset_kind = OffsetKind::Utf16;
        let doc = Doc::with_options(options);
        let files = doc.get_or_insert_map("files");
        merge(&doc, &document.difference(None).unwrap());
        let file = files.get(&doc.transact(), BIG).unwrap().cast::<MapRef>().unwrap();
        let text = file.get(&doc.transact(), "text").unwrap().cast::<TextRef>().unwrap();
        Self { client, doc, text, file }
    }

    fn receive(&self, message: &[u8]) {
        merge(&self.doc, message);
    }

    fn act(&self, act: impl FnOnce(&TextRef, &mut yrs::TransactionMut<'_>)) -> Vec<u8> {
        let mut txn = self.doc.transact_mut();
        act(&self.text, &mut txn);
        Message::Sync(SyncMessage::Update(txn.encode_update_v1())).encode_v1()
    }

    fn rename(&self, path: &str) -> Vec<u8> {
        let mut txn = self.doc.transact_mut();
        self.file.insert(&mut txn, "path", path);
        Message::Sync(SyncMessage::Update(txn.encode_update_v1())).encode_v1()
    }

    fn anchor(&self, at: u32) -> Vec<u8> {
        self.text.sticky_index(&self.doc.transact(), at, Assoc::After).unwrap().encode_v1()
    }
}

fn merge(doc: &Doc, message: &[u8]) {
    let Message::Sync(SyncMessage::SyncStep2(update) | SyncMessage::Update(update)) =
        Message::decode_v1(message).unwrap()
    else {
        panic!("not for a replica");
    };
    doc.transact_mut().apply_update(Update::decode_v1(&update).unwrap()).unwrap();
}
