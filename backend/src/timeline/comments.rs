//! Comments that people pin to moments of a timeline: made, shown, deleted, and carried in a session's file.
//!
//! Who made one is told by a key, since a link's token is often many people's: the key is told once, and its hash kept.

use std::collections::HashSet;
use std::sync::Arc;

use protocol::comments::{self as wire, COMMENT_MAX, COMMENTS_MAX, Comments, CreatedComment, NewComment};
use protocol::ids::is_client_id;
use protocol::limits::NAME_MAX;
use protocol::timeline::Moment;
use protocol::{CommentId, Seq, SessionId};
use serde::{Deserialize, Serialize};

use super::reader::{self, ReadError};
use crate::secret::{self, Hash};
use crate::store::comments::Comment;
use crate::store::{self, Store, StoreError};

/// How somebody is called who does not say.
const NAMELESS: &str = "Someone";

/// Why a comment was not made, or not deleted.
#[derive(Debug, thiserror::Error)]
pub enum CommentError {
    /// It says nothing.
    #[error("a comment says something")]
    Empty,
    /// It is too long.
    #[error("a comment has at most {COMMENT_MAX} characters")]
    Long,
    /// Its author's name is too long.
    #[error("a name has at most {NAME_MAX} characters")]
    LongName,
    /// There are as many as there may be.
    #[error("a session has at most {COMMENTS_MAX} comments; delete one first")]
    TooMany,
    /// There is no such comment.
    #[error("there is no such comment")]
    None,
    /// It is somebody else's.
    #[error("only its author and the session's owner may delete a comment")]
    Foreign,
    /// The timeline has no such moment, or could not be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// The store did not answer.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// All of a session.
pub async fn all(store: &Arc<dyn Store>, id: &SessionId) -> Result<Comments, StoreError> {
    let now = store::now();
    Ok(Comments { comments: store.comments(id).await?.into_iter().map(|comment| view(comment, now)).collect() })
}

/// Pins one to a moment of the timeline.
///
/// # Errors
///
/// When it is past a limit, or the moment is not in the timeline.
pub async fn pin(store: &Arc<dyn Store>, id: &SessionId, wanted: NewComment) -> Result<CreatedComment, CommentError> {
    let NewComment { seq, text, name, color } = wanted;
    let (text, name) = (clean(&text), clean_line(&name.unwrap_or_default()));
    let name = if name.is_empty() { NAMELESS.to_owned() } else { name };
    check(&text, &name)?;
    let moment = reader::moment(store, id, seq).await?;
    let (key, made) = (secret::token(), store::now());
    let comment =
        Comment { id: CommentId(secret::token()), moment, name, color, text, made, key: Some(Hash::of(&key)) };
    if !store.pin(id, &comment, u32::try_from(COMMENTS_MAX).unwrap_or(u32::MAX)).await? {
        return Err(CommentError::TooMany);
    }
    Ok(CreatedComment { comment: view(comment, made), key })
}

/// Deletes one: for the owner, or whoever shows its key.
///
/// # Errors
///
/// When it is not there, or somebody else's.
pub async fn remove(
    store: &Arc<dyn Store>,
    id: &SessionId,
    comment: &CommentId,
    (owns, key): (bool, &str),
) -> Result<(), CommentError> {
    let known = store.comments(id).await?.into_iter().find(|known| known.id == *comment).ok_or(CommentError::None)?;
    if !owns && !known.key.is_some_and(|hash| hash.matches(key)) {
        return Err(CommentError::Foreign);
    }
    if store.unpin(id, comment).await? { Ok(()) } else { Err(CommentError::None) }
}

fn check(text: &str, name: &str) -> Result<(), CommentError> {
    if text.is_empty() {
        return Err(CommentError::Empty);
    }
    if text.chars().count() > COMMENT_MAX {
        return Err(CommentError::Long);
    }
    if name.chars().count() > NAME_MAX {
        return Err(CommentError::LongName);
    }
    Ok(())
}

/// A text with LF alone, and nothing unprintable.
fn clean(text: &str) -> String {
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    text.trim().chars().filter(|c| !c.is_control() || matches!(c, '\n' | '\t')).collect()
}

/// A text in a line.
fn clean_line(text: &str) -> String {
    text.trim().chars().filter(|c| !c.is_control()).collect()
}

fn view(comment: Comment, now: u64) -> wire::Comment {
    let Comment { id, moment, name, color, text, made, key: _ } = comment;
    wire::Comment { id, moment, name, color, text, age_s: now.saturating_sub(made) / 1_000 }
}

/// A comment as a session's file has it. No key goes along: elsewhere only the owner deletes it.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Written {
    id: CommentId,
    seq: Seq,
    at_ms: u64,
    name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    color: Option<u8>,
    text: String,
    /// Milliseconds of the Unix epoch.
    made: u64,
}

