//! A session as one file: its timeline, to be shown and gone on with elsewhere. `docs/session-file.md` has the form.
//!
//! What is read is checked whole before anything is made of it: a file may come from anybody.

use std::collections::BTreeSet;

use bytes::Bytes;
use document::BlobRef;
use parcel::limits::BINARY_MAX;
use protocol::limits::Limits;
use protocol::timeline::{Mark, Moment};
use protocol::{LessonId, Seq};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::chunk::{self, ChunkError, Reader, put};
use super::comments::{self, WrittenError};
use super::scene::{Scene, SceneError};
use crate::registry::blobs;
use crate::session::utf16_len;
use crate::store::Blob;
use crate::store::comments::Comment;
use crate::store::timeline::Chunk;

/// What a file begins with.
pub const MAGIC: &[u8] = b"MIDSTREAM SESSION\n";
/// The version of the form. The first had a timeline alone, and is read as well.
const VERSION: u32 = 2;
/// The largest file that is read, in bytes: a whole timeline and its marks.
pub const RECORDING_MAX: usize = 80 * 1024 * 1024;
/// A checksum's bytes.
const SUM: usize = 32;
const END: u8 = 0;
const PART: u8 = 1;
const COMMENTS: u8 = 2;
const KEPT: u8 = 3;
/// What the longest length takes.
const LENGTH: usize = 10;

/// What a file says of itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Header {
    version: u32,
    /// The lesson that the session began with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lesson: Option<LessonId>,
    /// Bytes of the timeline that were let go before.
    #[serde(default)]
    pub gone: u64,
}

