//! The practice model's tokens: cut the same way on every run, about four characters each, like a real model's.
//!
//! Knows nothing of time or of what the text means.

use crate::request::SegmentRequest;

/// The longest piece of a word in one token, in characters.
const WORD_PIECE: usize = 6;

/// Characters a token, for the count of what was read.
const CHARACTERS_A_TOKEN: usize = 4;

/// Cuts a text into tokens: a word with the space before it, a run of indentation, one punctuation mark, one newline.
/// Nothing is lost: the tokens joined are the text.
pub(super) fn split(text: &str) -> Vec<String> {
    let mut tokens = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let (token, after) = rest.split_at(token_len(rest));
        tokens.push(token.to_owned());
        rest = after;
    }
    tokens
}

/// About how many tokens a request has.
pub(super) fn read(request: &SegmentRequest) -> u64 {
    let messages: usize = request.messages.iter().map(|message| message.text.len()).sum();
    let tokens = (request.instructions.len() + messages) / CHARACTERS_A_TOKEN;
    u64::try_from(tokens).unwrap_or(u64::MAX)
}

/// The length of the first token of a text, in bytes; not zero unless the text is empty.
fn token_len(text: &str) -> usize {
    let spaces = text.len() - text.trim_start_matches(' ').len();
    let word = word_len(text.get(spaces..).unwrap_or_default());
    match (spaces, word) {
        (0, 0) => text.chars().next().map_or(0, char::len_utf8),
        (0 | 1, 1..) => spaces + word,
        // The last space of an indentation goes with the word after it.
        (_, 1..) => spaces - 1,
        (_, 0) => spaces,
    }
}

/// The length of the piece of a word that a text begins with, in bytes.
fn word_len(text: &str) -> usize {
    text.chars().take_while(|c| c.is_alphanumeric()).take(WORD_PIECE).map(char::len_utf8).sum()
}

#[cfg(test)]
mod tests {
    use super::split;

    #[test]
    fn words_take_their_space_and_newlines_stand_alone() {
        assert_eq!(
            split("def total(items):\n    return 1\n\n"),
            ["def", " total", "(", "items", ")", ":", "\n", "   ", " return", " 1", "\n", "\n"],
        );
    }

    #[test]
    fn nothing_is_lost_of_any_text() {
        for text in ["", " ", "   ", "a  b", "naïve – 漢字 🙂\r\n\t x", "internationalisation"] {
            assert_eq!(split(text).concat(), text);
        }
    }
}
