//! What a client knows of files beside their texts.

use anyhow::{Context, Result};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use protocol::ServerFrame;
use protocol::files::ImportView;
use yrs::updates::decoder::Decode;
use yrs::{Map, MapRef, StickyIndex, Transact};

use super::Client;

impl Client {
    /// All files in the replica: ids and paths, also of those without a text.
    pub fn ids(&self) -> Vec<(String, String)> {
        let txn = self.doc.transact();
        let one = |(id, file): (&str, yrs::Out)| {
            Some((id.to_owned(), file.cast::<MapRef>().ok()?.get(&txn, "path")?.to_string(&txn)))
        };
        let mut files: Vec<(String, String)> = self.files.iter(&txn).filter_map(one).collect();
        files.sort();
        files
    }

    /// What people have brought in, as frames have told it.
    pub fn imports(&self) -> Vec<ImportView> {
        let mut imports = Vec::new();
        for frame in &self.frames {
            match frame {
                ServerFrame::State { session, .. } => imports.clone_from(&session.imports),
                ServerFrame::FilesImported { import, .. } => imports.push(import.clone()),
                ServerFrame::ImportTakenBack { import_id, .. } => {
                    imports.iter_mut().filter(|import| import.id == *import_id).for_each(|one| one.taken_back = true);
                }
                _ => {}
            }
        }
        imports
    }

    /// Where a place is now, in UTF-16 units.
    pub fn offset(&self, place: &str) -> Option<u32> {
        let place = StickyIndex::decode_v1(&STANDARD.decode(place).ok()?).ok()?;
        Some(place.get_offset(&self.doc.transact())?.index)
    }

    /// Sets a field of a file.
    pub async fn set_field(&mut self, path: &str, field: &str, value: &str) -> Result<u64> {
        let id = self.file_id(path).context("no such file")?;
        let update = {
            let mut txn = self.doc.transact_mut();
            let file: MapRef = self.files.get(&txn, &id).context("no such file")?.cast().ok().context("not a map")?;
            file.insert(&mut txn, field, value);
            txn.encode_update_v1()
        };
        self.send_update(&update).await
    }
}