/// Why a file is not taken.
#[derive(Debug, thiserror::Error)]
pub enum RecordingError {
    /// It is something else.
    #[error("this is not a session of Midstream")]
    Foreign,
    /// It was written by a newer version.
    #[error("the file is of version {0}, which is newer than this server")]
    Newer(u32),
    /// It is cut short, or was changed on its way.
    #[error("the file is damaged: {0}")]
    Damaged(&'static str),
    /// A part of it is none.
    #[error("the file is damaged: {0}")]
    Part(#[from] ChunkError),
    /// Its timeline cannot be followed.
    #[error("the file's timeline cannot be followed: {0}")]
    Scene(#[from] SceneError),
    /// Its comments are none.
    #[error("the file is damaged: {0}")]
    Comments(WrittenError),
    /// It holds more than a session may.
    #[error("the session in the file is past a limit: {0}")]
    Limit(&'static str),
}

/// What was read: how the session began, its timeline, and what it was at the end.
pub struct Recording {
    /// What the file says of itself.
    pub header: Header,
    /// Its timeline.
    pub chunks: Vec<Chunk>,
    /// What people pinned to it.
    pub comments: Vec<Comment>,
    /// Bytes that its files name at the end, as far as the file has them.
    pub blobs: Vec<Blob>,
    /// The session at its end.
    pub scene: Scene,
}

/// Writes a file piece by piece. Knows how long it is.
pub struct RecordingWriter(Sha256, usize);

impl RecordingWriter {
    /// The file's beginning.
    pub fn begin(lesson: Option<LessonId>, gone: u64) -> (RecordingWriter, Vec<u8>) {
        let mut out = MAGIC.to_vec();
        let header = serde_json::to_vec(&Header { version: VERSION, lesson, gone }).unwrap_or_default();
        put(&mut out, header.len() as u64);
        out.extend(header);
        let mut writer = RecordingWriter(Sha256::new(), 0);
        writer.wrote(&out);
        (writer, out)
    }

    /// One chunk.
    pub fn chunk(&mut self, payload: &[u8], marks: Option<&str>) -> Vec<u8> {
        let marks = marks.unwrap_or_default().as_bytes();
        let mut out = Vec::with_capacity(payload.len() + marks.len() + 16);
        out.push(PART);
        for part in [payload, marks] {
            put(&mut out, part.len() as u64);
            out.extend_from_slice(part);
        }
        self.wrote(&out);
        out
    }

    /// What people pinned to the timeline.
    pub fn comments(&mut self, comments: &[u8]) -> Vec<u8> {
        self.part(COMMENTS, comments)
    }

    /// Bytes that a file names.
    pub fn kept(&mut self, bytes: &[u8]) -> Vec<u8> {
        self.part(KEPT, bytes)
    }

    /// Whether so many further bytes fit into a file of a size.
    pub fn fits(&self, bytes: usize, most: usize) -> bool {
        [1, LENGTH, bytes, 1, SUM].into_iter().try_fold(self.1, usize::checked_add).is_some_and(|len| len <= most)
    }

    fn part(&mut self, tag: u8, part: &[u8]) -> Vec<u8> {
        let mut out = Vec::with_capacity(part.len() + 1 + LENGTH);
        out.push(tag);
        put(&mut out, part.len() as u64);
        out.extend_from_slice(part);
        self.wrote(&out);
        out
    }

    fn wrote(&mut self, out: &[u8]) {
        self.0.update(out);
        self.1 += out.len();
    }

    /// The file's end.
    pub fn finish(mut self) -> Vec<u8> {
        self.0.update([END]);
        let mut out = vec![END];
        out.extend_from_slice(&self.0.finalize());
        out
    }
}

/// Reads a file, and follows its timeline to the end.
///
/// # Errors
///
/// When it is none, with words for the person who brought it.
pub fn read(file: Bytes, limits: &Limits) -> Result<Recording, RecordingError> {
    let body = file.strip_prefix(MAGIC).ok_or(RecordingError::Foreign)?;
    let mut reader = Reader(file.slice_ref(body));
    let header: Header = serde_json::from_slice(&reader.part()?)
        .map_err(|_| RecordingError::Damaged("what it says of itself cannot be read"))?;
    if !(1..=VERSION).contains(&header.version) {
        return Err(RecordingError::Newer(header.version));
    }
    check_sum(&file)?;
    let mut chunks: Vec<Chunk> = Vec::new();
    let mut comments: Option<Vec<Comment>> = None;
    let mut kept: Option<Kept> = None;
    let (mut scene, mut upto) = (Scene::default(), header.gone);
    loop {
        let (tag, rest) = reader.0.split_first().ok_or(ChunkError::Damaged("it is cut short"))?;
        let (tag, rest) = (*tag, reader.0.slice_ref(rest));
        reader.0 = rest;
        match tag {
            END if reader.0.len() == SUM => break,
            END => return Err(RecordingError::Damaged("bytes left over")),
            PART if comments.is_none() && kept.is_none() => {}
            COMMENTS if comments.is_none() && kept.is_none() => {
                comments = Some(read_comments(&reader.part()?, &scene)?);
                continue;
            }
            KEPT => {
                kept.get_or_insert_with(|| Kept::of(&scene)).take(&reader.part()?)?;
                continue;
            }
            _ => return Err(RecordingError::Damaged("an unknown part")),
        }
        let (payload, marks) = (reader.part()?, reader.part()?);
        upto += payload.len() as u64;
        let chunk = take_in(chunks.len() as u64, upto, &payload, &marks, &mut scene)?;
        chunks.push(chunk);
    }
    if chunks.is_empty() {
        return Err(RecordingError::Damaged("there is nothing in it"));
    }
    check(&scene, limits)?;
    let blobs = kept.map(|kept| kept.blobs).unwrap_or_default();
    Ok(Recording { header, chunks, comments: comments.unwrap_or_default(), blobs, scene })
}

/// Bytes that came, and those that may still come: what files name at the timeline's end.
struct Kept {
    blobs: Vec<Blob>,
    named: BTreeSet<BlobRef>,
}

impl Kept {
    fn of(scene: &Scene) -> Kept {
        Kept { blobs: Vec::new(), named: scene.document.kept() }
    }

    /// Bytes are what they are: no name that the file gives them is believed.
    fn take(&mut self, bytes: &[u8]) -> Result<(), RecordingError> {
        if bytes.len() > BINARY_MAX {
            return Err(RecordingError::Limit("file size"));
        }
        let name = blobs::name(bytes);
        if !self.named.remove(&name) {
            return Err(RecordingError::Damaged("bytes that no file names"));
        }
        self.blobs.push(Blob { hash: blobs::digest(&name), bytes: bytes.into() });
        Ok(())
    }
}

/// The comments, which follow the timeline that they are pinned to.
fn read_comments(part: &Bytes, scene: &Scene) -> Result<Vec<Comment>, RecordingError> {
    let (seq, at_ms) = scene.moment;
    comments::read(part, Moment { seq, at_ms }).map_err(|error| match error {
        WrittenError::TooMany => RecordingError::Limit("comments"),
        error => RecordingError::Comments(error),
    })
}

/// What was changed by accident is told from what was made so: the sum is no secret.
fn check_sum(file: &Bytes) -> Result<(), RecordingError> {
    let end = file.len().checked_sub(SUM).ok_or(RecordingError::Damaged("it is cut short"))?;
    let (body, sum) = file.split_at(end);
    if Sha256::digest(body).as_slice() == sum {
        return Ok(());
    }
    Err(RecordingError::Damaged("it is cut short, or was changed on its way"))
}

fn take_in(number: u64, upto: u64, payload: &Bytes, marks: &Bytes, scene: &mut Scene) -> Result<Chunk, RecordingError> {
    let steps = chunk::read(payload.clone())?;
    let (Some(first), Some(last)) = (steps.first(), steps.last()) else {
        return Err(RecordingError::Damaged("a part without steps"));
    };
    if number == 0 && !first.is_base() {
        return Err(RecordingError::Damaged("it does not begin with all of the session"));
    }
    for step in &steps {
        scene.step(step)?;
    }
    scene.settle()?;
    let marks = std::str::from_utf8(marks).map_err(|_| RecordingError::Damaged("marks that cannot be read"))?;
    if !marks.is_empty() {
        let read: Vec<Mark> =
            serde_json::from_str(marks).map_err(|_| RecordingError::Damaged("marks that cannot be read"))?;
        let inside = |seq: Seq| first.seq <= seq && seq <= last.seq;
        if !read.iter().all(|mark| inside(mark.moment.seq)) {
            return Err(RecordingError::Damaged("marks of other steps"));
        }
    }
    let marks = (!marks.is_empty()).then(|| marks.to_owned());
    let (first, at, last) = (first.seq, (first.at, last.at), last.seq);
    Ok(Chunk { number, first, last, at, upto, payload: payload.to_vec(), marks })
}

fn check(scene: &Scene, limits: &Limits) -> Result<(), RecordingError> {
    let files = scene.document.files();
    if files.len() > limits.files_max {
        return Err(RecordingError::Limit("files"));
    }
    if files.iter().any(|file| utf16_len(&file.text) as usize > limits.file_max) {
        return Err(RecordingError::Limit("file size"));
    }
    if scene.moment.0.0 > u64::from(u32::MAX) || scene.document.last_load() > u64::from(u32::MAX) {
        return Err(RecordingError::Limit("steps"));
    }
    Ok(())
}
