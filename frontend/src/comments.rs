//! Comments on a timeline as a replay shows them: their order, which of them belong to what is shown, and which of them
//! this browser may delete.
//!
//! Pure. A comment's key is told once, to the page that made it: this browser keeps it.

use std::collections::BTreeMap;

use protocol::comments::Comment;
use protocol::timeline::Moment;
use protocol::view::{Participant, Role};
use protocol::{CommentId, Seq};

/// For how long a comment belongs to what is shown behind its moment, in milliseconds that a person watches: as long as
/// a short one takes to be read.
const LASTS_MS: f64 = 6_000.0;
/// How many colours there are for people whose colour in the session is not known.
const COLORS: u32 = 8;

/// The keys that this browser was told, by comment.
pub type Keys = BTreeMap<CommentId, String>;

/// Keys as they were kept; none when that cannot be read.
pub fn read_keys(kept: Option<&str>) -> Keys {
    kept.and_then(|kept| serde_json::from_str(kept).ok()).unwrap_or_default()
}

/// Puts a new one where it stands: behind those of its moment.
pub fn insert(comments: &mut Vec<Comment>, new: Comment) {
    let at = comments.partition_point(|comment| comment.moment.seq <= new.moment.seq);
    comments.insert(at, new);
}

/// Those that belong to what is shown: of the last moment with any, for a while. What is shown is a step, the playhead's
/// time, and how fast time passes.
pub fn current(comments: &[Comment], (shown, now): (Seq, f64), speed: f64) -> Vec<CommentId> {
    let past = comments.partition_point(|comment| comment.moment.seq <= shown);
    let past = comments.get(..past).unwrap_or_default();
    let Some(last) = past.last().map(|comment| comment.moment) else { return Vec::new() };
    if last.seq != shown && now - last.at_ms as f64 > LASTS_MS * speed.max(1.0) {
        return Vec::new();
    }
    past.iter().rev().take_while(|comment| comment.moment.seq == last.seq).map(|comment| comment.id.clone()).collect()
}

/// The moment of the next comments, or of those before: where the keys go.
pub fn neighbour(comments: &[Comment], shown: Seq, forward: bool) -> Option<Moment> {
    let mut moments = comments.iter().map(|comment| comment.moment);
    if forward { moments.find(|at| at.seq > shown) } else { moments.rev().find(|at| at.seq < shown) }
}

/// Whether somebody with this role deletes a comment: the owner any, an editor those whose key this browser has.
pub fn may_delete(role: Role, keys: &Keys, comment: &CommentId) -> bool {
    role >= Role::Owner || role >= Role::Editor && keys.contains_key(comment)
}

/// The author as a person of the page's. Who has no colour in the session has one by name, the same every time.
pub fn author(comment: &Comment) -> Participant {
    let by_name = || comment.name.chars().fold(0u32, |sum, c| sum.wrapping_mul(31).wrapping_add(u32::from(c))) % COLORS;
    let color = comment.color.or_else(|| u8::try_from(by_name()).ok()).unwrap_or_default();
    Participant { id: "".into(), name: comment.name.clone(), color }
}

/// How many there are.
pub fn count(comments: usize) -> String {
    if comments == 0 { "None yet".to_owned() } else { comments.to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn comment(id: &str, seq: u64) -> Comment {
        let moment = Moment { seq: Seq(seq), at_ms: seq * 1_000 };
        let (name, text) = ("Ada".to_owned(), "here".to_owned());
        Comment { id: id.into(), moment, name, color: None, text, age_s: 0 }
    }

    fn all() -> Vec<Comment> {
        vec![comment("a", 2), comment("b", 5), comment("c", 5), comment("d", 20)]
    }

    #[test]
    fn a_new_one_stands_behind_those_of_its_moment() {
        let mut comments = all();
        insert(&mut comments, comment("e", 5));
        insert(&mut comments, comment("f", 1));
        let ids: Vec<&str> = comments.iter().map(|comment| comment.id.as_str()).collect();
        assert_eq!(ids, ["f", "a", "b", "c", "e", "d"]);
    }

    #[test]
    fn the_last_ones_belong_to_what_is_shown_for_a_while() {
        let ids = |shown: u64, now: f64, speed: f64| {
            let ids = current(&all(), (Seq(shown), now), speed);
            ids.iter().map(|id| id.as_str().to_owned()).collect::<String>()
        };
        assert_eq!(ids(1, 1_000.0, 1.0), "", "before the first");
        assert_eq!(ids(2, 2_000.0, 1.0), "a");
        assert_eq!(ids(2, 90_000.0, 1.0), "a", "as long as its step is shown");
        assert_eq!(ids(5, 5_000.0, 1.0), "cb");
        assert_eq!(ids(6, 10_999.0, 1.0), "cb");
        assert_eq!(ids(7, 11_001.0, 1.0), "");
        assert_eq!(ids(7, 11_001.0, 4.0), "cb", "time passes faster");
        assert_eq!(ids(99, 99_000.0, 1.0), "");
        assert_eq!(current(&[], (Seq(5), 1.0), 1.0), []);
    }

    #[test]
    fn keys_go_from_moment_to_moment() {
        let to = |shown, forward| neighbour(&all(), Seq(shown), forward).map(|at| at.seq.0);
        assert_eq!([to(0, true), to(2, true), to(5, true), to(20, true)], [Some(2), Some(5), Some(20), None]);
        assert_eq!([to(99, false), to(20, false), to(5, false), to(2, false)], [Some(20), Some(5), Some(2), None]);
    }

    #[test]
    fn an_editor_deletes_by_key_and_an_owner_everything() {
        let keys = read_keys(Some(r#"{"a":"k"}"#));
        let may = |role, id: &str| may_delete(role, &keys, &id.into());
        assert_eq!([may(Role::Owner, "b"), may(Role::Editor, "a"), may(Role::Editor, "b")], [true, true, false]);
        assert_eq!([may(Role::Viewer, "a"), may(Role::Replay, "a")], [false, false]);
        assert_eq!(read_keys(Some("nonsense")), Keys::new());
    }

    #[test]
    fn who_has_no_colour_has_the_same_every_time() {
        let colored = Comment { color: Some(3), ..comment("a", 1) };
        assert_eq!(author(&colored).color, 3);
        let (first, again) = (author(&comment("a", 1)).color, author(&comment("b", 2)).color);
        assert!(first == again && u32::from(first) < COLORS);
    }
}
