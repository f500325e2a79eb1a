//! Requests as a whole: what they say, that they fit, and that they grow at their end only.

mod property;
mod speed;

use std::cell::Cell;
use std::collections::BTreeMap;
use std::sync::Arc;

use document::FileInfo;
use models::Format;
use protocol::context::{ContextHow, ContextView};

use super::*;

/// Files in memory, the id as path.
pub(super) struct Disk {
    files: BTreeMap<String, (FileInfo, Arc<str>)>,
    revision: u64,
    reads: Cell<usize>,
}

impl Disk {
    pub fn of(files: &[(&str, &str)]) -> Disk {
        let mut disk = Disk { files: BTreeMap::new(), revision: 0, reads: Cell::new(0) };
        for (path, text) in files {
            disk.write(path, text);
        }
        disk
    }

    pub fn write(&mut self, id: &str, text: &str) {
        self.revision += 1;
        let path = self.files.get(id).map_or(id, |(info, _)| &info.path).to_owned();
        let info = FileInfo { id: id.to_owned(), path, revision: self.revision };
        self.files.insert(id.to_owned(), (info, text.into()));
    }

    pub fn rename(&mut self, id: &str, path: &str) {
        self.files.get_mut(id).unwrap().0.path = path.to_owned();
    }

    pub fn remove(&mut self, id: &str) {
        self.files.remove(id);
    }

    pub fn reads(&self) -> usize {
        self.reads.get()
    }
}

impl Source for Disk {
    fn list(&self) -> Vec<FileInfo> {
        self.files.values().map(|(info, _)| info.clone()).collect()
    }

    /// The tests' projects are small: they count themselves anew each time.
    fn table(&self) -> u64 {
        use std::hash::{DefaultHasher, Hash, Hasher};
        let mut table = DefaultHasher::new();
        self.files.values().for_each(|(info, _)| (&info.id, &info.path).hash(&mut table));
        table.finish()
    }

    fn last_revision(&self) -> u64 {
        self.files.values().map(|(info, _)| info.revision).max().unwrap_or_default()
    }

    /// Each file counts its own revisions here: all of them may have changed.
    fn changed_since(&self, _revision: u64) -> Vec<(&str, u64)> {
        self.files.values().map(|(info, _)| (info.id.as_str(), info.revision)).collect()
    }

    fn read(&self, id: &str) -> Option<(u64, Arc<str>)> {
        self.reads.set(self.reads.get() + 1);
        self.files.get(id).map(|(info, text)| (info.revision, Arc::clone(text)))
    }
}

/// A session's conversation, kept as the session keeps it.
pub(super) struct Room {
    pub disk: Disk,
    pub terms: Terms,
    pub focus: Focus,
    pub scope: ScopeNote,
    pub news: Vec<News>,
    memory: Memory,
    turns: Vec<Vec<Kept>>,
}

#[derive(Default)]
struct Kept {
    message: Option<String>,
    sent: Sent,
    note: String,
    words: String,
    output: String,
}

impl Kept {
    fn piece(&self) -> Piece<'_> {
        Piece {
            message: self.message.as_deref(),
            sent: self.message.is_some().then_some(&self.sent),
            note: self.note.clone(),
            words: &self.words,
            output: &self.output,
        }
    }
}

impl Room {
    pub fn new(files: &[(&str, &str)], context_tokens: u32) -> Room {
        let (focus, scope, news, memory) = Default::default();
        let terms = Terms { context_tokens, output_tokens: None, format: Format::Edit };
        Room { disk: Disk::of(files), terms, focus, scope, news, memory, turns: Vec::new() }
    }

    pub fn open(mut self, file: &str) -> Room {
        self.focus.open = Some(file.to_owned());
        self
    }

    /// Starts a turn.
    pub fn ask(&mut self, words: &str) -> Built {
        self.turns.push(Vec::new());
        self.segment("", words)
    }

    /// Steers the running one.
    pub fn steer(&mut self, words: &str) -> Built {
        self.segment("[I stopped you.]\n\n", words)
    }

