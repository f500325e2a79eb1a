//! What one who comes sees before the document has come: the file that is shown first, and the list of all.

use std::sync::{Arc, OnceLock};

use axum::extract::ws::Utf8Bytes;
use protocol::client::Opening;
use protocol::view::{FileText, FileView};
use protocol::{ErrorCode, FileId, Seq, ServerFrame};

use super::{Effect, State};
use crate::session::entry::encode;
use crate::session::roster::PeerId;

/// A document of less weight comes about as soon as a preview of it would, in bytes.
pub const PREVIEW_FROM: usize = 256 * 1024;

/// What is sent ahead of the document's parts; nothing of a small one.
#[derive(Debug, Default)]
pub struct Preview {
    /// The file that is shown first.
    file: Option<(FileId, String, Arc<str>)>,
    /// All files.
    files: Option<Arc<Listing>>,
}

/// The list of all files. Encoded once, by whoever needs it first.
#[derive(Debug)]
pub struct Listing {
    files: Vec<FileView>,
    wire: OnceLock<Option<Utf8Bytes>>,
}

impl Preview {
    /// The frame ahead of everything, for a document as of `seq`.
    pub fn opening(&self, seq: Seq) -> ServerFrame {
        let text = |(id, path, text): &(FileId, String, Arc<str>)| FileText {
            id: id.clone(),
            path: path.clone(),
            text: text.to_string(),
        };
        ServerFrame::DocumentOpening { seq, file: self.file.as_ref().map(text) }
    }

    /// The list of files, as a text frame.
    pub fn files(&self) -> Option<Utf8Bytes> {
        let listing = self.files.as_ref()?;
        let frame = || encode(&ServerFrame::DocumentFiles { files: listing.files.clone() });
        listing.wire.get_or_init(frame).clone()
    }
}

impl State {
    /// Whether what is done with the whole document takes no time.
    pub fn is_light(&self) -> bool {
        self.doc.weight() < PREVIEW_FROM
    }

    /// The document as far as those who come need it at once.
    pub fn preview(&mut self, opening: &Opening, is_new: bool) -> Preview {
        if !is_new || self.is_light() {
            return Preview::default();
        }
        let listing = self.listing();
        let wanted = opening.file.as_ref().filter(|file| self.doc.revision(file.as_str()).is_some()).cloned();
        let opens = || self.doc.find(&self.lesson.as_ref()?.view.opens).map(FileId);
        // A file that is kept and not edited has no text to show.
        let has_text = |id: &FileId| self.doc.text(id.as_str()).is_some();
        let by_path = || listing.files.iter().map(|file| &file.id).find(|id| has_text(id)).cloned();
        let first = wanted.or_else(opens).filter(has_text).or_else(by_path);
        let file = first.and_then(|id| {
            let (path, text) = (self.doc.path(id.as_str())?, self.doc.text(id.as_str())?);
            Some((id, path, text))
        });
        Preview { file, files: Some(listing) }
    }

    /// All files by path, listed once for every change of which there are.
    fn listing(&mut self) -> Arc<Listing> {
        let table = self.doc.table();
        if let Some((_, listing)) = self.listing.as_ref().filter(|(known, _)| *known == table) {
            return Arc::clone(listing);
        }
        let view = |file: document::FileInfo| FileView { id: FileId(file.id), path: file.path };
        let mut files: Vec<FileView> = self.doc.files().into_iter().map(view).collect();
        files.sort_by(|a, b| (&a.path, &a.id).cmp(&(&b.path, &b.id)));
        let listing = Arc::new(Listing { files, wire: OnceLock::new() });
        self.listing = Some((table, Arc::clone(&listing)));
        listing
    }

    /// Answers a participant's question for what it lacks.
    pub(super) fn answer(&mut self, peer: PeerId, known: &[u8]) {
        if document::is_state_vector(known) {
            self.effects.push(Effect::Answer(peer, known.to_vec()));
        } else {
            self.refuse(peer, None, ErrorCode::BadUpdate, "That edit was refused: not a state vector.");
        }
    }
}
