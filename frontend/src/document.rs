//! The replica: this page's copy of the session's Yjs document, and the person's own undo.
//!
//! Owns the order of bytes in and out of yrs. Knows files, texts and places; knows nothing of the socket, of turns or
//! of the editor: changes come out as values.

mod files;
mod observe;
mod region;

use std::cell::RefCell;
use std::collections::HashSet;
use std::rc::Rc;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use protocol::FileId;
use yrs::sync::{Message, SyncMessage};
use yrs::undo::UndoManager;
use yrs::updates::decoder::Decode;
use yrs::updates::encoder::Encode;
use yrs::{
    Assoc, ClientID, Doc, GetString, IndexedSequence, Map, MapRef, OffsetKind, Options, Out, ReadTxn, StateVector,
    StickyIndex, Text, TextRef, Transact, TransactionMut, Update,
};

pub use files::listing;
use observe::Observed;

/// The root map: file id -> `{path, text}`.
const FILES: &str = "files";
/// The origin of what the person types here; the undo manager follows this one alone.
const ME: &str = "me";
/// The origin of what comes from the server.
const SERVER: &str = "server";
/// The origin of a document that comes: nobody has seen anything of it, so nothing of it is a change.
const OPENING: &str = "opening";
/// Keystrokes closer together than this are one undo step, in milliseconds: a word, not a letter.
const UNDO_GROUP_MS: u64 = 500;
/// The most UTF-16 units that one update of ours inserts or removes: at 3 bytes each, what it inserts, or what undo puts
/// back, stays below the frame limit.
const EDIT_UNITS: u32 = 64 * 1024;

/// One replacement in a file's text. Offsets count UTF-16 units of the text before the whole change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edit {
    /// Where.
    pub offset: u32,
    /// Units that go.
    pub removed: u32,
    /// What comes.
    pub text: String,
}

/// What one transaction did to one file's text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TextChange {
    /// The file.
    pub file: FileId,
    /// Left to right, not overlapping.
    pub edits: Vec<Edit>,
}

/// What has happened in the replica since it was last asked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Changes {
    /// Texts that the editor does not have yet: the server's and undo's, not the person's typing.
    pub texts: Vec<TextChange>,
    /// A file came, went, or has another path.
    pub listing: bool,
    /// What the server has to be told: y-protocols messages.
    pub outgoing: Vec<Vec<u8>>,
}

/// What a message from the server says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Incoming {
    /// It brings changes: the Yjs update in it.
    Update(Vec<u8>),
    /// It brings a part of what this replica lacks: the Yjs update in it.
    Part(Vec<u8>),
    /// It asks for what this replica has and the holder of this state vector has not.
    Question(StateVector),
}

/// The bytes could not be read or integrated: the replica must be built anew.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unreadable;

/// Bytes that came as text.
pub fn decode(text: &str) -> Result<Vec<u8>, Unreadable> {
    BASE64.decode(text).map_err(|_| Unreadable)
}

/// The replica.
pub struct Replica {
    undo: UndoManager<()>,
    observed: Rc<RefCell<Observed>>,
    files: MapRef,
    doc: Doc,
}

impl Replica {
    /// An empty replica that writes as `client`. `now` tells milliseconds, for grouping undo.
    pub fn new(client: u64, now: fn() -> u64) -> Self {
        let mut options = Options::with_client_id(ClientID::new(client));
        options.offset_kind = OffsetKind::Utf16;
        let doc = Doc::with_options(options);
        let files = doc.get_or_insert_map(FILES);
        let observed = observe::attach(&files);
        let mut undo = UndoManager::with_options(yrs::undo::Options {
            capture_timeout_millis: UNDO_GROUP_MS,
            tracked_origins: HashSet::from([ME.into()]),
            capture_transaction: None,
            timestamp: Arc::new(now),
            init_undo_stack: Vec::new(),
            init_redo_stack: Vec::new(),
        });
        undo.expand_scope(&doc, &files);
        Self { undo, observed, files, doc }
    }

    /// The same content under another client id: after the server gave this page a new one. Undo begins anew.
    pub fn renamed(&self, client: u64, now: fn() -> u64) -> Result<Self, Unreadable> {
        let state = self.doc.transact().encode_state_as_update_v1(&StateVector::default());
        let fresh = Self::new(client, now);
        fresh.apply([state.as_slice()])?;
        fresh.take();
        Ok(fresh)
    }

