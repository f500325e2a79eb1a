use super::*;

/// Does edits to a text, each to what the one before left.
fn apply(text: &str, edits: &[Edit]) -> String {
    let mut units: Vec<u16> = text.encode_utf16().collect();
    for edit in edits {
        let (from, to) = (edit.offset as usize, (edit.offset + edit.removed) as usize);
        units.splice(from..to, edit.text.encode_utf16());
    }
    String::from_utf16(&units).expect("no pair was split")
}

fn edit(offset: u32, removed: u32, text: &str) -> Edit {
    Edit { offset, removed, text: text.into() }
}

fn draft(text: &str, edits: &[Edit]) -> Draft {
    let mut draft = Draft::new("f".into(), "f.py".into(), text);
    draft.typed(edits);
    draft
}

#[test]
fn what_was_typed_is_done_again() {
    let typed = [edit(5, 0, "X"), edit(6, 0, "Y"), edit(0, 2, ""), edit(4, 1, ""), edit(9, 0, "!")];
    let changed = draft("hello world", &typed);
    assert_eq!(apply("hello world", &changed.edits("hello world")), apply("hello world", &typed));
    assert_eq!(changed.text(), apply("hello world", &typed));
    assert!(changed.is_changed() && !draft("x", &[]).is_changed());
}

#[test]
fn what_others_wrote_meanwhile_stays() {
    // They insert in the middle of what the person deletes.
    assert_eq!(apply("abXXcd", &draft("abcd", &[edit(0, 4, "new")]).edits("abXXcd")), "newXX");
    // They insert where the person does: both are there.
    assert_eq!(apply("abXXcd", &draft("abcd", &[edit(2, 0, "me")]).edits("abXXcd")), "abmeXXcd");
    // They delete what the person types into.
    assert_eq!(apply("ad", &draft("abcd", &[edit(2, 0, "me")]).edits("ad")), "amed");
    // Pairs are not split by what both begin or end with.
    assert_eq!(apply("😁", &draft("😀", &[edit(2, 0, "!")]).edits("😁")), "😁!");
}

/// Small numbers, the same in every run.
struct Random(u64);

impl Random {
    fn below(&mut self, most: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % most.max(1)
    }

    /// Replaces something of a text of single units by letters of `alphabet`.
    fn edit(&mut self, length: usize, alphabet: char) -> Edit {
        let at = self.below(length + 1);
        let removed = self.below(4).min(length - at);
        edit(count(at), count(removed), &alphabet.to_string().repeat(self.below(4)))
    }
}

#[test]
fn nothing_typed_is_lost_and_nothing_of_others_is_deleted() {
    for seed in 0..20_000 {
        let mut random = Random(seed);
        let base: String = (0..random.below(27)).map(|at| char::from(b'a' + u8::try_from(at).unwrap())).collect();
        let mut draft = draft(&base, &[]);
        let mut mine = base.clone();
        for _ in 0..random.below(8) {
            let edit = random.edit(mine.len(), 'M');
            mine = apply(&mine, std::slice::from_ref(&edit));
            draft.typed(&[edit]);
        }
        assert_eq!(draft.length(), mine.len());
        assert_eq!(apply(&base, &draft.edits(&base)), mine, "seed {seed}");
        let theirs = apply(&base, &[random.edit(base.len(), 'T')]);
        let both = apply(&theirs, &draft.edits(&theirs));
        let kept = |text: &str, which: char| text.chars().filter(|c| *c == which).count();
        assert_eq!(kept(&both, 'M'), kept(&mine, 'M'), "seed {seed}: {base} {mine} {theirs} {both}");
        assert_eq!(kept(&both, 'T'), kept(&theirs, 'T'), "seed {seed}: {base} {mine} {theirs} {both}");
        let stays = |c: char| mine.contains(c) && theirs.contains(c);
        let expected: String = base.chars().filter(|c| stays(*c)).collect();
        assert_eq!(both.chars().filter(char::is_ascii_lowercase).collect::<String>(), expected, "seed {seed}");
    }
}