    /// Steers it, and the request is never built.
    pub fn mumble(&mut self, words: &str) {
        let kept = Kept { note: "[I stopped you.]\n\n".into(), words: words.into(), ..Kept::default() };
        self.turns.last_mut().unwrap().push(kept);
    }

    /// The model answers.
    pub fn answer(&mut self, output: &str) {
        self.turns.last_mut().unwrap().last_mut().unwrap().output.push_str(output);
    }

    /// What the running turn's own output and words take.
    pub fn own(&self) -> usize {
        let own = |kept: &Kept| kept.output.len() + kept.words.len() + kept.note.len() + 2 * budget::MESSAGE_OVERHEAD;
        self.turns.last().unwrap().iter().map(own).sum()
    }

    fn segment(&mut self, note: &str, words: &str) -> Built {
        let kept = Kept { note: note.into(), words: words.into(), ..Kept::default() };
        self.turns.last_mut().unwrap().push(kept);
        let ask = Ask {
            model: "m",
            terms: self.terms,
            turns: self.turns.iter().map(|turn| Exchange { pieces: turn.iter().map(Kept::piece).collect() }).collect(),
            news: self.news.clone(),
            focus: self.focus.clone(),
            scope: self.scope.clone(),
        };
        let built = build(&mut self.memory, &self.disk, &ask).unwrap();
        let segments = self.turns.last_mut().unwrap();
        assert_eq!(built.messages.len(), segments.len());
        for (kept, message) in segments.iter_mut().zip(&built.messages) {
            kept.message = Some(message.clone());
            if built.is_shortened {
                kept.sent = Sent::default();
            }
        }
        segments.last_mut().unwrap().sent = built.sent.clone();
        built
    }
}

fn last(built: &Built) -> &str {
    &built.request.messages.last().unwrap().text
}

fn how(context: &ContextView, path: &str) -> Option<ContextHow> {
    context.files.iter().find(|f| f.path == path).map(|f| f.how)
}

#[test]
fn a_small_project_is_sent_whole_the_open_file_first() {
    let files = [("AGENTS.md", "Use cents.\n"), ("a.py", "a = 1\n"), ("b.py", "b = 2"), ("empty.py", "")];
    let mut room = Room::new(&files, 32_000).open("b.py");
    let built = room.ask("go");
    assert_eq!(
        last(&built),
        "The files as they stand now:\n\n<file path=\"b.py\">\nb = 2\n</file>\n\n<file path=\"empty.py\">\n</file>\n\n\
         <file path=\"a.py\">\na = 1\n</file>\n\ngo"
    );
    assert!(built.request.instructions.ends_with("Use cents."));
    assert_eq!(built.context.conventions.map(|c| (c.tokens, c.lines, c.cut)), Some((3, 1, false)));
    assert_eq!((built.context.files.len(), built.context.outlined, built.context.left_out), (3, 0, 0));
    assert_eq!(last(&Room::new(&[], 32_000).ask("go")), "[There are no files yet.]\n\ngo");
    assert_eq!(last(&Room::new(&files[..1], 32_000).ask("go")), "[There are no files yet.]\n\ngo");
}

#[test]
fn a_file_is_sent_again_only_when_it_has_changed() {
    let mut room = Room::new(&[("a.py", "a = 1\n"), ("b.py", "b = 2\n")], 32_000).open("a.py");
    room.ask("go");
    room.answer("ok");
    let built = room.ask("more");
    assert_eq!(last(&built), "more");
    assert_eq!((how(&built.context, "a.py"), built.context.files.len()), (Some(ContextHow::Whole), 2));
    room.answer("ok");
    room.disk.write("b.py", "b = 3\n");
    room.disk.write("c.py", "c = 4\n");
    let built = room.ask("and");
    assert_eq!(
        last(&built),
        "Files as they stand now, in place of what was shown of them before:\n\n<file path=\"b.py\">\nb = 3\n</file>\n\n\
         <file path=\"c.py\">\nc = 4\n</file>\n\nand"
    );
    assert_eq!(how(&built.context, "b.py"), Some(ContextHow::Changed));
    room.disk.remove("a.py");
    room.disk.rename("b.py", "lib/b.py");
    assert_eq!(last(&room.steer("x")), "[I stopped you.]\n\n[a.py is gone; b.py is now lib/b.py.]\n\nx");
    assert_eq!(last(&room.steer("y")), "[I stopped you.]\n\ny");
    room.disk.write("a.py", "a = 1\n");
    assert!(last(&room.steer("z")).contains("<file path=\"a.py\">"));
}