    /// The id that this replica writes as.
    pub fn client(&self) -> u64 {
        self.doc.client_id().get()
    }

    /// What has happened since the last call.
    pub fn take(&self) -> Changes {
        self.observed.borrow_mut().take()
    }

    /// The state vector (v1), base64: for `hello`.
    pub fn state_vector(&self) -> String {
        BASE64.encode(self.doc.transact().state_vector().encode_v1())
    }

    /// Reads a y-protocols message.
    pub fn receive(&self, message: &[u8]) -> Result<Option<Incoming>, Unreadable> {
        match Message::decode_v1(message).map_err(|_| Unreadable)? {
            Message::Sync(SyncMessage::SyncStep1(vector)) => Ok(Some(Incoming::Question(vector))),
            Message::Sync(SyncMessage::SyncStep2(update)) => Ok(Some(Incoming::Part(update))),
            Message::Sync(SyncMessage::Update(update)) => Ok(Some(Incoming::Update(update))),
            Message::Auth(_) | Message::AwarenessQuery | Message::Awareness(_) | Message::Custom(..) => Ok(None),
        }
    }

    /// What this replica has and the holder of `vector` has not, as a message.
    pub fn answer(&self, vector: &StateVector) -> Vec<u8> {
        let diff = self.doc.transact().encode_state_as_update_v1(vector);
        Message::Sync(SyncMessage::SyncStep2(diff)).encode_v1()
    }

    /// Applies the server's updates in one transaction: what is between them is never seen.
    pub fn apply<'a>(&self, updates: impl IntoIterator<Item = &'a [u8]>) -> Result<(), Unreadable> {
        let mut txn = self.doc.transact_mut_with(SERVER);
        for update in updates {
            let update = Update::decode_v1(update).map_err(|_| Unreadable)?;
            txn.apply_update(update).map_err(|_| Unreadable)?;
        }
        Ok(())
    }

    /// Applies a part of a document of which nothing is shown yet.
    pub fn take_in(&self, part: &[u8]) -> Result<(), Unreadable> {
        let update = Update::decode_v1(part).map_err(|_| Unreadable)?;
        self.doc.transact_mut_with(OPENING).apply_update(update).map_err(|_| Unreadable)
    }

    /// How many files there are.
    pub fn count(&self) -> usize {
        self.files.len(&self.doc.transact()) as usize
    }

    /// What the person typed. Edits are in the order in which the editor reports them: each counts units of the
    /// text as the ones before it left it, which is the same as right to left over the old text.
    ///
    /// A large edit is several, each a step of undo: taken back or not, each fits a frame.
    pub fn typed(&mut self, file: &FileId, edits: &[Edit]) {
        let Some(text) = self.text_of(file) else {
            return;
        };
        for edit in edits {
            let pieces = chunks(&edit.text);
            let large = pieces.len() > 1 || edit.removed > EDIT_UNITS;
            let mut removed = edit.removed;
            while removed > EDIT_UNITS {
                removed -= EDIT_UNITS;
                self.mine(|txn| text.remove_range(txn, edit.offset + removed, EDIT_UNITS));
                self.undo.reset();
            }
            // The last piece first: the CRDT would join pieces that come in order into one block, and copy all of it
            // for every later change in it.
            let mut pieces = pieces.into_iter().rev();
            let last = pieces.next();
            self.mine(|txn| {
                if removed > 0 {
                    text.remove_range(txn, edit.offset, removed);
                }
                if let Some(piece) = last {
                    text.insert(txn, edit.offset, piece);
                }
            });
            for piece in pieces {
                self.undo.reset();
                self.mine(|txn| text.insert(txn, edit.offset, piece));
            }
            if large {
                self.undo.reset();
            }
        }
    }

    /// One change by the person: what the server has to be told of it is written down.
    fn mine(&self, change: impl FnOnce(&mut TransactionMut<'_>)) {
        let mut txn = self.doc.transact_mut_with(ME);
        change(&mut txn);
        // Before the commit: an observer's update is encoded after neighbouring blocks were joined, which costs a pass
        // over the whole text, and would do so for the server's changes, too.
        let update = txn.encode_update_v1();
        drop(txn);
        self.observed.borrow_mut().tell(update);
    }

    /// Takes the person's last step back. Whether there was one.
    pub fn undo(&mut self) -> bool {
        self.watched(|undo| undo.can_undo() && undo.undo_blocking())
    }

    /// Brings it back.
    pub fn redo(&mut self) -> bool {
        self.watched(|undo| undo.can_redo() && undo.redo_blocking())
    }

    /// The undo manager makes its own transactions: for them alone an observer is worth its cost.
    fn watched(&mut self, step: impl FnOnce(&mut UndoManager<()>) -> bool) -> bool {
        observe::outgoing(&self.doc, &self.observed, || step(&mut self.undo))
    }

    /// A file's length, in UTF-16 units.
    pub fn length(&self, file: &FileId) -> u32 {
        self.text_of(file).map_or(0, |text| text.len(&self.doc.transact()))
    }

    /// A file's text.
    pub fn text(&self, file: &FileId) -> Option<String> {
        Some(self.text_of(file)?.get_string(&self.doc.transact()))
    }

    /// A place that moves with the text around it: a Yjs relative position (v1), base64.
    pub fn anchor(&self, file: &FileId, offset: u32) -> Option<String> {
        let text = self.text_of(file)?;
        let place = text.sticky_index(&self.doc.transact(), offset, Assoc::Before)?;
        Some(BASE64.encode(place.encode_v1()))
    }

    /// Where such a place is now, in UTF-16 units.
    pub fn offset(&self, place: &str) -> Option<u32> {
        let bytes = BASE64.decode(place).ok()?;
        let place = StickyIndex::decode_v1(&bytes).ok()?;
        Some(place.get_offset(&self.doc.transact())?.index)
    }

    fn text_of(&self, file: &FileId) -> Option<TextRef> {
        let txn = self.doc.transact();
        match files::entry(&self.files, &txn, file)? {
            (_, Out::YText(text)) => Some(text),
            _ => None,
        }
    }
}

