//! Several y-protocols messages as one, for viewers who take steps merged.

use yrs::encoding::read::{Cursor, Read as _};
use yrs::encoding::write::Write as _;

/// y-protocols' number for a sync message.
const SYNC: u32 = 0;
/// Within sync: asks for what the state vector lacks.
const STEP1: u32 = 0;
/// Within sync: an update.
const UPDATE: u32 = 2;

/// One update message for several; `None` when there are none, or when one of them is not a document update.
pub fn merge<M: AsRef<[u8]>>(messages: &[M]) -> Option<Vec<u8>> {
    if let [only] = messages {
        return Some(only.as_ref().to_vec());
    }
    let updates = messages.iter().map(|m| update(m.as_ref())).collect::<Option<Vec<&[u8]>>>()?;
    if updates.is_empty() {
        return None;
    }
    let merged = yrs::merge_updates_v1(&updates).ok()?;
    let mut message = Vec::with_capacity(merged.len() + 8);
    message.write_var(SYNC);
    message.write_var(UPDATE);
    message.write_buf(&merged);
    Some(message)
}

/// Whether a participant's message only asks, and so changes nothing.
pub fn is_question(message: &[u8]) -> bool {
    let mut cursor = Cursor::new(message);
    cursor.read_var::<u32>().is_ok_and(|kind| kind == SYNC) && cursor.read_var::<u32>().is_ok_and(|kind| kind == STEP1)
}

fn update(message: &[u8]) -> Option<&[u8]> {
    let mut cursor = Cursor::new(message);
    let (kind, sub) = (cursor.read_var::<u32>().ok()?, cursor.read_var::<u32>().ok()?);
    if kind != SYNC || sub == STEP1 {
        return None;
    }
    let len = cursor.read_var::<u32>().ok()? as usize;
    message.get(cursor.next..)?.get(..len)
}
