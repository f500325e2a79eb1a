//! Who a page was, kept while it is loaded anew: a reload comes back as the same person, with the same name and colour.
//!
//! Kept by the tab when the page goes, and taken by the page that comes: so a tab that is duplicated while its page lives
//! is somebody else, as two tabs always are.

use leptos::prelude::*;
use protocol::client::Resume;
use protocol::{Epoch, ParticipantId, Seq, SessionId};
use serde::{Deserialize, Serialize};

use super::Client;
use crate::browser;
use crate::store::Connection;

/// The state vector of a replica that holds nothing, base64.
const NOTHING: &str = "AA==";

#[derive(Serialize, Deserialize)]
struct Parked {
    participant: ParticipantId,
    key: String,
}

fn slot(session: &SessionId) -> String {
    format!("parked.{session}")
}

/// Who the tab's last page was in this session.
pub fn take(session: &SessionId) -> Option<(ParticipantId, String)> {
    let kept = browser::take_from_tab(&slot(session))?;
    let Parked { participant, key } = serde_json::from_str(&kept).ok()?;
    Some((participant, key))
}

/// What such a page says. Its replica is empty and must not write under the old one's Yjs client id: it names no load
/// of the session, and so is given an id of its own.
pub fn resume((participant, key): (ParticipantId, String)) -> Resume {
    let (epoch, state_vector) = (Epoch(String::new()), NOTHING.to_owned());
    Resume { participant, key, epoch, seq: Seq::ZERO, state_vector }
}

impl Client {
    /// The page goes, perhaps to come back.
    pub fn park(&self) {
        let who = self.link.borrow().who();
        if let Some((session, participant, key)) = who
            && let Ok(text) = serde_json::to_string(&Parked { participant, key })
        {
            browser::keep_in_tab(&slot(&session), &text);
        }
    }

    /// Whether what was typed while the connection was lost, or before the document had come, would be lost with this
    /// page.
    pub fn would_lose(&self) -> bool {
        let away = matches!(self.store.connection.get_untracked(), Connection::Reconnecting { .. });
        self.keeps_back() || away && !self.link.borrow().outbox.is_empty()
    }
}
