//! What a participant who comes, or comes back, is asked for and sent.

use std::sync::PoisonError;

use yrs::updates::decoder::Decode;
use yrs::updates::encoder::Encode;
use yrs::{Doc, ReadTxn, StateVector, Transact};

use crate::document::Document;
use crate::op::Refused;
use crate::{replica, wire};

/// A copy of the document that has let go of deleted text: what somebody pasted and deleted long ago, a secret
/// perhaps, is not sent to those who come later.
pub(crate) struct Collected {
    /// The change that it is as of.
    changes: u64,
    doc: Doc,
    /// All of it, as one who has nothing is sent it: several come in one after another, and it may be large.
    whole: Option<Vec<u8>>,
}

impl Document {
    /// The question for what a participant has and the document does not, as one sync message.
    ///
    /// A participant should answer it from the replica as it was before [`Document::difference`] went into it:
    /// where the difference takes a file away, the replica forgets what was typed into it meanwhile, and only the
    /// answer can still tell.
    pub fn ask(&self) -> Vec<u8> {
        wire::step_1(&self.replica.doc().transact().state_vector().encode_v1())
    }

    /// What is new to one who has `state_vector`, or to one who has nothing, as one sync message. Deleted text is
    /// not in it.
    ///
    /// # Errors
    ///
    /// When the state vector is malformed.
    pub fn difference(&self, state_vector: Option<&[u8]>) -> Result<Vec<u8>, Refused> {
        let known = match state_vector {
            Some(bytes) => {
                wire::check_state_vector(bytes)?;
                StateVector::decode_v1(bytes).map_err(|_| Refused::Malformed("not a state vector"))?
            }
            None => StateVector::default(),
        };
        let mut cached = self.collected.lock().unwrap_or_else(PoisonError::into_inner);
        let collected =
            cached.get_or_insert_with(|| Collected { changes: 0, doc: replica::empty(0, false).0, whole: None });
        if collected.changes != self.changes {
            let since = collected.doc.transact().state_vector();
            let news = self.replica.doc().transact().encode_diff_v1(&since);
            replica::apply(&mut collected.doc.transact_mut(), &news);
            (collected.changes, collected.whole) = (self.changes, None);
        }
        if known != StateVector::default() {
            return Ok(wire::step_2(&collected.doc.transact().encode_diff_v1(&known)));
        }
        let doc = &collected.doc;
        let whole = collected.whole.get_or_insert_with(|| wire::step_2(&doc.transact().encode_diff_v1(&known)));
        Ok(whole.clone())
    }
}
