//! The model's operations on files as such: they come, go, and get other paths.

use yrs::{Map, MapPrelim, MapRef, Nested, Text, TextPrelim, TextRef, TransactionMut};

use super::{place_of, placed};
use crate::document::Document;
use crate::form::Form;
use crate::hunk::Hunk;
use crate::ledger::Renamed;
use crate::op::{HunkEvent, HunkKey, StepKey};
use crate::path;

impl Document {
    pub(super) fn create(
        &mut self,
        txn: &mut TransactionMut<'_>,
        step: StepKey,
        hunk: HunkKey,
        file: &str,
        path: &str,
    ) -> Option<HunkEvent> {
        if self.files.get(file).is_some()
            || self.files.kept(file).is_some()
            || self.files.len() >= self.limits.files_max
        {
            return None;
        }
        path::check(path).ok()?;
        self.make_file(txn, file, path, &Form::default());
        let text_id = self.files.get(file)?.text;
        let text = Nested::<TextRef>::new(text_id).get(txn)?;
        self.open(txn, step, hunk, Hunk::new(file.to_owned(), text_id, None, Vec::new()), true);
        Some(placed(txn, hunk, file, &text, None, None))
    }

    /// Gives the hunk's file another path.
    pub(super) fn rename(
        &mut self,
        txn: &mut TransactionMut<'_>,
        step: StepKey,
        hunk: HunkKey,
        open: &Hunk,
        after: &str,
    ) {
        let Some(before) = self.files.get(&open.file).map(|file| file.path.clone()) else { return };
        if before == after || path::check(after).is_err() {
            return;
        }
        self.set_path(txn, &open.file, after);
        let renamed = Renamed { before, after: after.to_owned() };
        self.ledger.note(place_of(step, hunk, open), |entry| entry.renamed.push(renamed));
    }

    /// Takes the hunk's file away, unless there is text in it.
    pub(super) fn remove(
        &mut self,
        txn: &mut TransactionMut<'_>,
        step: StepKey,
        hunk: HunkKey,
        open: &Hunk,
        text: &TextRef,
    ) {
        if text.len(txn) > 0 {
            return;
        }
        self.take_away(txn, &open.file);
        self.ledger.note(place_of(step, hunk, open), |entry| entry.removed = Some(open.text));
    }

    /// Makes a file with an empty text.
    pub(crate) fn make_file(&mut self, txn: &mut TransactionMut<'_>, file: &str, path: &str, form: &Form) {
        let fields = MapPrelim::from([("path", yrs::In::from(path)), ("text", TextPrelim::new("").into())]);
        let map = self.replica.files().insert(txn, file, fields);
        for (field, value) in form.fields() {
            if let Some(value) = value {
                map.insert(txn, field, value);
            }
        }
        self.run = None;
        self.learn(txn, &txn.encode_update_v1(), file);
    }

    /// Takes a file out of the document, and remembers it.
    pub(crate) fn take_away(&mut self, txn: &mut TransactionMut<'_>, file: &str) {
        let known = self.files.get(file).map(|known| (known.text, known.path.clone(), known.form.clone()));
        let Some((text, path, form)) = known else { return };
        self.replica.files().remove(txn, file);
        self.run = None;
        self.ledger.remember(text, file, path, form);
        self.learn(txn, &[0, 0], file);
    }

    pub(crate) fn set_path(&mut self, txn: &mut TransactionMut<'_>, file: &str, path: &str) {
        let Some(fields) = self.replica.files().get(txn, file).and_then(|file| file.cast::<MapRef>().ok()) else {
            return;
        };
        fields.insert(txn, "path", path);
        self.run = None;
        self.learn(txn, &txn.encode_update_v1(), file);
    }
}
