//! Whether a value can be a real secret: random enough, and no placeholder.

/// Words that stand in for a secret.
const STAND_INS: [&str; 26] = [
    "your",
    "example",
    "placeholder",
    "changeme",
    "change-me",
    "change_me",
    "replace",
    "insert",
    "dummy",
    "fake",
    "sample",
    "todo",
    "redacted",
    "removed",
    "hidden",
    "secret-here",
    "key-here",
    "token-here",
    "goes-here",
    "goes_here",
    "xxxx",
    "0000",
    "****",
    "....",
    "1234567",
    "abcdef",
];

/// Whether a value stands in for a secret, or is worked out where the program runs.
pub fn is_placeholder(value: &str) -> bool {
    let lower = value.to_ascii_lowercase();
    STAND_INS.iter().any(|word| lower.contains(word))
        || value.contains(['<', '>', '…', '{', '}', '$', '%'])
        || distinct(value) < 5
}

/// How many different bytes there are.
fn distinct(value: &str) -> usize {
    let mut seen = [false; 256];
    for byte in value.bytes() {
        if let Some(slot) = seen.get_mut(usize::from(byte)) {
            *slot = true;
        }
    }
    seen.into_iter().filter(|seen| *seen).count()
}

/// Shannon's entropy in bits for each byte: 0 for one letter repeated, about 4 to 5 for random text of a key's length.
pub fn entropy(value: &str) -> f64 {
    let mut counts = [0u32; 256];
    for byte in value.bytes() {
        if let Some(count) = counts.get_mut(usize::from(byte)) {
            *count += 1;
        }
    }
    let all = value.len().max(1) as f64;
    let bits = counts.iter().filter(|count| **count > 0).map(|count| {
        let share = f64::from(*count) / all;
        -share * share.log2()
    });
    bits.sum()
}

/// Whether a value is made of words: a name, a path, a sentence, and nothing that a generator makes. A word of letters
/// alone may be in one case, or begin with a capital; a separated value is judged part by part.
pub fn is_words(value: &str) -> bool {
    let mut parts = value.split(['-', '_', '.', '/', ':', ' ', ',']).filter(|part| !part.is_empty());
    parts.all(is_word)
}

fn is_word(part: &str) -> bool {
    // A few digits at the end belong to a name: `sha256`, `v2`.
    let stem = part.trim_end_matches(|c: char| c.is_ascii_digit());
    if part.len() - stem.len() > 3 || !stem.chars().all(char::is_alphabetic) {
        return stem.is_empty() && part.len() <= 3;
    }
    // camelCase is a name, too; random letters change case far more often.
    let changes = stem
        .as_bytes()
        .windows(2)
        .filter(|two| matches!(two, [a, b] if a.is_ascii_lowercase() != b.is_ascii_lowercase()));
    changes.count() * 3 <= stem.len().max(3)
}

/// How many of these there are: small letters, capitals, digits, others.
pub fn classes(value: &str) -> usize {
    let has = |test: fn(char) -> bool| usize::from(value.chars().any(test));
    has(|c| c.is_lowercase()) + has(|c| c.is_uppercase()) + has(|c| c.is_ascii_digit()) + has(|c| !c.is_alphanumeric())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_no_secrets_and_random_text_is() {
        for words in
            ["password_field", "current-password", "getUserToken", "auth.token.v2", "Passwort", "sha256", "a/b/c"]
        {
            assert!(is_words(words), "{words}");
        }
        for random in ["q7Rk2mZx9P", "hUnTeR2x9q", "9f86d081884c7d659a2f", "kJhGfDsAqWeRtY"] {
            assert!(!is_words(random), "{random}");
        }
    }

    #[test]
    fn entropy_tells_repetition_from_chance() {
        assert!(entropy("aaaaaaaaaaaaaaaa") < 0.1);
        assert!(entropy("q7Rk2mZx9PvT4nLw") > 3.9);
    }

    #[test]
    fn placeholders_are_known() {
        for value in ["your-key-here", "xxxxxxxxxxxx", "<token>", "${TOKEN}", "sk-...", "changeme123", "aaaaaaaaaaaa"] {
            assert!(is_placeholder(value), "{value}");
        }
        assert!(!is_placeholder("q7Rk2mZx9PvT4nLw"));
    }
}