fn numbered(lines: usize) -> String {
    (1..=lines).map(|i| format!("line number {i}\n")).collect()
}

#[test]
fn of_a_large_file_the_parts_that_matter_are_sent_with_an_outline() {
    let big = format!("def first():\n{}def last():\n    pass\n", numbered(50_000));
    let at = |line: &str| u32::try_from(big.find(line).unwrap()).unwrap();
    let mut room = Room::new(&[("big.py", &big), ("a.py", "a = 1\n")], 32_000).open("big.py");
    let spot = |start: u32, end: u32| Spot { file: "big.py".into(), range: Some(start..end) };
    let selected = at("line number 30000\n");
    room.focus.selections = vec![spot(selected, selected + 12)];
    room.focus.hunks = vec![spot(at("line number 100\n"), at("line number 102\n"))];
    let built = room.ask("go");
    let text = last(&built);
    assert!(text.contains("of 50003]\n") && text.contains("line number 30000\n") && text.contains("line number 101\n"));
    assert!(text.contains("[outline, by line]\n     1 def first\n 50002 def last\n</file>"));
    assert!(!text.contains("line number 40000\n"));
    assert!(
        text.ends_with("[I have selected lines 30001-30001 of big.py:]\n<selection>\nline number \n</selection>\n\ngo")
    );
    assert_eq!(how(&built.context, "big.py"), Some(ContextHow::Window));
    // Elsewhere in the same file: what was not yet seen, and only that.
    room.focus.selections.clear();
    assert_eq!(last(&room.steer("same")), "[I stopped you.]\n\nsame");
    room.focus.carets = vec![spot(at("line number 40000\n"), at("line number 40000\n"))];
    let built = room.steer("there");
    assert!(last(&built).contains("line number 40000\n") && !last(&built).contains("line number 101\n"));
    assert!(!last(&built).contains("[outline"));
}

#[test]
fn what_the_words_name_comes_along_and_what_is_not_there_is_told() {
    let files: Vec<(String, String)> = (0..200)
        .map(|i| (format!("src/part{i}/mod.rs"), format!("fn part{i}() {{}}\n{}", numbered(100 + i))))
        .collect();
    let files: Vec<(&str, &str)> = files.iter().map(|(p, t)| (p.as_str(), t.as_str())).collect();
    let mut room = Room::new(&files, 16_000).open("src/part7/mod.rs");
    let built = room.ask("see @part150/mod.rs and @mod.rs, @nope.py");
    assert_eq!(how(&built.context, "src/part7/mod.rs"), Some(ContextHow::Whole));
    assert_eq!(how(&built.context, "src/part150/mod.rs"), Some(ContextHow::Whole));
    assert_eq!(built.context.missing, ["mod.rs", "nope.py"]);
    assert!(!last(&built).contains("nope.py\n"), "nobody tells the model");
    let context = &built.context;
    assert_eq!(context.files.len() as u32 + context.more_files + context.outlined + context.left_out, 200);
    assert!(context.outlined > 0 && last(&built).contains("src/part100/mod.rs 201: fn part100\n"), "{}", last(&built));
    // A mention whose request was never built.
    room.answer("ok");
    room.mumble("use @part160/mod.rs");
    assert_eq!(how(&room.steer("now").context, "src/part160/mod.rs"), Some(ContextHow::Whole));
}

