//! The access code: who knows it may let a session use models that cost the operator something.
//!
//! Owns comparing and what is kept of it. The code itself is forgotten as soon as it was read.

use std::fmt;

use protocol::SessionId;
use serde::Deserialize;

use crate::secret::Hash;

/// The shortest code, in characters: below, guessing at the rate that is allowed would be worth it.
pub const CODE_MIN: usize = 12;

/// An access code, as a hash.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct AccessCode(Hash);

/// The code is too short.
#[derive(Debug, thiserror::Error)]
#[error("an access code has at least {CODE_MIN} characters")]
pub struct TooShort;

impl AccessCode {
    /// A code as the operator wrote it; nothing when there is none.
    ///
    /// # Errors
    ///
    /// When it is too short to be one.
    pub fn new(code: &str) -> Result<Option<AccessCode>, TooShort> {
        match code.trim() {
            "" => Ok(None),
            code if code.chars().count() < CODE_MIN => Err(TooShort),
            code => Ok(Some(AccessCode(Hash::of(code)))),
        }
    }

    /// Whether that is it.
    pub fn matches(&self, code: &str) -> bool {
        self.0.matches(code.trim())
    }

    /// What is kept with a session that was unlocked by it: of use for that session alone, and only as long as the
    /// code stays what it is.
    pub fn seal(&self, session: &SessionId) -> Hash {
        let code: String = self.0.as_bytes().iter().map(|byte| format!("{byte:02x}")).collect();
        Hash::of(&format!("unlocked {session} {code}"))
    }
}

impl TryFrom<String> for AccessCode {
    type Error = TooShort;

    fn try_from(code: String) -> Result<AccessCode, TooShort> {
        AccessCode::new(&code)?.ok_or(TooShort)
    }
}

impl fmt::Debug for AccessCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_matches_itself_alone_and_seals_one_session() {
        let code = AccessCode::new(" correct horse battery\n").unwrap().unwrap();
        assert!(code.matches("correct horse battery") && code.matches(" correct horse battery "));
        for wrong in ["", "correct horse", "Correct horse battery"] {
            assert!(!code.matches(wrong), "{wrong}");
        }
        let other = AccessCode::new("another code of theirs").unwrap().unwrap();
        let seal = code.seal(&"s1".into());
        assert!(seal.is(&code.seal(&"s1".into())));
        assert!(!seal.is(&code.seal(&"s2".into())) && !seal.is(&other.seal(&"s1".into())));
        assert_eq!(format!("{code:?}"), "***");
    }

    #[test]
    fn a_short_code_is_refused_and_an_empty_one_is_none() {
        assert!(AccessCode::new(&"x".repeat(CODE_MIN - 1)).is_err());
        assert!(AccessCode::new(&"x".repeat(CODE_MIN)).unwrap().is_some());
        assert!(AccessCode::new("  ").unwrap().is_none());
    }
}