/// Why what a file has for comments is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WrittenError {
    /// It cannot be read.
    #[error("comments that cannot be read")]
    Form,
    /// There are more than a session may have.
    #[error("comments")]
    TooMany,
    /// One is no comment.
    #[error("a comment that cannot be")]
    Comment,
    /// One is pinned to what is not in the timeline.
    #[error("a comment on another timeline")]
    Moment,
}

/// Comments as a session's file has them.
///
/// # Errors
///
/// Never, but for what JSON cannot say.
pub fn write(comments: Vec<Comment>) -> Result<Vec<u8>, serde_json::Error> {
    let written = comments.into_iter().map(|comment| {
        let Comment { id, moment: Moment { seq, at_ms }, name, color, text, made, key: _ } = comment;
        Written { id, seq, at_ms, name, color, text, made }
    });
    serde_json::to_vec(&written.collect::<Vec<_>>())
}

/// The comments of a session's file, whose timeline ends at a moment. Whatever is in it was checked then.
///
/// # Errors
///
/// When it holds anything else.
pub fn read(part: &[u8], end: Moment) -> Result<Vec<Comment>, WrittenError> {
    let written: Vec<Written> = serde_json::from_slice(part).map_err(|_| WrittenError::Form)?;
    if written.len() > COMMENTS_MAX {
        return Err(WrittenError::TooMany);
    }
    let mut ids = HashSet::new();
    let one = |written: Written| {
        let Written { id, seq, at_ms, name, color, text, made } = written;
        let is_clean = clean(&text) == text && clean_line(&name) == name && !name.is_empty();
        if !is_clean || check(&text, &name).is_err() || !is_client_id(id.as_str()) || !ids.insert(id.clone()) {
            return Err(WrittenError::Comment);
        }
        if seq > end.seq || at_ms > end.at_ms {
            return Err(WrittenError::Moment);
        }
        Ok(Comment { id, moment: Moment { seq, at_ms }, name, color, text, made, key: None })
    };
    written.into_iter().map(one).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const END: Moment = Moment { seq: Seq(9), at_ms: 900 };

    fn comment(id: &str) -> Comment {
        let moment = Moment { seq: Seq(9), at_ms: 900 };
        let (name, text) = ("Ada".to_owned(), "<b>one</b>\n\ttwo".to_owned());
        Comment { id: id.into(), moment, name, color: Some(2), text, made: 5, key: None }
    }

    #[test]
    fn what_was_written_is_read_without_its_key() {
        let with_key = Comment { key: Some(Hash::of("k")), ..comment("c1") };
        let part = write(vec![with_key, comment("c2")]).unwrap();
        assert_eq!(read(&part, END).unwrap(), [comment("c1"), comment("c2")]);
    }

    #[test]
    fn what_could_not_have_been_written_is_refused() {
        let refused = |change: fn(&mut Comment)| {
            let mut changed = comment("c1");
            change(&mut changed);
            read(&write(vec![changed]).unwrap(), END).unwrap_err()
        };
        assert_eq!(refused(|c| c.text = " ".to_owned()), WrittenError::Comment);
        assert_eq!(refused(|c| c.text = "a\u{0}".to_owned()), WrittenError::Comment);
        assert_eq!(refused(|c| c.text = "ä".repeat(COMMENT_MAX + 1)), WrittenError::Comment);
        assert_eq!(refused(|c| c.name.clear()), WrittenError::Comment);
        assert_eq!(refused(|c| c.name = "n".repeat(NAME_MAX + 1)), WrittenError::Comment);
        assert_eq!(refused(|c| c.id = "../x".into()), WrittenError::Comment);
        assert_eq!(refused(|c| c.moment.seq = Seq(10)), WrittenError::Moment);
        assert_eq!(refused(|c| c.moment.at_ms = u64::MAX), WrittenError::Moment);
        let twice = write(vec![comment("c1"), comment("c1")]).unwrap();
        assert_eq!(read(&twice, END).unwrap_err(), WrittenError::Comment);
        let many = write((0..=COMMENTS_MAX).map(|n| comment(&format!("c{n}"))).collect()).unwrap();
        assert_eq!(read(&many, END).unwrap_err(), WrittenError::TooMany);
        for form in ["", "{}", "[{}]", "[1]", r#"[{"id":"c"}]"#] {
            assert_eq!(read(form.as_bytes(), END).unwrap_err(), WrittenError::Form, "{form}");
        }
    }

    #[test]
    fn a_text_has_its_lines_and_nothing_unprintable() {
        assert_eq!(clean("  one\r\ntwo\rthree\t\u{7}\u{0} \n"), "one\ntwo\nthree\t");
        assert_eq!(clean_line(" A\nd\u{1b}a "), "Ada");
    }
}
