//! Which link opens a session here: the one in the address, else this tab's, else the best one that this browser has.
//!
//! One who owns a session may look at it through a viewer's link: that tab is a viewer's then, and stays one when it is
//! reloaded; what the browser keeps is still the owner's.

use protocol::view::Role;
use protocol::{CloseCode, SessionId};
use serde::{Deserialize, Serialize};

use crate::browser;

/// Where a tab keeps the link that it was opened by.
const TAB: &str = "link";

/// The link that a tab was opened by.
#[derive(Serialize, Deserialize)]
struct Opened {
    session: String,
    token: String,
}

/// The token that opens a session in this tab.
pub fn choose(session: &str) -> Option<String> {
    if let Some(token) = browser::take_token_from_address() {
        let opened = Opened { session: session.to_owned(), token };
        if let Ok(text) = serde_json::to_string(&opened) {
            browser::keep_in_tab(TAB, &text);
        }
        return Some(opened.token);
    }
    let opened = browser::kept_in_tab(TAB).and_then(|text| serde_json::from_str::<Opened>(&text).ok());
    let here = opened.filter(|opened| opened.session == session).map(|opened| opened.token);
    here.or_else(|| browser::kept(&token_slot(session)))
}

/// The tab is on the first screen: what is opened from there is opened by the best link.
pub fn leave_tab() {
    let _ = browser::take_from_tab(TAB);
}

/// A session was made here: this browser owns it.
pub fn keep_own(session: &SessionId, token: &str) {
    keep(session, token, Role::Owner);
}

/// A token opened a session with this role: it is kept, unless a better one is.
pub fn opened(session: &SessionId, token: &str, role: Role) {
    let kept = browser::kept(&token_slot(session.as_str()));
    if is_better(role, kept_role(session), kept.as_deref() == Some(token)) {
        keep(session, token, role);
    }
}

/// A token was refused: if it opens nothing any more, it is not kept.
pub fn refused(session: &SessionId, token: &str, code: CloseCode) {
    let is_over = matches!(code, CloseCode::Unauthorized | CloseCode::Revoked | CloseCode::Expired);
    if is_over && browser::kept(&token_slot(session.as_str())).as_deref() == Some(token) {
        forget(session);
    }
}

/// The session is gone.
pub fn forget(session: &SessionId) {
    browser::forget(&token_slot(session.as_str()));
    browser::forget(&role_slot(session));
}

fn keep(session: &SessionId, token: &str, role: Role) {
    browser::keep(&token_slot(session.as_str()), token);
    browser::keep(&role_slot(session), role.name());
}

fn kept_role(session: &SessionId) -> Option<Role> {
    let name = browser::kept(&role_slot(session))?;
    Role::ALL.into_iter().find(|role| role.name() == name)
}

/// Whether a token that gives `role` is kept in the place of the one that is: that one's role, and whether it is the same.
/// Of two alike the newer one holds for longer, but for owners: one may be the session's own, which nobody can take back.
fn is_better(role: Role, kept: Option<Role>, same: bool) -> bool {
    same || kept.is_none_or(|kept| role > kept || (role == kept && role < Role::Owner))
}

fn token_slot(session: &str) -> String {
    format!("token.{session}")
}

fn role_slot(session: &SessionId) -> String {
    format!("role.{session}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_smaller_link_does_not_take_the_place_of_a_better_one() {
        assert!(is_better(Role::Viewer, None, false), "the first one is kept");
        assert!(!is_better(Role::Viewer, Some(Role::Owner), false));
        assert!(!is_better(Role::Replay, Some(Role::Viewer), false));
        assert!(is_better(Role::Editor, Some(Role::Viewer), false));
        assert!(is_better(Role::Editor, Some(Role::Editor), false), "of two alike the newer one");
        assert!(
            !is_better(Role::Owner, Some(Role::Owner), false),
            "a link does not take the place of the session's own"
        );
        assert!(is_better(Role::Viewer, Some(Role::Owner), true), "the same one may give less by now");
    }
}