#[test]
fn a_large_file_that_is_new_is_told_once() {
    let mut room = Room::new(&[("a.py", "a = 1\n")], 8_000);
    room.ask("go");
    room.disk.write("big.py", &numbered(5_000));
    let built = room.steer("on");
    assert_eq!(last(&built), "[I stopped you.]\n\n[New, but too large to be shown: big.py.]\n\non");
    assert_eq!((how(&built.context, "big.py"), built.context.files.len()), (None, 1));
    assert_eq!(last(&room.steer("on")), "[I stopped you.]\n\non");
    assert!(last(&room.steer("see @big.py")).contains("of 5000]\nline number 1\n"));
}

#[test]
fn conventions_that_are_cut_can_be_read_where_they_are_open() {
    let rules = numbered(3000);
    let mut room = Room::new(&[("AGENTS.md", &rules), ("a.py", "a\n")], 64_000);
    let built = room.ask("go");
    assert!(built.context.conventions.unwrap().cut && how(&built.context, "AGENTS.md").is_none());
    assert!(built.request.instructions.len() < CONVENTIONS_MAX + 2500);
    assert!(how(&room.ask("shorten @AGENTS.md").context, "AGENTS.md").is_some());
}

#[test]
fn limits_are_told_once_a_turn_and_again_when_they_are_others() {
    let mut room = Room::new(&[("a.py", "a\n")], 32_000);
    room.scope.budget = Some(10);
    assert!(last(&room.ask("go")).ends_with("[Change at most 10 lines in all.]\n\ngo"));
    assert_eq!(last(&room.steer("on")), "[I stopped you.]\n\non");
    room.scope.budget = Some(20);
    assert!(last(&room.steer("on")).contains("at most 20 lines"));
    assert!(last(&room.ask("next")).contains("at most 20 lines"));
    room.scope.budget = None;
    assert!(last(&room.steer("on")).contains("change anything now"));
    assert_eq!(last(&room.ask("next")), "next");
}

#[test]
fn news_are_told_once() {
    let mut room = Room::new(&[("a.py", "a\n")], 32_000);
    room.ask("go");
    room.answer("ok");
    room.news.push(News { turn: 0, key: 1, words: notes::reverted("a.py") });
    assert_eq!(last(&room.ask("next")), "[I took your block for a.py back.]\n\nnext");
    assert_eq!(last(&room.steer("on")), "[I stopped you.]\n\non");
}

#[test]
fn a_history_that_is_too_long_is_halved_at_once() {
    let mut room = Room::new(&[("a.py", &numbered(200))], 8_000).open("a.py");
    let mut drops = 0;
    let mut before = room.ask("begin").request;
    for i in 0..60 {
        room.answer(&format!("answer {i}: {}", "word ".repeat(200)));
        let built = room.ask("more");
        assert!(built.context.used_tokens <= built.context.limit_tokens);
        if !built.request.messages.starts_with(&before.messages) {
            drops += 1;
            assert!(built.context.used_tokens <= built.context.limit_tokens * 5 / 8, "{:?}", built.context);
            assert!(last(&built).contains("<file path=\"a.py\">"), "what went with the history comes again");
        }
        assert_eq!(built.context.history_turns + built.context.dropped_turns, i + 1);
        before = built.request;
    }
    assert!((2..12).contains(&drops), "{drops} drops in 60 requests");
}

#[test]
fn promise_3_what_the_running_turn_has_written_is_carried_byte_for_byte_whatever_it_takes() {
    let mut room = Room::new(&[("a.py", &numbered(300))], 8_000).open("a.py");
    room.ask("an older turn");
    room.answer("ok");
    room.ask("begin");
    let mut kept = Vec::new();
    for i in 0..30 {
        let output = format!("part {i} <edit pa{}", "x".repeat(2000));
        room.answer(&output);
        kept.push(output);
        room.disk.write("a.py", &format!("{}# {i}\n", numbered(300)));
        let built = room.steer("on");
        let carried = built.request.messages.iter().filter(|m| m.role == models::Role::Assistant).map(|m| &m.text);
        assert!(carried.rev().take(kept.len()).eq(kept.iter().rev()));
    }
}
