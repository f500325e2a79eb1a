//! Where people are, and the one who presents: whose screen everyone is shown.

use std::time::{Duration, Instant};

use document::Position;
use protocol::ErrorCode;
use protocol::presence::{PAST_MAX, Viewport};
use protocol::view::Cursor;

use super::{Asker, State};
use crate::base64;
use crate::session::roster::PeerId;

/// The longest cursor or viewport, in bytes of its ids and places: theirs are under a hundred, and it goes to everyone.
pub const CURSOR_MAX: usize = 1024;
/// How long one who presents and whose connection breaks is waited for: as long as a page takes to reload or to notice
/// and come back. Until then everyone stays where they are.
pub const PRESENTER_KEPT: Duration = Duration::from_secs(10);

impl State {
    /// A participant is elsewhere, or has another name. What cannot be is refused whole: nothing of it holds.
    pub(super) fn moved(
        &mut self,
        peer: PeerId,
        name: Option<&str>,
        cursor: Option<Cursor>,
        viewport: Option<Viewport>,
    ) {
        let sizes = [cursor.as_ref().map_or(0, Cursor::size), viewport.as_ref().map_or(0, Viewport::size)];
        if sizes.into_iter().any(|size| size > CURSOR_MAX) {
            return self.refuse(peer, None, ErrorCode::Limit, "That is no place in a file.");
        }
        if viewport.as_ref().is_some_and(|viewport| !is_readable(viewport)) {
            return self.refuse(peer, None, ErrorCode::BadFrame, "That is no line that a screen could begin with.");
        }
        self.roster.update(peer, name, cursor, viewport);
        self.tell_presence();
    }

    /// One presents from now on, whoever did before; or does not any more. Who did not present ends nothing by that: it
    /// may have crossed another's beginning.
    pub(super) fn present(&mut self, asker: &Asker, on: bool) {
        if on {
            self.roster.begin_presenting(&asker.id);
        } else if self.roster.presenter() == Some(&asker.id) {
            self.roster.end_presenting();
        }
        self.tell_presence();
    }

    /// Waits no longer for a presenter who did not come back.
    pub(super) fn expire_presenter(&mut self, now: Instant) {
        if self.roster.presenter_left().is_some_and(|left| now.duration_since(left) >= PRESENTER_KEPT) {
            self.roster.end_presenting();
            self.tell_presence();
        }
    }
}

/// Whether clients can make something of it. Whether its file is there is theirs to find out: it may have gone meanwhile.
fn is_readable(viewport: &Viewport) -> bool {
    let place = base64::decode(&viewport.top).ok().and_then(|bytes| Position::read(&bytes));
    place.is_some() && viewport.past < PAST_MAX
}
