//! The CRDT document itself, and the log of validated updates that it can be rebuilt from.
//!
//! The CRDT may panic on bytes that its own validation let through, and is then not to be used again. Knows
//! updates, not files.

use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::op::Refused;
use yrs::updates::decoder::Decode;
use yrs::{ClientID, Doc, MapRef, OffsetKind, Options, ReadTxn, StateVector, Transact, TransactionMut, Update};

/// The root map: file id -> `{path, text}`.
pub(crate) const ROOT: &str = "files";
/// The log is folded into its base from this size on, in bytes, or when it is larger than the base: a rebuild then
/// costs no more than twice a load, and folding costs a constant share of the traffic.
const LOG_MAX: usize = 1024 * 1024;

/// Why an update was not integrated. The replica has been rebuilt without it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Failed {
    /// The CRDT refused it.
    Refused,
    /// The CRDT panicked.
    Panicked,
}

/// A document and the log of what it was made from.
pub(crate) struct Replica {
    client: u64,
    doc: Doc,
    files: MapRef,
    /// The state that the log goes on from.
    base: Vec<u8>,
    /// Updates since, in order.
    log: Vec<Vec<u8>>,
    /// Their bytes.
    log_bytes: usize,
    /// Updates that no handout has been told of.
    fresh: Vec<Vec<u8>>,
    /// Their bytes.
    fresh_bytes: usize,
}

impl Replica {
    pub(crate) fn new(client: u64) -> Self {
        let (doc, files) = empty(client, true);
        Self { client, doc, files, base: Vec::new(), log: Vec::new(), log_bytes: 0, fresh: Vec::new(), fresh_bytes: 0 }
    }

    /// A handle, so that a transaction does not borrow the replica.
    pub(crate) fn doc(&self) -> Doc {
        self.doc.clone()
    }

    pub(crate) fn files(&self) -> MapRef {
        self.files.clone()
    }

    /// Writes down an update that the document holds by now.
    pub(crate) fn record(&mut self, update: Vec<u8>) {
        self.fresh_bytes += update.len();
        self.fresh.push(update.clone());
        self.log_bytes += update.len();
        self.log.push(update);
        if self.log_bytes > LOG_MAX.max(self.base.len()) {
            self.base = self.encode();
            self.log.clear();
            self.log_bytes = 0;
        }
    }

    /// What was recorded since the last call.
    pub(crate) fn take_fresh(&mut self) -> Vec<Vec<u8>> {
        self.fresh_bytes = 0;
        std::mem::take(&mut self.fresh)
    }

    pub(crate) fn put_back_fresh(&mut self, mut updates: Vec<Vec<u8>>) {
        self.fresh_bytes += updates.iter().map(Vec::len).sum::<usize>();
        updates.append(&mut self.fresh);
        self.fresh = updates;
    }

    pub(crate) fn fresh_bytes(&self) -> usize {
        self.fresh_bytes
    }

    /// How large it is, about, in bytes.
    pub(crate) fn weight(&self) -> usize {
        self.base.len() + self.log_bytes
    }

    /// Everything, deleted text too.
    pub(crate) fn encode(&self) -> Vec<u8> {
        self.doc.transact().encode_state_as_update_v1(&StateVector::default())
    }

    /// Changes the document by what comes from outside. When the CRDT refuses or panics, the document is rebuilt
    /// from the log. What succeeds has to be recorded by the caller.
    pub(crate) fn guarded<T>(
        &mut self,
        change: impl FnOnce(&mut TransactionMut<'_>) -> Option<T>,
    ) -> Result<T, Failed> {
        let doc = self.doc.clone();
        let outcome = catch_unwind(AssertUnwindSafe(|| {
            // Not dropped while unwinding: its drop commits, and a second panic there would end the process. The
            // lock that it then holds for ever is that of a document which nobody uses again.
            let mut txn = std::mem::ManuallyDrop::new(doc.transact_mut());
            let changed = change(&mut txn);
            txn.commit();
            drop(std::mem::ManuallyDrop::into_inner(txn));
            changed
        }));
        match outcome {
            Ok(Some(changed)) => Ok(changed),
            Ok(None) => {
                self.rebuild();
                Err(Failed::Refused)
            }
            Err(_) => {
                tracing::error!("the CRDT panicked on a participant's update; the document is rebuilt");
                self.rebuild();
                Err(Failed::Panicked)
            }
        }
    }

    /// Makes the document anew from what was recorded.
    pub(crate) fn rebuild(&mut self) {
        (self.doc, self.files) = empty(self.client, true);
        let doc = self.doc.clone();
        let mut txn = doc.transact_mut();
        for update in std::iter::once(&self.base).filter(|base| !base.is_empty()).chain(&self.log) {
            apply(&mut txn, update);
        }
    }
}

/// An empty document. `keep` keeps the content of deleted text.
pub(crate) fn empty(client: u64, keep: bool) -> (Doc, MapRef) {
    let mut options = Options::with_client_id(ClientID::new(client));
    options.skip_gc = keep;
    options.offset_kind = OffsetKind::Utf16;
    let doc = Doc::with_options(options);
    let files = doc.get_or_insert_map(ROOT);
    (doc, files)
}

/// Applies an update of our own making. That the CRDT refuses it is a defect, which is logged.
pub(crate) fn apply(txn: &mut TransactionMut<'_>, update: &[u8]) -> bool {
    let applied = Update::decode_v1(update)
        .map_err(|error| error.to_string())
        .and_then(|update| txn.apply_update(update).map_err(|error| error.to_string()));
    match applied {
        Ok(()) => true,
        Err(error) => {
            tracing::error!(error, "an update of the document's own was not integrated");
            false
        }
    }
}

/// Whether something waits for updates that are missing.
pub(crate) fn pending(txn: &TransactionMut<'_>) -> bool {
    let store = ReadTxn::store(txn);
    store.pending_update().is_some() || store.pending_ds().is_some_and(|ids| !ids.is_empty())
}

impl From<Failed> for Refused {
    fn from(failed: Failed) -> Self {
        match failed {
            Failed::Refused => Refused::Malformed("an update that the document cannot hold"),
            Failed::Panicked => Refused::Panicked,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use yrs::{Map, Out};

    #[test]
    fn after_a_panic_inside_a_transaction_the_document_is_as_it_was() {
        let mut replica = Replica::new(5);
        let files = replica.files();
        let update = {
            let doc = replica.doc();
            let mut txn = doc.transact_mut();
            files.insert(&mut txn, "kept", "value");
            txn.encode_update_v1()
        };
        replica.record(update);
        let files = replica.files();
        let failed = replica.guarded(|txn| -> Option<()> {
            files.insert(txn, "lost", "value");
            panic!("as the CRDT might");
        });
        assert_eq!(failed, Err(Failed::Panicked));
        let (doc, files) = (replica.doc(), replica.files());
        let keys: Vec<(String, Out)> =
            files.iter(&doc.transact()).map(|(key, value)| (key.to_owned(), value)).collect();
        assert_eq!(keys, [("kept".to_owned(), Out::from("value"))]);
        files.insert(&mut doc.transact_mut(), "more", "value");
    }
}
