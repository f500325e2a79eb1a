//! What those who come in are handed: a copy of the document that has let go of deleted text, kept up to date by what
//! the document says has changed. It stands for itself, so that encoding a large document is nobody's wait.

use std::sync::Arc;

use yrs::updates::decoder::Decode;
use yrs::updates::encoder::Encode;
use yrs::{Doc, ReadTxn, StateVector, Transact};

use crate::document::Document;
use crate::op::Refused;
use crate::{parts, replica, wire};

/// What has changed in a document, for its [`Handout`].
#[derive(Debug, Default)]
pub struct News {
    updates: Vec<Vec<u8>>,
}

impl News {
    /// Their size.
    pub fn bytes(&self) -> usize {
        self.updates.iter().map(Vec::len).sum()
    }
}

/// Sync messages that bring what was asked for, in order.
pub type Parts = Arc<[Vec<u8>]>;

/// The copy. What somebody pasted and deleted long ago, a secret perhaps, is not in it.
pub struct Handout {
    doc: Doc,
    /// What it was made of, in bytes.
    weight: usize,
    /// All of it, as one who has nothing was sent it last, with the size of a part: several come in one after another.
    whole: Option<(usize, Parts)>,
}

impl Default for Handout {
    fn default() -> Self {
        Self { doc: replica::empty(0, false).0, weight: 0, whole: None }
    }
}

impl Handout {
    /// Takes in what has changed.
    pub fn take_in(&mut self, news: &News) {
        if news.updates.is_empty() {
            return;
        }
        self.whole = None;
        let mut txn = self.doc.transact_mut();
        for update in &news.updates {
            self.weight += update.len();
            replica::apply(&mut txn, update);
        }
    }

    /// About how much work it is to encode, in bytes.
    pub fn weight(&self) -> usize {
        self.weight
    }

    /// What is new to one who has `state_vector`, or to one who has nothing, as sync messages of about `most` bytes
    /// each, at least one. A replica that takes them in one by one has a document after each.
    ///
    /// # Errors
    ///
    /// When the state vector is malformed.
    pub fn parts(&mut self, state_vector: Option<&[u8]>, most: usize) -> Result<Parts, Refused> {
        let known = read_state_vector(state_vector)?;
        let is_whole = known == StateVector::default();
        if let Some((_, parts)) = self.whole.as_ref().filter(|(size, _)| is_whole && *size == most) {
            return Ok(Arc::clone(parts));
        }
        let update = self.doc.transact().encode_diff_v1(&known);
        let parts: Parts = if update.len() <= most {
            [wire::step_2(&update)].into()
        } else {
            parts::parts(&update, most)?.iter().map(|part| wire::step_2(part)).collect()
        };
        if is_whole {
            self.whole = Some((most, Arc::clone(&parts)));
        }
        Ok(parts)
    }

    fn state_vector(&self) -> StateVector {
        self.doc.transact().state_vector()
    }
}

/// Whether these bytes are a state vector.
pub fn is_state_vector(bytes: &[u8]) -> bool {
    read_state_vector(Some(bytes)).is_ok()
}

/// The state vector of a participant's question, if the message is one.
pub fn question(message: &[u8]) -> Option<&[u8]> {
    match wire::parse(message).ok()? {
        wire::Message::Step1(state_vector) => Some(state_vector),
        wire::Message::Step2(_) | wire::Message::Update(_) => None,
    }
}

fn read_state_vector(bytes: Option<&[u8]>) -> Result<StateVector, Refused> {
    let Some(bytes) = bytes else { return Ok(StateVector::default()) };
    wire::check_state_vector(bytes)?;
    StateVector::decode_v1(bytes).map_err(|_| Refused::Malformed("not a state vector"))
}

impl Document {
    /// The question for what a participant has and the document does not, as one sync message.
    ///
    /// A participant should answer it from the replica as it was before what it is handed went into it: where that
    /// takes a file away, the replica forgets what was typed into it meanwhile, and only the answer can still tell.
    pub fn ask(&self) -> Vec<u8> {
        wire::step_1(&self.replica.doc().transact().state_vector().encode_v1())
    }

    /// What has changed since the last call, for the one [`Handout`] that is kept of this document.
    pub fn news(&mut self) -> News {
        News { updates: self.replica.take_fresh() }
    }

    /// Bytes that the next [`Document::news`] has at least.
    pub fn news_bytes(&self) -> usize {
        self.replica.fresh_bytes()
    }

    /// All of it as news: for a handout that begins anew.
    pub fn all_news(&mut self) -> News {
        self.replica.take_fresh();
        News { updates: vec![self.replica.encode()] }
    }

    /// Puts news back that were not handed on.
    pub fn put_back(&mut self, news: News) {
        self.replica.put_back_fresh(news.updates);
    }

    /// How large it is, deleted text included, in bytes, about.
    pub fn weight(&self) -> usize {
        self.replica.weight()
    }

    /// What is new to one who has `state_vector`, or to one who has nothing, as one sync message, by a handout of the
    /// document's own. Deleted text is not in it.
    ///
    /// # Errors
    ///
    /// When the state vector is malformed.
    pub fn difference(&self, state_vector: Option<&[u8]>) -> Result<Vec<u8>, Refused> {
        let mut own = self.handout.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let (changes, handout) = own.get_or_insert_with(|| (0, Handout::default()));
        if *changes != self.changes {
            let update = self.replica.doc().transact().encode_diff_v1(&handout.state_vector());
            handout.take_in(&News { updates: vec![update] });
            *changes = self.changes;
        }
        Ok(handout.parts(state_vector, usize::MAX)?.concat())
    }
}
