//! Regions of the replica's texts: parts of a file that stay right whatever happens around and inside them.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use protocol::FileId;
use protocol::scope::{Region, RegionRange};
use yrs::updates::encoder::Encode;
use yrs::{Assoc, IndexedSequence, Text, Transact};

use super::Replica;

impl Replica {
    /// The whole lines that a selection touches, as a region: its front holds to their first character, its end to
    /// their last. Offsets are UTF-16 units, in either order. `None` for a file without text.
    pub fn lines(&self, file: &FileId, anchor: u32, head: u32) -> Option<Region> {
        let (start, end) = whole_lines(&self.text(file)?, anchor.min(head), anchor.max(head))?;
        self.part(file, start, end)
    }

    /// The characters between two offsets, as a region. `None` when there are none.
    pub fn part(&self, file: &FileId, start: u32, end: u32) -> Option<Region> {
        let text = self.text_of(file)?;
        let txn = self.doc.transact();
        if start >= end || end > text.len(&txn) {
            return None;
        }
        let place = |at, side| Some(BASE64.encode(text.sticky_index(&txn, at, side)?.encode_v1()));
        let range = RegionRange { start: place(start, Assoc::After)?, end: place(end, Assoc::Before)? };
        Some(Region { file: file.clone(), range: Some(range) })
    }

    /// The place of a line's first character, as a relative position: what comes before that line moves it along.
    pub fn line(&self, file: &FileId, start: u32) -> Option<String> {
        let text = self.text_of(file)?;
        let txn = self.doc.transact();
        // The last line may have no character: it holds to what is before it.
        let place =
            text.sticky_index(&txn, start, Assoc::After).or_else(|| text.sticky_index(&txn, start, Assoc::Before));
        Some(BASE64.encode(place?.encode_v1()))
    }

    /// Where a region is now, in UTF-16 units. `None` when its file is gone, or its places cannot be read.
    pub fn range(&self, region: &Region) -> Option<(u32, u32)> {
        let length = self.text_of(&region.file)?.len(&self.doc.transact());
        let Some(range) = &region.range else {
            return Some((0, length));
        };
        let (one, other) = (self.offset(&range.start)?, self.offset(&range.end)?);
        Some((one.min(other).min(length), one.max(other).min(length)))
    }
}

/// The lines that a selection touches, without the last one's line break. One that ends before the first character of
/// a line does not touch that line. Lines without any character take a line break beside them: a region needs a
/// character to hold to.
fn whole_lines(text: &str, start: u32, end: u32) -> Option<(u32, u32)> {
    let units: Vec<u16> = text.encode_utf16().collect();
    let clamp = |at: u32| (at as usize).min(units.len());
    let breaks = |part: &[u16], from_end: bool| {
        let is_break = |unit: &u16| *unit == u16::from(b'\n');
        if from_end { part.iter().rposition(is_break) } else { part.iter().position(is_break) }
    };
    let (start, mut end) = (clamp(start), clamp(end));
    if end > start && end.checked_sub(1).and_then(|last| units.get(last)) == Some(&u16::from(b'\n')) {
        end -= 1;
    }
    let mut from = breaks(units.get(..start)?, true).map_or(0, |at| at + 1);
    let mut to = breaks(units.get(end..)?, false).map_or(units.len(), |at| end + at);
    if from == to {
        if to < units.len() {
            to += 1;
        } else {
            from = from.checked_sub(1)?;
        }
    }
    Some((u32::try_from(from).ok()?, u32::try_from(to).ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::Edit;

    const TEXT: &str = "one\ntwo 🙂\n\nfour";

    #[track_caller]
    fn check(start: u32, end: u32, expected: &str) {
        let (from, to) = whole_lines(TEXT, start, end).unwrap();
        let units: Vec<u16> = TEXT.encode_utf16().collect();
        assert_eq!(String::from_utf16(&units[from as usize..to as usize]).unwrap(), expected);
    }

    #[test]
    fn a_selection_is_widened_to_whole_lines() {
        check(1, 2, "one");
        check(1, 1, "one");
        check(0, 3, "one");
        check(2, 5, "one\ntwo 🙂");
        check(0, 16, "one\ntwo 🙂\n\nfour");
        check(13, 99, "four");
    }

    #[test]
    fn a_selection_that_ends_before_a_line_leaves_it_out() {
        check(0, 4, "one");
        check(4, 11, "two 🙂");
        check(0, 11, "one\ntwo 🙂");
    }

    #[test]
    fn lines_without_a_character_take_a_line_break() {
        check(11, 11, "\n");
        assert_eq!(whole_lines("a\n", 2, 2), Some((1, 2)));
        assert_eq!(whole_lines("", 0, 0), None);
    }

    fn replica(text: &str) -> (Replica, FileId) {
        let mut replica = Replica::new(1, || 0);
        let id = FileId::from("f");
        replica.create(&id, "a.py");
        replica.typed(&id, &[edit(0, 0, text)]);
        (replica, id)
    }

    fn edit(offset: u32, removed: u32, text: &str) -> Edit {
        Edit { offset, removed, text: text.into() }
    }

    #[test]
    fn a_region_holds_to_its_own_characters() {
        let (mut replica, id) = replica("aa\nbb\ncc\n");
        let region = replica.lines(&id, 4, 4).unwrap();
        assert_eq!(replica.range(&region), Some((3, 5)));
        replica.typed(&id, &[edit(0, 0, "new\n")]);
        assert_eq!(replica.range(&region), Some((7, 9)), "it moves with what is typed above");
        replica.typed(&id, &[edit(9, 0, "!")]);
        assert_eq!(replica.range(&region), Some((7, 9)), "what is typed behind it is outside");
        replica.typed(&id, &[edit(8, 0, "xyz")]);
        assert_eq!(replica.range(&region), Some((7, 12)), "what is typed in it is inside");
    }

    #[test]
    fn the_place_of_a_line_moves_with_its_first_character() {
        let (mut replica, id) = replica("aa\nbb\n");
        let (second, last) = (replica.line(&id, 3).unwrap(), replica.line(&id, 6).unwrap());
        assert_eq!((replica.offset(&second), replica.offset(&last)), (Some(3), Some(6)));
        replica.typed(&id, &[edit(3, 0, "new\n")]);
        assert_eq!((replica.offset(&second), replica.offset(&last)), (Some(7), Some(10)));
        replica.typed(&id, &[edit(7, 3, "")]);
        assert_eq!(replica.offset(&second), Some(7), "its line is gone: the next one is there");
        assert_eq!(replica.line(&id, 99), None);
        let empty = FileId::from("e");
        replica.create(&empty, "e.py");
        let first = replica.line(&empty, 0).unwrap();
        assert_eq!(replica.offset(&first), Some(0));
    }

    #[test]
    fn a_file_is_a_region_and_a_gone_one_is_nowhere() {
        let (mut replica, id) = replica("abc");
        let whole = Region { file: id.clone(), range: None };
        assert_eq!(replica.range(&whole), Some((0, 3)));
        let lines = replica.lines(&id, 0, 0).unwrap();
        let broken = RegionRange { start: "no base64!".into(), end: "AAE=".into() };
        assert_eq!(replica.range(&Region { file: id.clone(), range: Some(broken) }), None);
        replica.delete(&id);
        assert_eq!((replica.range(&whole), replica.range(&lines)), (None, None));
    }
}