/// Splits a long insertion where characters begin.
fn chunks(text: &str) -> Vec<&str> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let mut length = 0;
        let end = rest
            .char_indices()
            .find(|(_, c)| {
                length += c.len_utf16();
                length > EDIT_UNITS as usize
            })
            .map_or(rest.len(), |(at, _)| at);
        let (piece, after) = rest.split_at(end);
        pieces.push(piece);
        rest = after;
    }
    pieces
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU64, Ordering};

    use super::*;

    /// Every look is a second later: no two steps of undo are grouped.
    fn clock() -> u64 {
        static NOW: AtomicU64 = AtomicU64::new(1);
        NOW.fetch_add(1_000, Ordering::Relaxed)
    }

    fn pair() -> (Replica, Replica, FileId) {
        let (mut a, b) = (Replica::new(1, clock), Replica::new(2, clock));
        let id = FileId::from("f1");
        a.create(&id, "a.py");
        exchange(&a, &b);
        (a, b, id)
    }

    fn exchange(from: &Replica, to: &Replica) -> Changes {
        for message in from.take().outgoing {
            let Ok(Some(Incoming::Update(update))) = to.receive(&message) else { panic!("an update") };
            to.apply([update.as_slice()]).unwrap();
        }
        to.take()
    }

    fn edit(offset: u32, removed: u32, text: &str) -> Edit {
        Edit { offset, removed, text: text.into() }
    }

    #[test]
    fn typing_reaches_the_other_replica_as_a_delta() {
        let (mut a, b, id) = pair();
        a.typed(&id, &[edit(0, 0, "héllo 🙂 world")]);
        exchange(&a, &b);
        a.typed(&id, &[edit(9, 5, "moon")]);
        let changes = exchange(&a, &b);
        assert_eq!(changes.texts, [TextChange { file: id.clone(), edits: vec![edit(9, 5, "moon")] }]);
        assert!(changes.outgoing.is_empty(), "what came from the server does not go back");
        assert_eq!(b.text(&id).unwrap(), "héllo 🙂 moon");
    }

    #[test]
    fn undo_takes_back_only_what_the_person_typed() {
        let (mut a, mut b, id) = pair();
        a.typed(&id, &[edit(0, 0, "mine ")]);
        exchange(&a, &b);
        b.typed(&id, &[edit(5, 0, "theirs")]);
        exchange(&b, &a);
        assert!(a.undo());
        let changes = exchange_taken(&a, &b);
        assert_eq!(a.text(&id).unwrap(), "theirs");
        assert_eq!(b.text(&id).unwrap(), "theirs");
        assert_eq!(changes.texts, [TextChange { file: id, edits: vec![edit(0, 5, "")] }], "the editor is told of undo");
    }

    fn exchange_taken(from: &Replica, to: &Replica) -> Changes {
        let changes = from.take();
        for message in &changes.outgoing {
            if let Ok(Some(Incoming::Update(update))) = to.receive(message) {
                to.apply([update.as_slice()]).unwrap();
            }
        }
        changes
    }

    #[test]
    fn typing_while_offline_comes_back_by_the_two_way_sync() {
        let (mut a, b, id) = pair();
        a.typed(&id, &[edit(0, 0, "offline")]);
        a.take();
        let ask = Message::Sync(SyncMessage::SyncStep1(b.doc.transact().state_vector())).encode_v1();
        let Ok(Some(Incoming::Question(vector))) = a.receive(&ask) else { panic!("a question") };
        let reply = a.answer(&vector);
        let Ok(Some(Incoming::Part(update))) = b.receive(&reply) else { panic!("a part") };
        b.apply([update.as_slice()]).unwrap();
        assert_eq!(b.text(&id).unwrap(), "offline");
    }

    #[test]
    fn a_document_that_comes_is_no_change_and_what_is_typed_into_it_then_is_the_persons_own() {
        let (mut a, b, id) = pair();
        a.typed(&id, &[edit(0, 0, "there")]);
        let mut c = Replica::new(3, clock);
        for from in [&b, &a] {
            let Ok(Some(Incoming::Part(part))) = c.receive(&from.answer(&StateVector::default())) else {
                panic!("a part")
            };
            c.take_in(&part).unwrap();
        }
        assert_eq!((c.take(), c.count()), (Changes::default(), 1));
        c.typed(&id, &[edit(5, 0, "!"), edit(0, 0, "I am ")]);
        exchange(&c, &a);
        assert_eq!(a.text(&id).unwrap(), "I am there!");
        while c.undo() {}
        assert_eq!(c.text(&id).unwrap(), "there");
        assert_eq!(c.take_in(&[1, 2, 3]), Err(Unreadable));
    }

    #[test]
    fn a_renamed_replica_keeps_what_was_never_sent() {
        let (mut a, _, id) = pair();
        a.typed(&id, &[edit(0, 0, "kept")]);
        let c = a.renamed(9, clock).unwrap();
        assert_eq!((c.client(), c.text(&id).unwrap().as_str()), (9, "kept"));
        assert!(c.take().outgoing.is_empty());
    }

    #[test]
    fn places_move_with_the_text() {
        let (mut a, _, id) = pair();
        a.typed(&id, &[edit(0, 0, "abc")]);
        let place = a.anchor(&id, 2).unwrap();
        a.typed(&id, &[edit(0, 0, "xx")]);
        assert_eq!(a.offset(&place), Some(4));
        assert_eq!(a.offset("no base64!"), None);
    }

    #[test]
    fn a_long_paste_is_split_where_characters_begin() {
        let text = "🙂".repeat(EDIT_UNITS as usize);
        let pieces = chunks(&text);
        assert_eq!(pieces.len(), 2);
        assert_eq!(pieces.concat(), text);
        assert!(chunks("").is_empty());
    }

    #[test]
    fn what_undo_brings_back_fits_a_frame() {
        let (mut a, b, id) = pair();
        let text = "0123456789".repeat(20_000);
        a.typed(&id, &[edit(0, 0, &text)]);
        exchange(&a, &b);
        a.typed(&id, &[edit(0, 200_000, "")]);
        exchange(&a, &b);
        assert_eq!(b.length(&id), 0);
        while b.length(&id) < 200_000 && a.undo() {
            let changes = exchange_taken(&a, &b);
            let largest = changes.outgoing.iter().map(Vec::len).max();
            assert!(largest < Some(protocol::limits::CLIENT_FRAME_MAX));
        }
        assert!(b.text(&id) == Some(text));
    }

    #[test]
    fn bytes_that_are_no_message_are_refused() {
        let (a, _, _) = pair();
        assert_eq!(a.receive(&[9, 200, 1]), Err(Unreadable));
        assert_eq!(a.apply([[1u8, 2, 3].as_slice()]), Err(Unreadable));
    }
}
